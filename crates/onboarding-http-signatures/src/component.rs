//! The parts of a message that a signature covers (RFC 9421, section 2).
//!
//! A component is named by an identifier such as `"date"`, `"@path"` or `"@query-param";name="page"`, and has exactly one value
//! in a message, or none, which is an error. What cannot be given a value without doubt is refused: trailers, which are not
//! seen here; query parameters that occur more than once; header values outside ASCII without `;bs`.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::utf8_percent_encode;
use sfv::{BareItem, FieldType, Item, ItemSerializer, KeyRef, List, ListEntry, StringRef};

use super::limits::MAX_SHOWN_CHARACTERS;
use super::message::{Message, RequestHead};
use super::problem::Problem;
use super::values::{FORM, Field, FieldKind, Values};

/// The identifier of a part of a message that a signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    name: Cow<'static, StringRef>,
    /// In the order they were written, which is the order they are signed in.
    parameters: Vec<Parameter>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Parameter {
    /// `sf`: the value is parsed and written anew.
    Structured,
    /// `key`: one member of a dictionary.
    Key(sfv::String),
    /// `bs`: each line's bytes, encoded.
    Bytes,
    /// `req`: taken from the request that a response is for.
    Request,
    /// `name`: which query parameter.
    Name(sfv::String),
}

/// Why a text is not the identifier of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidComponent {
    /// The name is not one of a header field in lower case, nor of a derived component.
    #[error("not a header's name in lower case, nor a derived component")]
    Name,
    /// A parameter is unknown, of the wrong type, or does not go with the name or the other parameters.
    #[error("a parameter is unknown, of the wrong type, or does not go with the rest")]
    Parameter,
    /// A parameter's text has characters outside printable ASCII.
    #[error("a parameter has characters outside printable ASCII")]
    Text,
    /// Trailers are not supported.
    #[error("trailers are not supported")]
    Trailer,
}

/// Why a component has no value in a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the component {component} {problem}")]
pub struct ComponentError {
    component: String,
    problem: Problem,
}

impl ComponentError {
    /// The identifier of the component. Whoever sent the message has written it, so it is cut short when it is long.
    pub fn component(&self) -> &str {
        &self.component
    }

    /// What is wrong with it.
    pub const fn problem(&self) -> Problem {
        self.problem
    }
}

/// What a component of [`DERIVED`] is taken from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Derived {
    Method,
    TargetUri,
    Authority,
    Scheme,
    RequestTarget,
    Path,
    Query,
    QueryParam,
    Status,
}

const DERIVED: [(&str, Derived); 9] = [
    ("@method", Derived::Method),
    ("@target-uri", Derived::TargetUri),
    ("@authority", Derived::Authority),
    ("@scheme", Derived::Scheme),
    ("@request-target", Derived::RequestTarget),
    ("@path", Derived::Path),
    ("@query", Derived::Query),
    ("@query-param", Derived::QueryParam),
    ("@status", Derived::Status),
];

/// Structured fields whose type is known, for `;sf`: RFC 9421 leaves it to the two sides to know the type.
const STRUCTURED_FIELDS: [(&str, FieldKind); 14] = [
    ("accept-ch", FieldKind::List),
    ("accept-signature", FieldKind::Dictionary),
    ("cache-status", FieldKind::List),
    ("client-cert", FieldKind::Item),
    ("client-cert-chain", FieldKind::List),
    ("content-digest", FieldKind::Dictionary),
    ("priority", FieldKind::Dictionary),
    ("proxy-status", FieldKind::List),
    ("repr-digest", FieldKind::Dictionary),
    ("signature", FieldKind::Dictionary),
    ("signature-input", FieldKind::Dictionary),
    ("want-content-digest", FieldKind::Dictionary),
    ("want-repr-digest", FieldKind::Dictionary),
    ("deprecation", FieldKind::Item),
];

impl Component {
    /// A header field by its name in lower case, or a derived component such as `@path`. `@query-param` needs
    /// [`query_param`](Self::query_param).
    pub fn new(name: &str) -> Result<Self, InvalidComponent> {
        let component = Self::unchecked(name)?;
        component.check()?;
        Ok(component)
    }

