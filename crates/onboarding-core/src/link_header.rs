//! The `Link` header (RFC 8288), as far as it leads to the next page of a list.

use http::header::{HeaderMap, LINK};

/// The address of the next page, absolute or relative to the page's own.
pub(crate) fn next_page(headers: &HeaderMap) -> Option<&str> {
    let texts = headers.get_all(LINK).into_iter().filter_map(|value| value.to_str().ok());
    texts.into_iter().find_map(next_within)
}

/// The first link of a header's value whose relation is `next`. What is behind a mistake is not read.
fn next_within(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (target, parameters) = rest.strip_prefix('<')?.split_once('>')?;
        rest = parameters;
        // The first relation counts (section 3.3). With an anchor the link is that of something else than this page.
        let (mut relation, mut is_of_page) = (None, true);
        while let Some(parameter) = rest.trim_start_matches([' ', '\t']).strip_prefix(';') {
            let (name, value);
            (name, value, rest) = parameter_of(parameter);
            if name.eq_ignore_ascii_case("rel") {
                relation = relation.or(Some(value));
            }
            is_of_page &= !name.eq_ignore_ascii_case("anchor");
        }
        let mut relations = relation.unwrap_or_default().split_ascii_whitespace();
        if is_of_page && relations.any(|relation| relation.eq_ignore_ascii_case("next")) {
            return Some(target);
        }
        rest = rest.trim_start_matches([' ', '\t']).strip_prefix(',')?;
    }
}

/// The name and the value of a parameter, without quotes, and what is behind it.
fn parameter_of(text: &str) -> (&str, &str, &str) {
    let (name, rest) = text.split_at(text.find(['=', ';', ',']).unwrap_or(text.len()));
    let name = name.trim_matches([' ', '\t']);
    let Some(value) = rest.strip_prefix('=') else {
        return (name, "", rest);
    };
    let value = value.trim_start_matches([' ', '\t']);
    if let Some(quoted) = value.strip_prefix('"') {
        let mut is_escaped = false;
        let end = quoted.bytes().position(|byte| {
            let ends = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            ends
        });
        return match end {
            Some(end) => (name, &quoted[..end], &quoted[end + 1..]),
            None => (name, "", ""),
        };
    }
    let (value, rest) = value.split_at(value.find([';', ',']).unwrap_or(value.len()));
    (name, value.trim_end_matches([' ', '\t']), rest)
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderMap, HeaderValue, LINK};

    use super::next_page;

    fn next(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, HeaderValue::from_str(value).unwrap());
        }
        next_page(&headers).map(str::to_owned)
    }

    #[test]
    fn the_next_page_is_found_whatever_else_the_header_holds() {
        for (values, expected) in [
            (&["</b?page=2>; rel=\"next\""][..], Some("/b?page=2")),
            (&["<https://a.example/b?x=1,2>;rel=next"], Some("https://a.example/b?x=1,2")),
            (&["</1>; rel=\"first\", </3>; title=\"a, <b>; rel=next\"; REL=\"last Next\""], Some("/3")),
            (&["</1>; rel=prev", "</3>;rel=next"], Some("/3")),
            (&["</1>; title=\"a \\\" b\" ; rel = next"], Some("/1")),
            (&[", ,</1>;flag;rel=next,"], Some("/1")),
            (&["</1>; rel=prev; rel=next"], None),
            (&["</1>; rel=nextish"], None),
            (&["</1>; anchor=\"#a\"; rel=next, </2>; rel=next"], Some("/2")),
            (&["</1>; rel=\"next"], None),
            (&["</1"], None),
            (&["nonsense, </1>; rel=next"], None),
            (&["<>; rel=next"], Some("")),
            (&[""], None),
            (&[], None),
        ] {
            assert_eq!(next(values).as_deref(), expected, "{values:?}");
        }
    }
}
