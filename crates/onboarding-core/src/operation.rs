//! What every call of one operation has in common.

use std::ops::Deref;
use std::sync::Arc;

use http::Method;

/// The fixed part of an operation: generated code declares one static for each.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that the vendor documents or does not")]
#[non_exhaustive]
pub struct Operation {
    /// The operation's name, as in the vendor's document and in logs.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path below the base URL, with `{placeholders}`.
    pub path: &'static str,
    /// Whether credentials are sent along.
    pub authenticated: bool,
    /// The media type asked for in `Accept`.
    pub accept: &'static str,
    /// Whether a redirect is what the vendor documents as success. It is never followed.
    pub redirects: bool,
    /// Whether the call may be repeated though its method does not say so, because it changes nothing.
    pub idempotent: bool,
    /// The header by which the vendor knows a repeated call, if it has one.
    pub idempotency_key: Option<&'static str>,
    /// Whether the vendor has marked the operation as deprecated.
    pub deprecated: bool,
}

impl Operation {
    /// An authenticated operation that asks for JSON.
    pub const fn new(name: &'static str, method: Method, path: &'static str) -> Self {
        Self {
            name,
            method,
            path,
            authenticated: true,
            accept: "application/json",
            redirects: false,
            idempotent: false,
            idempotency_key: None,
            deprecated: false,
        }
    }

    /// The same operation, called without credentials.
    pub const fn public(mut self) -> Self {
        self.authenticated = false;
        self
    }

    /// The same operation, whose documented success is a redirect.
    pub const fn redirects(mut self) -> Self {
        self.redirects = true;
        self
    }

    /// The same operation, asking for another media type.
    pub const fn accept(mut self, media_type: &'static str) -> Self {
        self.accept = media_type;
        self
    }

    /// The same operation, which may be repeated whatever its method: it changes nothing.
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// The same operation, whose calls the vendor knows again by this header. A call that does not set it is given a random UUID,
    /// the same on every attempt.
    pub const fn idempotency_key(mut self, header: &'static str) -> Self {
        self.idempotency_key = Some(header);
        self
    }

    /// The same operation, deprecated by the vendor.
    pub const fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }
}

/// An operation as a request refers to it: a pointer, since requests are moved at every step.
#[derive(Clone)]
pub(crate) enum OperationRef {
    Generated(&'static Operation),
    Own(Arc<Operation>),
}

impl Deref for OperationRef {
    type Target = Operation;

    fn deref(&self) -> &Operation {
        match self {
            Self::Generated(operation) => operation,
            Self::Own(operation) => operation,
        }
    }
}
