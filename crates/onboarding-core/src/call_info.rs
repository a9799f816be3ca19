//! Whose call it was: what observers and errors say of it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, Method};

use crate::operation::{Operation, OperationRef};

/// How long an identifier of a request may be to be shown; longer ones are none.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// Which operation is called.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallInfo<'a> {
    /// What joins all that is told of one call: unlike that of any other call of this process. It is never sent.
    pub id: u64,
    /// The vendor's name.
    pub vendor: &'static str,
    /// The operation's name.
    pub operation: &'a str,
    /// The method.
    pub method: &'a Method,
    /// The path with its placeholders, not filled in.
    pub template: &'a str,
}

impl<'a> CallInfo<'a> {
    pub(crate) const fn of(id: &CallId, vendor: &Vendor, operation: &'a Operation) -> Self {
        Self {
            id: id.0,
            vendor: vendor.name,
            operation: operation.name,
            method: &operation.method,
            template: operation.path,
        }
    }
}

/// What tells one call from all others of this process. A copy of a request is another call, and has another one.
#[derive(Debug)]
pub(crate) struct CallId(u64);

impl CallId {
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The same, kept with what came of the call.
    pub(crate) const fn same(&self) -> Self {
        Self(self.0)
    }
}

impl Clone for CallId {
    fn clone(&self) -> Self {
        Self::next()
    }
}

/// The vendor, as far as its calls are named after it.
#[derive(Debug)]
pub(crate) struct Vendor {
    pub(crate) name: &'static str,
    /// The headers of a response in which the vendor names the request.
    pub(crate) request_id_headers: &'static [&'static str],
}

impl Vendor {
    /// The name that the vendor gave the request, when it is one that a person can quote.
    pub(crate) fn request_id<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let value = self.request_id_headers.iter().find_map(|name| headers.get(*name))?.to_str().ok()?;
        let is_shown = !value.is_empty() && value.len() <= MAX_REQUEST_ID_BYTES && !value.contains(char::is_whitespace);
        is_shown.then_some(value)
    }
}

/// Whose call it was, as it is kept with a response or an error.
pub(crate) struct CallOf {
    pub(crate) id: CallId,
    pub(crate) vendor: &'static Vendor,
    pub(crate) operation: OperationRef,
}

impl Clone for CallOf {
    fn clone(&self) -> Self {
        Self { id: self.id.same(), vendor: self.vendor, operation: self.operation.clone() }
    }
}

impl CallOf {
    pub(crate) fn info(&self) -> CallInfo<'_> {
        CallInfo::of(&self.id, self.vendor, &self.operation)
    }

    /// The name that the vendor gave the request.
    pub(crate) fn request_id<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        self.vendor.request_id(headers)
    }
}

impl fmt::Display for CallInfo<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} ({} {})", self.vendor, self.operation, self.method, self.template)
    }
}
