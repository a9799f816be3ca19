//! The digest of a body, which lets a signature cover it: `content-digest` (RFC 9530), and the older `digest` (RFC 3230).

use std::collections::BTreeSet;

use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{HeaderMap, HeaderName};
use sfv::{BareItem, Dictionary, FieldType, Item, KeyRef, ListEntry};

use super::input::{self, InvalidInput, Limits};
use super::limits::{LimitExceeded, MAX_DIGEST_HEADER_BYTES, MAX_DIGESTS};
use super::work::{self, Work};

/// How a body is digested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

const ALGORITHMS: [DigestAlgorithm; 2] = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512];

impl DigestAlgorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha512 => "sha-512",
        }
    }

    fn digest(self, body: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        };
        work::count(Work::Hash);
        digest::digest(algorithm, body)
    }

    const fn length(self) -> usize {
        match self {
            Self::Sha256 => digest::SHA256_OUTPUT_LEN,
            Self::Sha512 => digest::SHA512_OUTPUT_LEN,
        }
    }

    fn matches(self, body: &[u8], claimed: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(self.digest(body).as_ref(), claimed).is_ok()
    }
}

/// Which header carries the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestHeader {
    /// `content-digest: sha-512=:<base64>:` (RFC 9530).
    ContentDigest,
    /// `digest: SHA-256=<base64>` (RFC 3230, withdrawn).
    Digest,
}

/// Why the digest of a body does not vouch for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// The header is missing.
    #[error("the header `{0}` is missing")]
    Missing(&'static str),
    /// The header is not of the right form.
    #[error("the header `{0}` is not of the right form")]
    Malformed(&'static str),
    /// The header has no digest of an algorithm that is known here.
    #[error("the header `{0}` has no SHA-256 or SHA-512")]
    Unsupported(&'static str),
    /// The header names an algorithm twice. Which of the digests holds depends on who reads it, so that none does.
    #[error("the header `{0}` names an algorithm more than once")]
    Repeated(&'static str),
    /// The header is larger than is looked at.
    #[error(transparent)]
    Limit(LimitExceeded),
    /// The body is not the one that was digested.
    #[error("the body does not match the header `{0}`")]
    Mismatch(&'static str),
}

impl DigestHeader {
    /// The header's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ContentDigest => "content-digest",
            Self::Digest => "digest",
        }
    }

    /// The header's value for a body.
    pub fn value(self, algorithm: DigestAlgorithm, body: &[u8]) -> String {
        let digest = algorithm.digest(body);
        match self {
            Self::ContentDigest => {
                let key = KeyRef::constant(algorithm.name()).to_owned();
                let value = BareItem::ByteSequence(digest.as_ref().to_vec());
                let dictionary: Dictionary = [(key, value.into())].into_iter().collect();
                // A dictionary with a member always has a text.
                dictionary.serialize().unwrap_or_default()
            }
            Self::Digest => {
                format!("{}={}", algorithm.name().to_ascii_uppercase(), STANDARD.encode(digest.as_ref()))
            }
        }
    }

    /// Checks a body against the header. Every digest of a known algorithm has to match, and there has to be one. The body is
    /// hashed at most once for each of these algorithms.
    pub fn verify(self, headers: &HeaderMap, body: &[u8]) -> Result<(), DigestError> {
        let header = HeaderName::from_static(self.name());
        if !headers.contains_key(&header) {
            return Err(DigestError::Missing(self.name()));
        }
        let claims = match self {
            Self::ContentDigest => self.content_digests(headers, &header)?,
            Self::Digest => self.digests(headers, &header)?,
        };
        if claims.is_empty() {
            return Err(DigestError::Unsupported(self.name()));
        }
        // A digest of another length needs no hash to be told wrong.
        let plausible = claims.iter().all(|(algorithm, claimed)| claimed.len() == algorithm.length());
        if plausible && claims.iter().all(|(algorithm, claimed)| algorithm.matches(body, claimed)) {
            Ok(())
        } else {
            Err(DigestError::Mismatch(self.name()))
        }
    }

    const fn subject(self) -> &'static str {
        match self {
            Self::ContentDigest => "the header `content-digest`",
            Self::Digest => "the header `digest`",
        }
    }

    fn content_digests(
        self,
        headers: &HeaderMap,
        header: &HeaderName,
    ) -> Result<Vec<(DigestAlgorithm, Vec<u8>)>, DigestError> {
        let malformed = DigestError::Malformed(self.name());
        let limits = Limits { bytes: MAX_DIGEST_HEADER_BYTES, members: MAX_DIGESTS };
        let dictionary = input::dictionary(headers, header, self.name(), self.subject(), limits);
        let dictionary = dictionary.map_err(|error| match error {
            InvalidInput::Repeated { .. } => DigestError::Repeated(self.name()),
            InvalidInput::Limit(exceeded) => DigestError::Limit(exceeded),
            _ => malformed,
        })?;
        let mut claims = Vec::new();
        for algorithm in ALGORITHMS {
            match dictionary.get(KeyRef::constant(algorithm.name())) {
                None => {}
                Some(ListEntry::Item(Item { bare_item: BareItem::ByteSequence(bytes), .. })) => {
                    claims.push((algorithm, bytes.clone()));
                }
                Some(_) => return Err(malformed),
            }
        }
        Ok(claims)
    }

    fn digests(self, headers: &HeaderMap, header: &HeaderName) -> Result<Vec<(DigestAlgorithm, Vec<u8>)>, DigestError> {
        let malformed = DigestError::Malformed(self.name());
        let lines = || headers.get_all(header).iter();
        if lines().map(|line| line.len() + 1).sum::<usize>() > MAX_DIGEST_HEADER_BYTES {
            return Err(DigestError::Limit(LimitExceeded::bytes(self.subject(), MAX_DIGEST_HEADER_BYTES)));
        }
        work::count(Work::Field);
        let (mut claims, mut named) = (Vec::new(), BTreeSet::new());
        for line in lines() {
            for member in line.to_str().map_err(|_| malformed)?.split(',') {
                let (name, value) = member.trim().split_once('=').ok_or(malformed)?;
                if !named.insert(name.to_ascii_lowercase()) {
                    return Err(DigestError::Repeated(self.name()));
                }
                if named.len() > MAX_DIGESTS {
                    return Err(DigestError::Limit(LimitExceeded::items(self.subject(), MAX_DIGESTS, "members")));
                }
                let Some(algorithm) =
                    ALGORITHMS.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
                else {
                    continue;
                };
                claims.push((algorithm, STANDARD.decode(value).map_err(|_| malformed)?));
            }
        }
        Ok(claims)
    }
}
