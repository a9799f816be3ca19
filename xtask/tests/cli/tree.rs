//! A workspace of its own for each test, and the real command run in it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A temporary workspace with the vendor `acme`.
pub(crate) struct Tree {
    directory: TempDir,
}

/// How a run of the command ended.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Tree {
    pub(crate) fn new() -> Self {
        let tree = Self { directory: tempfile::tempdir().expect("a temporary directory") };
        tree.add_vendor("acme");
        tree
    }

    /// Adds a copy of the fixture under another name, with a crate name to match.
    pub(crate) fn add_vendor(&self, name: &str) {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/specs/acme");
        for file in ["openapi.yaml", "vendor.toml", "documented.yaml", "examples/get_widget.response.json"] {
            let text = fs::read_to_string(fixture.join(file)).expect("the fixture is there");
            let text = text.replace("onboarding-acme", &format!("onboarding-{name}"));
            self.write(&format!("specs/{name}/{file}"), &text);
        }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, "")
    }

    /// The same with this on its standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("--root")
            .arg(self.directory.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        // Whoever reads nothing of it may have ended by now.
        let _ = command.stdin.take().expect("it has an input").write_all(input.as_bytes());
        let output = command.wait_with_output().expect("it ends");
        Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("the file is there")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("a directory can be made");
        fs::write(path, text).expect("a file can be written");
    }

    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not contain {from:?}");
        self.write(path, &text.replace(from, to));
    }

    /// Everything under `crates/`: paths and contents; directories have none.
    pub(crate) fn crates(&self) -> BTreeMap<PathBuf, Option<String>> {
        let mut found = BTreeMap::new();
        let mut directories = vec![self.path("crates")];
        while let Some(directory) = directories.pop() {
            let Ok(entries) = fs::read_dir(&directory) else {
                continue;
            };
            for entry in entries {
                let path = entry.expect("an entry can be read").path();
                let text = fs::read_to_string(&path).ok();
                if path.is_dir() {
                    directories.push(path.clone());
                }
                found.insert(path, text);
            }
        }
        found
    }
}
