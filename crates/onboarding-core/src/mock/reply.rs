//! What a mock responds with, and how it fails to.

use std::fmt;
use std::future::{Future as _, pending};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use tokio::time::{Sleep, sleep};

use crate::transport::{ResponseBody, TransportResponse};
use crate::transport_error::{TransportError, TransportErrorKind};

/// What can be responded to any call, whatever its operation declares: any status, and all that can go wrong on the way.
///
/// What an operation declares is on the type that its mock gives to `then`, which has everything of this one too.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Then;

impl Then {
    /// A response with this status and nothing else, as a vendor may send it whether or not it is declared: add
    /// [`header`](Reply::header), [`json`](Reply::json) or [`body`](Reply::body).
    ///
    /// # Panics
    ///
    /// When it is no status: those are numbers from 100 to 999.
    #[track_caller]
    pub fn status(self, status: u16) -> Reply {
        let Ok(status) = StatusCode::from_u16(status) else { panic!("{status} is no HTTP status") };
        Reply::of(Outcome::Response(Response {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            cut: None,
            pace: None,
        }))
    }

    /// No connection is made: the vendor sees nothing of the call.
    pub fn refuse(self) -> Reply {
        Reply::of(Outcome::Fails(TransportErrorKind::Connect, "the mock refuses the connection"))
    }

    /// The connection fails before a response comes: whether the vendor acted on the call is not known.
    pub fn reset(self) -> Reply {
        Reply::of(Outcome::Fails(TransportErrorKind::Interrupted, "the mock resets the connection"))
    }

    /// Nothing ever comes: the call ends when its time is over.
    pub fn never(self) -> Reply {
        Reply::of(Outcome::Never)
    }
}

/// How generated code responds with what an operation declares.
#[doc(hidden)]
impl Then {
    #[track_caller]
    pub fn json<T: Serialize + ?Sized>(self, status: u16, media_type: &'static str, body: &T) -> Reply {
        self.bytes(status, media_type, encoded(body))
    }

    #[track_caller]
    pub fn bytes(self, status: u16, media_type: &'static str, body: impl Into<Bytes>) -> Reply {
        self.status(status).body(media_type, body)
    }
}

/// One response, or one failure to respond. Its `Debug` shows no header and no body.
#[derive(Clone)]
#[must_use = "it is a response once `then` is given it"]
pub struct Reply {
    outcome: Outcome,
    delay: Duration,
}

#[derive(Clone)]
enum Outcome {
    Response(Response),
    Fails(TransportErrorKind, &'static str),
    Never,
}

#[derive(Clone)]
struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// After how many bytes the body breaks off.
    cut: Option<usize>,
    /// How many bytes come at once, and how long each waits.
    pace: Option<(usize, Duration)>,
}

impl Reply {
    fn of(outcome: Outcome) -> Self {
        Self { outcome, delay: Duration::ZERO }
    }

    /// One more header, in place of one of the same name.
    ///
    /// # Panics
    ///
    /// When no header can have that name or value, or when this is no response.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) else {
            panic!("no header can have this name and this value");
        };
        self.response("headers").headers.insert(name, value);
        self
    }

    /// This body, under this media type.
    ///
    /// # Panics
    ///
    /// When no header can hold the media type, or when this is no response.
    #[track_caller]
    pub fn body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.response("a body").body = body.into();
        if media_type.is_empty() { self } else { self.header(CONTENT_TYPE.as_str(), media_type) }
    }

    /// This value as JSON, under the media type `application/json`.
    ///
    /// # Panics
    ///
    /// When it has no JSON form, or when this is no response.
    #[track_caller]
    pub fn json<T: Serialize + ?Sized>(self, body: &T) -> Self {
        self.body("application/json", encoded(body))
    }

    /// The same after this time.
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The same response, whose body breaks off after so many bytes.
    ///
    /// # Panics
    ///
    /// When this is no response.
    #[track_caller]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.response("a body").cut = Some(bytes);
        self
    }

    /// The same response, whose body comes in pieces of so many bytes, each after this time.
    ///
    /// # Panics
    ///
    /// When this is no response.
    #[track_caller]
    pub fn slowly(mut self, bytes: usize, pause: Duration) -> Self {
        self.response("a body").pace = Some((bytes.max(1), pause));
        self
    }

    #[track_caller]
    fn response(&mut self, what: &str) -> &mut Response {
        match &mut self.outcome {
            Outcome::Response(response) => response,
            Outcome::Fails(..) | Outcome::Never => panic!("no response comes that could have {what}"),
        }
    }

    /// Does what it says.
    pub(super) async fn play(self) -> Result<TransportResponse, TransportError> {
        if !self.delay.is_zero() {
            sleep(self.delay).await;
        }
        match self.outcome {
            Outcome::Fails(kind, why) => Err(TransportError::new(kind, why)),
            Outcome::Never => pending().await,
            Outcome::Response(Response { status, headers, body, cut: None, pace: None }) => {
                Ok(TransportResponse::new(status, headers, body))
            }
            Outcome::Response(Response { status, headers, mut body, cut, pace }) => {
                if let Some(cut) = cut {
                    body.truncate(cut);
                }
                let (size, pause) = pace.unwrap_or((usize::MAX, Duration::ZERO));
                let pieces = Pieces { rest: body, is_cut: cut.is_some(), size, pause, timer: None };
                Ok(TransportResponse::streamed(status, headers, pieces))
            }
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Outcome::Response(response) => formatter.debug_tuple("Reply").field(&response.status.as_u16()).finish(),
            Outcome::Fails(kind, _) => formatter.debug_tuple("Reply").field(kind).finish(),
            Outcome::Never => formatter.write_str("Reply(Never)"),
        }
    }
}

/// A value as JSON.
#[track_caller]
pub(super) fn encoded<T: Serialize + ?Sized>(body: &T) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_else(|_| panic!("the body has no JSON form"))
}

/// A body that comes in pieces.
struct Pieces {
    rest: Bytes,
    is_cut: bool,
    size: usize,
    pause: Duration,
    timer: Option<Pin<Box<Sleep>>>,
}

impl ResponseBody for Pieces {
    fn poll_chunk(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        if self.rest.is_empty() {
            let broken = || TransportError::new(TransportErrorKind::Interrupted, "the mock cuts the body");
            return Poll::Ready(self.is_cut.then(|| Err(broken())));
        }
        if !self.pause.is_zero() {
            let pause = self.pause;
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(pause)));
            ready!(timer.as_mut().poll(context));
            self.timer = None;
        }
        let size = self.size.min(self.rest.len());
        Poll::Ready(Some(Ok(self.rest.split_to(size))))
    }
}
