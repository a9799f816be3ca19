//! The one executor: sends any call of any operation until a response is final.

use std::future::poll_fn;
use std::pin::pin;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use url::Url;

use crate::client::{Authenticate, Shared};
use crate::credentials_error::{CredentialsError, CredentialsErrorKind};
use crate::download::{Download, DownloadLimits};
use crate::error::Error;
use crate::in_flight::Busy;
use crate::observe;
use crate::observer::{AttemptEnd, CallEnd, Drift, RetryReason};
use crate::received::{Failure, Received};
use crate::refused::Refused;
use crate::request::Request;
use crate::response::RawResponse;
use crate::retry;
use crate::runtime::{BoxFuture, Panicked, caught, caught_future, has_clock, within};
use crate::sign_in_headers::SignInHeaders;
use crate::signer::SignableRequest;
use crate::status_error::NoDeclaredError;
use crate::transport::{Body, TransportRequest, TransportResponse};
use crate::transport_error::{TransportError, TransportErrorKind};

/// How many headers most requests have besides: accept, authorization, content type and length, host.
const FIXED_HEADERS: usize = 5;

impl Request {
    /// Sends the request and gives the response as it came, whatever its status.
    pub async fn send_raw(self) -> Result<RawResponse, Error<NoDeclaredError>> {
        match execute(self, false).await? {
            Received::Whole(response, _) => Ok(response),
            Received::Streamed(streamed) => Ok(streamed.1),
        }
    }

    /// The request of one attempt, signed.
    fn to_http(&self, url: Url, signed_in: Option<&SignInHeaders>) -> Result<TransportRequest, Failure> {
        let shared = &self.client.shared;
        // Room for all at once; a map that grows hashes every name again.
        let mut headers = HeaderMap::with_capacity(shared.headers.len() + self.headers.len() + FIXED_HEADERS);
        headers.extend(shared.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        headers.insert(ACCEPT, HeaderValue::from_static(self.operation.accept));
        if self.operation.authenticated {
            // In place of all others of the same name: a request with two credentials is read by one server so and by the next otherwise.
            for given in [Some(&shared.sign_in_headers), signed_in].into_iter().flatten() {
                for name in given.names() {
                    headers.remove(name);
                }
                headers.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
        }
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
        if let Some((media_type, _)) = &self.body {
            headers.insert(CONTENT_TYPE, media_type.clone());
        }
        if shared.signer.is_some() || !shared.hooks.is_empty() {
            let at_hand = self.body.as_ref().map(|(_, body)| body.as_bytes());
            if shared.signer.is_some() && at_hand == Some(None) {
                // A signature covers all of the body, before any of it is sent.
                return Err(Refused::Body { reason: "a file on disk cannot be signed: send its bytes" }.into());
            }
            let body = at_hand.flatten().map_or(&[][..], |body| body);
            let mut request =
                SignableRequest { method: &self.operation.method, url: &url, headers: &mut headers, body };
            for hook in &shared.hooks {
                caught(|| hook.prepare(&self.info(), &mut request)).map_err(|_| Refused::Hook)?;
            }
            let failed = || CredentialsError::of(CredentialsErrorKind::Signing);
            match shared.signer.as_ref().map(|signer| caught(|| signer.sign(&mut request))) {
                None | Some(Ok(Ok(()))) => {}
                Some(Ok(Err(error))) => return Err(Failure::Credentials(failed().because(error))),
                Some(Err(panicked)) => return Err(Failure::Credentials(failed().because(panicked))),
            }
        }
        let body = self.body.as_ref().map(|(_, body)| body.clone());
        Ok(TransportRequest { method: self.operation.method.clone(), url, headers, body, call: self.call_of() })
    }
}

/// Executes any call of any operation. Generated operations and their typed `send` are thin around it, so that services compile it
/// once. Requests for tokens come here too.
pub(crate) fn execute(mut request: Request, stream_success: bool) -> BoxFuture<'static, Result<Received, Failure>> {
    Box::pin(async move {
        let call = request.call_of();
        let refuse = |reason: Refused| Failure::from(reason).of_call(call.clone(), 0);
        if let Some(refused) = request.refused.take() {
            return Err(refuse(*refused));
        }
        if !has_clock() {
            return Err(refuse(Refused::Runtime));
        }
        let target = request.target().map_err(refuse)?;
        let url = request.url(&target).map_err(refuse)?;
        let repeatable = request.make_repeatable();
        let span = observe::call_span(&request.info(), &request.client.shared.base_url);
        let shared = request.client.shared.clone();
        let begun = shared.runtime.instant();
        observe::tell(&request.client, |observer| {
            observer.before(&request.info());
            if request.operation.deprecated {
                observer.drift(&request.info(), &Drift::DeprecatedOperation);
            }
        });
        shared.in_flight.enter();
        let mut execution = Execution {
            begun,
            is_over: false,
            deadline: begun.checked_add(request.timeout.unwrap_or(shared.timeout)),
            request: &request,
            shared: &shared,
            target: &target,
            url: Some(url),
            repeatable,
            stream_success,
            attempts: 0,
        };
        let mut result = observe::within(&span, pin!(execution.run())).await;
        let attempts = execution.attempts;
        span.record("attempts", attempts);
        observe::record(&span, shared.vendor, &result);
        let (status, failure) = observe::ending(&result);
        execution.tell_end(status, failure);
        let response = match &mut result {
            Ok(Received::Whole(response, _)) => response,
            Ok(Received::Streamed(streamed)) => &mut streamed.1,
            Err(_) => return result.map_err(|failure| failure.of_call(call, attempts)),
        };
        (response.attempts, response.call) = (attempts, Some(call));
        result
    })
}

/// One call on its way.
struct Execution<'a> {
    request: &'a Request,
    shared: &'a Shared,
    /// Path and query.
    target: &'a str,
    /// The whole address, until the first attempt takes it.
    url: Option<Url>,
    /// When the call must have ended; `None` when that is beyond the end of time.
    deadline: Option<Instant>,
    repeatable: bool,
    stream_success: bool,
    attempts: u32,
    begun: Instant,
    /// Whether its end was told of.
    is_over: bool,
}

