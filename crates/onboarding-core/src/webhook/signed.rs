//! Webhooks with HTTP message signatures.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::Method;
use http::header::HeaderMap;
use serde::de::DeserializeOwned;
use tokio::time;

use super::WebhookError;
use super::events::Events;
use super::keys::KeySource;
use super::replay::{REPLAY_STORE_TIMEOUT, ReplayStore, ReplayStoreError, Sighting};
use crate::EventBatch;
use crate::decode::{self, DecodeError};
use crate::signing::{HandedOver, Message, Policy, RequestHead, Verified, Verifier, VerifyError};

/// A request as it has come in, before anything of it is believed.
#[derive(Clone, Copy)]
pub struct ReceivedRequest<'a> {
    /// The method.
    pub method: &'a Method,
    /// Path and query exactly as they came, such as `/webhooks?a=b`. Behind a proxy that rewrites paths, what the vendor
    /// called.
    pub target: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// Shows the method alone: the rest may be private.
impl fmt::Debug for ReceivedRequest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ReceivedRequest").field("method", self.method).finish_non_exhaustive()
    }
}

/// Checks webhooks that carry HTTP message signatures. Share one of them, since it remembers what it has accepted; a service of
/// several processes gives it a [store](ReplayStore) that remembers for all of them.
#[derive(Clone, Debug)]
pub struct SignedWebhooks {
    verifier: Arc<Verifier>,
    keys: Arc<dyn KeySource>,
    store: Option<Arc<dyn ReplayStore>>,
    store_timeout: Duration,
}

impl SignedWebhooks {
    /// Webhooks that are checked after this policy: that of the vendor's crate, or one's own.
    pub fn new(policy: Policy, keys: impl KeySource + 'static) -> Self {
        Self::with_verifier(Verifier::new(policy), keys)
    }

    /// Webhooks that are checked by this verifier.
    pub fn with_verifier(verifier: Verifier, keys: impl KeySource + 'static) -> Self {
        Self { verifier: Arc::new(verifier), keys: Arc::new(keys), store: None, store_timeout: REPLAY_STORE_TIMEOUT }
    }

    /// The same, with what is accepted remembered in this store instead of in this process. It holds whatever the policy's
    /// [`replay_capacity`](Policy::replay_capacity) says.
    pub fn with_replay_store(mut self, store: impl ReplayStore + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// The same with another limit on how long the store may take.
    pub fn with_replay_store_timeout(mut self, timeout: Duration) -> Self {
        self.store_timeout = timeout;
        self
    }

    /// Checks a webhook and hands its body back. A webhook is accepted once.
    ///
    /// The key is looked up, and the signature verified, before the body is looked at: without a key of the vendor, what comes in
    /// costs no more than its headers do.
    pub async fn verify<'a>(&self, request: &ReceivedRequest<'a>) -> Result<SignedDelivery<'a>, WebhookError> {
        let head = RequestHead::received(request.method, request.target, request.headers);
        let message = Message::Request(head);
        // What is handed back is the vendor's only where a digest vouches for it.
        if self.verifier.policy().digest.is_none() && !request.body.is_empty() {
            return Err(WebhookError::Refused(VerifyError::NotCovered("the body".to_owned())));
        }
        let candidate = self.verifier.candidate(&message, request.body).map_err(WebhookError::Refused)?;
        let key = self.keys.key(candidate.key_id()).await.map_err(WebhookError::Keys)?;
        let key = key.ok_or(WebhookError::Refused(VerifyError::UnknownKey))?;
        let authentic = candidate.authenticate(&key).map_err(WebhookError::Refused)?;
        let verified = match self.store.as_deref() {
            None => authentic.accept().map_err(WebhookError::Refused)?,
            Some(store) => self.remember(store, authentic.hand_over().map_err(WebhookError::Refused)?).await?,
        };
        Ok(SignedDelivery { verified, body: request.body })
    }

    async fn remember(&self, store: &dyn ReplayStore, signature: HandedOver) -> Result<Verified, WebhookError> {
        let HandedOver { verified, id, keep } = signature;
        let sighting = time::timeout(self.store_timeout, store.remember(&id, keep)).await;
        let sighting = sighting.map_err(|_| WebhookError::Replays(ReplayStoreError::TimedOut(self.store_timeout)))?;
        match sighting.map_err(|error| WebhookError::Replays(ReplayStoreError::Failed(error)))? {
            Sighting::First => Ok(verified),
            Sighting::Again => Err(WebhookError::Refused(VerifyError::Replayed)),
        }
    }
}

/// A webhook that the vendor has sent, unchanged.
#[derive(Clone)]
pub struct SignedDelivery<'a> {
    verified: Verified,
    body: &'a [u8],
}

impl<'a> SignedDelivery<'a> {
    /// The body.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The body, decoded.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode::json(self.body)
    }

    /// The events of the body, each decoded by itself: one that cannot be decoded costs the others nothing.
    pub fn events<B: EventBatch>(&self) -> Events<'a, B> {
        Events::new(self.body)
    }

    /// When the vendor signed it.
    pub const fn created(&self) -> SystemTime {
        self.verified.created()
    }

    /// The signature.
    pub const fn signature(&self) -> &Verified {
        &self.verified
    }
}

/// Shows the signature's parameters, not the body.
impl fmt::Debug for SignedDelivery<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SignedDelivery").field("signature", &self.verified).finish_non_exhaustive()
    }
}
