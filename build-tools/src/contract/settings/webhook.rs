//! How webhooks are vouched for: by HTTP message signatures, or by an HMAC with a secret that both sides know.

use serde::Deserialize;

use super::mistakes::{Mistake, not_a_header};
use super::signing::{
    ComponentNames, Covered, DigestHeader, EcdsaEncoding, SignatureParameter, check_components, check_parameters,
    not_a_label, not_printable,
};

/// How a vendor vouches for its webhooks: in one of two ways, or in both.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct WebhookSettings {
    /// By HTTP message signatures.
    #[serde(default)]
    pub signature: Option<WebhookSignature>,
    /// By an HMAC-SHA256 of the body.
    #[serde(default)]
    pub shared_secret: Option<SharedSecret>,
}

/// What is asked of a webhook's signature.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct WebhookSignature {
    /// In which form webhooks are signed, and where that is known from.
    pub description: String,
    /// The label; any, where there is one signature.
    #[serde(default)]
    pub label: Option<String>,
    /// The parts that have to be signed.
    pub components: Vec<Covered>,
    /// The header that vouches for the body; a webhook with a body is refused without one.
    #[serde(default)]
    pub digest: Option<DigestHeader>,
    /// The algorithms that a key may have.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// How ECDSA signatures may be written; at full length, unless it is said.
    #[serde(default)]
    pub ecdsa: Vec<EcdsaEncoding>,
    /// Parameters that have to be there, beside `created` and `keyid`.
    #[serde(default)]
    pub parameters: Vec<SignatureParameter>,
    /// What the parameter `tag` has to be.
    #[serde(default)]
    pub tag: Option<String>,
    /// How names of components are written in what is signed.
    #[serde(default)]
    pub names: ComponentNames,
    /// Seconds that a signature may be old.
    pub max_age: u64,
    /// Seconds that the vendor's clock may be off.
    pub clock_skew: u64,
    /// The path below the base URL from which the client fetches the vendor's key set.
    #[serde(default)]
    pub keys: Option<String>,
}

/// An algorithm that a key may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum SignatureAlgorithm {
    /// Ed25519.
    #[serde(rename = "ed25519")]
    Ed25519,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ecdsa-p256-sha256")]
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384.
    #[serde(rename = "ecdsa-p384-sha384")]
    EcdsaP384Sha384,
    /// ECDSA on P-521 with SHA-512.
    #[serde(rename = "ecdsa-p521-sha512")]
    EcdsaP521Sha512,
    /// HMAC with SHA-256.
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
    /// RSA-PSS with SHA-512.
    #[serde(rename = "rsa-pss-sha512")]
    RsaPssSha512,
}

/// The headers of webhooks that are vouched for by an HMAC-SHA256 of the body in base64.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SharedSecret {
    /// Which headers there are, and where that is known from.
    pub description: String,
    /// The header with the HMAC.
    pub signature: String,
    /// The header with the identifier of the delivery.
    #[serde(default)]
    pub delivery_id: Option<String>,
    /// The header with the number of the attempt.
    #[serde(default)]
    pub attempt: Option<String>,
}

impl WebhookSettings {
    /// What the types of the settings cannot rule out.
    pub(super) fn mistakes(&self, at: &str, mistakes: &mut Vec<Mistake>) {
        if let Some(signature) = &self.signature {
            signature.mistakes(&format!("{at}/signature"), mistakes);
        }
        if let Some(secret) = &self.shared_secret {
            secret.mistakes(&format!("{at}/shared-secret"), mistakes);
        }
        if self.signature.is_none() && self.shared_secret.is_none() {
            let message = "it is not said how webhooks are vouched for";
            mistakes.push(Mistake::new(at, message, "Add `[webhook.signature]` or `[webhook.shared-secret]`."));
        }
    }
}

impl WebhookSignature {
    fn mistakes(&self, at: &str, mistakes: &mut Vec<Mistake>) {
        if let Some(label) = &self.label {
            mistakes.extend(not_a_label(&format!("{at}/label"), label));
        }
        check_components(at, &self.components, mistakes);
        check_parameters(at, &self.parameters, mistakes);
        if self.algorithms.is_empty() {
            let message = "without an algorithm every webhook is refused";
            mistakes.push(Mistake::new(format!("{at}/algorithms"), message, "List those of the vendor's keys."));
        }
        let is_ecdsa = |algorithm: &SignatureAlgorithm| {
            matches!(
                algorithm,
                SignatureAlgorithm::EcdsaP256Sha256
                    | SignatureAlgorithm::EcdsaP384Sha384
                    | SignatureAlgorithm::EcdsaP521Sha512
            )
        };
        if !self.ecdsa.is_empty() && !self.algorithms.iter().any(is_ecdsa) {
            let message = "`ecdsa` says nothing where no algorithm is one of ECDSA";
            mistakes.push(Mistake::new(format!("{at}/ecdsa"), message, "Remove it, or add the algorithm."));
        }
        if let Some(tag) = &self.tag {
            mistakes.extend(not_printable(&format!("{at}/tag"), "tag", tag));
        }
        if self.max_age == 0 {
            let message = "a webhook that may not be a second old is never accepted";
            mistakes.push(Mistake::new(format!("{at}/max-age"), message, "Write a number of seconds from 1."));
        }
        if let Some(path) = &self.keys
            && (!path.starts_with('/') || path.contains(|other: char| !other.is_ascii_graphic()))
        {
            let message = format!("`{path}` is no path");
            mistakes.push(Mistake::new(format!("{at}/keys"), message, "Begin it with a slash, and leave out blanks."));
        }
    }
}

impl SharedSecret {
    fn mistakes(&self, at: &str, mistakes: &mut Vec<Mistake>) {
        let headers = [
            ("signature", Some(&self.signature)),
            ("delivery-id", self.delivery_id.as_ref()),
            ("attempt", self.attempt.as_ref()),
        ];
        for (key, name) in headers {
            mistakes.extend(name.and_then(|name| not_a_header(&format!("{at}/{key}"), name)));
        }
    }
}
