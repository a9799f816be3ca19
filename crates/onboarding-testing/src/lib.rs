//! What the generated tests of the vendor crates share: a real HTTP server on loopback that responds as it is told and shows what it
//! received, comparisons of JSON, and the engines of the proofs that the vendor crates are put to.

pub mod canary;
mod hostile;
mod measured;
pub mod mutation;
pub mod proofs;
pub mod schemas;
pub mod shown;
pub mod table;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::DateTime;
#[doc(hidden)]
pub use insta;
use onboarding_core::{__private, DecodeError, SignError, SignableRequest, Signer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Decodes as a call does, and says how often a value or name of the text was looked at.
///
/// # Errors
///
/// When the text is not of the type.
pub fn looks<T: DeserializeOwned>(text: &str) -> (Result<T, DecodeError>, usize) {
    __private::counted(text.as_bytes())
}

/// For vendors that require signatures: signs by adding nothing.
#[derive(Clone, Copy, Debug)]
pub struct Unsigned;

impl Signer for Unsigned {
    fn sign(&self, _: &mut SignableRequest<'_>) -> Result<(), SignError> {
        Ok(())
    }
}

/// A server on loopback that gives every request the same response.
pub struct Loopback {
    server: MockServer,
}

impl Loopback {
    /// Starts a server that responds with this status, media type and body.
    pub async fn responding(status: u16, media_type: &str, body: &str) -> Self {
        let server = MockServer::start().await;
        let response = ResponseTemplate::new(status).set_body_raw(body.as_bytes().to_vec(), media_type);
        Mock::given(any()).respond_with(response).mount(&server).await;
        Self { server }
    }

    /// The server's address.
    pub fn base_url(&self) -> String {
        self.server.uri()
    }

    /// The one request that came, as text: request line, headers save those that differ from run to run, body.
    ///
    /// # Panics
    ///
    /// When none or several came.
    pub async fn request(&self) -> String {
        let requests = self.server.received_requests().await.expect("requests are recorded");
        let [request] = requests.as_slice() else {
            panic!("one request was expected, {} came", requests.len());
        };
        let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut text = format!("{} {}{query}\n", request.method, request.url.path());
        let mut headers: Vec<(&str, String)> = request
            .headers
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "host" | "content-length"))
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        headers.sort();
        for (name, value) in headers {
            // The version changes with every release, the rest does not.
            let value = match name {
                "user-agent" => value.split('/').next().unwrap_or_default().to_owned(),
                _ => value,
            };
            let _ = writeln!(text, "{name}: {value}");
        }
        if !request.body.is_empty() {
            let body = match serde_json::from_slice::<Value>(&request.body) {
                Ok(json) => serde_json::to_string_pretty(&sorted(json)).expect("JSON has a text"),
                Err(_) => String::from_utf8_lossy(&request.body).into_owned(),
            };
            let _ = write!(text, "\n{body}\n");
        }
        // A boundary is another one each time.
        match request.headers.get("content-type").and_then(|value| value.to_str().ok()?.split_once("; boundary=")) {
            Some((_, boundary)) => text.replace(boundary, "BOUNDARY"),
            None => text,
        }
    }
}

/// The same JSON with the members of every object in order of their names, whichever order `serde_json` keeps in this build.
fn sorted(value: Value) -> Value {
    sorted_with(value, |scalar| scalar)
}

/// The same with every scalar changed.
fn sorted_with(value: Value, change: fn(Value) -> Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(name, member)| (name, sorted_with(member, change))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(|item| sorted_with(item, change)).collect(),
        scalar => change(scalar),
    }
}

/// Decodes a value that a test is given.
///
/// # Panics
///
/// When the text is not of that type.
pub fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("the value is of its type")
}

/// A documented payload is decoded, and encoded back to the same JSON.
///
/// # Panics
///
/// When it is not.
pub fn assert_round_trip<T: DeserializeOwned + Serialize>(documented: &str) {
    let value: T = serde_json::from_str(documented).expect("the documented payload is decoded");
    assert_same_json(documented, &value);
}

/// What was decoded encodes back to the same JSON as was documented.
///
/// Two texts are the same when they are equal or name the same instant, and a member that is null is the same as one that is left
/// out: an optional member holds neither.
///
/// # Panics
///
/// When it does not.
pub fn assert_same_json<T: Serialize>(documented: &str, value: &T) {
    let documented: Value = serde_json::from_str(documented).expect("the documented payload is JSON");
    let encoded = serde_json::to_value(value).expect("what was decoded is encoded");
    if let Some(path) = difference(&documented, &encoded, String::new()) {
        panic!("the JSON differs at `{path}`\ndocumented: {documented:#}\nencoded: {encoded:#}");
    }
}

/// Where two values differ; `None` when they are the same in the sense of [`assert_same_json`].
fn difference(left: &Value, right: &Value, path: String) -> Option<String> {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let names = left.keys().chain(right.keys().filter(|name| !left.contains_key(*name)));
            names.into_iter().find_map(|name| {
                let of = |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or(Value::Null);
                difference(&of(left), &of(right), format!("{path}.{name}"))
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .enumerate()
            .find_map(|(index, (left, right))| difference(left, right, format!("{path}[{index}]"))),
        (Value::Number(left), Value::Number(right)) => (left.as_f64() != right.as_f64()).then_some(path),
        (Value::String(left), Value::String(right)) => {
            let instant = |text: &str| DateTime::parse_from_rfc3339(text).ok();
            let same = left == right || (instant(left).is_some() && instant(left) == instant(right));
            (!same).then_some(path)
        }
        _ => (left != right).then_some(path),
    }
}

/// The request that came is the one of the reviewed snapshot under `tests/snapshots`.
#[macro_export]
macro_rules! assert_wire {
    ($name:literal, $request:expr) => {
        let request = $request;
        $crate::insta::with_settings!({
            snapshot_path => "../snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            $crate::insta::assert_snapshot!($name, request);
        });
    };
}

/// A call that is answered with an error status gives the variant of that status.
#[macro_export]
macro_rules! expect_error {
    ($call:ident, $client:ident, $status:literal, $media_type:literal, $body:expr, $variant:pat) => {{
        let server = $crate::Loopback::responding($status, $media_type, $body).await;
        let error = $call($client(&server)).await.expect_err("an error status is an error");
        assert_eq!(error.status().map(|status| status.as_u16()), Some($status));
        assert!(matches!(error.declared(), Some($variant)), "status {} gave {error:?}", $status);
    }};
}

/// A call that is answered with a success status succeeds.
#[macro_export]
macro_rules! expect_success {
    ($call:ident, $client:ident, $status:literal, $media_type:literal, $body:expr) => {{
        let server = $crate::Loopback::responding($status, $media_type, $body).await;
        let response = $call($client(&server)).await;
        assert!(response.is_ok(), "status {} gave {:?}", $status, response.err());
    }};
}
