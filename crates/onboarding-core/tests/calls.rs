//! What can be asked of a single call, whether it has setters or not.

#![allow(clippy::unwrap_used, missing_docs, reason = "helpers and types of tests are tests too")]

mod common;

use std::time::Duration;

use onboarding_core::derive::{self, StringEnum};
use onboarding_core::{
    Call, Client, ClientBuilder, Credentials, Error, JsonValue, Method, NoDeclaredError, Operation, Retry, Secret,
};

use crate::common::{FakeRuntime, SECRET, Server, Step, Vendor, builder, client, json};

static GET: Operation = Operation::new("get_thing", Method::GET, "/things/{id}");
static POST: Operation = Operation::new("create_thing", Method::POST, "/things");

/// A call with a setter.
#[derive(Debug, derive::Call)]
#[must_use = "nothing is sent before `send`"]
pub struct GetThing(Call<bool, NoDeclaredError>);

impl GetThing {
    pub fn limit(self, value: impl Into<i64>) -> Self {
        Self(self.0.query::<i64>("limit", value.into(), &[]))
    }

    pub fn name(self, value: impl Into<String>) -> Self {
        Self(self.0.query::<String>("name", value.into(), &[]))
    }
}

fn get(client: &Client) -> GetThing {
    GetThing(client.request(&GET).path("id", &7).returns_json())
}

#[tokio::test]
async fn a_call_has_settings_of_its_own_also_behind_setters() {
    let server = Server::start(|_, request| match request.path() {
        "/things/7" => json(200, "true"),
        _ => vec![Step::Pause(Duration::from_secs(60))],
    })
    .await;
    let client = client(&server);
    assert!(get(&client).limit(2).with_query("debug", &true).with_header("x-one", &"1").await.unwrap());
    assert!(client.request(&GET).path("id", &7).returns_json::<bool, NoDeclaredError>().await.unwrap());
    let raw = get(&client).limit(3).attempt_timeout(Duration::from_secs(5)).send_raw().await.unwrap();
    assert_eq!((raw.json::<bool>().unwrap(), raw.text().unwrap()), (true, "true"));
    assert!(raw.json::<String>().is_err());
    let response = get(&client).name("x").timeout(Duration::from_secs(5)).send_with_response().await.unwrap();
    assert!(response.value);
    let (some, none) = (Some(4), None::<String>);
    get(&client)
        .maybe(some, GetThing::limit)
        .maybe(none, GetThing::name)
        .maybe(Some("y"), GetThing::name)
        .await
        .unwrap();
    let received = server.received();
    let targets: Vec<&str> = received.iter().map(common::Received::target).collect();
    assert_eq!(
        targets,
        [
            "/things/7?limit=2&debug=true",
            "/things/7",
            "/things/7?limit=3",
            "/things/7?name=x",
            "/things/7?limit=4&name=y"
        ]
    );
    assert_eq!(received[0].header("x-one"), Some("1"));

    let begun = std::time::Instant::now();
    let slow = GetThing(client.request(&GET).path("id", &8).returns_json());
    let error = slow.limit(1).timeout(Duration::from_millis(100)).await.unwrap_err();
    assert!(error.is_timeout() && begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_call_is_shown_as_a_command_line_without_any_value() {
    let client = ClientBuilder::<Vendor>::default()
        .base_url(format!("https://vendor.invalid/{SECRET}"))
        .header("x-key", SECRET)
        .credentials(Credentials::none().header("authorization", SECRET).query("api_key", SECRET))
        .build()
        .unwrap()
        .0;
    let body = JsonValue::from(SECRET);
    let call = client
        .request(&POST)
        .query("name", &SECRET)
        .header("x-name", &Secret::new(SECRET))
        .json("application/json", &body)
        .returns_nothing::<NoDeclaredError>();
    assert_eq!(
        call.curl(),
        "curl -X POST 'https://vendor.invalid/[base]/things?name=[redacted]&api_key=[redacted]' -H 'accept: application/json' \
         -H 'user-agent: [redacted]' -H 'x-key: [redacted]' -H 'authorization: [redacted]' -H 'x-name: [redacted]' \
         -H 'content-type: application/json' --data-binary '[redacted: 15 bytes]'"
    );
    let plain = ClientBuilder::<Vendor>::default().base_url("https://vendor.invalid").build().unwrap().0;
    let command = get(&plain).name(SECRET).curl();
    assert!(command.starts_with("curl -X GET 'https://vendor.invalid/things/{id}?name=[redacted]' -H"), "{command}");
    let command = plain.raw(Method::GET, "/it's/$(here)").curl();
    assert!(command.contains(r"'https://vendor.invalid/it'\''s/$(here)'"), "{command}");
    assert!(!plain.raw(Method::GET, format!("/people/{SECRET}")).curl().contains(SECRET));
}

#[tokio::test]
async fn a_call_that_the_vendor_has_not_seen_is_repeated_whatever_it_is() {
    let server = Server::start(|_, _| vec![Step::Reset]).await;
    let unreachable = |retry: Retry| {
        let builder = builder(&server).base_url("http://127.0.0.1:1").runtime(FakeRuntime::new()).retry(retry);
        builder.build().unwrap().0
    };
    let attempts = async |client: Client| {
        let error: Error<NoDeclaredError> = client.request(&POST).send_raw().await.unwrap_err();
        (error.is_connect(), error.attempts())
    };
    assert_eq!(attempts(unreachable(Retry::default())).await, (true, 3));
    assert_eq!(attempts(unreachable(Retry::default().unseen_calls(false))).await, (true, 1));
    assert_eq!(attempts(unreachable(Retry::never())).await, (true, 1));
    // Once the vendor may have seen it, it is sent once.
    let client = builder(&server).runtime(FakeRuntime::new()).build().unwrap().0;
    assert_eq!((attempts(client).await, server.count()), ((false, 1), 1));
}

/// What is documented of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, StringEnum)]
#[non_exhaustive]
pub enum Kind {
    #[wire("known-kind")]
    KnownKind,
    #[wire(unknown)]
    Unknown(String),
}

#[test]
fn an_open_enumeration_is_shown_as_the_vendor_writes_it() {
    assert_eq!(
        format!("{} {} [{:>12}]", Kind::KnownKind, Kind::from("other"), Kind::KnownKind),
        "known-kind other [  known-kind]"
    );
}
