#![doc = include_str!("../README.md")]
#![allow(clippy::doc_markdown, reason = "the README is prose with names in it")]

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
mod sign_error;
mod values;
mod verifier;
mod verifying_key;
mod work;

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
pub use sign_error::SignError;
pub use verifier::{Authentic, Candidate, HandedOver, Policy, Verified, Verifier, VerifyError};
pub use verifying_key::VerifyingKey;
