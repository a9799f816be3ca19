//! What generation gives: files, compared with what is there and written by `xtask` alone.

use std::collections::BTreeMap;
use std::path::Path;

/// One generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Path relative to the workspace, with forward slashes.
    pub path: String,
    /// What it holds.
    pub contents: String,
}

impl OutputFile {
    /// A file of that path and text.
    pub fn new(path: impl Into<String>, contents: impl Into<String>) -> Self {
        Self { path: path.into(), contents: contents.into() }
    }
}

/// How a file on disk differs from what generation gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The file is not there.
    Missing(OutputFile),
    /// The file holds something else: what it holds now, and what it should hold.
    Differs(String, OutputFile),
    /// The file is there and should not be: its path, and what it holds.
    Stale(String, String),
}

impl Change {
    /// The path of the file.
    pub fn path(&self) -> &str {
        match self {
            Self::Missing(file) | Self::Differs(_, file) => &file.path,
            Self::Stale(path, _) => path,
        }
    }

    /// The change as a unified difference, from what is on disk to what generation gives.
    pub fn difference(&self) -> String {
        let (before, after) = match self {
            Self::Missing(file) => ("", file.contents.as_str()),
            Self::Differs(before, file) => (before.as_str(), file.contents.as_str()),
            Self::Stale(_, before) => (before.as_str(), ""),
        };
        let path = self.path();
        similar::TextDiff::from_lines(before, after)
            .unified_diff()
            .context_radius(3)
            .header(&format!("{path} (on disk)"), &format!("{path} (generated)"))
            .to_string()
    }
}

/// Whether a path below a vendor crate belongs to generation: what is there and was not generated is then stale.
///
/// Generated are `Cargo.toml`, `README.md`, everything under `src/generated` and the Rust files under `tests/generated`.
pub fn is_generated(path_in_crate: &str) -> bool {
    matches!(path_in_crate, "Cargo.toml" | "README.md")
        || path_in_crate.starts_with("src/generated/")
        || (path_in_crate.starts_with("tests/generated/")
            && Path::new(path_in_crate).extension().is_some_and(|extension| extension == "rs"))
}

/// How the files on disk differ from those generated. `on_disk` are the generated-owned files that are there now.
pub fn compare(generated: &[OutputFile], on_disk: &[OutputFile]) -> Vec<Change> {
    let by_path = |files: &'_ [OutputFile]| -> BTreeMap<String, String> {
        files.iter().map(|file| (file.path.clone(), file.contents.clone())).collect()
    };
    let (there, wanted) = (by_path(on_disk), by_path(generated));
    let mut changes = Vec::new();
    for file in generated {
        match there.get(&file.path) {
            None => changes.push(Change::Missing(file.clone())),
            Some(other) if *other != file.contents => {
                changes.push(Change::Differs(other.clone(), file.clone()));
            }
            Some(_) => {}
        }
    }
    for file in on_disk {
        if !wanted.contains_key(&file.path) {
            changes.push(Change::Stale(file.path.clone(), file.contents.clone()));
        }
    }
    changes.sort_by(|left, right| left.path().cmp(right.path()));
    changes
}

#[cfg(test)]
mod tests {
    use super::{Change, OutputFile, compare, is_generated};

    #[test]
    fn every_kind_of_change_is_found() {
        let generated = [OutputFile::new("a", "1\n"), OutputFile::new("b", "2\n"), OutputFile::new("c", "3\n")];
        let on_disk = [OutputFile::new("a", "1\n"), OutputFile::new("b", "x\n"), OutputFile::new("d", "4\n")];
        let changes = compare(&generated, &on_disk);
        let paths: Vec<&str> = changes.iter().map(Change::path).collect();
        assert_eq!(paths, ["b", "c", "d"]);
        assert!(matches!(changes[1], Change::Missing(_)));
        assert!(matches!(changes[2], Change::Stale(..)));
        assert_eq!(changes[0].difference(), "--- b (on disk)\n+++ b (generated)\n@@ -1 +1 @@\n-x\n+2\n");
    }

    #[test]
    fn snapshots_and_handwritten_files_are_not_owned() {
        assert!(is_generated("src/generated/types/shared.rs"));
        assert!(is_generated("tests/generated/wire.rs"));
        assert!(!is_generated("src/lib.rs"));
        assert!(!is_generated("tests/snapshots/get_client.snap"));
    }
}
