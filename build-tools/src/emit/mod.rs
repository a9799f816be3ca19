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
mod operations;
mod outline;
mod proofs;
mod readme;
mod schemas;
mod signing;
mod surface;
mod table;
mod tests;
mod tokens;
mod types;
mod wrapped;

pub use self::operations::arguments;
use self::outline::Block;
pub(crate) use self::surface::surface;
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
    let mut files = vec![
        OutputFile::new(format!("{root}/Cargo.toml"), manifest::manifest(contract)),
        OutputFile::new(format!("{root}/README.md"), readme::readme(contract)),
    ];
    let generated = [
        ("mod.rs".to_owned(), client::module(contract)),
        ("client.rs".to_owned(), client::client(contract)),
        ("errors.rs".to_owned(), errors::errors(contract)),
        ("offered.rs".to_owned(), client::offered(contract)),
    ];
    let signing = [("signing.rs", signing::signing(contract)), ("webhook.rs", signing::webhook(contract))];
    let signing = signing.into_iter().filter_map(|(file, text)| Some((file.to_owned(), text?)));
    let within = |directory: &str, files: Vec<(String, Result<String, String>)>| {
        let files = files.into_iter().map(|(file, text)| (format!("{directory}/{file}"), text));
        files.collect::<Vec<_>>()
    };
    let rust = within("src/generated", generated.into_iter().chain(signing).collect())
        .into_iter()
        .chain(within("src/generated/operations", operations::operations(contract)))
        .chain(within("src/generated/types", types::types(contract)))
        .chain(within("tests/generated", tests::tests(contract, payloads, proved)));
    let mut meant = meant::rust_files(contract, payloads, proved);
    let package = contract.settings.package.name.replace('-', "_");
    let examples = calls::path_of_payloads(contract);
    for (path, text) in rust {
        let path_of_file = format!("{root}/{path}");
        let Some(outline) = meant.remove(&path) else {
            return Err(Unmeant { file: path_of_file, how: "nobody asked for it".to_owned() });
        };
        let unmeant = |how: String| Unmeant { file: path_of_file.clone(), how };
        let text = text.map_err(unmeant)?;
        if let Err(how) = outline::check(&text, &outline, &package, &examples) {
            return Err(Unmeant { file: path_of_file, how });
        }
        files.push(OutputFile::new(path_of_file, text));
    }
    if let Some(missing) = meant.keys().next() {
        return Err(Unmeant { file: format!("{root}/{missing}"), how: "it was not written".to_owned() });
    }
    let path = format!("{root}/tests/generated/proofs.txt");
    let table = table::table(contract, proved).map_err(|how| Unmeant { file: path.clone(), how })?;
    files.push(OutputFile::new(path, table));
    check_readme(contract, &files)?;
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
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
