//! Why a key could not be loaded, of whichever kind and form.

use super::limits::{LimitExceeded, MAX_PBKDF2_ITERATIONS};

/// Why a key could not be loaded. It never holds anything of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not PEM.
    #[error("the text is not PEM")]
    NotPem,
    /// The PEM text has no private key.
    #[error("the PEM text has no private key")]
    NoPrivateKey,
    /// The PEM text has no public key.
    #[error("the PEM text has no public key")]
    NoPublicKey,
    /// The key is encrypted, and there is no passphrase.
    #[error("the key is encrypted: a passphrase is needed")]
    PassphraseNeeded,
    /// The key could not be decrypted: the passphrase is wrong, or the file is damaged.
    #[error("the key could not be decrypted: the passphrase is wrong, or the file is damaged")]
    WrongPassphrase,
    /// The key is encrypted in a way that is not supported.
    #[error(
        "the key is encrypted in a way that is not supported: \
         `openssl pkcs8 -topk8 -v2 aes-256-cbc -in <key>` writes one that is"
    )]
    UnsupportedEncryption,
    /// The key's encryption asks for more iterations than are done: see [`limits`](super::limits).
    #[error("the key is encrypted with more than {MAX_PBKDF2_ITERATIONS} iterations")]
    TooManyIterations,
    /// The key is damaged, or of a kind that is not supported.
    #[error("the key is damaged or of a kind that is not supported: Ed25519, or ECDSA on P-256, P-384 or P-521")]
    UnsupportedKey,
    /// No key can be made: the system gives no random numbers.
    #[error("no key can be made: the system gives no random numbers")]
    NoRandomness,
    /// The shared secret is empty.
    #[error("the shared secret is empty")]
    EmptySecret,
    /// The text is not a JSON Web Key, or not a set of them.
    #[error("the text is not a JSON Web Key, or not a set of them")]
    NotJwk,
    /// The text is larger than is looked at.
    #[error(transparent)]
    Limit(LimitExceeded),
}
