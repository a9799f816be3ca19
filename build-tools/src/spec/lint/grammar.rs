//! What is allowed where: the keys of every kind of object, and the kind of value that each key takes. This holds for the document,
//! for `vendor.toml` and for `documented.yaml` alike.

use self::{
    Keys::{Any, Fixed},
    Shape::{
        Anything, Boolean, Count, FieldMap, Many, Named, Number, One, Refused, SchemaOrBoolean, Text, TextMap, Texts,
        Values, Word, Words,
    },
};
use crate::spec::paging_style::PAGING_STYLE_NAMES;

/// The kinds of objects that a document is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Document,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    Paths,
    PathItem,
    Operation,
    ExternalDocs,
    Parameter,
    RequestBody,
    MediaType,
    Responses,
    Response,
    Header,
    Example,
    Components,
    Schema,
    Discriminator,
    Resource,
    SecurityScheme,
    Flows,
    Flow,
    SecurityRequirement,
    Tag,
    // Of `vendor.toml`.
    Settings,
    Package,
    Environment,
    Signing,
    Covered,
    UnsignedHeaders,
    BodyDigest,
    Webhook,
    WebhookSignature,
    SharedSecret,
    Paging,
    Credentials,
    Field,
    Tokens,
    TokenRequest,
    ErrorNames,
    // Of `documented.yaml`.
    Inventory,
    Documented,
}

/// All of them.
const KINDS: [Kind; 26] = [
    Kind::Document,
    Kind::Info,
    Kind::Contact,
    Kind::License,
    Kind::Server,
    Kind::ServerVariable,
    Kind::Paths,
    Kind::PathItem,
    Kind::Operation,
    Kind::ExternalDocs,
    Kind::Parameter,
    Kind::RequestBody,
    Kind::MediaType,
    Kind::Responses,
    Kind::Response,
    Kind::Header,
    Kind::Example,
    Kind::Components,
    Kind::Schema,
    Kind::Discriminator,
    Kind::Resource,
    Kind::SecurityScheme,
    Kind::Flows,
    Kind::Flow,
    Kind::SecurityRequirement,
    Kind::Tag,
];

/// What kind of value a key takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Any value.
    Anything,
    /// Text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of some of these words.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A whole number from 0.
    Count,
    /// Any number.
    Number,
    /// A list of texts.
    Texts,
    /// A list of values of any kind.
    Values,
    /// A mapping to texts.
    TextMap,
    /// A mapping to texts, `true` and `false`.
    FieldMap,
    /// One object.
    One(Kind),
    /// A list of objects.
    Many(Kind),
    /// A mapping from names to objects.
    Named(Kind),
    /// A schema, or `true` or `false`.
    SchemaOrBoolean,
    /// Part of `OpenAPI`, but the generator cannot express it; the text says what to do instead.
    Refused(&'static str),
}

/// Every key that a document may have, by the kind of object that has it; those that are refused are left out.
pub(super) fn accepted() -> impl Iterator<Item = (String, &'static str)> {
    KINDS.iter().flat_map(|kind| {
        let keys = match kind.keys() {
            Fixed(keys) => keys,
            Any(_) => &[],
        };
        let accepted = keys.iter().filter(|key| !matches!(key.shape, Refused(_)));
        accepted.map(move |key| (format!("{kind:?}"), key.name))
    })
}

impl Shape {
    /// What a value of this shape is called in messages.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Shape::Text | Shape::Word(_) => "text",
            Shape::Boolean => "a boolean",
            Shape::Count => "a whole number from 0",
            Shape::Number => "a number",
            Shape::Texts | Shape::Words(_) | Shape::Values | Shape::Many(_) => "a list",
            Shape::TextMap | Shape::FieldMap | Shape::One(_) | Shape::Named(_) | Shape::SchemaOrBoolean => "a mapping",
            Shape::Anything | Shape::Refused(_) => "a value",
        }
    }
}

/// A key that an object may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
}

/// The keys of a kind of object.
#[derive(Clone, Copy, Debug)]
pub(super) enum Keys {
    /// These keys and no others.
    Fixed(&'static [Key]),
    /// Any key, with values of this shape.
    Any(Shape),
}

const fn key(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, required: false }
}

