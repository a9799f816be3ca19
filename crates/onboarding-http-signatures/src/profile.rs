//! What is signed and how, as plain data.

use std::time::Duration;

use http::header::{HeaderName, HeaderValue};

use super::algorithm::EcdsaEncoding;
use super::component::Component;
use super::digest::{DigestAlgorithm, DigestHeader};
use super::input::{ComponentNames, Parameter};

/// How requests are signed: which parts, with which parameters, in which form.
///
/// Start from [`rfc9421`](Self::rfc9421), and change what differs. The crate of a vendor that wants its requests signed has the
/// vendor's profile.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Profile {
    /// The label of the signature in its two headers.
    pub label: String,
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
    pub unsigned_headers: Vec<(HeaderName, HeaderValue)>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherHeaders {
    /// None.
    Unsigned,
    /// All but these.
    SignedExcept {
        /// Headers with these names, in lower case.
        names: Vec<String>,
        /// Headers whose names start like this.
        prefixes: Vec<String>,
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

impl Profile {
    /// RFC 9421 with sound defaults: method, whole address, content type and digest of the body; created, expires, key and
    /// nonce; good for a minute.
    pub fn rfc9421() -> Self {
        Self {
            label: "sig1".to_owned(),
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
}

impl OtherHeaders {
    /// All but those with these names, in lower case, and those whose names start with one of these prefixes.
    pub fn signed_except<Name: Into<String>, Prefix: Into<String>>(
        names: impl IntoIterator<Item = Name>,
        prefixes: impl IntoIterator<Item = Prefix>,
    ) -> Self {
        Self::SignedExcept {
            names: names.into_iter().map(Into::into).collect(),
            prefixes: prefixes.into_iter().map(Into::into).collect(),
        }
    }
}

impl Covered {
    /// A part, and when it has to be signed.
    pub const fn new(component: Component, when: When) -> Self {
        Self { component, when }
    }

    /// A part by its name as [`Component::from_static`] takes it, which always has to be signed.
    ///
    /// # Panics
    ///
    /// Where [`Component::from_static`] does. In a `const`, that is an error of the compiler.
    pub const fn always(name: &'static str) -> Self {
        Self::new(Component::from_static(name), When::Always)
    }

    /// The same, which has to be signed when the message has it.
    ///
    /// # Panics
    ///
    /// Where [`Component::from_static`] does. In a `const`, that is an error of the compiler.
    pub const fn when_present(name: &'static str) -> Self {
        Self::new(Component::from_static(name), When::Present)
    }

    /// The same, which has to be signed when the message has a body.
    ///
    /// # Panics
    ///
    /// Where [`Component::from_static`] does. In a `const`, that is an error of the compiler.
    pub const fn with_body(name: &'static str) -> Self {
        Self::new(Component::from_static(name), When::Body)
    }
}
