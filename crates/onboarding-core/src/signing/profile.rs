//! What a vendor wants signed, as plain data.

use std::time::Duration;

use super::algorithm::EcdsaEncoding;
use super::component::Component;
use super::digest::{DigestAlgorithm, DigestHeader};
use super::input::{ComponentNames, Parameter};

/// How requests are signed: which parts, with which parameters, in which form.
///
/// Start from [`rfc9421`](Self::rfc9421) or from the profile of a vendor, and change what differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Profile {
    /// The label of the signature in its two headers.
    pub label: &'static str,
    /// The parts that are signed, in their order.
    pub components: Vec<Covered>,
    /// Which header fields are signed beyond those, in the order of the alphabet.
    pub other_headers: OtherHeaders,
    /// When the body is digested. The header is added, and signed when it is among the parts.
    pub digest: BodyDigest,
    /// Whether the header `date` is set to the time of signing.
    pub date: bool,
    /// Whether the header `content-length` is set when there is a body.
    pub content_length: bool,
    /// The parameters, in their order.
    pub parameters: Vec<Parameter>,
    /// How long a signature is good for, when it has the parameter `expires`.
    pub lifetime: Duration,
    /// The parameter `tag`, when it is among the parameters.
    pub tag: Option<String>,
    /// How component names are written in what is signed.
    pub names: ComponentNames,
    /// How ECDSA signatures are written.
    pub ecdsa: EcdsaEncoding,
    /// Headers that are added and not signed.
    pub unsigned_headers: Vec<(&'static str, &'static str)>,
}

/// A part of a message, and when it has to be signed.
#[derive(Clone, Debug)]
pub struct Covered {
    /// The part.
    pub component: Component,
    /// When it has to be signed.
    pub when: When,
}

/// When a part of a message has to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always: a message without it is refused.
    Always,
    /// When the message has it.
    Present,
    /// When the message has a body.
    Body,
}

/// Which header fields are signed beyond those that are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherHeaders {
    /// None.
    Unsigned,
    /// All but these.
    SignedExcept {
        /// Headers with these names.
        names: &'static [&'static str],
        /// Headers whose names start like this.
        prefixes: &'static [&'static str],
    },
}

/// When a body is digested, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyDigest {
    /// Never.
    Never,
    /// When there is a body.
    WithBody(DigestHeader, DigestAlgorithm),
    /// Also when there is none.
    Always(DigestHeader, DigestAlgorithm),
}

/// What Upvest leaves out of its signatures, after the list in its own examples.
const UPVEST_UNSIGNED_PREFIXES: &[&str] =
    &["cf-", "cdn-", "cookie", "x-", "priority", "upvest-signature", "sec-", "proxy-"];

/// What transports add or change on the way. The first three are in the vendor's examples too.
const UPVEST_UNSIGNED_NAMES: &[&str] = &[
    "accept-encoding",
    "connection",
    "user-agent",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

impl Profile {
    /// RFC 9421 with sound defaults: method, whole address, content type and digest of the body; created, expires, key and
    /// nonce; good for a minute.
    pub fn rfc9421() -> Self {
        Self {
            label: "sig1",
            components: vec![
                Covered::always("@method"),
                Covered::always("@target-uri"),
                Covered::when_present("content-type"),
                Covered::with_body("content-digest"),
            ],
            other_headers: OtherHeaders::Unsigned,
            digest: BodyDigest::WithBody(DigestHeader::ContentDigest, DigestAlgorithm::Sha256),
            date: false,
            content_length: false,
            parameters: vec![Parameter::Created, Parameter::Expires, Parameter::KeyId, Parameter::Nonce],
            lifetime: Duration::from_secs(60),
            tag: None,
            names: ComponentNames::Quoted,
            ecdsa: EcdsaEncoding::Fixed,
            unsigned_headers: Vec::new(),
        }
    }

    /// Upvest's form of draft 15, wanted on every request, that for a token included.
    ///
    /// The header `accept` has to be set by the caller, since what the transport would add later is not signed. Guesses: the
    /// lifetime of 30 seconds, between the 5 and 60 of the vendor's clients; that transport headers which the vendor's list
    /// does not name (`te`, `via` and such) may be left out.
    pub fn upvest_requests() -> Self {
        Self {
            label: "sig1",
            components: vec![
                Covered::always("@method"),
                Covered::always("@path"),
                Covered::when_present("@query"),
                Covered::always("accept"),
                Covered::with_body("content-digest"),
                Covered::with_body("content-length"),
            ],
            other_headers: OtherHeaders::SignedExcept {
                names: UPVEST_UNSIGNED_NAMES,
                prefixes: UPVEST_UNSIGNED_PREFIXES,
            },
            digest: BodyDigest::WithBody(DigestHeader::ContentDigest, DigestAlgorithm::Sha512),
            date: true,
            content_length: true,
            parameters: vec![Parameter::KeyId, Parameter::Created, Parameter::Expires, Parameter::Nonce],
            lifetime: Duration::from_secs(30),
            tag: None,
            names: ComponentNames::Quoted,
            ecdsa: EcdsaEncoding::Der,
            unsigned_headers: vec![("upvest-signature-version", "15")],
        }
    }

    /// Griffin's form of RFC 9421, mandatory in live mode and optional in the sandbox, with an Ed25519 key.
    ///
    /// Guesses: for a request without a body, the digest of the empty body is sent and signed, as the vendor's Go example does,
    /// and content type and length are left out; the lifetime of five minutes is that of the same example.
    pub fn griffin_requests() -> Self {
        Self {
            label: "sig1",
            components: vec![
                Covered::always("@method"),
                Covered::always("@authority"),
                Covered::always("@path"),
                Covered::when_present("@query"),
                Covered::when_present("content-type"),
                Covered::with_body("content-length"),
                Covered::always("date"),
                Covered::always("content-digest"),
            ],
            other_headers: OtherHeaders::Unsigned,
            digest: BodyDigest::Always(DigestHeader::ContentDigest, DigestAlgorithm::Sha512),
            date: true,
            content_length: true,
            parameters: vec![Parameter::KeyId, Parameter::Nonce, Parameter::Created, Parameter::Expires],
            lifetime: Duration::from_secs(300),
            tag: None,
            names: ComponentNames::Quoted,
            ecdsa: EcdsaEncoding::Fixed,
            unsigned_headers: Vec::new(),
        }
    }
}

impl Covered {
    /// A part that always has to be signed.
    pub const fn new(component: Component, when: When) -> Self {
        Self { component, when }
    }

    pub(super) fn always(name: &'static str) -> Self {
        Self::new(Component::known(name), When::Always)
    }

    pub(super) fn when_present(name: &'static str) -> Self {
        Self::new(Component::known(name), When::Present)
    }

    pub(super) fn with_body(name: &'static str) -> Self {
        Self::new(Component::known(name), When::Body)
    }
}
