//! Payloads against schemas: another implementation of JSON Schema comes to the same verdicts.

#[path = "../common/mod.rs"]
mod common;
mod json_schema;
mod passes;

use std::fmt::Write as _;

use build_tools::spec::{Direction, Document, SchemaSet, SourceFile};
use common::{sources, vendors};
use json_schema::Translator;
use jsonschema::{Draft, Registry, RegistryBuilder, Resource, Validator};
use serde_json::{Map, Value, json};

/// A document with the other implementation's validators of its components.
struct Both {
    ours: SchemaSet,
    theirs: Vec<(String, Validator)>,
}

impl Both {
    fn new(document: &Document) -> Self {
        let root = document.root.to_json();
        let components = root["components"]["schemas"].as_object().expect("the document has components");
        let registry = registry(components);
        let judged = components.keys().step_by(components.len().div_ceil(COMPONENTS));
        let theirs = judged.map(|name| (name.clone(), validator(&registry, name)));
        Self { ours: SchemaSet::new(document, Direction::Sent), theirs: theirs.collect() }
    }

    /// Holds a payload against a component by both, and gives the verdict.
    fn verdict(&self, index: usize, payload: &Value) -> bool {
        let (name, theirs) = &self.theirs[index];
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        let ours = self.ours.violations(&schema, payload);
        let theirs: Vec<String> = theirs.iter_errors(payload).map(|error| error.to_string()).collect();
        assert_eq!(ours.is_empty(), theirs.is_empty(), "{name}: {payload}\nours: {ours:#?}\ntheirs: {theirs:#?}");
        ours.is_empty()
    }
}

/// How many components of a document judge, evenly spread over it: the other implementation takes long to compile each.
const COMPONENTS: usize = 40;

/// Where the other implementation finds the components.
const URI: &str = "json-schema:///components";

/// The components for the other implementation.
fn registry(components: &Map<String, Value>) -> Registry<'static> {
    let definitions = Resource::from_contents(Translator::new(components).definitions(components));
    let registry = Registry::new().draft(Draft::Draft202012).add(URI, definitions);
    registry.and_then(RegistryBuilder::prepare).expect("the components are JSON Schemas")
}

fn validator(registry: &Registry<'_>, name: &str) -> Validator {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_registry(registry)
        .should_validate_formats(true)
        .with_format("decimal", |text: &str| {
            let digits = text.strip_prefix('-').unwrap_or(text).replacen('.', "0", 1);
            digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty()
        })
        .with_format("email", |text: &str| {
            text.matches('@').count() == 1 && !text.starts_with('@') && !text.ends_with('@') && !text.contains(' ')
        })
        .build(&json!({ "$ref": format!("{URI}#/$defs/{name}") }))
        .expect("the translated schema is one")
}

/// Every payload that has something else in one place, or nothing.
fn changed(payload: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for other in [json!(null), json!(true), json!(-1), json!(0.5), json!("x"), json!(""), json!([]), json!({})] {
        all.push(other);
    }
    match payload {
        Value::Object(members) => {
            for (name, value) in members {
                let with = |value: Option<Value>| {
                    let mut members = members.clone();
                    match value {
                        Some(value) => drop(members.insert(name.clone(), value)),
                        None => drop(members.remove(name)),
                    }
                    Value::Object(members)
                };
                all.push(with(None));
                all.extend(changed(value).into_iter().map(|value| with(Some(value))));
            }
        }
        Value::Array(items) => {
            // What holds for the first holds for the others.
            if let Some(first) = items.first() {
                all.extend(changed(first).into_iter().map(|first| [&[first], &items[1..]].concat().into()));
                all.push([items.as_slice(), items.as_slice()].concat().into());
            }
        }
        Value::String(text) => all.push(format!("{text}{text}").into()),
        _ => {}
    }
    all
}

/// How many changes of a payload are judged, evenly spread over it.
const CHANGES: usize = 24;

/// Each documented payload is judged by every component; where it fits, so are changes of it.
fn compare(vendor: &str) -> (usize, usize) {
    let sources = sources(vendor);
    let both = Both::new(&Document::load(&sources.openapi).expect("the document is YAML"));
    let (mut valid, mut changes) = (0, 0);
    for file in sources.examples.values() {
        let payload: Value = serde_json::from_str(&file.text).expect("an example is JSON");
        for index in 0..both.theirs.len() {
            if both.verdict(index, &payload) {
                valid += 1;
                let all = changed(&payload);
                for other in all.iter().step_by(all.len().div_ceil(CHANGES)) {
                    both.verdict(index, other);
                    changes += 1;
                }
            }
        }
    }
    (valid, changes)
}

#[test]
fn documented_payloads_and_their_changes_are_judged_alike() {
    let vendors = vendors();
    let (mut valid, mut changes) = (0, 0);
    for vendor in &vendors {
        let (fitting, of_them) = compare(vendor);
        valid += fitting;
        changes += of_them;
    }
    // So that the test does not pass for want of payloads.
    assert!(valid >= 4 * vendors.len() && changes >= 40 * vendors.len(), "{valid} payloads, {changes} changes");
}

