//! What a signature covers and its parameters, in the header `signature-input`, and the text that is signed: the signature base.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{HeaderMap, HeaderName, HeaderValue};
use sfv::visitor::{DictionaryVisitor, EntryVisitor};
use sfv::{BareItem, Dictionary, FieldType, InnerList, Integer, Item, Key, KeyRef, ListEntry, Parser};

use super::component::{Component, ComponentError, InvalidComponent};
use super::limits::{LimitExceeded, MAX_BASE_BYTES, MAX_COMPONENTS, MAX_SIGNATURE_HEADER_BYTES, MAX_SIGNATURES};
use super::message::Message;
use super::problem::Problem;
use super::values::Values;
use super::work::{self, Work};

pub(super) const SIGNATURE: HeaderName = HeaderName::from_static("signature");
pub(super) const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");

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
    /// Without them, as some who implemented draft 6 write them; the list of components after `@signature-params` keeps its
    /// quotation marks.
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
    /// A header names a member twice. Which of them holds depends on who reads it, so that none does.
    #[error("the header `{header}` names a member more than once")]
    Repeated {
        /// The header's name.
        header: &'static str,
    },
    /// A header is larger than is looked at.
    #[error(transparent)]
    Limit(LimitExceeded),
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
        self.base_of(&mut Values::new(message), names)
    }

    pub(super) fn base_of(&self, values: &mut Values<'_>, names: ComponentNames) -> Result<String, ComponentError> {
        let mut base = String::new();
        let mut seen = BTreeSet::new();
        for component in &self.components {
            if !seen.insert(component.canonical()) {
                return Err(component.error(Problem::NamedTwice));
            }
            let name = match names {
                ComponentNames::Quoted => component.to_string(),
                ComponentNames::Bare => component.to_bare_text(),
            };
            base.push_str(&name);
            base.push_str(": ");
            base.push_str(&component.value(values)?);
            base.push('\n');
            if base.len() > MAX_BASE_BYTES {
                return Err(component.error(Problem::TooLong));
            }
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
        if list.items.len() > MAX_COMPONENTS {
            let exceeded = LimitExceeded::items("the list of what the signature covers", MAX_COMPONENTS, "components");
            return Err(InvalidInput::Limit(exceeded));
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
    let parse = |name: &HeaderName, header, subject| {
        let limits = Limits { bytes: MAX_SIGNATURE_HEADER_BYTES, members: MAX_SIGNATURES };
        dictionary(headers, name, header, subject, limits)
    };
    let inputs = parse(&SIGNATURE_INPUT, "signature-input", "the header `signature-input`")?;
    let signatures = parse(&SIGNATURE, "signature", "the header `signature`")?;
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

/// How large a header may be.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) bytes: usize,
    pub(super) members: usize,
}

/// A header's lines as one dictionary, each of whose members is named once; empty when the header is not there.
///
/// RFC 9651 lets the last of several members with one name hold. In a header that vouches for others that is refused: a proxy
/// that adds a line, or a reader that takes the first, would see another message.
pub(super) fn dictionary(
    headers: &HeaderMap,
    name: &HeaderName,
    header: &'static str,
    subject: &'static str,
    limits: Limits,
) -> Result<Dictionary, InvalidInput> {
    let lines: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
    if lines.iter().map(|line| line.len() + 1).sum::<usize>() > limits.bytes {
        return Err(InvalidInput::Limit(LimitExceeded::bytes(subject, limits.bytes)));
    }
    work::count(Work::Field);
    let mut members = EachOnce { dictionary: Dictionary::new(), most: limits.members, refused: None };
    match Parser::new(&lines.join(&b","[..])).parse_dictionary_with_visitor(&mut members) {
        Ok(()) => Ok(members.dictionary),
        Err(_) => Err(match members.refused {
            None => InvalidInput::NotStructured { header },
            Some(Refused::Repeated) => InvalidInput::Repeated { header },
            Some(Refused::TooMany) => InvalidInput::Limit(LimitExceeded::items(subject, limits.members, "members")),
        }),
    }
}

/// Reads a dictionary whose members are named once.
struct EachOnce {
    dictionary: Dictionary,
    most: usize,
    /// Why a member was refused: the parser does not hand the error back.
    refused: Option<Refused>,
}

#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Refused {
    #[error("a member is named more than once")]
    Repeated,
    #[error("there are too many members")]
    TooMany,
}

impl<'de> DictionaryVisitor<'de> for &mut EachOnce {
    type Out = ();
    type Error = Refused;

    fn entry(&mut self, key: &'de KeyRef) -> Result<impl EntryVisitor<'de>, Refused> {
        let refused = if self.dictionary.contains_key(key) {
            Some(Refused::Repeated)
        } else if self.dictionary.len() >= self.most {
            Some(Refused::TooMany)
        } else {
            None
        };
        if let Some(refused) = refused {
            self.refused = Some(refused);
            return Err(refused);
        }
        let Ok(entry) = <Dictionary as DictionaryVisitor>::entry(&mut self.dictionary, key);
        Ok(entry)
    }

    fn finish(self) -> Result<(), Refused> {
        Ok(())
    }
}
