//! Every keyword that the linter accepts has a purpose: it changes what is generated, or the linter alone makes use of it, or it is
//! prose that is left out on purpose. A keyword that is accepted and does nothing would be lost without a word.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use build_tools::generate;
use build_tools::spec::{Severity, SourceFile, VendorSources, accepted_keywords, lint};

/// What becomes of a keyword. The texts are a change of [`DOCUMENT`] that adds, removes or alters it.
enum Use {
    /// The library's code differs.
    Code(&'static str, &'static str),
    /// The library's documentation differs.
    Docs(&'static str, &'static str),
    /// The generated tests differ.
    Tests(&'static str, &'static str),
    /// The linter has something to say, by this rule.
    Lint(&'static str, &'static str, &'static str),
    /// Nothing, for this reason.
    Nothing(&'static str),
}

use Use::{Code, Docs, Lint, Nothing, Tests};

const DOCUMENT: &str = "\
openapi: 3.0.3
info: {title: Tiny, version: '1', description: A tiny interface.}
security: [{bearer: []}]
tags: [{name: Things, description: All things.}, {name: Others, description: All others.}]
paths:
  /things/{id}:
    parameters: []
    put:
      operationId: replace_thing
      tags: [Things]
      summary: Replace a thing
      description: Replaces a thing.
      externalDocs: {url: https://tiny.example/docs, description: Replacing}
      parameters:
        - {name: id, in: path, required: true, description: Which thing., schema: {$ref: '#/components/schemas/ThingId'}}
        - {name: list, in: query, description: A list., schema: {type: array, items: {type: string}}}
        - {name: flag, in: query, description: A flag., schema: {type: boolean}}
      requestBody: {$ref: '#/components/requestBodies/NewThing'}
      responses:
        '200':
          description: The thing.
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        '404': {$ref: '#/components/responses/Unknown'}
  /other:
    get:
      operationId: get_other
      tags: [Others]
      summary: Get the other
      description: Gets it.
      externalDocs: {url: https://tiny.example/docs, description: Getting}
      parameters: [{$ref: '#/components/parameters/Size'}]
      responses:
        '200':
          description: The other.
          content: {application/json: {schema: {$ref: '#/components/schemas/Either'}}}
x-webhooks:
  event:
    post:
      operationId: thing_event
      summary: Receive an event
      description: Sent when something happens.
      externalDocs: {url: https://tiny.example/docs, description: Events}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Event'}}}
      responses:
        '200': {description: Taken.}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer, description: A token.}
  parameters:
    Size: {name: size, in: query, description: How many., schema: {type: integer}}
  requestBodies:
    NewThing:
      required: true
      description: What is sent.
      content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
  responses:
    Unknown: {description: Not known.}
  schemas:
    ThingId: {type: string, description: Identifies a thing.}
    Event:
      type: object
      description: An event.
      required: [at]
      properties:
        at: {type: string, format: date-time, description: When.}
    Either:
      description: One of two.
      oneOf: [{$ref: '#/components/schemas/Lamp'}, {$ref: '#/components/schemas/Chair'}]
      discriminator: {propertyName: sort, mapping: {lamp: Lamp, chair: Chair}}
    Lamp:
      type: object
      description: A lamp.
      required: [sort, kind]
      properties:
        sort: {type: string, description: The sort.}
        kind: {type: string, description: The kind.}
        url: {$ref: '#/components/schemas/ThingUrl'}
        free:
          description: One of several forms.
          allOf: [{$ref: '#/components/schemas/Free'}]
    Chair:
      type: object
      description: A chair.
      required: [sort, kind]
      properties:
        sort: {type: string, description: The sort.}
        kind: {type: string, description: The kind.}
    Free:
      description: Tried in order.
      anyOf: [{type: integer, title: Number}, {type: string, title: Text}]
    ThingUrl: {type: string, description: Where a thing is., x-resource: {path: '/things/{id}', identifier: ThingId}}
    Level: {type: string, description: A level., enum: [low, high]}
    Part:
      type: object
      description: A part.
      properties:
        piece: {type: string, description: Of the part.}
    Thing:
      type: object
      description: A thing.
      required: [name]
      properties:
        name: {type: string, description: Its name.}
        text: {type: string, description: Its text.}
        count: {type: number, description: Its number.}
        list: {type: array, description: Its list., items: {type: string}}
        map: {type: object, description: Its map., additionalProperties: {type: string}}
        level: {$ref: '#/components/schemas/Level'}
        part: {$ref: '#/components/schemas/Part'}
";

const VENDOR: &str = r#"
sign-in = "use onboarding_tiny::Client;"
first-call = "use onboarding_tiny::Client;"
[package]
name = "onboarding-tiny"
version = "0.1.0"
vendor = "Tiny"
description = "Tiny, an interface for tests."
documentation = "https://tiny.example/docs"
[[credentials]]
name = "token"
scheme = "bearer"
description = "A token."
fields = [{ name = "token", description = "The token." }]
headers = { authorization = "Bearer {token}" }
"#;

const TEXT: &str = "text: {type: string, ";
const COUNT: &str = "count: {type: number, ";
const LIST: &str = "list: {type: array, ";
const THING: &str = "      description: A thing.\n";
const FLAG: &str = "{name: flag, in: query, ";
const OPERATION: &str = "      summary: Replace a thing\n";

const PAYLOADS: &str =
    "the linter holds it against the schema; tests send `example` of schemas and the files under `examples/`";
const BASE_URLS: &str = "base URLs stand in `vendor.toml`";
const SIGN_IN: &str = "how credentials travel stands in `vendor.toml`";
const HEADERS: &str = "headers of responses are read by name, from `send_with_response`";

/// Every accepted keyword, in the order of the grammar.
const USES: &[(&str, &str, Use)] = &[
    ("Document", "openapi", Lint("openapi: 3.0.3", "openapi: 3.3.0", "unsupported")),
    ("Document", "info", Docs("description: A tiny interface.", "description: Another.")),
    ("Document", "externalDocs", Nothing("each operation has the address of its page")),
    ("Document", "servers", Nothing(BASE_URLS)),
    ("Document", "security", Code("security: [{bearer: []}]", "security: []")),
    ("Document", "tags", Docs("All others.", "The others.")),
    ("Document", "paths", Code("  /other:", "  /another:")),
    ("Document", "x-webhooks", Docs("Receive an event", "Receive one")),
    ("Document", "components", Code("high]", "highest]")),
    ("Info", "title", Nothing("the vendor's name in prose stands in `vendor.toml`")),
    ("Info", "version", Nothing("crates have versions of their own")),
    ("Info", "description", Docs("description: A tiny interface.", "description: Another.")),
    ("Info", "termsOfService", Nothing("is between the vendor and the reader")),
    ("Info", "contact", Nothing("is the vendor's, and not that of the crate")),
    ("Info", "license", Nothing("is that of the document, and not that of the crate")),
    ("Contact", "name", Nothing("see `Info.contact`")),
    ("Contact", "url", Nothing("see `Info.contact`")),
    ("Contact", "email", Nothing("see `Info.contact`")),
    ("License", "name", Nothing("see `Info.license`")),
    ("License", "url", Nothing("see `Info.license`")),
    ("Server", "url", Nothing(BASE_URLS)),
    ("Server", "description", Nothing(BASE_URLS)),
    ("Server", "variables", Nothing(BASE_URLS)),
    ("ServerVariable", "enum", Nothing(BASE_URLS)),
    ("ServerVariable", "default", Nothing(BASE_URLS)),
    ("ServerVariable", "description", Nothing(BASE_URLS)),
    ("PathItem", "summary", Nothing("each operation has its own")),
    ("PathItem", "description", Nothing("each operation has its own")),
    (
        "PathItem",
        "parameters",
        Code("    parameters: []", "    parameters: [{name: q, in: query, description: Q., schema: {type: string}}]"),
    ),
    ("PathItem", "get", Code("    get:", "    head:")),
    ("PathItem", "put", Code("    put:", "    get:")),
    ("PathItem", "post", Code("    put:", "    post:")),
    ("PathItem", "patch", Code("    put:", "    patch:")),
    ("PathItem", "delete", Code("    put:", "    delete:")),
    ("PathItem", "head", Code("    put:", "    head:")),
    ("PathItem", "options", Code("    put:", "    options:")),
    ("Operation", "operationId", Code("operationId: replace_thing", "operationId: put_thing")),
    ("Operation", "tags", Code("tags: [Others]", "tags: [Things]")),
    ("Operation", "summary", Docs("summary: Replace a thing", "summary: Put a thing")),
    ("Operation", "description", Docs("description: Replaces a thing.", "description: Puts a thing.")),
    ("Operation", "externalDocs", Docs("description: Replacing}", "description: Putting}")),
    ("Operation", "deprecated", Code(OPERATION, "      summary: Replace a thing\n      deprecated: true\n")),
    ("Operation", "parameters", Code("[{$ref: '#/components/parameters/Size'}]", "[]")),
    ("Operation", "requestBody", Code("      requestBody: {$ref: '#/components/requestBodies/NewThing'}\n", "")),
    ("Operation", "responses", Code("        '404':", "        '410':")),
    ("Operation", "security", Code(OPERATION, "      summary: Replace a thing\n      security: []\n")),
    ("Operation", "x-provenance", Docs(OPERATION, "      summary: Replace a thing\n      x-provenance: restored\n")),
    (
        "Operation",
        "x-confidence",
        Docs(OPERATION, "      summary: Replace a thing\n      x-provenance: inferred\n      x-confidence: low\n"),
    ),
    ("Operation", "x-rust-name", Code(OPERATION, "      summary: Replace a thing\n      x-rust-name: put_thing\n")),
    (
        "ExternalDocs",
        "url",
        Docs(
            "url: https://tiny.example/docs, description: Replacing",
            "url: https://tiny.example/put, description: Replacing",
        ),
    ),
    ("ExternalDocs", "description", Docs("description: Replacing}", "description: Putting}")),
    ("Parameter", "name", Code("{name: flag,", "{name: flags,")),
    ("Parameter", "in", Code(FLAG, "{name: flag, in: header, ")),
    ("Parameter", "description", Docs("description: A flag.", "description: The flag.")),
    ("Parameter", "required", Code(FLAG, "{name: flag, in: query, required: true, ")),
    ("Parameter", "deprecated", Code(FLAG, "{name: flag, in: query, deprecated: true, ")),
    ("Parameter", "style", Code("{name: list, in: query, ", "{name: list, in: query, style: pipeDelimited, ")),
    ("Parameter", "explode", Code("{name: list, in: query, ", "{name: list, in: query, explode: false, ")),
    ("Parameter", "schema", Code("schema: {type: boolean}", "schema: {type: string}")),
    ("Parameter", "example", Nothing(PAYLOADS)),
    ("Parameter", "examples", Nothing(PAYLOADS)),
    ("Parameter", "x-sensitive", Tests(FLAG, "{name: flag, in: query, x-sensitive: true, ")),
    ("Parameter", "x-rust-name", Code(FLAG, "{name: flag, in: query, x-rust-name: mark, ")),
    (
        "RequestBody",
        "description",
        Docs(
            "      required: true\n      description: What is sent.",
            "      required: false\n      description: What goes.",
        ),
    ),
    (
        "RequestBody",
        "required",
        Code(
            "      required: true\n      description: What is sent.",
            "      required: false\n      description: What is sent.",
        ),
    ),
    (
        "RequestBody",
        "content",
        Code(
            "      description: What is sent.\n      content: {application/json:",
            "      description: What is sent.\n      content: {application/merge-patch+json:",
        ),
    ),
    (
        "MediaType",
        "schema",
        Code(
            "content: {application/json: {schema: {$ref: '#/components/schemas/Either'}}}",
            "content: {application/json: {schema: {type: integer}}}",
        ),
    ),
    ("MediaType", "example", Nothing(PAYLOADS)),
    ("MediaType", "examples", Nothing(PAYLOADS)),
    ("Response", "description", Docs("Not known.", "Nobody knows it.")),
    ("Response", "headers", Nothing(HEADERS)),
    (
        "Response",
        "content",
        Code(
            "Unknown: {description: Not known.}",
            "Unknown: {description: Not known., content: {application/json: {schema: {type: string}}}}",
        ),
    ),
    ("Header", "description", Nothing(HEADERS)),
    ("Header", "required", Nothing(HEADERS)),
    ("Header", "deprecated", Nothing(HEADERS)),
    ("Header", "style", Nothing(HEADERS)),
    ("Header", "explode", Nothing(HEADERS)),
    ("Header", "schema", Nothing(HEADERS)),
    ("Header", "example", Nothing(HEADERS)),
    ("Header", "examples", Nothing(HEADERS)),
    ("Header", "x-sensitive", Nothing("headers of responses show themselves nowhere")),
    ("Example", "summary", Nothing(PAYLOADS)),
    ("Example", "description", Nothing(PAYLOADS)),
    ("Example", "value", Nothing(PAYLOADS)),
    ("Components", "schemas", Code("high]", "highest]")),
    ("Components", "parameters", Code("Size: {name: size,", "Size: {name: count,")),
    (
        "Components",
        "requestBodies",
        Code(
            "      required: true\n      description: What is sent.",
            "      required: false\n      description: What is sent.",
        ),
    ),
    ("Components", "responses", Docs("Not known.", "Nobody knows it.")),
    ("Components", "headers", Nothing(HEADERS)),
    ("Components", "examples", Nothing(PAYLOADS)),
    ("Components", "securitySchemes", Nothing(SIGN_IN)),
    ("Schema", "type", Code(COUNT, "count: {type: integer, ")),
    ("Schema", "format", Code(TEXT, "text: {type: string, format: date, ")),
    ("Schema", "title", Code("title: Number", "title: Whole")),
    ("Schema", "description", Docs("Its text.", "The text.")),
    ("Schema", "nullable", Code(TEXT, "text: {type: string, nullable: true, ")),
    ("Schema", "deprecated", Code(TEXT, "text: {type: string, deprecated: true, ")),
    ("Schema", "default", Docs(TEXT, "text: {type: string, default: a, ")),
    ("Schema", "example", Tests(TEXT, "text: {type: string, example: other, ")),
    ("Schema", "externalDocs", Nothing("each operation has the address of its page")),
    ("Schema", "enum", Code("enum: [low, high]", "enum: [low]")),
    ("Schema", "minimum", Code(COUNT, "count: {type: number, minimum: 1, ")),
    ("Schema", "maximum", Code(COUNT, "count: {type: number, maximum: 1, ")),
    ("Schema", "exclusiveMinimum", Code(COUNT, "count: {type: number, minimum: 1, exclusiveMinimum: true, ")),
    ("Schema", "exclusiveMaximum", Code(COUNT, "count: {type: number, maximum: 1, exclusiveMaximum: true, ")),
    ("Schema", "multipleOf", Code(COUNT, "count: {type: number, multipleOf: 2, ")),
    ("Schema", "minLength", Code(TEXT, "text: {type: string, minLength: 1, ")),
    ("Schema", "maxLength", Code(TEXT, "text: {type: string, maxLength: 9, ")),
    ("Schema", "pattern", Code(TEXT, "text: {type: string, pattern: '^a$', ")),
    (
        "Schema",
        "items",
        Code("description: Its list., items: {type: string}", "description: Its list., items: {type: integer}"),
    ),
    ("Schema", "minItems", Code(LIST, "list: {type: array, minItems: 1, ")),
    ("Schema", "maxItems", Code(LIST, "list: {type: array, maxItems: 9, ")),
    ("Schema", "uniqueItems", Code(LIST, "list: {type: array, uniqueItems: true, ")),
    (
        "Schema",
        "properties",
        Code("name: {type: string, description: Its name.}", "name: {type: integer, description: Its name.}"),
    ),
    ("Schema", "required", Code("required: [name]", "required: [name, text]")),
    ("Schema", "additionalProperties", Code(THING, "      description: A thing.\n      additionalProperties: true\n")),
    ("Schema", "minProperties", Code(THING, "      description: A thing.\n      minProperties: 2\n")),
    ("Schema", "maxProperties", Code(THING, "      description: A thing.\n      maxProperties: 2\n")),
    (
        "Schema",
        "allOf",
        Code(THING, "      description: A thing.\n      allOf: [{$ref: '#/components/schemas/Part'}]\n"),
    ),
    (
        "Schema",
        "oneOf",
        Code(
            "oneOf: [{$ref: '#/components/schemas/Lamp'}, {$ref: '#/components/schemas/Chair'}]",
            "oneOf: [{$ref: '#/components/schemas/Chair'}, {$ref: '#/components/schemas/Lamp'}]",
        ),
    ),
    (
        "Schema",
        "anyOf",
        Code(
            "anyOf: [{type: integer, title: Number}, {type: string, title: Text}]",
            "anyOf: [{type: integer, title: Number}]",
        ),
    ),
    (
        "Schema",
        "discriminator",
        Code("      discriminator: {propertyName: sort, mapping: {lamp: Lamp, chair: Chair}}\n", ""),
    ),
    ("Schema", "x-enum-varnames", Code("enum: [low, high]", "enum: [low, high], x-enum-varnames: [Low, Top]")),
    ("Schema", "x-sensitive", Code(TEXT, "text: {type: string, x-sensitive: true, ")),
    ("Schema", "x-resource", Code(", x-resource: {path: '/things/{id}', identifier: ThingId}", "")),
    ("Schema", "x-rust-name", Code(TEXT, "text: {type: string, x-rust-name: words, ")),
    ("Discriminator", "propertyName", Code("propertyName: sort", "propertyName: kind")),
    ("Discriminator", "mapping", Code("chair: Chair", "stool: Chair")),
    (
        "Discriminator",
        "x-rust-name",
        Code("mapping: {lamp: Lamp, chair: Chair}", "mapping: {lamp: Lamp, chair: Chair}, x-rust-name: {lamp: Light}"),
    ),
    ("Resource", "path", Code("path: '/things/{id}'", "path: '/v1/things/{id}'")),
    ("Resource", "identifier", Code("identifier: ThingId", "identifier: Level")),
    ("SecurityScheme", "type", Nothing(SIGN_IN)),
    ("SecurityScheme", "description", Nothing("the form of credentials has one in `vendor.toml`")),
    ("SecurityScheme", "name", Nothing(SIGN_IN)),
    ("SecurityScheme", "in", Nothing(SIGN_IN)),
    ("SecurityScheme", "scheme", Nothing(SIGN_IN)),
    ("SecurityScheme", "bearerFormat", Nothing("tokens are sent as they are")),
    ("SecurityScheme", "flows", Nothing(SIGN_IN)),
    ("SecurityScheme", "openIdConnectUrl", Nothing(SIGN_IN)),
    ("Flows", "implicit", Nothing(SIGN_IN)),
    ("Flows", "password", Nothing(SIGN_IN)),
    ("Flows", "clientCredentials", Nothing(SIGN_IN)),
    ("Flows", "authorizationCode", Nothing(SIGN_IN)),
    ("Flow", "authorizationUrl", Nothing(SIGN_IN)),
    ("Flow", "tokenUrl", Nothing(SIGN_IN)),
    ("Flow", "refreshUrl", Nothing(SIGN_IN)),
    ("Flow", "scopes", Nothing(SIGN_IN)),
    ("Tag", "name", Lint("name: Others, ", "name: Thing, ", "unknown-tag")),
    ("Tag", "description", Docs("All others.", "The others.")),
    ("Tag", "externalDocs", Nothing("each operation has the address of its page")),
    ("Tag", "x-rust-name", Code("name: Others, ", "name: Others, x-rust-name: further, ")),
];

#[test]
fn every_accepted_keyword_has_a_purpose() {
    let accepted: BTreeSet<(String, &str)> = accepted_keywords().collect();
    let listed: BTreeSet<(String, &str)> = USES.iter().map(|(kind, key, _)| ((*kind).to_owned(), *key)).collect();
    let missing: Vec<_> = accepted.symmetric_difference(&listed).collect();
    assert!(missing.is_empty(), "either without a purpose or no keyword: {missing:?}");
    assert_eq!(USES.len(), listed.len(), "each is listed once");
}

fn tiny(document: &str) -> VendorSources {
    let file = |name: &str, text: &str| SourceFile { path: format!("specs/tiny/{name}"), text: text.to_owned() };
    VendorSources {
        name: "tiny".to_owned(),
        openapi: file("openapi.yaml", document),
        vendor_toml: file("vendor.toml", VENDOR),
        overlay: None,
        documented: None,
        examples: BTreeMap::new(),
        unsound: None,
    }
}

/// The generated texts: code, documentation and tests.
struct Texts([String; 3]);

fn texts(document: &str) -> Result<Texts, Vec<String>> {
    let generated =
        generate(&tiny(document)).map_err(|findings| findings.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let mut texts = [String::new(), String::new(), String::new()];
    for file in &generated.files {
        if file.path.contains("/tests/") {
            texts[2].push_str(&file.contents);
            continue;
        }
        let rust = Path::new(&file.path).extension().is_some_and(|extension| extension == "rs");
        for line in file.contents.lines() {
            let comment = line.trim_start().starts_with("//");
            let text = usize::from(!rust || comment);
            texts[text].push_str(line);
            texts[text].push('\n');
        }
    }
    Ok(Texts(texts))
}

#[test]
fn what_a_keyword_is_said_to_change_changes() {
    let before = texts(DOCUMENT).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let mut failures = Vec::new();
    for (kind, key, purpose) in USES {
        let (from, to) = match purpose {
            Code(from, to) | Docs(from, to) | Tests(from, to) | Lint(from, to, _) => (*from, *to),
            Nothing(reason) => {
                assert!(!reason.is_empty());
                continue;
            }
        };
        let place = format!("{kind}.{key}");
        assert!(DOCUMENT.contains(from), "{place}: the document has no {from:?}");
        let changed = DOCUMENT.replacen(from, to, 1);
        assert_ne!(changed, DOCUMENT, "{place}");
        if let Lint(_, _, rule) = purpose {
            let findings = lint(&tiny(&changed));
            if !findings.iter().any(|finding| finding.rule == *rule && finding.severity == Severity::Error) {
                failures.push(format!("{place}: nothing is found by {rule}"));
            }
            continue;
        }
        let text = match purpose {
            Code(..) => 0,
            Docs(..) => 1,
            _ => 2,
        };
        match texts(&changed) {
            Ok(after) if after.0[text] == before.0[text] => failures.push(format!("{place}: nothing has changed")),
            Ok(_) => {}
            Err(findings) => failures.push(format!("{place}: {findings:#?}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
