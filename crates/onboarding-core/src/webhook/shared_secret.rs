//! Webhooks with an HMAC of their body.

use std::fmt;

use aws_lc_rs::digest::SHA256_OUTPUT_LEN;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::HeaderMap;
use serde::de::DeserializeOwned;

use super::WebhookError;
use super::events::Events;
use crate::EventBatch;
use crate::Secret;
use crate::decode::{self, DecodeError};
use crate::signing::limits::MAX_BODY_BYTES;
use crate::signing::{KeyError, VerifyError};

/// Which headers such webhooks carry, as plain data. The crate of a vendor that sends them has the vendor's scheme.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SharedSecretScheme {
    /// The header with the HMAC-SHA256 of the body, in base64.
    pub signature: &'static str,
    /// The header with the identifier of the delivery, if there is one.
    pub delivery_id: Option<&'static str>,
    /// The header with the number of the attempt, if there is one.
    pub attempt: Option<&'static str>,
}

impl SharedSecretScheme {
    /// Webhooks whose signature is in this header, and which have no other.
    pub const fn new(signature: &'static str) -> Self {
        Self { signature, delivery_id: None, attempt: None }
    }

    /// The same with the identifier of the delivery in this header.
    pub const fn with_delivery_id(mut self, header: &'static str) -> Self {
        self.delivery_id = Some(header);
        self
    }

    /// The same with the number of the attempt in this header.
    pub const fn with_attempt(mut self, header: &'static str) -> Self {
        self.attempt = Some(header);
        self
    }
}

/// Checks webhooks whose body is signed with a secret that both sides know.
///
/// Such a signature covers the body alone: it has no time and no nonce, so an old webhook can be replayed by whoever has seen
/// it, and the delivery's headers are not vouched for. What the body says of its own time and identity has to tell.
#[derive(Clone)]
pub struct SharedSecretWebhooks {
    scheme: SharedSecretScheme,
    key: hmac::Key,
    max_body_bytes: usize,
}

impl SharedSecretWebhooks {
    /// Webhooks of this scheme with this secret, which must not be empty.
    pub fn new(scheme: SharedSecretScheme, secret: &Secret) -> Result<Self, KeyError> {
        if secret.reveal().is_empty() {
            return Err(KeyError::EmptySecret);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
        Ok(Self { scheme, key, max_body_bytes: MAX_BODY_BYTES })
    }

    /// The same with another limit on the size of a body, which is hashed whoever has sent it.
    pub const fn with_max_body_bytes(mut self, limit: usize) -> Self {
        self.max_body_bytes = limit;
        self
    }

    /// Checks a webhook and hands its body back. `body` is what came, byte for byte.
    pub fn verify<'a>(&self, headers: &'a HeaderMap, body: &'a [u8]) -> Result<SharedSecretDelivery<'a>, WebhookError> {
        if body.len() > self.max_body_bytes {
            return Err(WebhookError::Refused(VerifyError::BodyTooLarge { limit: self.max_body_bytes }));
        }
        let mut signatures = headers.get_all(self.scheme.signature).iter();
        let signature = match (signatures.next(), signatures.next()) {
            (Some(only), None) => only,
            (None, _) => return Err(WebhookError::Refused(VerifyError::NoSignature)),
            (Some(_), Some(_)) => return Err(WebhookError::Refused(VerifyError::Ambiguous)),
        };
        let wrong = || WebhookError::Refused(VerifyError::WrongSignature);
        // What cannot be an HMAC is wrong without any hashing.
        let signature = plausible(signature.as_bytes()).ok_or_else(wrong)?;
        // In constant time.
        hmac::verify(&self.key, body, &signature).map_err(|_| wrong())?;
        Ok(SharedSecretDelivery { scheme: self.scheme, headers, body })
    }
}

impl fmt::Debug for SharedSecretWebhooks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SharedSecretWebhooks").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

/// A webhook whose body the vendor has sent, unchanged.
#[derive(Clone, Copy)]
pub struct SharedSecretDelivery<'a> {
    scheme: SharedSecretScheme,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> SharedSecretDelivery<'a> {
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

    /// The identifier of the delivery. The signature does not cover it.
    pub fn delivery_id(&self) -> Option<&'a str> {
        self.header(self.scheme.delivery_id)
    }

    /// The number of the attempt. The signature does not cover it.
    pub fn attempt(&self) -> Option<u32> {
        self.header(self.scheme.attempt)?.trim().parse().ok()
    }

    fn header(&self, name: Option<&'static str>) -> Option<&'a str> {
        self.headers.get(name?)?.to_str().ok()
    }
}

/// Shows the delivery's identifier and attempt, not the body.
impl fmt::Debug for SharedSecretDelivery<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SharedSecretDelivery")
            .field("delivery_id", &self.delivery_id())
            .field("attempt", &self.attempt())
            .finish_non_exhaustive()
    }
}

/// The bytes of what may be an HMAC in base64.
fn plausible(signature: &[u8]) -> Option<Vec<u8>> {
    let signature = signature.trim_ascii();
    let encoded_length = SHA256_OUTPUT_LEN.div_ceil(3) * 4;
    let decoded = if signature.len() == encoded_length { STANDARD.decode(signature).ok() } else { None };
    decoded.filter(|decoded| decoded.len() == SHA256_OUTPUT_LEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_a_signature_is_worth_hashing_the_body() {
        let signature = STANDARD.encode([7; 32]);
        for signature in [signature.clone(), format!(" {signature}\t")] {
            assert_eq!(plausible(signature.as_bytes()), Some(vec![7; 32]), "{signature}");
        }
        for signature in ["", "AAAA", &signature.repeat(1_000), &signature.replace('=', "A"), &"?".repeat(44)] {
            assert_eq!(plausible(signature.as_bytes()), None, "{signature}");
        }
    }
}
