//! From the vendor's names to Rust names. What a name becomes is decided by a [`Scope`], which the linter and the contract ask alike, and
//! by `derived.rs` for names that follow from others; the emitters use the names of the contract. What a published document does not
//! name is named by `published/names.rs`, by the same scopes.

mod derived;
mod scope;
mod taken;
mod verbs;

use heck::{ToSnakeCase, ToUpperCamelCase};

pub(crate) use self::derived::{
    builder_type, clearing, delivery, error_type, flow, outcome_type, payload, response, sample_function,
    shared_error_type, sign_in_type, status_variant, test,
};
pub use self::scope::{Claim, Clash, Scope};
pub(crate) use self::taken::OFFERED;
use self::taken::{DERIVES, OWN};
use self::verbs::VERBS;

/// Words that cannot stand as a Rust name; they get an underscore behind them.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Whether a derive macro that is in scope where types are generated has the name of a type.
pub fn is_derive(type_name: &str) -> bool {
    DERIVES.contains(&type_name)
}

/// Whether every vendor crate offers something else under the name of a type.
pub fn is_offered(type_name: &str) -> bool {
    OFFERED.contains(&type_name) || OWN.contains(&type_name)
}

/// Whether the name of a method says first what it does.
pub fn begins_with_verb(method_name: &str) -> bool {
    VERBS.contains(&method_name.split('_').next().unwrap_or_default())
}

/// Whether a word belongs to the language, so that no name can be made of it alone.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Whether a text is a Rust type or variant name as it would be written by hand.
pub(crate) fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|other| other.is_ascii_alphanumeric())
}

/// Whether a text is a Rust function or field name as it would be written by hand.
pub(crate) fn is_snake_case(name: &str) -> bool {
    let allowed = |other: char| other.is_ascii_lowercase() || other.is_ascii_digit() || other == '_';
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(allowed)
        && !name.ends_with('_')
        && !name.contains("__")
}

/// The name of a type or of a variant: `UpperCamelCase`.
fn upper_camel_case(text: &str) -> String {
    let name = separated(text).to_upper_camel_case();
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("Value{name}"),
        // The only keyword of this form.
        Some(_) if name == "Self" => "Self_".to_owned(),
        Some(_) => name,
    }
}

/// The name of a member, parameter, method or module: `snake_case`.
fn snake_case(text: &str) -> String {
    let name = separated(text).to_snake_case();
    match name.chars().next() {
        None => "empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("value_{name}"),
        Some(_) if KEYWORDS.contains(&name.as_str()) => format!("{name}_"),
        Some(_) => name,
    }
}

/// Everything that is neither letter nor digit separates words.
fn separated(text: &str) -> String {
    text.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::{snake_case, upper_camel_case};

    #[test]
    fn names_are_valid_and_keep_their_words() {
        assert_eq!(upper_camel_case("USER.DATA_CHANGED"), "UserDataChanged");
        assert_eq!(upper_camel_case("2fa"), "Value2fa");
        assert_eq!(upper_camel_case(""), "Empty");
        assert_eq!(upper_camel_case("self"), "Self_");
        assert_eq!(snake_case("api-key-live?"), "api_key_live");
        assert_eq!(snake_case("filter[timestamp][gte]"), "filter_timestamp_gte");
        assert_eq!(snake_case("type"), "type_");
        assert_eq!(snake_case("page[limit]"), "page_limit");
    }
}
