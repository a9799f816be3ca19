//! How a call ended before its response is decoded.

use crate::call_info::CallOf;
use crate::credentials_error::CredentialsError;
use crate::download::Download;
use crate::error::Error;
use crate::refused::{Refused, RefusedCall};
use crate::response::RawResponse;
use crate::transport_error::TransportError;

/// What came back: read whole, with whether it is a success, or left to be streamed.
pub(crate) enum Received {
    Whole(RawResponse, bool),
    /// Boxed, so that the responses of all other calls are moved in half the space.
    Streamed(Box<(Download, RawResponse)>),
}

/// Why nothing came back.
pub(crate) enum Failure {
    Refused(RefusedCall),
    Credentials(CredentialsError),
    Transport(TransportError),
}

impl Failure {
    /// Notes whose failure it is, after so many attempts.
    pub(crate) fn of_call(self, call: CallOf, attempts: u32) -> Self {
        match self {
            Self::Refused(refused) => Self::Refused(RefusedCall { call: Some(call), ..refused }),
            Self::Credentials(error) => Self::Credentials(error.of_call(call, attempts)),
            Self::Transport(error) => Self::Transport(error.of_call(call, attempts)),
        }
    }
}

impl From<Refused> for Failure {
    fn from(reason: Refused) -> Self {
        Self::Refused(reason.into())
    }
}

impl From<CredentialsError> for Failure {
    fn from(error: CredentialsError) -> Self {
        Self::Credentials(error)
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
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