const fn required(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, required: true }
}

impl Kind {
    /// The name of this kind in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Document => "the document",
            Kind::Info => "`info`",
            Kind::Contact => "a contact",
            Kind::License => "a licence",
            Kind::Server => "a server",
            Kind::ServerVariable => "a server variable",
            Kind::Paths => "the paths",
            Kind::PathItem => "a path",
            Kind::Operation => "an operation",
            Kind::ExternalDocs => "`externalDocs`",
            Kind::Parameter => "a parameter",
            Kind::RequestBody => "a request body",
            Kind::MediaType => "a media type",
            Kind::Responses => "the responses",
            Kind::Response => "a response",
            Kind::Header => "a header",
            Kind::Example => "an example",
            Kind::Components => "the components",
            Kind::Schema => "a schema",
            Kind::Discriminator => "a discriminator",
            Kind::Resource => "`x-resource`",
            Kind::SecurityScheme => "a security scheme",
            Kind::Flows => "the OAuth flows",
            Kind::Flow => "an OAuth flow",
            Kind::SecurityRequirement => "a security requirement",
            Kind::Tag => "a tag",
            Kind::Settings => "`vendor.toml`",
            Kind::Package => "`package`",
            Kind::Environment => "an environment",
            Kind::Signing => "`signing`",
            Kind::Covered => "an entry of `components`",
            Kind::UnsignedHeaders => "`all-headers-except`",
            Kind::BodyDigest => "`digest`",
            Kind::Webhook => "`webhook`",
            Kind::WebhookSignature => "`signature`",
            Kind::SharedSecret => "`shared-secret`",
            Kind::Paging => "an entry of `paging`",
            Kind::Credentials => "a form of credentials",
            Kind::Field => "a field of credentials",
            Kind::Tokens => "`tokens`",
            Kind::TokenRequest => "a request for tokens",
            Kind::ErrorNames => "`errors`",
            Kind::Inventory => "`documented.yaml`",
            Kind::Documented => "a documented operation",
        }
    }

    /// The section of `components` that a `$ref` in place of such an object points into.
    pub(super) fn section(self) -> Option<&'static str> {
        match self {
            Kind::Schema => Some("schemas"),
            Kind::Parameter => Some("parameters"),
            Kind::RequestBody => Some("requestBodies"),
            Kind::Response => Some("responses"),
            Kind::Header => Some("headers"),
            Kind::Example => Some("examples"),
            Kind::SecurityScheme => Some("securitySchemes"),
            _ => None,
        }
    }

    /// The keys that such an object may have.
    pub(super) fn keys(self) -> Keys {
        match self {
            Kind::Document => Fixed(DOCUMENT),
            Kind::Info => Fixed(INFO),
            Kind::Contact => Fixed(CONTACT),
            Kind::License => Fixed(LICENSE),
            Kind::Server => Fixed(SERVER),
            Kind::ServerVariable => Fixed(SERVER_VARIABLE),
            Kind::Paths => Any(One(Kind::PathItem)),
            Kind::PathItem => Fixed(PATH_ITEM),
            Kind::Operation => Fixed(OPERATION),
            Kind::ExternalDocs => Fixed(EXTERNAL_DOCS),
            Kind::Parameter => Fixed(PARAMETER),
            Kind::RequestBody => Fixed(REQUEST_BODY),
            Kind::MediaType => Fixed(MEDIA_TYPE),
            Kind::Responses => Any(One(Kind::Response)),
            Kind::Response => Fixed(RESPONSE),
            Kind::Header => Fixed(HEADER),
            Kind::Example => Fixed(EXAMPLE),
            Kind::Components => Fixed(COMPONENTS),
            Kind::Schema => Fixed(SCHEMA),
            Kind::Discriminator => Fixed(DISCRIMINATOR),
            Kind::Resource => Fixed(RESOURCE),
            Kind::SecurityScheme => Fixed(SECURITY_SCHEME),
            Kind::Flows => Fixed(FLOWS),
            Kind::Flow => Fixed(FLOW),
            Kind::SecurityRequirement | Kind::ErrorNames => Any(Texts),
            Kind::Tag => Fixed(TAG),
            Kind::Settings => Fixed(SETTINGS),
            Kind::Package => Fixed(PACKAGE),
            Kind::Environment => Fixed(ENVIRONMENT),
            Kind::Signing => Fixed(SIGNING),
            Kind::Covered => Fixed(COVERED),
            Kind::UnsignedHeaders => Fixed(UNSIGNED_HEADERS),
            Kind::BodyDigest => Fixed(BODY_DIGEST),
            Kind::Webhook => Fixed(WEBHOOK),
            Kind::WebhookSignature => Fixed(WEBHOOK_SIGNATURE),
            Kind::SharedSecret => Fixed(SHARED_SECRET),
            Kind::Paging => Fixed(PAGING),
            Kind::Credentials => Fixed(CREDENTIALS),
            Kind::Field => Fixed(FIELD),
            Kind::Tokens => Fixed(TOKENS),
            Kind::TokenRequest => Fixed(TOKEN_REQUEST),
            Kind::Inventory => Fixed(INVENTORY),
            Kind::Documented => Fixed(DOCUMENTED),
        }
    }

    /// What to write in place of a key that other dialects know.
    pub(super) fn hint(self, name: &str) -> Option<&'static str> {
        match (self, name) {
            (Kind::Schema, "const") => Some("Write `enum` with this one value."),
            (Kind::Schema, "examples") => Some("Write `example`, or put the payload under `examples/`."),
            (Kind::Schema, "$defs" | "definitions") => Some("Move the schemas to `components/schemas`."),
            (Kind::Schema, "x-nullable") => Some("Write `nullable: true`."),
            (Kind::Document, "webhooks") => Some("Write `x-webhooks`: the document is OpenAPI 3.0."),
            (Kind::Document, "swagger" | "definitions") => Some("Convert the document to OpenAPI 3.0.3."),
            (Kind::Parameter, "type" | "format" | "enum" | "default") => Some("Move it into the parameter's `schema`."),
            _ => None,
        }
    }
}

