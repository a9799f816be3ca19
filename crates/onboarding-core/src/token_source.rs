//! Obtains tokens as a [`TokenFlow`] says, keeps them, and renews them (by refreshing them or by signing in again) once for all calls
//! that need them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tracing::Instrument as _;
use url::Url;

use crate::client::Authenticate;
use crate::credentials_error::{CredentialsError, CredentialsErrorKind, StoreTimedOut};
use crate::decode::{self, DecodeError};
use crate::in_flight::Busy;
use crate::operation::OperationRef;
use crate::refused::{Refused, RefusedCall};
use crate::renewal::{Renewal, Renewed, Step, Waited};
use crate::retry::full_jitter;
use crate::runtime::{BoxFuture, Runtime, caught, caught_future, within};
use crate::sign_in_headers::SignInHeaders;
use crate::token_flow::{Expiry, FieldValue, TokenFlow, TokenRequest};
use crate::token_store::{MemoryStore, StoreError, StoreLock, TokenStore, Tokens};
use crate::transport_error::TransportErrorKind;
use crate::{Client, Error, NoDeclaredError, Operation, RawResponse, Request, Secret, Timestamp};

/// How long before its end a token is renewed, or a tenth of its life if that is shorter.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// How long a call waits for the renewal of a token that is due but still good.
const GRACE: Duration = Duration::from_secs(1);
/// How long one call of the store may take unless the service says otherwise.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often the store is asked for its lock, and for what it holds, when it takes too long.
const STORE_TRIES: u32 = 2;
/// What pauses between requests for tokens grow from, and up to, while the vendor fails or refuses.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long nothing is asked for after a refusal in any case. Vendors lock accounts that try too often.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_secs(5);
/// The longest `Retry-After` of a token endpoint that is obeyed.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);
/// How many tokens in a row may be refused by calls until there are pauses between requests for further ones, and how long the
/// last of them has to be good for the count to begin anew.
const REFUSED_AT_ONCE: u32 = 3;
const REFUSALS_FORGOTTEN: Duration = Duration::from_secs(600);
/// How long a token is used whose end is told to be past.
const UNBELIEVED_LIFE: TimeDelta = TimeDelta::seconds(60);
/// How long a token is used in any case before it is renewed because it is due, so that none is renewed by every call.
const SHORTEST_USE: Duration = Duration::from_secs(1);
/// What pauses between attempts to save tokens grow from; up to [`LONGEST_PAUSE`].
const FIRST_SAVE_PAUSE: Duration = Duration::from_secs(1);
/// How often a call begins a renewal anew that was given up.
const TAKEOVERS: u32 = 5;

/// Signs calls in with tokens.
///
/// Tokens are obtained when the first call needs them, renewed shortly before they end, and once when the vendor responds with 401. However
/// many calls wait, one request for tokens is made, and it runs to its end even when every one of those calls is dropped: its response
/// may hold the only refresh token that is still good. New tokens go to the calls that wait before they are saved, and are kept in
/// memory until the store has taken them: a save that fails, panics or takes too long is repeated by later calls, after growing
/// pauses.
///
/// **The store** gets five seconds for each of its calls, or what [`store_timeout`](Self::store_timeout) says. A token that is
/// good is used without asking it.
///
/// **A failing token endpoint** is asked again within the renewal, as the client's [`Retry`](crate::Retry) says, unless the request
/// holds something that is good for one use: a code, a one-time password or a single-use refresh token. When the renewal has
/// failed, calls get its error until a pause is over that all of them share: a random part of 2, 4, 8, … up to 60 seconds, and at
/// least what `Retry-After` asks for, up to five minutes. A refusal is not followed by another request for at least five
/// seconds.
///
/// **A renewal whose runtime nobody drives any more** is given up by the next call that waits for it, after two seconds; when that
/// runtime was shut down, at once. Only when something that is good for one use is on its way does the call wait as long as a whole
/// call of the client may take ([`ClientBuilder::timeout`](crate::ClientBuilder::timeout)): until then the first request may
/// still succeed, and a second one with the same refresh token might lock the service out.
#[derive(Clone)]
pub struct TokenSource {
    inner: Arc<Inner>,
}

