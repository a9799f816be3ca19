//! The request of one call: put together by generated code, sent by the one executor at the end of this file.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::pin::pin;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{StatusCode, Url};
use serde::Serialize;
use url::Position;
use uuid::Uuid;

use crate::Client;
use crate::call::NoDeclaredError;
use crate::check::{self, Check, Rule};
use crate::client::Shared;
use crate::credentials::{Authenticate, CredentialsError, CredentialsErrorKind, SignInHeaders};
use crate::download::{Download, DownloadLimits};
use crate::error::{Error, Refused, TransportError, TransportErrorKind};
use crate::form::{self, NoForm};
use crate::observe::{self, CallEnd, CallInfo, Drift};
use crate::operation::{Operation, OperationRef};
use crate::parameter::{Parameter, encode};
use crate::response::RawResponse;
use crate::retry;
use crate::runtime::{BoxFuture, Panicked, caught, caught_future, has_clock, within};
use crate::signer::SignableRequest;

/// How many headers most requests have besides: accept, authorization, content type and length, host.
const FIXED_HEADERS: usize = 5;

/// A request being put together. The first thing that is wrong with it is remembered and becomes the error of the call.
#[derive(Clone)]
pub struct Request {
    client: Client,
    operation: OperationRef,
    /// How many of the last segments of the base URL's path are left out.
    above_base: usize,
    /// The path so far, its parameters filled in.
    path: String,
    /// What is left of the operation's path.
    template: &'static str,
    query: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<(&'static str, Bytes)>,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    max_response_bytes: Option<usize>,
    refused: Option<Box<Refused>>,
}

impl Request {
    pub(crate) fn new(client: Client, operation: OperationRef) -> Self {
        Self {
            client,
            template: operation.path,
            operation,
            above_base: 0,
            path: String::new(),
            query: String::new(),
            headers: Vec::new(),
            body: None,
            timeout: None,
            attempt_timeout: None,
            max_response_bytes: None,
            refused: None,
        }
    }

    /// Fills the next placeholder of the path. A value that is empty, `.` or `..` is refused, since it would reach another address.
    pub fn path(self, name: &'static str, value: &dyn Parameter) -> Self {
        let text = value.to_text();
        self.push_path(name, &text, &encode(&text))
    }

    /// Fills the next placeholder of the path with values joined by commas. No value at all is refused as an empty one is.
    pub fn path_joined<T: Parameter>(self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        let (mut plain, mut encoded) = (String::new(), String::new());
        for (index, value) in values.into_iter().enumerate() {
            let text = value.to_text();
            if index > 0 {
                plain.push(',');
                encoded.push(',');
            }
            plain.push_str(&text);
            encoded.extend(encode(&text));
        }
        self.push_path(name, &plain, &encoded)
    }

    fn push_path(mut self, name: &'static str, text: &str, encoded: &dyn fmt::Display) -> Self {
        if matches!(text, "" | "." | "..") {
            return self.refuse(Refused::PathParameter { name });
        }
        let Some((before, rest)) = self.template.split_once('{') else {
            return self.refuse(Refused::Address);
        };
        let Some((placeholder, after)) = rest.split_once('}') else {
            return self.refuse(Refused::Address);
        };
        if placeholder != name {
            return self.refuse(Refused::Address);
        }
        // Room for the whole path, unless much of the value has to be encoded.
        self.path.reserve(self.template.len() + text.len());
        self.path.push_str(before);
        // Writing to a string cannot fail.
        let _ = write!(self.path, "{encoded}");
        self.template = after;
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &'static str, value: &dyn Parameter) -> Self {
        self.push_query(name, &encode(&value.to_text()));
        self
    }

    /// Adds a query parameter once for each value.
    pub fn query_each<T: Parameter>(mut self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        for value in values {
            self.push_query(name, &encode(&value.to_text()));
        }
        self
    }

    /// Adds a query parameter with its values joined by commas; nothing when there are none.
    pub fn query_joined<T: Parameter>(mut self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<String> = values.into_iter().map(|value| encode(&value.to_text()).to_string()).collect();
        if !values.is_empty() {
            self.push_query(name, &values.join(","));
        }
        self
    }

