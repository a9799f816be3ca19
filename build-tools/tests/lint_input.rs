//! What the linter is given: texts of all kinds, with exact places, and none that makes it panic or hang.

#![allow(clippy::unwrap_used, clippy::format_push_string, reason = "a test fails by panicking")]
#![expect(clippy::unwrap_used, reason = "a test that lacks its input has failed")]

use std::{collections::BTreeMap, fs, path::Path};

use build_tools::spec::{
    Direction, Document, Finding, Node, NodeValue, SchemaSet, SourceFile, Span, VendorSources, lint, operations,
    parse_yaml,
};
use serde_json::json;

fn source(text: &str) -> SourceFile {
    SourceFile { path: "openapi.yaml".to_owned(), text: text.to_owned() }
}

fn fixture(name: &str) -> SourceFile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lint").join(name);
    source(&fs::read_to_string(path).unwrap())
}

fn document(text: &str) -> Vec<Finding> {
    lint(&VendorSources {
        name: "sample".to_owned(),
        openapi: source(text),
        vendor_toml: SourceFile { path: "vendor.toml".to_owned(), text: String::new() },
        overlay: None,
        documented: None,
        examples: BTreeMap::new(),
        unsound: None,
    })
}

/// Line, column and rule of each finding.
fn places(findings: &[Finding]) -> Vec<(usize, usize, &'static str)> {
    findings.iter().map(|finding| (finding.span.line, finding.span.column, finding.rule)).collect()
}

/// A document whose component schemas are these lines.
fn with_schemas(schemas: &str) -> String {
    format!("openapi: 3.0.3\ninfo: {{ title: T, version: '1' }}\npaths: {{}}\ncomponents:\n  schemas:\n{schemas}")
}

/// Every place in a tree, with its text.
fn texts<'t>(node: &Node, text: &'t str, found: &mut Vec<(Span, &'t str)>) {
    found.push((node.span, &text[node.span.start..node.span.end]));
    match &node.value {
        NodeValue::Sequence(items) => items.iter().for_each(|item| texts(item, text, found)),
        NodeValue::Mapping(entries) => {
            for entry in entries {
                found.push((entry.key_span, &text[entry.key_span.start..entry.key_span.end]));
                texts(&entry.value, text, found);
            }
        }
        _ => {}
    }
}

#[test]
fn places_count_characters_and_spans_count_bytes() {
    for line_end in ["\n", "\r\n"] {
        let mut file = fixture("positions.yaml");
        file.text = file.text.replace('\n', line_end);
        let root = parse_yaml(&file).unwrap();
        let mut found = Vec::new();
        texts(&root, &file.text, &mut found);
        let place = |wanted: &str| {
            let (span, _) =
                found.iter().find(|(_, text)| *text == wanted).unwrap_or_else(|| panic!("{wanted}: {found:?}"));
            (span.line, span.column)
        };
        assert_eq!(place("über"), (2, 1));
        assert_eq!(place("\"ä 漢字 😀\""), (2, 7));
        assert_eq!(place("liste"), (3, 1));
        assert_eq!(place("naïve"), (4, 5));
        assert_eq!(place("{ café: 1, \"schlüssel\": [true, 'ß'] }"), (5, 5));
        assert_eq!(place("café"), (5, 7));
        assert_eq!(place("\"schlüssel\""), (5, 16));
        assert_eq!(place("[true, 'ß']"), (5, 29));
        assert_eq!(place("'ß'"), (5, 36));
        assert_eq!(place("folgt"), (9, 1));
        assert_eq!(place("ende"), (9, 8));
        assert_eq!(root.get("text").and_then(Node::as_str), Some("erste Zeile – über\nzweite\n"));
    }
}

#[test]
fn findings_after_characters_of_several_bytes_point_at_the_right_bytes() {
    let text = with_schemas("    Größe: { description: 'ÄÖÜ 😀', type: strnig }\n");
    let findings = document(&text);
    assert_eq!(
        places(&findings),
        [(6, 5, "component-name-form"), (6, 5, "unused-component"), (6, 42, "unknown-value")]
    );
    let texts: Vec<&str> = findings.iter().map(|finding| &text[finding.span.start..finding.span.end]).collect();
    assert_eq!(texts, ["Größe", "Größe", "strnig"]);
    let span = miette::SourceSpan::from(findings[2].span);
    assert_eq!(&text[span.offset()..span.offset() + span.len()], "strnig");
}

