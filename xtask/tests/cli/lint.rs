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

#[test]
fn mistakes_in_the_settings_are_found_too() {
    let tree = Tree::new();
    let settings = "specs/acme/vendor.toml";
    tree.replace(settings, "{token}\"", "{tokne}\"");
    tree.write(settings, &format!("{}[errors]\nTeapotError = [\"418\"]\n", tree.read(settings)));
    let run = tree.run(&["lint", "--format", "json"]);
    assert_eq!(run.code, Some(1));
    let findings: Vec<Value> = serde_json::from_str(&run.stdout).expect("an array");
    let places: Vec<(&str, &str, &str)> = findings
        .iter()
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().expect("a text");
            (text("rule"), text("file"), text("pointer"))
        })
        .collect();
    assert_eq!(places, [("vendor-settings", settings, "/credentials/0/headers/authorization")]);
    // An entry that fits nothing shows once the others are sound.
    tree.replace(settings, "{tokne}\"", "{token}\"");
    let run = tree.run(&["lint"]);
    assert_eq!(run.code, Some(1));
    let line = tree.read(settings).lines().position(|line| line.contains("Teapot")).expect("it was just written") + 1;
    assert!(run.stdout.contains(&format!("unused-setting {settings}:{line}:")), "{}", run.stdout);
}

#[test]
fn what_is_not_utf_8_has_a_place_in_every_file() {
    let files = [
        "openapi.yaml",
        "vendor.toml",
        "documented.yaml",
        "examples/get_widget.response.json",
        "examples/unsound.yaml",
    ];
    for file in files {
        let tree = Tree::new();
        let path = format!("specs/acme/{file}");
        std::fs::write(tree.path(&path), b"a\nb\xc3\xa4\xff: 1\n").expect("a file can be written");
        let run = tree.run(&["lint", "--format", "json"]);
        assert_eq!(run.code, Some(1), "{file}");
        let findings: Vec<Value> = serde_json::from_str(&run.stdout).expect("an array");
        let finding = findings.iter().find(|finding| finding["rule"] == "syntax").expect("it is found");
        assert_eq!(
            (&finding["file"], &finding["line"], &finding["column"]),
            (&path.into(), &2.into(), &3.into()),
            "{file}"
        );
        assert!(finding["message"].as_str().is_some_and(|message| message.contains("not UTF-8")), "{finding}");
    }
}

#[test]
fn so_many_findings_are_shown_and_all_on_request() {
    let tree = Tree::new();
    let path = "specs/acme/openapi.yaml";
    let keys = (0..300).map(|number| format!("key{number}: 1\n")).collect::<Vec<_>>().concat();
    tree.write(path, &format!("{}{keys}", tree.read(path)));
    let run = tree.run(&["lint"]);
    assert_eq!(run.stdout.matches("means nothing in the document").count(), 100);
    assert!(run.stdout.contains("… and 200 more"), "{}", run.stdout);
    assert_eq!(tree.run(&["lint", "--all"]).stdout.matches("means nothing in the document").count(), 300);
}

#[test]
fn the_help_lists_every_rule() {
    let help = Tree::new().run(&["lint", "--help"]).stdout;
    for rule in build_tools::spec::RULES {
        assert!(help.contains(rule.id) && help.contains(&rule.severity.to_string()), "{}", rule.id);
    }
}
