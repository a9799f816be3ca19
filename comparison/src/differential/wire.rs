//! A request in the form in which two are compared, and what may differ for a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use build_tools::spec::{Encoding, encoding};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use similar::TextDiff;
use url::form_urlencoded;

use super::recorder::Recorded;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const BYTES: &str = "application/octet-stream";

/// What is compared of a request. Credentials, `accept` and `user-agent` are not: plain progenitor knows no credentials and asks for
/// no media type but JSON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wire {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    content_type: Option<String>,
    /// The header parameters of the operation.
    headers: BTreeMap<String, String>,
    body: Body,
}

#[derive(Clone, Debug, PartialEq)]
enum Body {
    Nothing,
    Json(Value),
    Form(Vec<(String, String)>),
    Other(String),
}

/// A difference that is as it should be.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Explained {
    MediaType,
    Parts,
    Array,
    Null,
    Empty,
    Instant,
    Number,
}

impl Explained {
    /// Why it is as it should be.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::MediaType => {
                "plain progenitor sends every body but forms as JSON or bytes, ours under its own media type"
            }
            Self::Parts => "plain progenitor has no form for a body in parts and sends bytes",
            Self::Array => {
                "plain progenitor fails to encode a list of fixed length in a query, so only ours was asked to"
            }
            Self::Null => "plain progenitor has no way to send `null` for an optional member and leaves it out",
            Self::Empty => {
                "plain progenitor leaves an optional list or map out when it is empty, ours only when it is not set"
            }
            Self::Instant => "a date-time is written with other digits, but names the same instant",
            Self::Number => "a number is written with other digits, but has the same value",
        }
    }
}

impl Wire {
    /// Reads a wire snapshot: front matter of insta, request line, headers, an empty line, the body.
    pub(crate) fn of_snapshot(text: &str, headers: &[&str]) -> Result<Self> {
        let (_, text) = text.trim_start_matches("---\n").split_once("\n---\n").context("it has no front matter")?;
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let (method, target) = lines.next().and_then(|line| line.split_once(' ')).context("it has no request line")?;
        let all = lines.filter_map(|line| line.split_once(": "));
        let all = all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Self::new(method, target, all, headers, body.trim_end()))
    }

    pub(crate) fn of_recorded(request: &Recorded, headers: &[&str]) -> Self {
        let body = String::from_utf8_lossy(&request.body);
        Self::new(&request.method, &request.target, request.headers.clone(), headers, &body)
    }

    fn new(method: &str, target: &str, all: Vec<(String, String)>, headers: &[&str], body: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        // A slash within a segment stays encoded, or two paths could look the same.
        let segments =
            path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().replace('/', "%2F"));
        let all: BTreeMap<String, String> = all.into_iter().collect();
        let content_type = all.get("content-type").cloned();
        let headers = headers.iter().map(|name| name.to_ascii_lowercase());
        let headers = headers.filter_map(|name| all.get(&name).map(|value| (name, value.clone())));
        let body = match content_type.as_deref() {
            _ if body.is_empty() => Body::Nothing,
            Some(FORM) => Body::Form(sorted_pairs(body)),
            _ => serde_json::from_str(body).map_or_else(|_| Body::Other(body.to_owned()), Body::Json),
        };
        Self {
            method: method.to_owned(),
            path: segments.collect::<Vec<_>>().join("/"),
            query: sorted_pairs(query),
            headers: headers.collect(),
            content_type,
            body,
        }
    }

    /// Leaves a query parameter out that the other side could not be given.
    pub(crate) fn withhold(&mut self, parameter: &str, explained: &mut BTreeSet<Explained>) {
        self.query.retain(|(name, _)| name != parameter);
        explained.insert(Explained::Array);
    }

    fn text(&self) -> String {
        let mut text = format!("{} {}\n", self.method, self.path);
        for (name, value) in &self.query {
            let _ = writeln!(text, "query {name} = {value}");
        }
        for (name, value) in self.content_type.iter().map(|value| ("content-type", value)) {
            let _ = writeln!(text, "{name}: {value}");
        }
        for (name, value) in &self.headers {
            let _ = writeln!(text, "{name}: {value}");
        }
        let _ = match &self.body {
            Body::Nothing => Ok(()),
            Body::Json(value) => writeln!(text, "{:#}", sorted(value)),
            Body::Form(pairs) => writeln!(text, "{pairs:#?}"),
            Body::Other(body) => writeln!(text, "{body}"),
        };
        text
    }
}

/// How the requests differ, as a text for people; `None` when they are the same but for what `explained` then holds.
pub(crate) fn difference(mut ours: Wire, theirs: &Wire, explained: &mut BTreeSet<Explained>) -> Option<String> {
    if let (Some(our_type), Some(their_type)) = (&ours.content_type, &theirs.content_type)
        && our_type != their_type
        && lowered(our_type) == their_type
    {
        explained.insert(Explained::MediaType);
        if our_type.starts_with("multipart/") {
            explained.insert(Explained::Parts);
            ours.body = theirs.body.clone();
        }
        ours.content_type = Some(their_type.clone());
    }
    if let (Body::Json(our_body), Body::Json(their_body)) = (&mut ours.body, &theirs.body) {
        explain(our_body, their_body, explained);
    }
    if ours == *theirs {
        return None;
    }
    let (ours, theirs) = (ours.text(), theirs.text());
    let diff = TextDiff::from_lines(&theirs, &ours);
    Some(diff.unified_diff().context_radius(2).header("plain progenitor", "ours").to_string())
}

