//! Webhooks: checking that what comes in was sent by the vendor, before anything of it is believed.
//!
//! - [`SignedWebhooks`] checks HTTP message signatures, as Upvest sends them, with keys from a [`KeySource`]:
//!   [`FetchedKeys`] gets the vendor's key set over HTTP and keeps it, a [`KeySet`](crate::signing::KeySet) holds keys that are
//!   known beforehand.
//! - [`SharedSecretWebhooks`] checks an HMAC of the body with a secret that both sides know, as Amiqus sends it.
//!
//! Both hand the body back for decoding once it is vouched for. Answer 401 to what is refused, and a server error when the
//! keys could not be had, so that the vendor tries again: [`WebhookError::status`] tells which. Vendors also deliver an event
//! again when an answer was lost, with a new signature; telling such events by their identifiers is left to the service.

mod keys;
mod shared_secret;
mod signed;

use reqwest::StatusCode;

use crate::signing::VerifyError;

pub use keys::{BoxFuture, FetchedKeys, KeySource, KeySourceError};
pub use shared_secret::{SharedSecretDelivery, SharedSecretScheme, SharedSecretWebhooks};
pub use signed::{ReceivedRequest, SignedDelivery, SignedWebhooks};

/// Why a webhook was not accepted. It never holds a secret, a signature or the body.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The webhook is not vouched for: it is not from the vendor, was changed, is too old, or was seen before.
    #[error("the webhook is not vouched for")]
    Refused(#[source] VerifyError),
    /// The vendor's keys could not be had, so that nothing can be said of the webhook.
    #[error("the keys for the webhook could not be had")]
    Keys(#[source] KeySourceError),
}

impl WebhookError {
    /// The status to answer with: 401 for a webhook that is not vouched for, 503 when that cannot be told now.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Refused(VerifyError::ReplayCacheFull) | Self::Keys(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Refused(_) => StatusCode::UNAUTHORIZED,
        }
    }
}