    /// The same for a name that is known when the program is compiled: in a `const`, a wrong one is an error of the compiler.
    ///
    /// ```
    /// use onboarding_http_signatures::Component;
    ///
    /// const METHOD: Component = Component::from_static("@method");
    /// assert_eq!(METHOD.to_string(), "\"@method\"");
    /// ```
    ///
    /// # Panics
    ///
    /// Where [`new`](Self::new) would give an error.
    pub const fn from_static(name: &'static str) -> Self {
        let is_derived = !matches!(name.as_bytes(), b"@query-param") && is_derived_name(name);
        assert!(is_derived || is_field_name(name), "not a header's name in lower case, nor a derived component");
        Self { name: Cow::Borrowed(StringRef::constant(name)), parameters: Vec::new() }
    }

    /// A query parameter by its name, before any encoding.
    pub fn query_param(name: &str) -> Result<Self, InvalidComponent> {
        let encoded = utf8_percent_encode(name, FORM).to_string();
        let mut component = Self::unchecked("@query-param")?;
        component.parameters.push(Parameter::Name(text(encoded)?));
        Ok(component)
    }

    /// The same header field, parsed and written anew as a structured field (`;sf`).
    pub fn structured(self) -> Result<Self, InvalidComponent> {
        self.with(Parameter::Structured)
    }

    /// The same header field, of which one member is taken (`;key`).
    pub fn member(self, key: &str) -> Result<Self, InvalidComponent> {
        self.with(Parameter::Key(text(key.to_owned())?))
    }

    /// The same header field, each of its lines as a sequence of bytes (`;bs`).
    pub fn bytes(self) -> Result<Self, InvalidComponent> {
        self.with(Parameter::Bytes)
    }

    /// The same component, taken from the request that a response is for (`;req`).
    pub fn of_request(self) -> Result<Self, InvalidComponent> {
        self.with(Parameter::Request)
    }

    /// The name, without quotation marks and parameters.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The member of a signature's list of components.
    pub(super) fn from_item(item: &Item) -> Result<Self, InvalidComponent> {
        let name = item.bare_item.as_string().ok_or(InvalidComponent::Name)?;
        let mut component = Self { name: Cow::Owned(name.to_owned()), parameters: Vec::new() };
        for (key, value) in &item.params {
            component.parameters.push(match (key.as_str(), value) {
                ("sf", BareItem::Boolean(true)) => Parameter::Structured,
                ("key", BareItem::String(key)) => Parameter::Key(key.clone()),
                ("bs", BareItem::Boolean(true)) => Parameter::Bytes,
                ("req", BareItem::Boolean(true)) => Parameter::Request,
                ("name", BareItem::String(name)) => Parameter::Name(name.clone()),
                ("tr", _) => return Err(InvalidComponent::Trailer),
                _ => return Err(InvalidComponent::Parameter),
            });
        }
        component.check()?;
        Ok(component)
    }

    /// As a member of a signature's list of components.
    pub(super) fn to_item(&self) -> Item {
        let mut item = Item::new(self.name.clone().into_owned());
        for parameter in &self.parameters {
            let (key, value) = match parameter {
                Parameter::Structured => ("sf", BareItem::Boolean(true)),
                Parameter::Key(key) => ("key", BareItem::String(key.clone())),
                Parameter::Bytes => ("bs", BareItem::Boolean(true)),
                Parameter::Request => ("req", BareItem::Boolean(true)),
                Parameter::Name(name) => ("name", BareItem::String(name.clone())),
            };
            item.params.insert(KeyRef::constant(key).to_owned(), value);
        }
        item
    }

    /// The identifier without quotation marks around the name, as some drafts were built.
    pub(super) fn to_bare_text(&self) -> String {
        let quoted = ItemSerializer::new().bare_item(&*self.name).finish();
        let whole = self.to_string();
        format!("{}{}", self.name(), whole.strip_prefix(&quoted).unwrap_or_default())
    }

