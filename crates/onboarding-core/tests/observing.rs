//! What a service sees of its calls: enough to run them, nothing private. A binary of its own: which spans are wanted is
//! remembered for a whole process, so no other call may go on while it is set up.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "helpers and types of tests are tests too")]

mod common;

use std::io::Write;
use std::sync::{Arc, Mutex};

use onboarding_core::derive::{Object, StatusError, StringEnum, TaggedUnion, UntaggedUnion};
use onboarding_core::{
    CallEnd, CallInfo, Client, Credentials, Drift, Error, Expiry, FieldValue, JsonValue, Method, NoDeclaredError,
    Observer, Operation, TokenFlow, TokenRequest, TokenSource,
};
use tracing_subscriber::fmt::format::FmtSpan;

use crate::common::{FakeRuntime, SECRET, Server, Step, builder, client, json, response};

/// Held by each test while it calls.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

static GET: Operation = Operation::new("get_thing", Method::GET, "/things/{id}").deprecated();
static POST: Operation = Operation::new("create_thing", Method::POST, "/things");

/// Writes down what it is told.
#[derive(Clone, Debug, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, note: String) {
        self.0.lock().unwrap().push(note);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Observer for Notes {
    fn before(&self, call: &CallInfo<'_>) {
        self.add(format!("before {} {} {} {}", call.vendor, call.operation, call.method, call.template));
    }

    fn after(&self, call: &CallInfo<'_>, end: &CallEnd) {
        let status = end.status.map(|status| status.as_u16());
        self.add(format!("after {} {status:?} {:?} {}", call.operation, end.failure, end.attempts));
    }

    fn drift(&self, call: &CallInfo<'_>, drift: &Drift<'_>) {
        self.add(format!("drift {} {drift:?}", call.operation));
    }
}

impl Write for Notes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.add(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn get(client: &Client) -> Result<bool, Error<NoDeclaredError>> {
    client.request(&GET).path("id", &SECRET).returns_json().send().await
}

#[tokio::test]
async fn an_observer_is_told_of_every_call_and_of_drift() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let server = Server::start(|number, _| match number {
        0 => json(503, ""),
        1 => json(200, "true"),
        2 => json(200, format!(r#""{SECRET}""#)),
        _ => json(418, SECRET),
    })
    .await;
    let notes = Notes::default();
    let client = builder(&server).observer(notes.clone()).runtime(FakeRuntime::new()).build().unwrap().0;
    get(&client).await.unwrap();
    let deprecated = "drift get_thing DeprecatedOperation";
    let before = "before vendor get_thing GET /things/{id}";
    assert_eq!(notes.take(), [before, deprecated, "after get_thing Some(200) None 2"]);
    get(&client).await.unwrap_err();
    let malformed = r#"drift get_thing MalformedBody { status: 200, error: DecodeError { path: "", reason: "expected a boolean, found string" } }"#;
    assert_eq!(notes.take(), [before, deprecated, "after get_thing Some(200) None 1", malformed]);
    get(&client).await.unwrap_err();
    assert_eq!(
        notes.take()[2..],
        ["after get_thing Some(418) None 1", "drift get_thing UndeclaredStatus { status: 418 }"]
    );
    let nowhere = builder(&server)
        .base_url("http://127.0.0.1:1")
        .observer(notes.clone())
        .runtime(FakeRuntime::new())
        .build()
        .unwrap()
        .0;
    get(&nowhere).await.unwrap_err();
    assert_eq!(notes.take()[2], "after get_thing None Some(\"connect\") 3");
}

/// What is documented of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, StringEnum)]
#[non_exhaustive]
pub enum Kind {
    #[wire("known")]
    Known,
    #[wire(unknown)]
    Unknown(String),
}

/// What is documented of a level.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, StringEnum)]
#[non_exhaustive]
pub enum Level {
    #[wire("low")]
    Low,
    #[wire(unknown)]
    Unknown(String),
}

/// A round thing.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(constant("type", "circle"))]
pub struct Circle {
    #[wire(required, "level")]
    pub level: Level,
}

/// Fits only where there is a size.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Sized {
    #[wire(required, "kind")]
    pub kind: Kind,
    #[wire(required, "size")]
    pub size: i64,
}

/// Fits where there is a name.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Named {
    #[wire(required, "kind")]
    pub kind: String,
    #[wire(required, "name")]
    pub name: String,
}