const DOCUMENT: &[Key] = &[
    required("openapi", Text),
    required("info", One(Kind::Info)),
    key("externalDocs", One(Kind::ExternalDocs)),
    key("servers", Many(Kind::Server)),
    key("security", Many(Kind::SecurityRequirement)),
    key("tags", Many(Kind::Tag)),
    required("paths", One(Kind::Paths)),
    key("x-webhooks", Named(Kind::PathItem)),
    key("components", One(Kind::Components)),
];

const INFO: &[Key] = &[
    required("title", Text),
    required("version", Text),
    key("description", Text),
    key("termsOfService", Text),
    key("contact", One(Kind::Contact)),
    key("license", One(Kind::License)),
];

const CONTACT: &[Key] = &[key("name", Text), key("url", Text), key("email", Text)];

const LICENSE: &[Key] = &[required("name", Text), key("url", Text)];

const SERVER: &[Key] =
    &[required("url", Text), key("description", Text), key("variables", Named(Kind::ServerVariable))];

const SERVER_VARIABLE: &[Key] = &[key("enum", Texts), required("default", Text), key("description", Text)];

const PATH_ITEM: &[Key] = &[
    key("summary", Text),
    key("description", Text),
    key("parameters", Many(Kind::Parameter)),
    key("get", One(Kind::Operation)),
    key("put", One(Kind::Operation)),
    key("post", One(Kind::Operation)),
    key("patch", One(Kind::Operation)),
    key("delete", One(Kind::Operation)),
    key("head", One(Kind::Operation)),
    key("options", One(Kind::Operation)),
    key("trace", Refused("Leave the operation out: HTTP clients do not send TRACE.")),
    key("servers", Refused(SERVERS_HELP)),
    key("$ref", Refused("Write the path in place.")),
];

const SERVERS_HELP: &str = "Declare base URLs once: in the `servers` of the document, and in `vendor.toml`.";

const OPERATION: &[Key] = &[
    key("operationId", Text),
    key("tags", Texts),
    key("summary", Text),
    key("description", Text),
    key("externalDocs", One(Kind::ExternalDocs)),
    key("deprecated", Boolean),
    key("parameters", Many(Kind::Parameter)),
    key("requestBody", One(Kind::RequestBody)),
    key("responses", One(Kind::Responses)),
    key("security", Many(Kind::SecurityRequirement)),
    key("x-provenance", Word(&["restored", "inferred"])),
    key("x-confidence", Word(&["high", "medium", "low"])),
    key("x-rust-name", Text),
    key("callbacks", Refused("Declare what the vendor calls under `x-webhooks`.")),
    key("servers", Refused(SERVERS_HELP)),
];