    /// Adds a header parameter, which stands in place of a header of the same name that the client sends. A value that no header can
    /// carry is refused; so is one with space around it, which would be lost on the way.
    pub fn header(mut self, name: &'static str, value: &dyn Parameter) -> Self {
        let text = value.to_text();
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&text)) {
            (Ok(wire_name), Ok(mut wire_value)) if text.trim_matches([' ', '\t']) == text => {
                // It may be private, so no layer below shall print it.
                wire_value.set_sensitive(true);
                self.headers.push((wire_name, wire_value));
                self
            }
            _ => self.refuse(Refused::HeaderParameter { name }),
        }
    }

    /// Adds a header parameter with its values joined by commas; nothing when there are none. A value with a comma in it is refused,
    /// since it would arrive as two.
    pub fn header_joined<T: Parameter>(self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        let mut joined = String::new();
        for (index, value) in values.into_iter().enumerate() {
            let text = value.to_text();
            if text.is_empty() || text.contains(',') || text.trim_matches([' ', '\t']) != text {
                return self.refuse(Refused::HeaderParameter { name });
            }
            if index > 0 {
                joined.push(',');
            }
            joined.push_str(&text);
        }
        if joined.is_empty() { self } else { self.header(name, &joined) }
    }

    /// Refuses a parameter that breaks a limit that the vendor documents.
    pub fn check(self, name: &'static str, value: &dyn Check, rules: &[Rule]) -> Self {
        match check::member(name, value, rules) {
            Ok(()) => self,
            Err(violation) => self.refuse(Refused::Value { violation }),
        }
    }

    /// Sends a JSON body under the given media type, unless it breaks a limit that the vendor documents.
    pub fn json<T: Serialize + Check + ?Sized>(mut self, media_type: &'static str, body: &T) -> Self {
        if let Err(violation) = body.check() {
            return self.refuse(Refused::Value { violation });
        }
        match serde_json::to_vec(body) {
            Ok(bytes) => {
                self.body = Some((media_type, bytes.into()));
                self
            }
            Err(_) => self.refuse(Refused::Body { reason: "a member has no JSON form" }),
        }
    }

    /// Sends a form-encoded body, unless it breaks a limit that the vendor documents. A list is sent as a pair for each item.
    pub fn form<T: Serialize + Check + ?Sized>(mut self, body: &T) -> Self {
        if let Err(violation) = body.check() {
            return self.refuse(Refused::Value { violation });
        }
        match form::encode(body) {
            Ok(text) => {
                self.body = Some(("application/x-www-form-urlencoded", text.into()));
                self
            }
            Err(NoForm(reason)) => self.refuse(Refused::Body { reason }),
        }
    }

    /// Sends bytes under the given media type.
    pub fn bytes(mut self, media_type: &'static str, body: Bytes) -> Self {
        self.body = Some((media_type, body));
        self
    }

    /// How long the whole call may take, instead of what the client allows.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// How long one attempt may take, instead of what the client allows.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = Some(limit);
        self
    }

    /// How many bytes of a response are read, if that is less than the client's limit.
    #[cfg(feature = "webhook")]
    pub(crate) const fn max_response_bytes(mut self, limit: usize) -> Self {
        self.max_response_bytes = Some(limit);
        self
    }

    /// Sends the request and gives the response as it came, whatever its status.
    pub async fn send_raw(self) -> Result<RawResponse, Error<NoDeclaredError>> {
        match execute(self, false).await? {
            Received::Whole(response, _) => Ok(response),
            Received::Streamed(streamed) => Ok(streamed.1),
        }
    }

    pub(crate) const fn above_base(mut self, segments: usize) -> Self {
        self.above_base = segments;
        self
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    /// What may be told of the call.
    pub(crate) fn info(&self) -> CallInfo<'_> {
        info(&self.client, &self.operation)
    }

    /// What tells the client's observer of drift, when there is one.
    pub(crate) fn reporter(&self) -> Option<Reporter> {
        let observed = self.client.shared.observer.is_some();
        observed.then(|| Reporter { client: self.client.clone(), operation: self.operation.clone() })
    }

    /// Whether the vendor documents this status as a success of the operation.
    fn is_success(&self, status: StatusCode) -> bool {
        status.is_success() || (self.operation.redirects && status.is_redirection())
    }

    /// The first value of a query parameter as it was given, when it needs no decoding.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        let encoded = encode(name).to_string();
        self.query.split(['?', '&']).find_map(|pair| pair.strip_prefix(&encoded)?.strip_prefix('='))
    }

    /// Puts a query parameter in the place of those of the same name.
    pub(crate) fn set_query(mut self, name: &str, value: &dyn Parameter) -> Self {
        let prefix = format!("{}=", encode(name));
        let others = std::mem::take(&mut self.query);
        for pair in others.split(['?', '&']).filter(|pair| !pair.is_empty() && !pair.starts_with(&prefix)) {
            let separator = if self.query.is_empty() { '?' } else { '&' };
            self.query.push(separator);
            self.query.push_str(pair);
        }
        self.push_query(name, &encode(&value.to_text()));
        self
    }

    fn push_query(&mut self, name: &str, encoded: &dyn fmt::Display) {
        let separator = if self.query.is_empty() { '?' } else { '&' };
        // Writing to a string cannot fail.
        let _ = write!(self.query, "{separator}{}={encoded}", encode(name));
    }

    fn refuse(mut self, refused: Refused) -> Self {
        self.refused.get_or_insert_with(|| Box::new(refused));
        self
    }

    /// Whether the call may be repeated without being carried out twice. Gives it an idempotency key where the vendor has one.
    fn make_repeatable(&mut self) -> bool {
        if let Some(name) = self.operation.idempotency_key
            && let Ok(name) = HeaderName::from_bytes(name.as_bytes())
        {
            if self.headers.iter().all(|(header, _)| *header != name) {
                let key = HeaderValue::from_str(&Uuid::new_v4().to_string());
                self.headers.extend(key.ok().map(|key| (name, key)));
            }
            return true;
        }
        self.operation.idempotent || self.operation.method.is_idempotent()
    }

    /// The request's address, checked to be below the base URL.
    ///
    /// Scheme, host and port are those of the base URL, which was parsed when the client was built: only what stands behind them is
    /// parsed here.
    fn url(&self) -> Result<Url, Refused> {
        if self.template.contains('{') {
            return Err(Refused::Address);
        }
        let shared = &self.client.shared;
        let origin = shared.base_url[..Position::BeforePath].len();
        let base = match self.above_base {
            0 => Cow::Borrowed(shared.base_text.as_str()),
            segments => Cow::Owned(shortened(&shared.base_url, segments)),
        };
        let mut text = [&base[origin..], &self.path, self.template, &self.query].concat();
        if self.operation.authenticated {
            // What the call gives itself goes before, as with headers: no name is sent twice.
            for (_, pair) in shared.sign_in_query.iter().filter(|(name, _)| self.query_value(name).is_none()) {
                let is_first = !text.contains('?');
                text.push(if is_first { '?' } else { '&' });
                text.push_str(pair.reveal());
            }
        }
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (text.as_str(), None),
        };
        let mut url = shared.base_url.clone();
        url.set_path(path);
        url.set_query(query);
        // Parsing would have resolved dots and dropped what it takes for line noise: the address must come out as composed.
        if url[Position::BeforePath..] == text { Ok(url) } else { Err(Refused::Address) }
    }

    /// The request of one attempt, signed.
    fn to_http(&self, url: &Url, signed_in: Option<&SignInHeaders>) -> Result<reqwest::Request, Failure> {
        let shared = &self.client.shared;
        let mut request = reqwest::Request::new(self.operation.method.clone(), url.clone());
        let headers = request.headers_mut();
        // Room for all at once; a map that grows hashes every name again.
        headers.reserve(shared.headers.len() + self.headers.len() + FIXED_HEADERS);
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
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        if let Some(signer) = &shared.signer {
            let body = self.body.as_ref().map_or(&[][..], |(_, body)| body);
            let mut request = SignableRequest { method: &self.operation.method, url, headers, body };
            let failed = || CredentialsError::of(CredentialsErrorKind::Signing);
            match caught(|| signer.sign(&mut request)) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(Failure::Credentials(failed().because(error))),
                Err(panicked) => return Err(Failure::Credentials(failed().because(panicked))),
            }
        }
        if let Some((_, body)) = &self.body {
            *request.body_mut() = Some(body.clone().into());
        }
        Ok(request)
    }
}

