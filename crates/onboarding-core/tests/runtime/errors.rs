//! Errors say what is needed to act, and nothing that is private.

use std::time::Duration;

use onboarding_core::derive::{Object, StatusError, StringEnum, TaggedUnion, UntaggedUnion};
use onboarding_core::{
    Call, Check as _, Credentials, Error, JsonValue, Method, NoDeclaredError, Operation, Patch, Refused, RefusedCall,
    Secret, TransportErrorKind,
};
use proptest::prelude::*;

use crate::common::{FakeRuntime, SECRET, Server, Step, builder, client, json, printed, response};

static GET: Operation = Operation::new("get_person", Method::GET, "/people/{id}");
static MOVED: Operation = Operation::new("moved", Method::GET, "/moved").redirects();
static FILE: Operation = Operation::new("get_file", Method::GET, "/file").accept("*/*");

/// Someone.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(sent)]
struct Person {
    #[wire(required, "name", private)]
    pub name: String,
    #[wire(required, "born")]
    pub born: onboarding_core::NaiveDate,
    #[wire(optional, "age")]
    pub age: Option<i64>,
    #[wire(optional, "money")]
    pub money: Option<onboarding_core::Decimal>,
    #[wire(optional, "state")]
    pub state: Option<State>,
    #[wire(optional, "pet")]
    pub pet: Option<Pet>,
    #[wire(optional, "friends")]
    pub friends: Option<Vec<Person>>,
    #[wire(nullable, "nick", clear = clear_nick)]
    pub nick: Patch<String>,
}

/// A state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, StringEnum)]
#[non_exhaustive]
enum State {
    #[wire("open")]
    Open,
    #[wire(unknown)]
    Unknown(String),
}

/// A cat.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(sent)]
struct Cat {
    #[wire(required, "lives")]
    pub lives: i64,
    #[wire(optional, "owner")]
    pub owner: Option<Pet>,
}

/// A pet.
#[derive(Clone, PartialEq, TaggedUnion)]
#[non_exhaustive]
#[wire(sent, tag = "type")]
enum Pet {
    #[wire("cat")]
    Cat(Box<Cat>),
    #[wire(unknown)]
    Unknown(JsonValue),
}

/// For how many months, or not at all.
#[derive(Clone, PartialEq, UntaggedUnion)]
#[non_exhaustive]
#[wire(sent)]
enum Watch {
    #[wire(number, minimum("1"), maximum("12"))]
    Months(i64),
    #[wire(boolean, exactly(false))]
    Off(bool),
    #[wire(unknown)]
    Unknown(JsonValue),
}

/// What is wrong.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
struct Problem {
    #[wire(required, "code")]
    pub code: String,
}

/// Failures of `get_person`.
#[derive(Clone, PartialEq, StatusError)]
#[non_exhaustive]
enum GetPersonError {
    #[wire(404)]
    NotFound(Problem),
    #[wire(410)]
    Gone,
}

fn get(client: &onboarding_core::Client) -> Call<Person, GetPersonError> {
    client.request(&GET).path("id", &SECRET).returns_json()
}

async fn failing(status: u16, body: impl Into<Vec<u8>>) -> Error<GetPersonError> {
    let body = body.into();
    let server = Server::start(move |_, _| json(status, &body)).await;
    let client = builder(&server)
        .retry(onboarding_core::Retry::never())
        .credentials(Credentials::none().header("authorization", format!("Bearer {SECRET}")))
        .build()
        .unwrap()
        .0;
    assert!(!format!("{client:?} {client:#?} {:?}", get(&client)).contains(SECRET));
    let error = get(&client).send().await.unwrap_err();
    assert!(!printed(&error).contains(SECRET), "{}", printed(&error));
    assert_eq!(error.attempts(), 1);
    error
}

