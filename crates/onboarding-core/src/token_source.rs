//! Gets tokens as a [`TokenFlow`] says, keeps them, and renews them once for all calls that need them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::sync::watch;
use tracing::Instrument as _;
use url::Url;

use crate::credentials::{Authenticate, CredentialsError, CredentialsErrorKind, SignInHeaders};
use crate::decode::{self, DecodeError};
use crate::operation::OperationRef;
use crate::runtime::BoxFuture;
use crate::token_flow::{Expiry, FieldValue, TokenFlow, TokenRequest};
use crate::token_store::{MemoryStore, TokenStore, Tokens};
use crate::{Answer, Client, Error, NoDeclaredError, Operation, Request, Secret, Timestamp};

/// How long before its end a token is renewed, or a tenth of its life if that is shorter.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// How long nothing is asked for after a refusal. Vendors lock accounts that try too often.
const PAUSE: Duration = Duration::from_secs(5);

/// Signs calls in with tokens.
///
/// Tokens are had when the first call needs them, renewed shortly before they end, and once when the vendor answers 401. However
/// many calls wait, one request for tokens is made, and it runs to its end even when every one of those calls is dropped: its answer
/// may hold the only refresh token that is still good. A request for tokens is never repeated by itself.
#[derive(Clone)]
pub struct TokenSource {
    inner: Arc<Inner>,
}

struct Inner {
    flow: &'static TokenFlow,
    given: BTreeMap<&'static str, Given>,
    store: Arc<dyn TokenStore>,
    state: Mutex<State>,
}

/// What a service gave: a value, or where to ask for one each time.
#[derive(Clone)]
enum Given {
    Value(Secret),
    Asked(Arc<dyn Fn() -> Option<Secret> + Send + Sync>),
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    /// The renewal under way, which everyone waits for.
    renewal: Option<watch::Receiver<Option<Renewed>>>,
    /// When the last renewal failed, if it did, and why.
    failed: Option<(Instant, CredentialsError)>,
    /// Whether a request that is good for one use has been made.
    used_up: bool,
}

type Renewed = Result<SignInHeaders, CredentialsError>;

/// The tokens in use.
struct Current {
    headers: SignInHeaders,
    tokens: Tokens,
    renew_at: Option<Timestamp>,
    /// Whether the store has failed to take them.
    unsaved: bool,
}

/// What a call finds when it needs to be signed in.
enum Found {
    AtOnce(Renewed),
    UnderWay(watch::Receiver<Option<Renewed>>),
}

impl TokenSource {
    /// A source that keeps its tokens in memory.
    pub fn new(flow: &'static TokenFlow) -> Self {
        let store = Arc::new(MemoryStore::default());
        Self { inner: Arc::new(Inner { flow, given: BTreeMap::new(), store, state: Mutex::default() }) }
    }

    /// Gives a value that the flow names, such as a password.
    pub fn given(self, name: &'static str, value: impl Into<Secret>) -> Self {
        self.with(|inner| inner.given.insert(name, Given::Value(value.into())))
    }

    /// Gives a value that is asked for each time it is needed, such as a one-time code.
    pub fn asked(self, name: &'static str, ask: impl Fn() -> Option<Secret> + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.given.insert(name, Given::Asked(Arc::new(ask))))
    }

    /// Keeps the tokens in this store, and begins with those that it holds.
    pub fn store(self, store: impl TokenStore + 'static) -> Self {
        self.with(|inner| inner.store = Arc::new(store))
    }

    /// The address of the page on which a person agrees to the application that was given as `client_id`, in the authorization
    /// code grant of OAuth 2.0 (RFC 6749, section 4.1.1). The vendor sends them back to the `redirect_uri` that was given.
    pub fn authorize_url(&self, endpoint: &str, state: &str) -> Result<Url, CredentialsError> {
        let mut url =
            Url::parse(endpoint).map_err(|error| CredentialsError::of(CredentialsErrorKind::Other).because(error))?;
        let (client_id, redirect_uri) = (self.inner.value("client_id")?, self.inner.value("redirect_uri")?);
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client_id.reveal())
            .append_pair("redirect_uri", redirect_uri.reveal())
            .append_pair("state", state);
        Ok(url)
    }

    /// The source with its settings changed. Sources that were cloned before keep theirs, and their own tokens.
    fn with<T>(self, change: impl FnOnce(&mut Inner) -> T) -> Self {
        let Inner { flow, given, store, .. } = &*self.inner;
        let mut inner = Inner { flow, given: given.clone(), store: store.clone(), state: Mutex::default() };
        change(&mut inner);
        Self { inner: Arc::new(inner) }
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenSource").field("store", &self.inner.store).finish_non_exhaustive()
    }
}

