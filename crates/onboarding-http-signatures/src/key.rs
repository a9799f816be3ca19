//! Private keys, which sign.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING,
    ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
};
use aws_lc_rs::{error::KeyRejected, hmac};

use super::algorithm::{Algorithm, EcdsaEncoding};
use super::key_error::KeyError;
use super::private_pem::{self, PrivateKeyDer};
use super::sign_error::SignError;
use super::verifying_key::VerifyingKey;

/// A private key, or a shared secret, that signs. Nothing of it is ever printed but its algorithm.
pub struct SigningKey(Inner);

enum Inner {
    Ed25519(Ed25519KeyPair),
    /// The same key twice: the pair decides how its signatures are written.
    Ecdsa {
        algorithm: Algorithm,
        fixed: EcdsaKeyPair,
        der: EcdsaKeyPair,
    },
    Hmac(Arc<hmac::Key>),
}

/// The curves, with the two ways that their keys write a signature.
const CURVES: [(Algorithm, &EcdsaSigningAlgorithm, &EcdsaSigningAlgorithm); 3] = [
    (Algorithm::EcdsaP256Sha256, &ECDSA_P256_SHA256_FIXED_SIGNING, &ECDSA_P256_SHA256_ASN1_SIGNING),
    (Algorithm::EcdsaP384Sha384, &ECDSA_P384_SHA384_FIXED_SIGNING, &ECDSA_P384_SHA384_ASN1_SIGNING),
    (Algorithm::EcdsaP521Sha512, &ECDSA_P521_SHA512_FIXED_SIGNING, &ECDSA_P521_SHA512_ASN1_SIGNING),
];

impl SigningKey {
    /// The private key in a PEM text: Ed25519, or ECDSA on P-256, P-384 or P-521; PKCS#8 or SEC 1.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::from_der(&private_pem::private_key(text, None)?)
    }

    /// The same, decrypted with a passphrase. A key that is not encrypted is taken as it is.
    pub fn from_encrypted_pem(text: &str, passphrase: &str) -> Result<Self, KeyError> {
        Self::from_der(&private_pem::private_key(text, Some(passphrase))?)
    }

    /// A shared secret for HMAC with SHA-256, as bytes.
    pub fn hmac_sha256(secret: &[u8]) -> Result<Self, KeyError> {
        // Everybody knows the empty secret; it is what is left when a setting is missing.
        if secret.is_empty() {
            return Err(KeyError::EmptySecret);
        }
        Ok(Self(Inner::Hmac(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret)))))
    }

    /// A new key of that algorithm, which nobody else has: for tests, and to be stored nowhere. RSA-PSS is for verification alone.
    ///
    /// ```
    /// use onboarding_http_signatures::{Algorithm, SigningKey};
    ///
    /// let key = SigningKey::generate(Algorithm::Ed25519)?;
    /// assert_eq!(key.verifying_key()?.algorithm(), Algorithm::Ed25519);
    /// # Ok::<(), onboarding_http_signatures::KeyError>(())
    /// ```
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        if algorithm == Algorithm::HmacSha256 {
            let mut secret = [0; 32];
            random.fill(&mut secret).map_err(|_| KeyError::NoRandomness)?;
            return Self::hmac_sha256(&secret);
        }
        let document = match algorithm {
            Algorithm::Ed25519 => Ed25519KeyPair::generate_pkcs8(&random),
            Algorithm::EcdsaP256Sha256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
            Algorithm::EcdsaP384Sha384 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random),
            Algorithm::EcdsaP521Sha512 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P521_SHA512_FIXED_SIGNING, &random),
            Algorithm::HmacSha256 | Algorithm::RsaPssSha512 => return Err(KeyError::UnsupportedKey),
        };
        let document = document.map_err(|_| KeyError::NoRandomness)?;
        if algorithm == Algorithm::Ed25519 {
            let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| KeyError::UnsupportedKey)?;
            return Ok(Self(Inner::Ed25519(pair)));
        }
        Self::ecdsa(|curve| EcdsaKeyPair::from_pkcs8(curve, document.as_ref()))
    }

    /// The algorithm that the key signs with.
    pub const fn algorithm(&self) -> Algorithm {
        match &self.0 {
            Inner::Ed25519(_) => Algorithm::Ed25519,
            Inner::Ecdsa { algorithm, .. } => *algorithm,
            Inner::Hmac(_) => Algorithm::HmacSha256,
        }
    }

    /// The key that verifies what this one signs.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        match &self.0 {
            Inner::Ed25519(pair) => VerifyingKey::from_bytes(Algorithm::Ed25519, pair.public_key().as_ref()),
            Inner::Ecdsa { algorithm, fixed, .. } => VerifyingKey::from_bytes(*algorithm, fixed.public_key().as_ref()),
            Inner::Hmac(key) => Ok(VerifyingKey::hmac(Arc::clone(key))),
        }
    }

    /// Signs a text.
    pub(super) fn sign(&self, text: &[u8], encoding: EcdsaEncoding) -> Result<Vec<u8>, SignError> {
        let failed = |_| SignError::new("the key failed to sign");
        Ok(match &self.0 {
            Inner::Ed25519(pair) => pair.try_sign(text).map_err(failed)?.as_ref().to_vec(),
            Inner::Ecdsa { fixed, der, .. } => {
                let pair = match encoding {
                    EcdsaEncoding::Fixed => fixed,
                    EcdsaEncoding::Der => der,
                };
                pair.sign(&SystemRandom::new(), text).map_err(failed)?.as_ref().to_vec()
            }
            Inner::Hmac(key) => hmac::sign(key, text).as_ref().to_vec(),
        })
    }

    fn from_der(key: &PrivateKeyDer) -> Result<Self, KeyError> {
        match key {
            PrivateKeyDer::Pkcs8(der) => {
                if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
                    return Ok(Self(Inner::Ed25519(pair)));
                }
                Self::ecdsa(|curve| EcdsaKeyPair::from_pkcs8(curve, der))
            }
            PrivateKeyDer::Sec1(der) => Self::ecdsa(|curve| EcdsaKeyPair::from_private_key_der(curve, der)),
        }
    }

    fn ecdsa(
        load: impl Fn(&'static EcdsaSigningAlgorithm) -> Result<EcdsaKeyPair, KeyRejected>,
    ) -> Result<Self, KeyError> {
        // A key is taken by the curve that it was made for alone.
        for (algorithm, fixed, der) in CURVES {
            if let (Ok(fixed), Ok(der)) = (load(fixed), load(der)) {
                return Ok(Self(Inner::Ecdsa { algorithm, fixed, der }));
            }
        }
        Err(KeyError::UnsupportedKey)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({} [redacted])", self.algorithm().name())
    }
}
