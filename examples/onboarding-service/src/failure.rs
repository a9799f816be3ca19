//! What callers are told of a call of the vendor that failed.

use std::error::Error as _;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use onboarding_upvest::AnyError;
use serde::Serialize;
use tracing::warn;

/// The error of any operation: `?` makes one of each.
#[derive(Debug)]
pub struct Failure(AnyError);

/// What is said of it. Nothing of it is private: an error shows no value that was sent or received.
#[derive(Debug, Serialize)]
pub struct Told {
    error: String,
    because: Option<String>,
    vendor: Option<&'static str>,
    operation: Option<String>,
    request_id: Option<String>,
}

impl<E: Into<AnyError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl Failure {
    /// The status for callers: what is their fault, what the vendor's, and what is ours.
    pub fn status(&self) -> StatusCode {
        let error = &self.0;
        if error.is_unauthorized() || error.is_forbidden() {
            // The service's own credentials: callers can do nothing about them.
            StatusCode::INTERNAL_SERVER_ERROR
        } else if error.is_not_found() {
            StatusCode::NOT_FOUND
        } else if error.is_conflict() {
            StatusCode::CONFLICT
        } else if error.is_validation() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else if error.is_rate_limited() {
            StatusCode::SERVICE_UNAVAILABLE
        } else if error.is_timeout() {
            StatusCode::GATEWAY_TIMEOUT
        } else {
            StatusCode::BAD_GATEWAY
        }
    }

    /// Whose error it is, and why.
    pub fn told(&self) -> Told {
        Told {
            error: self.0.to_string(),
            because: self.0.source().map(ToString::to_string),
            vendor: self.0.vendor(),
            operation: self.0.operation().map(str::to_owned),
            request_id: self.0.request_id().map(str::to_owned),
        }
    }

    /// A response with this body, and when to try again where the vendor has said so.
    pub fn respond(&self, body: impl Serialize) -> Response {
        warn!(error = %self.0, because = self.0.source(), "a call failed");
        with_retry_after((self.status(), Json(body)).into_response(), self.0.retry_after())
    }
}

/// A response that says when to try again, where that is known: a part of a second is a whole one.
pub(crate) fn with_retry_after(mut response: Response, pause: Option<Duration>) -> Response {
    if let Some(pause) = pause {
        response.headers_mut().insert(RETRY_AFTER, pause.as_secs().saturating_add(1).into());
    }
    response
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.respond(self.told())
    }
}
