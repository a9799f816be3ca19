//! Receives webhooks of Upvest with axum: verifies signatures with the vendor's keys, reads the events one by one, and responds.
//!
//! ```sh
//! cargo run --example receive_webhook
//! ```
//!
//! The vendor's side, which signs, delivers and publishes its keys, is in `vendor.rs`; everything happens on loopback.
//!
//! What it does with each of the things that can go wrong:
//!
//! - What the vendor has not signed gets 401, and so does what comes a second time.
//! - When that cannot be told now, because the vendor has just changed its key or cannot be reached, 503 makes the vendor deliver
//!   again.
//! - An event that cannot be read is kept as it came, for someone to look at, and the others are handled. Only when an event could be
//!   neither handled nor kept is the response 500, and the vendor delivers all of them again.
//!
//! A service with several replicas gives `SignedWebhooks` a `ReplayStore` that they share; this one remembers by itself.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it does")]

mod vendor;

use std::error::Error;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use onboarding::upvest::signing::{self, RequestSigner, SigningKey};
use onboarding::upvest::types::{UserEvent, UserEventDelivery, UserEventType};
use onboarding::upvest::webhook::{self, EventError, ReceivedRequest, SignedWebhooks, WebhookError};
use onboarding::upvest::{Client, Credentials};

/// The service's own key, which was made for tests.
const KEY: &str = include_str!("../../../onboarding-http-signatures/tests/keys/ed25519.pem");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut vendor = vendor::Vendor::start().await?;
    let signer = RequestSigner::new(SigningKey::from_pem(KEY)?, "our-key", signing::profile());
    let client = Client::builder()
        .base_url(vendor.url())
        .credentials(Credentials::client_credentials("the-client", "the-secret", "webhooks:read"))
        .signer(signer)
        .build()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks/upvest", listener.local_addr()?);
    let receiver = Receiver::new(&client);
    let service = tokio::spawn(axum::serve(listener, receiver.router()).into_future());

    let [first, faulty, last] = ["ACTIVATED", "DEACTIVATED", "PROMOTED"].map(event);
    let faulty = faulty.replace("2026-01-02T03:04:05.678901234Z", "yesterday");
    let batch = format!(r#"{{"payload":[{first},{faulty},{last}]}}"#);
    let changed = batch.replace("PROMOTED", "ACTIVATED");
    let sent = vendor.deliver(&url, &batch, &batch).await?;
    let responses = [
        ("as it was sent", sent, StatusCode::OK),
        ("changed on the way", vendor.deliver(&url, &batch, &changed).await?, StatusCode::UNAUTHORIZED),
        ("sent once more", vendor.deliver_again(&url).await?, StatusCode::UNAUTHORIZED),
        (
            "signed with a new key",
            vendor.change_key().deliver(&url, &batch, &batch).await?,
            StatusCode::SERVICE_UNAVAILABLE,
        ),
    ];
    for (what, answered, expected) in responses {
        println!("{what}: {answered}");
        assert_eq!(answered, expected);
    }
    assert_eq!(so_far(&receiver.handled)?, ["USER.ACTIVATED", "USER.PROMOTED"]);
    assert_eq!(so_far(&receiver.kept)?, [faulty.into_bytes()]);
    service.abort();
    Ok(())
}

/// An event as the vendor writes it; `PROMOTED` is of a kind that nobody documented.
fn event(kind: &str) -> String {
    format!(
        r#"{{"id":"8d2e0d1f-5dd5-4d1c-8f9e-6a3f1b2c4d5e","created_at":"2026-01-02T03:04:05.678901234Z","type":"USER.{kind}",
        "webhook_id":"0b8a2f0e-3a57-4f0e-9d3c-5f6a7b8c9d0e",
        "object":{{"user_id":"2f1e0d9c-8b7a-4655-9443-322110ffeedd","reason":"a reason"}}}}"#
    )
}

/// What all requests share: it remembers which webhooks it has accepted.
#[derive(Clone)]
struct Receiver {
    webhooks: SignedWebhooks,
    /// In place of a service's own database.
    handled: Arc<Mutex<Vec<String>>>,
    /// In place of a table or queue for what someone has to look at.
    kept: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Receiver {
    fn new(client: &Client) -> Self {
        let webhooks = SignedWebhooks::new(webhook::policy(), client.webhook_keys());
        Self { webhooks, handled: Arc::default(), kept: Arc::default() }
    }

    /// The service's router.
    fn router(&self) -> Router {
        Router::new().route("/webhooks/upvest", post(receive)).with_state(self.clone())
    }

    /// Handles an event. A vendor delivers an event again when a response was lost: a service tells by its identifier.
    fn handle(&self, event: &UserEvent) -> Result<(), Box<dyn Error>> {
        match &event.type_ {
            UserEventType::UserActivated => println!("  a user was activated"),
            // A later release of the vendor has events that this one does not know; they are kept as they came.
            other => println!("  {} at {}", other.as_str(), event.created_at),
        }
        self.handled.lock().map_err(|_| "a request has panicked")?.push(event.type_.as_str().to_owned());
        Ok(())
    }

    /// Keeps what could not be read. The error tells where and why without showing the event, and may be logged.
    fn keep(&self, error: &EventError) -> Result<(), Box<dyn Error>> {
        eprintln!("  an event that cannot be read: {error}");
        self.kept.lock().map_err(|_| "a request has panicked")?.push(error.raw().to_vec());
        Ok(())
    }
}

/// What was handled or kept so far.
fn so_far<T: Clone>(list: &Mutex<Vec<T>>) -> Result<Vec<T>, Box<dyn Error>> {
    Ok(list.lock().map_err(|_| "a request has panicked")?.clone())
}

/// Responds with 200 only once every event of a delivery is handled or kept: the vendor delivers anything else again.
async fn receive(
    State(receiver): State<Receiver>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let request = ReceivedRequest { method: &method, target, headers: &headers, body: &body };
    let delivery = match receiver.webhooks.verify(&request).await {
        Ok(delivery) => delivery,
        Err(error) => return refusal(&error),
    };
    for event in delivery.events::<UserEventDelivery>() {
        let done = match event {
            Ok(event) => receiver.handle(&event),
            Err(error) => receiver.keep(&error),
        };
        if done.is_err() {
            // The whole delivery comes again, with the events that were handled.
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    }
    StatusCode::OK.into_response()
}

fn refusal(error: &WebhookError) -> Response {
    eprintln!("  not accepted: {error}");
    let mut response = error.status().into_response();
    if let Some(retry_after) = error.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, retry_after.as_secs().saturating_add(1).into());
    }
    response
}
