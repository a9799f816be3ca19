//! Receives a webhook of Upvest with axum: verifies its signature with the vendor's keys, reads the events, answers.
//!
//! ```sh
//! cargo run --example receive_webhook
//! ```
//!
//! The vendor's side, which signs, delivers and publishes its keys, is in `vendor.rs`; everything happens on loopback.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it does")]

mod vendor;

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::post;
use onboarding::upvest::signing::{Policy, Profile, RequestSigner, SigningKey};
use onboarding::upvest::types::{UserEvent, UserEventDelivery, UserEventType};
use onboarding::upvest::webhook::{FetchedKeys, ReceivedRequest, SignedWebhooks};
use onboarding::upvest::{Client, Credentials};

/// The service's own key, which was made for tests.
const KEY: &str = include_str!("../../../onboarding-core/tests/keys/ed25519.pem");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let vendor = vendor::Vendor::start().await?;
    let signer = RequestSigner::new(SigningKey::from_pem(KEY)?, "our-key", Profile::upvest_requests());
    let client = Client::builder()
        .base_url(vendor.url())
        .credentials(Credentials::client_credentials("the-client", "the-secret", "webhooks:read"))
        .signer(signer)
        .build()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks/upvest", listener.local_addr()?);
    let service = tokio::spawn(axum::serve(listener, receiver(client)).into_future());

    let event = r#"{"payload":[{"id":"8d2e0d1f-5dd5-4d1c-8f9e-6a3f1b2c4d5e","created_at":"2026-01-02T03:04:05.678901234Z",
        "type":"USER.PROMOTED","webhook_id":"0b8a2f0e-3a57-4f0e-9d3c-5f6a7b8c9d0e",
        "object":{"user_id":"2f1e0d9c-8b7a-4655-9443-322110ffeedd","reason":"of a kind that nobody documented"}}]}"#;
    let changed = event.replace("PROMOTED", "ACTIVATED");
    let (sent, changed, replayed) = (
        vendor.deliver(&url, event, event).await?,
        vendor.deliver(&url, event, &changed).await?,
        vendor.deliver_again(&url).await?,
    );
    println!("as it was sent: {sent}\nchanged on the way: {changed}\nsent once more: {replayed}");
    assert_eq!((sent, changed, replayed), (StatusCode::OK, StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    service.abort();
    Ok(())
}

/// The service's router.
fn receiver(client: Client) -> Router {
    let keys = FetchedKeys::new(move || {
        let client = client.clone();
        async move {
            let answer = client.core().raw(Method::GET, "/auth/verify_keys").send_raw().await?;
            Ok::<_, Box<dyn Error + Send + Sync>>(answer.bytes().clone())
        }
    });
    // Shared by all requests: it remembers what it has seen.
    let webhooks = Arc::new(SignedWebhooks::new(Policy::upvest_webhooks(), keys));
    Router::new().route("/webhooks/upvest", post(receive)).with_state(webhooks)
}

/// Answers 200 only to what the vendor has signed: it delivers anything else again.
async fn receive(
    State(webhooks): State<Arc<SignedWebhooks>>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let request = ReceivedRequest { method: &method, target, headers: &headers, body: &body };
    let delivery = match webhooks.verify(&request).await {
        Ok(delivery) => delivery,
        Err(error) => {
            eprintln!("refused: {error}");
            return error.status();
        }
    };
    match delivery.json::<UserEventDelivery>() {
        Ok(UserEventDelivery::UserEventBatch(batch)) => batch.payload.iter().for_each(handle),
        Ok(UserEventDelivery::UserEvent(event)) => handle(&event),
        // It is signed, so it is kept for someone to look at; refusing it would block what comes after it.
        Ok(_) => eprintln!("a delivery of a form that is not documented"),
        Err(error) => eprintln!("a delivery that cannot be read: {error}"),
    }
    StatusCode::OK
}

fn handle(event: &UserEvent) {
    match &event.type_ {
        UserEventType::UserActivated => println!("  a user was activated"),
        // A later release of the vendor has events that this one does not know; they are kept as they came.
        other => println!("  {} at {}", other.as_str(), event.created_at),
    }
}
