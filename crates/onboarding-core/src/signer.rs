//! The hook that signs requests, for vendors that ask for HTTP message signatures.

use std::borrow::Cow;
use std::fmt;

use http::Method;
use http::header::{HeaderMap, HeaderName};
use url::Url;

/// Signs requests. It is called last, when nothing else touches the request any more, and again for each attempt, since signatures
/// are short-lived and carry a nonce. Requests for tokens are signed too.
pub trait Signer: Send + Sync + fmt::Debug {
    /// Adds the headers that carry the signature.
    fn sign(&self, request: &mut SignableRequest<'_>) -> Result<(), SignError>;

    /// The names of the headers that it adds: those of RFC 9421 and RFC 9530 and of the drafts before them, unless it is written.
    /// Nobody else may send them, which is checked when the client is built.
    fn header_names(&self) -> Vec<HeaderName> {
        ["signature", "signature-input", "content-digest", "digest"].map(HeaderName::from_static).into()
    }
}

/// The final request, of which only the headers may still change.
///
/// Not among the headers yet is `host`, which follows from the address.
pub struct SignableRequest<'a> {
    /// The method.
    pub method: &'a Method,
    /// The whole address.
    pub url: &'a Url,
    /// The headers so far.
    pub headers: &'a mut HeaderMap,
    /// The body; empty when there is none, and for hooks where a file on disk is part of it: a signer is not asked for such a request.
    pub body: &'a [u8],
}

impl fmt::Debug for SignableRequest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SignableRequest").field("method", self.method).finish_non_exhaustive()
    }
}

/// Why a request could not be signed. Its text is printed: it must hold neither keys nor values of the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SignError {
    reason: Cow<'static, str>,
}

impl SignError {
    /// An error with this reason.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into() }
    }
}
