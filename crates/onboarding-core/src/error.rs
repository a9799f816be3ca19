//! What can go wrong with a call, keyed by the vendor's status where there is one.

use std::fmt;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::Answer;
use crate::check::Violation;
use crate::credentials::CredentialsError;
use crate::decode::DecodeError;

/// Why a call failed. `E` has a variant for each error status that the operation declares.
///
/// Neither `Display` nor `Debug` shows a credential, a parameter or a body; those that came from the vendor are reached by
/// [`answer`](Self::answer) and by matching on [`declared`](Self::declared).
#[non_exhaustive]
pub enum Error<E> {
    /// The call was refused before anything was sent.
    Refused(Refused),
    /// The call could not be signed in: no token was to be had, or the request could not be signed.
    Credentials(CredentialsError),
    /// No complete answer came. Whether the vendor acted on the call is not known.
    Transport(TransportError),
    /// The vendor answered with an error status that the operation declares.
    Declared(Box<Declared<E>>),
    /// The vendor answered with a status that the operation does not declare.
    Undeclared(Box<Answer>),
    /// The vendor's body is not as declared for its status. The status may well be a success.
    Malformed(Box<Malformed>),
}

/// A declared error: the typed body, and the answer that it came in.
#[derive(Clone)]
#[non_exhaustive]
pub struct Declared<E> {
    /// The error by status.
    pub error: E,
    /// The answer as it came.
    pub answer: Answer,
}

impl<E> fmt::Debug for Declared<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.answer.fmt(formatter)
    }
}

/// An answer whose body is not as declared, and what is wrong with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Malformed {
    /// The answer as it came.
    pub answer: Answer,
    /// Where the body departs from what is declared.
    pub source: DecodeError,
}

/// Why a call was refused before anything was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// A path parameter is empty, `.` or `..`: the call would reach another address.
    #[error("the path parameter `{name}` is empty, `.` or `..`")]
    PathParameter {
        /// The parameter's name.
        name: &'static str,
    },
    /// A header parameter has characters that no header can carry.
    #[error("the header parameter `{name}` has characters that no header can carry")]
    HeaderParameter {
        /// The parameter's name.
        name: &'static str,
    },
    /// The body could not be encoded.
    #[error("the body could not be encoded: {reason}")]
    Body {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A value breaks a limit that the vendor documents.
    #[error("{violation}")]
    Value {
        /// Where, and which limit.
        violation: Violation,
    },
    /// The request's address could not be composed from the base URL and the parameters, or is longer than 64 KiB.
    #[error("the request's address could not be composed")]
    Address,
}

/// Why no complete answer came.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    /// The status, when at least the head of an answer came.
    status: Option<StatusCode>,
    attempts: u32,
    source: Option<reqwest::Error>,
}

/// What kind of transport failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made: the vendor has seen nothing of the call.
    Connect,
    /// The time allowed has passed.
    Timeout,
    /// The answer is longer than the client holds in memory.
    AnswerTooLarge,
    /// The connection failed while the request was sent or the answer was read.
    Interrupted,
}

impl TransportErrorKind {
    /// The kind as it stands in spans.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::AnswerTooLarge => "answer_too_large",
            Self::Interrupted => "interrupted",
        }
    }
}

impl TransportError {
    /// What kind of failure it was.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The status, when the head of an answer came but its body did not.
    pub const fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// How often the call was sent. 0 when the time allowed has passed before it was sent at all.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    pub(crate) const fn of(kind: TransportErrorKind) -> Self {
        Self { kind, status: None, attempts: 0, source: None }
    }

    pub(crate) const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) const fn after(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let kind = if error.is_connect() {
            TransportErrorKind::Connect
        } else if error.is_timeout() {
            TransportErrorKind::Timeout
        } else {
            TransportErrorKind::Interrupted
        };
        // The address holds parameters, which may be private.
        Self { source: Some(error.without_url()), ..Self::of(kind) }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            TransportErrorKind::Connect => "no connection could be made",
            TransportErrorKind::Timeout => "the time allowed has passed",
            TransportErrorKind::AnswerTooLarge => "the answer is longer than the client holds in memory",
            TransportErrorKind::Interrupted => "the connection failed before the answer was complete",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}

