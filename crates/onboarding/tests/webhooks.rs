//! Deliveries as a service receives them from a vendor: documented events with a fault are errors with their place, and cost the
//! others nothing.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use onboarding::upvest::runtime::{HeaderMap, HeaderValue, Method, SignableRequest, Signer as _};
use onboarding::upvest::signing::{Algorithm, KeySet, Policy, Profile, RequestSigner, SigningKey};
use onboarding::upvest::types::{UserEvent, UserEventDelivery, UserEventObject, UserEventType};
use onboarding::upvest::webhook::{EventError, ReceivedRequest, SignedWebhooks};
use serde_json::{Value, json};

/// The event that the vendor documents.
const DOCUMENTED: &str = include_str!("../../../specs/upvest/examples/user_event.request.json");

/// The events of a body that the vendor has signed.
async fn events(body: &Value) -> Vec<Result<UserEvent, EventError>> {
    let body = body.to_string();
    let url = "https://bank.example/webhooks".parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("bank.example"));
    let key = SigningKey::hmac_sha256(b"a shared secret").unwrap();
    let keys = KeySet::new().with("key-1", key.verifying_key().unwrap());
    let mut request =
        SignableRequest { method: &Method::POST, url: &url, headers: &mut headers, body: body.as_bytes() };
    RequestSigner::new(key, "key-1", Profile::rfc9421()).sign(&mut request).unwrap();
    let mut policy = Policy::rfc9421();
    policy.algorithms = vec![Algorithm::HmacSha256];
    let webhooks = SignedWebhooks::new(policy, keys);
    let request =
        ReceivedRequest { method: &Method::POST, target: "/webhooks", headers: &headers, body: body.as_bytes() };
    webhooks.verify(&request).await.unwrap().events::<UserEventDelivery>().collect()
}

fn documented() -> Value {
    serde_json::from_str(DOCUMENTED).unwrap()
}

/// The documented event with one place changed; null takes the member away.
fn changed(pointer: &str, value: &Value) -> Value {
    let mut event = documented();
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => drop(parent.remove(member).unwrap()),
        value => drop(parent.insert(member.to_owned(), value.clone())),
    }
    event
}

#[tokio::test]
async fn a_documented_event_with_a_fault_is_an_error_and_the_others_are_delivered() {
    let faults = [
        ("/object/birth_date", json!("s3cret"), "payload[1].object.birth_date"),
        ("/object/address/country", json!(["s3cret"]), "payload[1].object.address.country"),
        ("/object/nationalities", json!(["DE", 7]), "payload[1].object.nationalities[1]"),
        ("/object/status", Value::Null, "payload[1].object.status"),
        ("/object/last_name", json!(7), "payload[1].object.last_name"),
        ("/created_at", json!("s3cret"), "payload[1].created_at"),
        ("/webhook_id", Value::Null, "payload[1].webhook_id"),
        ("/object", Value::Null, "payload[1].object"),
    ];
    for (pointer, value, path) in faults {
        let changed = changed(pointer, &value);
        let given = events(&json!({ "payload": [documented(), changed, documented()] })).await;
        let [Ok(first), Err(error), Ok(last)] = &given[..] else { panic!("{pointer}: {given:?}") };
        for event in [first, last] {
            assert_eq!(event.type_, UserEventType::UserCreated);
            assert!(matches!(event.object, UserEventObject::User(_)));
        }
        assert_eq!((error.path(), error.raw()), (path, changed.to_string().as_bytes()));
        let shown = format!("{error} {error:?}");
        assert!(!["s3cret", "Jane", "Berlin", "a1752f00"].iter().any(|private| shown.contains(private)), "{shown}");
    }
}

#[tokio::test]
async fn what_nobody_documented_is_delivered_as_it_came() {
    let mut later = changed("/type", &json!("ACCOUNT.OPENED"));
    let object = json!({ "account_number": 18_446_744_073_709_551_615_u64, "holders": [] });
    later["object"] = object.clone();
    let given = events(&json!({ "payload": [later, documented()], "sent_at": "later" })).await;
    let [Ok(unknown), Ok(_)] = &given[..] else { panic!("{given:?}") };
    assert_eq!(unknown.type_.as_str(), "ACCOUNT.OPENED");
    let UserEventObject::Unknown(kept) = &unknown.object else { panic!("{unknown:?}") };
    assert_eq!(serde_json::to_value(kept).unwrap(), object);
}

#[tokio::test]
async fn a_single_event_and_a_bare_list_are_deliveries_too() {
    assert!(matches!(&events(&documented()).await[..], [Ok(_)]));
    assert!(matches!(&events(&json!([documented(), 7, documented()])).await[..], [Ok(_), Err(_), Ok(_)]));
    let given = events(&json!({ "payload": documented() })).await;
    assert!(matches!(&given[..], [Err(error)] if error.path() == "payload"), "{given:?}");
}