#[test]
fn scalars_follow_the_core_schema() {
    let root = parse_yaml(&fixture("scalars.yaml")).unwrap();
    assert_eq!(
        root.to_json(),
        json!({
            "nothing": [null, null, null, null],
            "empty": null,
            "booleans": [true, true, true, false, false, false],
            "words": ["yes", "no", "on", "off", "y", "n", "tRUE"],
            "integers": [0, -1, 2, 7, 31, 15, 18_446_744_073_709_551_615_u64],
            "fractions": [1.5, -0.5, 2.0, 1000.0, 0.01],
            "dates": ["2024-02-29", "2024-02-29T12:00:00Z", "12:30", "12:30:45"],
            "texts": ["1_000", "0b11", ".inf", ".nan", "1.2.3", "1e", ".", "0x", "+", "1", "2", "null", "0x-1"],
            "200": "status",
            "1.10": "version",
            "true": "truth",
            "": "blank",
        })
    );
}

#[test]
fn json_is_read_as_json_is_meant() {
    let text = "\u{feff} {\"a\": \"\\ud83d\\ude00\\/\\u0041\\b\u{7f}\u{85}😀\", \"n\": [-1.50e+2, 18446744073709551615, true, null], \"\": {} }\n";
    let root = parse_yaml(&source(text)).unwrap();
    assert_eq!(
        root.to_json(),
        json!({ "a": "😀/A\u{8}\u{7f}\u{85}😀", "n": [-150.0, 18_446_744_073_709_551_615_u64, true, null], "": {} })
    );
    let mut found = Vec::new();
    texts(&root, text, &mut found);
    let texts: Vec<&str> = found.iter().map(|(_, text)| *text).collect();
    assert_eq!(texts[1..3], ["\"a\"", "\"\\ud83d\\ude00\\/\\u0041\\b\u{7f}\u{85}😀\""]);
    assert_eq!(
        texts[4..8],
        ["[-1.50e+2, 18446744073709551615, true, null]", "-1.50e+2", "18446744073709551615", "true"]
    );
    // Another reader of JSON gives the same.
    assert_eq!(root.to_json(), serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}')).unwrap());
    // What only YAML allows is YAML still.
    assert_eq!(parse_yaml(&source("{ a: [yes, 'no', 0x10,], }")).unwrap().to_json(), json!({ "a": ["yes", "no", 16] }));
}

#[test]
fn a_payload_that_is_no_json_is_refused_where_it_is_none() {
    let cases = [
        ("", 1, 1, "the text ends where a value is expected"),
        ("{\n  \"ä\": 1,\n}", 3, 1, "there is a comma before the closing bracket"),
        ("[1 2]", 1, 4, "a comma or `]` is expected here"),
        ("{\"ä\" 1}", 1, 6, "a colon is expected here"),
        ("{a: 1}", 1, 2, "a key in double quotes is expected here"),
        ("[\"ä\", 'b']", 1, 7, "a value is expected here"),
        ("[\n\"a", 2, 1, "the string has no end"),
        ("[\"a\u{1}\"]", 1, 4, "the control character U+0001 has to be an escape"),
        ("[\"\\x\"]", 1, 3, "there is no such escape"),
        ("[\"😀\\ud83d\"]", 1, 4, "half of a surrogate pair is alone"),
        ("[\"\\ude00\\ud83d\"]", 1, 3, "half of a surrogate pair is alone"),
        ("[\"\\u12\"]", 1, 3, "four hexadecimal digits are expected after `\\u`"),
        ("[01]", 1, 2, "this is no number"),
        ("[1.]", 1, 2, "this is no number"),
        ("[+1]", 1, 2, "a value is expected here"),
        ("[nul]", 1, 2, "a word other than `null`, `true` and `false` has to be in double quotes"),
        ("1 2", 1, 3, "something follows the end of the value"),
        ("[\u{a0}1]", 1, 2, "a value is expected here"),
    ];
    for (text, line, column, message) in cases {
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
        let findings = example(text);
        assert_eq!(places(&findings), [(line, column, "syntax")], "{text}: {findings:#?}");
        assert_eq!(findings[0].message, format!("this is not JSON: {message}"), "{text}");
        assert_eq!(findings[0].file, "examples/get_client.response.json");
    }
}

