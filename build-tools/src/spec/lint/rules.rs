//! The table of all rules: what `cargo xtask lint --help` shows.

use crate::spec::Severity;

/// One lint rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule {
    /// Stable id, in kebab case.
    pub id: &'static str,
    /// Whether a finding stops generation.
    pub severity: Severity,
    /// What a finding means, in one line.
    pub summary: &'static str,
}

const fn error(id: &'static str, summary: &'static str) -> Rule {
    Rule { id, severity: Severity::Error, summary }
}

const fn warning(id: &'static str, summary: &'static str) -> Rule {
    Rule { id, severity: Severity::Warning, summary }
}

/// Every lint rule, sorted by id.
pub static RULES: &[Rule] = &[
    error("absurd-limit", "a lower limit is so high, or a schema so large or endless, that no value can be made"),
    error("all-of-conflict", "two parts of an `allOf` contradict each other"),
    error("all-of-form", "`allOf` joins something other than one reference or several objects"),
    error("ambiguous-error-type", "two sets of error bodies share their statuses, and so would share a name"),
    warning("ambiguous-union", "an earlier variant of an untagged union accepts everything that a later one requires"),
    error("array-without-items", "an array does not say what its items are"),
    error("bad-pattern", "a `pattern` is no regular expression that the generated code can check"),
    warning("body-of-get", "an operation that only reads has a request body, which servers and proxies may drop"),
    error("closed-object", "`additionalProperties: false` would make a new member of the vendor an error"),
    error("component-name-form", "the name of a schema component is not in PascalCase"),
    error("contradicting-bounds", "a lower bound lies above the upper bound"),
    warning("default-not-sent", "a `default` is in a schema that is only read"),
    error("discriminator-mapping", "the tags and the variants of a union do not fit together"),
    error("duplicate-enum-value", "an enumeration lists a value twice"),
    error("duplicate-key", "a mapping has the same key twice"),
    error("duplicate-operation-id", "two operations have the same `operationId`"),
    error("duplicate-parameter", "an operation declares the same parameter twice"),
    error("duplicate-path", "two paths differ only in the names of their parameters"),
    error("duplicate-required", "`required` names a member twice"),
    error("duplicate-rust-name", "two schemas, members, variants or parameters become one Rust name"),
    error("duplicate-tag", "a tag is declared twice"),
    error("empty-content", "`content` is there but names no media type"),
    error("empty-union", "a union has no variants"),
    error("enum-type-mismatch", "a value of an enumeration is not of the declared type"),
    error("enum-value-collision", "two values of an enumeration become one Rust variant"),
    error("enum-value-unnamed", "a value of an enumeration makes no Rust name"),
    error("enum-varnames", "`x-enum-varnames` does not name every value of the enumeration"),
    error("form-body", "a body that is sent as a form holds what has no place in one"),
    error("inexact-number", "a number has more digits than 64 bits hold, and would become another one"),
    error("inline-schema", "an object, an enumeration, a union or a nested collection is written in place"),
    error("invalid-default", "a `default` contradicts its schema"),
    error("invalid-example", "an example or a documented payload contradicts its schema"),
    error("misplaced-keyword", "a keyword of one type is beside another type"),
    error("missing-description", "a component, member, parameter, operation, response or tag is not described"),
    error("missing-key", "a required key is missing"),
    error("missing-operation-id", "an operation has no `operationId`"),
    error("missing-response", "an operation declares no response, or none for success"),
    error("missing-security", "security schemes are declared, but no global requirement uses them"),
    error("missing-summary", "an operation has no summary"),
    error("missing-tag", "an operation has no tag"),
    error("missing-type", "a schema has keywords of a type but does not name the type"),
    error("multiple-of", "`multipleOf` is not above zero"),
    error("nullable-without-type", "`nullable` is beside neither a `type` nor an `allOf`"),
    error("object-without-members", "an object says neither which members it has nor that it is open"),
    warning("offered-rust-name", "a schema becomes a Rust type of a name that every vendor crate offers itself"),
    error("operation-id-form", "an `operationId` is not in snake case"),
    warning("operation-verb", "the name of an operation does not begin with a verb"),
    error("overlay-already-so", "an action of the overlay changes nothing: the document says so already"),
    error("overlay-drifted", "what an action of the overlay corrects is not what it was when the action was written"),
    error("overlay-expired", "an action of the overlay was for earlier versions of the document"),
    error("overlay-form", "`overlay.yaml` is no OpenAPI Overlay, or an action of it cannot be done"),
    error("overlay-no-match", "an action of the overlay selects nothing"),
    error("overlay-over-match", "an action of the overlay selects more or fewer places than it was written for"),
    error("path-form", "a path template is malformed"),
    error("path-parameter-not-declared", "a path has a parameter that an operation does not declare"),
    error("path-parameter-not-in-path", "an operation declares a path parameter that its path does not have"),
    error("path-parameter-optional", "a path parameter is not required"),
    error("provenance", "`x-provenance` and `x-confidence` do not fit together"),
    error("reference-cycle", "a schema consists of nothing but itself"),
    error("reference-siblings", "other keys are beside a `$ref` and would be ignored"),
    error("required-not-in-properties", "`required` names a member that does not exist"),
    error("reserved-header", "a header that belongs to the client is declared as a parameter"),
    error("reserved-parameter", "a parameter carries what a security scheme carries"),
    error("reserved-rust-name", "a schema becomes a Rust type of a name that generated code needs itself"),
    error("resource-link", "`x-resource` names an unknown identifier or a path without a parameter at its end"),
    error("response-status", "a response is declared for something that is no status"),
    error("rust-name-form", "`x-rust-name` is not a Rust name of the right form"),
    warning("sensitive-error-text", "a text of an error may repeat what was sent, but nothing marks it as sensitive"),
    warning("sensitive-name", "the name suggests personal data or a secret, but nothing marks it as such"),
    error("several-tags", "an operation has more than one tag"),
    warning("stale-unsound", "`unsound.yaml` sets aside a payload that is valid or does not exist"),
    error("syntax", "a file cannot be parsed"),
    error("title-outside-union", "a `title` is where it names nothing"),
    error("undeclared-security-scheme", "a security requirement names an unknown scheme"),
    error("unknown-example", "an example file belongs to no body of any operation"),
    error("unknown-key", "a key has no meaning in this place"),
    error("unknown-name", "a text names an operation that does not exist"),
    error("unknown-reference", "a `$ref` points at nothing, or at a component of another kind"),
    error("unknown-tag", "an operation has a tag that the document does not describe"),
    error("unknown-value", "a key holds a word that is not among those allowed"),
    error("unsupported", "a construct that the generator cannot express"),
    error("unsupported-yaml", "a feature of YAML that documents do without: anchors, aliases, tags, several documents"),
    warning("unused-component", "no operation reaches a component"),
    error("unused-setting", "an entry of `vendor.toml` fits no operation"),
    warning("unused-tag", "no operation has a tag"),
    error("variant-without-title", "a variant that is written in place has no name"),
    error("vendor-settings", "an entry of `vendor.toml` cannot be what it says"),
    error("wrong-kind", "a value is of the wrong kind, such as text in place of a list"),
];

/// The severity of the rule with this id.
pub(in crate::spec) fn severity(id: &str) -> Severity {
    RULES.iter().find(|rule| rule.id == id).map_or(Severity::Error, |rule| rule.severity)
}