    /// Whether both name the same part of a message: parameters may stand in any order.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.parameters.len() == other.parameters.len()
            && self.parameters.iter().all(|parameter| other.parameters.contains(parameter))
    }

    /// What two components share when they name the same part of a message: parameters may stand in any order.
    pub(super) fn canonical(&self) -> impl Ord {
        let mut parameters = self.parameters.clone();
        parameters.sort_unstable();
        (self.name.clone(), parameters)
    }

    /// Whether the message has it, for components that are covered when they are there.
    pub(super) fn is_present(&self, values: &mut Values<'_>) -> bool {
        match (self.derived(), values.message()) {
            // A query that is not there has the value `?`, which a signer may leave out.
            (Some(Derived::Query), Message::Request(request)) => request.query.is_some(),
            // A value that is there but cannot be signed is no reason to leave it out.
            _ => !matches!(self.raw_value(values), Err(Problem::Missing)),
        }
    }

    /// The value in a message, as it stands in the signature base.
    pub(super) fn value(&self, values: &mut Values<'_>) -> Result<String, ComponentError> {
        let value = self.raw_value(values).map_err(|problem| self.error(problem))?;
        // The base has one line for each component: nothing may smuggle in another.
        if value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
            Ok(value)
        } else {
            Err(self.error(Problem::NotAscii))
        }
    }

    pub(super) fn error(&self, problem: Problem) -> ComponentError {
        let mut component = self.to_string();
        // It is printable ASCII, so that every place is the border of a character.
        if component.len() > MAX_SHOWN_CHARACTERS {
            component.truncate(MAX_SHOWN_CHARACTERS);
            component.push_str("[...]");
        }
        ComponentError { component, problem }
    }

    fn raw_value(&self, values: &mut Values<'_>) -> Result<String, Problem> {
        let of_request = self.parameters.contains(&Parameter::Request);
        let message = values.message();
        let request = match message {
            // `;req` speaks of the request that a response is for; a request has no other.
            Message::Request(_) if of_request => return Err(Problem::WrongKind),
            Message::Request(request) => Some(request),
            Message::Response(response) if of_request => Some(response.request.as_ref().ok_or(Problem::Missing)?),
            Message::Response(_) => None,
        };
        match (self.derived(), request, message) {
            (None, _, _) => self.field(values.field(self.name(), of_request)?),
            (Some(Derived::Status), None, Message::Response(response)) => Ok(response.status.as_str().to_owned()),
            (Some(Derived::QueryParam), Some(_), _) => values.query_parameter(self.parameter_name()),
            (Some(derived), Some(request), _) => Self::derive(derived, request),
            _ => Err(Problem::WrongKind),
        }
    }

    fn derive(derived: Derived, request: &RequestHead<'_>) -> Result<String, Problem> {
        let path = if request.path.is_empty() { "/" } else { request.path };
        let query = request.query.map(|query| format!("?{query}"));
        Ok(match derived {
            Derived::Method => request.method.as_str().to_owned(),
            Derived::Scheme => request.scheme.to_ascii_lowercase(),
            Derived::Authority => authority(request)?,
            Derived::Path => path.to_owned(),
            Derived::Query => query.unwrap_or_else(|| "?".to_owned()),
            Derived::RequestTarget => format!("{path}{}", query.unwrap_or_default()),
            Derived::TargetUri => {
                let scheme = request.scheme.to_ascii_lowercase();
                format!("{scheme}://{}{path}{}", authority(request)?, query.unwrap_or_default())
            }
            Derived::QueryParam | Derived::Status => return Err(Problem::WrongKind),
        })
    }

    /// Which query parameter, in the form in which values stand in the base.
    fn parameter_name(&self) -> &str {
        let name = self.parameters.iter().find_map(|parameter| match parameter {
            Parameter::Name(name) => Some(name.as_str()),
            _ => None,
        });
        name.unwrap_or_default()
    }

    fn field(&self, field: &mut Field<'_>) -> Result<String, Problem> {
        if self.parameters.contains(&Parameter::Bytes) {
            let list: List = field.lines().iter().map(|line| BareItem::ByteSequence(line.to_vec()).into()).collect();
            return list.serialize().ok_or(Problem::Missing);
        }
        for parameter in &self.parameters {
            match parameter {
                Parameter::Key(key) => return member(field, key.as_str()),
                Parameter::Structured => {
                    let kind = STRUCTURED_FIELDS.iter().find(|(name, _)| *name == self.name()).map(|(_, kind)| *kind);
                    return field.canonical(kind.ok_or(Problem::NotStructured)?);
                }
                Parameter::Bytes | Parameter::Request | Parameter::Name(_) => {}
            }
        }
        field.text().map(str::to_owned)
    }

    fn derived(&self) -> Option<Derived> {
        DERIVED.iter().find(|(name, _)| *name == self.name()).map(|(_, derived)| *derived)
    }

    fn with(mut self, parameter: Parameter) -> Result<Self, InvalidComponent> {
        self.parameters.push(parameter);
        self.check()?;
        Ok(self)
    }

    fn unchecked(name: &str) -> Result<Self, InvalidComponent> {
        let name = StringRef::from_str(name).map_err(|_| InvalidComponent::Name)?.to_owned();
        Ok(Self { name: Cow::Owned(name), parameters: Vec::new() })
    }

    /// Whether name and parameters go together.
    fn check(&self) -> Result<(), InvalidComponent> {
        let derived = self.derived();
        if derived.is_none() && !is_field_name(self.name()) {
            return Err(InvalidComponent::Name);
        }
        let count = |is: fn(&Parameter) -> bool| self.parameters.iter().filter(|parameter| is(parameter)).count();
        let bytes = count(|parameter| matches!(parameter, Parameter::Bytes));
        let structured = count(|parameter| matches!(parameter, Parameter::Structured));
        let keys = count(|parameter| matches!(parameter, Parameter::Key(_)));
        let names = count(|parameter| matches!(parameter, Parameter::Name(_)));
        let requests = count(|parameter| matches!(parameter, Parameter::Request));
        let each_once = [bytes, structured, keys, names, requests].iter().all(|count| *count <= 1);
        let bytes_alone = bytes == 0 || structured + keys == 0;
        let field_parameters = derived.is_none() || bytes + structured + keys == 0;
        let query_param = (derived == Some(Derived::QueryParam)) == (names == 1);
        let of_request = derived != Some(Derived::Status) || requests == 0;
        if each_once && bytes_alone && field_parameters && query_param && of_request {
            Ok(())
        } else {
            Err(InvalidComponent::Parameter)
        }
    }
}

