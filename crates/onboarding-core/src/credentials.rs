//! What proves to the vendor who is calling.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use crate::call::NoDeclaredError;
use crate::client::{BuildError, checked_header};
use crate::error::{Error, TransportError, TransportErrorKind};
use crate::parameter::encode;
use crate::runtime::BoxFuture;
use crate::{Client, RawResponse, Secret};

/// What signs a call in. Each vendor crate has constructors for the forms that its vendor knows.
///
/// It is made of headers, cookies and query parameters that never change and, where the vendor gives out tokens, of an
/// [`Authenticate`]. Nothing of it is ever printed, and the headers are marked as sensitive for every layer below.
#[derive(Clone, Default)]
pub struct Credentials {
    headers: Vec<(&'static str, Secret)>,
    cookies: Vec<(&'static str, Secret)>,
    query: Vec<(&'static str, Secret)>,
    authenticate: Option<Arc<dyn Authenticate>>,
}

/// Credentials as calls use them.
pub(crate) struct SignIn {
    pub(crate) headers: SignInHeaders,
    /// Query parameters: the name, and the encoded pair.
    pub(crate) query: Vec<(&'static str, Secret)>,
    pub(crate) authenticate: Option<Arc<dyn Authenticate>>,
}

impl Credentials {
    /// Credentials that send nothing.
    pub const fn none() -> Self {
        Self { headers: Vec::new(), cookies: Vec::new(), query: Vec::new(), authenticate: None }
    }

    /// The same credentials with one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<Secret>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same credentials with one more cookie.
    pub fn cookie(mut self, name: &'static str, value: impl Into<Secret>) -> Self {
        self.cookies.push((name, value.into()));
        self
    }

    /// The same credentials with one more query parameter. A call that has a query parameter of that name itself sends its own alone.
    ///
    /// What stands in an address is logged by servers and proxies: where a vendor takes the key in a header too, send it there.
    pub fn query(mut self, name: &'static str, value: impl Into<Secret>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The same credentials with headers that change over time, such as those of a [`TokenSource`](crate::TokenSource).
    pub fn authenticate(mut self, authenticate: impl Authenticate + 'static) -> Self {
        self.authenticate = Some(Arc::new(authenticate));
        self
    }

    /// The parts in the form that calls use; a value that cannot travel in a header is refused without being shown, and so is a
    /// header that would be sent twice.
    pub(crate) fn into_parts(mut self) -> Result<SignIn, BuildError> {
        self.join_cookies()?;
        let mut headers = HeaderMap::new();
        let later = self.authenticate.as_ref().map(|authenticate| authenticate.header_names()).unwrap_or_default();
        for (name, value) in &self.headers {
            let (wire_name, value) = checked_header(name, value.reveal())
                .ok_or_else(|| BuildError::InvalidHeader { header: format!("`{}` of the credentials", shown(name)) })?;
            if headers.contains_key(&wire_name) || later.contains(&wire_name) {
                return Err(BuildError::HeaderTwice {
                    name: wire_name.as_str().to_owned(),
                    remedy: "the credentials give it twice: leave one out",
                });
            }
            headers.insert(wire_name, value);
        }
        let query = self
            .query
            .iter()
            .map(|(name, value)| (*name, Secret::new(format!("{}={}", encode(name), encode(value.reveal())))));
        Ok(SignIn { headers: SignInHeaders::new(headers), query: query.collect(), authenticate: self.authenticate })
    }

    /// Makes one header of the cookies (RFC 6265, sections 4.1.1 and 4.2.1). What could pass for another cookie is refused.
    fn join_cookies(&mut self) -> Result<(), BuildError> {
        let is_value = |byte: u8| matches!(byte, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E);
        let mut joined = String::new();
        for (name, value) in &self.cookies {
            if HeaderName::from_bytes(name.as_bytes()).is_err() || !value.reveal().bytes().all(is_value) {
                return Err(BuildError::InvalidHeader { header: "a cookie of the credentials".to_owned() });
            }
            let separator = if joined.is_empty() { "" } else { "; " };
            joined = format!("{joined}{separator}{name}={}", value.reveal());
        }
        if !joined.is_empty() {
            self.headers.push(("cookie", Secret::new(joined)));
        }
        Ok(())
    }
}

/// A name that stands in a program's text, as far as it could be one of a header: who takes value and name for each other finds
/// neither in a log.
fn shown(name: &'static str) -> &'static str {
    let is_name = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if is_name { name } else { "[?]" }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials([redacted])")
    }
}

/// Signs calls in with headers that change over time.
pub trait Authenticate: Send + Sync + fmt::Debug {
    /// The headers for the next attempt of a call.
    ///
    /// `refused` are the headers to which the vendor has just responded with 401, if it did: others are then needed. When the same come
    /// back, the call is not repeated. Many calls ask at once: whoever renews should do so once for all of them.
    fn sign_in<'a>(
        &'a self,
        client: &'a Client,
        refused: Option<&'a SignInHeaders>,
    ) -> BoxFuture<'a, Result<SignInHeaders, CredentialsError>>;

    /// The names of the headers that it sends: `authorization` unless it is written. Nobody else may send them, which is checked
    /// when the client is built.
    fn header_names(&self) -> Vec<HeaderName> {
        vec![AUTHORIZATION]
    }
}

/// Headers that sign a call in. Clones are cheap; `Debug` shows names, never values.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInHeaders(Arc<HeaderMap>);

impl SignInHeaders {
    /// Takes the headers and marks them as sensitive, so that no layer below prints them.
    pub fn new(mut headers: HeaderMap) -> Self {
        headers.values_mut().for_each(|value| value.set_sensitive(true));
        Self(Arc::new(headers))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.0.iter()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &HeaderName> {
        self.0.keys()
    }
}

impl fmt::Debug for SignInHeaders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.keys()).finish()
    }
}

/// Why a call could not be signed in. The call itself was not sent, or was answered with 401.
///
/// When one renewal of tokens fails, every call that waited for it gets the same error, and so does every call that begins before the
/// vendor is asked again. Whether the credentials are at fault or something else is told by
/// [`is_unauthorized`](Self::is_unauthorized) and its siblings.
#[derive(Clone)]
pub struct CredentialsError {
    kind: CredentialsErrorKind,
    response: Option<Box<RawResponse>>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    attempts: u32,
    retry_after: Option<Duration>,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsErrorKind {
    /// A value that the vendor needs was not given.
    MissingValue {
        /// The value's name.
        name: &'static str,
    },
    /// A value that was given cannot be sent, such as one with characters that no header can carry.
    UnusableValue,
    /// The vendor asks for a second factor, which these credentials do not hold.
    SecondFactorRequired,
    /// A person has to sign in again: the tokens have ended and what is at hand cannot be used a second time.
    SignInAgain,
    /// The vendor's token endpoint refused the request, by a status that promises nothing for a later one. 400, 401 and 403 are about
    /// the credentials, unless a 400 names another reason by an error code of OAuth 2.0.
    Refused,
    /// The vendor's token endpoint failed, asked for fewer requests, or could not be reached.
    Unavailable,
    /// The vendor's response holds no usable token.
    Malformed,
    /// The store of tokens failed, or took too long.
    Store,
    /// The request could not be signed.
    Signing,
    /// An [`Authenticate`] of the service's own failed, or a function that it gave panicked.
    Other,
}

impl CredentialsError {
    /// An error of an [`Authenticate`] of the service's own. Errors are printed: the source must hold nothing private.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::of(CredentialsErrorKind::Other).because(source)
    }

    /// An error of an [`Authenticate`] of the service's own to which the vendor refused a token. Errors are printed: the source must
    /// hold nothing private.
    pub fn refused(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::of(CredentialsErrorKind::Refused).because(source)
    }

    /// What kind of failure it was.
    pub const fn kind(&self) -> CredentialsErrorKind {
        self.kind
    }

    /// The vendor's response to the request for a token, when it did.
    pub fn response(&self) -> Option<&RawResponse> {
        self.response.as_deref()
    }

    /// The status of that response, or of its head when the rest did not come.
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(RawResponse::status).or_else(|| self.transport()?.status())
    }

    /// How often the call itself was sent: 0 unless the vendor responded to it with 401 or with a failure worth a retry.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long the client waits until it asks the vendor for a token again, or, where it does not wait, how long the vendor asked it
    /// to.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after.or_else(|| self.response()?.retry_after())
    }