/// The caller may drop a call at any time: its end is told of all the same.
impl Drop for Execution<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.tell_end(None, Some("dropped"));
        }
        self.shared.in_flight.leave();
    }
}

impl Execution<'_> {
    fn tell_end(&mut self, status: Option<StatusCode>, failure: Option<&'static str>) {
        self.is_over = true;
        observe::tell(&self.request.client, |observer| {
            let elapsed = self.shared.runtime.instant().saturating_duration_since(self.begun);
            let end = CallEnd { status, failure, attempts: self.attempts, elapsed };
            observer.after(&self.request.info(), &end);
        });
    }

    fn tell_retry(&self, result: &Result<Received, Failure>, pause: Duration) {
        let (status, failure) = observe::ending(result);
        let reason = RetryReason { attempt: self.attempts, status, failure, pause };
        tracing::debug!(
            http.response.status_code = status.map(|status| status.as_u16()),
            error.type = failure,
            pause_seconds = pause.as_secs_f64(),
            "the call is sent again"
        );
        observe::tell(&self.request.client, |observer| observer.retry(&self.request.info(), &reason));
    }

    /// Sends the request until a response is final.
    async fn run(&mut self) -> Result<Received, Failure> {
        let shared = self.shared;
        let authenticate = shared.authenticate.as_ref().filter(|_| self.request.operation.authenticated);
        let mut signed_in: Option<SignInHeaders> = None;
        let mut signed_in_again = false;
        shared.retry_budget.earn();
        loop {
            if let Some(authenticate) = authenticate
                && !signed_in_again
            {
                // Between attempts the token may have been renewed for another call.
                signed_in = Some(self.signed_in(&**authenticate, None).await?);
            }
            let mut result = self.attempt(signed_in.as_ref()).await;

            // The vendor has refused the call and done nothing: it may be repeated whatever its method.
            if let (Some(authenticate), Some(refused), false, Ok(Received::Whole(response, _))) =
                (authenticate, &signed_in, signed_in_again, &result)
                && response.status == StatusCode::UNAUTHORIZED
            {
                let renewed = self.signed_in(&**authenticate, Some(refused)).await?;
                if renewed != *refused {
                    self.tell_retry(&result, Duration::ZERO);
                    signed_in_again = true;
                    signed_in = Some(renewed);
                    result = self.attempt(signed_in.as_ref()).await;
                }
            }

            let Some(pause) = self.pause_after(&result) else {
                return result;
            };
            self.tell_retry(&result, pause);
            shared.runtime.sleep(pause).await;
        }
    }

    /// How long to wait before the next attempt; `None` when this result is final.
    fn pause_after(&self, result: &Result<Received, Failure>) -> Option<Duration> {
        let runtime = &*self.shared.runtime;
        let asked = match result {
            Ok(Received::Whole(response, false)) if retry::is_temporary(response.status) => response.retry_after,
            Err(Failure::Transport(error)) if error.kind().is_passing() => error.retry_after(),
            _ => return None,
        };
        let is_unseen = matches!(result, Err(Failure::Transport(error)) if error.is_connect()) && !self.request.once;
        let may_be_repeated = self.repeatable || (is_unseen && self.shared.retry.repeats_unseen());
        // What was not sent once for want of time is not tried again.
        if !may_be_repeated || self.attempts == 0 {
            return None;
        }
        let pause = self.shared.retry.delay(self.attempts, asked, runtime)?;
        (pause < self.remaining() && self.shared.retry_budget.spend()).then_some(pause)
    }

    /// What is left of the time allowed for the whole call.
    fn remaining(&self) -> Duration {
        let now = self.shared.runtime.instant();
        self.deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(now))
    }

    /// Waits for the credentials, as long as the call may take.
    async fn signed_in(
        &self,
        authenticate: &dyn Authenticate,
        refused: Option<&SignInHeaders>,
    ) -> Result<SignInHeaders, Failure> {
        let signing_in = caught_future(|| authenticate.sign_in(&self.request.client, refused));
        let signed_in = within(&*self.shared.runtime, self.remaining(), signing_in).await.ok_or_else(timed_out)?;
        let failed = |panicked: Panicked| Err(CredentialsError::of(CredentialsErrorKind::Other).because(panicked));
        signed_in.unwrap_or_else(failed).map_err(Failure::Credentials)
    }

    /// Sends the request once.
    async fn attempt(&mut self, signed_in: Option<&SignInHeaders>) -> Result<Received, Failure> {
        let span = observe::attempt_span(&self.request.info(), &self.shared.base_url, self.attempts);
        let (sent_before, is_observed) = (self.attempts, !self.shared.observers.is_empty());
        let begun = is_observed.then(|| self.shared.runtime.instant());
        let result = observe::within(&span, pin!(self.exchange(signed_in))).await;
        observe::record(&span, self.shared.vendor, &result);
        if let Some(begun) = begun.filter(|_| self.attempts > sent_before) {
            let (status, failure) = observe::ending(&result);
            let elapsed = self.shared.runtime.instant().saturating_duration_since(begun);
            let end = AttemptEnd { attempt: self.attempts, status, failure, elapsed };
            observe::tell(&self.request.client, |observer| observer.attempt(&self.request.info(), &end));
        }
        result
    }

    async fn exchange(&mut self, signed_in: Option<&SignInHeaders>) -> Result<Received, Failure> {
        let (request, shared) = (self.request, self.shared);
        let place = if shared.limits.any() {
            let entering = shared.limits.enter(&*shared.runtime);
            within(&*shared.runtime, self.remaining(), entering).await.ok_or_else(timed_out)?
        } else {
            None
        };
        let again = || request.url(self.target);
        let to_send = request.to_http(self.url.take().map_or_else(again, Ok)?, signed_in)?;
        // One clock for both limits: the attempt ends with whichever is reached first.
        let limit = request.attempt_timeout.unwrap_or(shared.attempt_timeout).min(self.remaining());
        if limit.is_zero() {
            // A connection at hand would send the whole request before its response is late.
            return Err(timed_out());
        }
        self.attempts += 1;
        // Out here, so that it is kept when the body does not come.
        let mut head = None;
        let exchange = async {
            let response = shared.transport.send(to_send).await?;
            let TransportResponse { status, headers, mut body } = response;
            let retry_after = retry::retry_after(&headers, &*shared.runtime);
            let response = RawResponse { status, headers, body: Bytes::new(), attempts: 0, retry_after, call: None };
            if self.stream_success && status.is_success() {
                let limits = DownloadLimits {
                    max_bytes: shared.max_download_bytes,
                    timeout: shared.download_timeout,
                    max_held_bytes: shared.max_response_bytes,
                };
                let places = (place, Busy::new(&shared.in_flight));
                let download = Download::new(response.headers.clone(), body, &limits, shared.runtime.clone(), places);
                return Ok(Received::Streamed(Box::new((download, response))));
            }
            let head = head.insert(response);
            let limit = request.max_response_bytes.unwrap_or(usize::MAX).min(shared.max_response_bytes);
            let body = read_whole(&mut body, limit).await?;
            let headers = std::mem::take(&mut head.headers);
            let response = RawResponse { status, headers, body, attempts: 0, retry_after, call: None };
            Ok(Received::Whole(response, request.is_success(status)))
        };
        let result = {
            // The transport may be the service's own, or what it calls, such as a resolver.
            let mut exchange = pin!(exchange);
            match caught_future(|| tokio::time::timeout(limit, exchange.as_mut())).await {
                Ok(exchanged) => exchanged.unwrap_or_else(|_| Err(TransportError::of(TransportErrorKind::Timeout))),
                Err(panicked) => Err(TransportError::panicked(panicked)),
            }
        };
        result.map_err(|error| match head {
            Some(head) => error.with_head(head).into(),
            None => error.into(),
        })
    }
}

