//! Why a call could not be signed in.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::call_info::{CallInfo, CallOf};
use crate::response::RawResponse;
use crate::transport_error::{TransportError, TransportErrorKind};

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
    /// Whose call could not be signed in; `None` until it has ended.
    call: Option<CallOf>,
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
    /// An [`Authenticate`](crate::Authenticate) of the service's own failed, or a function that it gave panicked.
    Other,
}

impl CredentialsError {
    /// An error of an [`Authenticate`](crate::Authenticate) of the service's own. Errors are printed: the source must hold nothing private.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::of(CredentialsErrorKind::Other).because(source)
    }

    /// An error of an [`Authenticate`](crate::Authenticate) of the service's own to which the vendor refused a token. Errors are printed: the source must
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

    /// The call that could not be signed in.
    pub fn call(&self) -> Option<CallInfo<'_>> {
        self.call.as_ref().map(CallOf::info)
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

    /// The failure of the connection that is the cause, also of an [`Authenticate`](crate::Authenticate) of the service's own that called a vendor.
    fn transport(&self) -> Option<&TransportError> {
        sources(self).find_map(<dyn StdError>::downcast_ref)
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
        Self { kind, response: None, source: None, attempts: 0, retry_after: None, call: None }
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) fn with_response(mut self, response: RawResponse) -> Self {
        self.response = Some(Box::new(response));
        self
    }

    pub(crate) fn of_call(mut self, call: CallOf, attempts: u32) -> Self {
        self.call = Some(call);
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
