//! The signature algorithms, and the two ways to write an ECDSA signature.

/// A signature algorithm. It belongs to the key: a message never chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// Ed25519.
    Ed25519,
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384,
    /// ECDSA on P-521 with SHA-512. RFC 9421 does not register it, so a message that names an algorithm cannot name this one
    /// in a way that all agree on; the name used here follows the pattern of the others.
    EcdsaP521Sha512,
    /// HMAC with SHA-256.
    HmacSha256,
    /// RSA-PSS with SHA-512, for verification alone.
    RsaPssSha512,
}

impl Algorithm {
    /// The name as the signature parameter `alg` gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
            Self::EcdsaP384Sha384 => "ecdsa-p384-sha384",
            Self::EcdsaP521Sha512 => "ecdsa-p521-sha512",
            Self::HmacSha256 => "hmac-sha256",
            Self::RsaPssSha512 => "rsa-pss-sha512",
        }
    }
}

/// How the two numbers of an ECDSA signature are written. Other algorithms have one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcdsaEncoding {
    /// Both at full length, one after the other, as RFC 9421 has it.
    Fixed,
    /// As an ASN.1 structure.
    Der,
}
