//! The workspace on disk: where it is, what the vendors' directories hold, and replacing generated files safely.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use anyhow::{Context, Result, anyhow, bail, ensure};
use build_tools::output::{Change, OutputFile, is_generated};
use build_tools::spec::{OVERLAY, PUBLISHED, SourceFile, VendorSources};

/// The curated document of a vendor.
pub const DOCUMENT: &str = "openapi.yaml";
/// The inventory of what the vendor documents; only curated vendors have one.
pub const INVENTORY: &str = "documented.yaml";
/// What the document cannot say.
pub const SETTINGS: &str = "vendor.toml";

/// Ending of a file that is written beside its target before it takes the target's place.
const NEW: &str = ".xtask-new";
/// Ending of the copy of a file that is about to be replaced or deleted.
const OLD: &str = ".xtask-old";

/// Where the documents are read and the crates are written.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The directory with the workspace's manifest.
    pub root: PathBuf,
    /// The directory with a directory for each vendor.
    pub specs: PathBuf,
}

/// The options of every command that say where the workspace is.
#[derive(Clone, Debug, clap::Args)]
pub struct Places {
    /// The workspace: `crates/` is written there [default: the one that this command was built from]
    #[arg(long, global = true, value_name = "DIR")]
    pub root: Option<PathBuf>,

    /// The vendors' documents [default: `specs/` in the workspace]
    #[arg(long, global = true, value_name = "DIR")]
    pub specs: Option<PathBuf>,
}

impl Places {
    /// The given directories, or else the workspace that this command was built from and `specs/` in it.
    pub fn find(self) -> Result<Workspace> {
        let root = match self.root {
            Some(root) => root,
            None => enclosing_workspace()?,
        };
        let specs = self.specs.unwrap_or_else(|| root.join("specs"));
        Ok(Workspace { root, specs })
    }
}

impl Workspace {
    /// Gives a crate outside of the workspace the same versions of its dependencies; cargo drops what it does not use.
    pub fn share_lock(&self, directory: &Path) -> Result<()> {
        let lock = self.root.join("Cargo.lock");
        let text = read_text(&lock)?;
        write_if_changed(&directory.join("Cargo.lock"), &text)
    }