impl Authenticate for TokenSource {
    fn sign_in<'a>(
        &'a self,
        client: &'a Client,
        refused: Option<&'a SignInHeaders>,
    ) -> BoxFuture<'a, Result<SignInHeaders, CredentialsError>> {
        Box::pin(async move {
            match self.inner.find(client, refused) {
                Found::AtOnce(renewed) => renewed,
                Found::UnderWay(mut renewal) => match renewal.wait_for(Option::is_some).await {
                    Ok(renewed) => renewed.clone().unwrap_or_else(|| Err(broken_off())),
                    Err(_) => Err(broken_off()),
                },
            }
        })
    }
}

/// The task that renews has ended without a result: what the service gave to be called has panicked.
fn broken_off() -> CredentialsError {
    CredentialsError::of(CredentialsErrorKind::Other).because("the renewal of tokens was broken off")
}

impl Inner {
    /// What is known at once, or what to wait for. The first one to find nothing usable begins the renewal.
    fn find(self: &Arc<Self>, client: &Client, refused: Option<&SignInHeaders>) -> Found {
        let runtime = client.runtime();
        let now = runtime.now();
        let mut state = self.state();
        let usable = state.current.as_ref().filter(|current| Some(&current.headers) != refused);
        if let Some(current) = usable {
            let failed_just_now = state.failed_since(runtime.instant(), PAUSE).is_some();
            if !current.is_due(now) || (!current.has_ended(now) && failed_just_now) {
                return Found::AtOnce(Ok(current.headers.clone()));
            }
        }
        if let Some(error) = state.failed_since(runtime.instant(), PAUSE)
            && error.kind() != CredentialsErrorKind::Unavailable
        {
            return Found::AtOnce(Err(error.clone()));
        }
        // A sender that is gone without a result has panicked.
        if let Some(renewal) = state.renewal.as_ref().filter(|renewal| renewal.has_changed().is_ok()) {
            return Found::UnderWay(renewal.clone());
        }
        let (sender, receiver) = watch::channel(None);
        state.renewal = Some(receiver.clone());
        let at_hand = state.current.as_ref().map(|current| current.headers.clone());
        drop(state);
        let (inner, client, refused) = (self.clone(), client.clone(), refused.cloned());
        // Those at hand have been refused, or are due.
        let outdated = at_hand.or_else(|| refused.clone());
        tokio::spawn(
            async move {
                let renewed = inner.renew(&client, outdated.as_ref()).await;
                let renewed = inner.settle(renewed, &client, refused.as_ref());
                sender.send_replace(Some(renewed));
            }
            .in_current_span(),
        );
        Found::UnderWay(receiver)
    }

    /// Takes over the result of a renewal. When it failed early, the tokens at hand are still good.
    fn settle(
        &self,
        renewed: Result<Current, CredentialsError>,
        client: &Client,
        refused: Option<&SignInHeaders>,
    ) -> Renewed {
        let runtime = client.runtime();
        let mut state = self.state();
        state.renewal = None;
        match renewed {
            Ok(current) => {
                state.failed = None;
                let headers = current.headers.clone();
                state.current = Some(current);
                Ok(headers)
            }
            Err(error) => {
                state.failed = Some((runtime.instant(), error.clone()));
                let good = |current: &&Current| !current.has_ended(runtime.now()) && Some(&current.headers) != refused;
                state.current.as_ref().filter(good).map(|current| current.headers.clone()).ok_or(error)
            }
        }
    }

    /// New tokens in place of the outdated ones, unless another process has put some into the store.
    async fn renew(&self, client: &Client, outdated: Option<&SignInHeaders>) -> Result<Current, CredentialsError> {
        let failed = |error| CredentialsError::of(CredentialsErrorKind::Store).because(error);
        // Held to the end: another process may be renewing the same tokens.
        let _lock = self.store.lock().await.map_err(failed)?;
        let now = client.runtime().now();
        // What the store did not take is newer than what it holds.
        let unsaved = self.state().current.as_ref().filter(|current| current.unsaved).map(|it| it.tokens.clone());
        let stored = match unsaved {
            Some(tokens) => Some(tokens),
            None => self.store.load().await.map_err(failed)?,
        };
        if let Some(tokens) = &stored {
            let current = self.current(tokens.clone(), now)?;
            if !current.is_due(now) && Some(&current.headers) != outdated {
                return Ok(current);
            }
        }
        let tokens = self.fetch(client, stored.as_ref()).await?;
        let saved = self.store.save(&tokens).await;
        let mut current = self.current(tokens, client.runtime().now())?;
        if let Err(error) = saved {
            // The calls that wait can go on all the same.
            tracing::error!(vendor = client.vendor(), error = %error, "new tokens could not be stored");
            current.unsaved = true;
        }
        Ok(current)
    }