#[test]
fn what_no_payload_may_be_has_a_place() {
    let deep = format!("{}1{}", "[".repeat(129), "]".repeat(129));
    let cases = [
        ("{\"id\": 1,\n \"id\": 2}", (2, 2, "duplicate-key")),
        (deep.as_str(), (1, 129, "unsupported-yaml")),
        ("{\n\"id\": \"ä\u{fffd}\"}", (2, 9, "syntax")),
    ];
    for (text, place) in cases {
        assert_eq!(places(&example(text)), [place], "{text}");
    }
}

#[test]
fn a_number_in_a_payload_may_have_any_size() {
    let findings = example("{\"id\": 18446744073709551616123}");
    let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(messages.iter().all(|message| message.starts_with("the payload contradicts its schema")), "{findings:#?}");
}

#[test]
fn a_text_that_is_too_long_is_refused_before_it_is_read() {
    let text = format!("a: b\n# {}", "x".repeat(17 * 1024 * 1024));
    assert_eq!(places(&document(&text)), [(2, 16_777_212, "syntax")]);
    let names = format!("{}1{}", format!("{{\"{}\": ", "n".repeat(100)).repeat(50), "}".repeat(50));
    let findings = document(&names);
    assert_eq!(places(&findings), [(1, 4202, "unsupported-yaml")]);
    assert!(findings[0].pointer.len() < 5000);
}

/// What is found in a documented payload of a vendor whose document is sound.
fn example(text: &str) -> Vec<Finding> {
    let name = "get_client.response.json";
    let file = SourceFile { path: format!("examples/{name}"), text: text.to_owned() };
    let findings = lint(&VendorSources {
        name: "sample".to_owned(),
        openapi: fixture("valid/openapi.yaml"),
        vendor_toml: SourceFile { path: "vendor.toml".to_owned(), text: String::new() },
        overlay: None,
        documented: None,
        examples: BTreeMap::from([(name.to_owned(), file)]),
        unsound: None,
    });
    findings.into_iter().filter(|finding| finding.file.starts_with("examples")).collect()
}

#[test]
fn pointers_lead_to_nodes_and_to_places() {
    let file = source("paths:\n  /a~b/{c}:\n    - first\n    - get: { x: 1 }\n");
    let document = Document::load(&file).unwrap();
    let pointer = "/paths/~1a~0b~1{c}/1/get";
    assert_eq!(document.root.at(&format!("{pointer}/x")).map(Node::to_json), Some(json!(1)));
    assert_eq!(document.root.at("").map(|root| root.span.line), Some(1));
    assert_eq!(document.root.at("paths"), None);
    assert_eq!(document.root.at("/paths/missing"), None);
    assert_eq!(
        document.resolve(&format!("#{pointer}")).and_then(|node| node.get("x")).map(Node::to_json),
        Some(json!(1))
    );
    assert_eq!(document.resolve("other.yaml#/paths"), None);
    let place = |pointer: &str| (document.locate(pointer).line, document.locate(pointer).column);
    assert_eq!(place(pointer), (4, 7));
    assert_eq!(place(&format!("{pointer}/x")), (4, 17));
    assert_eq!(place(&format!("{pointer}/y/z")), (4, 7));
    assert_eq!(place("/paths/~1a~0b~1{c}/0"), (3, 7));
    assert_eq!(place("/nothing"), (1, 1));
}

#[test]
fn operations_are_listed_in_the_order_of_the_document() {
    let document = Document::load(&fixture("valid/openapi.yaml")).unwrap();
    let entries = operations(&document);
    let ids: Vec<Option<&str>> = entries.iter().map(|entry| entry.operation_id.as_deref()).collect();
    let expected =
        ["list_clients", "create_client", "get_client", "delete_client", "get_client_picture", "client_changed"];
    assert_eq!(ids, expected.map(Some));
    assert_eq!(entries[3].pointer, "/paths/~1clients~1{client-id}/delete");
    assert_eq!(entries[3].method, "delete");
    assert_eq!(entries[3].path, "/clients/{client-id}");
    assert_eq!(entries[3].tag.as_deref(), Some("Clients"));
    assert!(!entries[3].webhook);
    assert_eq!(entries[5].path, "client_changed");
    assert!(entries[5].webhook);
}

