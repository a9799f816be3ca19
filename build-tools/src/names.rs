//! From the vendor's names to Rust names. Every name is made here, by the linter and by the contract alike.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Words that cannot stand as a Rust name; they get an underscore behind them.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Names of the prelude that generated code uses by their short form: a vendor's type cannot take their place.
pub const RESERVED_TYPES: &[&str] = &[
    "Box", "Call", "Clone", "Default", "Err", "From", "Into", "None", "Ok", "Option", "Result", "Self", "Some",
    "String", "Vec",
];

/// The name of a type or of a variant: `UpperCamelCase`.
pub fn type_name(text: &str) -> String {
    let name = separated(text).to_upper_camel_case();
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("Value{name}"),
        Some(_) if name == "Self" => "Self_".to_owned(),
        Some(_) => name,
    }
}

/// The name of an enumeration's variant; `Unknown` is taken by the variant for values beyond the documented ones.
pub fn variant_name(text: &str) -> String {
    match type_name(text) {
        name if name == "Unknown" => "DocumentedUnknown".to_owned(),
        name => name,
    }
}

/// The name of a member, parameter, method or module: `snake_case`.
pub fn member_name(text: &str) -> String {
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
    use super::{member_name, type_name, variant_name};

    #[test]
    fn names_are_valid_and_keep_their_words() {
        assert_eq!(type_name("USER.DATA_CHANGED"), "UserDataChanged");
        assert_eq!(type_name("2fa"), "Value2fa");
        assert_eq!(type_name(""), "Empty");
        assert_eq!(variant_name("unknown"), "DocumentedUnknown");
        assert_eq!(member_name("api-key-live?"), "api_key_live");
        assert_eq!(member_name("filter[timestamp][gte]"), "filter_timestamp_gte");
        assert_eq!(member_name("type"), "type_");
        assert_eq!(member_name("page[limit]"), "page_limit");
    }
}
