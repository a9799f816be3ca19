//! From the contract to the files of a vendor crate.

mod calls;
mod client;
mod errors;
mod example;
mod guide;
mod layout;
mod limits;
mod manifest;
mod meant;
mod mock;
mod mock_tests;
mod operations;
mod outline;
mod proofs;
mod readme;
mod schemas;
mod signing;
mod surface;
mod table;
mod testing;
mod tests;
mod tokens;
mod types;
mod wrapped;

use std::collections::{BTreeMap, BTreeSet};
use std::{iter, thread};

pub use self::manifest::FEATURES;
pub use self::operations::arguments;
use self::outline::{Block, Outline};
pub(crate) use self::surface::surface;
use self::tokens::Written;
use crate::contract::Contract;
use crate::output::OutputFile;
use crate::payloads::Payloads;
use crate::proof::Proved;

/// A file that is not what was meant: a mistake of the generator.
pub(crate) struct Unmeant {
    /// Its path.
    pub(crate) file: String,
    /// How it differs.
    pub(crate) how: String,
}

/// All files of the vendor's crate, sorted by path; or the file that is not what was meant, and why.
pub(crate) fn emit(contract: &Contract, payloads: &Payloads, proved: &Proved) -> Result<Vec<OutputFile>, Unmeant> {
    let root = format!("crates/{}", contract.settings.package.name);
    let meant = meant::rust_files(contract, payloads, proved);
    let (package, payloads_at) = (contract.settings.package.name.replace('-', "_"), calls::path_of_payloads(contract));
    let check = Check { root: &root, meant: &meant, package: &package, payloads: &payloads_at };
    // The syntax of a large interface takes most of the time, and each part of it is by itself.
    let mut files = thread::scope(|scope| {
        let operations = spawn(scope, || check.files("src/generated/operations", operations::operations(contract)));
        let types = spawn(scope, || check.files("src/generated/types", types::types(contract)));
        let tests = spawn(scope, || check.files("tests/generated", tests::tests(contract, payloads, proved)));
        let mocks = spawn(scope, || check.files("src/generated/mock", mock::mock(contract, payloads).into_iter()));
        let mut files = check.files("src/generated", own(contract))?;
        let mock_tests = ("mocks.rs".to_owned(), mock_tests::mocks(contract, payloads));
        files.extend(check.files("tests/generated", iter::once(mock_tests))?);
        for others in [operations(), types(), tests(), mocks()] {
            files.extend(others?);
        }
        Ok(files)
    })?;
    let written: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    if let Some(missing) =
        meant.keys().map(|path| format!("{root}/{path}")).find(|path| !written.contains(path.as_str()))
    {
        return Err(Unmeant { file: missing, how: "it was not written".to_owned() });
    }
    files.push(OutputFile::new(format!("{root}/Cargo.toml"), manifest::manifest(contract)));
    files.push(OutputFile::new(format!("{root}/README.md"), readme::readme(contract)));
    let path = format!("{root}/tests/generated/proofs.txt");
    let table = table::table(contract, proved).map_err(|how| Unmeant { file: path.clone(), how })?;
    files.push(OutputFile::new(path, table));
    check_readme(contract, &files)?;
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

/// Begins work on a thread of its own, or does it where there can be none; what is returned waits for it.
fn spawn<'s, T: Send + 's>(
    scope: &'s thread::Scope<'s, '_>,
    work: impl Fn() -> T + Send + Copy + 's,
) -> impl FnOnce() -> T + 's {
    let started = thread::Builder::new().spawn_scoped(scope, work);
    move || match started {
        Ok(started) => started.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        Err(_) => work(),
    }
}

/// The files beside those of operations and types.
fn own(contract: &Contract) -> impl Iterator<Item = (String, Result<Written, String>)> {
    let generated = [
        ("mod.rs", Some(client::module(contract))),
        ("client.rs", Some(client::client(contract))),
        ("errors.rs", Some(errors::errors(contract))),
        ("offered.rs", Some(client::offered(contract))),
        ("signing.rs", signing::signing(contract)),
        ("webhook.rs", signing::webhook(contract)),
    ];
    generated.into_iter().filter_map(|(file, written)| Some((file.to_owned(), written?)))
}

/// What the Rust files of a crate are compared with.
#[derive(Clone, Copy)]
struct Check<'c> {
    root: &'c str,
    meant: &'c BTreeMap<String, Outline>,
    package: &'c str,
    payloads: &'c str,
}

impl Check<'_> {
    /// The files of a directory, each of which is what was meant.
    fn files(
        self,
        directory: &str,
        files: impl Iterator<Item = (String, Result<Written, String>)>,
    ) -> Result<Vec<OutputFile>, Unmeant> {
        let mut checked = Vec::new();
        for (file, written) in files {
            let path = format!("{directory}/{file}");
            let unmeant = |how: String| Unmeant { file: format!("{}/{path}", self.root), how };
            let meant = self.meant.get(&path).ok_or_else(|| unmeant("nobody asked for it".to_owned()))?;
            let written = written.map_err(unmeant)?;
            outline::check(&written, meant, self.package, self.payloads).map_err(unmeant)?;
            checked.push(OutputFile::new(format!("{}/{path}", self.root), written.text));
        }
        Ok(checked)
    }
}

/// The README has the sections and the examples that were meant, and no others.
fn check_readme(contract: &Contract, files: &[OutputFile]) -> Result<(), Unmeant> {
    for file in files.iter().filter(|file| file.path.ends_with("/README.md")) {
        let unmeant = |how: String| Unmeant { file: file.path.clone(), how };
        let found = outline::blocks(&file.contents).map_err(unmeant)?;
        let meant = meant::readme(contract);
        let is_meant = |meant: &Block, found: &Block| match (meant, found) {
            (Block::Heading(text), Block::Heading(_)) if text.is_empty() => true,
            (meant, found) => meant == found,
        };
        if let Some((_, other)) = meant.iter().zip(&found).find(|(meant, found)| !is_meant(meant, found)) {
            return Err(unmeant(format!("it has {other:?}")));
        }
        if found.len() != meant.len() {
            return Err(unmeant(format!("it has {} headings and examples, {} were meant", found.len(), meant.len())));
        }
    }
    Ok(())
}
