//! What generated code says of the statuses that an operation declares.

use crate::decode::DecodeError;

/// The error statuses that an operation declares, each a variant with its own body.
pub trait StatusError: Sized {
    /// Decodes the body that came with an error status; `None` when the status is not declared.
    fn decode(status: u16, body: &[u8]) -> Option<Result<Self, DecodeError>>;
}

/// The error statuses that an operation declares, as a test writes one: see [`mock::error::declared`](crate::mock::error::declared).
#[cfg(feature = "mock")]
pub trait DeclaredStatus: StatusError {
    /// Whether this is the variant that stands for a status.
    fn stands_for(&self, status: u16) -> bool;

    /// The body as JSON; empty when the status has none that is.
    fn body(&self) -> Result<Vec<u8>, serde_json::Error>;

    /// A status that the variant stands for: the first from 500, or else from 400, or else any.
    fn status(&self) -> u16 {
        (500..600).chain(400..500).chain(100..400).find(|status| self.stands_for(*status)).unwrap_or(500)
    }
}

#[cfg(feature = "mock")]
impl DeclaredStatus for NoDeclaredError {
    fn stands_for(&self, _status: u16) -> bool {
        match *self {}
    }

    fn body(&self) -> Result<Vec<u8>, serde_json::Error> {
        match *self {}
    }
}

/// For operations that declare no error status: every error status is undeclared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDeclaredError {}

impl StatusError for NoDeclaredError {
    fn decode(_status: u16, _body: &[u8]) -> Option<Result<Self, DecodeError>> {
        None
    }
}

/// The success statuses of an operation that declares several with bodies of their own.
pub trait Outcome: Sized {
    /// Decodes the body that came with a success status; `None` when the status is not declared.
    fn decode(status: u16, body: &[u8]) -> Option<Result<Self, DecodeError>>;
}