const fn timed_out() -> Failure {
    Failure::Transport(TransportError::of(TransportErrorKind::Timeout))
}

/// The whole body. The cap holds for what is kept in memory, whatever a transport makes of it.
async fn read_whole(body: &mut Body, max_bytes: usize) -> Result<Bytes, TransportError> {
    let too_large = |length: u64| usize::try_from(length).map_or(true, |length| length > max_bytes);
    if body.length().is_some_and(too_large) {
        return Err(TransportError::of(TransportErrorKind::ResponseTooLarge));
    }
    let Some(first) = chunk(body).await? else {
        return Ok(Bytes::new());
    };
    if first.len() > max_bytes {
        return Err(TransportError::of(TransportErrorKind::ResponseTooLarge));
    }
    // Most responses come in one piece, which is then the body; only pieces are copied together.
    let mut whole = Pieces::One(first);
    while let Some(chunk) = chunk(body).await? {
        let mut pieces = match whole {
            Pieces::One(first) => BytesMut::from(first),
            Pieces::Several(pieces) => pieces,
        };
        if pieces.len() + chunk.len() > max_bytes {
            return Err(TransportError::of(TransportErrorKind::ResponseTooLarge));
        }
        pieces.extend_from_slice(&chunk);
        whole = Pieces::Several(pieces);
    }
    Ok(match whole {
        Pieces::One(first) => first,
        Pieces::Several(pieces) => pieces.freeze(),
    })
}

/// The next piece of a body; `None` after the last.
async fn chunk(body: &mut Body) -> Result<Option<Bytes>, TransportError> {
    poll_fn(|context| body.poll_chunk(context)).await.transpose()
}

/// What has come of a body.
enum Pieces {
    One(Bytes),
    Several(BytesMut),
}
