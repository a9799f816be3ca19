//! What proves to the vendor who is calling.

use std::fmt;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::client::{BuildError, checked_header};
use crate::runtime::BoxFuture;
use crate::{Answer, Client, Secret};

/// What signs a call in. Each vendor crate has constructors for the forms that its vendor knows.
///
/// It is made of headers that never change and, where the vendor gives out tokens, of an [`Authenticate`]. Nothing of it is ever
/// printed, and the headers are marked as sensitive for every layer below.
#[derive(Clone, Default)]
pub struct Credentials {
    headers: Vec<(&'static str, Secret)>,
    authenticate: Option<Arc<dyn Authenticate>>,
}

impl Credentials {
    /// Credentials that send nothing.
    pub const fn none() -> Self {
        Self { headers: Vec::new(), authenticate: None }
    }

    /// The same credentials with one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<Secret>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same credentials with headers that change over time, such as those of a [`TokenSource`](crate::TokenSource).
    pub fn authenticate(mut self, authenticate: impl Authenticate + 'static) -> Self {
        self.authenticate = Some(Arc::new(authenticate));
        self
    }

    /// The parts in the form that calls use; a value that cannot travel in a header is refused without being shown.
    pub(crate) fn into_parts(self) -> Result<(SignInHeaders, Option<Arc<dyn Authenticate>>), BuildError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let (name, value) = checked_header(name, value.reveal())?;
            headers.append(name, value);
        }
        Ok((SignInHeaders::new(headers), self.authenticate))
    }
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
    /// `refused` are the headers that the vendor has just answered with 401, if it did: others are then needed. When the same come
    /// back, the call is not repeated. Many calls ask at once: whoever renews should do so once for all of them.
    fn sign_in<'a>(
        &'a self,
        client: &'a Client,
        refused: Option<&'a SignInHeaders>,
    ) -> BoxFuture<'a, Result<SignInHeaders, CredentialsError>>;
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
}

impl fmt::Debug for SignInHeaders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.keys()).finish()
    }
}

/// Why a call could not be signed in. The call itself was not sent, or was answered with 401.
///
/// When one renewal of tokens fails, every call that waited for it gets the same error.
#[derive(Clone)]
pub struct CredentialsError {
    kind: CredentialsErrorKind,
    answer: Option<Box<Answer>>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    attempts: u32,
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
    /// The vendor asks for a second factor, which these credentials do not hold.
    SecondFactorRequired,
    /// A person has to sign in again: the tokens have ended and what is at hand cannot be used a second time.
    SignInAgain,
    /// The vendor refused the credentials.
    Refused,
    /// The vendor's token endpoint failed or could not be reached.
    Unavailable,
    /// The vendor's answer holds no usable token.
    Malformed,
    /// The store of tokens failed.
    Store,
    /// The request could not be signed.
    Signing,
    /// An [`Authenticate`] of the service's own failed.
    Other,
}

impl CredentialsError {
    /// An error of an [`Authenticate`] of the service's own. Errors are printed: the source must hold nothing private.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::of(CredentialsErrorKind::Other).because(source)
    }

    /// What kind of failure it was.
    pub const fn kind(&self) -> CredentialsErrorKind {
        self.kind
    }

    /// What the vendor answered to the request for a token, when it did.
    pub fn answer(&self) -> Option<&Answer> {
        self.answer.as_deref()
    }

    /// The status of that answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(Answer::status)
    }

    /// How often the call itself was sent: 0 unless the vendor answered it with 401 or with a failure worth a retry.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    pub(crate) const fn of(kind: CredentialsErrorKind) -> Self {
        Self { kind, answer: None, source: None, attempts: 0 }
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) fn answered(mut self, answer: Answer) -> Self {
        self.answer = Some(Box::new(answer));
        self
    }

    pub(crate) const fn after(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }
}

impl fmt::Debug for CredentialsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CredentialsError")
            .field("kind", &self.kind)
            .field("answer", &self.answer)
            .field("attempts", &self.attempts)
            .field("source", &self.source)
            .finish()
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            CredentialsErrorKind::MissingValue { name } => {
                return write!(formatter, "signing in needs `{name}`, which was not given");
            }
            CredentialsErrorKind::SecondFactorRequired => "signing in needs a second factor",
            CredentialsErrorKind::SignInAgain => "the tokens have ended and a person has to sign in again",
            CredentialsErrorKind::Refused => match self.status() {
                Some(status) => return write!(formatter, "the vendor refused the credentials with {status}"),
                None => "the vendor refused the credentials",
            },
            CredentialsErrorKind::Unavailable => match self.status() {
                Some(status) => return write!(formatter, "the vendor's token endpoint answered {status}"),
                None => "the vendor's token endpoint could not be reached",
            },
            CredentialsErrorKind::Malformed => "the vendor's answer holds no usable token",
            CredentialsErrorKind::Store => "the store of tokens failed",
            CredentialsErrorKind::Signing => "the request could not be signed",
            CredentialsErrorKind::Other => "the credentials failed",
        })
    }
}

impl std::error::Error for CredentialsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
