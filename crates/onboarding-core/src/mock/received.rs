//! A request as a mock looks at it.

use http::header::HeaderValue;
use percent_encoding::percent_decode_str;

use crate::request_body::RequestBody;
use crate::transport::TransportRequest;

/// How much of a value is shown.
const MAX_SHOWN: usize = 200;

/// A request that was received, and the path template that it was made from.
#[derive(Clone, Copy)]
pub(super) struct Received<'r> {
    pub(super) request: &'r TransportRequest,
    pub(super) template: &'r str,
}

impl<'r> Received<'r> {
    /// What stands in the place of a placeholder, as it was sent.
    pub(super) fn path(self, name: &str) -> Option<&'r str> {
        placeholder(self.template, self.request.url.path(), name)
    }

    /// The values of a query parameter, as they were sent.
    pub(super) fn query(self, name: &str) -> Vec<&'r str> {
        let query = self.request.url.query().unwrap_or_default();
        values_in(query, name)
    }

    /// The values of a header.
    pub(super) fn header(self, name: &str) -> Vec<&'r HeaderValue> {
        self.request.headers.get_all(name).iter().collect()
    }

    /// The body; empty when there is none, and when a file on disk is part of it.
    pub(super) fn body(self) -> &'r [u8] {
        self.request.body.as_ref().and_then(RequestBody::as_bytes).map_or(&[], |body| body)
    }
}

/// The values of a name in a query, as they are written there.
pub(super) fn values_in<'q>(query: &'q str, name: &str) -> Vec<&'q str> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(other, _)| decoded(other) == name).map(|(_, value)| value).collect()
}

/// What was written in percent-encoding.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A value in quotes, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Whether a path ends as the template says, whatever stands in the place of its placeholders.
pub(super) fn is_of(template: &str, path: &str) -> bool {
    segments(template, path).is_some()
}

/// What stands in a path in the place of a placeholder of its template. The base URL's path may stand before it.
fn placeholder<'p>(template: &str, path: &'p str, name: &str) -> Option<&'p str> {
    let pairs = segments(template, path)?;
    pairs.into_iter().find_map(|(template, segment)| placeholder_in(template, segment, name))
}

/// The segments of a template that has placeholders, each with its segment of the path; `None` when the path is not of the template.
fn segments<'t, 'p>(template: &'t str, path: &'p str) -> Option<Vec<(&'t str, &'p str)>> {
    let (template, path): (Vec<&'t str>, Vec<&'p str>) = (split(template), split(path));
    let before = path.len().checked_sub(template.len())?;
    let pairs: Vec<_> = template.into_iter().zip(path.into_iter().skip(before)).collect();
    pairs.iter().all(|(template, segment)| is_segment(template, segment)).then_some(pairs)
}

fn split(text: &str) -> Vec<&str> {
    text.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// Whether a segment is as the template has it.
fn is_segment(template: &str, segment: &str) -> bool {
    match (template.find('{'), template.rfind('}')) {
        (Some(start), Some(end)) if start < end => {
            let (before, after) = (&template[..start], &template[end + 1..]);
            segment.len() >= before.len() + after.len() && segment.starts_with(before) && segment.ends_with(after)
        }
        _ => template == segment,
    }
}

/// What stands in a segment in the place of a placeholder. Where one segment has several, each ends at the first place where what stands
/// behind it in the template is found.
fn placeholder_in<'p>(template: &str, segment: &'p str, name: &str) -> Option<&'p str> {
    let mut template = template;
    let mut segment = segment;
    loop {
        let (before, rest) = template.split_once('{')?;
        let (placeholder, after) = rest.split_once('}')?;
        segment = segment.strip_prefix(before)?;
        let literal = after.split('{').next().unwrap_or_default();
        let end = if after.len() == literal.len() {
            // The last placeholder: what follows it stands at the end.
            segment.len().checked_sub(literal.len())?
        } else {
            segment.find(literal)?
        };
        if placeholder == name {
            return segment.get(..end);
        }
        segment = segment.get(end..)?;
        template = after;
    }
}

#[cfg(test)]
mod tests {
    use super::{is_of, placeholder, quoted, values_in};

    #[test]
    fn a_placeholder_is_found_behind_any_base() {
        let cases = [
            ("/v0/a/{id}", "/v0/a/1", "id", Some("1")),
            ("/v0/a/{id}", "/base/v0/a/1%2F2", "id", Some("1%2F2")),
            ("/a/{one}/b/{two}", "/a/1/b/2", "two", Some("2")),
            ("/a/{id}:cancel", "/a/1:cancel", "id", Some("1")),
            ("/a/{name}.{format}", "/a/b.json", "format", Some("json")),
            ("/a/{name}.{format}", "/a/b.json", "name", Some("b")),
            ("/a/{id}", "/a/1", "other", None),
            ("/a/{id}", "/b/1", "id", None),
            ("/a/{id}/c", "/a/1", "id", None),
        ];
        for (template, path, name, expected) in cases {
            assert_eq!(placeholder(template, path, name), expected, "{template} {path} {name}");
        }
        assert!(is_of("/a/{id}", "/x/a/1") && !is_of("/a/{id}", "/a") && is_of("/", "/"));
    }

    #[test]
    fn values_are_those_of_the_name() {
        assert_eq!(values_in("a=1&b=2&a=3&page%5Bat%5D=4", "a"), ["1", "3"]);
        assert_eq!(values_in("a=1&page%5Bat%5D=4", "page[at]"), ["4"]);
        assert!(values_in("", "a").is_empty());
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(quoted("a\"b"), r#""a\"b""#);
        assert_eq!(quoted(&"é".repeat(300)).chars().count(), 203);
    }
}
