//! How the contract's types are written in Rust.

use crate::contract::{Contract, Kind, Member, Parameter, Presence, ResponseBody, Success, TypeDefinition, TypeUse};

/// Where a type is written: in the module of types themselves, or elsewhere in the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Among the types: names stand alone.
    Types,
    /// Elsewhere: names of the vendor's types stand behind `types::`, so that none hides a name of the language or of the crate.
    Crate,
}

/// The type as it is written.
pub(super) fn type_text(value: &TypeUse, scope: Scope) -> String {
    match value {
        TypeUse::Named(name) => named(name, scope),
        TypeUse::Boxed(name) => format!("Box<{}>", named(name, scope)),
        TypeUse::Text => "String".to_owned(),
        TypeUse::Boolean => "bool".to_owned(),
        TypeUse::Integer => "i64".to_owned(),
        TypeUse::Unsigned => "u64".to_owned(),
        TypeUse::Number => "f64".to_owned(),
        TypeUse::Decimal => "onboarding_core::Decimal".to_owned(),
        TypeUse::DecimalNumber => "onboarding_core::DecimalNumber".to_owned(),
        TypeUse::Date => "onboarding_core::NaiveDate".to_owned(),
        TypeUse::DateTime => "onboarding_core::Timestamp".to_owned(),
        TypeUse::UtcDateTime => "onboarding_core::UtcDateTime".to_owned(),
        TypeUse::Secret => "onboarding_core::Secret".to_owned(),
        TypeUse::Json => "onboarding_core::JsonValue".to_owned(),
        TypeUse::List(item) => format!("Vec<{}>", type_text(item, scope)),
        TypeUse::Map(item) => format!("onboarding_core::Map<{}>", type_text(item, scope)),
        TypeUse::Nullable(value) => format!("Option<{}>", type_text(value, scope)),
    }
}

fn named(name: &str, scope: Scope) -> String {
    match scope {
        Scope::Types => name.to_owned(),
        Scope::Crate => format!("types::{name}"),
    }
}

/// The types of the runtime that a text names, to be imported instead: the shortened text, and the names. A name that one of the
/// vendor's types has as well keeps its path.
pub(super) fn import_core(
    contract: &Contract,
    text: String,
    imports: &mut std::collections::BTreeSet<String>,
) -> String {
    let mut text = text;
    for name in ["DecimalNumber", "Decimal", "NaiveDate", "Timestamp", "UtcDateTime", "Secret", "JsonValue", "Map"] {
        let path = format!("onboarding_core::{name}");
        if code_of(&text).contains(&path) && contract.definition(name).is_none() {
            text = replace_in_code(&text, &path, name);
            imports.insert(name.to_owned());
        }
    }
    text
}

/// The code of a Rust text: without its comments and without what its literals hold, which can be anything.
pub(super) fn code_of(text: &str) -> String {
    parts(text).into_iter().filter(|(_, is_code)| *is_code).map(|(part, _)| part).collect()
}

/// Replaces a part of the code of a Rust text; comments and literals stay as they are.
pub(super) fn replace_in_code(text: &str, from: &str, to: &str) -> String {
    parts(text)
        .into_iter()
        .map(|(part, is_code)| if is_code { part.replace(from, to) } else { part.to_owned() })
        .collect()
}

/// A Rust text in order, in parts that are code and parts that are comments or string literals. Emitters write line comments
/// only, and no character literals.
fn parts(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let (mut begin, mut at) = (0, 0);
    while let Some(found) = text[at..].find(['"', '/']) {
        let start = at + found;
        let end = if text[start..].starts_with('"') {
            let hashes = text[begin..start].bytes().rev().take_while(|byte| *byte == b'#').count();
            let is_raw = text[begin..start - hashes].ends_with('r');
            start + 1 + string_end(&text[start + 1..], is_raw.then_some(hashes))
        } else if text[start..].starts_with("//") {
            start + text[start..].find('\n').unwrap_or(text.len() - start)
        } else {
            at = start + 1;
            continue;
        };
        parts.extend([(&text[begin..start], true), (&text[start..end], false)]);
        (begin, at) = (end, end);
    }
    parts.push((&text[begin..], true));
    parts
}

/// Where a string literal ends, given what follows its opening quote, and for a raw one its number of hashes.
fn string_end(text: &str, raw: Option<usize>) -> usize {
    if let Some(hashes) = raw {
        let closing = format!("\"{}", "#".repeat(hashes));
        return text.find(&closing).map_or(text.len(), |end| end + closing.len());
    }
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The definition of a type by its Rust name.
pub(super) fn definition<'c>(contract: &'c Contract, name: &str) -> Option<&'c TypeDefinition> {
    contract.definition(name)
}

