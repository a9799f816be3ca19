//! `docs/constructs.md` has a row for every construct of published documents, names only what is there, and forgets neither a document
//! nor a loss.

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::root;

/// The cells of each row of the table.
fn rows() -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("docs/constructs.md")).expect("there is a table of constructs");
    let rows = text.lines().filter(|line| line.starts_with("| M"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The words of a cell that are written as code.
fn words(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The names of the files of a directory under `build-tools` that end so.
fn files(directory: &str, ending: &str) -> BTreeSet<String> {
    let directory = root().join("build-tools").join(directory);
    let names = fs::read_dir(directory).expect("there is the directory").map(|entry| entry.expect("it can be read"));
    names.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(ending)?.to_owned())).collect()
}

#[test]
fn every_construct_has_one_row() {
    let ids: Vec<String> = rows().iter().map(|row| row[0].clone()).collect();
    let all: Vec<String> = (1..=42).map(|number| format!("M{number:02}")).collect();
    assert_eq!(ids, all);
}

#[test]
fn each_row_names_what_shows_it() {
    let documents = files("tests/published", ".yaml");
    let mut named = BTreeSet::new();
    for row in rows() {
        let [id, construct, form, shown, _] = row.as_slice() else { panic!("{row:?} has not five cells") };
        assert!(!construct.is_empty() && !form.is_empty(), "{id} says nothing");
        let shown = words(shown);
        assert!(!shown.is_empty(), "nothing shows {id}");
        for word in shown {
            let places = [format!("build-tools/tests/{word}.yaml"), format!("build-tools/{word}")];
            let exists = documents.contains(&word) || places.iter().any(|place| root().join(place).is_file());
            assert!(exists, "{id} is said to be shown by `{word}`, which is not there");
            named.insert(word);
        }
    }
    let forgotten: Vec<_> = documents.difference(&named).collect();
    assert!(forgotten.is_empty(), "no row names {forgotten:?}");
}

#[test]
fn the_losses_of_the_table_are_those_of_the_code() {
    let losses: BTreeSet<String> = rows().iter().flat_map(|row| words(&row[4])).collect();
    let losses: BTreeSet<&str> = losses.iter().map(String::as_str).filter(|word| !word.starts_with('$')).collect();
    let mut code = String::new();
    for file in files("src/published", ".rs") {
        let path = root().join("build-tools/src/published").join(format!("{file}.rs"));
        code.push_str(&fs::read_to_string(path).expect("it can be read"));
    }
    // The first argument, behind which the place comes, and the member of the same name.
    let calls = code.split("lose(").skip(1).chain(code.split("construct:").skip(1));
    let literals = calls.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'));
    let written: BTreeSet<&str> = literals.map(|(name, _)| name).collect();
    assert!(written.len() >= 20, "{written:?}");
    assert_eq!(losses, written);
    // So that a loss whose name is not at its place is seen as well.
    for snapshot in files("tests/snapshots", ".snap").iter().filter(|name| name.starts_with("published__")) {
        let path = root().join("build-tools/tests/snapshots").join(format!("{snapshot}.snap"));
        for line in fs::read_to_string(path).expect("it can be read").lines() {
            if let Some((loss, _)) = line.strip_prefix("loss ").and_then(|rest| rest.split_once(':')) {
                assert!(losses.contains(loss), "{snapshot}: `{loss}` is not in the table");
            }
        }
    }
}