const EXTERNAL_DOCS: &[Key] = &[required("url", Text), key("description", Text)];

const PARAMETER: &[Key] = &[
    required("name", Text),
    required("in", Word(&["path", "query", "header", "cookie"])),
    key("description", Text),
    key("required", Boolean),
    key("deprecated", Boolean),
    key("style", Word(STYLES)),
    key("explode", Boolean),
    key("allowReserved", Refused("Leave it out: every value is percent-encoded.")),
    key("allowEmptyValue", Refused("Leave it out: an empty text is sent as an empty value.")),
    key("schema", One(Kind::Schema)),
    key("example", Anything),
    key("examples", Named(Kind::Example)),
    key("x-sensitive", Boolean),
    key("x-rust-name", Text),
    key("content", Refused("Give the parameter a `schema`; describe a JSON value as text.")),
];

const STYLES: &[&str] = &["form", "simple", "label", "matrix", "spaceDelimited", "pipeDelimited", "deepObject"];

const REQUEST_BODY: &[Key] =
    &[key("description", Text), required("required", Boolean), required("content", Named(Kind::MediaType))];

const MEDIA_TYPE: &[Key] = &[
    required("schema", One(Kind::Schema)),
    key("example", Anything),
    key("examples", Named(Kind::Example)),
    key("encoding", Refused("Leave it out: forms are written with the default encoding.")),
];

const RESPONSE: &[Key] = &[
    key("description", Text),
    key("headers", Named(Kind::Header)),
    key("content", Named(Kind::MediaType)),
    key("links", Refused("Describe the next call in the operation's description.")),
];

const HEADER: &[Key] = &[
    key("description", Text),
    key("required", Boolean),
    key("deprecated", Boolean),
    key("style", Word(&["simple"])),
    key("explode", Boolean),
    required("schema", One(Kind::Schema)),
    key("example", Anything),
    key("examples", Named(Kind::Example)),
    key("x-sensitive", Boolean),
    key("content", Refused("Give the header a `schema`.")),
];

const EXAMPLE: &[Key] = &[
    key("summary", Text),
    key("description", Text),
    key("value", Anything),
    key("externalValue", Refused("Put the payload under `examples/`.")),
];

const COMPONENTS: &[Key] = &[
    key("schemas", Named(Kind::Schema)),
    key("parameters", Named(Kind::Parameter)),
    key("requestBodies", Named(Kind::RequestBody)),
    key("responses", Named(Kind::Response)),
    key("headers", Named(Kind::Header)),
    key("examples", Named(Kind::Example)),
    key("securitySchemes", Named(Kind::SecurityScheme)),
    key("links", Refused("Describe the next call in the operation's description.")),
    key("callbacks", Refused("Declare what the vendor calls under `x-webhooks`.")),
];

const TWO_COMPONENTS: &str =
    "Write two components: one for what is sent (`NewPayment`), one for what is read (`Payment`).";

const SCHEMA: &[Key] = &[
    key("type", Word(&["string", "number", "integer", "boolean", "object", "array"])),
    key("format", Text),
    key("title", Text),
    key("description", Text),
    key("nullable", Boolean),
    key("deprecated", Boolean),
    key("default", Anything),
    key("example", Anything),
    key("externalDocs", One(Kind::ExternalDocs)),
    key("enum", Values),
    key("minimum", Number),
    key("maximum", Number),
    key("exclusiveMinimum", Boolean),
    key("exclusiveMaximum", Boolean),
    key("multipleOf", Number),
    key("minLength", Count),
    key("maxLength", Count),
    key("pattern", Text),
    key("items", One(Kind::Schema)),
    key("minItems", Count),
    key("maxItems", Count),
    key("uniqueItems", Boolean),
    key("properties", Named(Kind::Schema)),
    key("required", Texts),
    key("additionalProperties", SchemaOrBoolean),
    key("minProperties", Count),
    key("maxProperties", Count),
    key("allOf", Many(Kind::Schema)),
    key("oneOf", Many(Kind::Schema)),
    key("anyOf", Many(Kind::Schema)),
    key("discriminator", One(Kind::Discriminator)),
    key("x-enum-varnames", Texts),
    key("x-sensitive", Boolean),
    key("x-resource", One(Kind::Resource)),
    key("x-rust-name", Text),
    key("not", Refused("Say what is allowed instead; no type can say what is not.")),
    key("readOnly", Refused(TWO_COMPONENTS)),
    key("writeOnly", Refused(TWO_COMPONENTS)),
    key("xml", Refused("Leave it out: bodies are JSON or forms.")),
];