#[tokio::test]
async fn declared_errors_keep_status_headers_and_bytes() {
    let body = format!(r#"{{"code":"{SECRET}"}}"#);
    let error = failing(404, body.clone()).await;
    assert!(matches!(error.declared(), Some(GetPersonError::NotFound(problem)) if problem.code == SECRET));
    assert!(error.is_not_found());
    assert_eq!(error.bytes().unwrap(), body.as_bytes());
    assert_eq!(error.headers().unwrap()["content-type"], "application/json");
    assert!(matches!(failing(410, "").await.declared(), Some(GetPersonError::Gone)));
}

#[tokio::test]
async fn undeclared_errors_keep_status_headers_and_bytes() {
    let error = failing(418, SECRET).await;
    assert!(matches!(error, Error::Undeclared(_)));
    assert_eq!(error.status().unwrap(), 418);
    assert_eq!(error.bytes().unwrap(), SECRET.as_bytes());
    assert_eq!(error.headers().unwrap()["content-type"], "application/json");
}

#[tokio::test]
async fn malformed_errors_and_successes_keep_status_headers_and_bytes() {
    for status in [404, 200] {
        let error = failing(status, format!("<html>{SECRET}")).await;
        assert!(matches!(error, Error::Malformed(_)));
        assert_eq!(error.status().unwrap(), status);
        assert!(error.bytes().unwrap().starts_with(b"<html>"));
    }
}

#[tokio::test]
async fn decode_errors_tell_the_path_and_not_the_value() {
    for (body, path) in [
        (format!(r#"{{"born":"{SECRET}","name":"Ann"}}"#), "born"),
        (r#"{"name":"Ann","born":"2024-02-29","age":"s3cr3t-0f-ann"}"#.to_owned(), "age"),
        (r#"{"name":"Ann","born":"2024-02-29","money":"s3cr3t-0f-ann"}"#.to_owned(), "money"),
        (r#"{"name":"Ann","born":"2024-02-29","state":{"s3cr3t-0f-ann":1}}"#.to_owned(), "state"),
        (r#"{"name":"Ann","born":"2024-02-29","friends":[{"name":"s3cr3t-0f-ann","born":5}]}"#.to_owned(), "friends[0].born"),
        (r#"{"name":"Ann","born":"2024-02-29","pet":{"type":"cat","lives":"s3cr3t-0f-ann"}}"#.to_owned(), "pet.lives"),
        (r#"{"name":"Ann","born":"2024-02-29","pet":{"type":"cat","lives":9,"owner":{"type":"cat","lives":"s3cr3t-0f-ann"}}}"#.to_owned(), "pet.owner.lives"),
        (r#"{"name":"Ann","born":"2024-02-29","pet":{"type":["s3cr3t-0f-ann"]}}"#.to_owned(), "pet.type"),
        (r#"["s3cr3t-0f-ann"]"#.to_owned(), ""),
        (r#"{"name":"Ann"}"#.to_owned(), "born"),
    ] {
        match failing(200, body.clone()).await {
            Error::Malformed(malformed) => {
                assert_eq!(malformed.source.path(), path, "{body}");
                assert!(!malformed.source.reason().is_empty());
            }
            error => panic!("{body} gave {error:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_reaches_a_decode_error(
        before in "([a-z ,\"`]|expected |at line 3)*",
        after in "([a-z ,\"`]|, expected |at line 3|missing field )*",
        member in "age|money|state|pet|born|nick",
        form in 0..3,
    ) {
        let text = JsonValue::from(format!("{before}{SECRET}{after}"));
        let value = match form {
            0 => text.to_string(),
            1 => format!(r#"{{"{SECRET}":{text}}}"#),
            _ => format!("[{text}]"),
        };
        for value in [value.clone(), format!(r#"{{"type":"cat","lives":{value}}}"#)] {
            let body = format!(r#"{{"name":"Ann","born":"2024-02-29","{member}":{value}}}"#);
            if let Err(error) = onboarding_core::__private::body::<Person>(body.as_bytes()) {
                let printed = format!("{error} {error:?}");
                prop_assert!(!printed.contains(SECRET), "{}", printed);
            }
        }
    }

    #[test]
    fn secrets_compare_by_value_and_never_show(left in any::<String>(), right in any::<String>()) {
        let (a, b) = (Secret::new(left.clone()), Secret::new(right.clone()));
        prop_assert_eq!(a == b, left == right);
        prop_assert_eq!(&a, &a.clone());
        prop_assert_eq!(format!("{a:?}"), "[redacted]");
        prop_assert_eq!(a.reveal(), left);
    }
}

#[test]
fn an_update_leaves_clears_or_sets() {
    let person = |body: &str| onboarding_core::__private::body::<Person>(body.as_bytes()).unwrap();
    let text = |person: &Person| serde_json::to_string(person).unwrap();
    let born: onboarding_core::NaiveDate = "2024-02-29".parse().unwrap();
    let kept = Person::new("Ann", born);
    assert_eq!(text(&kept), r#"{"name":"Ann","born":"2024-02-29"}"#);
    assert_eq!(text(&kept.clone().clear_nick()), r#"{"name":"Ann","born":"2024-02-29","nick":null}"#);
    assert_eq!(text(&kept.clone().nick("A")), r#"{"name":"Ann","born":"2024-02-29","nick":"A"}"#);
    for (value, nick) in [
        (kept.clone(), Patch::Keep),
        (kept.clone().clear_nick(), Patch::Clear),
        (kept.nick("A"), Patch::Set("A".to_owned())),
    ] {
        assert_eq!(value.nick, nick);
        assert_eq!(person(&text(&value)), value);
    }
}

#[test]
fn credentials_that_no_header_carries_are_refused_unseen() {
    let credentials = Credentials::none().header("authorization", format!("Bearer {SECRET}\n"));
    assert!(!format!("{credentials:?}").contains(SECRET));
    let builder = onboarding_core::ClientBuilder::<crate::common::Vendor>::default()
        .base_url(format!("https://ann:{SECRET}@vendor.invalid"))
        .header("x-key", SECRET)
        .credentials(credentials.clone());
    assert!(!format!("{builder:?}").contains(SECRET));
    let error = builder.base_url("https://vendor.invalid").build().unwrap_err();
    assert!(!printed(&error).contains(SECRET));
}

#[tokio::test]
async fn responses_are_read_up_to_the_cap() {
    let server = Server::start(|_, _| json(200, "x".repeat(1000))).await;
    let text = |cap| {
        let client = builder(&server).max_response_bytes(cap).build().unwrap().0;
        client.request(&FILE).returns_text::<NoDeclaredError>().send()
    };
    assert_eq!(text(1000).await.unwrap().len(), 1000);
    let error = text(999).await.unwrap_err();
    assert!(matches!(&error, Error::Transport(error) if error.kind() == TransportErrorKind::ResponseTooLarge));
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let server = Server::start(|_, _| response("302 Found", &[("location", "/elsewhere")], "")).await;
    let error = get(&client(&server)).send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 302);
    assert_eq!(error.headers().unwrap()["location"], "/elsewhere");
    let moved =
        client(&server).request(&MOVED).returns_nothing::<NoDeclaredError>().send_with_response().await.unwrap();
    assert_eq!(moved.headers["location"], "/elsewhere");
    assert_eq!(format!("{:?}", moved.headers).matches("elsewhere").count(), 0);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn downloads_are_streamed() {
    let server = Server::start(|_, request| {
        if request.path() == "/file" {
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\ncontent-type: text/plain\r\n\r\nabc".to_vec();
            vec![Step::Send(head), Step::Pause(Duration::from_millis(200)), Step::Send(b"def".to_vec())]
        } else {
            json(404, r#"{"code":"gone"}"#)
        }
    })
    .await;
    let call = || client(&server).request(&FILE).returns_download::<GetPersonError>();
    let mut download = call().send().await.unwrap();
    assert_eq!(download.headers()["content-type"], "text/plain");
    assert_eq!(download.chunk().await.unwrap().unwrap(), "abc", "the first piece comes before the last is sent");
    assert_eq!(download.chunk().await.unwrap().unwrap(), "def");
    assert!(download.chunk().await.unwrap().is_none());
    assert_eq!(call().send().await.unwrap().bytes().await.unwrap(), "abcdef");
    let capped = builder(&server).max_response_bytes(5).build().unwrap().0;
    let download = capped.request(&FILE).returns_download::<NoDeclaredError>().send().await.unwrap();
    assert_eq!(download.bytes().await.unwrap_err().kind(), TransportErrorKind::ResponseTooLarge);
    let error =
        client(&server).request(&GET).path("id", &"1").returns_download::<GetPersonError>().send().await.unwrap_err();
    assert!(matches!(error.declared(), Some(GetPersonError::NotFound(_))));
}

#[tokio::test]
async fn a_download_has_a_limit_of_bytes_that_can_be_set() {
    let announced = |_: usize, _: &crate::common::Received| response("200 OK", &[], "x".repeat(1000));
    let flood = |_: usize, _: &crate::common::Received| {
        vec![Step::Send(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec()), Step::Flood(1 << 40)]
    };
    let too_large = |result: Result<u64, onboarding_core::TransportError>| {
        assert_eq!(result.unwrap_err().kind(), TransportErrorKind::ResponseTooLarge);
    };
    let server = Server::start(announced).await;
    let file = async |server: &Server, limit: u64| {
        let client = builder(server).max_download_bytes(limit).build().unwrap().0;
        client.request(&FILE).returns_download::<NoDeclaredError>().send().await.unwrap()
    };
    assert_eq!(read_all(file(&server, 1000).await).await.unwrap(), 1000);
    too_large(read_all(file(&server, 999).await).await);
    too_large(read_all(file(&server, 5000).await.max_bytes(999)).await);
    assert_eq!(read_all(file(&server, 1).await.max_bytes(1000)).await.unwrap(), 1000);
    // One that announces no length and never ends.
    let server = Server::start(flood).await;
    too_large(read_all(file(&server, 1 << 20).await).await);
}

#[tokio::test]
async fn a_download_has_a_limit_of_time_that_can_be_set() {
    let server = Server::start(|_, _| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".to_vec();
        vec![Step::Send(head), Step::Trickle(vec![b'x'; 100_000], Duration::from_millis(5))]
    })
    .await;
    for by_builder in [true, false] {
        let runtime = FakeRuntime::new();
        let builder = builder(&server).runtime(runtime.clone());
        let limit = Duration::from_secs(3600);
        let builder = if by_builder { builder.download_timeout(limit) } else { builder };
        let call = builder.build().unwrap().0.request(&FILE).returns_download::<NoDeclaredError>();
        let mut file = call.send().await.unwrap();
        if !by_builder {
            file = file.timeout(limit);
        }
        file.chunk().await.unwrap().unwrap();
        runtime.pass(limit.checked_sub(Duration::from_millis(1)).unwrap());
        file.chunk().await.unwrap().unwrap();
        runtime.pass(Duration::from_millis(1));
        assert_eq!(file.chunk().await.unwrap_err().kind(), TransportErrorKind::Timeout);
        assert!(file.chunk().await.unwrap().is_none(), "after an error nothing comes");
    }
    // By default there is one, too: a byte now and then does not keep it going for ever.
    let runtime = FakeRuntime::new();
    let call = builder(&server).runtime(runtime.clone()).build().unwrap().0.request(&FILE).returns_download();
    let mut file = call.send().await.map_err(|error: Error<NoDeclaredError>| error).unwrap();
    runtime.pass(Duration::from_secs(15 * 60));
    assert_eq!(file.chunk().await.unwrap_err().kind(), TransportErrorKind::Timeout);
    // And in real time, for a reader who waits.
    let call = builder(&server).download_timeout(Duration::from_millis(50)).build().unwrap().0.request(&FILE);
    let file = call.returns_download::<NoDeclaredError>().send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap_err().kind(), TransportErrorKind::Timeout);
}

/// How many bytes a file has, read piece by piece.
async fn read_all(mut file: onboarding_core::Download) -> Result<u64, onboarding_core::TransportError> {
    let mut length = 0;
    while let Some(piece) = file.chunk().await? {
        length += piece.len() as u64;
    }
    Ok(length)
}

#[tokio::test]
async fn the_first_fault_of_a_request_is_its_error() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let call =
        client(&server).request(&GET).path("id", &"..").header("x-a", &"\n").returns_nothing::<NoDeclaredError>();
    let error = call.send().await.unwrap_err();
    assert!(matches!(error, Error::Refused(RefusedCall { reason: Refused::PathParameter { name: "id" }, .. })));
    assert!(error.is_validation());
    assert_eq!(error.attempts(), 0);
}

#[test]
fn a_variant_is_held_against_its_own_limits() {
    assert!(Watch::Months(12).check().is_ok());
    assert!(Watch::Off(false).check().is_ok());
    assert_eq!(Watch::Months(13).check().unwrap_err().to_string(), "the value must be 12 or less");
    assert_eq!(Watch::Off(true).check().unwrap_err().to_string(), "the value must be `false`");
}