/// A base URL without the last segments of its path.
fn shortened(base: &Url, segments: usize) -> String {
    let mut base = base.clone();
    if let Ok(mut path) = base.path_segments_mut() {
        path.pop_if_empty();
        for _ in 0..segments {
            path.pop();
        }
    }
    base.as_str().trim_end_matches('/').to_owned()
}

fn info<'a>(client: &Client, operation: &'a Operation) -> CallInfo<'a> {
    CallInfo { vendor: client.vendor(), operation: operation.name, method: &operation.method, template: operation.path }
}

/// Tells a client's observer how the vendor departs from its document.
pub(crate) struct Reporter {
    client: Client,
    operation: OperationRef,
}

impl Reporter {
    pub(crate) fn report(&self, drift: &Drift<'_>) {
        observe::tell(&self.client, |observer| observer.drift(&info(&self.client, &self.operation), drift));
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Request").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}

/// What came back: read whole, with whether it is a success, or left to be streamed.
pub(crate) enum Received {
    Whole(RawResponse, bool),
    /// Boxed, so that the responses of all other calls are moved in half the space.
    Streamed(Box<(Download, RawResponse)>),
}

/// Why nothing came back.
pub(crate) enum Failure {
    Refused(Refused),
    Credentials(CredentialsError),
    Transport(TransportError),
}

impl Failure {
    fn after(self, attempts: u32) -> Self {
        match self {
            Self::Refused(refused) => Self::Refused(refused),
            Self::Credentials(error) => Self::Credentials(error.after(attempts)),
            Self::Transport(error) => Self::Transport(error.after(attempts)),
        }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // The HTTP client could not build the request, which is checked but for the length of its address: nothing was sent, and
        // nothing would be the next time.
        if error.is_builder() { Self::Refused(Refused::Address) } else { Self::Transport(error.into()) }
    }
}

impl<E> From<Failure> for Error<E> {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refused) => Self::Refused(refused),
            Failure::Credentials(error) => Self::Credentials(error),
            Failure::Transport(error) => Self::Transport(error),
        }
    }
}