const DISCRIMINATOR: &[Key] =
    &[required("propertyName", Text), required("mapping", TextMap), key("x-rust-name", TextMap)];

const RESOURCE: &[Key] = &[required("path", Text), required("identifier", Text)];

const SECURITY_SCHEME: &[Key] = &[
    required("type", Word(&["apiKey", "http", "oauth2", "openIdConnect"])),
    key("description", Text),
    key("name", Text),
    key("in", Word(&["query", "header", "cookie"])),
    key("scheme", Text),
    key("bearerFormat", Text),
    key("flows", One(Kind::Flows)),
    key("openIdConnectUrl", Text),
];

const FLOWS: &[Key] = &[
    key("implicit", One(Kind::Flow)),
    key("password", One(Kind::Flow)),
    key("clientCredentials", One(Kind::Flow)),
    key("authorizationCode", One(Kind::Flow)),
];

const FLOW: &[Key] =
    &[key("authorizationUrl", Text), key("tokenUrl", Text), key("refreshUrl", Text), required("scopes", TextMap)];

const TAG: &[Key] = &[
    required("name", Text),
    key("description", Text),
    key("externalDocs", One(Kind::ExternalDocs)),
    key("x-rust-name", Text),
];

const SETTINGS: &[Key] = &[
    required("package", One(Kind::Package)),
    key("level", Word(&["found", "proved"])),
    key("operations", Texts),
    key("environments", Many(Kind::Environment)),
    required("credentials", Many(Kind::Credentials)),
    key("errors", One(Kind::ErrorNames)),
    key("idempotency-key", Text),
    key("request-id-headers", Texts),
    key("signing", One(Kind::Signing)),
    key("webhook", One(Kind::Webhook)),
    key("paging", Many(Kind::Paging)),
    required("sign-in", Text),
    required("first-call", Text),
];

const PACKAGE: &[Key] = &[
    required("name", Text),
    required("version", Text),
    required("vendor", Text),
    required("description", Text),
    required("documentation", Text),
];

const ENVIRONMENT: &[Key] = &[required("name", Text), required("url", Text), required("description", Text)];

const SIGNING: &[Key] = &[
    required("description", Text),
    required("required", Boolean),
    required("label", Text),
    required("components", Many(Kind::Covered)),
    key("all-headers-except", One(Kind::UnsignedHeaders)),
    key("digest", One(Kind::BodyDigest)),
    key("date", Boolean),
    key("content-length", Boolean),
    required("parameters", Words(SIGNATURE_PARAMETERS)),
    key("lifetime", Count),
    key("tag", Text),
    key("names", Word(COMPONENT_NAMES)),
    key("ecdsa", Word(ECDSA_ENCODINGS)),
    key("unsigned-headers", TextMap),
];

const COVERED: &[Key] = &[required("name", Text), key("when", Word(&["always", "present", "body"]))];

const UNSIGNED_HEADERS: &[Key] = &[key("names", Texts), key("prefixes", Texts)];

const BODY_DIGEST: &[Key] = &[
    required("header", Word(DIGEST_HEADERS)),
    required("algorithm", Word(&["sha-256", "sha-512"])),
    key("when", Word(&["always", "body"])),
];

const WEBHOOK: &[Key] = &[key("signature", One(Kind::WebhookSignature)), key("shared-secret", One(Kind::SharedSecret))];

