//! Bodies that are read piece by piece.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_core::Stream;
use http::header::HeaderMap;

use crate::in_flight::Busy;
use crate::limits::Place;
use crate::runtime::{BoxFuture, Runtime, caught};
use crate::transport::Body;
use crate::transport_error::{TransportError, TransportErrorKind};

/// A file that the vendor sends: a stream of bytes, read as it comes.
///
/// It ends with an error when it is longer than it may be, or takes longer: 1 GiB and 15 minutes unless the builder of the client or
/// [`max_bytes`](Self::max_bytes) and [`timeout`](Self::timeout) say otherwise.
pub struct Download {
    headers: HeaderMap,
    /// `None` when it has ended, also by an error.
    body: Option<Body>,
    /// What the vendor announces, and how much may still come.
    announced: Option<u64>,
    left: u64,
    /// When it must have ended; `None` when that is beyond the end of time.
    deadline: Option<Instant>,
    timer: Option<BoxFuture<'static, ()>>,
    runtime: Arc<dyn Runtime>,
    /// How much is held in memory.
    max_held_bytes: usize,
    /// A file that is being read counts among the calls in flight.
    places: Option<(Place, Busy)>,
}

/// What a download may take, as the client's builder was told.
pub(crate) struct DownloadLimits {
    /// How many bytes it may have.
    pub(crate) max_bytes: u64,
    /// How long it may take.
    pub(crate) timeout: Duration,
    /// How many bytes of it may be held in memory.
    pub(crate) max_held_bytes: usize,
}

impl Download {
    pub(crate) fn new(
        headers: HeaderMap,
        body: Body,
        limits: &DownloadLimits,
        runtime: Arc<dyn Runtime>,
        places: (Place, Busy),
    ) -> Self {
        Self {
            headers,
            announced: body.length(),
            body: Some(body),
            left: limits.max_bytes,
            deadline: runtime.instant().checked_add(limits.timeout),
            timer: None,
            runtime,
            max_held_bytes: limits.max_held_bytes,
            places: Some(places),
        }
    }

    /// How long the file may take from now to its last byte, the pauses of its reader included: instead of what the client allows.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.deadline = self.runtime.instant().checked_add(limit);
        self.timer = None;
        self
    }

    /// How many bytes may come from now on, instead of what the client allows.
    pub fn max_bytes(mut self, limit: u64) -> Self {
        self.left = limit;
        self
    }

    /// The headers, among them `content-type` and `content-length` where the vendor sends them.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The next piece; `None` after the last, and after an error.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await.transpose()
    }

    /// The whole file. An error when it is longer than the client holds in memory.
    pub async fn bytes(mut self) -> Result<Bytes, TransportError> {
        self.left = self.left.min(u64::try_from(self.max_held_bytes).unwrap_or(u64::MAX));
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        let mut whole = Vec::from(first);
        while let Some(chunk) = self.chunk().await? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.into())
    }

    /// The next piece, within the limits.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        if self.announced.take().is_some_and(|announced| announced > self.left) {
            return Poll::Ready(Some(Err(TransportError::of(TransportErrorKind::ResponseTooLarge))));
        }
        let (runtime, timer, deadline) = (&*self.runtime, &mut self.timer, self.deadline);
        let polled = caught(|| {
            // The limit first, since a vendor that sends without end is never waited for.
            if let Some(deadline) = deadline {
                let left = deadline.saturating_duration_since(runtime.instant());
                let timer = timer.get_or_insert_with(|| runtime.timeout(left));
                if left.is_zero() || timer.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Some(Err(TransportError::of(TransportErrorKind::Timeout))));
                }
            }
            body.poll_chunk(context)
        });
        let piece = match polled {
            Ok(polled) => std::task::ready!(polled),
            Err(panicked) => return Poll::Ready(Some(Err(TransportError::panicked(panicked)))),
        };
        Poll::Ready(piece.map(|piece| {
            let piece = piece?;
            let left = u64::try_from(piece.len()).ok().and_then(|length| self.left.checked_sub(length));
            self.left = left.ok_or_else(|| TransportError::of(TransportErrorKind::ResponseTooLarge))?;
            Ok(piece)
        }))
    }
}

impl Stream for Download {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.poll_piece(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            // The connection and the place among the calls are given back at once.
            self.body = None;
            self.places = None;
        }
        polled
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Download").finish_non_exhaustive()
    }
}
