//! The response of the vendor.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::HeaderMap;
use serde::de::DeserializeOwned;

use crate::call_info::{CallInfo, CallOf};
use crate::decode::{self, DecodeError};
use crate::problem_details::ProblemDetails;

/// A response as it came: status, headers and bytes. Its `Debug` shows the size of the body, never the body.
#[derive(Clone)]
pub struct RawResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) retry_after: Option<Duration>,
    /// Whose response it is; `None` until the call has ended.
    pub(crate) call: Option<CallOf>,
}

impl RawResponse {
    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as it came.
    pub const fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body read as JSON: for responses that the vendor's document lacks.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode::json(&self.body)
    }

    /// The body as text, which has to be UTF-8.
    pub fn text(&self) -> Result<&str, DecodeError> {
        std::str::from_utf8(&self.body).map_err(|_| DecodeError::new("", "the body is not UTF-8"))
    }

    /// How often the call was sent until this response came.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long the vendor asked to be left alone, by `Retry-After` in seconds or as a date: from when this response came.
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl RawResponse {
    /// The call that it is the response to.
    pub fn call(&self) -> Option<CallInfo<'_>> {
        self.call.as_ref().map(CallOf::info)
    }

    /// The vendor's name for the request, to be quoted to its support: from the header that the vendor documents for it.
    pub fn request_id(&self) -> Option<&str> {
        self.call.as_ref()?.request_id(&self.headers)
    }

    /// What the vendor says of an error, when the body is of the media type `application/problem+json` (RFC 9457).
    pub fn problem(&self) -> Option<ProblemDetails> {
        ProblemDetails::read(&self.headers, &self.body)
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RawResponse")
            .field("status", &self.status.as_u16())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A decoded value together with the status and headers that it came with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// The decoded value.
    pub value: T,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: Headers,
}

/// Headers of a response. Their `Debug` shows names, never values.
#[derive(Clone)]
pub struct Headers(pub(crate) HeaderMap);

impl std::ops::Deref for Headers {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        &self.0
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.keys()).finish()
    }
}
