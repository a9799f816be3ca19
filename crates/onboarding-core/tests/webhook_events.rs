//! Deliveries of several events: each good one is given, each bad one is an error with its place and its text.
#![cfg(feature = "webhook")]
#![expect(clippy::unwrap_used, reason = "helpers of tests, which `allow-unwrap-in-tests` does not reach")]

use onboarding_core::derive::{Object, StringEnum, TaggedUnion};
use onboarding_core::signing::{Algorithm, KeySet, Policy, Profile, RequestSigner, SigningKey};
use onboarding_core::webhook::{EventError, ReceivedRequest, SharedSecretScheme, SharedSecretWebhooks, SignedWebhooks};
use onboarding_core::{EventBatch, HeaderMap, HeaderValue, JsonValue, Method, Secret, SignableRequest, Signer};
use proptest::prelude::*;

/// Something that happened.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Event {
    /// Its identifier.
    #[wire(required, "id")]
    pub id: String,
    /// What it is.
    #[wire(required, "type")]
    pub kind: Kind,
    /// What it happened to.
    #[wire(required, "object")]
    pub object: Thing,
    /// Who did it.
    #[wire(optional, "name", private)]
    pub name: Option<String>,
    /// A member of the name that lists have elsewhere.
    #[wire(optional, "more")]
    pub more: Option<Vec<i64>>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, StringEnum)]
#[non_exhaustive]
pub enum Kind {
    /// `CREATED`
    #[wire("CREATED")]
    Created,
    /// Anything else.
    #[wire(unknown)]
    Unknown(String),
}

/// What it happened to.
#[derive(Clone, PartialEq, TaggedUnion)]
#[non_exhaustive]
#[wire(tag = "kind")]
pub enum Thing {
    /// See [`User`].
    #[wire("user")]
    User(User),
    /// Anything else, as it came.
    #[wire(unknown)]
    Unknown(JsonValue),
}

/// A user.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(constant("kind", "user"))]
pub struct User {
    /// The user's age.
    #[wire(required, "age", private)]
    pub age: i64,
}

/// Several events.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Batch {
    /// The events.
    #[wire(required, "payload")]
    pub payload: Vec<Event>,
}

impl EventBatch for Batch {
    type Event = Event;
    const LIST: Option<&'static str> = Some("payload");
}

const GOOD: &str = r#"{"id":"1","type":"CREATED","object":{"kind":"user","age":36}}"#;

/// The events of a body that the vendor has signed.
fn events(body: &[u8]) -> Vec<Result<Event, EventError>> {
    let url = "https://bank.example/webhooks".parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("bank.example"));
    let mut request = SignableRequest { method: &Method::POST, url: &url, headers: &mut headers, body };
    let key = SigningKey::hmac_sha256(b"a secret").unwrap();
    let keys = KeySet::new().with("key-1", key.verifying_key().unwrap());
    RequestSigner::new(key, "key-1", Profile::rfc9421()).sign(&mut request).unwrap();
    let mut policy = Policy::rfc9421();
    policy.algorithms = vec![Algorithm::HmacSha256];
    let webhooks = SignedWebhooks::new(policy, keys);
    let request = ReceivedRequest { method: &Method::POST, target: "/webhooks", headers: &headers, body };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let events = runtime.block_on(webhooks.verify(&request)).unwrap().events::<Batch>();
    let count = events.len();
    let events: Vec<_> = events.collect();
    assert_eq!(events.len(), count);
    events
}