    /// New tokens: by refreshing when that is possible, otherwise by signing in.
    async fn fetch(&self, client: &Client, stored: Option<&Tokens>) -> Result<Tokens, CredentialsError> {
        let refresh_token = stored.and_then(|tokens| tokens.refresh_token.as_ref());
        if let (Some(request), Some(refresh_token)) = (&self.flow.refresh, refresh_token) {
            match self.ask(client, "refresh_tokens", request, Some(refresh_token)).await {
                Err(error) if error.kind() == CredentialsErrorKind::Refused => {
                    return match self.sign_in(client).await {
                        // What the vendor said is worth more than that a person has to act on it.
                        Err(sign_in) if sign_in.kind() == CredentialsErrorKind::SignInAgain => {
                            Err(error.answer().cloned().map_or(sign_in, |answer| {
                                CredentialsError::of(CredentialsErrorKind::SignInAgain).answered(answer)
                            }))
                        }
                        signed_in => signed_in,
                    };
                }
                refreshed => return refreshed,
            }
        }
        self.sign_in(client).await
    }

    async fn sign_in(&self, client: &Client) -> Result<Tokens, CredentialsError> {
        let request = &self.flow.sign_in;
        if !request.once {
            return self.ask(client, "sign_in", request, None).await;
        }
        let again = CredentialsError::of(CredentialsErrorKind::SignInAgain);
        if std::mem::replace(&mut self.state().used_up, true) {
            return Err(again);
        }
        match self.ask(client, "sign_in", request, None).await {
            // Only a person has what is good for one use, and a process that began with stored tokens was not given it.
            Err(error) if matches!(error.kind(), CredentialsErrorKind::MissingValue { .. }) => Err(again),
            signed_in => signed_in,
        }
    }

    async fn ask(
        &self,
        client: &Client,
        name: &'static str,
        request: &TokenRequest,
        refresh_token: Option<&Secret>,
    ) -> Result<Tokens, CredentialsError> {
        let request = self.request(client, name, request, refresh_token)?;
        let answer = request.send_raw().await.map_err(|error: Error<NoDeclaredError>| match error {
            Error::Credentials(error) => error,
            error => CredentialsError::of(CredentialsErrorKind::Unavailable).because(error),
        })?;
        let status = answer.status();
        if status.is_success() {
            return self.read(client, answer, refresh_token);
        }
        let temporary = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
        let kind = if temporary { CredentialsErrorKind::Unavailable } else { CredentialsErrorKind::Refused };
        Err(CredentialsError::of(kind).answered(answer))
    }

    fn request(
        &self,
        client: &Client,
        name: &'static str,
        request: &TokenRequest,
        refresh_token: Option<&Secret>,
    ) -> Result<Request, CredentialsError> {
        let operation = Operation::new(name, Method::POST, request.path).public().accept(request.accept);
        let mut http_request =
            Request::new(client.clone(), OperationRef::Own(Arc::new(operation))).above_base(request.above_base);
        for (header, template) in request.headers {
            http_request = http_request.header(header, &self.fill(template, None)?);
        }
        let mut fields = serde_json::Map::new();
        for (field, value) in request.fields {
            let value = match value {
                FieldValue::Text(text) => Value::from(*text),
                FieldValue::Flag(flag) => Value::from(*flag),
                FieldValue::Given(name) => Value::from(self.value(name)?.reveal()),
                FieldValue::Optional(name) => match self.given(name) {
                    Some(given) => Value::from(given.reveal()),
                    None => continue,
                },
                FieldValue::RefreshToken => Value::from(refresh_token.map(Secret::reveal)),
            };
            fields.insert((*field).to_owned(), value);
        }
        let body = Value::Object(fields);
        Ok(if request.form { http_request.form(&body) } else { http_request.json("application/json", &body) })
    }

