//! What of a Rust text is code, for the proofs, which are still written as text.

/// The code of a Rust text: without its comments and without what its literals hold, which can be anything.
pub(super) fn code_of(text: &str) -> String {
    parts(text).into_iter().filter(|(_, is_code)| *is_code).map(|(part, _)| part).collect()
}

/// A Rust text in order, in parts that are code and parts that are comments or string literals. Emitters write line comments
/// only, and no character literals.
fn parts(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let (mut begin, mut at) = (0, 0);
    while let Some(found) = text[at..].find(['"', '/']) {
        let start = at + found;
        let end = if text[start..].starts_with('"') {
            let hashes = text[begin..start].bytes().rev().take_while(|byte| *byte == b'#').count();
            let is_raw = text[begin..start - hashes].ends_with('r');
            start + 1 + string_end(&text[start + 1..], is_raw.then_some(hashes))
        } else if text[start..].starts_with("//") {
            start + text[start..].find('\n').unwrap_or(text.len() - start)
        } else {
            at = start + 1;
            continue;
        };
        parts.extend([(&text[begin..start], true), (&text[start..end], false)]);
        (begin, at) = (end, end);
    }
    parts.push((&text[begin..], true));
    parts
}

/// Where a string literal ends, given what follows its opening quote, and for a raw one its number of hashes.
fn string_end(text: &str, raw: Option<usize>) -> usize {
    if let Some(hashes) = raw {
        let closing = format!("\"{}", "#".repeat(hashes));
        return text.find(&closing).map_or(text.len(), |end| end + closing.len());
    }
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::code_of;

    #[test]
    fn comments_and_literals_are_no_code() {
        let text = "// core::Map\nlet a: core::Map = read(r#\"{\"core::Map\": \"}\"#, \"core::Map\\\"core::Map\", b / c); core::Map";
        let code = code_of(text);
        assert_eq!(code.matches("core::Map").count(), 2, "{code}");
    }
}
