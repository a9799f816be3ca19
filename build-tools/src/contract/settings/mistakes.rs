//! A mistake in the settings, and what cannot be the name of a crate, of a header or of something in Rust.

use std::collections::BTreeMap;

use crate::names::{is_keyword, is_snake_case};
use crate::spec::headers::is_token;

/// A mistake in the settings: where it is, what is wrong, and what to write instead.
pub(super) struct Mistake {
    pub(super) pointer: String,
    pub(super) message: String,
    pub(super) help: String,
}

impl Mistake {
    pub(super) fn new(pointer: impl Into<String>, message: impl Into<String>, help: &str) -> Mistake {
        Mistake { pointer: pointer.into(), message: message.into(), help: help.to_owned() }
    }
}

/// RFC 9110: a header's name is a token.
pub(super) fn not_a_header(pointer: &str, name: &str) -> Option<Mistake> {
    let help = "Keep to letters, digits and hyphens.";
    (!is_token(name)).then(|| Mistake::new(pointer, format!("`{name}` is no name of a header"), help))
}

/// Crates that a vendor's crate is built with or would take the place of, and the names of the language's own.
const TAKEN_CRATES: &[&str] = &[
    "alloc",
    "build-tools",
    "core",
    "onboarding",
    "onboarding-compile-fail",
    "onboarding-core",
    "onboarding-derive",
    "onboarding-http-signatures",
    "onboarding-testing",
    "proc-macro",
    "serde-json",
    "std",
    "test",
    "tokio",
    "xtask",
];

/// The longest name that a registry takes.
const MAX_CRATE_NAME: usize = 64;

/// The name becomes a directory under `crates/` and a name in Rust.
pub(super) fn not_a_crate(name: &str) -> Option<Mistake> {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let has_form = name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split(['-', '_']).all(is_word);
    let (message, help) = if !has_form || name.len() > MAX_CRATE_NAME || is_keyword(name) {
        (
            "is no name of a crate",
            "Write one such as `onboarding-vendor`: small letters and digits, words joined by `-`.",
        )
    } else if TAKEN_CRATES.contains(&name.replace('_', "-").as_str()) {
        ("is the name of another crate", "Name it after the vendor, such as `onboarding-vendor`.")
    } else {
        return None;
    };
    Some(Mistake::new("/package/name", format!("`{name}` {message}"), help))
}

/// How long a version may be, in characters: cargo and registries show it beside the name.
const MAX_VERSION: usize = 64;

pub(super) fn not_a_version(version: &str) -> Option<Mistake> {
    let is_version = version.len() <= MAX_VERSION && semver::Version::parse(version).is_ok();
    let help = "Write one of Semantic Versioning, such as `0.1.0`: major, minor and patch.";
    (!is_version).then(|| Mistake::new("/package/version", format!("`{version}` is no version"), help))
}

pub(super) fn not_an_address(pointer: &str, text: &str) -> Option<Mistake> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_address = host.is_some_and(|host| !host.is_empty()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let help = "Write an absolute one, such as `https://api.vendor.example/v1`.";
    (!is_address).then(|| Mistake::new(pointer, format!("`{text}` is no address"), help))
}

/// Names that could be none in Rust, and those that become one name there, each with its place.
pub(super) fn misnamed(what: &str, names: Vec<(String, String)>, in_rust: impl Fn(&str) -> String) -> Vec<Mistake> {
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for (pointer, name) in names {
        let rust_name = in_rust(&name);
        if !is_snake_case(&name) {
            let message = format!("the {what} `{name}` is not in snake case");
            mistakes.push(Mistake::new(pointer, message, "Use small letters, digits and single underscores."));
        } else if let Some(other) = owners.insert(rust_name.clone(), name.clone()) {
            let message = if other == name {
                format!("the {what} `{name}` is given twice")
            } else {
                format!("the {what} `{other}` and the {what} `{name}` become one Rust name, `{rust_name}`")
            };
            mistakes.push(Mistake::new(pointer, message, "Rename one of the two."));
        }
    }
    mistakes
}
