//! What a vendor says of an error in the form that RFC 9457 gives it.

use std::fmt;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

/// How long a body may be to be read as problem details; none has that much to say.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// How much of a text is kept.
const MAX_TEXT_BYTES: usize = 1024;

/// The members that RFC 9457 defines, each as far as it came in the form that the standard gives it and no longer than 1 KiB.
///
/// `Debug` shows the status and which members there are: their texts may be about a person.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProblemDetails {
    /// `type`: a URI that names the kind of problem.
    pub problem_type: Option<String>,
    /// `title`: the kind of problem in words.
    pub title: Option<String>,
    /// `status`: the status that the vendor meant, which a gateway may have changed.
    pub status: Option<u16>,
    /// `detail`: what happened this time.
    pub detail: Option<String>,
    /// `instance`: a URI that names this occurrence.
    pub instance: Option<String>,
}

impl ProblemDetails {
    pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let media_type = headers.get(CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim();
        if !media_type.eq_ignore_ascii_case("application/problem+json") || body.len() > MAX_BODY_BYTES {
            return None;
        }
        // A member of another kind than the standard's is ignored, as it asks for.
        let members: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let text = |name: &str| members.get(name)?.as_str().map(shortened);
        let status = members.get("status").and_then(Value::as_u64);
        Some(Self {
            problem_type: text("type"),
            title: text("title"),
            status: status.and_then(|status| u16::try_from(status).ok()),
            detail: text("detail"),
            instance: text("instance"),
        })
    }
}

fn shortened(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

impl fmt::Debug for ProblemDetails {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &Option<String>| text.as_ref().map(|_| format_args!("[redacted]"));
        formatter
            .debug_struct("ProblemDetails")
            .field("problem_type", &shown(&self.problem_type))
            .field("title", &shown(&self.title))
            .field("status", &self.status)
            .field("detail", &shown(&self.detail))
            .field("instance", &shown(&self.instance))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;
    use http::{HeaderMap, HeaderValue};

    use super::{MAX_BODY_BYTES, MAX_TEXT_BYTES, ProblemDetails};

    fn read(media_type: &'static str, body: &str) -> Option<ProblemDetails> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
        ProblemDetails::read(&headers, body.as_bytes())
    }

    const PROBLEM: &str = "application/problem+json";
    /// The example of RFC 9457, section 3.
    const EXAMPLE: &str = r#"{
        "type": "https://example.com/probs/out-of-credit",
        "title": "You do not have enough credit.",
        "detail": "Your current balance is 30, but that costs 50.",
        "instance": "/account/12345/msgs/abc",
        "balance": 30,
        "accounts": ["/account/12345", "/account/67890"]
    }"#;

    #[test]
    fn the_members_of_the_standard_are_read_and_not_shown() {
        for media_type in [PROBLEM, "Application/Problem+JSON; charset=utf-8"] {
            let problem = read(media_type, EXAMPLE).unwrap();
            assert_eq!(problem.problem_type.as_deref(), Some("https://example.com/probs/out-of-credit"));
            assert_eq!(problem.title.as_deref(), Some("You do not have enough credit."));
            assert_eq!(problem.detail.as_deref(), Some("Your current balance is 30, but that costs 50."));
            assert_eq!(problem.instance.as_deref(), Some("/account/12345/msgs/abc"));
            assert_eq!(problem.status, None);
            let shown = format!("{problem:?}");
            assert!(shown.contains("[redacted]") && !shown.contains("credit") && !shown.contains("12345"), "{shown}");
        }
        assert_eq!(read(PROBLEM, r#"{"status": 403}"#).unwrap().status, Some(403));
    }

    #[test]
    fn what_is_none_is_not_read_as_one() {
        for (media_type, body) in
            [("application/json", EXAMPLE), (PROBLEM, ""), (PROBLEM, "[]"), (PROBLEM, "{"), ("text/html", "<p>")]
        {
            assert_eq!(read(media_type, body), None, "{media_type} {body}");
        }
        assert_eq!(ProblemDetails::read(&HeaderMap::new(), EXAMPLE.as_bytes()), None);
        let wrong = r#"{"type": 1, "title": null, "status": "403", "detail": {}, "instance": []}"#;
        assert_eq!(read(PROBLEM, wrong), Some(ProblemDetails::default()));
        assert_eq!(read(PROBLEM, r#"{"status": 70000}"#), Some(ProblemDetails::default()));
    }

    #[test]
    fn long_texts_are_cut_and_long_bodies_not_read() {
        let long = format!(r#"{{"detail": "x{}"}}"#, "é".repeat(MAX_TEXT_BYTES));
        let detail = read(PROBLEM, &long).unwrap().detail.unwrap();
        assert_eq!(detail.len(), MAX_TEXT_BYTES - 1, "a letter of two bytes is not cut in half");
        let head = r#"{"title": ""#;
        let body = |length: usize| format!("{head}{}\"}}", "x".repeat(length - head.len() - 2));
        assert!(read(PROBLEM, &body(MAX_BODY_BYTES)).is_some());
        assert_eq!(read(PROBLEM, &body(MAX_BODY_BYTES + 1)), None);
    }
}
