//! How requests are signed: HTTP message signatures (RFC 9421, and the drafts before it).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::mistakes::{Mistake, not_a_header};
use crate::passes::escape;

/// What is signed of a request, with which parameters, in which form.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SigningSettings {
    /// What the vendor wants signed and where that is known from.
    pub description: String,
    /// Whether the vendor refuses requests that are not signed. Then the feature is on unless it is switched off, and a client
    /// without a signer is refused.
    pub required: bool,
    /// The label of the signature.
    pub label: String,
    /// The parts that are signed, in their order.
    pub components: Vec<Covered>,
    /// All header fields are signed beyond those, save these; without it, none.
    #[serde(default)]
    pub all_headers_except: Option<UnsignedHeaders>,
    /// How the body is digested; never, unless it is said.
    #[serde(default)]
    pub digest: Option<BodyDigest>,
    /// Whether `date` is set to the time of signing.
    #[serde(default)]
    pub date: bool,
    /// Whether `content-length` is set when there is a body.
    #[serde(default)]
    pub content_length: bool,
    /// The parameters of the signature, in their order.
    pub parameters: Vec<SignatureParameter>,
    /// Seconds until the signature ends; given exactly where it has the parameter `expires`.
    #[serde(default)]
    pub lifetime: Option<u64>,
    /// What the signature is for; given exactly where it has the parameter `tag`.
    #[serde(default)]
    pub tag: Option<String>,
    /// How names of components are written in what is signed.
    #[serde(default)]
    pub names: ComponentNames,
    /// How ECDSA signatures are written.
    #[serde(default)]
    pub ecdsa: EcdsaEncoding,
    /// Headers that are added and not signed.
    #[serde(default)]
    pub unsigned_headers: BTreeMap<String, String>,
}

/// A part of a message, and when it is signed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Covered {
    /// A header in lower case, or a derived component such as `@path`.
    pub name: String,
    /// When it is signed.
    #[serde(default)]
    pub when: When,
}

/// When a part of a message is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Always: a message without it is refused.
    #[default]
    Always,
    /// When the message has it.
    Present,
    /// When the message has a body.
    Body,
}

/// Headers that are not signed where all others are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct UnsignedHeaders {
    /// Their names.
    #[serde(default)]
    pub names: Vec<String>,
    /// How their names begin.
    #[serde(default)]
    pub prefixes: Vec<String>,
}

/// How a body is digested.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct BodyDigest {
    /// Where the digest is.
    pub header: DigestHeader,
    /// How it is made.
    pub algorithm: DigestAlgorithm,
    /// Whether also without a body.
    #[serde(default)]
    pub when: DigestedWhen,
}

/// When a body is digested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestedWhen {
    /// When there is one.
    #[default]
    Body,
    /// Also when there is none.
    Always,
}

/// The header with the digest of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestHeader {
    /// That of RFC 9530.
    ContentDigest,
    /// That of RFC 3230.
    Digest,
}

impl DigestHeader {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ContentDigest => "content-digest",
            Self::Digest => "digest",
        }
    }
}

/// How a body is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum DigestAlgorithm {
    /// SHA-256.
    #[serde(rename = "sha-256")]
    Sha256,
    /// SHA-512.
    #[serde(rename = "sha-512")]
    Sha512,
}

/// A parameter of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum SignatureParameter {
    /// When the signature was made.
    #[serde(rename = "created")]
    Created,
    /// When it ends.
    #[serde(rename = "expires")]
    Expires,
    /// Which key made it.
    #[serde(rename = "keyid")]
    KeyId,
    /// A text that is used once.
    #[serde(rename = "nonce")]
    Nonce,
    /// The algorithm.
    #[serde(rename = "alg")]
    Algorithm,
    /// What the signature is for.
    #[serde(rename = "tag")]
    Tag,
}

/// How names of components are written in what is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentNames {
    /// In quotation marks.
    #[default]
    Quoted,
    /// Without them.
    Bare,
}

/// How ECDSA signatures are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EcdsaEncoding {
    /// Both numbers at full length.
    #[default]
    Fixed,
    /// As an ASN.1 structure.
    Der,
}

