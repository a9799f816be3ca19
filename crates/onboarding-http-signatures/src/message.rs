//! A view of the message that is signed or verified.

use std::borrow::Cow;
use std::fmt;

use http::header::{HOST, HeaderMap};
use http::{Method, StatusCode, Uri};

/// The scheme where nobody says another.
const HTTPS: &str = "https";

/// A request or a response, without its body.
#[derive(Clone, Debug)]
pub enum Message<'a> {
    /// A request.
    Request(RequestHead<'a>),
    /// A response.
    Response(ResponseHead<'a>),
}

/// A request without its body.
#[derive(Clone)]
pub struct RequestHead<'a> {
    pub(super) method: &'a Method,
    pub(super) scheme: &'a str,
    pub(super) authority: Option<Cow<'a, str>>,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) headers: &'a HeaderMap,
}

impl<'a> RequestHead<'a> {
    /// A request that is about to leave. An address without a host is that of a request whose header `host` says it, and without
    /// a scheme it is `https`.
    pub fn sent(method: &'a Method, uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        let authority = match (uri.host(), uri.port()) {
            (Some(host), Some(port)) => Some(Cow::Owned(format!("{host}:{port}"))),
            (Some(host), None) => Some(Cow::Borrowed(host)),
            (None, _) => only_host(headers),
        };
        let scheme = uri.scheme_str().unwrap_or(HTTPS);
        Self { method, scheme, authority, path: uri.path(), query: uri.query(), headers }
    }

    /// A request that has come in. `target` is the path and query exactly as they came, before any decoding, and as the sender
    /// wrote them: a proxy in between that rewrites the path makes the signature fail.
    ///
    /// The authority is taken from the header `host` unless that is there twice, or given by [`with_authority`](Self::with_authority); the scheme is
    /// `https` unless [`with_scheme`](Self::with_scheme) says otherwise, since a server behind a proxy does not see it.
    pub fn received(method: &'a Method, target: &'a str, headers: &'a HeaderMap) -> Self {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Self { method, scheme: HTTPS, authority: only_host(headers), path, query, headers }
    }

    /// The same request, sent to this scheme.
    pub fn with_scheme(mut self, scheme: &'a str) -> Self {
        self.scheme = scheme;
        self
    }

    /// The same request, sent to this host, with its port unless that is the scheme's own.
    pub fn with_authority(mut self, authority: &'a str) -> Self {
        self.authority = Some(Cow::Borrowed(authority));
        self
    }
}

/// Shows the method alone: the rest may be private.
impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RequestHead").field("method", self.method).finish_non_exhaustive()
    }
}

/// A response without its body.
#[derive(Clone)]
pub struct ResponseHead<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) request: Option<RequestHead<'a>>,
}

impl<'a> ResponseHead<'a> {
    /// A response.
    pub const fn new(status: StatusCode, headers: &'a HeaderMap) -> Self {
        Self { status, headers, request: None }
    }

    /// The same response, with the request that it is a response to: components with `;req` are taken from there.
    pub fn to_request(mut self, request: RequestHead<'a>) -> Self {
        self.request = Some(request);
        self
    }
}

/// Shows the status alone: the rest may be private.
impl fmt::Debug for ResponseHead<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ResponseHead").field("status", &self.status).finish_non_exhaustive()
    }
}

impl<'a> Message<'a> {
    /// The headers of the message itself.
    pub(super) fn headers(&self) -> &'a HeaderMap {
        match self {
            Self::Request(request) => request.headers,
            Self::Response(response) => response.headers,
        }
    }

    /// How many bytes path and query have, of the message itself or of the request that it is a response to.
    pub(super) fn target_length(&self) -> usize {
        let request = match self {
            Self::Request(request) => Some(request),
            Self::Response(response) => response.request.as_ref(),
        };
        request.map_or(0, |request| request.path.len() + request.query.map_or(0, str::len))
    }
}

/// The header `host`. Of two, a proxy may have taken the other one.
fn only_host(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(only), None) => only.to_str().ok().map(Cow::Borrowed),
        _ => None,
    }
}