/// Whether a value is small enough to be given as it is.
fn is_copy(contract: &Contract, value: &TypeUse) -> bool {
    match value {
        TypeUse::Boolean
        | TypeUse::Integer
        | TypeUse::Number
        | TypeUse::Date
        | TypeUse::DateTime
        | TypeUse::Unsigned
        | TypeUse::Decimal
        | TypeUse::DecimalNumber => true,
        TypeUse::Named(name) => definition(contract, name)
            .is_some_and(|definition| matches!(definition.kind, Kind::IntegerIdentifier { .. })),
        _ => false,
    }
}

/// The type of a required argument.
pub(super) fn argument_type(contract: &Contract, value: &TypeUse, is_list: bool) -> String {
    let text = type_text(value, Scope::Crate);
    if is_list {
        return format!("&[{text}]");
    }
    match value {
        TypeUse::Text => "&str".to_owned(),
        TypeUse::List(item) => format!("&[{}]", type_text(item, Scope::Crate)),
        value if is_copy(contract, value) => text,
        _ => format!("&{text}"),
    }
}

/// How an argument is handed on to what takes a reference.
pub(super) fn argument_reference(contract: &Contract, parameter: &Parameter) -> String {
    let by_value = is_copy(contract, &parameter.value) && !is_list(parameter);
    // A `str` has no fixed size: a reference to the reference can be handed on as a trait object.
    let text = parameter.value == TypeUse::Text && !is_list(parameter);
    if by_value || text { format!("&{}", parameter.name) } else { parameter.name.clone() }
}

/// Whether a parameter takes a list.
pub(super) fn is_list(parameter: &Parameter) -> bool {
    parameter.style.is_list
}

/// What a success holds, as a type.
pub(super) fn success_type(success: &Success) -> String {
    match success {
        Success::Nothing => "()".to_owned(),
        Success::Json(value) => type_text(value, Scope::Crate),
        Success::JsonOrNothing(value) => format!("Option<{}>", type_text(value, Scope::Crate)),
        Success::Text => "String".to_owned(),
        Success::Download => "onboarding_core::Download".to_owned(),
        Success::ByStatus(name) => format!("errors::{name}"),
    }
}

/// What comes with a status, as a type; `None` for nothing and for what is no JSON, which stays in the response's bytes.
pub(super) fn status_body_type(body: &ResponseBody) -> Option<String> {
    match body {
        ResponseBody::Json(value) => Some(type_text(value, Scope::Crate)),
        ResponseBody::Nothing | ResponseBody::Text | ResponseBody::Bytes => None,
    }
}

/// How many objects within each other are looked through for what an object can be made from.
const MAX_WRAPPED: usize = 8;

/// What an object that is sent can be made from in place of its only required member: that member's type, then what that is made
/// from in the same way, each with the member's name on the wire.
pub(super) fn wrapped<'c>(contract: &'c Contract, name: &str) -> Vec<(&'c str, &'c str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut name = name;
    while let Some((wire, inner)) = only_required(contract, name) {
        if found.len() == MAX_WRAPPED || found.iter().any(|(_, before)| *before == inner) {
            break;
        }
        found.push((wire, inner));
        name = inner;
    }
    found
}

/// The only required member of an object that is sent, where it is another such object.
fn only_required<'c>(contract: &'c Contract, name: &str) -> Option<(&'c str, &'c str)> {
    let sent_members = |name: &str| match definition(contract, name) {
        Some(TypeDefinition { kind: Kind::Object { members, .. }, sent: true, .. }) => Some(members),
        _ => None,
    };
    let mut required = sent_members(name)?
        .iter()
        .filter(|member| matches!(member.presence, Presence::Required | Presence::RequiredNullable));
    match (required.next(), required.next()) {
        (Some(Member { presence: Presence::Required, value: TypeUse::Named(inner), wire, .. }), None) => {
            sent_members(inner).map(|_| (wire.as_str(), inner.as_str()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{code_of, replace_in_code};

    #[test]
    fn only_code_is_searched_and_replaced() {
        let text = "// core::Map\nlet a: core::Map = read(r#\"{\"core::Map\": \"}\"#, \"core::Map\\\"core::Map\", b / c); core::Map";
        let code = code_of(text);
        assert_eq!(code.matches("core::Map").count(), 2, "{code}");
        let replaced = replace_in_code(text, "core::Map", "Map");
        assert_eq!(replaced.matches("core::Map").count(), 4, "{replaced}");
        assert!(replaced.starts_with("// core::Map\nlet a: Map = ") && replaced.ends_with("; Map"), "{replaced}");
    }
}