/// A thing of a form.
#[derive(Clone, PartialEq, TaggedUnion)]
#[non_exhaustive]
#[wire(tag = "type")]
pub enum Shape {
    #[wire("circle")]
    Circle(Circle),
    #[wire(unknown)]
    Unknown(JsonValue),
}

/// A thing told apart by its members.
#[derive(Clone, PartialEq, UntaggedUnion)]
#[non_exhaustive]
pub enum Either {
    #[wire(object(member("size")))]
    Sized(Sized),
    #[wire(object(member("name")))]
    Named(Named),
    #[wire(unknown)]
    Unknown(JsonValue),
}

/// A response with all of them.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Things {
    #[wire(optional, "kinds")]
    pub kinds: Option<Vec<Kind>>,
    #[wire(optional, "shapes")]
    pub shapes: Option<Vec<Shape>>,
    #[wire(optional, "either")]
    pub either: Option<Vec<Either>>,
}

/// An error with a kind.
#[derive(Clone, PartialEq, StatusError)]
#[non_exhaustive]
pub enum ThingError {
    #[wire(404)]
    NotFound(Things),
}

#[tokio::test]
async fn an_observer_is_told_of_every_unknown_value_once_and_not_what_it_is() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let server = Server::start(|number, _| match number {
        0 => json(
            200,
            r#"{"kinds":["known"],"shapes":[{"type":"circle","level":"low"}],"either":[{"kind":"known","size":1}]}"#,
        ),
        1 => json(200, format!(r#"{{"kinds":["{SECRET}","known","other","{SECRET}"]}}"#)),
        2 => json(200, format!(r#"{{"shapes":[{{"type":"{SECRET}"}},{{"type":"circle","level":"{SECRET}"}}]}}"#)),
        // The first fits a variant only after another has met an unknown kind, the second fits none.
        3 => json(200, format!(r#"{{"either":[{{"kind":"other","name":"x"}},{{"{SECRET}":1}}]}}"#)),
        4 => json(404, r#"{"kinds":["other"]}"#),
        _ => json(200, r#"{"kinds":["other"],"shapes":1}"#),
    })
    .await;
    let notes = Notes::default();
    let client = builder(&server).observer(notes.clone()).build().unwrap().0;
    let call = async |client: &Client| client.request(&POST).returns_json::<Things, ThingError>().send().await;
    let told = || notes.take().into_iter().filter(|note| note.starts_with("drift")).collect::<Vec<_>>();
    let unknown = |status: u16, name: &str| {
        format!(r#"drift create_thing UnknownValue {{ status: {status}, type_name: "{name}" }}"#)
    };
    call(&client).await.unwrap();
    assert_eq!(told(), [""; 0], "everything is documented");
    let things = call(&client).await.unwrap();
    assert_eq!(things.kinds.unwrap()[0].as_str(), SECRET, "the value is where it was asked for");
    assert_eq!(told(), [unknown(200, "Kind"), unknown(200, "Kind")], "two values, one of them twice");
    call(&client).await.unwrap();
    assert_eq!(told(), [unknown(200, "Shape"), unknown(200, "Level")]);
    call(&client).await.unwrap();
    assert_eq!(told(), [unknown(200, "Either")]);
    call(&client).await.unwrap_err();
    assert_eq!(told(), [unknown(404, "Kind")], "errors are decoded, too");
    call(&client).await.unwrap_err();
    let [malformed] = told().try_into().expect("what cannot be decoded is malformed and nothing else");
    assert!(malformed.starts_with("drift create_thing MalformedBody"), "{malformed}");
}

/// A vendor decides how many unknown values it sends, and not how much work they are.
#[tokio::test]
async fn an_observer_is_told_of_a_hundred_unknown_values_at_most() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let kinds: Vec<String> = (0..64_000).map(|number| format!("kind-{number}")).collect();
    let body = serde_json::json!({ "kinds": kinds }).to_string();
    let server = Server::start(move |_, _| json(200, body.clone())).await;
    let notes = Notes::default();
    let client = builder(&server).observer(notes.clone()).build().unwrap().0;
    let things = client.request(&POST).returns_json::<Things, NoDeclaredError>().send().await.unwrap();
    let read = things.kinds.unwrap();
    assert_eq!(read.len(), 64_000, "what is not told is read all the same");
    assert_eq!(read[63_999].as_str(), "kind-63999");
    let told = notes.take().into_iter().filter(|note| note.starts_with("drift create_thing UnknownValue"));
    assert_eq!(told.count(), 100);
}

#[tokio::test]
async fn without_an_observer_nothing_is_noted_for_the_next() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let server = Server::start(|number, _| match number {
        0 => json(200, r#"{"kinds":["other"]}"#),
        _ => json(200, r#"{"kinds":["known"]}"#),
    })
    .await;
    let notes = Notes::default();
    let plain = client(&server);
    let observed = builder(&server).observer(notes.clone()).build().unwrap().0;
    let things = plain.request(&POST).returns_json::<Things, NoDeclaredError>().send().await.unwrap();
    assert_eq!(things.kinds.unwrap()[0], Kind::from("other"));
    observed.request(&POST).returns_json::<Things, NoDeclaredError>().send().await.unwrap();
    assert_eq!(notes.take().len(), 2, "before and after");
}

static FLOW: TokenFlow =
    TokenFlow::new(TokenRequest::form("/token").fields(&[("password", FieldValue::Given("password"))]))
        .expiry(Expiry::Seconds("/expires_in"));

#[tokio::test]
async fn spans_have_the_names_of_opentelemetry_and_hold_nothing_private() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let server = Server::start(|number, request| match (request.path(), number) {
        ("/token", _) => json(200, format!(r#"{{"access_token":"{SECRET}","expires_in":900}}"#)),
        (_, 1) => json(503, SECRET),
        (_, 2) => response("200 OK", &[("content-type", "application/json"), ("x-request-id", "r-7")], "true"),
        (_, 3) => vec![Step::Reset],
        (_, 4) => json(401, SECRET),
        (_, 6) => json(400, SECRET),
        _ => json(200, format!(r#"{{"{SECRET}":1}}"#)),
    })
    .await;
    let output = Notes::default();
    let sink = output.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let source = TokenSource::new(&FLOW).given("password", SECRET);
    let client = builder(&server)
        .credentials(Credentials::none().header("x-key", SECRET).authenticate(source))
        .runtime(FakeRuntime::new())
        .build()
        .unwrap()
        .0;
    get(&client).await.unwrap();
    let body = JsonValue::from(SECRET);
    for _ in 0..5 {
        let call =
            client.request(&POST).query("name", &SECRET).header("x-name", &SECRET).json("application/json", &body);
        drop(call.returns_json::<bool, NoDeclaredError>().send().await);
    }
    let text = output.take().concat();
    for part in [
        "otel.name=get_thing",
        "otel.name=GET /things/{id}",
        "otel.kind=\"client\"",
        "vendor=\"vendor\" operation=get_thing",
        "http.request.method=GET",
        "url.template=/things/{id}",
        "server.address=\"127.0.0.1\"",
        &format!("server.port={}", server.port()),
        "http.request.resend_count=1",
        "http.response.status_code=503",
        "http.response.status_code=200",
        "error.type=\"503\"",
        "error.type=\"interrupted\"",
        "attempts=2",
        "request_id=\"r-7\"",
        "the call is sent again",
        "operation=sign_in",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(text.contains("TRACE"), "what lies below is heard too");
    assert!(!text.contains(SECRET), "{text}");
}
