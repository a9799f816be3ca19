//! Webhooks: checking that what comes in was sent by the vendor, before anything of it is believed.
//!
//! - [`SignedWebhooks`] checks HTTP message signatures, with keys from a [`KeySource`]:
//!   [`FetchedKeys`] gets the vendor's key set over HTTP and keeps it, a [`KeySet`](crate::signing::KeySet) holds keys that are
//!   known beforehand.
//! - [`SharedSecretWebhooks`] checks an HMAC of the body with a secret that both sides know.
//!
//! Which of the two a vendor uses, and how, is in the vendor's crate: a policy or a scheme, as plain data.
//!
//! Both hand the body back once it is vouched for: whole, decoded, or as the events that it holds, each by itself.
//!
//! # What to respond
//!
//! [`WebhookError::status`] tells the status, and vendors deliver again whatever is not answered with a success:
//!
//! | the webhook | status | predicate |
//! |---|---|---|
//! | is not vouched for: not from the vendor, changed, too old, or accepted before | 401 | [`is_refused`](WebhookError::is_refused) |
//! | has a body that is larger than is accepted | 413 | [`is_refused`](WebhookError::is_refused) |
//! | cannot be judged now: the keys cannot be fetched, or the key is one that the vendor may just have begun to use; the store of accepted signatures fails; the process remembers too many, or its clock went back | 503, with `Retry-After` where [`retry_after`](WebhookError::retry_after) knows it | [`is_retryable`](WebhookError::is_retryable) |
//!
//! Once it is accepted, a service should respond with success only when it has handled or kept every event, those that it could
//! not decode included: see [`Events`].
//!
//! # Replays and repeated deliveries
//!
//! A signature is accepted once. A process remembers what it has accepted until the signature ends; a [`ReplayStore`], where the service
//! gives one, does so in its place, for all processes and across restarts. An HMAC of the body alone has no time, and is accepted
//! whenever it comes.
//!
//! That is not the same as an event that comes twice: vendors deliver an event again, with a new signature, when the response was
//! lost. Telling such events by their identifiers is left to the service.

mod events;
mod key_caches;
mod keys;
mod replay;
mod shared_secret;
mod signed;

use std::time::Duration;

use http::StatusCode;

use crate::signing::VerifyError;

pub(crate) use key_caches::KeyCaches;

pub use crate::event_batch::EventBatch;
pub use crate::runtime::BoxFuture;
pub use crate::token_store::StoreError;
pub use events::{EventError, Events};
pub use key_caches::KeySourceError;
pub use keys::{FetchedKeys, KEY_FETCH_TIMEOUT, KeySource};
pub use replay::{REPLAY_STORE_TIMEOUT, ReplayStore, ReplayStoreError, Sighting};
pub use shared_secret::{SharedSecretDelivery, SharedSecretScheme, SharedSecretWebhooks};
pub use signed::{ReceivedRequest, SignedDelivery, SignedWebhooks};

/// Why a webhook was not accepted. It never holds a secret, a signature or the body.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The webhook is not vouched for: it is not from the vendor, was changed, is too old, or was seen before.
    #[error("the webhook is not vouched for")]
    Refused(#[source] VerifyError),
    /// It cannot be told whether the key is the vendor's, so that nothing can be said of the webhook.
    #[error("the key for the webhook could not be obtained")]
    Keys(#[source] KeySourceError),
    /// It cannot be told whether the webhook was accepted before.
    #[error("whether the webhook was accepted before could not be told")]
    Replays(#[source] ReplayStoreError),
}

impl WebhookError {
    /// The status to respond with: 401 for a webhook that is not vouched for, 413 for one that is too large, 503 when that cannot
    /// be told now.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Refused(VerifyError::BodyTooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Refused(error) if !error.is_retryable() => StatusCode::UNAUTHORIZED,
            Self::Refused(_) | Self::Keys(_) | Self::Replays(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether the webhook will never be accepted, however often it is delivered as it is.
    pub const fn is_refused(&self) -> bool {
        !self.is_retryable()
    }

    /// Whether nothing is known against the webhook: delivered later, it may be accepted.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Refused(error) => error.is_retryable(),
            Self::Keys(_) | Self::Replays(_) => true,
        }
    }

    /// How long the vendor should wait before it delivers the webhook again, where that is known.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Keys(error) => error.retry_after(),
            Self::Refused(_) | Self::Replays(_) => None,
        }
    }
}
