//! `cargo xtask lint` on workspaces of its own.

use crate::tree::Tree;
use serde_json::Value;

#[test]
fn a_sound_document_gives_an_empty_array() {
    let tree = Tree::new();
    let run = tree.run(&["lint", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).expect("JSON"), Value::Array(Vec::new()));
}

#[test]
fn a_finding_has_rule_and_place() {
    let tree = Tree::new();
    let document = "specs/acme/openapi.yaml";
    tree.replace(document, "- $ref: '#/components/schemas/WidgetId'", "- $ref: '#/components/schemas/Gadget'");
    let text = tree.read(document);
    let line = text.lines().position(|line| line.contains("Gadget")).expect("it was just written") + 1;

    let run = tree.run(&["lint", "--format", "json"]);
    assert_eq!(run.code, Some(1));
    let findings: Vec<Value> = serde_json::from_str(&run.stdout).expect("an array");
    let finding =
        findings.iter().find(|finding| finding["rule"] == "unknown-reference").expect("the reference is found");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["file"], document);
    assert_eq!(finding["line"], line);

    let run = tree.run(&["lint", "acme"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains(&format!("unknown-reference {document}:{line}:")), "{}", run.stdout);
    assert!(!run.stdout.contains('\u{1b}'), "colours reach a pipe");
}

#[test]
fn a_document_that_cannot_be_parsed_is_a_finding_and_does_not_hide_others() {
    let tree = Tree::new();
    tree.add_vendor("zeta");
    tree.write("specs/acme/openapi.yaml", "openapi: [3.0.3\n");
    let run = tree.run(&["lint"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("syntax specs/acme/openapi.yaml:"), "{}", run.stdout);
    assert!(run.stdout.contains("zeta: nothing found"), "{}", run.stdout);
}

#[test]
fn an_empty_document_is_a_finding() {
    let tree = Tree::new();
    tree.write("specs/acme/openapi.yaml", "");
    let run = tree.run(&["lint"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("specs/acme/openapi.yaml:1:1"), "{}", run.stdout);
}

#[test]
fn an_unknown_vendor_is_told_with_those_known() {
    let tree = Tree::new();
    let run = tree.run(&["lint", "acne"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("`acne`") && run.stderr.ends_with("known are acme\n"), "{}", run.stderr);
}

#[test]
fn a_place_without_vendors_is_told() {
    let tree = Tree::new();
    let run = tree.run(&["lint", "--specs", "/nowhere"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.starts_with("error: cannot list /nowhere"), "{}", run.stderr);
}