struct Inner {
    flow: &'static TokenFlow,
    given: BTreeMap<&'static str, Given>,
    store: Arc<dyn TokenStore>,
    store_timeout: Duration,
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
    /// The renewal that was begun last, which everyone waits for.
    renewal: Option<Arc<Renewal>>,
    /// What the last renewal failed with, if it did.
    failed: Option<Failed>,
    /// Tokens that the store has not taken: newer than what it holds.
    unsaved: Option<Unsaved>,
    /// Whether a request that is good for one use has been made.
    used_up: bool,
}

/// A failed renewal.
struct Failed {
    error: CredentialsError,
    /// When the vendor may be asked again; at once where it was not asked.
    until: Option<Instant>,
    /// How many have failed in a row.
    times: u32,
}

/// The tokens in use.
struct Current {
    headers: SignInHeaders,
    expires_at: Option<Timestamp>,
    renew_at: Option<Timestamp>,
    obtained: Instant,
    /// How many tokens before these were refused in a row, and until when these are kept in spite of another refusal.
    refusals: u32,
    kept_until: Option<Instant>,
}

/// Tokens that the store has not taken yet, how often it was asked to, and when it is asked again.
struct Unsaved {
    tokens: Tokens,
    failures: u32,
    again: Instant,
}

/// What a call finds when it needs to be signed in.
enum Found {
    AtOnce(Renewed),
    UnderWay {
        renewal: Arc<Renewal>,
        /// Whether what it has given already is of no use to the call, which waits for its end.
        had_given: bool,
        /// What is still good, for a call that has waited for long enough.
        good: Option<SignInHeaders>,
    },
}

impl TokenSource {
    /// A source that keeps its tokens in memory.
    pub fn new(flow: &'static TokenFlow) -> Self {
        let store = Arc::new(MemoryStore::default());
        let (given, state) = (BTreeMap::new(), Mutex::default());
        Self { inner: Arc::new(Inner { flow, given, store, store_timeout: STORE_TIMEOUT, state }) }
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

    /// How long one call of the store may take: 5 seconds by default. A `load` or a `lock` that takes longer is tried once more; then
    /// the calls that wait fail. A `save` that takes longer is tried again later.
    pub fn store_timeout(self, limit: Duration) -> Self {
        self.with(|inner| inner.store_timeout = limit)
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
        let Inner { flow, given, store, store_timeout, .. } = &*self.inner;
        let (given, store, store_timeout) = (given.clone(), store.clone(), *store_timeout);
        let mut inner = Inner { flow, given, store, store_timeout, state: Mutex::default() };
        change(&mut inner);
        Self { inner: Arc::new(inner) }
    }
}

/// The store is the service's own and may print anything: it is left out.
impl fmt::Debug for TokenSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenSource").finish_non_exhaustive()
    }
}

impl Authenticate for TokenSource {
    fn sign_in<'a>(
        &'a self,
        client: &'a Client,
        refused: Option<&'a SignInHeaders>,
    ) -> BoxFuture<'a, Result<SignInHeaders, CredentialsError>> {
        Box::pin(async move {
            let mut given_up = 0;
            loop {
                let (renewal, had_given, good) = match self.inner.find(client, refused) {
                    Found::AtOnce(renewed) => return renewed,
                    Found::UnderWay { renewal, had_given, good } => (renewal, had_given, good),
                };
                let limit = good.as_ref().map(|_| GRACE);
                match (renewal.wait(client.runtime(), had_given, limit).await, good) {
                    (Waited::Renewed(renewed), _) => return renewed,
                    (Waited::Ended, _) => {}
                    (Waited::Late | Waited::GivenUp, Some(good)) => return Ok(good),
                    (Waited::Late | Waited::GivenUp, None) => {
                        given_up += 1;
                        if given_up > TAKEOVERS {
                            return Err(CredentialsError::new("no runtime drives the renewal of tokens to its end"));
                        }
                    }
                }
            }
        })
    }

    fn header_names(&self) -> Vec<HeaderName> {
        let names = self.inner.flow.headers.iter().map(|(name, _)| HeaderName::from_bytes(name.as_bytes()));
        names.filter_map(Result::ok).collect()
    }
}

