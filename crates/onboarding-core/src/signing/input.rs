//! What a signature covers and its parameters, in the header `signature-input`, and the text that is signed: the signature base.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use sfv::{BareItem, Dictionary, FieldType, InnerList, Integer, Item, Key, KeyRef, ListEntry, Parser};

use super::component::{Component, ComponentError, InvalidComponent, Problem};
use super::message::Message;

pub(super) const SIGNATURE: HeaderName = HeaderName::from_static("signature");
pub(super) const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");

/// More components than any message needs; what is received is not allowed to cost more.
const MOST_COMPONENTS: usize = 128;

/// A parameter of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// When the signature was made.
    Created,
    /// When it ends.
    Expires,
    /// Which key made it.
    KeyId,
    /// A text that is used once.
    Nonce,
    /// The algorithm; for information, the key decides.
    Algorithm,
    /// What the signature is for.
    Tag,
}

impl Parameter {
    /// The name in the header `signature-input`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Expires => "expires",
            Self::KeyId => "keyid",
            Self::Nonce => "nonce",
            Self::Algorithm => "alg",
            Self::Tag => "tag",
        }
    }

    fn key(self) -> Key {
        KeyRef::constant(self.name()).to_owned()
    }
}

/// How the names of components are written in the signature base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComponentNames {
    /// In quotation marks, as RFC 9421 and all drafts have it.
    Quoted,
    /// Without them. Upvest's form of draft 6; the list of components after `@signature-params` keeps its quotation marks.
    Bare,
}

/// What a signature covers, and its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct SignatureInput {
    components: Vec<Component>,
    /// In the order they were written, which is the order they are signed in.
    parameters: sfv::Parameters,
}

/// Why the headers `signature-input` and `signature` could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidInput {
    /// A header is not a dictionary in the form of structured fields.
    #[error("the header `{header}` is not a dictionary in the form of structured fields")]
    NotStructured {
        /// The header's name.
        header: &'static str,
    },
    /// The member with the signature's label is missing or of the wrong type.
    #[error("the header `{header}` has no member of the right type for the signature")]
    Member {
        /// The header's name.
        header: &'static str,
    },
    /// A component's identifier is not one.
    #[error("the signature covers a component that is not one: {0}")]
    Component(InvalidComponent),
    /// A parameter has the wrong type.
    #[error("the signature's parameter `{name}` has the wrong type")]
    Parameter {
        /// The parameter's name.
        name: &'static str,
    },
    /// The signature covers more components than any message needs.
    #[error("the signature covers too many components")]
    TooLong,
}

/// The text has characters outside printable ASCII, or the time is outside what a header can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value of the signature's parameter `{name}` cannot be written")]
pub struct InvalidParameter {
    name: &'static str,
}

impl SignatureInput {
    /// A signature that covers these, without parameters yet.
    pub fn new(components: Vec<Component>) -> Self {
        Self { components, parameters: sfv::Parameters::new() }
    }

    /// The same with one more text parameter. Parameters stand in the order they are added.
    pub fn with_text(mut self, parameter: Parameter, text: &str) -> Result<Self, InvalidParameter> {
        let invalid = |_| InvalidParameter { name: parameter.name() };
        let text = sfv::String::try_from(text.to_owned()).map_err(invalid)?;
        self.parameters.insert(parameter.key(), BareItem::String(text));
        Ok(self)
    }

    /// The same with one more time parameter, in whole seconds. Parameters stand in the order they are added.
    pub fn with_time(mut self, parameter: Parameter, time: SystemTime) -> Result<Self, InvalidParameter> {
        let invalid = InvalidParameter { name: parameter.name() };
        let seconds = time.duration_since(UNIX_EPOCH).map_err(|_| invalid)?.as_secs();
        let seconds = Integer::try_from(seconds).map_err(|_| invalid)?;
        self.parameters.insert(parameter.key(), BareItem::Integer(seconds));
        Ok(self)
    }

    /// What the signature covers.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// A text parameter, when it is there.
    pub fn text(&self, parameter: Parameter) -> Option<&str> {
        self.parameters.get(&parameter.key())?.as_string().map(sfv::StringRef::as_str)
    }

    /// A time parameter, when it is there.
    pub fn time(&self, parameter: Parameter) -> Option<SystemTime> {
        let seconds = self.parameters.get(&parameter.key())?.as_integer()?;
        let seconds = u64::try_from(i64::from(seconds)).ok()?;
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }

    /// The value as it stands in the header after the label and in the signature base after `@signature-params`.
    pub fn to_text(&self) -> String {
        // A list with one member is never empty, so it always has a text.
        vec![ListEntry::InnerList(self.to_inner_list())].serialize().unwrap_or_default()
    }

