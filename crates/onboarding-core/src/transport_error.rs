//! Why no complete response came.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::call_info::{CallInfo, CallOf};
use crate::response::RawResponse;
use crate::runtime::Panicked;

/// Why no complete response came. Whatever HTTP client was used, its own error is the source: meant to be printed, not to be downcast.
pub struct TransportError {
    kind: TransportErrorKind,
    /// The response without its body, when at least its head came.
    head: Option<Box<RawResponse>>,
    attempts: u32,
    /// Whose failure it is; `None` until the call has ended.
    call: Option<CallOf>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What kind of transport failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made: the vendor has seen nothing of the call.
    Connect,
    /// The time allowed has passed.
    Timeout,
    /// The response is longer than the client holds in memory, or a file longer than it may be.
    ResponseTooLarge,
    /// The connection failed while the request was sent or the response was read.
    Interrupted,
    /// The [`Transport`](crate::Transport) did not take the request, and would not take it again: the vendor has seen nothing of it. No
    /// network fails so; a transport of the service's own does, or the mock of a test.
    Rejected,
}

impl TransportErrorKind {
    /// The kind as it stands in spans.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::ResponseTooLarge => "response_too_large",
            Self::Interrupted => "interrupted",
            Self::Rejected => "rejected",
        }
    }

    /// Whether the same request may well be sent a moment later.
    pub(crate) const fn is_passing(self) -> bool {
        !matches!(self, Self::ResponseTooLarge | Self::Rejected)
    }
}

impl TransportError {
    /// A failure of a [`Transport`](crate::Transport). Errors are printed: the source must hold nothing private, such as the address.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::of(kind) }
    }

    /// What kind of failure it was.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether no connection was made, so that the vendor has seen nothing of the call.
    pub fn is_connect(&self) -> bool {
        self.kind == TransportErrorKind::Connect
    }

    /// Whether the time allowed has passed.
    pub fn is_timeout(&self) -> bool {
        self.kind == TransportErrorKind::Timeout
    }

    /// Whether the head of a response came but its body did not, for whatever reason: then [`status`](Self::status) says which.
    pub const fn is_body(&self) -> bool {
        self.head.is_some()
    }

    /// The status, when the head of a response came but its body did not.
    pub fn status(&self) -> Option<StatusCode> {
        self.head.as_ref().map(|head| head.status)
    }

    /// The headers, when the head of a response came but its body did not.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.head.as_ref().map(|head| &head.headers)
    }

    /// How long the vendor asked to be left alone, when the head of a response came that says so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.head.as_ref()?.retry_after
    }

    /// The vendor's name for the request, when the head of a response came that has it.
    pub fn request_id(&self) -> Option<&str> {
        self.call.as_ref()?.request_id(self.headers()?)
    }

    /// The call that failed; `None` for a file that breaks off while it is read.
    pub fn call(&self) -> Option<CallInfo<'_>> {
        self.call.as_ref().map(CallOf::info)
    }

    /// How often the call was sent. 0 when the time allowed has passed before it was sent at all.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    pub(crate) const fn of(kind: TransportErrorKind) -> Self {
        Self { kind, head: None, attempts: 0, call: None, source: None }
    }

    /// The transport has panicked, or what it calls, such as a resolver that the service gave it.
    pub(crate) fn panicked(panicked: Panicked) -> Self {
        Self::new(TransportErrorKind::Interrupted, panicked)
    }

    /// The head of a response had come.
    pub(crate) fn with_head(mut self, head: RawResponse) -> Self {
        self.head = Some(Box::new(head));
        self
    }

    pub(crate) fn of_call(mut self, call: CallOf, attempts: u32) -> Self {
        self.call = Some(call);
        self.attempts = attempts;
        self
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TransportError")
            .field("kind", &self.kind)
            .field("status", &self.status())
            .field("attempts", &self.attempts)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            TransportErrorKind::Connect => "no connection could be made",
            TransportErrorKind::Timeout => "the time allowed has passed",
            TransportErrorKind::ResponseTooLarge => "the response is longer than it may be",
            TransportErrorKind::Interrupted => "the connection failed before the response was complete",
            TransportErrorKind::Rejected => "the transport did not take the request",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|error| error as _)
    }
}