impl Inner {
    /// What is known at once, or what to wait for. The first one to find nothing usable begins the renewal.
    fn find(self: &Arc<Self>, client: &Client, refused: Option<&SignInHeaders>) -> Found {
        let runtime = client.runtime();
        let (now, instant) = (runtime.now(), runtime.instant());
        let mut state = self.state();
        let paused = state.failed.as_ref().and_then(|failed| {
            let left = failed.until?.saturating_duration_since(instant);
            (!left.is_zero()).then(|| failed.error.clone().asking_again_after(left))
        });
        let under_way = state.renewal.as_ref().filter(|renewal| !renewal.is_over()).cloned();
        let mut good = None;
        if let Some(current) = &state.current {
            let is_refused = Some(&current.headers) == refused;
            let is_fresh = instant.saturating_duration_since(current.obtained) < SHORTEST_USE;
            let is_wanted = current.is_due(now) && !is_fresh && paused.is_none();
            if !is_refused && (!is_wanted && !current.has_ended(now)) {
                let headers = current.headers.clone();
                if under_way.is_none() && state.unsaved.as_ref().is_some_and(|unsaved| unsaved.again <= instant) {
                    self.save_again(client, state, &headers);
                }
                return Found::AtOnce(Ok(headers));
            }
            if is_refused && current.kept_until.is_some_and(|until| instant < until) {
                // Others were refused just before these: still others would be, too. The caller sees that they are the same.
                return Found::AtOnce(Ok(current.headers.clone()));
            }
            good = (!is_refused && !current.has_ended(now)).then(|| current.headers.clone());
        }
        if let Some(error) = paused {
            return Found::AtOnce(Err(error));
        }
        if let Some(renewal) = under_way {
            return Found::UnderWay { had_given: renewal.has_given(), renewal, good };
        }
        let renewal = Renewal::new(None);
        state.renewal = Some(renewal.clone());
        let at_hand = state.current.as_ref().map(|current| current.headers.clone());
        drop(state);
        let (inner, client, refused) = (self.clone(), client.clone(), refused.cloned());
        // Those at hand have been refused, or are due.
        let outdated = at_hand.or_else(|| refused.clone());
        let work = {
            let renewal = renewal.clone();
            let busy = Busy::new(&client.shared.in_flight);
            async move {
                inner.run(&renewal, &client, outdated.as_ref(), refused.as_ref()).await;
                drop(busy);
            }
        };
        renewal.drive(Box::pin(work.in_current_span()));
        Found::UnderWay { renewal, had_given: false, good }
    }

    /// Renews the tokens, gives them to all who wait, and saves them.
    async fn run(
        &self,
        renewal: &Renewal,
        client: &Client,
        outdated: Option<&SignInHeaders>,
        refused: Option<&SignInHeaders>,
    ) {
        // The lock is held to the end: another process may be renewing the same tokens.
        let (renewed, lock) = match self.locked(renewal, client).await {
            Ok(lock) => (self.renew(renewal, client, outdated).await, Some(lock)),
            Err(error) => (Err(error), None),
        };
        let renewed = self.settle(renewed, renewal, client, outdated, refused);
        renewal.give(renewed);
        if let Some(_held) = lock {
            self.save(renewal, client).await;
        }
    }

    /// Tries again to save tokens that the store has not taken, beside the calls that use those at hand.
    fn save_again(self: &Arc<Self>, client: &Client, mut state: MutexGuard<'_, State>, at_hand: &SignInHeaders) {
        // Whoever waits for it waits for its end.
        let renewal = Renewal::new(Some(Ok(at_hand.clone())));
        state.renewal = Some(renewal.clone());
        drop(state);
        let work = {
            let (inner, renewal, client) = (self.clone(), renewal.clone(), client.clone());
            let busy = Busy::new(&client.shared.in_flight);
            async move {
                match inner.locked(&renewal, &client).await {
                    Ok(_held) => inner.save(&renewal, &client).await,
                    Err(error) => inner.not_saved(&client, &error),
                }
                drop(busy);
            }
        };
        renewal.drive(Box::pin(work.in_current_span()));
    }