/// Executes any call of any operation. Generated operations and their typed `send` are thin around it, so that services compile it
/// once. Requests for tokens come here too.
pub(crate) fn execute(mut request: Request, stream_success: bool) -> BoxFuture<'static, Result<Received, Failure>> {
    Box::pin(async move {
        if let Some(refused) = request.refused.take() {
            return Err(Failure::Refused(*refused));
        }
        if !has_clock() {
            return Err(Failure::Refused(Refused::Runtime));
        }
        let url = request.url().map_err(Failure::Refused)?;
        let repeatable = request.make_repeatable();
        let span = observe::call_span(&request);
        let shared = request.client.shared.clone();
        let begun = shared.runtime.instant();
        observe::tell(&request.client, |observer| {
            observer.before(&request.info());
            if request.operation.deprecated {
                observer.drift(&request.info(), &Drift::DeprecatedOperation);
            }
        });
        let mut execution = Execution {
            deadline: begun.checked_add(request.timeout.unwrap_or(shared.timeout)),
            request: &request,
            shared: &shared,
            url: &url,
            repeatable,
            stream_success,
            attempts: 0,
        };
        let mut result = observe::within(&span, pin!(execution.run())).await;
        let attempts = execution.attempts;
        span.record("attempts", attempts);
        observe::record(&span, &result);
        observe::tell(&request.client, |observer| {
            let (status, failure) = observe::ending(&result);
            let elapsed = shared.runtime.instant().saturating_duration_since(begun);
            observer.after(&request.info(), &CallEnd { status, failure, attempts, elapsed });
        });
        match &mut result {
            Ok(Received::Whole(response, _)) => response.attempts = attempts,
            Ok(Received::Streamed(streamed)) => streamed.1.attempts = attempts,
            Err(_) => {}
        }
        result.map_err(|failure| failure.after(attempts))
    })
}

/// One call on its way.
struct Execution<'a> {
    request: &'a Request,
    shared: &'a Shared,
    url: &'a Url,
    /// When the call must have ended; `None` when that is beyond the end of time.
    deadline: Option<Instant>,
    repeatable: bool,
    stream_success: bool,
    attempts: u32,
}