impl<E> Error<E> {
    /// The error by status, when the operation declares the status that came.
    pub fn declared(&self) -> Option<&E> {
        match self {
            Self::Declared(declared) => Some(&declared.error),
            Self::Refused(_) | Self::Credentials(_) | Self::Transport(_) | Self::Undeclared(_) | Self::Malformed(_) => {
                None
            }
        }
    }

    /// The answer as it came, when one came.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Declared(declared) => Some(&declared.answer),
            Self::Undeclared(answer) => Some(answer),
            Self::Malformed(malformed) => Some(&malformed.answer),
            Self::Refused(_) | Self::Credentials(_) | Self::Transport(_) => None,
        }
    }

    /// The status, when an answer to the call came, or at least its head.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Transport(error) => error.status,
            _ => self.answer().map(Answer::status),
        }
    }

    /// How often the call was sent.
    pub fn attempts(&self) -> u32 {
        match self {
            Self::Refused(_) => 0,
            Self::Credentials(error) => error.attempts(),
            Self::Transport(error) => error.attempts,
            Self::Declared(declared) => declared.answer.attempts,
            Self::Undeclared(answer) => answer.attempts,
            Self::Malformed(malformed) => malformed.answer.attempts,
        }
    }

    /// The headers, when an answer came.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.answer().map(Answer::headers)
    }

    /// The body as it came, when an answer came.
    pub fn bytes(&self) -> Option<&Bytes> {
        self.answer().map(Answer::bytes)
    }

    /// Whether the time allowed has passed.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Transport(error) if error.kind == TransportErrorKind::Timeout)
    }

    /// Whether no connection was made, so that the vendor has seen nothing of the call.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Transport(error) if error.kind == TransportErrorKind::Connect)
    }

    /// Whether the credentials were missing, wrong or out of date: the vendor answered 401, or gave out no token.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Credentials(_)) || self.has_status(StatusCode::UNAUTHORIZED)
    }

    /// Whether the credentials do not allow the call (403).
    pub fn is_forbidden(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN)
    }

    /// Whether the thing does not exist or cannot be seen (404).
    pub fn is_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND)
    }

    /// Whether the call contradicts the state of the thing (409).
    pub fn is_conflict(&self) -> bool {
        self.has_status(StatusCode::CONFLICT)
    }

    /// Whether the vendor asks to be called less often (429).
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether what was sent is at fault: refused here, or by the vendor with 400 or 422.
    pub fn is_validation(&self) -> bool {
        matches!(self, Self::Refused(_))
            || self.has_status(StatusCode::BAD_REQUEST)
            || self.has_status(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// Whether the vendor failed (500 to 599).
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.status() == Some(status)
    }
}

impl<E> fmt::Debug for Error<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => formatter.debug_tuple("Refused").field(refused).finish(),
            Self::Credentials(error) => formatter.debug_tuple("Credentials").field(error).finish(),
            Self::Transport(error) => formatter.debug_tuple("Transport").field(error).finish(),
            Self::Declared(declared) => formatter.debug_tuple("Declared").field(declared).finish(),
            Self::Undeclared(answer) => formatter.debug_tuple("Undeclared").field(answer).finish(),
            Self::Malformed(malformed) => formatter.debug_tuple("Malformed").field(malformed).finish(),
        }
    }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(_) => formatter.write_str("the call was refused before anything was sent"),
            Self::Credentials(_) => formatter.write_str("the call could not be signed in"),
            Self::Transport(_) => formatter.write_str("no complete answer came"),
            Self::Declared(declared) => write!(formatter, "the vendor answered {}", declared.answer.status),
            Self::Undeclared(answer) => {
                write!(formatter, "the vendor answered {}, which the operation does not declare", answer.status)
            }
            Self::Malformed(malformed) => {
                write!(formatter, "the vendor answered {} with a body that is not as declared", malformed.answer.status)
            }
        }
    }
}

impl<E> std::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(refused) => Some(refused),
            Self::Credentials(error) => Some(error),
            Self::Transport(error) => Some(error),
            Self::Malformed(malformed) => Some(&malformed.source),
            Self::Declared(_) | Self::Undeclared(_) => None,
        }
    }
}