    /// Takes over the result of a renewal. When it failed early, the tokens at hand are still good.
    fn settle(
        &self,
        renewed: Result<Current, CredentialsError>,
        renewal: &Renewal,
        client: &Client,
        outdated: Option<&SignInHeaders>,
        refused: Option<&SignInHeaders>,
    ) -> Renewed {
        let runtime = client.runtime();
        let instant = runtime.instant();
        let mut state = self.state();
        match renewed {
            // Code of the service has blocked the thread for so long that others have gone on, and found newer tokens.
            Ok(current)
                if renewal.is_given_up() && state.current.as_ref().map(|current| &current.headers) != outdated =>
            {
                Ok(current.headers)
            }
            Ok(mut current) => {
                state.failed = None;
                current.refusals = match &state.current {
                    Some(before) if Some(&before.headers) == refused => {
                        let was_good = instant.saturating_duration_since(before.obtained) > REFUSALS_FORGOTTEN;
                        if was_good { 1 } else { before.refusals.saturating_add(1) }
                    }
                    _ => 0,
                };
                if let Some(beyond) = current.refusals.checked_sub(REFUSED_AT_ONCE) {
                    let pause = full_jitter(FIRST_PAUSE, LONGEST_PAUSE, beyond.saturating_add(1), runtime);
                    current.kept_until = instant.checked_add(pause);
                }
                let headers = current.headers.clone();
                state.current = Some(current);
                Ok(headers)
            }
            Err(error) if renewal.is_given_up() => Err(error),
            Err(mut error) => {
                let times = state.failed.as_ref().map_or(1, |failed| failed.times.saturating_add(1));
                let pause = pause_after(&error, times, runtime);
                if let Some(pause) = pause {
                    error = error.asking_again_after(pause);
                }
                let until = pause.and_then(|pause| instant.checked_add(pause));
                state.failed = Some(Failed { error: error.clone(), until, times });
                let good = |current: &&Current| !current.has_ended(runtime.now()) && Some(&current.headers) != refused;
                state.current.as_ref().filter(good).map(|current| current.headers.clone()).ok_or(error)
            }
        }
    }

    /// New tokens in place of the outdated ones, unless another process has put some into the store.
    async fn renew(
        &self,
        renewal: &Renewal,
        client: &Client,
        outdated: Option<&SignInHeaders>,
    ) -> Result<Current, CredentialsError> {
        let runtime = client.runtime();
        let unsaved = self.state().unsaved.as_ref().map(|unsaved| unsaved.tokens.clone());
        let stored = match unsaved {
            Some(tokens) => Some(tokens),
            None => self.loaded(renewal, client).await?,
        };
        // What cannot be used may still hold a refresh token.
        if let Some(tokens) = &stored
            && let Ok(current) = self.current(tokens, runtime)
            && !current.is_due(runtime.now())
            && Some(&current.headers) != outdated
        {
            return Ok(current);
        }
        let tokens = self.fetch(renewal, client, stored.as_ref()).await?;
        crate::observe::tell(client, |observer| observer.tokens_obtained(client.vendor()));
        self.current(&tokens, runtime)
    }

    /// The store's lock.
    async fn locked(&self, renewal: &Renewal, client: &Client) -> Result<StoreLock, CredentialsError> {
        self.ask_store(renewal, client, STORE_TRIES, || self.store.lock()).await
    }

    /// What the store holds.
    async fn loaded(&self, renewal: &Renewal, client: &Client) -> Result<Option<Tokens>, CredentialsError> {
        self.ask_store(renewal, client, STORE_TRIES, || self.store.load()).await
    }

    /// Keeps new tokens until the store has taken them: from here on no failure and no panic loses them.
    fn keep(&self, renewal: &Renewal, tokens: &Tokens, runtime: &dyn Runtime) {
        if !renewal.is_given_up() {
            let unsaved = Unsaved { tokens: tokens.clone(), failures: 0, again: runtime.instant() };
            self.state().unsaved = Some(unsaved);
        }
    }

    /// Hands the tokens that are not saved yet to the store; those that it does not take are kept.
    async fn save(&self, renewal: &Renewal, client: &Client) {
        let Some(tokens) = self.state().unsaved.as_ref().map(|unsaved| unsaved.tokens.clone()) else {
            return;
        };
        match self.ask_store(renewal, client, 1, || self.store.save(&tokens)).await {
            Ok(()) => drop(self.state().unsaved.take_if(|unsaved| unsaved.tokens == tokens)),
            Err(error) => self.not_saved(client, &error),
        }
    }