#[test]
fn violations_are_those_of_the_closest_variant() {
    let text = with_schemas(
        "    Node:
      type: object
      required: [name]
      properties:
        name: { type: string }
        next:
          allOf: [{ $ref: '#/components/schemas/Node' }]
          nullable: true
",
    );
    let document = Document::load(&source(&text)).unwrap();
    let set = SchemaSet::new(&document, Direction::Read);
    let schema = json!({ "$ref": "#/components/schemas/Node" });
    assert_eq!(set.violations(&schema, &json!({ "name": "a", "next": { "name": "b", "next": null } })), []);
    let violations = set.violations(&schema, &json!({ "name": "a", "next": { "name": "b", "next": { "name": 3 } } }));
    let places: Vec<(&str, &str)> =
        violations.iter().map(|violation| (violation.pointer.as_str(), violation.message.as_str())).collect();
    assert_eq!(places, [("/next/next/name", "3 is not of type \"string\"")]);
}

#[test]
fn formats_are_taken_strictly_for_what_is_sent() {
    let document = Document::load(&source(&with_schemas("    Id: { type: string, format: uuid }\n"))).unwrap();
    let id = json!({ "$ref": "#/components/schemas/Id" });
    let cases = [
        (id.clone(), "string", true, false),
        (id, "497f6eca-6276-4993-bfeb-53cbbbba6f08", true, true),
        (json!({ "type": "string", "format": "email" }), "string", true, false),
        (json!({ "type": "string", "format": "email" }), "ann@example", true, true),
        (json!({ "type": "string", "format": "uri" }), "string", true, false),
        (json!({ "type": "string", "format": "date" }), "string", false, false),
        (json!({ "type": "string", "format": "date-time" }), "2024-02-29T12:00:00", false, false),
        (json!({ "type": "string", "format": "decimal" }), "-12.50", true, true),
        (json!({ "type": "string", "format": "decimal" }), "1e3", false, false),
        (json!({ "type": "string", "format": "password" }), "string", true, true),
    ];
    for (schema, text, read, sent) in cases {
        let valid =
            |direction: Direction| SchemaSet::new(&document, direction).violations(&schema, &json!(text)).is_empty();
        assert_eq!((valid(Direction::Read), valid(Direction::Sent)), (read, sent), "{schema} {text}");
    }
}

#[test]
fn texts_that_are_no_documents_are_refused_with_a_place() {
    let cases = [
        ("", vec![(1, 1, "syntax")]),
        ("# nothing but a comment\n", vec![(1, 1, "syntax")]),
        ("a: [1, 2\n", vec![(2, 1, "syntax")]),
        ("a: 1\n\tb: 2\n", vec![(1, 4, "syntax")]),
        ("a: \"\u{0}\"\n", vec![(1, 5, "syntax")]),
        ("ä: 1\nb: \u{1b}[0m\n", vec![(2, 4, "syntax")]),
        ("a: 1\nb: 2\na: 3\nb: 4\n", vec![(3, 1, "duplicate-key"), (4, 1, "duplicate-key")]),
        ("a: &x 1\nb: *x\n", vec![(1, 4, "unsupported-yaml"), (2, 4, "unsupported-yaml")]),
        ("a: !!int 1\nb: !secret c\n", vec![(1, 4, "unsupported-yaml"), (2, 4, "unsupported-yaml")]),
        ("a: 1\n---\nb: 2\n", vec![(2, 1, "unsupported-yaml")]),
        ("? [a]\n: 1\n", vec![(1, 3, "unsupported-yaml")]),
        ("*x : 1\n", vec![(1, 1, "syntax")]),
        ("[]\n", vec![(1, 1, "wrong-kind")]),
        ("text\n", vec![(1, 1, "wrong-kind")]),
        ("~\n", vec![(1, 1, "wrong-kind")]),
        ("{}\n", vec![(1, 1, "missing-key"); 3]),
    ];
    for (text, expected) in cases {
        let findings = document(text);
        assert_eq!(places(&findings), expected, "{text:?}: {findings:#?}");
    }
}

#[test]
fn nesting_is_bounded() {
    let flow = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse_yaml(&source(&flow(128))).is_ok());
    for text in [flow(129), "[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000), "? ".repeat(100_000)] {
        let findings = parse_yaml(&source(&text)).unwrap_err();
        let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["unsupported-yaml"], "{}", text.chars().take(8).collect::<String>());
    }
    let mut schema = "{ type: string }".to_owned();
    for _ in 0..120 {
        schema = format!("{{ type: array, items: {schema} }}");
    }
    let findings = document(&with_schemas(&format!("    Deep: {schema}\n")));
    assert!(findings.iter().any(|finding| finding.rule == "inline-schema"));
}

