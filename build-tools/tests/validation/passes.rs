//! What the passes make of a document accepts what the document accepted, in the eyes of another implementation. The generated proofs
//! are derived after the passes, so that a pass that loses a member or a limit would be seen nowhere else.

use build_tools::passes;
use build_tools::spec::Document;
use serde_json::{Map, Value, json};

use crate::common::{sources, tiny, vendors};
use crate::{changed, registry, validator};

/// Holds each component that the passes changed against what it was, with a value of it and all changes of that value. Gives how
/// many components and values there were, and how many of the values fit.
fn compare(document: &Document) -> Compared {
    let curated = document.root.to_json();
    let mut lowered = curated.clone();
    passes::run(&mut lowered).expect("the passes can do their work");
    let [before, after] = [&curated, &lowered]
        .map(|document| document["components"]["schemas"].as_object().expect("the document has components"));
    let (judges_before, judges_after) = (registry(before), registry(after));
    let mut compared = Compared::default();
    for (name, schema) in after {
        if before[name] == *schema {
            continue;
        }
        compared.components += 1;
        let (before, after) = (validator(&judges_before, name), validator(&judges_after, name));
        let whole = value_of(&curated, &curated["components"]["schemas"][name], 0);
        for value in changed(&whole).into_iter().chain([whole]) {
            assert_eq!(before.is_valid(&value), after.is_valid(&value), "{name}: {value}");
            compared.values += 1;
            compared.fitting += usize::from(after.is_valid(&value));
        }
    }
    compared
}

#[derive(Debug, Default)]
struct Compared {
    components: usize,
    values: usize,
    fitting: usize,
}

/// A value with every documented member, so that none is lost unseen.
fn value_of(document: &Value, schema: &Value, depth: usize) -> Value {
    assert!(depth < 20, "the document's joined objects do not hold themselves");
    let within = |schema: &Value| value_of(document, schema, depth + 1);
    if let Some(reference) = schema["$ref"].as_str() {
        return within(document.pointer(&reference[1..]).expect("references lead somewhere"));
    }
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    let mut members = Map::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        match within(part) {
            Value::Object(found) => members.extend(found),
            other => return other,
        }
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        members.insert(name.clone(), within(member));
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(variants) = schema[keyword].as_array() {
            return within(&variants[0]);
        }
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("uuid")) => json!("497f6eca-6276-4993-bfeb-53cbbbba6f08"),
        (Some("string"), Some("date-time")) => json!("2024-02-29T12:00:00Z"),
        (Some("string"), Some("date")) => json!("2024-02-29"),
        (Some("string"), Some("email")) => json!("someone@example.com"),
        (Some("string"), Some("uri")) => json!("https://example.com"),
        (Some("string"), _) => json!("x".repeat(schema["minLength"].as_u64().unwrap_or(3).try_into().expect("short"))),
        (Some("integer" | "number"), _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        (Some("boolean"), _) => json!(true),
        (Some("array"), _) => json!([within(&schema["items"])]),
        _ => Value::Object(members),
    }
}

#[test]
fn joined_objects_accept_what_their_parts_accept() {
    let mut compared = Compared::default();
    let mut add = |of_one: &Compared| {
        compared.components += of_one.components;
        compared.values += of_one.values;
        compared.fitting += of_one.fitting;
    };
    for vendor in vendors() {
        add(&compare(&Document::load(&sources(&vendor).openapi).expect("the document is YAML")));
    }
    for construct in
        [include_str!("../constructs/composition.yaml"), include_str!("../constructs/overlapping_parts.yaml")]
    {
        add(&compare(&Document::load(&tiny(construct).openapi).expect("the document is YAML")));
    }
    // So that the test does not pass for want of objects, or of values that fit.
    assert!(compared.components >= 7 && compared.values >= 500 && compared.fitting >= 50, "{compared:?}");
}
