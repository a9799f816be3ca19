//! Metrics of calls, recorded by the `metrics` crate for whichever exporter the service has installed.

use metrics::{counter, gauge, histogram};

use crate::call_info::CallInfo;
use crate::credentials_error::CredentialsError;
use crate::observer::{AttemptEnd, CallEnd, Drift, Observer, RetryReason};

/// An [`Observer`] that records metrics, given to [`ClientBuilder::observer`](crate::ClientBuilder::observer). Times are in seconds.
///
/// | metric | kind | labels beside `vendor` |
/// |---|---|---|
/// | `http.client.request.duration` | histogram, of each attempt | `http.request.method`, `url.template`, `http.response.status_code`, `error.type` |
/// | `onboarding.call.duration` | histogram, of each call with its retries | `operation`, `http.response.status_code`, `error.type` |
/// | `onboarding.call.attempts` | histogram, of each call | `operation` |
/// | `onboarding.call.failures` | counter | `operation`, `error.type` |
/// | `onboarding.call.retries` | counter | `operation`, `error.type` |
/// | `onboarding.calls.active` | gauge | `operation` |
/// | `onboarding.tokens.obtained` | counter | |
/// | `onboarding.tokens.not_saved` | counter | |
/// | `onboarding.drift` | counter | `operation`, `kind` |
///
/// `error.type` is the status from 400 on, or what kept a response from coming, as in [`CallEnd::failure`]; it is empty where there is
/// neither, and so is `http.response.status_code` where no response came. None of it has a value that is sent or received.
///
/// ```
/// # struct Vendor;
/// # fn example<V: onboarding_core::VendorClient>(builder: onboarding_core::ClientBuilder<V>) {
/// let builder = builder.observer(onboarding_core::Metrics);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Metrics;

/// The status and the type of the error as labels.
fn labels(status: Option<http::StatusCode>, failure: Option<&'static str>) -> (String, String) {
    let code = status.map_or_else(String::new, |status| status.as_str().to_owned());
    let is_error = status.is_some_and(|status| status.as_u16() >= 400);
    let error = match failure {
        Some(failure) => failure.to_owned(),
        None if is_error => code.clone(),
        None => String::new(),
    };
    (code, error)
}

impl Observer for Metrics {
    fn before(&self, call: &CallInfo<'_>) {
        let operation = call.operation.to_owned();
        gauge!("onboarding.calls.active", "vendor" => call.vendor, "operation" => operation).increment(1.0);
    }

    fn attempt(&self, call: &CallInfo<'_>, end: &AttemptEnd) {
        let (code, error) = labels(end.status, end.failure);
        histogram!(
            "http.client.request.duration",
            "vendor" => call.vendor,
            "http.request.method" => call.method.to_string(),
            "url.template" => call.template.to_owned(),
            "http.response.status_code" => code,
            "error.type" => error,
        )
        .record(end.elapsed);
    }

    fn retry(&self, call: &CallInfo<'_>, retry: &RetryReason) {
        let (_, error) = labels(retry.status, retry.failure);
        let operation = call.operation.to_owned();
        counter!("onboarding.call.retries", "vendor" => call.vendor, "operation" => operation, "error.type" => error)
            .increment(1);
    }

    fn after(&self, call: &CallInfo<'_>, end: &CallEnd) {
        let operation = || call.operation.to_owned();
        gauge!("onboarding.calls.active", "vendor" => call.vendor, "operation" => operation()).decrement(1.0);
        let (code, error) = labels(end.status, end.failure);
        if !error.is_empty() {
            let (operation, error) = (operation(), error.clone());
            counter!("onboarding.call.failures", "vendor" => call.vendor, "operation" => operation, "error.type" => error)
                .increment(1);
        }
        histogram!("onboarding.call.attempts", "vendor" => call.vendor, "operation" => operation())
            .record(end.attempts);
        histogram!(
            "onboarding.call.duration",
            "vendor" => call.vendor,
            "operation" => operation(),
            "http.response.status_code" => code,
            "error.type" => error,
        )
        .record(end.elapsed);
    }

    fn drift(&self, call: &CallInfo<'_>, drift: &Drift<'_>) {
        let kind = match drift {
            Drift::UndeclaredStatus { .. } => "undeclared_status",
            Drift::MalformedBody { .. } => "malformed_body",
            Drift::UnknownValue { .. } => "unknown_value",
            Drift::RepeatedPage => "repeated_page",
            Drift::DeprecatedOperation => "deprecated_operation",
        };
        let operation = call.operation.to_owned();
        counter!("onboarding.drift", "vendor" => call.vendor, "operation" => operation, "kind" => kind).increment(1);
    }

    fn tokens_obtained(&self, vendor: &'static str) {
        counter!("onboarding.tokens.obtained", "vendor" => vendor).increment(1);
    }

    fn tokens_not_saved(&self, vendor: &'static str, _: &CredentialsError) {
        counter!("onboarding.tokens.not_saved", "vendor" => vendor).increment(1);
    }
}
