//! Documents as vendors publish them: each generates, every operation is a method, and what is lost is told.

mod common;

use std::fmt::Write as _;
use std::fs;

use build_tools::generate;
use build_tools::published::{NotPublished, Published};
use build_tools::spec::{Document, Node, NodeValue, SourceFile, VendorSources, parse_yaml};
use common::root;

fn read(name: &str, text: String) -> (Published, Document) {
    let beside = &mut |_: &str| Err("there is one file".to_owned());
    Published::read(name, text, &[], beside).unwrap_or_else(|refused| panic!("{name}: {refused:?}"))
}

fn documents() -> Vec<(String, String)> {
    let directory = root().join("build-tools/tests/published");
    let mut documents: Vec<(String, String)> = fs::read_dir(directory)
        .expect("there are documents")
        .map(|entry| entry.expect("the directory can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| {
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("it can be read"))
        })
        .collect();
    documents.sort();
    assert!(documents.len() >= 7, "documents are missing");
    documents
}

/// The curated document and the losses are what a person reviews.
#[test]
fn each_construct_becomes_what_was_reviewed() {
    for (name, text) in documents() {
        let (published, document) = read("x", text);
        let mut shown = serde_json::to_string_pretty(&document.root.to_json()).expect("it is JSON");
        shown.push('\n');
        for loss in &published.losses {
            let _ = write!(shown, "\nloss {}: {}: {}", loss.construct, loss.place, loss.message);
            assert!(loss.span.line > 0, "{name}: {loss:?} has no place");
        }
        insta::assert_snapshot!(format!("published_{name}"), shown);
    }
}

#[test]
fn every_operation_is_a_method() {
    for (name, text) in documents() {
        let calls = text.matches("responses:").count() - text.matches("\n  responses:").count();
        let (published, document) = read(&name, text);
        let generated = published.generate(document).unwrap_or_else(|findings| {
            panic!("{name}: {}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        });
        let traces = usize::from(name == "parameters");
        assert_eq!(generated.contract.operations.len(), calls - traces, "{name}");
        assert_eq!((published.operations, published.callable), (calls, calls - traces), "{name}");
        let library = generated.files.iter().find(|file| file.path == format!("crates/onboarding-{name}/src/lib.rs"));
        assert!(library.is_some_and(|library| library.contents.contains("mod generated;")), "{name}");
        // What is generated again is the same, without the library.
        let again = generate(&published.sources).expect("it generates");
        assert!(generated.files.starts_with(&again.files) && generated.files.len() == again.files.len() + 1, "{name}");
    }
}

/// A new operation elsewhere, another order of keys and JSON in place of YAML change no name.
#[test]
fn names_do_not_depend_on_the_order_of_keys() {
    for (name, text) in documents() {
        let tree = parse_yaml(&SourceFile::published(&name, text.clone())).expect("it is YAML");
        let generated = |text: String| {
            let (published, document) = read(&name, text);
            published.generate(document).expect("it generates")
        };
        let other = reversed(&tree).to_string();
        assert_ne!(text, other);
        let (one, other) = (generated(text), generated(other));
        for (one, other) in one.files.iter().zip(&other.files) {
            assert_eq!(one.path, other.path, "{name}");
            assert_eq!(one.contents, other.contents, "{}", one.path);
        }
    }
}

/// The document with the keys of every mapping in the opposite order.
fn reversed(node: &Node) -> serde_json::Value {
    match &node.value {
        NodeValue::Mapping(entries) => {
            entries.iter().rev().map(|entry| (entry.key.clone(), reversed(&entry.value))).collect()
        }
        NodeValue::Sequence(items) => items.iter().map(reversed).collect(),
        _ => node.to_json(),
    }
}

#[test]
fn what_is_no_openapi_3_is_refused_in_a_sentence() {
    for (text, said) in [
        ("swagger: '2.0'", "Swagger 2.0"),
        ("openapi: 2.9.9", "OpenAPI 2.9.9"),
        ("openapi: 4.0.0", "OpenAPI 4.0.0"),
        ("title: x", "no OpenAPI document"),
        ("[]", "no OpenAPI document"),
    ] {
        let refused =
            Published::read("x", text.to_owned(), &[], &mut |_| Err(String::new())).expect_err("it is refused");
        let NotPublished::Other(message, help) = refused else { panic!("{refused:?}") };
        assert!(message.contains(said), "{message}");
        assert!(help.ends_with('.'), "{help}");
    }
}

/// A correction changes what is generated; one that corrects nothing is told at its place in the overlay, and beside a document that was
/// curated by hand there is none.
#[test]
fn a_published_document_is_corrected_by_its_overlay() {
    let (_, text) = documents().into_iter().find(|(name, _)| name == "inline").expect("there is the document");
    let (published, _) = read("inline", text);
    let corrected = |action: &str| {
        let head = "overlay: 1.1.0\ninfo: {title: Corrections, version: '1'}\nactions:\n";
        let overlay =
            SourceFile { path: "specs/inline/overlay.yaml".to_owned(), text: format!("{head}  - {action}\n") };
        VendorSources { overlay: Some(overlay), ..published.sources.clone() }
    };
    let method = |sources: &VendorSources| {
        let generated = generate(sources).expect("it generates");
        let operations = generated.contract.operations.iter();
        operations.map(|operation| operation.method_name.clone()).collect::<Vec<_>>()
    };
    let before = method(&published.sources);
    let after = method(&corrected("{target: '$.paths[\"/orders\"].post', update: {operationId: placeOrder}}"));
    assert_eq!(before.len(), after.len());
    assert!(!before.contains(&"place_order".to_owned()) && after.contains(&"place_order".to_owned()), "{after:?}");

    // Names and what is private as well.
    let marked = "{target: '$.paths[\"/orders\"].get..items.properties[\"id\", \"email\"]', \
                  update: {x-rust-name: renamed}, x-guard: {count: 2}}";
    assert!(generate(&corrected(marked)).is_ok(), "two members that would have one name get two");
    let marked = "{target: '$.paths[\"/orders\"].get.responses[\"200\"].content.*.schema.items.properties', \
                  update: {id: {x-sensitive: true, x-rust-name: number}, email: {x-sensitive: false}}, x-guard: {count: 1}}";
    let generated = generate(&corrected(marked)).expect("it generates");
    let types = generated.files.iter().find(|file| file.path.ends_with("types/orders.rs")).expect("it has types");
    let member = |name: &str| types.contents.split("#[wire(").find(|text| text.contains(&format!("pub {name}:")));
    assert!(
        member("number").is_some_and(|member| member.contains("\"id\"") && member.contains("private")),
        "{}",
        types.contents
    );
    assert!(member("email").is_some_and(|member| !member.contains("private")), "{}", types.contents);

    let sources = corrected("{target: '$.paths[\"/invoices\"]', remove: true}");
    let findings = build_tools::lint(&sources);
    let places: Vec<_> =
        findings.iter().map(|finding| (finding.file.as_str(), finding.span.line, finding.rule)).collect();
    assert_eq!(places, [("specs/inline/overlay.yaml", 4, "overlay-no-match")]);
    assert_eq!(generate(&sources).map(|_| ()), Err(findings));

    let mut curated = corrected("{target: $.info, update: {title: Other}}");
    curated.openapi.path = "specs/inline/openapi.yaml".to_owned();
    let findings = build_tools::lint(&curated);
    assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["overlay-form"]);
}