/// The identifier as it stands in a signature, with quotation marks and parameters.
impl fmt::Display for Component {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_item().serialize())
    }
}

/// The host in lower case, with its port unless that is the scheme's own.
fn authority(request: &RequestHead<'_>) -> Result<String, Problem> {
    let authority = request.authority.as_ref().ok_or(Problem::Missing)?.to_ascii_lowercase();
    let own_port = match request.scheme {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    Ok(match authority.strip_suffix(own_port) {
        Some(host) => host.to_owned(),
        None => authority,
    })
}

/// One member of a dictionary, with its parameters.
fn member(field: &mut Field<'_>, key: &str) -> Result<String, Problem> {
    let dictionary = field.dictionary()?;
    let key = KeyRef::from_str(key).map_err(|_| Problem::Missing)?;
    let member = dictionary.get(key).ok_or(Problem::Missing)?;
    match member {
        ListEntry::Item(item) => Ok(item.serialize()),
        ListEntry::InnerList(_) => vec![member.clone()].serialize().ok_or(Problem::Missing),
    }
}

fn text(text: String) -> Result<sfv::String, InvalidComponent> {
    sfv::String::from_string(text).map_err(|_| InvalidComponent::Text)
}

/// A field name in lower case (RFC 9110, section 5.6.2).
const fn is_field_name(name: &str) -> bool {
    let name = name.as_bytes();
    let mut index = 0;
    while index < name.len() {
        let is_token = matches!(
            name[index],
            b'a'..=b'z' | b'0'..=b'9' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'
                | b'_' | b'`' | b'|' | b'~'
        );
        if !is_token {
            return false;
        }
        index += 1;
    }
    index > 0
}

/// Whether a derived component has this name.
const fn is_derived_name(name: &str) -> bool {
    let mut index = 0;
    while index < DERIVED.len() {
        if is_same_text(DERIVED[index].0, name) {
            return true;
        }
        index += 1;
    }
    false
}

const fn is_same_text(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}
