//! JSON pointers (RFC 6901), built and taken apart in one place.

/// The pointer of the member `key` of what `parent` points at.
pub(crate) fn join(parent: &str, key: &str) -> String {
    format!("{parent}/{}", escape(key))
}

/// One key, escaped.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The keys of a pointer, unescaped; `None` when it neither is empty nor begins with a slash.
pub(crate) fn split(pointer: &str) -> Option<impl Iterator<Item = String>> {
    let keys = match pointer.strip_prefix('/') {
        Some(keys) => Some(keys),
        None if pointer.is_empty() => None,
        None => return None,
    };
    Some(keys.into_iter().flat_map(|keys| keys.split('/')).map(unescape))
}

/// Undoes the escaping of one key.
pub(crate) fn unescape(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}
