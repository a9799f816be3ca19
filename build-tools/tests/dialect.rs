//! A document of `OpenAPI` 3.1 or 3.2 gives the crate of the document of 3.0 that says the same.

mod common;

use build_tools::spec::{Finding, VendorSources};
use build_tools::{generate, lint};
use common::tiny;

/// A document whose one operation sends and receives a component.
fn document(version: &str, schemas: &str, webhooks: &str) -> VendorSources {
    let text = format!(
        "\
{webhooks}: {{}}
paths:
  /things:
    post:
      operationId: create_thing
      tags: [Things]
      summary: Create a thing
      description: Creates a thing.
      externalDocs: {{url: https://tiny.example/docs, description: Things}}
      requestBody: {{required: true, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}}}
      responses:
        '200': {{description: Done., content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}}}
components:
  securitySchemes:
    bearer: {{type: http, scheme: bearer, description: A token.}}
  schemas:
    Other: {{type: object, description: Another., properties: {{name: {{type: string, description: A name.}}}}}}
    Thing:
      type: object
      description: A thing.
      required: [other]
      properties:
        other: {{$ref: '#/components/schemas/Other'}}
{schemas}"
    );
    let mut sources = tiny(&text);
    assert!(sources.openapi.text.contains("openapi: 3.0.3"));
    sources.openapi.text = sources.openapi.text.replace("openapi: 3.0.3", &format!("openapi: {version}"));
    sources
}

fn files(sources: &VendorSources) -> Vec<(String, String)> {
    match generate(sources) {
        Ok(generated) => generated.files.into_iter().map(|file| (file.path, file.contents)).collect(),
        Err(findings) => panic!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// Members of an object as 3.1 has them and as 3.0 has them.
const SAME: &[(&str, &str)] = &[
    ("note: {type: [string, 'null'], description: A.}", "note: {type: string, nullable: true, description: A.}"),
    ("note: {type: [string], description: A.}", "note: {type: string, description: A.}"),
    ("kind: {type: string, const: thing, description: A.}", "kind: {type: string, enum: [thing], description: A.}"),
    (
        "size: {type: integer, exclusiveMinimum: 3, exclusiveMaximum: 9, description: A.}",
        "size: {type: integer, minimum: 3, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true, description: A.}",
    ),
    // Of two bounds the stricter one holds.
    (
        "size: {type: integer, minimum: 4, exclusiveMinimum: 3, description: A.}",
        "size: {type: integer, minimum: 4, description: A.}",
    ),
    (
        "size: {type: integer, maximum: 4, exclusiveMaximum: 4, description: A.}",
        "size: {type: integer, maximum: 4, exclusiveMaximum: true, description: A.}",
    ),
    (
        "note: {type: string, examples: [one, two], description: A.}",
        "note: {type: string, example: one, description: A.}",
    ),
    (
        "made: {description: A., oneOf: [{$ref: '#/components/schemas/Other'}, {type: 'null'}]}",
        "made: {description: A., nullable: true, allOf: [{$ref: '#/components/schemas/Other'}]}",
    ),
    (
        "made: {description: A., anyOf: [{type: 'null'}, {type: string, maxLength: 3}]}",
        "made: {description: A., nullable: true, type: string, maxLength: 3}",
    ),
    (
        "made: {$ref: '#/components/schemas/Other', description: A.}",
        "made: {allOf: [{$ref: '#/components/schemas/Other'}], description: A.}",
    ),
    (
        "data: {type: string, contentEncoding: base64, description: A.}",
        "data: {type: string, format: byte, description: A.}",
    ),
    (
        "list: {type: array, description: A., items: {type: [integer, 'null'], exclusiveMinimum: 0}}",
        "list: {type: array, description: A., items: {type: integer, nullable: true, minimum: 0, exclusiveMinimum: true}}",
    ),
];

#[test]
fn the_crate_is_that_of_the_document_of_3_0() {
    for (newer, older) in SAME {
        let of = |version: &str, member: &str, webhooks: &str| {
            files(&document(version, &format!("        {member}\n"), webhooks))
        };
        let expected = of("3.0.3", older, "x-webhooks");
        assert_eq!(of("3.1.0", newer, "webhooks"), expected, "{newer}");
        assert_eq!(of("3.2.0", newer, "webhooks"), expected, "{newer}");
        // What is the same in both versions is left alone.
        assert_eq!(of("3.1.1", older, "x-webhooks"), expected, "{older}");
    }
}

#[test]
fn what_3_0_cannot_say_is_reported_where_it_is_written() {
    for (member, rule, pointer) in [
        ("note: {type: [string, integer], description: A.}", "wrong-kind", "type"),
        ("note: {type: string, description: A., prefixItems: []}", "unknown-key", "prefixItems"),
        ("note: {type: string, contentMediaType: text/html, description: A.}", "unknown-key", "contentMediaType"),
    ] {
        let sources = document("3.1.0", &format!("        {member}\n"), "webhooks");
        let findings = lint(&sources);
        let pointer = format!("/components/schemas/Thing/properties/note/{pointer}");
        let found = findings.iter().find(|finding| finding.rule == rule && finding.pointer == pointer);
        let Finding { span, .. } = found.unwrap_or_else(|| panic!("{rule} at {pointer}: {findings:?}"));
        let line = sources.openapi.text.lines().nth(span.line - 1).expect("the line is there");
        assert_eq!(line.trim(), member);
    }
}

#[test]
fn a_document_of_3_0_is_not_read_as_3_1() {
    let findings = lint(&document("3.0.3", "        note: {type: [string, 'null'], description: A.}\n", "x-webhooks"));
    assert!(findings.iter().any(|finding| finding.rule == "wrong-kind"), "{findings:?}");
}

/// What looks like a schema in data of the document is data.
#[test]
fn examples_and_defaults_are_left_alone() {
    let member =
        "note: {type: object, additionalProperties: {type: string}, description: A., example: {const: x, type: y}}";
    let of = |version| files(&document(version, &format!("        {member}\n"), "x-webhooks"));
    assert_eq!(of("3.1.0"), of("3.0.3"));
}

/// `OpenAPI` 3.2.0, "Appendix" of changes: what is new has keywords of its own.
#[test]
fn what_3_2_adds_is_reported_where_it_is_written() {
    for (old, new, rule, pointer) in [
        ("components:\n", "$self: https://tiny.example/api\ncomponents:\n", "unknown-key", "/$self"),
        ("    post:\n", "    query:\n", "unknown-key", "/paths/~1things/query"),
        (
            "    post:\n",
            "    additionalOperations: {}\n    post:\n",
            "unknown-key",
            "/paths/~1things/additionalOperations",
        ),
        (
            "      requestBody:",
            "      parameters: [{name: q, in: querystring, content: {text/plain: {}}}]\n      requestBody:",
            "unknown-value",
            "/paths/~1things/post/parameters/0/in",
        ),
        (
            "{description: Done., content:",
            "{description: Done., summary: Done, content:",
            "unknown-key",
            "/paths/~1things/post/responses/200/summary",
        ),
    ] {
        let mut sources = document("3.2.0", "", "webhooks");
        assert!(sources.openapi.text.contains(old), "{old}");
        sources.openapi.text = sources.openapi.text.replacen(old, new, 1);
        let findings = lint(&sources);
        assert!(
            findings.iter().any(|finding| finding.rule == rule && finding.pointer == pointer),
            "{rule} at {pointer}: {findings:?}"
        );
    }
}
