//! `cargo xtask coverage` on workspaces of its own.

use std::fs;

use crate::tree::Tree;

const SNAPSHOT: &str = "crates/onboarding-acme/tests/snapshots/get_widget.snap";
const README: &str = "# Acme\n\n<!-- coverage:begin -->\n<!-- coverage:end -->\n\nThe end.\n";

fn counted() -> Tree {
    let tree = Tree::new();
    tree.write("README.md", README);
    assert_eq!(tree.run(&["generate"]).code, Some(0));
    tree.write(SNAPSHOT, "GET /widgets/w-1\n");
    let write = tree.run(&["coverage", "--write"]);
    assert_eq!(write.code, Some(0), "{}", write.stderr);
    tree
}

#[test]
fn everything_is_counted_and_written() {
    let tree = counted();
    let figures: toml::Table = toml::from_str(&tree.read("specs/coverage.toml")).expect("TOML");
    let acme = figures["acme"].as_table().expect("a table");
    for (name, expected) in [
        ("operations-documented", 1),
        ("operations-in-document", 1),
        ("operations-generated", 1),
        ("operations-on-the-wire", 1),
        ("payloads-documented", 1),
        ("payloads-round-tripped", 1),
        ("payloads-unsound", 0),
        ("statuses-declared", 2),
        ("statuses-decoded", 2),
        ("mutants-strict", 36),
        ("mutants-open", 0),
        ("sensitive-marked", 1),
        ("sensitive-covered", 1),
        ("provenance-stated", 1),
    ] {
        assert_eq!(acme[name].as_integer(), Some(expected), "{name}");
    }
    let readme = tree.read("README.md");
    assert!(
        readme.contains("| acme ")
            && !readme.contains("mutants")
            && readme.ends_with("<!-- coverage:end -->\n\nThe end.\n"),
        "{readme}"
    );
    assert_eq!(tree.run(&["coverage", "--check"]).code, Some(0));
}

#[test]
fn a_lost_snapshot_is_worse() {
    let tree = counted();
    fs::remove_file(tree.path(SNAPSHOT)).expect("it was just written");
    let run = tree.run(&["coverage"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("acme: get_widget has no snapshot of its request\n"), "{}", run.stdout);
    assert!(run.stdout.contains("worse: acme: 0 operations on the wire, 1 before\n"), "{}", run.stdout);
}

#[test]
fn a_proof_that_is_not_as_generated_proves_nothing() {
    let tree = counted();
    tree.replace("crates/onboarding-acme/tests/generated/mutations.rs", "assert_mutants", "drop");
    let run = tree.run(&["coverage"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("worse: acme: 0 strict mutants, 36 before\n"), "{}", run.stdout);
    assert_eq!(tree.run(&["generate"]).code, Some(0));
    tree.replace("crates/onboarding-acme/tests/generated/proofs.txt", "marked", "mark");
    let run = tree.run(&["coverage"]);
    assert!(run.stdout.contains("worse: acme: 0 sensitive members with a canary, 1 before\n"), "{}", run.stdout);
}

#[test]
fn a_table_that_was_edited_is_out_of_date() {
    let tree = counted();
    tree.replace("README.md", "| acme ", "| ACME ");
    assert_eq!(tree.run(&["coverage"]).code, Some(0));
    let check = tree.run(&["coverage", "--check"]);
    assert_eq!(check.code, Some(4));
    assert!(check.stdout.contains("README.md is out of date\n"), "{}", check.stdout);
}

#[test]
fn without_committed_figures_the_way_to_make_them_is_told() {
    let tree = Tree::new();
    let run = tree.run(&["coverage"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("`cargo xtask coverage --write`"), "{}", run.stderr);
}