#[test]
fn every_keyword_is_judged_alike() {
    let schemas = [
        "{ type: integer, minimum: 1, exclusiveMinimum: true, maximum: 9 }",
        "{ type: integer, format: int32 }",
        "{ type: number, minimum: 1, maximum: 9, exclusiveMaximum: true }",
        "{ type: number, multipleOf: 0.1 }",
        "{ type: integer, multipleOf: 3 }",
        "{ type: string, minLength: 2, maxLength: 3 }",
        "{ type: string, pattern: '^[a-c]+$' }",
        "{ type: string, enum: [ab, '2024-02-29'] }",
        "{ type: string, nullable: true, enum: [ab] }",
        "{ type: string, format: date }",
        "{ type: string, format: date-time, nullable: true }",
        "{ type: string, format: uuid }",
        "{ type: string, format: uri }",
        "{ type: array, minItems: 1, maxItems: 2, items: { type: number } }",
        "{ type: array, uniqueItems: true, items: {} }",
        "{ type: object, required: [a], properties: { a: { type: string, nullable: true } } }",
        "{ type: object, properties: { a: {} }, additionalProperties: false }",
        "{ type: object, additionalProperties: { type: number }, minProperties: 1, maxProperties: 2 }",
        "{ allOf: [{ type: object, required: [a] }, { type: object, properties: { b: { type: number } } }] }",
        "{ anyOf: [{ type: string }, { type: number, minimum: 5 }], nullable: true }",
        "{ oneOf: [{ type: integer }, { type: number, minimum: 5 }] }",
        "{ not: { type: string } }",
        "{ oneOf: [{ $ref: '#/components/schemas/S15' }, { $ref: '#/components/schemas/S16' }], \
           discriminator: { propertyName: a, mapping: { x: '#/components/schemas/S15', y: S18 } } }",
    ];
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(1.0),
        json!(1.5),
        json!(3),
        json!(5),
        json!(6.0),
        json!(9),
        json!(0.3),
        json!(0.35),
        json!(-7),
        json!(2_147_483_648_i64),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("a"),
        json!("ab"),
        json!("abc"),
        json!("äöü"),
        json!("abcd"),
        json!("2024-02-29"),
        json!("2023-02-29"),
        json!("2024-02-29T12:00:00Z"),
        json!("2024-02-29T12:00:00"),
        json!("497f6eca-6276-4993-bfeb-53cbbbba6f08"),
        json!("https://example.com/a?b=c"),
        json!("//example.com"),
        json!([]),
        json!([1]),
        json!([1, 1.0]),
        json!([1, 2, 3]),
        json!([{ "a": 1, "b": 2 }, { "b": 2.0, "a": 1 }]),
        json!([[1], [2]]),
        json!({}),
        json!({ "a": null }),
        json!({ "a": "x" }),
        json!({ "a": "y" }),
        json!({ "a": "z" }),
        json!({ "a": 1 }),
        json!({ "a": 1, "b": 2 }),
        json!({ "a": "y", "b": "x" }),
        json!({ "a": 1, "b": 2, "c": 3 }),
    ];
    let component = |(index, schema): (usize, &&str)| format!("    S{index}: {schema}\n");
    let components = schemas.iter().enumerate().map(component).collect::<Vec<_>>().concat();
    let text = format!("openapi: 3.0.3\npaths: {{}}\ncomponents:\n  schemas:\n{components}");
    let file = SourceFile { path: "openapi.yaml".to_owned(), text };
    let both = Both::new(&Document::load(&file).expect("the document is YAML"));
    for (index, schema) in schemas.iter().enumerate() {
        let fitting = values.iter().filter(|value| both.verdict(index, value)).count();
        assert!(fitting > 0 && fitting < values.len(), "{schema} judges nothing");
    }
}

/// Unions within unions multiply: the work has an end, and that is an error.
#[test]
fn work_is_bounded() {
    let mut schemas = String::new();
    for index in 0..31 {
        let next =
            format!("{{ type: object, properties: {{ a: {{ $ref: '#/components/schemas/C{}' }} }} }}", index + 1);
        let _ = writeln!(schemas, "    C{index}: {{ anyOf: [{next}, {next}] }}");
    }
    schemas.push_str("    C31: { type: string }\n");
    let text = format!("openapi: 3.0.3\npaths: {{}}\ncomponents:\n  schemas:\n{schemas}");
    let document = Document::load(&SourceFile { path: "openapi.yaml".to_owned(), text }).expect("the document is YAML");
    let mut payload = json!(1);
    for _ in 0..31 {
        payload = json!({ "a": payload });
    }
    let violations =
        SchemaSet::new(&document, Direction::Read).violations(&json!({ "$ref": "#/components/schemas/C0" }), &payload);
    assert_eq!(violations.len(), 1);
    assert!(violations[0].message.starts_with("more than 1000000 checks"), "{violations:?}");
}
