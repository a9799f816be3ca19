//! How much of a message, of a set of keys and of a key file is looked at.
//!
//! Whoever can reach a service can send it messages, and knows the identifiers of the vendor's keys. What such a message costs
//! before its signature is verified is bounded by these numbers: its headers are parsed once, its body is not looked at. No
//! vendor comes near them.

/// Bytes of a body, unless [`Policy::max_body_bytes`](super::Policy::max_body_bytes) says otherwise.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Bytes of the path and query of a request.
pub const MAX_TARGET_BYTES: usize = 16 * 1024;

/// Bytes of each of the headers `signature` and `signature-input`, over all of its lines.
pub const MAX_SIGNATURE_HEADER_BYTES: usize = 8 * 1024;

/// Signatures of a message.
pub const MAX_SIGNATURES: usize = 16;

/// Components that a signature covers.
pub const MAX_COMPONENTS: usize = 64;

/// Bytes of a header that a signature covers, over all of its lines.
pub const MAX_COVERED_HEADER_BYTES: usize = 32 * 1024;

/// Bytes of the text that is signed.
pub const MAX_BASE_BYTES: usize = 128 * 1024;

/// Bytes of the headers `content-digest` and `digest`, over all of their lines.
pub const MAX_DIGEST_HEADER_BYTES: usize = 4 * 1024;

/// Digests in one of these headers, of any algorithm.
pub const MAX_DIGESTS: usize = 16;

/// Bytes of a set of keys.
pub const MAX_KEY_SET_BYTES: usize = 256 * 1024;

/// Keys of a set, those that are passed over included.
pub const MAX_KEYS: usize = 100;

/// Bytes of a PEM text.
pub const MAX_PEM_BYTES: usize = 64 * 1024;

/// Iterations by which the passphrase of a key file becomes its key. OpenSSL writes 2,048.
pub const MAX_PBKDF2_ITERATIONS: u32 = 2_000_000;

/// Characters of a component's identifier that an error shows.
pub const MAX_SHOWN_CHARACTERS: usize = 80;

/// Something is larger than is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{subject} has more than {limit} {unit}")]
pub struct LimitExceeded {
    subject: &'static str,
    limit: usize,
    unit: &'static str,
}

impl LimitExceeded {
    /// What is too large, such as "the body".
    pub const fn subject(&self) -> &'static str {
        self.subject
    }

    /// How large it may be.
    pub const fn limit(&self) -> usize {
        self.limit
    }

    pub(super) const fn bytes(subject: &'static str, limit: usize) -> Self {
        Self { subject, limit, unit: "bytes" }
    }

    pub(super) const fn items(subject: &'static str, limit: usize, unit: &'static str) -> Self {
        Self { subject, limit, unit }
    }
}