#[test]
fn references_in_circles_and_in_long_chains_come_to_an_end() {
    let mut circle = String::new();
    for (name, next) in [("A", "B"), ("B", "C"), ("C", "A")] {
        circle.push_str(&format!("    {name}: {{ $ref: '#/components/schemas/{next}' }}\n"));
    }
    circle.push_str("    D: { description: D., default: 1, allOf: [{ $ref: '#/components/schemas/A' }] }\n");
    let findings = document(&with_schemas(&circle));
    let cycles = findings.iter().filter(|finding| finding.rule == "reference-cycle").count();
    assert_eq!(cycles, 3);

    // Each component refers to the next twice: written out, they are more than could ever be.
    for kind in ["allOf: [{}, {}]", "anyOf: [{}, {}]", "oneOf: [{}, { nullable: true, allOf: [{}] }]"] {
        let findings = document(&chain(kind, 1000));
        let too_large = findings.iter().filter(|finding| finding.message.contains("is composed of more than")).count();
        assert_eq!(too_large, 990, "{kind}");
    }
    // Members and items may lead on for as long as they like.
    for kind in ["type: object, properties: { a: {}, b: {} }", "type: array, items: {}"] {
        let findings = document(&chain(kind, 10_000));
        assert!(findings.iter().all(|finding| finding.rule != "unsupported"), "{kind}");
        assert!(findings.iter().any(|finding| finding.rule == "invalid-default"), "{kind}");
    }
}

/// Components that each refer to the next, and defaults that contradict the first and the last of them.
fn chain(kind: &str, length: usize) -> String {
    let mut schemas = String::new();
    for index in 0..length {
        let reference = format!("{{ $ref: '#/components/schemas/C{}' }}", index + 1);
        let kind = kind.replace("{}", &reference);
        schemas.push_str(&format!("    C{index}: {{ description: Next., {kind} }}\n"));
    }
    schemas.push_str(&format!("    C{length}: {{ type: object, description: Last., default: 3 }}\n"));
    schemas.push_str("    Start: { description: Start., default: 3, allOf: [{ $ref: '#/components/schemas/C0' }] }\n");
    with_schemas(&schemas)
}

#[test]
fn deep_payloads_fit_on_the_stack() {
    let mut schemas = String::new();
    for index in 0..14 {
        let next = index + 1;
        schemas.push_str(&format!(
            "    C{index}: {{ description: Next., anyOf: [{{ $ref: '#/components/schemas/C{next}' }}] }}\n"
        ));
    }
    schemas.push_str(
        "    C14:
      description: Leads back.
      type: object
      properties:
        a: { $ref: '#/components/schemas/C0' }
",
    );
    for (depth, pointer) in [(30, "/0/a/a"), (110, "/default")] {
        let payload = format!("{}3{}", "{ a: ".repeat(depth), " }".repeat(depth));
        let start = format!(
            "    Start: {{ type: array, items: {{ $ref: '#/components/schemas/C0' }}, default: [{payload}] }}\n"
        );
        let findings = document(&with_schemas(&format!("{schemas}{start}")));
        let invalid: Vec<&Finding> = findings.iter().filter(|finding| finding.rule == "invalid-default").collect();
        assert_eq!(invalid.len(), 1, "{findings:#?}");
        assert!(invalid[0].pointer.contains(pointer), "{}", invalid[0].pointer);
    }
}

#[test]
fn scalars_may_be_huge() {
    let text = with_schemas(&format!("    A: {{ type: string, description: {} }}\n", "x".repeat(1_000_000)));
    assert_eq!(places(&document(&text)), [(6, 5, "unused-component")]);
    let text = with_schemas(&format!("    {}: {{ type: string, description: A. }}\n", "X".repeat(1_000)));
    assert_eq!(places(&document(&text)), [(6, 5, "unused-component")]);
}

#[test]
fn damaged_documents_never_panic() {
    let text = fixture("mistakes/openapi.yaml").text;
    let lines: Vec<&str> = text.lines().collect();
    // Every document that lacks a line, or has one twice, or has one cut short.
    for (index, line) in lines.iter().enumerate() {
        for replacement in
            [None, Some(format!("{line}\n{line}")), line.split_once(':').map(|(key, _)| format!("{key}:"))]
        {
            let mut damaged: Vec<&str> = lines.clone();
            match &replacement {
                Some(replacement) => damaged[index] = replacement,
                None => drop(damaged.remove(index)),
            }
            document(&damaged.join("\n"));
        }
    }
}