    fn read(
        &self,
        client: &Client,
        answer: Answer,
        refresh_token: Option<&Secret>,
    ) -> Result<Tokens, CredentialsError> {
        let flow = self.flow;
        let malformed = |answer: Answer, error: DecodeError| {
            CredentialsError::of(CredentialsErrorKind::Malformed).because(error).answered(answer)
        };
        let body: Value = match decode::json(answer.bytes()) {
            Ok(body) => body,
            Err(error) => return Err(malformed(answer, error)),
        };
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
        if flow.second_factor.and_then(|pointer| body.pointer(pointer)) == Some(&Value::Bool(true)) {
            return Err(CredentialsError::of(CredentialsErrorKind::SecondFactorRequired).answered(answer));
        }
        let Some(access_token) = text(flow.access_token).filter(|token| !token.is_empty()) else {
            return Err(malformed(answer, DecodeError::new(flow.access_token, "expected a token")));
        };
        let new_refresh_token = flow.refresh_token.and_then(text).map(Secret::from);
        let told = match flow.expiry {
            Expiry::Seconds(pointer) => body
                .pointer(pointer)
                .and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok()))
                .and_then(TimeDelta::try_seconds)
                .and_then(|life| client.runtime().now().checked_add_signed(life)),
            Expiry::DateTime(pointer) => {
                text(pointer).and_then(|text| DateTime::parse_from_rfc3339(text).ok()).map(|at| at.to_utc())
            }
            Expiry::Untold => None,
        };
        Ok(Tokens {
            access_token: access_token.into(),
            refresh_token: match new_refresh_token {
                // One that is good for many uses is not sent again by every vendor.
                None if !flow.single_use_refresh_token => refresh_token.cloned(),
                new => new,
            },
            expires_at: told.or_else(|| jwt_expiry(access_token)),
        })
    }

    /// Tokens in the form that calls use.
    fn current(&self, tokens: Tokens, now: Timestamp) -> Result<Current, CredentialsError> {
        let mut headers = HeaderMap::new();
        for (name, template) in self.flow.headers {
            let value = self.fill(template, Some(&tokens.access_token))?;
            // A token with characters that no header can carry is not usable.
            let malformed =
                || CredentialsError::of(CredentialsErrorKind::Malformed).because("no header can carry the token");
            let value = HeaderValue::from_str(value.reveal()).map_err(|_| malformed())?;
            headers.append(HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed())?, value);
        }
        let renew_at = tokens.expires_at.map(|end| end - MARGIN.min((end - now) / 10).max(TimeDelta::zero()));
        Ok(Current { headers: SignInHeaders::new(headers), tokens, renew_at, unsaved: false })
    }

    /// A template with its names replaced by what they stand for.
    fn fill(&self, template: &'static str, access_token: Option<&Secret>) -> Result<Secret, CredentialsError> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            filled.push_str(before);
            match access_token {
                Some(token) if name == "access_token" => filled.push_str(token.reveal()),
                _ => filled.push_str(self.value(name)?.reveal()),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled.into())
    }

    fn given(&self, name: &str) -> Option<Secret> {
        match self.given.get(name)? {
            Given::Value(value) => Some(value.clone()),
            Given::Asked(ask) => ask(),
        }
    }

    fn value(&self, name: &'static str) -> Result<Secret, CredentialsError> {
        self.given(name).ok_or_else(|| CredentialsError::of(CredentialsErrorKind::MissingValue { name }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The last failure, if it is not longer ago than that.
    fn failed_since(&self, now: Instant, pause: Duration) -> Option<&CredentialsError> {
        let (at, error) = self.failed.as_ref()?;
        (now.saturating_duration_since(*at) < pause).then_some(error)
    }
}

impl Current {
    fn is_due(&self, now: Timestamp) -> bool {
        self.renew_at.is_some_and(|at| at <= now)
    }

    fn has_ended(&self, now: Timestamp) -> bool {
        self.tokens.expires_at.is_some_and(|at| at <= now)
    }
}

/// The `exp` of a token that is a JWT. Its signature is the vendor's business.
fn jwt_expiry(token: &str) -> Option<Timestamp> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    let seconds = claims.get("exp")?;
    #[expect(clippy::cast_possible_truncation, reason = "fractions of a second do not matter")]
    let seconds = seconds.as_i64().or_else(|| seconds.as_f64().map(|seconds| seconds as i64))?;
    DateTime::from_timestamp(seconds, 0)
}
