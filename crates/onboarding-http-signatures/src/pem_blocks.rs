//! The blocks of a PEM text, of private and of public keys.

use pem::Pem;

use super::key_error::KeyError;
use super::limits::{LimitExceeded, MAX_PEM_BYTES};

/// The blocks of a PEM text.
pub(super) fn blocks(text: &str) -> Result<Vec<Pem>, KeyError> {
    if text.len() > MAX_PEM_BYTES {
        return Err(KeyError::Limit(LimitExceeded::bytes("the PEM text", MAX_PEM_BYTES)));
    }
    pem::parse_many(text).map_err(|_| KeyError::NotPem)
}
