//! How a call ended before its response is decoded.

use crate::credentials_error::CredentialsError;
use crate::download::Download;
use crate::error::Error;
use crate::refused::Refused;
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
    Refused(Refused),
    Credentials(CredentialsError),
    Transport(TransportError),
}

impl Failure {
    pub(crate) fn after(self, attempts: u32) -> Self {
        match self {
            Self::Refused(refused) => Self::Refused(refused),
            Self::Credentials(error) => Self::Credentials(error.after(attempts)),
            Self::Transport(error) => Self::Transport(error.after(attempts)),
        }
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
