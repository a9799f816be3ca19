//! The hook that adds headers to requests, such as those of a trace.

use std::fmt;

use http::header::HeaderName;

use crate::call_info::CallInfo;
use crate::signer::SignableRequest;

/// Adds headers to every request, those for tokens included: the context of a trace, what an audit asks for. It is called for each attempt
/// when everything else is in place, and before the request is signed. A client may have several, which are called in the order in which
/// they were given.
///
/// A panic in it is an error of the call, and nothing is sent.
///
/// ```
/// use onboarding_core::{CallInfo, HeaderName, HeaderValue, RequestHook, SignableRequest};
///
/// /// Names the service to the vendor.
/// #[derive(Debug)]
/// struct Audit;
///
/// impl RequestHook for Audit {
///     fn prepare(&self, call: &CallInfo<'_>, request: &mut SignableRequest<'_>) {
///         let value = HeaderValue::from_str(&format!("onboarding {}", call.id));
///         request.headers.extend(value.ok().map(|value| (HeaderName::from_static("x-audit"), value)));
///     }
///
///     fn header_names(&self) -> Vec<HeaderName> {
///         vec![HeaderName::from_static("x-audit")]
///     }
/// }
/// ```
pub trait RequestHook: Send + Sync + fmt::Debug {
    /// Adds headers to the request of one attempt.
    fn prepare(&self, call: &CallInfo<'_>, request: &mut SignableRequest<'_>);

    /// The names of the headers that it adds. Nobody else may send them, which is checked when the client is built.
    fn header_names(&self) -> Vec<HeaderName>;
}