impl SigningSettings {
    /// What the types of the settings cannot rule out.
    pub(super) fn mistakes(&self, at: &str, mistakes: &mut Vec<Mistake>) {
        mistakes.extend(not_a_label(&format!("{at}/label"), &self.label));
        check_components(at, &self.components, mistakes);
        check_parameters(at, &self.parameters, mistakes);
        let has = |parameter| self.parameters.contains(&parameter);
        go_together(at, "lifetime", self.lifetime.is_some(), "expires", has(SignatureParameter::Expires), mistakes);
        go_together(at, "tag", self.tag.is_some(), "tag", has(SignatureParameter::Tag), mistakes);
        if self.lifetime == Some(0) {
            let message = "a signature that ends when it is made is never accepted";
            mistakes.push(Mistake::new(format!("{at}/lifetime"), message, "Write a number of seconds from 1."));
        }
        if let Some(tag) = &self.tag {
            mistakes.extend(not_printable(&format!("{at}/tag"), "tag", tag));
        }
        let unsigned = self.all_headers_except.iter().flat_map(|except| {
            [("names", &except.names), ("prefixes", &except.prefixes)]
                .into_iter()
                .flat_map(|(key, names)| names.iter().enumerate().map(move |(index, name)| (key, index, name)))
        });
        for (key, index, name) in unsigned {
            mistakes.extend(not_lower(&format!("{at}/all-headers-except/{key}/{index}"), name));
        }
        for (name, value) in &self.unsigned_headers {
            let pointer = format!("{at}/unsigned-headers/{}", escape(name));
            mistakes.extend(not_lower(&pointer, name));
            if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
                let message = format!("the value of the header `{name}` has characters that no header may have");
                mistakes.push(Mistake::new(pointer, message, "Keep to the visible characters of ASCII, and blanks."));
            }
        }
        self.check_what_is_signed(at, mistakes);
    }

    /// A header that is signed is set by somebody, and a digest that is set is signed.
    fn check_what_is_signed(&self, at: &str, mistakes: &mut Vec<Mistake>) {
        let digest = self.digest.map(|digest| digest.header.name());
        let set = [
            ("date", self.date, "Write `date = true`, or remove the component."),
            ("content-length", self.content_length, "Write `content-length = true`, or remove the component."),
            (
                "content-digest",
                digest == Some("content-digest"),
                "Write `digest` with this header, or remove the component.",
            ),
            ("digest", digest == Some("digest"), "Write `digest` with this header, or remove the component."),
        ];
        for (index, part) in self.components.iter().enumerate().filter(|(_, part)| part.when != When::Present) {
            if let Some((name, false, help)) = set.into_iter().find(|(name, ..)| *name == part.name) {
                let message = format!("`{name}` is signed, but nothing sets it");
                mistakes.push(Mistake::new(format!("{at}/components/{index}/name"), message, help));
            }
        }
        if let Some(header) = digest
            && !self.components.iter().any(|part| part.name == header)
            && self.all_headers_except.is_none()
        {
            let message = format!("`{header}` is set but not signed, so that it vouches for nothing");
            let help = format!("Add `{{ name = \"{header}\", when = \"body\" }}` to `components`.");
            mistakes.push(Mistake::new(format!("{at}/digest"), message, &help));
        }
    }
}

/// The derived components of a request (RFC 9421, section 2.2) that need no parameter.
const DERIVED: &[&str] = &["@method", "@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query"];

/// Each part has the name of a part of a request, and is there once.
pub(super) fn check_components(at: &str, components: &[Covered], mistakes: &mut Vec<Mistake>) {
    let mut seen = BTreeSet::new();
    for (index, part) in components.iter().enumerate() {
        let pointer = format!("{at}/components/{index}/name");
        if part.name.starts_with('@') {
            if !DERIVED.contains(&part.name.as_str()) {
                let message = format!("`{}` is no part of a request that can be signed", part.name);
                mistakes.push(Mistake::new(&pointer, message, &format!("Write one of `{}`.", DERIVED.join("`, `"))));
            }
        } else {
            mistakes.extend(not_lower(&pointer, &part.name));
        }
        if !seen.insert(&part.name) {
            let message = format!("`{}` is signed twice, which no receiver accepts", part.name);
            mistakes.push(Mistake::new(pointer, message, "Keep one of the two."));
        }
    }
}

/// Each parameter is there once.
pub(super) fn check_parameters(at: &str, parameters: &[SignatureParameter], mistakes: &mut Vec<Mistake>) {
    for (index, parameter) in parameters.iter().enumerate() {
        if parameters[..index].contains(parameter) {
            let message = "the parameter is given twice";
            mistakes.push(Mistake::new(format!("{at}/parameters/{index}"), message, "Keep one of the two."));
        }
    }
}

/// RFC 9651: the key of a dictionary.
pub(super) fn not_a_label(pointer: &str, label: &str) -> Option<Mistake> {
    let is_first = |byte: u8| byte.is_ascii_lowercase() || byte == b'*';
    let is_key = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.*".contains(&byte);
    let is_label = label.bytes().next().is_some_and(is_first) && label.bytes().all(is_key);
    let help = "Write one such as `sig1`: small letters and digits.";
    (!is_label).then(|| Mistake::new(pointer, format!("`{label}` is no label of a signature"), help))
}

/// RFC 9651: a string.
pub(super) fn not_printable(pointer: &str, what: &str, text: &str) -> Option<Mistake> {
    let message = || format!("the {what} has characters that no signature may have");
    let help = "Keep to the visible characters of ASCII, and blanks.";
    (!text.bytes().all(|byte| (b' '..=b'~').contains(&byte))).then(|| Mistake::new(pointer, message(), help))
}

/// A header's name as it is signed.
fn not_lower(pointer: &str, name: &str) -> Option<Mistake> {
    not_a_header(pointer, name).or_else(|| {
        let help = format!("Write `{}`.", name.to_ascii_lowercase());
        name.bytes()
            .any(|byte| byte.is_ascii_uppercase())
            .then(|| Mistake::new(pointer, format!("`{name}` is not in lower case, as headers are signed"), &help))
    })
}

/// A setting and the parameter that it is for.
fn go_together(at: &str, key: &str, is_given: bool, parameter: &str, has: bool, mistakes: &mut Vec<Mistake>) {
    let message = format!("the setting `{key}` and the parameter `{parameter}` go together");
    match (is_given, has) {
        (true, false) => {
            let help = format!("Add `\"{parameter}\"` to `parameters`, or remove `{key}`.");
            mistakes.push(Mistake::new(format!("{at}/{key}"), message, &help));
        }
        (false, true) => {
            let help = format!("Add `{key}`, or remove `\"{parameter}\"` from the list.");
            mistakes.push(Mistake::new(format!("{at}/parameters"), message, &help));
        }
        (true, true) | (false, false) => {}
    }
}
