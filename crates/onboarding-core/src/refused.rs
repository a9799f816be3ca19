//! What keeps a call from being sent at all.

use std::fmt;

use crate::call_info::CallOf;
use crate::check::Violation;

/// Why a call was refused before anything was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// A path parameter is empty, `.` or `..`: the call would reach another address.
    #[error("the path parameter `{name}` is empty, `.` or `..`")]
    PathParameter {
        /// The parameter's name.
        name: &'static str,
    },
    /// A header parameter has characters that no header can carry.
    #[error("the header parameter `{name}` has characters that no header can carry")]
    HeaderParameter {
        /// The parameter's name.
        name: &'static str,
    },
    /// An item of a query parameter has the separator of the list in it: it would arrive as two.
    #[error("an item of the query parameter `{name}` has the separator of the list in it")]
    QueryParameter {
        /// The parameter's name.
        name: &'static str,
    },
    /// The query could not be encoded.
    #[error("the query could not be encoded: {reason}")]
    Query {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The body could not be encoded.
    #[error("the body could not be encoded: {reason}")]
    Body {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A value breaks a limit that the vendor documents.
    #[error("{violation}")]
    Value {
        /// Where, and which limit.
        violation: Violation,
    },
    /// The request's address could not be composed from the base URL and the parameters, or is longer than 64 KiB.
    #[error("the request's address could not be composed")]
    Address,
    /// The vendor's address of the next page of a list is not below the base URL: credentials are not sent there.
    #[error("the vendor's address of the next page is not below the base URL")]
    NextPage,
    /// An address that the vendor gave leads elsewhere than the document says, or is not below the base URL: credentials are not sent there.
    #[error("the vendor's address is not below the base URL, or not of the form that is documented")]
    Url,
    /// A request hook of the service panicked.
    #[error("a request hook panicked")]
    Hook,
    /// The call was made outside of a tokio runtime, or within one that has no clock.
    #[error("the call was not made on a tokio runtime with a clock and network: build it with `enable_all`")]
    Runtime,
    /// A blocking call was made within async code, whose thread it would hold up (feature `blocking`).
    #[error("a blocking call was made within async code: use `send` there")]
    Blocking,
}

/// A call that was refused before anything was sent.
#[derive(Clone)]
#[non_exhaustive]
pub struct RefusedCall {
    /// Why it was.
    pub reason: Refused,
    pub(crate) call: Option<CallOf>,
}

impl From<Refused> for RefusedCall {
    fn from(reason: Refused) -> Self {
        Self { reason, call: None }
    }
}

impl fmt::Debug for RefusedCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(formatter)
    }
}
