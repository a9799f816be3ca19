//! The seam below a client: what sends one request and gives one response. All else (signing in and signing, retries, timeouts, limits,
//! decoding, spans) stands above it and holds for any [`Transport`].

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::HeaderMap;
use http::{Method, StatusCode};
use url::Url;

use crate::call_info::{CallInfo, CallOf};
use crate::request_body::RequestBody;
use crate::runtime::BoxFuture;
use crate::transport_error::TransportError;

/// Sends requests. reqwest does, unless the builder is given something else by
/// [`ClientBuilder::transport`](crate::ClientBuilder::transport).
///
/// A request is sent once, and the response given as it came: redirects are not followed, bodies are not decompressed, nothing is
/// repeated. A send that takes too long is dropped. A panic is an error of the call.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends the request and completes with the head of the response, whatever its status.
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>>;
}

/// The request of one attempt, signed in and signed. `Debug` shows its method alone.
#[non_exhaustive]
pub struct TransportRequest {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: Url,
    /// The headers, save `host` and `content-length`, which follow from the address and the body. Those that may hold something private
    /// are marked as sensitive.
    pub headers: HeaderMap,
    /// The body; `None` when there is none.
    pub body: Option<RequestBody>,
    pub(crate) call: CallOf,
}

impl TransportRequest {
    /// The call that it is an attempt of: vendor, operation, and the path with its placeholders. A request for a token is a call of its own.
    pub fn call(&self) -> CallInfo<'_> {
        self.call.info()
    }
}

/// The head of a response, and the body that follows it. `Debug` shows its status alone.
pub struct TransportResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// A body as it comes, piece by piece.
pub trait ResponseBody: Send {
    /// The next piece; `None` after the last. It is not called again after that, nor after an error.
    fn poll_chunk(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>>;

    /// How many bytes are still to come, where that is known. A body that is known to be too long is not read.
    fn length(&self) -> Option<u64> {
        None
    }
}

/// What is still to come of a body.
pub(crate) enum Body {
    Whole(Bytes),
    Streamed(Pin<Box<dyn ResponseBody>>),
}

impl TransportResponse {
    /// A response whose body is at hand; empty when there is none.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { status, headers, body: Body::Whole(body.into()) }
    }

    /// A response whose body is still to come.
    pub fn streamed(status: StatusCode, headers: HeaderMap, body: impl ResponseBody + 'static) -> Self {
        Self { status, headers, body: Body::Streamed(Box::pin(body)) }
    }
}

impl Body {
    /// The next piece; `None` after the last.
    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        match self {
            Self::Whole(bytes) => {
                let whole = std::mem::take(bytes);
                Poll::Ready(Some(whole).filter(|whole| !whole.is_empty()).map(Ok))
            }
            Self::Streamed(body) => body.as_mut().poll_chunk(context),
        }
    }

    /// How many bytes are still to come, where that is known.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::Whole(bytes) => u64::try_from(bytes.len()).ok(),
            Self::Streamed(body) => body.length(),
        }
    }
}

impl fmt::Debug for TransportRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TransportRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for TransportResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TransportResponse").field("status", &self.status).finish_non_exhaustive()
    }
}
