//! From the vendor's names to Rust names. Every name is made here, by the linter and by the contract alike.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Words that cannot stand as a Rust name; they get an underscore behind them.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Where a name stands, and so which names stand there already: what the emitters and the macros of the runtime write, whatever
/// the document says. `tests/names.rs` holds the table against what they write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A type of the vendor's, beside what its module uses by a short name.
    Type,
    /// The type of a call with optional parts, beside what its module imports.
    CallType,
    /// A method of the client.
    Method,
    /// A setter of a call.
    Setter,
    /// An argument of a method.
    Argument,
    /// A member of an object, which is a setter too.
    Member,
    /// A variant of an enumeration or a union.
    Variant,
    /// A setter of what signs in.
    SignIn,
    /// A module of operations and types.
    Module,
    /// A test of the generated tests, beside what they share.
    Test,
}

/// Names of the prelude that generated code uses by their short form.
const PRELUDE: &[&str] = &[
    "Box", "Call", "Clone", "Default", "Err", "From", "Into", "None", "Ok", "Option", "Result", "Self", "Some",
    "String", "Vec",
];

/// What a module of operations imports.
const IMPORTED: &[&str] = &[
    "Bytes",
    "Client",
    "Decimal",
    "DecimalNumber",
    "DecimalNumber",
    "Download",
    "JsonValue",
    "Map",
    "Method",
    "NaiveDate",
    "NoDeclaredError",
    "Operation",
    "Rule",
    "Secret",
    "Timestamp",
    "UtcDateTime",
];

/// What every vendor crate offers beside the vendor's types: a type of the same name would be told from it by its path alone.
const OFFERED: &[&str] = &[
    "BuildError",
    "Bytes",
    "Call",
    "Client",
    "ClientBuilder",
    "Credentials",
    "DateTime",
    "Decimal",
    "DecimalNumber",
    "DecodeError",
    "Download",
    "Environment",
    "Error",
    "Items",
    "JsonValue",
    "Map",
    "NaiveDate",
    "NoDeclaredError",
    "Observer",
    "Pages",
    "Patch",
    "RawResponse",
    "Refused",
    "Response",
    "Retry",
    "Secret",
    "StatusCode",
    "Timestamp",
    "TransportError",
    "Utc",
    "UtcDateTime",
];

/// What a method of the client does: its name begins with one of these.
const VERBS: &[&str] = &[
    "accept",
    "activate",
    "add",
    "answer",
    "apply",
    "approve",
    "archive",
    "assign",
    "attach",
    "authenticate",
    "authorize",
    "bind",
    "block",
    "build",
    "call",
    "cancel",
    "capture",
    "change",
    "charge",
    "check",
    "claim",
    "clear",
    "clone",
    "close",
    "collect",
    "complete",
    "compute",
    "confirm",
    "connect",
    "consume",
    "convert",
    "copy",
    "count",
    "create",
    "deactivate",
    "decline",
    "delete",
    "detach",
    "disable",
    "discard",
    "disconnect",
    "download",
    "drop",
    "enable",
    "end",
    "estimate",
    "evaluate",
    "exchange",
    "execute",
    "expire",
    "export",
    "fetch",
    "fill",
    "finalize",
    "find",
    "finish",
    "freeze",
    "generate",
    "get",
    "give",
    "go",
    "grant",
    "hide",
    "hold",
    "impersonate",
    "import",
    "ingest",
    "initiate",
    "invite",
    "issue",
    "join",
    "keep",
    "launch",
    "leave",
    "link",
    "list",
    "load",
    "lock",
    "login",
    "logout",
    "lookup",
    "make",
    "mark",
    "match",
    "merge",
    "migrate",
    "mint",
    "move",
    "notify",
    "offboard",
    "onboard",
    "open",
    "patch",
    "pause",
    "pay",
    "ping",
    "place",
    "poll",
    "post",
    "prepare",
    "preview",
    "process",
    "promote",
    "provision",
    "proxy",
    "publish",
    "pull",
    "purge",
    "push",
    "put",
    "query",
    "quote",
    "rate",
    "reactivate",
    "read",
    "receive",
    "record",
    "recover",
    "redeem",
    "redirect",
    "refresh",
    "refund",
    "register",
    "reject",
    "release",
    "reload",
    "remove",
    "rename",
    "render",
    "reopen",
    "replace",
    "report",
    "request",
    "resend",
    "reserve",
    "reset",
    "resolve",
    "restore",
    "resume",
    "retry",
    "return",
    "reverse",
    "review",
    "revoke",
    "rotate",
    "route",
    "run",
    "save",
    "schedule",
    "screen",
    "search",
    "select",
    "send",
    "set",
    "settle",
    "share",
    "show",
    "sign",
    "simulate",
    "skip",
    "split",
    "start",
    "stop",
    "store",
    "stream",
    "submit",
    "subscribe",
    "suspend",
    "swap",
    "switch",
    "sync",
    "tag",
    "terminate",
    "test",
    "toggle",
    "track",
    "transfer",
    "translate",
    "trigger",
    "try",
    "unassign",
    "unblock",
    "undo",
    "unfreeze",
    "unlink",
    "unlock",
    "unmark",
    "unpublish",
    "unsubscribe",
    "update",
    "upload",
    "use",
    "validate",
    "verify",
    "view",
    "void",
    "wait",
    "watch",
    "withdraw",
    "write",
];

/// What the generated tests import or call by a short name.
const IN_TESTS: &[&str] = &[
    "assert_mutants",
    "assert_round_trip",
    "assert_same_json",
    "assert_silent",
    "assert_wire",
    "bodies",
    "client",
    "decoded",
    "drop",
    "expect_error",
    "expect_success",
    "long",
    "read",
    "refused",
    "shown",
];

impl Scope {
    /// Whether a name stands there already.
    pub fn is_taken(self, name: &str) -> bool {
        match self {
            Self::Type => PRELUDE.contains(&name),
            Self::CallType => PRELUDE.contains(&name) || IMPORTED.contains(&name),
            // A method `clone` would be called where a service wants another handle of the client.
            Self::Method => ["builder", "clone", "core", "new"].contains(&name),
            Self::Setter => ["body", "into_call", "items", "pages", "send", "send_with_response"].contains(&name),
            Self::Argument => name == "body",
            Self::Member => ["extra", "new"].contains(&name),
            Self::Variant => name == "Unknown",
            Self::SignIn => ["authorize_url", "store", "store_timeout"].contains(&name),
            Self::Module => name == "shared",
            Self::Test => IN_TESTS.contains(&name),
        }
    }

    /// The name, changed if it is taken. No name of the document's ends in an underscore, so that none can be met by this.
    pub fn free(self, name: String) -> String {
        if !self.is_taken(&name) {
            return name;
        }
        match self {
            Self::CallType => format!("{name}Call"),
            Self::Variant => format!("Documented{name}"),
            _ => format!("{name}_"),
        }
    }
}

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
    Scope::Variant.free(type_name(text))
}

/// Whether every vendor crate offers something else under the name of a type.
pub fn is_offered(type_name: &str) -> bool {
    OFFERED.contains(&type_name)
}

/// Whether the name of a method says first what it does.
pub fn begins_with_verb(method_name: &str) -> bool {
    VERBS.contains(&method_name.split('_').next().unwrap_or_default())
}

/// Whether a word belongs to the language, so that no name can be made of it alone.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
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