impl Execution<'_> {
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
                    signed_in_again = true;
                    signed_in = Some(renewed);
                    result = self.attempt(signed_in.as_ref()).await;
                }
            }

            let Some(pause) = self.pause_after(&result) else {
                return result;
            };
            shared.runtime.sleep(pause).await;
        }
    }

    /// How long to wait before the next attempt; `None` when this result is final.
    fn pause_after(&self, result: &Result<Received, Failure>) -> Option<Duration> {
        let runtime = &*self.shared.runtime;
        let asked = match result {
            Ok(Received::Whole(response, false)) if retry::is_temporary(response.status) => response.retry_after,
            Err(Failure::Transport(error)) if error.kind() != TransportErrorKind::ResponseTooLarge => None,
            _ => return None,
        };
        // What was not sent once for want of time is not tried again.
        if !self.repeatable || self.attempts == 0 {
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
        let span = observe::attempt_span(self.request, self.attempts);
        let result = observe::within(&span, pin!(self.exchange(signed_in))).await;
        observe::record(&span, &result);
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
        let http_request = request.to_http(self.url, signed_in)?;
        // One clock for both limits: the attempt ends with whichever is reached first.
        let limit = request.attempt_timeout.unwrap_or(shared.attempt_timeout).min(self.remaining());
        if limit.is_zero() {
            // A connection at hand would send the whole request before its response is late.
            return Err(timed_out());
        }
        self.attempts += 1;
        // Begun here, because a request is large and would be moved with the future.
        let pending = shared.http.current().execute(http_request);
        let exchange = async {
            let mut response = pending.await?;
            let status = response.status();
            if self.stream_success && status.is_success() {
                let retry_after = retry::retry_after(response.headers(), &*shared.runtime);
                let headers = response.headers().clone();
                let head = RawResponse { status, headers, body: Bytes::new(), attempts: 0, retry_after };
                let limits = DownloadLimits {
                    max_bytes: shared.max_download_bytes,
                    timeout: shared.download_timeout,
                    max_held_bytes: shared.max_response_bytes,
                };
                let download = Download::new(response, &limits, shared.runtime.clone(), place);
                return Ok(Received::Streamed(Box::new((download, head))));
            }
            let limit = request.max_response_bytes.unwrap_or(usize::MAX).min(shared.max_response_bytes);
            let body = read_whole(&mut response, limit)
                .await
                .map_err(|error| Failure::Transport(error.with_status(status)))?;
            let headers = std::mem::take(response.headers_mut());
            let retry_after = retry::retry_after(&headers, &*shared.runtime);
            Ok(Received::Whole(
                RawResponse { status, headers, body, attempts: 0, retry_after },
                request.is_success(status),
            ))
        };
        // What the HTTP client calls may be the service's own, such as a resolver.
        let mut exchange = pin!(exchange);
        match caught_future(|| tokio::time::timeout(limit, exchange.as_mut())).await {
            Ok(exchanged) => exchanged.unwrap_or_else(|_| Err(timed_out())),
            Err(panicked) => Err(Failure::Transport(TransportError::panicked(panicked))),
        }
    }
}

const fn timed_out() -> Failure {
    Failure::Transport(TransportError::of(TransportErrorKind::Timeout))
}

/// The whole body. The cap holds for what is kept in memory, also when the HTTP client has decompressed it.
async fn read_whole(response: &mut reqwest::Response, max_bytes: usize) -> Result<Bytes, TransportError> {
    let too_large = |length: u64| usize::try_from(length).map_or(true, |length| length > max_bytes);
    if response.content_length().is_some_and(too_large) {
        return Err(TransportError::of(TransportErrorKind::ResponseTooLarge));
    }
    let Some(first) = response.chunk().await? else {
        return Ok(Bytes::new());
    };
    if first.len() > max_bytes {
        return Err(TransportError::of(TransportErrorKind::ResponseTooLarge));
    }
    // Most responses come in one piece, which is then the body; only pieces are copied together.
    let mut whole = Pieces::One(first);
    while let Some(chunk) = response.chunk().await? {
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

/// What has come of a body.
enum Pieces {
    One(Bytes),
    Several(BytesMut),
}
