//! Whose call it was: what observers and errors say of it.

use std::fmt;

use http::{HeaderMap, Method};

use crate::operation::{Operation, OperationRef};

/// How long an identifier of a request may be to be shown; longer ones are none.
const MAX_REQUEST_ID_BYTES: usize = 128;

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

impl<'a> CallInfo<'a> {
    pub(crate) const fn of(vendor: Vendor, operation: &'a Operation) -> Self {
        Self { vendor: vendor.name, operation: operation.name, method: &operation.method, template: operation.path }
    }
}

/// The vendor, as far as its calls are named after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vendor {
    pub(crate) name: &'static str,
    /// The headers of a response in which the vendor names the request.
    pub(crate) request_id_headers: &'static [&'static str],
}

/// Whose call it was, as it is kept with a response or an error.
#[derive(Clone)]
pub(crate) struct CallOf {
    pub(crate) vendor: Vendor,
    pub(crate) operation: OperationRef,
}

impl CallOf {
    pub(crate) fn info(&self) -> CallInfo<'_> {
        CallInfo::of(self.vendor, &self.operation)
    }

    /// The name that the vendor gave the request, when it is one that a person can quote.
    pub(crate) fn request_id<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let value = self.vendor.request_id_headers.iter().find_map(|name| headers.get(*name))?.to_str().ok()?;
        let is_shown = !value.is_empty() && value.len() <= MAX_REQUEST_ID_BYTES && !value.contains(char::is_whitespace);
        is_shown.then_some(value)
    }
}

impl fmt::Display for CallInfo<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} ({} {})", self.vendor, self.operation, self.method, self.template)
    }
}
