//! Rust expressions for documentation: what a person would write to make a value.

use serde_json::Value;

use super::rust::{Scope, definition, is_list, type_text, wrapped};
use crate::contract::{Body, Contract, Extent, Kind, Operation, Parameter, Presence, TypeUse, sample};
use crate::spec::{Encoding, encoding};
use crate::text::literal;

/// What an expression does where a sample might not be a value of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Documentation hands the error on.
    Error,
    /// A test fails.
    Panic,
}

impl Unfit {
    fn handled(self) -> &'static str {
        match self {
            Self::Error => "?",
            Self::Panic => ".expect(\"a sample that fits\")",
        }
    }
}

/// An expression for a value of that type, like the sample. Names of types stand behind `types::`.
pub(super) fn expression(contract: &Contract, unfit: Unfit, value: &TypeUse, sample: &Value) -> String {
    let parsed = |name: &str, default: &str| {
        format!("{}.parse::<{name}>(){}", literal(sample.as_str().unwrap_or(default)), unfit.handled())
    };
    match value {
        TypeUse::Named(name) => named(contract, unfit, name, sample),
        TypeUse::Boxed(name) => format!("Box::new({})", named(contract, unfit, name, sample)),
        TypeUse::Text => literal(sample.as_str().unwrap_or("text")).to_string(),
        TypeUse::Boolean => sample.as_bool().unwrap_or(true).to_string(),
        TypeUse::Integer => sample.as_i64().unwrap_or(1).to_string(),
        TypeUse::Unsigned => sample.as_u64().unwrap_or(1).to_string(),
        TypeUse::Number => format!("{:?}", sample.as_f64().unwrap_or(1.5)),
        TypeUse::Decimal => parsed("Decimal", "12.50"),
        TypeUse::DecimalNumber => {
            let number = if sample.is_number() { sample.to_string() } else { "12.50".to_owned() };
            format!("{}.parse::<DecimalNumber>(){}", literal(&number), unfit.handled())
        }
        TypeUse::Date => parsed("NaiveDate", "2024-02-29"),
        TypeUse::DateTime => parsed("Timestamp", "2024-02-29T12:30:00Z"),
        TypeUse::UtcDateTime => {
            format!("UtcDateTime::from({})", literal(sample.as_str().unwrap_or("2024-02-29 12:30:00")))
        }
        TypeUse::Secret => format!("Secret::new({})", literal(sample.as_str().unwrap_or("secret"))),
        TypeUse::Json => "JsonValue::from(\"value\")".to_owned(),
        TypeUse::List(item) => match sample.get(0) {
            Some(first) => format!("vec![{}]", owned(contract, unfit, item, first)),
            None => "vec![]".to_owned(),
        },
        TypeUse::Map(item) => match sample.as_object().and_then(|object| object.iter().next()) {
            Some((key, first)) => {
                format!("Map::from([({}.to_owned(), {})])", literal(key), owned(contract, unfit, item, first))
            }
            None => "Map::new()".to_owned(),
        },
        TypeUse::Nullable(_) if sample.is_null() => "None".to_owned(),
        TypeUse::Nullable(value) => format!("Some({})", owned(contract, unfit, value, sample)),
    }
}

/// The same where no conversion takes place: a text is a `String` there.
fn owned(contract: &Contract, unfit: Unfit, value: &TypeUse, sample: &Value) -> String {
    let text = expression(contract, unfit, value, sample);
    if *value == TypeUse::Text { format!("{text}.to_owned()") } else { text }
}