    /// The text that is signed.
    pub fn base(&self, message: &Message<'_>, names: ComponentNames) -> Result<String, ComponentError> {
        let mut base = String::new();
        for (index, component) in self.components.iter().enumerate() {
            if self.components.iter().take(index).any(|earlier| earlier.is_same(component)) {
                return Err(component.error(Problem::NamedTwice));
            }
            let name = match names {
                ComponentNames::Quoted => component.to_string(),
                ComponentNames::Bare => component.to_bare_text(),
            };
            base.push_str(&name);
            base.push_str(": ");
            base.push_str(&component.value(message)?);
            base.push('\n');
        }
        base.push_str(match names {
            ComponentNames::Quoted => "\"@signature-params\": ",
            ComponentNames::Bare => "@signature-params: ",
        });
        base.push_str(&self.to_text());
        Ok(base)
    }

    /// Reads the member of `signature-input` with this label.
    fn from_member(member: &ListEntry) -> Result<Self, InvalidInput> {
        let ListEntry::InnerList(list) = member else {
            return Err(InvalidInput::Member { header: "signature-input" });
        };
        if list.items.len() > MOST_COMPONENTS {
            return Err(InvalidInput::TooLong);
        }
        let components: Result<Vec<_>, _> = list.items.iter().map(Component::from_item).collect();
        let input = Self { components: components.map_err(InvalidInput::Component)?, parameters: list.params.clone() };
        input.check_types()?;
        Ok(input)
    }

    /// A known parameter of the wrong type would otherwise look as if it were not there.
    fn check_types(&self) -> Result<(), InvalidInput> {
        for parameter in [Parameter::Created, Parameter::Expires] {
            if self.parameters.contains_key(&parameter.key()) && self.time(parameter).is_none() {
                return Err(InvalidInput::Parameter { name: parameter.name() });
            }
        }
        for parameter in [Parameter::KeyId, Parameter::Nonce, Parameter::Algorithm, Parameter::Tag] {
            if self.parameters.contains_key(&parameter.key()) && self.text(parameter).is_none() {
                return Err(InvalidInput::Parameter { name: parameter.name() });
            }
        }
        Ok(())
    }

    fn to_inner_list(&self) -> InnerList {
        let items = self.components.iter().map(Component::to_item).collect();
        InnerList::with_params(items, self.parameters.clone())
    }
}

/// A signature as a message carries it.
#[derive(Clone, Debug)]
pub(super) struct CarriedSignature {
    pub(super) label: String,
    pub(super) input: SignatureInput,
    pub(super) signature: Vec<u8>,
}

/// The signatures of a message: the one with this label, or all. A label that only one of the two headers has is an error.
pub(super) fn carried(headers: &HeaderMap, label: Option<&str>) -> Result<Vec<CarriedSignature>, InvalidInput> {
    let inputs = dictionary(headers, &SIGNATURE_INPUT, "signature-input")?;
    let signatures = dictionary(headers, &SIGNATURE, "signature")?;
    let mut found = Vec::new();
    for (key, member) in &inputs {
        if label.is_some_and(|label| label != key.as_str()) {
            continue;
        }
        let signature = match signatures.get(key) {
            Some(ListEntry::Item(Item { bare_item: BareItem::ByteSequence(bytes), .. })) => bytes.clone(),
            _ => return Err(InvalidInput::Member { header: "signature" }),
        };
        let input = SignatureInput::from_member(member)?;
        found.push(CarriedSignature { label: key.as_str().to_owned(), input, signature });
    }
    Ok(found)
}

/// The two headers of a signature; `None` when the label is not a key in the form of structured fields.
pub(super) fn to_headers(label: &str, input: &SignatureInput, signature: &[u8]) -> Option<(HeaderValue, HeaderValue)> {
    let key = Key::from_string(label.to_owned()).ok()?;
    let member = ListEntry::InnerList(input.to_inner_list());
    let input: Dictionary = [(key.clone(), member)].into_iter().collect();
    let signature: Dictionary = [(key, BareItem::ByteSequence(signature.to_vec()).into())].into_iter().collect();
    let input = HeaderValue::try_from(input.serialize()?).ok()?;
    let mut signature = HeaderValue::try_from(signature.serialize()?).ok()?;
    signature.set_sensitive(true);
    Some((input, signature))
}

/// A header's lines as one dictionary; empty when the header is not there.
pub(super) fn dictionary(
    headers: &HeaderMap,
    name: &HeaderName,
    header: &'static str,
) -> Result<Dictionary, InvalidInput> {
    let lines: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
    Parser::new(&lines.join(&b","[..])).parse().map_err(|_| InvalidInput::NotStructured { header })
}
