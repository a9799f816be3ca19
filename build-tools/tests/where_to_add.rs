//! `ARCHITECTURE.md` says truly which files are touched to add something: they exist, and are as many as it says.

mod common;

use std::fs;

use common::root;

#[test]
fn the_files_to_touch_are_there_and_as_many_as_it_says() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("there is the document");
    let (_, behind) = text.split_once("## Where to add\n").expect("there is the section");
    let (section, _) = behind.split_once("\n## ").expect("it ends");
    let rows: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let [head, rows @ ..] = rows.as_slice() else { panic!("there is no table: {section}") };
    assert_eq!(head, &["to add", "files", "which", "shown by"]);
    assert!(rows.len() >= 5, "rows have gone missing");
    for row in rows {
        let [what, number, which, _] = row.as_slice() else { panic!("a row has four cells: {row:?}") };
        // Every other piece between backquotes is a path.
        let paths: Vec<&str> = which.split('`').skip(1).step_by(2).collect();
        assert_eq!(number.parse(), Ok(paths.len()), "{what}");
        for path in paths {
            let path = root().join(path.trim_end_matches('…'));
            assert!(path.exists(), "{what}: there is no {}", path.display());
        }
    }
}
