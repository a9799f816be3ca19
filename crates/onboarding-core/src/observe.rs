//! What a service may see of its calls: spans, hooks and signs that the vendor has changed. Never a parameter, body or credential.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use tracing::{Span, field};

use crate::Client;
use crate::credentials::CredentialsError;
use crate::decode::DecodeError;
use crate::request::{Failure, Received, Request};
use crate::runtime::caught;

/// Is told of every call of a client. All methods do nothing unless they are written. A panic in one of them is logged and does the
/// call no harm.
pub trait Observer: Send + Sync + fmt::Debug {
    /// A call begins.
    fn before(&self, call: &CallInfo<'_>) {
        let _ = call;
    }

    /// A call has ended. One that was dropped by its caller is not told of.
    fn after(&self, call: &CallInfo<'_>, end: &CallEnd) {
        let _ = (call, end);
    }

    /// The vendor no longer does what its document says, or a call is on its way out.
    fn drift(&self, call: &CallInfo<'_>, drift: &Drift<'_>) {
        let _ = (call, drift);
    }

    /// New tokens could not be saved by the [`TokenStore`](crate::TokenStore): they are kept in memory, and a later call tries again.
    /// A process that ends before that loses them, and with them perhaps the only refresh token that is still good.
    fn tokens_not_saved(&self, vendor: &'static str, error: &CredentialsError) {
        let _ = (vendor, error);
    }
}

/// Tells the client's observer, if there is one, and survives it.
pub(crate) fn tell(client: &Client, tell: impl FnOnce(&dyn Observer)) {
    if let Some(observer) = &client.shared.observer
        && caught(|| tell(&**observer)).is_err()
    {
        tracing::error!(vendor = client.vendor(), "the observer panicked");
    }
}

/// Which operation is called.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallInfo<'a> {
    /// The vendor's name.
    pub vendor: &'static str,
    /// The operation's name.
    pub operation: &'a str,
    /// The method.
    pub method: &'a Method,
    /// The path with its placeholders, not filled in.
    pub template: &'a str,
}

/// How a call ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnd {
    /// The status of the last response, when one came.
    pub status: Option<StatusCode>,
    /// What kept a response from coming: `refused`, `credentials`, `connect`, `timeout`, `response_too_large` or `interrupted`.
    pub failure: Option<&'static str>,
    /// How often the call was sent.
    pub attempts: u32,
    /// How long it took, pauses included. For downloads it ends where the file begins.
    pub elapsed: Duration,
}

/// How the vendor departs from its document.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Drift<'a> {
    /// A status that the operation does not declare.
    UndeclaredStatus {
        /// The status.
        status: StatusCode,
    },
    /// A body that is not as declared for its status.
    MalformedBody {
        /// The status.
        status: StatusCode,
        /// Where the body departs, and how; never what stood there.
        error: &'a DecodeError,
    },
    /// A value of an open enumeration, or a variant of a union, that the vendor did not document when the crate was generated. It was
    /// read as `Unknown`; the call is not the worse for it. Several such values in one response are told one by one, the same value
    /// once.
    UnknownValue {
        /// The status.
        status: StatusCode,
        /// The name of the enumeration or union, as in the vendor crate. What came instead of a documented value is not told, since
        /// it may be private: it stands in the decoded response.
        type_name: &'static str,
    },
    /// A list came to a page that it had given before. The list ends there.
    RepeatedPage,
    /// An operation that the vendor has marked as deprecated was called.
    DeprecatedOperation,
}

/// The span of a whole call.
pub(crate) fn call_span(request: &Request) -> Span {
    let (call, url) = (request.info(), &request.client().shared.base_url);
    tracing::info_span!(
        "call",
        otel.name = %call.operation,
        otel.kind = "internal",
        vendor = call.vendor,
        operation = %call.operation,
        http.request.method = %call.method,
        url.template = %call.template,
        server.address = url.host_str().unwrap_or_default(),
        http.response.status_code = field::Empty,
        error.type = field::Empty,
        attempts = field::Empty,
    )
}

/// The span of one attempt: what OpenTelemetry calls an HTTP client span.
pub(crate) fn attempt_span(request: &Request, resends: u32) -> Span {
    let (call, url) = (request.info(), &request.client().shared.base_url);
    tracing::info_span!(
        "attempt",
        otel.name = %format_args!("{} {}", call.method, call.template),
        otel.kind = "client",
        vendor = call.vendor,
        operation = %call.operation,
        http.request.method = %call.method,
        url.template = %call.template,
        server.address = url.host_str().unwrap_or_default(),
        server.port = url.port_or_known_default().unwrap_or_default(),
        http.request.resend_count = (resends > 0).then_some(resends),
        http.response.status_code = field::Empty,
        error.type = field::Empty,
    )
}

/// Runs a future in a span. Unlike `Instrument`, it leaves the future where it is: those of calls are large.
pub(crate) fn within<F: Future>(span: &Span, mut future: Pin<&mut F>) -> impl Future<Output = F::Output> {
    let seen = !span.is_disabled();
    poll_fn(move |context| {
        let _entered = seen.then(|| span.enter());
        future.as_mut().poll(context)
    })
}

/// Notes in a span how the call or attempt ended.
pub(crate) fn record(span: &Span, result: &Result<Received, Failure>) {
    if span.is_disabled() {
        return;
    }
    let (status, failure) = ending(result);
    if let Some(status) = status {
        span.record("http.response.status_code", status.as_u16());
        if status.is_client_error() || status.is_server_error() {
            span.record("error.type", status.as_str());
        }
    }
    if let Some(failure) = failure {
        span.record("error.type", failure);
    }
}

/// The status that came, and the kind of failure if there was one.
pub(crate) fn ending(result: &Result<Received, Failure>) -> (Option<StatusCode>, Option<&'static str>) {
    match result {
        Ok(Received::Whole(response, _)) => (Some(response.status), None),
        Ok(Received::Streamed(streamed)) => (Some(streamed.1.status), None),
        Err(Failure::Refused(_)) => (None, Some("refused")),
        Err(Failure::Credentials(_)) => (None, Some("credentials")),
        Err(Failure::Transport(error)) => (error.status(), Some(error.kind().name())),
    }
}
