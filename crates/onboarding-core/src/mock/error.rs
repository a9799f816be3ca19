//! The errors that a call can end with, built in place: for tests of what a service makes of them.
//!
//! ```
//! use onboarding_core::mock::error;
//! use onboarding_core::{Error, NoDeclaredError};
//!
//! /// Whether the call is to be made again later.
//! fn is_worth_a_retry(failed: &Error<NoDeclaredError>) -> bool {
//!     failed.is_timeout() || failed.is_server_error()
//! }
//!
//! assert!(is_worth_a_retry(&error::timeout()));
//! assert!(is_worth_a_retry(&error::undeclared(503, "out of order")));
//! assert!(!is_worth_a_retry(&error::undeclared(404, "")));
//! ```
//!
//! Such an error did not come from a client: it has no [`call`](crate::Error::call), and its `attempts` are 0. Where these matter, let a
//! [`Mock`](super::Mock) respond.

use bytes::Bytes;
use http::StatusCode;
use http::header::HeaderMap;

use crate::credentials_error::{CredentialsError, CredentialsErrorKind};
use crate::decode::DecodeError;
use crate::error::{Declared, Error, Malformed};
use crate::refused::Refused;
use crate::response::RawResponse;
use crate::status_error::DeclaredStatus;
use crate::transport_error::{TransportError, TransportErrorKind};

/// The vendor responded with an error status that the operation declares: the status of the variant, and its body as JSON. Of a variant
/// that stands for several statuses, the first from 500 or else from 400.
///
/// # Panics
///
/// When the body has no JSON form.
#[track_caller]
pub fn declared<E: DeclaredStatus>(error: E) -> Error<E> {
    let Ok(body) = error.body() else { panic!("the body has no JSON form") };
    let response = response(error.status(), body);
    Error::Declared(Box::new(Declared { error, response }))
}

/// The vendor responded with this status, which the operation does not declare, and this body.
///
/// # Panics
///
/// When it is no status.
#[track_caller]
pub fn undeclared<E>(status: u16, body: impl Into<Bytes>) -> Error<E> {
    Error::Undeclared(Box::new(response(status, body)))
}

/// The vendor responded with this status and a body that is not as declared for it, at this path, such as `data[3].name`. From 400 on the
/// status is an error that the operation declares.
///
/// # Panics
///
/// When it is no status.
#[track_caller]
pub fn malformed<E>(status: u16, body: impl Into<Bytes>, path: &str) -> Error<E> {
    let source = DecodeError::new(path, "expected another value");
    Error::Malformed(Box::new(Malformed { response: response(status, body), source, is_declared_error: status >= 400 }))
}

/// The time allowed has passed.
pub fn timeout<E>() -> Error<E> {
    transport(TransportErrorKind::Timeout)
}

/// No connection was made: the vendor has seen nothing of the call.
pub fn connect<E>() -> Error<E> {
    transport(TransportErrorKind::Connect)
}

/// The connection failed on the way: whether the vendor acted on the call is not known.
pub fn interrupted<E>() -> Error<E> {
    transport(TransportErrorKind::Interrupted)
}

/// The transport failed in this way.
pub fn transport<E>(kind: TransportErrorKind) -> Error<E> {
    Error::Transport(TransportError::new(kind, "an error that a test has built"))
}

/// The call was refused before anything was sent.
pub fn refused<E>(reason: Refused) -> Error<E> {
    Error::Refused(reason.into())
}

/// The call could not be signed in.
pub fn credentials<E>(kind: CredentialsErrorKind) -> Error<E> {
    Error::Credentials(CredentialsError::of(kind))
}

#[track_caller]
fn response(status: u16, body: impl Into<Bytes>) -> RawResponse {
    let Ok(status) = StatusCode::from_u16(status) else { panic!("{status} is no HTTP status") };
    RawResponse { status, headers: HeaderMap::new(), body: body.into(), attempts: 0, retry_after: None, call: None }
}
