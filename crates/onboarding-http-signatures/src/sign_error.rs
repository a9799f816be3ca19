//! Why a request could not be signed.

use std::borrow::Cow;

/// Why a request could not be signed. Its text holds neither keys nor values of the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SignError {
    reason: Cow<'static, str>,
}

impl SignError {
    pub(crate) fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into() }
    }
}
