//! Bodies that are read piece by piece.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use reqwest::header::HeaderMap;

use crate::error::{TransportError, TransportErrorKind};
use crate::limits::Place;

/// A file that the vendor sends: a stream of bytes, read as it comes.
pub struct Download {
    headers: HeaderMap,
    stream: Pin<Box<dyn Stream<Item = Result<Bytes, reqwest::Error>> + Send>>,
    max_bytes: usize,
    /// A file that is being read counts among the calls in flight.
    _place: Place,
}

impl Download {
    pub(crate) fn new(response: reqwest::Response, max_bytes: usize, place: Place) -> Self {
        Self {
            headers: response.headers().clone(),
            stream: Box::pin(response.bytes_stream()),
            max_bytes,
            _place: place,
        }
    }

    /// The headers, among them `content-type` and `content-length` where the vendor sends them.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The next piece; `None` after the last.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await.transpose()
    }

    /// The whole file. An error when it is longer than the client holds in memory.
    pub async fn bytes(mut self) -> Result<Bytes, TransportError> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if whole.len() + chunk.len() > self.max_bytes {
                return Err(TransportError::of(TransportErrorKind::AnswerTooLarge));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.into())
    }
}

impl Stream for Download {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.stream.as_mut().poll_next(context).map(|item| item.map(|chunk| chunk.map_err(TransportError::from)))
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Download").finish_non_exhaustive()
    }
}