    /// Whether the vendor refused the credentials, or a person has to sign in (again). An outage of the vendor's token endpoint, of
    /// the store or of the signer is none of it.
    pub fn is_unauthorized(&self) -> bool {
        match self.kind {
            CredentialsErrorKind::SecondFactorRequired | CredentialsErrorKind::SignInAgain => true,
            CredentialsErrorKind::Refused => self.response().is_none_or(is_about_credentials),
            CredentialsErrorKind::MissingValue { .. }
            | CredentialsErrorKind::UnusableValue
            | CredentialsErrorKind::Unavailable
            | CredentialsErrorKind::Malformed
            | CredentialsErrorKind::Store
            | CredentialsErrorKind::Signing
            | CredentialsErrorKind::Other => false,
        }
    }

    /// Whether the time allowed has passed: of the request for a token, or of the store.
    pub fn is_timeout(&self) -> bool {
        self.transport_kind() == Some(TransportErrorKind::Timeout)
            || sources(self).any(<dyn StdError>::is::<StoreTimedOut>)
    }

    /// Whether no connection to the vendor's token endpoint could be made.
    pub fn is_connect(&self) -> bool {
        self.transport_kind() == Some(TransportErrorKind::Connect)
    }

    fn transport_kind(&self) -> Option<TransportErrorKind> {
        self.transport().map(TransportError::kind)
    }

