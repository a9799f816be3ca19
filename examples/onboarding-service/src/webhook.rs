//! Receives what the vendor tells of customers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use onboarding_upvest::types::{EventId, UserEvent, UserEventDelivery, UserEventType};
use onboarding_upvest::webhook::{ReceivedRequest, SignedWebhooks, WebhookError};
use tracing::warn;

use crate::failure::with_retry_after;

/// What the vendor has told: in place of a service's own database. An event that comes twice is there once.
#[derive(Clone, Debug, Default)]
pub struct Inbox(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    events: BTreeMap<EventId, UserEventType>,
    unread: Vec<Vec<u8>>,
}

impl Inbox {
    /// The kinds of the events that were read, in the order of their identifiers.
    pub fn events(&self) -> Vec<UserEventType> {
        self.kept().events.values().cloned().collect()
    }

    /// The events that could not be read, as they came: someone has to look at them.
    pub fn unread(&self) -> Vec<Vec<u8>> {
        self.kept().unread.clone()
    }

    fn take(&self, event: UserEvent) {
        self.kept().events.insert(event.id, event.type_);
    }

    fn keep(&self, raw: &[u8]) {
        self.kept().unread.push(raw.to_vec());
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Responds with 200 once each event of a delivery is taken or kept: the vendor delivers everything else again.
pub async fn receive(
    State(webhooks): State<SignedWebhooks>,
    State(inbox): State<Inbox>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let request = ReceivedRequest { method: &method, target, headers: &headers, body: &body };
    let delivery = match webhooks.verify(&request).await {
        Ok(delivery) => delivery,
        Err(error) => return refusal(&error),
    };
    for event in delivery.events::<UserEventDelivery>() {
        match event {
            Ok(event) => inbox.take(event),
            Err(error) => {
                // It says where and why, and shows nothing of the event.
                warn!(%error, "an event cannot be read");
                inbox.keep(error.raw());
            }
        }
    }
    StatusCode::OK.into_response()
}

fn refusal(error: &WebhookError) -> Response {
    warn!(%error, "a webhook is not accepted");
    with_retry_after(error.status().into_response(), error.retry_after())
}
