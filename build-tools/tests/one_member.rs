//! One more optional member of a type is a small change: few generated files, and few lines in each.

mod common;

use std::collections::BTreeMap;

use build_tools::generate;
use build_tools::spec::VendorSources;
use common::sources;
use similar::{ChangeTag, TextDiff};

/// As many lines may change in a file, those that are taken away and those that are added.
const MAX_LINES: usize = 12;

/// Griffin's `Payment` as the document begins its members.
const MEMBERS: &str = "\n    Payment:\n";

/// The files of a vendor's crate and the outline of what it offers, by path.
fn files(sources: &VendorSources) -> BTreeMap<String, String> {
    let generated = generate(sources).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let surface = generated.surface().into_iter().map(|(name, text)| (format!("surface/{name}"), text));
    generated.files.into_iter().map(|file| (file.path, file.contents)).chain(surface).collect()
}

/// The vendor with one more member of `Payment`.
fn with_member(member: &str) -> VendorSources {
    let mut sources = sources("griffin");
    let text = &sources.openapi.text;
    let start = text.find(MEMBERS).expect("the document has payments");
    let members = "      properties:\n";
    let start = start + text[start..].find(members).expect("payments have members") + members.len();
    sources.openapi.text = format!("{}{member}{}", &text[..start], &text[start..]);
    sources
}

/// How many lines of each file differ between two vendors.
fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> BTreeMap<String, usize> {
    let paths = before.keys().chain(after.keys());
    let lines = paths.map(|path| {
        let of = |files: &BTreeMap<String, String>| files.get(path).cloned().unwrap_or_default();
        let (before, after) = (of(before), of(after));
        let difference = TextDiff::from_lines(&before, &after);
        let lines = difference.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal).count();
        (path.clone(), lines)
    });
    lines.filter(|(_, lines)| *lines > 0).collect()
}

#[test]
fn an_optional_member_changes_few_lines_of_few_files() {
    let before = files(&sources("griffin"));
    for (kind, member, named) in [
        (
            "plain",
            "        approval-note: {type: string, maxLength: 35, description: A note of who approved it.}\n",
            ["/approval-note dnBIAOl35", " /approval-note = "],
        ),
        (
            "sensitive",
            "        approver-name: {type: string, x-sensitive: true, description: The name of who approved it.}\n",
            ["/approver-name canary", "marked Payment"],
        ),
    ] {
        let after = files(&with_member(member));
        let lines = changed(&before, &after);
        let paths: Vec<&str> = lines.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "crates/onboarding-griffin/src/generated/types/payments.rs",
                "crates/onboarding-griffin/tests/generated/proofs.txt",
                "surface/types/payments",
            ],
            "{kind}: beside these, the document and the figures of coverage change: {lines:#?}"
        );
        let most = lines.values().max();
        assert!(most <= Some(&MAX_LINES), "{kind}: {lines:#?}");
        let table = &after["crates/onboarding-griffin/tests/generated/proofs.txt"];
        for named in named {
            assert!(table.contains(named), "{kind}: the table does not have `{named}`");
        }
    }
}
