//! Headers that no document may ask for.

/// Headers that the client or the HTTP protocol below it sends, so that no caller can be asked for them.
pub(crate) const RESERVED_HEADERS: [&str; 13] = [
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