    /// The vendors that have all of `files`, sorted by name: those that were asked for, or all. A published document is as good as a
    /// curated one.
    pub fn vendors(&self, asked_for: &[String], files: &[&str]) -> Result<Vec<String>> {
        let has = |directory: &Path, file: &str| {
            directory.join(file).is_file()
                || (file == DOCUMENT && PUBLISHED.iter().any(|published| directory.join(published).is_file()))
        };
        let mut known = Vec::new();
        let entries = fs::read_dir(&self.specs).with_context(|| format!("cannot list {}", self.specs.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", self.specs.display()))?;
            let directory = entry.path();
            if files.iter().all(|file| has(&directory, file))
                && let Ok(name) = entry.file_name().into_string()
            {
                known.push(name);
            }
        }
        known.sort();
        ensure!(
            !known.is_empty(),
            "there is no vendor in {}: a vendor is a directory with {}",
            self.specs.display(),
            files.join(" and ")
        );
        if asked_for.is_empty() {
            return Ok(known);
        }
        let unknown: Vec<String> =
            asked_for.iter().filter(|name| !known.contains(name)).map(|name| format!("`{name}`")).collect();
        ensure!(
            unknown.is_empty(),
            "there is no vendor {} in {} (with {}); known are {}",
            unknown.join(", "),
            self.specs.display(),
            files.join(" and "),
            known.join(", ")
        );
        known.retain(|name| asked_for.contains(name));
        Ok(known)
    }

    /// Everything that a vendor's directory holds. A file that is not there counts as empty or absent: saying so is for the
    /// linter, or for [`Workspace::vendors`].
    pub fn read_vendor(&self, name: &str) -> Result<VendorSources> {
        let directory = self.specs.join(name);
        let empty = |file: &str| SourceFile { path: self.relative(&directory.join(file)), text: String::new() };
        let mut examples = BTreeMap::new();
        for path in files_in(&directory.join("examples"))? {
            if let Some(file_name) = path.file_name().and_then(|name| name.to_str())
                && path.extension().is_some_and(|extension| extension == "json")
            {
                examples.extend(self.read(&path)?.map(|file| (file_name.to_owned(), file)));
            }
        }
        let mut openapi = self.read(&directory.join(DOCUMENT))?;
        for file in PUBLISHED {
            if openapi.is_none() {
                openapi = self.read(&directory.join(file))?;
            }
        }
        let openapi = openapi.unwrap_or_else(|| empty(DOCUMENT));
        Ok(VendorSources {
            name: name.to_owned(),
            openapi,
            overlay: self.read(&directory.join(OVERLAY))?,
            vendor_toml: self.read(&directory.join(SETTINGS))?.unwrap_or_else(|| empty(SETTINGS)),
            documented: self.read(&directory.join(INVENTORY))?,
            examples,
            unsound: self.read(&directory.join("examples/unsound.yaml"))?,
        })
    }

    /// The files of a vendor crate that belong to generation, sorted by path, with what an interrupted run left beside them.
    pub fn read_generated(&self, package: &str) -> Result<Vec<OutputFile>> {
        let directory = self.root.join("crates").join(package);
        let mut files = Vec::new();
        // Everything that is generated lies in these; build artefacts and snapshots are not even looked at.
        let mut found = direct_files_in(&directory)?;
        for generated in ["src/generated", "tests/generated"] {
            found.extend(files_in(&directory.join(generated))?);
        }
        for path in found {
            let in_crate = slashed(path.strip_prefix(&directory).unwrap_or(&path));
            if is_generated(&in_crate) || in_crate.ends_with(NEW) || in_crate.ends_with(OLD) {
                let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                // What is not UTF-8 was not generated: that it differs is all that matters.
                let text = String::from_utf8(bytes)
                    .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
                files.push(OutputFile::new(format!("crates/{package}/{in_crate}"), text));
            }
        }
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(files)
    }

    /// Those of `files`, which are written beside a document, that are there, as they are there.
    pub fn read_beside(&self, files: &[OutputFile]) -> Result<Vec<OutputFile>> {
        let read = |file: &OutputFile| self.read(&self.root.join(&file.path)).transpose();
        let found = files.iter().filter_map(read);
        found.map(|file| file.map(|file| OutputFile::new(file.path, file.text))).collect()
    }

    /// The manifest of another package of the workspace that Rust would give the same name, if there is one.
    pub fn other_package(&self, package: &str) -> Result<Option<String>> {
        let own = self.root.join("crates").join(package);
        for parent in [self.root.clone(), self.root.join("crates")] {
            for directory in entries_of(&parent)? {
                let manifest = directory.join("Cargo.toml");
                if directory == own || !manifest.is_file() {
                    continue;
                }
                let text =
                    fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
                let table: toml::Table = toml::from_str(&text).unwrap_or_default();
                let name = table.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
                if name.is_some_and(|name| name.replace('_', "-") == package.replace('_', "-")) {
                    return Ok(Some(self.relative(&manifest)));
                }
            }
        }
        Ok(None)
    }

    /// Makes all of `changes` on disk, or none of them.
    ///
    /// Everything that can fail for want of space, rights or room in the directory happens beside the targets first. Only
    /// then do the new files take their places; should that fail half way, what was there before is put back.
    pub fn apply(&self, changes: &[Change]) -> Result<()> {
        let mut replacement = Replacement::default();
        let outcome = replacement
            .prepare(&self.root, changes)
            .and_then(|()| replacement.carry_out())
            .context("nothing was changed");
        replacement.tidy(outcome.is_ok());
        outcome
    }

    fn read(&self, path: &Path) -> Result<Option<SourceFile>> {
        match fs::read(path) {
            // The linter finds what is not UTF-8 by the character that takes its place, and says where it is.
            Ok(bytes) => {
                Ok(Some(SourceFile { path: self.relative(path), text: String::from_utf8_lossy(&bytes).into_owned() }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// The path as messages show it: relative to the workspace where it lies within.
    fn relative(&self, path: &Path) -> String {
        slashed(path.strip_prefix(&self.root).unwrap_or(path))
    }
}

/// One generated file on its way to disk.
#[derive(Debug)]
struct Step {
    target: PathBuf,
    /// The new contents, beside the target; none when the target goes.
    new: Option<PathBuf>,
    /// A copy of the target as it was; none when there was none.
    old: Option<PathBuf>,
}

/// Several files that change together.
#[derive(Debug, Default)]
struct Replacement {
    steps: Vec<Step>,
    /// Directories that were made for new files, outermost first.
    directories: Vec<PathBuf>,
}

impl Replacement {
    fn prepare(&mut self, root: &Path, changes: &[Change]) -> Result<()> {
        for change in changes {
            let target = root.join(change.path());
            refuse_links(root, &target)?;
            ensure!(!target.is_dir(), "{} is a directory where a file has to be: remove it", target.display());
            let beside = |ending: &str| {
                let mut name = target.as_os_str().to_owned();
                name.push(ending);
                PathBuf::from(name)
            };
            // The step is listed before it is taken, so that tidying finds what a failure leaves.
            let (contents, was_there) = match change {
                Change::Missing(file) => (Some(&file.contents), false),
                Change::Differs(_, file) => (Some(&file.contents), true),
                Change::Stale(..) => (None, true),
            };
            let new = contents.map(|_| beside(NEW));
            let old = was_there.then(|| beside(OLD));
            self.steps.push(Step { target: target.clone(), new: new.clone(), old: old.clone() });
            if let Some(old) = old {
                fs::copy(&target, &old).with_context(|| format!("cannot write {}", old.display()))?;
            }
            if let (Some(new), Some(contents)) = (new, contents) {
                self.make_parents(&target)?;
                fs::write(&new, contents).with_context(|| format!("cannot write {}", new.display()))?;
            }
        }
        Ok(())
    }

    fn make_parents(&mut self, target: &Path) -> Result<()> {
        let Some(parent) = target.parent() else {
            return Ok(());
        };
        let mut missing: Vec<&Path> = parent.ancestors().take_while(|ancestor| !ancestor.exists()).collect();
        missing.reverse();
        for directory in missing {
            fs::create_dir(directory).with_context(|| format!("cannot make the directory {}", directory.display()))?;
            self.directories.push(directory.to_owned());
        }
        ensure!(parent.is_dir(), "{} is a file where a directory has to be: remove it", parent.display());
        Ok(())
    }

    fn carry_out(&self) -> Result<()> {
        for (done, step) in self.steps.iter().enumerate() {
            let outcome = match &step.new {
                Some(new) => fs::rename(new, &step.target),
                None => fs::remove_file(&step.target),
            };
            if let Err(error) = outcome {
                for step in self.steps[..done].iter().rev() {
                    step.undo()?;
                }
                return Err(error).with_context(|| format!("cannot replace {}", step.target.display()));
            }
        }
        Ok(())
    }

    /// Removes everything that was only needed on the way. Failing to is no failure: the next run finds what is left.
    fn tidy(&self, done: bool) {
        for step in &self.steps {
            for temporary in step.new.iter().chain(&step.old) {
                let _ = fs::remove_file(temporary);
            }
        }
        if !done {
            for directory in self.directories.iter().rev() {
                let _ = fs::remove_dir(directory);
            }
            return;
        }
        for step in self.steps.iter().filter(|step| step.new.is_none()) {
            // Only an empty directory can be removed this way, so this stops at the first that is still needed.
            for directory in step.target.ancestors().skip(1) {
                if fs::remove_dir(directory).is_err() {
                    break;
                }
            }
        }
    }
}

impl Step {
    fn undo(&self) -> Result<()> {
        match &self.old {
            Some(old) => fs::rename(old, &self.target),
            None => fs::remove_file(&self.target),
        }
        .with_context(|| {
            format!("cannot put back {}: restore it from version control, then generate again", self.target.display())
        })
    }
}

/// A link on the way to a target would lead out of the crate.
fn refuse_links(root: &Path, target: &Path) -> Result<()> {
    for part in target.ancestors().take_while(|part| *part != root) {
        let is_link = fs::symlink_metadata(part).is_ok_and(|metadata| metadata.is_symlink());
        ensure!(!is_link, "{} is a link, and what it leads to is not generated: remove it", part.display());
    }
    Ok(())
}

/// The nearest directory upwards that holds a workspace's manifest.
pub fn enclosing_workspace() -> Result<PathBuf> {
    // Cargo sets the variable under `cargo run`; without it the command was started by hand, somewhere within.
    let start = match env::var_os("CARGO_MANIFEST_DIR") {
        Some(directory) => PathBuf::from(directory),
        None => env::current_dir().context("cannot tell the current directory")?,
    };
    for directory in start.ancestors() {
        if let Ok(manifest) = fs::read_to_string(directory.join("Cargo.toml"))
            && manifest.contains("[workspace]")
        {
            return Ok(directory.to_owned());
        }
    }
    bail!("there is no workspace around {}: run this within it, or give --root", start.display())
}

/// Every file below a directory, sorted; none when there is no such directory. Links to directories are not followed.
pub fn files_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = direct_files_in(directory)?;
    for path in entries_of(directory)? {
        if is_real_directory(&path) {
            files.extend(files_in(&path)?);
        }
    }
    files.sort();
    Ok(files)
}

fn direct_files_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut entries = entries_of(directory)?;
    entries.retain(|path| !path.is_dir());
    Ok(entries)
}

/// Whether a path is a directory, and no link to one.
pub fn is_real_directory(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// What a directory holds; nothing when there is no such directory.
pub fn entries_of(directory: &Path) -> Result<Vec<PathBuf>> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let list = || fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
    list().with_context(|| format!("cannot list {}", directory.display()))
}

/// The path with forward slashes on every system.
pub fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    // An absolute path begins with its root, which is itself a slash.
    parts.join("/").replacen("//", "/", 1)
}

/// The text of a file. What is not UTF-8 is refused with its place.
pub fn read_text(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let sound = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let sound = String::from_utf8_lossy(sound);
        let line = sound.matches('\n').count() + 1;
        let column = sound.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        anyhow!("{}:{line}:{column}: this is not UTF-8: save the file as UTF-8", path.display())
    })
}

/// Writes a file unless it is there as it should be, so that cargo builds only what changed.
pub fn write_if_changed(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make the directory {}", parent.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use build_tools::output::{Change, OutputFile};

    use super::{Replacement, enclosing_workspace, read_text};

    #[test]
    fn what_was_replaced_is_put_back_when_a_later_file_cannot_be() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let path = |name: &str| root.path().join(name);
        for name in ["changed", "stale", "stubborn"] {
            fs::write(path(name), "before\n").expect("a file can be written");
        }
        let after = |name: &str| OutputFile::new(name, "after\n");
        let changes = [
            Change::Differs("before\n".to_owned(), after("changed")),
            Change::Missing(after("made/new")),
            Change::Stale("stale".to_owned(), "before\n".to_owned()),
            Change::Differs("before\n".to_owned(), after("stubborn")),
        ];
        let mut replacement = Replacement::default();
        replacement.prepare(root.path(), &changes).expect("everything can be written beside its target");
        // Somebody is faster: a directory cannot be replaced by a file.
        fs::remove_file(path("stubborn")).expect("it was just written");
        fs::create_dir(path("stubborn")).expect("its place is free");
        let error = replacement.carry_out().expect_err("the last file has no place");
        replacement.tidy(false);

        assert!(error.to_string().ends_with("stubborn"), "{error}");
        let mut left: Vec<_> = fs::read_dir(root.path())
            .expect("it is there")
            .map(|entry| entry.expect("an entry can be read").file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["changed", "stale", "stubborn"]);
        for name in ["changed", "stale"] {
            assert_eq!(fs::read_to_string(path(name)).expect("it was put back"), "before\n");
        }
    }

    #[test]
    fn what_is_not_utf_8_has_a_place() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let path = root.path().join("text");
        fs::write(&path, b"one\n\xc3\xa4b\xff\n").expect("a file can be written");
        let error = read_text(&path).expect_err("0xFF is no UTF-8").to_string();
        assert!(error.contains("text:2:3: this is not UTF-8"), "{error}");
        fs::write(&path, "ä").expect("a file can be written");
        assert_eq!(read_text(&path).expect("it is UTF-8"), "ä");
    }

    #[test]
    fn the_workspace_is_found_from_within() {
        let root = enclosing_workspace().expect("this crate lies in one");
        assert!(root.join("xtask/Cargo.toml").is_file());
    }
}
