//! What every call of one operation has in common.

use reqwest::Method;

/// The fixed part of an operation: generated code declares one constant for each.
#[derive(Clone, Debug, PartialEq)]
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
}

impl Operation {
    /// An authenticated operation that asks for JSON.
    pub const fn new(name: &'static str, method: Method, path: &'static str) -> Self {
        Self { name, method, path, authenticated: true, accept: "application/json", redirects: false }
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
}
