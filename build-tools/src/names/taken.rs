//! Names that generated code has already, whatever the document says. `tests/names.rs` compares the tables with what the emitters
//! and the macros of the runtime write.

/// Names of the prelude that generated code uses by their short form.
pub(super) const PRELUDE: &[&str] = &[
    "Box", "Call", "Clone", "Default", "Err", "From", "Into", "None", "Ok", "Option", "Result", "Self", "Some",
    "String", "Vec",
];

/// What a module of operations imports, or of what mocks them; the traits of the prelude that those name.
pub(super) const IMPORTED: &[&str] = &[
    "Bytes",
    "Client",
    "Decimal",
    "DecimalNumber",
    "Download",
    "Fn",
    "Follow",
    "JsonValue",
    "Map",
    "Method",
    "NaiveDate",
    "NoDeclaredError",
    "Operation",
    "Rule",
    "Secret",
    "Send",
    "Sync",
    "Timestamp",
    "Upload",
    "UtcDateTime",
];

/// The methods of a call that are not setters of the vendor's parameters.
pub(super) const SETTERS: &[&str] = &[
    "attempt_timeout",
    "body",
    "curl",
    "into_call",
    "items",
    "maybe",
    "pages",
    "send",
    "send_raw",
    "send_with_response",
    "timeout",
    "with_header",
    "with_query",
];

/// What every vendor crate offers of the runtime beside the vendor's types: a type of the same name would be told from it by its
/// path alone.
pub(crate) const OFFERED: &[&str] = &[
    "AnyError",
    "BuildError",
    "Bytes",
    "Call",
    "ClientBuilder",
    "DateTime",
    "Decimal",
    "DecimalNumber",
    "DecodeError",
    "Download",
    "EarlyEnd",
    "Error",
    "Incomplete",
    "Items",
    "JsonValue",
    "Map",
    "NaiveDate",
    "NoDeclaredError",
    "Observer",
    "Pages",
    "Patch",
    "ProblemDetails",
    "RawResponse",
    "Refused",
    "RefusedCall",
    "Response",
    "Retry",
    "Secret",
    "StatusCode",
    "Timestamp",
    "TransportError",
    "Upload",
    "Utc",
    "UtcDateTime",
];

/// What a vendor crate offers of its own.
pub(super) const OWN: &[&str] = &["Client", "Credentials", "Environment"];

/// What the generated tests import or call by a short name.
pub(super) const IN_TESTS: &[&str] = &[
    "assert_mutants",
    "assert_round_trip",
    "assert_same_json",
    "assert_schemas",
    "assert_silent",
    "assert_wire",
    "bodies",
    "client",
    "drop",
    "every_sample_is_of_its_type",
    "expect_error",
    "expect_refusal",
    "expect_silence",
    "expect_success",
    "long",
    "proofs",
    "read",
    "samples",
    "the_service_is_tested_without_the_vendor",
];

/// The derive macros of the prelude and those of the runtime.
pub(super) const DERIVES: &[&str] = &[
    "Copy",
    "Debug",
    "Eq",
    "Hash",
    "Identifier",
    "Object",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "ResourceUrl",
    "StringEnum",
    "TaggedUnion",
    "UntaggedUnion",
];
