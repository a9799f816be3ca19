//! Webhooks with HTTP message signatures, as Upvest sends them.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use super::WebhookError;
use super::keys::KeySource;
use crate::decode::{self, DecodeError};
use crate::signing::{Message, Policy, RequestHead, Verified, Verifier, VerifyError};

/// A request as it has come in, before anything of it is believed.
#[derive(Clone, Copy)]
pub struct ReceivedRequest<'a> {
    /// The method.
    pub method: &'a Method,
    /// Path and query exactly as they came, such as `/webhooks/upvest?a=b`. Behind a proxy that rewrites paths, what the vendor
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

/// Checks webhooks that carry HTTP message signatures. Share one of them, since it remembers what it has seen.
#[derive(Clone, Debug)]
pub struct SignedWebhooks {
    verifier: Arc<Verifier>,
    keys: Arc<dyn KeySource>,
}

impl SignedWebhooks {
    /// Webhooks that are checked after this policy, such as [`Policy::upvest_webhooks`].
    pub fn new(policy: Policy, keys: impl KeySource + 'static) -> Self {
        Self::with_verifier(Verifier::new(policy), keys)
    }

    /// Webhooks that are checked by this verifier.
    pub fn with_verifier(verifier: Verifier, keys: impl KeySource + 'static) -> Self {
        Self { verifier: Arc::new(verifier), keys: Arc::new(keys) }
    }

    /// Checks a webhook and hands its body back. A webhook is accepted once.
    pub async fn verify<'a>(&self, request: &ReceivedRequest<'a>) -> Result<SignedDelivery<'a>, WebhookError> {
        let head = RequestHead::received(request.method, request.target, request.headers);
        let message = Message::Request(head);
        let candidate = self.verifier.candidate(&message, request.body).map_err(WebhookError::Refused)?;
        let key = self.keys.key(candidate.key_id()).await.map_err(WebhookError::Keys)?;
        let key = key.ok_or(WebhookError::Refused(VerifyError::UnknownKey))?;
        let verified = self.verifier.accept(candidate, &message, &key).map_err(WebhookError::Refused)?;
        Ok(SignedDelivery { verified, body: request.body })
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
