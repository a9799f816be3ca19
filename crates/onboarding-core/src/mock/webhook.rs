//! Webhooks as the vendor would deliver them, signed with keys that only the test has.
//!
//! ```
//! use onboarding_core::mock::webhook::WebhookSigner;
//! use onboarding_core::signing::Policy;
//! use onboarding_core::webhook::{ReceivedRequest, SignedWebhooks};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The crate of a vendor has the vendor's policy.
//! let signer = WebhookSigner::new(&Policy::rfc9421());
//! let webhooks = SignedWebhooks::new(Policy::rfc9421(), signer.keys());
//!
//! let request = signer.deliver("https://service.example/webhooks", &["an event"]);
//! let received = ReceivedRequest {
//!     method: request.method(),
//!     target: request.uri().path(),
//!     headers: request.headers(),
//!     body: request.body(),
//! };
//! assert_eq!(webhooks.verify(&received).await?.json::<Vec<String>>()?, ["an event"]);
//! # Ok(())
//! # }
//! ```

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
pub use http::Request;
use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use http::{Method, Uri};
use serde::Serialize;

use super::reply::encoded;
use crate::secret::Secret;
use crate::signing::{
    Algorithm, BodyDigest, Covered, DigestAlgorithm, DigestHeader, EcdsaEncoding, KeySet, Parameter, Policy, Profile,
    RequestSigner, SigningKey,
};
use crate::webhook::SharedSecretScheme;

/// What the key of a test is called.
const KEY_ID: &str = "test-key";

/// Signs webhooks as a vendor does, by the policy that its crate has, with a key that was made for the test.
#[derive(Clone)]
pub struct WebhookSigner {
    signer: RequestSigner,
    keys: KeySet,
}

impl WebhookSigner {
    /// A signer whose webhooks this policy accepts, with a new key of the policy's first algorithm.
    ///
    /// # Panics
    ///
    /// When the policy names no algorithm that can sign, or the system gives no random numbers.
    #[track_caller]
    pub fn new(policy: &Policy) -> Self {
        let algorithm = policy.algorithms.first().copied().unwrap_or(Algorithm::Ed25519);
        let made = SigningKey::generate(algorithm).and_then(|key| Ok((key.verifying_key()?, key)));
        let (public, key) = made.unwrap_or_else(|error| panic!("no key can be made for the test: {error}"));
        Self { signer: RequestSigner::new(key, KEY_ID, profile(policy)), keys: KeySet::new().with(KEY_ID, public) }
    }

    /// The keys that verify what this signs, for [`SignedWebhooks::new`](crate::webhook::SignedWebhooks::new) in place of the vendor's.
    pub fn keys(&self) -> KeySet {
        self.keys.clone()
    }

    /// A delivery of this body to this address of the service, as JSON.
    ///
    /// # Panics
    ///
    /// When the address is none, or the body has no JSON form.
    #[track_caller]
    pub fn deliver<T: Serialize + ?Sized>(&self, url: &str, body: &T) -> Request<Bytes> {
        let mut request = delivery(url, encoded(body));
        self.signer.sign_request(&mut request).unwrap_or_else(|error| panic!("the webhook cannot be signed: {error}"));
        request
    }
}

impl fmt::Debug for WebhookSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WebhookSigner").finish_non_exhaustive()
    }
}

/// A delivery of this body to this address of the service, as JSON, with an HMAC by this secret.
///
/// # Panics
///
/// When the address is none, the body has no JSON form, or the scheme names no header.
#[track_caller]
pub fn deliver_with_secret<T: Serialize + ?Sized>(
    scheme: &SharedSecretScheme,
    secret: &Secret,
    url: &str,
    body: &T,
) -> Request<Bytes> {
    let mut request = delivery(url, encoded(body));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    let signature = STANDARD.encode(hmac::sign(&key, request.body()));
    let headers =
        [(Some(scheme.signature), signature.as_str()), (scheme.delivery_id, "test-delivery"), (scheme.attempt, "1")];
    for (name, value) in headers {
        if let Some(name) = name {
            let value = HeaderValue::from_str(value).unwrap_or_else(|_| panic!("a header can hold `{value}`"));
            request.headers_mut().insert(name, value);
        }
    }
    request
}

/// The request, not signed yet.
#[track_caller]
fn delivery(url: &str, body: Vec<u8>) -> Request<Bytes> {
    let Some((uri, host)) = url.parse::<Uri>().ok().and_then(|uri| {
        let host = HeaderValue::from_str(uri.authority()?.as_str()).ok()?;
        Some((uri, host))
    }) else {
        panic!("`{url}` is no address of a service, such as `https://service.example/webhooks`");
    };
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    request.headers_mut().insert(HOST, host);
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request
}

/// What has to be signed for the policy to accept it.
fn profile(policy: &Policy) -> Profile {
    let mut profile = Profile::rfc9421();
    profile.components.clone_from(&policy.required);
    let is_signed = |name: &str| policy.required.iter().any(|covered| covered.component.name() == name);
    (profile.date, profile.content_length) = (is_signed("date"), is_signed("content-length"));
    profile.digest = BodyDigest::Never;
    if let Some(header) = policy.digest {
        profile.digest = BodyDigest::WithBody(header, DigestAlgorithm::Sha256);
        profile.components.push(Covered::with_body(match header {
            DigestHeader::Digest => "digest",
            DigestHeader::ContentDigest => "content-digest",
        }));
    }
    if let Some(label) = &policy.label {
        profile.label.clone_from(label);
    }
    profile.parameters = vec![Parameter::Created, Parameter::KeyId];
    let further =
        policy.parameters.iter().filter(|parameter| !matches!(parameter, Parameter::Created | Parameter::KeyId));
    profile.parameters.extend(further.copied());
    if policy.tag.is_some() && !profile.parameters.contains(&Parameter::Tag) {
        profile.parameters.push(Parameter::Tag);
    }
    profile.tag.clone_from(&policy.tag);
    profile.names = policy.names;
    profile.ecdsa = policy.ecdsa.first().copied().unwrap_or(EcdsaEncoding::Fixed);
    profile
}