fn batch(events: &[&str]) -> String {
    format!(r#"{{"version":{{"payload":[1]}},"payload":[{}]}}"#, events.join(" ,\n"))
}

#[test]
fn a_bad_event_costs_the_others_nothing() {
    let bad = [
        (r#"{"id":7,"type":"CREATED","object":{"kind":"user","age":36}}"#, "payload[1].id"),
        (r#"{"id":"7","type":"CREATED","object":{"kind":"user","age":"s3cret"}}"#, "payload[1].object.age"),
        (r#"{"id":"7","type":"CREATED","object":{"kind":"user"}}"#, "payload[1].object.age"),
        (r#"{"id":"7","type":"CREATED"}"#, "payload[1].object"),
        (r#"{"id":"7","type":"CREATED","object":[]}"#, "payload[1].object"),
        (r#"{"id":"7","type":"CREATED","object":{"kind":"user","age":1},"name":{"s3cret":1}}"#, "payload[1].name"),
        (r#"{"id":"7","type":"CREATED","object":{"kind":"user","age":1},"more":[1,"s3cret"]}"#, "payload[1].more[1]"),
        (r#""s3cret""#, "payload[1]"),
        ("null", "payload[1]"),
        ("[]", "payload[1]"),
    ];
    for (event, path) in bad {
        let given = events(batch(&[GOOD, event, GOOD]).as_bytes());
        let [Ok(first), Err(error), Ok(last)] = &given[..] else { panic!("{given:?} of {event}") };
        assert_eq!((first.id.as_str(), last.id.as_str()), ("1", "1"));
        assert_eq!((error.path(), error.raw()), (path, event.as_bytes()));
        let shown = format!("{error} {error:?} {error:#?}");
        assert!(shown.contains(path) && shown.contains(error.reason()), "{shown}");
        assert!(!shown.contains("s3cret") && !shown.contains('7'), "{shown}");
    }
}

#[test]
fn an_event_that_nobody_documented_is_no_error() {
    let later = r#"{"id":"1","type":"PROMOTED","object":{"kind":"company","founded":1901},"extra":{}}"#;
    let given = events(batch(&[later, GOOD]).as_bytes());
    let [Ok(unknown), Ok(_)] = &given[..] else { panic!("{given:?}") };
    assert_eq!(unknown.kind.as_str(), "PROMOTED");
    assert!(matches!(&unknown.object, Thing::Unknown(_)));
}

#[test]
fn a_body_is_a_batch_a_list_or_a_single_event() {
    let count = |body: &str| {
        let given = events(body.as_bytes());
        (given.iter().filter(|event| event.is_ok()).count(), given.len())
    };
    assert_eq!(count(&batch(&[])), (0, 0));
    assert_eq!(count(&format!(" \r\n\t{}\n", batch(&[GOOD, GOOD]))), (2, 2));
    assert_eq!(count(&format!(r#"{{"\u0070ayload":[{GOOD}]}}"#)), (1, 1));
    assert_eq!(count(&format!(" [{GOOD},{GOOD}]")), (2, 2));
    assert_eq!((count("[]"), count(GOOD)), ((0, 0), (1, 1)));
    // What is no such thing is not lost either.
    for (body, path) in [
        (r#"{"payload":{}}"#, "payload"),
        (r#"{"payload":null}"#, "payload"),
        (r#"{"payload":[],"payload":[]}"#, "payload"),
        (r#"{"other":[]}"#, "id"),
        ("{}", "id"),
        ("", ""),
        ("7", ""),
        ("null", ""),
        (r#"{"payload":[{}"#, ""),
        ("[{},]", ""),
        ("[] []", ""),
        ("\u{1f600}", ""),
    ] {
        let given = events(body.as_bytes());
        let [Err(error)] = &given[..] else { panic!("{given:?} of {body}") };
        assert_eq!((error.path(), error.raw()), (path, body.as_bytes()), "{body}: {error}");
    }
    let given = events(b"[{}, \"\xff\"]");
    let [Err(error)] = &given[..] else { panic!("{given:?}") };
    assert_eq!(error.raw(), b"[{}, \"\xff\"]");
    let deep = format!("[{GOOD},{}{}]", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(count(&deep), (1, 2));
}

#[test]
fn a_webhook_with_a_shared_secret_gives_its_events_too() {
    // printf '[{"id":"1"},7]' | openssl dgst -sha256 -hmac 'It is a secret' -binary | base64
    const SIGNATURE: &str = "y6+9P5HXPH+XP3JvCE786K3G7KdADLmtxys3FnmGQag=";
    let webhooks =
        SharedSecretWebhooks::new(SharedSecretScheme::new("x-signature"), &Secret::new("It is a secret")).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("x-signature", HeaderValue::from_static(SIGNATURE));
    let delivery = webhooks.verify(&headers, br#"[{"id":"1"},7]"#).unwrap();
    let paths = |event: Result<Event, EventError>| event.unwrap_err().path().to_owned();
    assert_eq!(delivery.events::<Batch>().map(paths).collect::<Vec<_>>(), ["[0].type", "[1]"]);
}

proptest! {
    /// Wherever the bad ones stand and whatever they are, each good event is given in its place and each bad one as it came.
    #[test]
    fn nothing_is_lost(bad in proptest::collection::vec(proptest::option::of("[ -!#-\\[\\]-~]{0,20}"), 0..20)) {
        let texts: Vec<String> =
            bad.iter().map(|bad| bad.as_ref().map_or_else(|| GOOD.to_owned(), |text| format!("[ \"{text}\"]"))).collect();
        let given = events(batch(&texts.iter().map(String::as_str).collect::<Vec<_>>()).as_bytes());
        prop_assert_eq!(given.len(), bad.len());
        for (index, (given, (bad, text))) in given.iter().zip(bad.iter().zip(&texts)).enumerate() {
            match given {
                Ok(event) => prop_assert!(bad.is_none() && event.id == "1"),
                Err(error) => {
                    prop_assert_eq!(error.path(), format!("payload[{index}]"));
                    prop_assert!(bad.is_some() && error.raw() == text.as_bytes());
                }
            }
        }
    }
}
