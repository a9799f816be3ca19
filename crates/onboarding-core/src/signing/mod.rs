//! HTTP message signatures: signing requests, verifying messages.
//!
//! Built on RFC 9421, with structured fields (RFC 9651) and digests of bodies (RFC 9530). What a vendor wants that differs from
//! the RFC is data: a [`Profile`] says how requests are signed, a [`Policy`] what is asked of messages that are verified.
//!
//! Both begin with what the RFC recommends, [`Profile::rfc9421`] and [`Policy::rfc9421`]; what a vendor asks for is in the
//! vendor's crate.
//!
//! A [`RequestSigner`] is the [`Signer`](crate::Signer) that a client calls last, once for each attempt:
//!
//! ```
//! use onboarding_core::signing::{Profile, RequestSigner, SigningKey};
//! use onboarding_core::{HeaderMap, Method, SignableRequest, Signer};
//!
//! # const PEM: &str = "-----BEGIN PRIVATE KEY-----
//! # MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
//! # -----END PRIVATE KEY-----";
//! let key = SigningKey::from_pem(PEM)?;
//! let signer = RequestSigner::new(key, "my-key", Profile::rfc9421());
//!
//! let url = "https://example.com/payments?limit=1".parse()?;
//! let mut headers = HeaderMap::new();
//! signer.sign(&mut SignableRequest { method: &Method::GET, url: &url, headers: &mut headers, body: b"" })?;
//! assert!(headers.contains_key("signature") && headers.contains_key("signature-input"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The cryptography is that of `aws-lc-rs`, which rustls uses too. Not supported: signing with RSA, trailers (`;tr`), more than
//! one signature made by one signer, and `accept-signature`.

mod algorithm;
mod component;
mod digest;
mod input;
mod jwk;
mod key;
mod key_error;
mod key_set;
pub mod limits;
mod message;
mod pem_blocks;
mod private_pem;
mod problem;
mod profile;
mod replay;
mod request_signer;
mod values;
mod verifier;
mod verifying_key;
pub(crate) mod work;

#[cfg(test)]
mod tests;

pub use algorithm::{Algorithm, EcdsaEncoding};
pub use component::{Component, ComponentError, InvalidComponent};
pub use digest::{DigestAlgorithm, DigestError, DigestHeader};
pub use input::{ComponentNames, InvalidInput, InvalidParameter, Parameter, SignatureInput};
pub use key::SigningKey;
pub use key_error::KeyError;
pub use key_set::KeySet;
pub use message::{Message, RequestHead, ResponseHead};
pub use problem::Problem;
pub use profile::{BodyDigest, Covered, OtherHeaders, Profile, When};
pub use replay::SignatureId;
pub use request_signer::RequestSigner;
pub use verifier::{Policy, Verified, Verifier, VerifyError};
pub use verifying_key::VerifyingKey;

#[cfg(feature = "webhook")]
pub(crate) use {
    values::Values,
    work::{Work, count},
};
