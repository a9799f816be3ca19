//! JSON pointers (RFC 6901), built and taken apart.

/// The pointer of the member `key` of what `parent` points at.
pub(crate) fn join(parent: &str, key: &str) -> String {
    let mut pointer = String::with_capacity(parent.len() + key.len() + 1);
    pointer.push_str(parent);
    pointer.push('/');
    for character in key.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
    pointer
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
