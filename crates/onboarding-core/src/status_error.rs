//! What generated code says of the statuses that an operation declares.

use crate::decode::DecodeError;

/// The error statuses that an operation declares, each a variant with its own body.
pub trait StatusError: Sized {
    /// Decodes the body that came with an error status; `None` when the status is not declared.
    fn decode(status: u16, body: &[u8]) -> Option<Result<Self, DecodeError>>;
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