const WEBHOOK_SIGNATURE: &[Key] = &[
    required("description", Text),
    key("label", Text),
    required("components", Many(Kind::Covered)),
    key("digest", Word(DIGEST_HEADERS)),
    required("algorithms", Words(ALGORITHMS)),
    key("ecdsa", Words(ECDSA_ENCODINGS)),
    key("parameters", Words(SIGNATURE_PARAMETERS)),
    key("tag", Text),
    key("names", Word(COMPONENT_NAMES)),
    required("max-age", Count),
    required("clock-skew", Count),
    key("keys", Text),
];

const SHARED_SECRET: &[Key] =
    &[required("description", Text), required("signature", Text), key("delivery-id", Text), key("attempt", Text)];

const SIGNATURE_PARAMETERS: &[&str] = &["created", "expires", "keyid", "nonce", "alg", "tag"];

const COMPONENT_NAMES: &[&str] = &["quoted", "bare"];

const ECDSA_ENCODINGS: &[&str] = &["fixed", "der"];

const DIGEST_HEADERS: &[&str] = &["content-digest", "digest"];

const ALGORITHMS: &[&str] =
    &["ed25519", "ecdsa-p256-sha256", "ecdsa-p384-sha384", "ecdsa-p521-sha512", "hmac-sha256", "rsa-pss-sha512"];

const PAGING: &[Key] = &[
    required("style", Word(PAGING_STYLE_NAMES)),
    key("at", Text),
    key("limit", Text),
    key("max-limit", Count),
    key("full-pages", Boolean),
    key("items", Texts),
    key("total", Texts),
    key("next", Texts),
];

const CREDENTIALS: &[Key] = &[
    required("name", Text),
    key("scheme", Text),
    required("description", Text),
    required("fields", Many(Kind::Field)),
    key("headers", TextMap),
    key("query", TextMap),
    key("cookies", TextMap),
    key("tokens", One(Kind::Tokens)),
];

const FIELD: &[Key] = &[
    required("name", Text),
    required("description", Text),
    key("given", Word(&["always", "optionally", "when-asked"])),
];

const TOKENS: &[Key] = &[
    required("sign-in", One(Kind::TokenRequest)),
    key("refresh", One(Kind::TokenRequest)),
    key("single-use-refresh-token", Boolean),
    required("access-token", Text),
    key("refresh-token", Text),
    key("expires-in", Text),
    key("expires-at", Text),
    key("second-factor", Text),
    key("authorize-url", Text),
];

const TOKEN_REQUEST: &[Key] = &[
    required("path", Text),
    key("above-base", Count),
    required("body", Word(&["json", "form"])),
    required("fields", FieldMap),
    key("headers", TextMap),
    key("accept", Text),
    key("once", Boolean),
];

const INVENTORY: &[Key] = &[required("operations", Many(Kind::Documented))];

const DOCUMENTED: &[Key] = &[
    required("operation", Text),
    key("method", Word(&["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"])),
    key("path", Text),
    key("webhook", Boolean),
    key("statuses", Texts),
    key("payloads", Texts),
];

/// The keys, of any kind of object, that hold texts of the author's choice.
pub(super) fn text_keys() -> std::collections::BTreeSet<&'static str> {
    let all = [
        DOCUMENT,
        INFO,
        CONTACT,
        LICENSE,
        SERVER,
        SERVER_VARIABLE,
        PATH_ITEM,
        OPERATION,
        EXTERNAL_DOCS,
        PARAMETER,
        REQUEST_BODY,
        MEDIA_TYPE,
        RESPONSE,
        HEADER,
        EXAMPLE,
        COMPONENTS,
        SCHEMA,
        DISCRIMINATOR,
        RESOURCE,
        SECURITY_SCHEME,
        FLOWS,
        FLOW,
        TAG,
        SETTINGS,
        PACKAGE,
        ENVIRONMENT,
        SIGNING,
        COVERED,
        UNSIGNED_HEADERS,
        BODY_DIGEST,
        WEBHOOK,
        WEBHOOK_SIGNATURE,
        SHARED_SECRET,
        PAGING,
        CREDENTIALS,
        FIELD,
        TOKENS,
        TOKEN_REQUEST,
        INVENTORY,
        DOCUMENTED,
    ];
    let holds_text = |key: &&Key| matches!(key.shape, Text | Texts | TextMap);
    all.into_iter().flatten().filter(holds_text).map(|key| key.name).collect()
}
