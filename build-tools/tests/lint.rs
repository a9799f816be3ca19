//! The linter against documents with known mistakes.
//!
//! A fixture under `fixtures/lint/rules/` is named after its rule; a comment `# ! rule` ends each line on which a
//! finding is expected. Every finding has to be expected, and every expected one has to be found.

#![allow(clippy::unwrap_used, clippy::format_push_string, reason = "a test fails by panicking")]
#![expect(clippy::unwrap_used, reason = "a test that lacks its input has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use build_tools::spec::{Finding, RULES, Severity, SourceFile, VendorSources, lint};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lint")
}

fn read(path: &Path) -> SourceFile {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let path = path.strip_prefix(fixtures()).unwrap();
    SourceFile { path: path.to_str().unwrap().replace('\\', "/"), text }
}

/// A vendor with this document and nothing else.
fn vendor(openapi: SourceFile) -> VendorSources {
    VendorSources {
        name: "sample".to_owned(),
        openapi,
        vendor_toml: SourceFile { path: "vendor.toml".to_owned(), text: String::new() },
        overlay: None,
        documented: None,
        examples: BTreeMap::new(),
        unsound: None,
    }
}

/// A vendor whose files stand in a directory of fixtures.
fn vendor_in(directory: &str) -> VendorSources {
    let directory = fixtures().join(directory);
    let mut sources = vendor(read(&directory.join("openapi.yaml")));
    sources.vendor_toml = read(&directory.join("vendor.toml"));
    add_examples(&mut sources, &directory.join("examples"));
    sources
}

fn add_examples(sources: &mut VendorSources, directory: &Path) {
    let unsound = directory.join("unsound.yaml");
    sources.unsound = unsound.exists().then(|| read(&unsound));
    sources.examples.clear();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            sources.examples.insert(name, read(&path));
        }
    }
}

fn places(findings: &[Finding]) -> Vec<(String, usize, usize, &'static str)> {
    findings
        .iter()
        .map(|finding| (finding.file.clone(), finding.span.line, finding.span.column, finding.rule))
        .collect()
}

/// The findings that the comments of a fixture announce: line and rule.
fn announced(text: &str) -> Vec<(usize, String)> {
    let mut announced = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let rules = line.split_once("# ! ").map_or("", |(_, rules)| rules);
        announced.extend(rules.split_whitespace().map(|rule| (index + 1, rule.to_owned())));
    }
    announced.sort();
    announced
}

fn rule_fixtures() -> BTreeMap<String, SourceFile> {
    let directory = fixtures().join("rules");
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), read(&path))).collect()
}

