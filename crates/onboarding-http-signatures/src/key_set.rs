//! Sets of public keys by their identifiers.

use std::collections::BTreeMap;

use super::jwk;
use super::key_error::KeyError;
use super::verifying_key::VerifyingKey;

/// Keys by their identifiers.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: BTreeMap<String, VerifyingKey>,
}

impl KeySet {
    /// No keys.
    pub const fn new() -> Self {
        Self { keys: BTreeMap::new() }
    }

    /// The same keys and one more, in place of the one that had its identifier.
    pub fn with(mut self, key_id: impl Into<String>, key: VerifyingKey) -> Self {
        self.keys.insert(key_id.into(), key);
        self
    }

    /// A JSON Web Key Set (RFC 7517). Keys without an identifier, for another use than to verify signatures, or of a kind that is
    /// not supported are passed over, shared secrets and private keys among them: what is published is no secret. A set that is
    /// larger than [`limits`](super::limits) allow is an error.
    pub fn from_jwks(json: &[u8]) -> Result<Self, KeyError> {
        jwk::set(json).map(|keys| Self { keys })
    }

    /// The key with this identifier.
    pub fn get(&self, key_id: &str) -> Option<&VerifyingKey> {
        self.keys.get(key_id)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}
