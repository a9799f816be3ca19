//! Hands the trace that a request belongs to on to the vendor.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use onboarding_upvest::runtime::{CallInfo, HeaderName, HeaderValue, RequestHook, SignableRequest};

/// The header of the W3C's recommendation.
const HEADER: HeaderName = HeaderName::from_static("traceparent");

tokio::task_local! {
    /// The trace of the request that the task handles.
    static TRACE: Option<HeaderValue>;
}

/// Keeps the trace of a request for as long as it is handled.
pub async fn keep(request: Request, next: Next) -> Response {
    // What is no text could not be signed.
    let trace = request.headers().get(HEADER).filter(|trace| trace.to_str().is_ok()).cloned();
    TRACE.scope(trace, next.run(request)).await
}

/// Adds the trace to what is sent, before that is signed.
#[derive(Clone, Copy, Debug)]
pub struct TraceContext;

impl RequestHook for TraceContext {
    fn prepare(&self, _: &CallInfo<'_>, request: &mut SignableRequest<'_>) {
        let trace = TRACE.try_with(Clone::clone).ok().flatten();
        request.headers.extend(trace.map(|trace| (HEADER, trace)));
    }

    fn header_names(&self) -> Vec<HeaderName> {
        vec![HEADER]
    }
}