fn named(contract: &Contract, unfit: Unfit, name: &str, sample: &Value) -> String {
    let Some(found) = definition(contract, name) else {
        return String::new();
    };
    let name = type_text(&TypeUse::Named(name.to_owned()), Scope::Crate);
    match &found.kind {
        Kind::TextIdentifier | Kind::ResourceUrl { .. } => {
            format!("{name}::from({})", literal(sample.as_str().unwrap_or("text")))
        }
        Kind::IntegerIdentifier { unsigned: false } => format!("{name}({})", sample.as_i64().unwrap_or(1)),
        Kind::IntegerIdentifier { unsigned: true } => format!("{name}({})", sample.as_u64().unwrap_or(1)),
        Kind::StringEnum(variants) => {
            let wire = sample.as_str().unwrap_or_default();
            match variants.iter().find(|(_, other)| other == wire).or(variants.first()) {
                Some((variant, _)) => format!("{name}::{variant}"),
                None => format!("{name}::from({})", literal(wire)),
            }
        }
        Kind::TaggedUnion { tag, variants } => {
            let wire = sample[tag.as_str()].as_str().unwrap_or_default();
            let variant = variants.iter().find(|variant| variant.wire == wire).or(variants.first());
            variant.map_or_else(String::new, |variant| {
                format!("{name}::{}({})", variant.name, owned(contract, unfit, &variant.value, sample))
            })
        }
        Kind::UntaggedUnion(variants) => variants.first().map_or_else(String::new, |variant| {
            format!("{name}::{}({})", variant.name, owned(contract, unfit, &variant.value, sample))
        }),
        // What it wraps can be given in its place.
        Kind::Object { .. } if !wrapped(contract, &found.name).is_empty() => {
            format!("{name}::new({})", innermost(contract, unfit, &found.name, sample))
        }
        Kind::Object { members, .. } => {
            let arguments: Vec<(&str, String)> = members
                .iter()
                .filter(|member| matches!(member.presence, Presence::Required | Presence::RequiredNullable))
                .map(|member| {
                    let sample = &sample[member.wire.as_str()];
                    let argument = match (member.presence, &member.value) {
                        (Presence::RequiredNullable, value) => {
                            format!("Some({})", owned(contract, unfit, value, sample))
                        }
                        (_, TypeUse::Named(name)) => innermost(contract, unfit, name, sample),
                        (_, value) => expression(contract, unfit, value, sample),
                    };
                    (member.name.as_str(), argument)
                })
                .collect();
            if found.builder.is_some() {
                let setters: Vec<String> =
                    arguments.iter().map(|(name, argument)| format!("{name}({argument})")).collect();
                return format!("{name}::builder().{}.build(){}", setters.join("."), unfit.handled());
            }
            let arguments: Vec<String> = arguments.into_iter().map(|(_, argument)| argument).collect();
            format!("{name}::new({})", arguments.join(", "))
        }
    }
}

/// What a value of that type can be made from by `into`: what it wraps, or else itself.
fn innermost(contract: &Contract, unfit: Unfit, name: &str, sample: &Value) -> String {
    let (mut name, mut sample) = (name, sample);
    for (wire, inner) in wrapped(contract, name) {
        (name, sample) = (inner, &sample[wire]);
    }
    named(contract, unfit, name, sample)
}

/// The arguments of a call in documentation, with the least that must be given.
pub(super) fn arguments(contract: &Contract, operation: &Operation) -> Vec<String> {
    let unfit = Unfit::Error;
    let required = operation.parameters.iter().filter(|parameter| parameter.required);
    let mut arguments: Vec<String> = operation
        .path_parameters
        .iter()
        .chain(required)
        .map(|parameter| parameter_argument(contract, unfit, parameter))
        .collect();
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        let sample = sample(&contract.model.schema(&body.schema), Extent::Required);
        arguments.push(match &body.value {
            _ if !body.encoding.is_typed => raw_body(body, &sample),
            TypeUse::List(item) => match sample.get(0) {
                Some(first) => format!("&[{}]", owned(contract, unfit, item, first)),
                None => "&[]".to_owned(),
            },
            TypeUse::Named(name) if !wrapped(contract, name).is_empty() => {
                format!("&{}.into()", innermost(contract, unfit, name, &sample))
            }
            value => format!("&{}", owned(contract, unfit, value, &sample)),
        });
    }
    arguments
}

/// A body that is sent as it is.
fn raw_body(body: &Body, sample: &Value) -> String {
    let is_text = encoding(&body.media_type) == Ok(Encoding::Text);
    format!("Bytes::from({})", literal(sample.as_str().filter(|_| is_text).unwrap_or("bytes")))
}

/// One argument with the parameter's sample.
pub(super) fn parameter_argument(contract: &Contract, unfit: Unfit, parameter: &Parameter) -> String {
    let text = owned(contract, unfit, &parameter.value, &parameter.sample);
    if is_list(parameter) {
        return format!("&[{text}]");
    }
    match super::rust::argument_type(contract, &parameter.value, false).strip_prefix('&') {
        Some("str") => expression(contract, unfit, &parameter.value, &parameter.sample),
        Some(_) => format!("&{text}"),
        None => text,
    }
}

/// One value for a setter, with the parameter's sample; for a list two, so that it is seen how they travel.
pub(super) fn setter_argument(contract: &Contract, unfit: Unfit, parameter: &Parameter) -> String {
    let text = expression(contract, unfit, &parameter.value, &parameter.sample);
    match is_list(parameter) {
        true if parameter.limits.items.most == Some(1) => format!("[{text}]"),
        true => format!("[{text}, {text}]"),
        false => text,
    }
}