/// The media type that the baseline leaves of another.
fn lowered(media_type: &str) -> &str {
    match encoding(media_type) {
        Ok(Encoding::Form) => FORM,
        Ok(Encoding::Json) => JSON,
        _ => BYTES,
    }
}

/// Puts theirs in the place of ours wherever they differ for a reason.
fn explain(ours: &mut Value, theirs: &Value, explained: &mut BTreeSet<Explained>) {
    match (&mut *ours, theirs) {
        (Value::Object(our_members), Value::Object(their_members)) => {
            our_members.retain(|name, value| {
                let reason = match value {
                    Value::Null => Explained::Null,
                    Value::Object(members) if members.is_empty() => Explained::Empty,
                    Value::Array(items) if items.is_empty() => Explained::Empty,
                    _ => return true,
                };
                let sent = their_members.contains_key(name);
                if !sent {
                    explained.insert(reason);
                }
                sent
            });
            for (name, value) in our_members {
                if let Some(theirs) = their_members.get(name) {
                    explain(value, theirs, explained);
                }
            }
        }
        (Value::Array(our_items), Value::Array(their_items)) => {
            for (ours, theirs) in our_items.iter_mut().zip(their_items) {
                explain(ours, theirs, explained);
            }
        }
        (Value::Number(our_number), Value::Number(their_number))
            if our_number != their_number && our_number.as_f64() == their_number.as_f64() =>
        {
            explained.insert(Explained::Number);
            *ours = theirs.clone();
        }
        (Value::String(our_text), Value::String(their_text)) => {
            let instant = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
            if our_text != their_text && instant(our_text).is_some() && instant(our_text) == instant(their_text) {
                explained.insert(Explained::Instant);
                *ours = theirs.clone();
            }
        }
        _ => {}
    }
}

/// What a query or form holds, in order of the names; values of one name as they came.
fn sorted_pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    pairs.sort_by(|left, right| left.0.cmp(&right.0));
    pairs
}

/// The same with the members of objects in order of their names.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&String, Value> = members.iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::Object(members.into_iter().map(|(name, value)| (name.clone(), value)).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        scalar => scalar.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Explained, Wire, difference};
    use crate::differential::recorder::Recorded;

    const SNAPSHOT: &str = "---\nsource: crates/x/tests/generated/wire.rs\n---\n\
        POST /things/a%20b?kind=x%2Cy&b=1&b=2\naccept: application/json\nauthorization: Bearer t\n\
        content-type: application/vnd.api+json\nx-key: k\n\n\
        {\n  \"at\": \"2024-02-29T12:30:00Z\",\n  \"cleared\": null,\n  \"empty\": {},\n  \"name\": \"Ann\",\n  \"size\": 1\n}\n";

    fn ours() -> Wire {
        Wire::of_snapshot(SNAPSHOT, &["X-Key"]).expect("it is a request")
    }

    fn theirs(target: &str, key: &str, body: &str) -> Wire {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = Recorded {
            operation: "create_thing".to_owned(),
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers: vec![header("content-type", "application/json"), header("x-key", key), header("x-other", "o")],
            body: body.as_bytes().to_vec(),
        };
        Wire::of_recorded(&request, &["X-Key"])
    }

    #[test]
    fn what_differs_for_a_reason_is_equal_and_told() {
        let body = r#"{"size": 1.0, "name": "Ann", "at": "2024-02-29T12:30:00.000Z"}"#;
        let mut explained = BTreeSet::new();
        let found = difference(ours(), &theirs("/things/a+b?b=1&b=2&kind=x,y", "k", body), &mut explained);
        // A plus stands for a space in a query only.
        assert!(found.expect("the paths differ").contains("-POST /things/a+b\n+POST /things/a b\n"));
        let found = difference(ours(), &theirs("/things/a%20b?b=1&b=2&kind=x,y", "k", body), &mut explained);
        assert_eq!(found, None);
        let all = [Explained::MediaType, Explained::Null, Explained::Empty, Explained::Instant, Explained::Number];
        assert_eq!(explained.into_iter().collect::<Vec<_>>(), all);
    }

    #[test]
    fn what_differs_for_no_reason_is_shown() {
        let body = r#"{"size": 2, "at": "2024-02-29T12:30:00Z", "cleared": null, "name": null}"#;
        let found = difference(ours(), &theirs("/things/a%20b?b=2&b=1", "other", body), &mut BTreeSet::new());
        let found = found.expect("they differ");
        for line in ["+query b = 1", "+query kind = x,y", "-x-key: other", "+  \"name\": \"Ann\"", "-  \"size\": 2"] {
            assert!(found.contains(line), "{line} in\n{found}");
        }
    }
}
