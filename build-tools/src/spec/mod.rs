//! Reading a vendor's documents: texts in, trees with positions out, and everything that is wrong with them.
//!
//! [`parse_yaml`] keeps the place of every node, [`Document`] answers questions about one `OpenAPI` document,
//! [`lint()`] reports what is wrong with a vendor's texts, and [`SchemaSet`] validates payloads against the schemas of a document.
//! Later stages may assume that [`lint()`] found no error in the document, save in its names: a document whose names are refused is
//! read all the same, so that the names which only later stages can see are reported with them.

mod dialect;
mod document;
mod finding;
mod formats;
pub(crate) mod headers;
mod json;
mod lint;
pub(crate) mod media_type;
mod node;
pub(crate) mod numbers;
mod operations;
mod paging_style;
mod parameter_style;
pub(crate) mod paths;
mod pattern;
mod pointer;
mod positions;
pub(crate) mod reference;
mod sensitive_names;
mod severity;
mod toml;
mod tree;
mod wording;
mod yaml;

use std::collections::BTreeMap;

pub(crate) use self::document::Loaded;
pub(crate) use self::finding::MISTAKE;
pub(crate) use self::lint::{in_order, lint_loaded, lint_settings, unsound_payloads};
pub(crate) use self::pointer::{escape, join as join_pointer, split as split_pointer, unescape};
pub(crate) use self::reference::COMPONENT_PREFIX;
pub(crate) use self::sensitive_names::is_sensitive as suggests_sensitive;
pub use self::{
    document::Document,
    finding::Finding,
    formats::{FormatRole, TEXT_FORMATS, TextFormat, text_format},
    lint::{Direction, RULES, Rule, SchemaSet, Violation, accepted_keywords, lint, text_keys},
    media_type::{BodyEncoding, Encoding, MediaTypeMistake, Shown, body_encoding, encoding},
    node::{Entry, Mapping, Node, NodeValue, Span},
    operations::{OperationEntry, operations},
    paging_style::{PAGING_STYLES, PagePosition, PagingStyle},
    parameter_style::{Location, PARAMETER_STYLES, ParameterStyle, parameter_style},
    pattern::{Pattern, PatternError},
    severity::Severity,
    wording::elided,
    yaml::parse_yaml,
};

/// The names of a document as its vendor publishes it, in JSON and in YAML.
pub const PUBLISHED: [&str; 2] = ["upstream.json", "upstream.yaml"];

/// The name of the corrections of a published document.
pub const OVERLAY: &str = "overlay.yaml";

/// The name of what the crate has less of than a published document.
pub const LOSSES: &str = "LOSSES.md";

/// Whether a text is to be read as JSON: it begins as an object or a list does. A text that then turns out to be none may still be
/// YAML, of which that is a notation too.
fn looks_like_json(text: &str) -> bool {
    text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\n', '\r']).starts_with(['{', '['])
}

/// A text that came from a file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SourceFile {
    /// Path relative to the workspace, with forward slashes.
    pub path: String,
    /// What the file holds.
    pub text: String,
}

impl SourceFile {
    /// Whether this is a document as its vendor publishes it, `upstream.json` or `upstream.yaml`, and not one that was curated by hand.
    pub fn is_published(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        PUBLISHED.contains(&name)
    }

    /// The path of another file of the same directory.
    pub fn beside(&self, name: &str) -> String {
        self.path.rsplit_once('/').map_or_else(|| name.to_owned(), |(directory, _)| format!("{directory}/{name}"))
    }

    /// The document of this text as its vendor publishes it.
    pub fn published(vendor: &str, text: String) -> Self {
        let [json, yaml] = PUBLISHED;
        let name = if looks_like_json(&text) { json } else { yaml };
        Self { path: format!("specs/{vendor}/{name}"), text }
    }
}

/// What one vendor's directory under `specs/` holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct VendorSources {
    /// Name of the directory.
    pub name: String,
    /// The curated document, `openapi.yaml`, or the one that the vendor publishes ([`SourceFile::is_published`]).
    pub openapi: SourceFile,
    /// Corrections of the document that the vendor publishes, `overlay.yaml`.
    pub overlay: Option<SourceFile>,
    /// What the document cannot say, `vendor.toml`.
    pub vendor_toml: SourceFile,
    /// The inventory of what the vendor documents, `documented.yaml`.
    pub documented: Option<SourceFile>,
    /// The payloads under `examples/`: file name to text, only `*.json`.
    pub examples: BTreeMap<String, SourceFile>,
    /// The payloads that are known to contradict their schema, `examples/unsound.yaml`: file name to reason.
    pub unsound: Option<SourceFile>,
}
