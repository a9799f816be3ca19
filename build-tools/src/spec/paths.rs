//! Paths and methods: what of them is an operation, and what of a path is sent.

/// The keys of a path item that hold an operation.
pub(crate) const METHODS: [&str; 7] = ["get", "put", "post", "patch", "delete", "head", "options"];

/// What of a path is sent: a fragment only tells operations apart that are sent to one path by one method.
pub(crate) fn without_fragment(path: &str) -> &str {
    path.split('#').next().unwrap_or_default()
}
