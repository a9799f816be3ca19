//! JSON Web Keys (RFC 7517) as vendors publish them.
//!
//! A key that is not of a supported kind, or is not published for verifying, costs its set nothing: it is passed over.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::algorithm::Algorithm;
use super::key_error::KeyError;
use super::limits::{LimitExceeded, MAX_KEY_SET_BYTES, MAX_KEYS};
use super::verifying_key::VerifyingKey;

/// The members of a JSON object, not decoded.
type Members<'j> = BTreeMap<String, &'j RawValue>;

/// A supported kind of keys.
struct Kind {
    /// The member `kty`.
    family: &'static str,
    /// The member `crv`.
    curve: &'static str,
    /// What the member `alg` may say of it.
    names: &'static [&'static str],
    algorithm: Algorithm,
    /// How many bytes a coordinate has.
    length: usize,
}

const KINDS: [Kind; 4] = [
    Kind { family: "OKP", curve: "Ed25519", names: &["EdDSA", "Ed25519"], algorithm: Algorithm::Ed25519, length: 32 },
    Kind { family: "EC", curve: "P-256", names: &["ES256"], algorithm: Algorithm::EcdsaP256Sha256, length: 32 },
    Kind { family: "EC", curve: "P-384", names: &["ES384"], algorithm: Algorithm::EcdsaP384Sha384, length: 48 },
    Kind { family: "EC", curve: "P-521", names: &["ES512"], algorithm: Algorithm::EcdsaP521Sha512, length: 66 },
];

/// The keys of a set by their identifiers; of several with one identifier, the first.
pub(super) fn set(json: &[u8]) -> Result<BTreeMap<String, VerifyingKey>, KeyError> {
    check_length(json.len())?;
    let members: Members<'_> = serde_json::from_slice(json).map_err(|_| KeyError::NotJwk)?;
    let entries: Vec<&RawValue> = member(&members, "keys").ok_or(KeyError::NotJwk)?;
    if entries.len() > MAX_KEYS {
        return Err(KeyError::Limit(LimitExceeded::items("the set of keys", MAX_KEYS, "keys")));
    }
    let mut keys = BTreeMap::new();
    for entry in entries {
        let Ok(members) = serde_json::from_str::<Members<'_>>(entry.get()) else {
            continue;
        };
        let key_id: Option<String> = member(&members, "kid");
        if let (Some(key_id), Ok(key)) = (key_id, key_of(&members)) {
            keys.entry(key_id).or_insert(key);
        }
    }
    Ok(keys)
}

impl VerifyingKey {
    /// A JSON Web Key (RFC 7517) of the kind `OKP` with Ed25519 or `EC` with P-256, P-384 or P-521.
    pub fn from_jwk(json: &str) -> Result<Self, KeyError> {
        check_length(json.len())?;
        key_of(&serde_json::from_str(json).map_err(|_| KeyError::NotJwk)?)
    }
}

fn check_length(length: usize) -> Result<(), KeyError> {
    if length > MAX_KEY_SET_BYTES {
        return Err(KeyError::Limit(LimitExceeded::bytes("the set of keys", MAX_KEY_SET_BYTES)));
    }
    Ok(())
}

fn key_of(members: &Members<'_>) -> Result<VerifyingKey, KeyError> {
    let wanted: String = member(members, "kty").ok_or(KeyError::NotJwk)?;
    let curve: Option<String> = member(members, "crv");
    let kind = KINDS.iter().find(|kind| kind.family == wanted && curve.as_deref() == Some(kind.curve));
    let kind = kind.ok_or(KeyError::UnsupportedKey)?;
    // What is private and yet published verifies nothing.
    let private = members.contains_key("d");
    if private || !is_for_verifying(members) || !is_for_algorithm(members, kind) {
        return Err(KeyError::UnsupportedKey);
    }
    let coordinate = |name| coordinate(members, name, kind.length).ok_or(KeyError::UnsupportedKey);
    match kind.algorithm {
        Algorithm::Ed25519 => VerifyingKey::from_bytes(kind.algorithm, &coordinate("x")?),
        // An uncompressed point.
        _ => VerifyingKey::from_bytes(kind.algorithm, &[vec![4], coordinate("x")?, coordinate("y")?].concat()),
    }
}

/// A key that says what it is for is good for nothing else.
fn is_for_verifying(members: &Members<'_>) -> bool {
    let purpose = || member(members, "use").is_some_and(|purpose: String| purpose == "sig");
    let operations = || {
        let operations: Option<Vec<String>> = member(members, "key_ops");
        operations.is_some_and(|operations| operations.iter().any(|operation| operation == "verify"))
    };
    (!members.contains_key("use") || purpose()) && (!members.contains_key("key_ops") || operations())
}

fn is_for_algorithm(members: &Members<'_>, kind: &Kind) -> bool {
    let named = || member(members, "alg").is_some_and(|name: String| kind.names.contains(&name.as_str()));
    !members.contains_key("alg") || named()
}

/// A number of that many bytes.
fn coordinate(members: &Members<'_>, name: &str, length: usize) -> Option<Vec<u8>> {
    let text: String = member(members, name)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    // Some writers drop leading zeros.
    let zeros = length.checked_sub(bytes.len())?;
    Some([vec![0; zeros], bytes].concat())
}

/// A member of that type.
fn member<'j, T: Deserialize<'j>>(members: &Members<'j>, name: &str) -> Option<T> {
    serde_json::from_str(members.get(name)?.get()).ok()
}
