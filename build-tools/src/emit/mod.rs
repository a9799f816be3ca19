//! From the contract to the files of a vendor crate.

mod client;
mod errors;
mod example;
mod manifest;
mod operations;
mod proofs;
mod readme;
mod rust;
mod schemas;
mod source;
mod surface;
mod tests;
mod types;

pub(crate) use self::operations::arguments;
pub(crate) use self::surface::surface;
use crate::contract::Contract;
use crate::output::OutputFile;
use crate::payloads::Payloads;
use crate::proof::Proved;

/// All files of the vendor's crate, sorted by path.
pub(crate) fn emit(contract: &Contract, payloads: &Payloads, proved: &Proved) -> Vec<OutputFile> {
    let root = format!("crates/{}", contract.settings.package.name);
    let mut files = vec![
        OutputFile::new(format!("{root}/Cargo.toml"), manifest::manifest(contract)),
        OutputFile::new(format!("{root}/README.md"), readme::readme(contract)),
        OutputFile::new(format!("{root}/src/generated/mod.rs"), client::module(contract)),
        OutputFile::new(format!("{root}/src/generated/client.rs"), client::client(contract)),
        OutputFile::new(format!("{root}/src/generated/errors.rs"), errors::errors(contract)),
    ];
    for (file, text) in operations::operations(contract) {
        files.push(OutputFile::new(format!("{root}/src/generated/operations/{file}"), text));
    }
    for (file, text) in types::types(contract) {
        files.push(OutputFile::new(format!("{root}/src/generated/types/{file}"), text));
    }
    for (file, text) in tests::tests(contract, payloads, proved) {
        files.push(OutputFile::new(format!("{root}/tests/generated/{file}"), text));
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}
