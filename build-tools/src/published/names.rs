//! Names that are made up, or changed so that no two are one in Rust. A name depends on the names that were given before it, so
//! whoever asks goes through the document in an order of its own and not in that of the text.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

use crate::names::{Scope, clearing, error_type, is_offered};
use crate::spec::Node;

/// The name that the document itself gives, by a correction of it: it is preferred to the one that the wire has.
pub(super) fn rust_name<'d>(nodes: &[&'d Node]) -> Option<&'d str> {
    nodes.iter().find_map(|node| node.get("x-rust-name")?.as_str())
}

/// Whether the document itself says that something is sensitive, or that it is not, by a correction of it. Where it says nothing, its
/// name decides.
pub(super) fn says_sensitive(nodes: &[&Node]) -> Option<bool> {
    nodes.iter().find_map(|node| node.get("x-sensitive")?.as_bool())
}

/// The names of one scope that have been given.
#[derive(Debug, Default)]
pub(super) struct Given {
    taken: BTreeSet<String>,
    /// The last number behind each name that was asked for more than once.
    numbers: BTreeMap<String, usize>,
}

/// The longest made-up name, in bytes: files are named after types, and file systems have limits.
const LONGEST: usize = 120;

impl Given {
    /// A name for a type like this one; what the language or every vendor crate has already gets another ending.
    pub(super) fn type_name(&mut self, wanted: &str) -> String {
        let mut stem = Scope::Type.name(&shortened(wanted), None);
        stem.truncate(LONGEST);
        if !stem.bytes().all(|byte| byte.is_ascii_alphanumeric()) || is_offered(&stem) || Scope::Type.is_taken(&stem) {
            stem = format!("{}Model", stem.trim_end_matches('_'));
        }
        self.first_free(&stem, "", |name| vec![name.to_lowercase()])
    }

    /// A name for an operation: its method and the type of its call are its own.
    pub(super) fn operation(&mut self, wanted: &str) -> String {
        let mut stem = snake(wanted);
        stem.truncate(LONGEST);
        let stem = stem.trim_end_matches('_');
        let claims = |name: &str| {
            let call = Scope::CallType.name(name, None);
            vec![Scope::Method.name(name, None), call.to_lowercase(), error_type(&call).to_lowercase()]
        };
        // Names that differ in underscores alone are told apart by one row of numbers.
        self.first_free_of(&stem.replace('_', ""), stem, "_", claims)
    }

    /// A name for a member, beside the method that clears it.
    pub(super) fn member(&mut self, wire: &str) -> String {
        let stem = Scope::Member.name(wire, None);
        self.first_free(&stem, "_", |name| vec![name.to_owned(), clearing(name)])
    }

    /// A name for a parameter, wherever it is sent.
    pub(super) fn parameter(&mut self, wire: &str, is_required: bool) -> String {
        let scope = if is_required { Scope::Argument } else { Scope::Setter };
        let stem = scope.name(wire, None);
        self.first_free(&stem, "_", |name| vec![name.to_owned()])
    }

    /// A name for a variant.
    pub(super) fn variant(&mut self, wire: &str) -> String {
        let stem = Scope::Variant.name(&spelled(wire), None);
        self.first_free(&stem, "", |name| vec![name.to_owned()])
    }

    /// A name for a variant that the document can state as it is: letters and digits alone.
    pub(super) fn stated_variant(&mut self, wire: &str) -> String {
        let stem = Scope::Variant.name(&spelled(wire), None);
        let stem = stem.trim_end_matches('_').to_owned();
        self.first_free(&stem, "", |name| vec![Scope::Variant.name("", Some(name))])
    }

    /// The name itself or the first with a number behind it whose claims are all free; then they are taken.
    fn first_free(&mut self, stem: &str, joint: &str, claims: impl Fn(&str) -> Vec<String>) -> String {
        self.first_free_of(&stem.to_lowercase(), stem, joint, claims)
    }

    /// The same, with one row of numbers for all names of a key.
    fn first_free_of(&mut self, key: &str, stem: &str, joint: &str, claims: impl Fn(&str) -> Vec<String>) -> String {
        let number = self.numbers.entry(key.to_owned()).or_insert(0);
        loop {
            *number += 1;
            let name = match *number {
                1 => stem.to_owned(),
                number => format!("{}{joint}{number}", stem.trim_end_matches('_')),
            };
            let claimed = claims(&name);
            if claimed.iter().all(|claim| !self.taken.contains(claim)) {
                self.taken.extend(claimed);
                return name;
            }
        }
    }
}

/// A name in snake case that begins with a letter and is no keyword with an underscore behind it.
pub(super) fn snake(text: &str) -> String {
    let separated: String = shortened(text)
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { ' ' })
        .collect();
    let name = separated.to_snake_case();
    match name.chars().next() {
        None => "call_operation".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("call_{name}"),
        Some(_) => name,
    }
}

/// A name in upper camel case, for the middle of another name.
pub(super) fn camel(text: &str) -> String {
    let separated: String = shortened(text)
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { ' ' })
        .collect();
    separated.to_upper_camel_case()
}

/// A text with something in it that a name can be made of.
fn spelled(text: &str) -> String {
    if text.contains(|character: char| character.is_ascii_alphanumeric()) { shortened(text) } else { in_words(text) }
}

/// Names of signs, for values that consist of nothing else.
fn in_words(signs: &str) -> String {
    let word = |sign: char| match sign {
        '+' => "plus",
        '-' => "minus",
        '*' => "star",
        '/' => "slash",
        '<' => "less",
        '>' => "greater",
        '=' => "equal",
        '!' => "not",
        '%' => "percent",
        '.' => "dot",
        '_' => "underscore",
        ' ' => "space",
        _ => "sign",
    };
    signs.chars().take(8).map(word).collect::<Vec<_>>().join(" ")
}

/// The text, or so much of it as a name may be made of.
fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::Given;

    #[test]
    fn no_two_names_of_a_scope_are_one() {
        let mut types = Given::default();
        let names: Vec<_> =
            ["User", "user", "USER", "Option", "Error", "", "Self"].map(|name| types.type_name(name)).into();
        assert_eq!(names, ["User", "User2", "User3", "OptionModel", "ErrorModel", "Empty", "SelfModel"]);
        let mut members = Given::default();
        let names: Vec<_> =
            ["limit", "clear_limit", "Limit", "type", "first-name"].map(|name| members.member(name)).into();
        assert_eq!(names, ["limit", "clear_limit_2", "limit_3", "type_", "first_name"]);
        let mut variants = Given::default();
        let names: Vec<_> = ["+1", "-1", "", "+", "<=", "unknown", "Unknown"].map(|name| variants.variant(name)).into();
        assert_eq!(
            names,
            ["Value1", "Value12", "Empty", "Plus", "LessEqual", "DocumentedUnknown", "DocumentedUnknown2"]
        );
        let mut operations = Given::default();
        let names: Vec<_> = ["listUsers", "list_users", "2fa", "", "new", "call", "callCall"]
            .map(|name| operations.operation(name))
            .into();
        assert_eq!(names, ["list_users", "list_users_2", "call_2fa", "call_operation", "new", "call", "call_call_2"]);
    }

    /// The number that tells them apart is not cut off with the rest.
    #[test]
    fn long_names_that_begin_alike_differ() {
        let mut operations = Given::default();
        let long = "AbcDef".repeat(60);
        let names: Vec<String> = (0..200).map(|number| operations.operation(&format!("{long}{number}"))).collect();
        assert!(names.iter().all(|name| name.len() < 130), "{names:?}");
        assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), 200);
    }
}
