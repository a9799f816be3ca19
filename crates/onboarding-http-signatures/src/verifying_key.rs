//! Public keys, which verify, and how they are read from PEM. `jwk.rs` reads them from JSON Web Keys.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_FIXED,
    ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_FIXED, ED25519, ParsedPublicKey, RSA_PSS_2048_8192_SHA512,
    VerificationAlgorithm,
};

use super::algorithm::{Algorithm, EcdsaEncoding};
use super::key_error::KeyError;
use super::pem_blocks;

/// A public key, or a shared secret, that verifies.
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    inner: Inner,
}

#[derive(Clone)]
enum Inner {
    Public(Arc<ParsedPublicKey>),
    /// The same key twice: it decides how its signatures are read.
    Ecdsa {
        fixed: Arc<ParsedPublicKey>,
        der: Arc<ParsedPublicKey>,
    },
    Hmac(Arc<hmac::Key>),
}

impl VerifyingKey {
    /// The public key in a PEM text (`PUBLIC KEY`): Ed25519, ECDSA on P-256, P-384 or P-521, or RSA for RSA-PSS.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let blocks = pem_blocks::blocks(text)?;
        let block = blocks.iter().find(|block| block.tag() == "PUBLIC KEY").ok_or(KeyError::NoPublicKey)?;
        // A key is taken by the algorithm that it was made for alone.
        [
            Algorithm::Ed25519,
            Algorithm::EcdsaP256Sha256,
            Algorithm::EcdsaP384Sha384,
            Algorithm::EcdsaP521Sha512,
            Algorithm::RsaPssSha512,
        ]
        .into_iter()
        .find_map(|algorithm| Self::from_bytes(algorithm, block.contents()).ok())
        .ok_or(KeyError::UnsupportedKey)
    }

    /// A shared secret for HMAC with SHA-256, as bytes.
    pub fn hmac_sha256(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.is_empty() {
            return Err(KeyError::EmptySecret);
        }
        Ok(Self::hmac(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret))))
    }

    /// The algorithm that the key verifies.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) const fn hmac(key: Arc<hmac::Key>) -> Self {
        Self { algorithm: Algorithm::HmacSha256, inner: Inner::Hmac(key) }
    }

    /// A key in the form that its algorithm has for raw keys, or as a `SubjectPublicKeyInfo`.
    pub(super) fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, KeyError> {
        let parse = |algorithm: &'static dyn VerificationAlgorithm| {
            ParsedPublicKey::new(algorithm, bytes).map(Arc::new).map_err(|_| KeyError::UnsupportedKey)
        };
        let ecdsa = |fixed, der| Ok(Inner::Ecdsa { fixed: parse(fixed)?, der: parse(der)? });
        let inner = match algorithm {
            Algorithm::Ed25519 => Inner::Public(parse(&ED25519)?),
            Algorithm::RsaPssSha512 => Inner::Public(parse(&RSA_PSS_2048_8192_SHA512)?),
            Algorithm::EcdsaP256Sha256 => ecdsa(&ECDSA_P256_SHA256_FIXED, &ECDSA_P256_SHA256_ASN1)?,
            Algorithm::EcdsaP384Sha384 => ecdsa(&ECDSA_P384_SHA384_FIXED, &ECDSA_P384_SHA384_ASN1)?,
            Algorithm::EcdsaP521Sha512 => ecdsa(&ECDSA_P521_SHA512_FIXED, &ECDSA_P521_SHA512_ASN1)?,
            Algorithm::HmacSha256 => return Err(KeyError::UnsupportedKey),
        };
        Ok(Self { algorithm, inner })
    }

    /// Whether the signature is one of this text. Shared secrets are compared in constant time.
    pub(super) fn verifies(&self, text: &[u8], signature: &[u8], encodings: &[EcdsaEncoding]) -> bool {
        match &self.inner {
            Inner::Public(key) => key.verify_sig(text, signature).is_ok(),
            Inner::Ecdsa { fixed, der } => encodings.iter().any(|encoding| {
                let key = match encoding {
                    EcdsaEncoding::Fixed => fixed,
                    EcdsaEncoding::Der => der,
                };
                key.verify_sig(text, signature).is_ok()
            }),
            Inner::Hmac(key) => hmac::verify(key, text, signature).is_ok(),
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VerifyingKey({})", self.algorithm.name())
    }
}
