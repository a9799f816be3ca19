//! Webhooks are delivered to the router, signed with keys of the test.

use axum::Router;
use axum::http::StatusCode;
use onboarding_service::metrics::recorder;
use onboarding_service::routes::{Service, router};
use onboarding_service::webhook::Inbox;
use onboarding_upvest::mock::webhook::{WebhookSigner, deliver_user_event, signer};
use onboarding_upvest::mock::{Mock, samples};
use onboarding_upvest::runtime::Method;
use onboarding_upvest::types::{UserEventDelivery, UserEventType};
use serde_json::{Value, json};

use crate::{client, send};

const URL: &str = "https://service.example/webhooks/upvest?from=upvest";

/// The service with the keys of this signer, and what it takes in.
fn receiver(signer: &WebhookSigner) -> (Router, Inbox) {
    let service = Service::new(client(&Mock::new()), signer.keys(), recorder().handle());
    let inbox = service.inbox().clone();
    (router(service), inbox)
}

#[tokio::test]
async fn an_event_is_taken_once_however_often_it_is_delivered() {
    let signer = signer();
    let (service, inbox) = receiver(&signer);
    let event = samples::user_event_delivery();
    for attempt in 1..=2 {
        // Signed anew, as the vendor does when a response was lost. Within a second only the address tells the two apart.
        let delivery = deliver_user_event(&format!("{URL}&attempt={attempt}"), &event, &signer);
        assert_eq!(send(&service, delivery).await.status, StatusCode::OK);
    }
    assert_eq!(inbox.events(), [UserEventType::UserCreated]);
}

#[tokio::test]
async fn what_the_vendor_has_not_signed_is_refused() {
    let signer = signer();
    let (service, inbox) = receiver(&signer);
    let event = samples::user_event_delivery();
    let delivery = deliver_user_event(URL, &event, &signer);
    assert_eq!(send(&service, delivery.clone()).await.status, StatusCode::OK);
    let again = send(&service, delivery).await.status;
    let mut changed = deliver_user_event(URL, &event, &signer);
    *changed.body_mut() = String::from_utf8(changed.body().to_vec()).unwrap().replace("Jane", "John").into();
    let of_another = deliver_user_event(URL, &event, &onboarding_upvest::mock::webhook::signer());
    let mut unsigned = deliver_user_event(URL, &event, &signer);
    unsigned.headers_mut().clear();
    let [changed, of_another, unsigned] =
        [send(&service, changed).await, send(&service, of_another).await, send(&service, unsigned).await];
    for (what, status) in [
        ("sent again", again),
        ("changed", changed.status),
        ("of another key", of_another.status),
        ("unsigned", unsigned.status),
    ] {
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}");
    }
    assert_eq!(inbox.events().len(), 1);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_kept_and_costs_the_others_nothing() {
    let signer = signer();
    let (service, inbox) = receiver(&signer);
    let good = serde_json::to_value(samples::user_event()).unwrap();
    let mut faulty = good.clone();
    faulty["created_at"] = json!("yesterday");
    let mut unknown = good.clone();
    unknown["id"] = json!("ffffffff-d2ca-49ff-bbea-b92b5c3be202");
    unknown["type"] = json!("USER.PROMOTED");
    let delivery = signer.deliver(URL, &json!({ "payload": [faulty, good, unknown] }));
    assert_eq!(send(&service, delivery).await.status, StatusCode::OK);
    assert_eq!(inbox.events(), [UserEventType::UserCreated, UserEventType::from("USER.PROMOTED")]);
    let kept: Vec<Value> = inbox.unread().iter().map(|raw| serde_json::from_slice(raw).unwrap()).collect();
    assert_eq!(kept, [faulty]);
}

/// The vendor delivers again what was not accepted for now.
#[tokio::test(start_paused = true)]
async fn while_the_vendors_keys_cannot_be_had_a_webhook_is_neither_accepted_nor_refused() {
    let upvest = Mock::new();
    upvest.raw(Method::GET, "/auth/verify_keys").then(|respond| respond.status(500)).at_least(1);
    let client = client(&upvest);
    let service = Service::new(client.clone(), client.webhook_keys(), recorder().handle());
    let inbox = service.inbox().clone();
    let event: UserEventDelivery = samples::user_event_delivery();
    let delivery = deliver_user_event(URL, &event, &signer());
    assert_eq!(send(&router(service), delivery).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(inbox.events(), []);
}