    /// Notes that the store did not take tokens, and tells of it. The calls that wait have gone on all the same.
    fn not_saved(&self, client: &Client, error: &CredentialsError) {
        let runtime = client.runtime();
        if let Some(unsaved) = &mut self.state().unsaved {
            unsaved.failures = unsaved.failures.saturating_add(1);
            let pause = full_jitter(FIRST_SAVE_PAUSE, LONGEST_PAUSE, unsaved.failures, runtime);
            unsaved.again = runtime.instant().checked_add(pause).unwrap_or_else(|| runtime.instant());
        }
        // What the store says of its failure may repeat what it was to save: it is for the observer alone.
        tracing::error!(
            vendor = client.vendor(),
            timed_out = error.is_timeout(),
            "new tokens could not be saved: they are kept in memory and saved later"
        );
        crate::observe::tell(client, |observer| observer.tokens_not_saved(client.vendor(), error));
    }

    /// Calls the store: within its time, and safe from its panics.
    async fn ask_store<'s, T>(
        &'s self,
        renewal: &Renewal,
        client: &Client,
        tries: u32,
        ask: impl Fn() -> BoxFuture<'s, Result<T, StoreError>>,
    ) -> Result<T, CredentialsError> {
        let (runtime, limit) = (client.runtime(), self.store_timeout);
        let failed = || CredentialsError::of(CredentialsErrorKind::Store);
        for _ in 0..tries {
            enter(renewal, Step { until: runtime.instant().checked_add(limit), repeatable: true })?;
            match within(runtime, limit, caught_future(&ask)).await {
                Some(Ok(Ok(output))) => return Ok(output),
                Some(Ok(Err(error))) => return Err(failed().because(error)),
                Some(Err(panicked)) => return Err(failed().because(panicked)),
                None => {}
            }
        }
        Err(failed().because(StoreTimedOut(limit)))
    }

    /// New tokens: by refreshing when that is possible, otherwise by signing in.
    async fn fetch(
        &self,
        renewal: &Renewal,
        client: &Client,
        stored: Option<&Tokens>,
    ) -> Result<Tokens, CredentialsError> {
        let refresh_token = stored.and_then(|tokens| tokens.refresh_token.as_ref());
        if let (Some(request), Some(refresh_token)) = (&self.flow.refresh, refresh_token) {
            match self.ask(renewal, client, "refresh_tokens", request, Some(refresh_token)).await {
                Err(error) if error.kind() == CredentialsErrorKind::Refused => {
                    return match self.sign_in(renewal, client).await {
                        // What the vendor said is worth more than that a person has to act on it.
                        Err(sign_in) if sign_in.kind() == CredentialsErrorKind::SignInAgain => {
                            Err(error.response().cloned().map_or(sign_in, |response| {
                                CredentialsError::of(CredentialsErrorKind::SignInAgain).with_response(response)
                            }))
                        }
                        signed_in => signed_in,
                    };
                }
                refreshed => return refreshed,
            }
        }
        self.sign_in(renewal, client).await
    }

    async fn sign_in(&self, renewal: &Renewal, client: &Client) -> Result<Tokens, CredentialsError> {
        let request = &self.flow.sign_in;
        if !request.once {
            return self.ask(renewal, client, "sign_in", request, None).await;
        }
        let again = CredentialsError::of(CredentialsErrorKind::SignInAgain);
        if std::mem::replace(&mut self.state().used_up, true) {
            return Err(again);
        }
        match self.ask(renewal, client, "sign_in", request, None).await {
            // Only a person has what is good for one use, and a process that began with stored tokens was not given it.
            Err(error) if matches!(error.kind(), CredentialsErrorKind::MissingValue { .. }) => Err(again),
            // What the vendor has not seen is still good.
            Err(error) if !error.was_sent() => {
                self.state().used_up = false;
                Err(error)
            }
            signed_in => signed_in,
        }
    }

    async fn ask(
        &self,
        renewal: &Renewal,
        client: &Client,
        name: &'static str,
        request: &TokenRequest,
        refresh_token: Option<&Secret>,
    ) -> Result<Tokens, CredentialsError> {
        let repeatable = self.is_repeatable(request, refresh_token.is_some());
        // While the vendor fails, each renewal is one attempt.
        let vendor_fails = self.state().failed.as_ref().is_some_and(|failed| failed.until.is_some());
        let retried = repeatable && !vendor_fails;
        let http_request = self.request(client, name, request, refresh_token, retried)?;
        let until = client.runtime().instant().checked_add(client.shared.timeout);
        enter(renewal, Step { until, repeatable })?;
        let response = http_request.send_raw().await.map_err(no_response)?;
        let status = response.status();
        if status.is_success() {
            return self.read(renewal, client, response, refresh_token);
        }
        let temporary = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
        let kind = if temporary { CredentialsErrorKind::Unavailable } else { CredentialsErrorKind::Refused };
        Err(CredentialsError::of(kind).with_response(response))
    }

    /// Whether nothing in a request is good for one use alone: it may be sent again when no response came, or a temporary failure.
    fn is_repeatable(&self, request: &TokenRequest, refreshes: bool) -> bool {
        let is_asked = |(_, value): &(&str, FieldValue)| match value {
            FieldValue::Given(name) | FieldValue::Optional(name) => {
                matches!(self.given.get(name), Some(Given::Asked(_)))
            }
            FieldValue::Text(_) | FieldValue::Flag(_) | FieldValue::RefreshToken => false,
        };
        let is_for_one_use = request.once || (refreshes && self.flow.single_use_refresh_token);
        !is_for_one_use && !request.fields.iter().any(is_asked)
    }

    fn request(
        &self,
        client: &Client,
        name: &'static str,
        request: &TokenRequest,
        refresh_token: Option<&Secret>,
        retried: bool,
    ) -> Result<Request, CredentialsError> {
        let mut operation = Operation::new(name, Method::POST, request.path).public().accept(request.accept);
        if retried {
            operation = operation.idempotent();
        }
        let mut http_request =
            Request::new(client.clone(), OperationRef::Own(Arc::new(operation))).above_base(request.above_base);
        if !retried {
            http_request = http_request.once();
        }
        for (header, template) in request.headers {
            http_request = http_request.header(header, &self.fill(template, None)?);
        }
        let mut fields = serde_json::Map::new();
        for (field, value) in request.fields {
            let value = match value {
                FieldValue::Text(text) => Value::from(*text),
                FieldValue::Flag(flag) => Value::from(*flag),
                FieldValue::Given(name) => Value::from(self.value(name)?.reveal()),
                FieldValue::Optional(name) => match self.given(name)? {
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
        renewal: &Renewal,
        client: &Client,
        response: RawResponse,
        refresh_token: Option<&Secret>,
    ) -> Result<Tokens, CredentialsError> {
        let (flow, runtime) = (self.flow, client.runtime());
        let malformed = |response: RawResponse, error: DecodeError| {
            CredentialsError::of(CredentialsErrorKind::Malformed).because(error).with_response(response)
        };
        let body: Value = match decode::json(response.bytes()) {
            Ok(body) => body,
            Err(error) => return Err(malformed(response, error)),
        };
        let now = runtime.now();
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        if flow.second_factor.and_then(|pointer| body.pointer(pointer)) == Some(&Value::Bool(true)) {
            return Err(CredentialsError::of(CredentialsErrorKind::SecondFactorRequired).with_response(response));
        }
        let refresh_token = match flow.refresh_token.and_then(text).map(Secret::from) {
            // One that is good for many uses is not sent again by every vendor.
            None if !flow.single_use_refresh_token => refresh_token.cloned(),
            new => new,
        };
        let Some(access_token) = text(flow.access_token) else {
            if refresh_token.is_some() && flow.single_use_refresh_token {
                // It is the only one that is still good: it goes with an access token that has ended.
                self.keep(renewal, &Tokens { access_token: "".into(), refresh_token, expires_at: Some(now) }, runtime);
            }
            return Err(malformed(response, DecodeError::new(flow.access_token, "expected a token")));
        };
        let told = match flow.expiry {
            Expiry::Seconds(pointer) => body.pointer(pointer).and_then(|value| end_after(value, now)),
            Expiry::DateTime(pointer) => {
                text(pointer).and_then(|text| DateTime::parse_from_rfc3339(text).ok()).map(|at| at.to_utc())
            }
            Expiry::Untold => None,
        };
        let ends = [told, jwt_expiry(access_token)].into_iter().flatten();
        // Nobody gives out a token that has ended: what says so is wrong, or this machine's clock is.
        let expires_at = ends.clone().find(|end| *end > now).or_else(|| ends.min().map(|_| now + UNBELIEVED_LIFE));
        let tokens = Tokens { access_token: access_token.into(), refresh_token, expires_at };
        self.keep(renewal, &tokens, runtime);
        Ok(tokens)
    }

    /// Tokens in the form that calls use.
    fn current(&self, tokens: &Tokens, runtime: &dyn Runtime) -> Result<Current, CredentialsError> {
        let mut headers = HeaderMap::new();
        for (name, template) in self.flow.headers {
            let value = self.fill(template, Some(&tokens.access_token))?;
            // A token with characters that no header can carry is not usable.
            let malformed =
                || CredentialsError::of(CredentialsErrorKind::Malformed).because("no header can carry the token");
            let value = HeaderValue::from_str(value.reveal()).map_err(|_| malformed())?;
            headers.append(HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed())?, value);
        }
        let now = runtime.now();
        let margin = |end: Timestamp| MARGIN.min((end - now) / 10).max(TimeDelta::zero());
        Ok(Current {
            headers: SignInHeaders::new(headers),
            expires_at: tokens.expires_at,
            renew_at: tokens.expires_at.and_then(|end| end.checked_sub_signed(margin(end))),
            obtained: runtime.instant(),
            refusals: 0,
            kept_until: None,
        })
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

    fn given(&self, name: &str) -> Result<Option<Secret>, CredentialsError> {
        match self.given.get(name) {
            Some(Given::Value(value)) => Ok(Some(value.clone())),
            Some(Given::Asked(ask)) => {
                caught(|| ask()).map_err(|panicked| CredentialsError::of(CredentialsErrorKind::Other).because(panicked))
            }
            None => Ok(None),
        }
    }

    fn value(&self, name: &'static str) -> Result<Secret, CredentialsError> {
        self.given(name)?.ok_or_else(|| CredentialsError::of(CredentialsErrorKind::MissingValue { name }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says what a renewal does now; nothing more when others have gone on without it.
fn enter(renewal: &Renewal, step: Step) -> Result<(), CredentialsError> {
    if renewal.enter(step) { Ok(()) } else { Err(CredentialsError::new("the renewal of tokens was given up")) }
}

/// Why no response came to a request for tokens.
fn no_response(error: Error<NoDeclaredError>) -> CredentialsError {
    let kind = match &error {
        Error::Credentials(error) => return error.clone(),
        Error::Refused(RefusedCall { reason: Refused::Runtime, .. }) => CredentialsErrorKind::Other,
        Error::Refused(_) => CredentialsErrorKind::UnusableValue,
        Error::Transport(error) if error.kind() == TransportErrorKind::ResponseTooLarge => {
            CredentialsErrorKind::Malformed
        }
        Error::Transport(_)
        | Error::Declared(_)
        | Error::Undeclared(_)
        | Error::Malformed(_)
        | Error::EndedEarly(_) => CredentialsErrorKind::Unavailable,
    };
    CredentialsError::of(kind).because(error)
}

/// How long nothing is asked for after so many failures in a row: nothing at all where the vendor was not asked.
fn pause_after(error: &CredentialsError, times: u32, runtime: &dyn Runtime) -> Option<Duration> {
    let growing = || full_jitter(FIRST_PAUSE, LONGEST_PAUSE, times, runtime);
    let pause = match error.kind() {
        CredentialsErrorKind::Unavailable => growing(),
        CredentialsErrorKind::SignInAgain if error.response().is_none() => return None,
        CredentialsErrorKind::Refused
        | CredentialsErrorKind::SignInAgain
        | CredentialsErrorKind::SecondFactorRequired
        | CredentialsErrorKind::Malformed => PAUSE_AFTER_REFUSAL + growing(),
        CredentialsErrorKind::MissingValue { .. }
        | CredentialsErrorKind::UnusableValue
        | CredentialsErrorKind::Store
        | CredentialsErrorKind::Signing
        | CredentialsErrorKind::Other => return None,
    };
    let asked = error.response().and_then(RawResponse::retry_after).unwrap_or_default();
    Some(pause.max(asked.min(LONGEST_RETRY_AFTER)))
}

impl Current {
    fn is_due(&self, now: Timestamp) -> bool {
        self.renew_at.is_some_and(|at| at <= now)
    }

    fn has_ended(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

/// The time so many seconds from now, given as a number or a text; `None` when that is beyond the end of time.
fn end_after(seconds: &Value, now: Timestamp) -> Option<Timestamp> {
    let seconds = seconds.as_f64().or_else(|| seconds.as_str()?.trim().parse().ok())?;
    #[expect(clippy::cast_possible_truncation, reason = "fractions of a second do not matter, and a cast saturates")]
    let life = TimeDelta::try_seconds(seconds as i64)?;
    now.checked_add_signed(life)
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
