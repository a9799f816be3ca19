//! How a call is seen from outside: its spans, and what its client's observer is told.

use std::future::poll_fn;
use std::pin::Pin;

use http::StatusCode;
use tracing::{Span, field};
use url::Url;

use crate::call_info::{CallInfo, CallOf, Vendor};
use crate::client::Client;
use crate::observer::{Drift, Observer};
use crate::received::{Failure, Received};
use crate::runtime::caught;

/// Tells the client's observers, if there are any, and survives them.
#[inline]
pub(crate) fn tell(client: &Client, tell: impl Fn(&dyn Observer)) {
    for observer in &client.shared.observers {
        if caught(|| tell(&**observer)).is_err() {
            tracing::error!(vendor = client.vendor(), "an observer panicked");
        }
    }
}

/// The span of a whole call.
pub(crate) fn call_span(call: &CallInfo<'_>, url: &Url) -> Span {
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
        request_id = field::Empty,
        attempts = field::Empty,
    )
}

/// The span of one attempt: what OpenTelemetry calls an HTTP client span.
pub(crate) fn attempt_span(call: &CallInfo<'_>, url: &Url, resends: u32) -> Span {
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
        request_id = field::Empty,
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
pub(crate) fn record(span: &Span, vendor: &Vendor, result: &Result<Received, Failure>) {
    if span.is_disabled() {
        return;
    }
    let headers = match result {
        Ok(Received::Whole(response, _)) => Some(&response.headers),
        Ok(Received::Streamed(streamed)) => Some(&streamed.1.headers),
        Err(Failure::Transport(error)) => error.headers(),
        Err(Failure::Refused(_) | Failure::Credentials(_)) => None,
    };
    if let Some(id) = headers.and_then(|headers| vendor.request_id(headers)) {
        span.record("request_id", id);
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

/// Tells a client's observer how the vendor departs from its document.
pub(crate) struct Reporter {
    client: Client,
    call: CallOf,
}

impl Reporter {
    /// One for a call, when its client has an observer.
    pub(crate) fn new(client: &Client, call: impl FnOnce() -> CallOf) -> Option<Self> {
        let observed = !client.shared.observers.is_empty();
        observed.then(|| Self { client: client.clone(), call: call() })
    }

    pub(crate) fn report(&self, drift: &Drift<'_>) {
        tell(&self.client, |observer| observer.drift(&self.call.info(), drift));
    }
}