    /// The failure of the connection that is the cause, also of an [`Authenticate`] of the service's own that called a vendor.
    fn transport(&self) -> Option<&TransportError> {
        sources(self).find_map(|source| match source.downcast_ref::<Error<NoDeclaredError>>() {
            Some(Error::Transport(error)) => Some(error),
            _ => source.downcast_ref::<TransportError>(),
        })
    }

    /// Whether the vendor may have seen the request for a token.
    pub(crate) fn was_sent(&self) -> bool {
        match self.kind {
            CredentialsErrorKind::MissingValue { .. }
            | CredentialsErrorKind::UnusableValue
            | CredentialsErrorKind::Store
            | CredentialsErrorKind::Signing
            | CredentialsErrorKind::Other => false,
            CredentialsErrorKind::SecondFactorRequired
            | CredentialsErrorKind::SignInAgain
            | CredentialsErrorKind::Refused
            | CredentialsErrorKind::Unavailable
            | CredentialsErrorKind::Malformed => {
                self.transport().is_none_or(|error| error.kind() != TransportErrorKind::Connect && error.attempts() > 0)
            }
        }
    }

    pub(crate) const fn of(kind: CredentialsErrorKind) -> Self {
        Self { kind, response: None, source: None, attempts: 0, retry_after: None }
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) fn with_response(mut self, response: RawResponse) -> Self {
        self.response = Some(Box::new(response));
        self
    }

    pub(crate) const fn after(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    pub(crate) const fn asking_again_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }
}

/// Whether a refusal by the token endpoint is about the credentials: 401, 403, and a 400 unless it gives one of the reasons of RFC
/// 6749 (section 5.2) that have nothing to do with them.
fn is_about_credentials(response: &RawResponse) -> bool {
    match response.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => true,
        StatusCode::BAD_REQUEST => {
            // No error of OAuth is that long.
            let body = Some(response.bytes()).filter(|body| body.len() <= 64 * 1024);
            let body: Option<serde_json::Value> = body.and_then(|body| serde_json::from_slice(body).ok());
            let reason = body.as_ref().and_then(|body| body.get("error")?.as_str());
            !matches!(
                reason,
                Some(
                    "invalid_request"
                        | "unsupported_grant_type"
                        | "invalid_scope"
                        | "server_error"
                        | "temporarily_unavailable"
                )
            )
        }
        _ => false,
    }
}

/// Every error below this one, the nearest first. Who makes a chain without an end has it followed that far.
fn sources(error: &CredentialsError) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let mut next = error.source();
    let each = std::iter::from_fn(move || {
        let source = next?;
        next = source.source();
        Some(source)
    });
    each.take(32)
}

/// The store did not complete in the time that it is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoreTimedOut(pub(crate) Duration);

impl fmt::Display for StoreTimedOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "it did not complete within {:?}, which `store_timeout` sets", self.0)
    }
}

impl StdError for StoreTimedOut {}

impl fmt::Debug for CredentialsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CredentialsError")
            .field("kind", &self.kind)
            .field("response", &self.response)
            .field("attempts", &self.attempts)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            CredentialsErrorKind::MissingValue { name } => {
                return write!(formatter, "signing in needs `{name}`, which was not given");
            }
            CredentialsErrorKind::UnusableValue => "a value that signing in needs cannot be sent",
            CredentialsErrorKind::SecondFactorRequired => "signing in needs a second factor",
            CredentialsErrorKind::SignInAgain => "the tokens have ended and a person has to sign in again",
            CredentialsErrorKind::Refused => match self.status() {
                Some(status) => return write!(formatter, "the vendor refused to give out a token with {status}"),
                None => "the vendor refused to give out a token",
            },
            CredentialsErrorKind::Unavailable => match self.status() {
                Some(status) => return write!(formatter, "the vendor's token endpoint responded with {status}"),
                None => "the vendor's token endpoint could not be reached",
            },
            CredentialsErrorKind::Malformed => "the vendor's response holds no usable token",
            CredentialsErrorKind::Store => "the store of tokens failed",
            CredentialsErrorKind::Signing => "the request could not be signed",
            CredentialsErrorKind::Other => "the credentials failed",
        })
    }
}

impl StdError for CredentialsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
