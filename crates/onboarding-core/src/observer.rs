//! What a service may be told of its calls. Never a parameter, body or credential.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::call_info::CallInfo;
use crate::credentials_error::CredentialsError;
use crate::decode::DecodeError;

/// Is told of every call of a client. All methods do nothing unless they are written. A panic in one of them is logged and does the
/// call no harm.
pub trait Observer: Send + Sync + fmt::Debug {
    /// A call begins.
    fn before(&self, call: &CallInfo<'_>) {
        let _ = call;
    }

    /// An attempt of a call has ended. The number of the attempt is 1 for the first.
    fn attempt(&self, call: &CallInfo<'_>, end: &AttemptEnd) {
        let _ = (call, end);
    }

    /// A call is about to be sent again: after a pause, or at once with other credentials.
    fn retry(&self, call: &CallInfo<'_>, retry: &RetryReason) {
        let _ = (call, retry);
    }

    /// A call has ended. Each that began is told of once: one that was dropped by its caller ends with the failure `dropped`.
    fn after(&self, call: &CallInfo<'_>, end: &CallEnd) {
        let _ = (call, end);
    }

    /// The vendor no longer does what its document says, or a call is on its way out.
    fn drift(&self, call: &CallInfo<'_>, drift: &Drift<'_>) {
        let _ = (call, drift);
    }

    /// The vendor has given out new tokens.
    fn tokens_obtained(&self, vendor: &'static str) {
        let _ = vendor;
    }

    /// New tokens could not be saved by the [`TokenStore`](crate::TokenStore): they are kept in memory, and a later call tries again.
    /// A process that ends before that loses them, and with them perhaps the only refresh token that is still good.
    fn tokens_not_saved(&self, vendor: &'static str, error: &CredentialsError) {
        let _ = (vendor, error);
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptEnd {
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The status of the response, when one came.
    pub status: Option<StatusCode>,
    /// What kept a response from coming, as in [`CallEnd::failure`].
    pub failure: Option<&'static str>,
    /// How long it took. For downloads it ends where the file begins.
    pub elapsed: Duration,
}

/// Why a call is sent again: the status that came, or what kept one from coming.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RetryReason {
    /// The number of the attempt that it follows on, from 1.
    pub attempt: u32,
    /// The status of the response, when one came.
    pub status: Option<StatusCode>,
    /// What kept a response from coming, as in [`CallEnd::failure`].
    pub failure: Option<&'static str>,
    /// How long it is waited for until then.
    pub pause: Duration,
}

/// How a call ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnd {
    /// The status of the last response, when one came.
    pub status: Option<StatusCode>,
    /// What kept a response from coming: `refused`, `credentials`, `connect`, `timeout`, `response_too_large`, `interrupted`,
    /// `rejected` or `dropped`, when the caller has not waited for the end.
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
