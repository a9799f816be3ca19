//! The vendors' crates as a whole: what generation had to do, and that it does the same every time.

mod common;

use build_tools::generate;
use build_tools::spec::{Node, NodeValue, VendorSources, parse_yaml};
use common::{sources, vendors};

fn generated(sources: &VendorSources) -> build_tools::Generated {
    generate(sources).unwrap_or_else(|findings| {
        let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
        panic!("{}: {}", sources.name, findings.join("\n"))
    })
}

#[test]
fn the_report_is_the_reviewed_one() {
    for vendor in vendors() {
        insta::assert_snapshot!(format!("report_{vendor}"), generated(&sources(&vendor)).report.review().join("\n"));
    }
}

/// These rules are warnings for documents to come; what is here keeps to them.
#[test]
fn no_error_text_is_shown_and_names_are_good_ones() {
    for vendor in vendors() {
        let report = generated(&sources(&vendor)).report.allowed;
        let rules = ["sensitive-error-text", "offered-rust-name", "operation-verb"];
        let broken: Vec<&String> =
            report.iter().filter(|line| rules.iter().any(|rule| line.starts_with(&format!("{rule}: ")))).collect();
        assert!(broken.is_empty(), "{vendor}: {broken:?}");
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    for vendor in vendors() {
        let sources = sources(&vendor);
        assert!(generated(&sources).files == generated(&sources).files, "{vendor}: two runs differ");
    }
}

#[test]
fn the_order_of_keys_changes_nothing() {
    for vendor in vendors() {
        let original = sources(&vendor);
        let expected = generated(&original).files;
        let mut reordered = original.clone();
        let root = parse_yaml(&original.openapi).expect("the document is sound");
        // JSON is YAML; every mapping comes out in the opposite order, every list as it was.
        reordered.openapi.text = reversed(&root).to_string();
        assert_ne!(original.openapi.text, reordered.openapi.text);
        let found = generated(&reordered).files;
        for (expected, found) in expected.iter().zip(&found) {
            assert_eq!(expected.contents, found.contents, "{} depends on the order of keys", expected.path);
        }
        assert_eq!(expected.len(), found.len());
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
fn every_file_names_its_command_and_its_source() {
    for vendor in vendors() {
        for file in generated(&sources(&vendor)).files {
            let head: String = file.contents.lines().take(2).collect();
            assert!(head.contains("cargo xtask generate"), "{} does not say what made it", file.path);
            assert!(head.contains(&format!("specs/{vendor}/openapi.yaml")), "{} does not say what to edit", file.path);
        }
    }
}
