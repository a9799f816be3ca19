//! Why no complete response came.

use std::fmt;

use http::StatusCode;

use crate::runtime::Panicked;

/// Why no complete response came. Whatever HTTP client was used, its own error is the source: meant to be printed, not to be downcast.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    /// The status, when at least the head of a response came.
    status: Option<StatusCode>,
    attempts: u32,
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
}

impl TransportErrorKind {
    /// The kind as it stands in spans.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::ResponseTooLarge => "response_too_large",
            Self::Interrupted => "interrupted",
        }
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
        self.status.is_some()
    }

    /// The status, when the head of a response came but its body did not.
    pub const fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// How often the call was sent. 0 when the time allowed has passed before it was sent at all.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    pub(crate) const fn of(kind: TransportErrorKind) -> Self {
        Self { kind, status: None, attempts: 0, source: None }
    }

    /// The transport has panicked, or what it calls, such as a resolver that the service gave it.
    pub(crate) fn panicked(panicked: Panicked) -> Self {
        Self::new(TransportErrorKind::Interrupted, panicked)
    }

    pub(crate) const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) const fn after(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            TransportErrorKind::Connect => "no connection could be made",
            TransportErrorKind::Timeout => "the time allowed has passed",
            TransportErrorKind::ResponseTooLarge => "the response is longer than it may be",
            TransportErrorKind::Interrupted => "the connection failed before the response was complete",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|error| error as _)
    }
}