#[test]
fn each_rule_finds_its_mistakes_and_nothing_else() {
    let mut failures = String::new();
    for (rule, file) in rule_fixtures() {
        let expected = announced(&file.text);
        assert!(expected.iter().any(|(_, other)| *other == rule), "{rule}.yaml announces no finding of {rule}");
        let findings = lint(&vendor(file));
        let mut found: Vec<(usize, String)> =
            findings.iter().map(|finding| (finding.span.line, finding.rule.to_owned())).collect();
        found.sort();
        if found != expected {
            let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
            failures.push_str(&format!("{rule}: expected {expected:?}\n{}\n\n", list.join("\n")));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The fixtures under `whole/`: each a document and its settings, named after the rule that it is there for.
fn whole_fixtures() -> BTreeMap<String, VendorSources> {
    let directories = fs::read_dir(fixtures().join("whole")).unwrap().map(|entry| entry.unwrap().path());
    let sources = directories.map(|directory| {
        let mut sources = vendor(read(&directory.join("openapi.yaml")));
        sources.vendor_toml = read(&directory.join("vendor.toml"));
        (directory.file_name().unwrap().to_str().unwrap().to_owned(), sources)
    });
    sources.collect()
}

#[test]
fn one_list_holds_the_findings_of_every_file_and_stage() {
    let mut failures = String::new();
    for (rule, sources) in whole_fixtures() {
        let mut expected: Vec<(&str, usize, String)> = Vec::new();
        for file in [&sources.openapi, &sources.vendor_toml] {
            expected.extend(announced(&file.text).into_iter().map(|(line, rule)| (file.path.as_str(), line, rule)));
        }
        expected.sort();
        assert!(expected.iter().any(|(_, _, other)| *other == rule), "{rule} announces no finding of {rule}");
        let findings = build_tools::lint(&sources);
        let mut found: Vec<(&str, usize, String)> = findings
            .iter()
            .map(|finding| (finding.file.as_str(), finding.span.line, finding.rule.to_owned()))
            .collect();
        found.sort();
        if found != expected {
            let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
            failures.push_str(&format!("{rule}: expected {expected:#?}\n{}\n\n", list.join("\n")));
        }
        // What keeps a crate from being generated is the same list.
        assert_eq!(build_tools::generate(&sources).map(|generated| generated.report), Err(findings), "{rule}");
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn no_finding_points_at_the_beginning_of_a_file_where_nothing_is_wrong() {
    let rules = rule_fixtures().into_values().map(vendor);
    for sources in rules.chain(whole_fixtures().into_values()) {
        for finding in build_tools::lint(&sources) {
            // Without settings, the whole of them is missing.
            if finding.file == "vendor.toml" && sources.vendor_toml.text.is_empty() {
                continue;
            }
            let file = [&sources.openapi, &sources.vendor_toml].into_iter().find(|file| file.path == finding.file);
            let text = &file.unwrap_or_else(|| panic!("{finding}")).text;
            let announced_there = announced(text).contains(&(finding.span.line, finding.rule.to_owned()));
            assert!((finding.span.line, finding.span.column) != (1, 1) || announced_there, "{finding}");
            assert!(!matches!(finding.pointer.as_str(), "/paths" | "/components"), "{finding}");
            assert!(finding.span.start <= finding.span.end && finding.span.end <= text.len(), "{finding}");
        }
    }
}

#[test]
fn every_rule_has_a_fixture_and_every_finding_a_rule() {
    // These are about files other than the document and the settings; they have tests of their own.
    let elsewhere = [
        "overlay-already-so",
        "overlay-drifted",
        "overlay-expired",
        "overlay-form",
        "overlay-no-match",
        "overlay-over-match",
        "stale-unsound",
        "unknown-example",
    ];
    let with_fixture: BTreeSet<String> = rule_fixtures().into_keys().chain(whole_fixtures().into_keys()).collect();
    let rules: BTreeSet<String> =
        RULES.iter().map(|rule| rule.id.to_owned()).filter(|id| !elsewhere.contains(&id.as_str())).collect();
    assert_eq!(with_fixture, rules);
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted, "RULES is sorted by id and lists each once");
}

#[test]
fn each_finding_says_what_to_write_instead() {
    for (rule, file) in rule_fixtures() {
        for finding in lint(&vendor(file)) {
            let known = RULES.iter().find(|known| known.id == finding.rule);
            assert_eq!(known.map(|known| known.severity), Some(finding.severity), "{rule}: {finding}");
            assert!(
                finding.help.ends_with('.') && !finding.message.ends_with('.'),
                "{rule}: {finding}\n{}",
                finding.help
            );
            assert!(
                !finding.help.contains("  ") && !finding.message.contains("  "),
                "{rule}: {finding}\n{}",
                finding.help
            );
        }
    }
}

#[test]
fn ten_mistakes_are_found_where_they_are() {
    let findings = lint(&vendor_in("mistakes"));
    let document = "mistakes/openapi.yaml";
    let expected = [
        ("mistakes/examples/get_client.response.json", 3, 13, "invalid-example"),
        (document, 19, 17, "path-parameter-not-in-path"),
        (document, 30, 22, "invalid-default"),
        (document, 39, 20, "duplicate-operation-id"),
        (document, 44, 11, "undeclared-security-scheme"),
        (document, 57, 23, "unknown-reference"),
        (document, 78, 5, "missing-response"),
        (document, 93, 5, "duplicate-rust-name"),
        (document, 124, 11, "unknown-key"),
        (document, 131, 11, "enum-value-collision"),
    ];
    let expected = expected.map(|(file, line, column, rule)| (file.to_owned(), line, column, rule));
    assert_eq!(places(&findings), expected, "{findings:#?}");
    assert!(findings.iter().all(|finding| finding.severity == Severity::Error));
}

#[test]
fn a_document_that_follows_the_conventions_has_no_findings() {
    assert_eq!(lint(&vendor_in("valid")), []);
}

#[test]
fn example_files_are_held_against_the_bodies_that_their_names_stand_for() {
    let mut sources = vendor_in("valid");
    add_examples(&mut sources, &fixtures().join("files/examples"));
    let findings = lint(&sources);
    let examples = "files/examples";
    let expected = [
        ("create_client.request.json", 2, 33, "invalid-example"),
        ("create_client.request.json", 4, 15, "invalid-example"),
        ("create_client.request.json", 5, 31, "invalid-example"),
        ("create_client.request.json", 7, 13, "invalid-example"),
        ("delete_client.response.json", 1, 1, "unknown-example"),
        ("get_clent.response.json", 1, 1, "unknown-example"),
        ("get_client.answer.json", 1, 1, "unknown-example"),
        ("get_client.request.json", 1, 1, "unknown-example"),
        ("get_client.response.1.json", 1, 1, "unknown-example"),
        ("get_client.response.500.json", 1, 1, "unknown-example"),
        ("list_clients.response.404.json", 3, 3, "syntax"),
        ("unsound.yaml", 3, 12, "stale-unsound"),
        ("unsound.yaml", 5, 12, "stale-unsound"),
        ("unsound.yaml", 7, 3, "wrong-kind"),
    ];
    let expected = expected.map(|(file, line, column, rule)| (format!("{examples}/{file}"), line, column, rule));
    assert_eq!(places(&findings), expected, "{findings:#?}");
}

#[test]
fn the_files_beside_the_document_are_read_too() {
    let mut sources = vendor_in("valid");
    sources.vendor_toml = read(&fixtures().join("files/vendor.toml"));
    sources.documented = Some(SourceFile { path: "documented.yaml".to_owned(), text: "- a: &x 1\n".to_owned() });
    let expected = [
        ("documented.yaml", 1, 6, "unsupported-yaml"),
        // A broken `vendor.toml` names nothing.
        ("files/vendor.toml", 2, 24, "syntax"),
        ("valid/openapi.yaml", 337, 5, "unused-component"),
    ];
    let expected = expected.map(|(file, line, column, rule)| (file.to_owned(), line, column, rule));
    assert_eq!(places(&lint(&sources)), expected);
}

#[test]
fn findings_name_the_remedy() {
    let findings = lint(&vendor_in("mistakes"));
    let finding = findings.iter().find(|finding| finding.rule == "unknown-reference").unwrap();
    assert_eq!(
        serde_json::to_value(finding).unwrap(),
        serde_json::json!({
            "rule": "unknown-reference",
            "severity": "error",
            "file": "mistakes/openapi.yaml",
            "line": 57,
            "column": 23,
            "pointer": "/paths/~1clients/post/responses/201/content/application~1json/schema/$ref",
            "message": "there is no `Customerr` under `components/schemas`",
            "help": "Write `#/components/schemas/Customer`, or add the component.",
        })
    );
    assert_eq!(
        finding.to_string(),
        "mistakes/openapi.yaml:57:23: error[unknown-reference]: there is no `Customerr` under `components/schemas`"
    );
}
