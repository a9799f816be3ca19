//! What the files of tests share: how a call, a type and a payload are written there.

use std::fmt::Write as _;

use super::example::{parameter_argument, setter_argument};
use super::layout::flat;
use super::rust::code_of;
use super::source::Source;
use super::tokens::{Imports, Scope, type_text};
use crate::contract::{Contract, Operation, Status, TypeUse};
use crate::model::SchemaPlace;
use crate::text::literal;

/// Imports what of the crate a test file's text names.
pub(super) fn write_own_imports(source: &mut Source, contract: &Contract, body: &str) {
    let body = &code_of(body);
    let package = contract.settings.package.name.replace('-', "_");
    let mut own: Vec<&str> = Vec::new();
    for name in
        ["Client", "Decimal", "DecimalNumber", "JsonValue", "Map", "NaiveDate", "Secret", "Timestamp", "UtcDateTime"]
    {
        let used = match name {
            "Client" => body.contains("|client: Client|"),
            name => {
                ["<", ": "].iter().any(|before| {
                    let is_name = |rest: &str| !rest.starts_with(|character: char| character.is_alphanumeric());
                    let text = format!("{before}{name}");
                    body.match_indices(&text).any(|(at, found)| is_name(&body[at + found.len()..]))
                }) || body.contains(&format!("{name}::"))
            }
        };
        if used {
            own.push(name);
        }
    }
    own.extend(["errors", "types"].into_iter().filter(|module| body.contains(&format!("{module}::"))));
    match own.as_slice() {
        [] => {}
        [only] => source.line(&format!("use {package}::{only};")),
        several => source.line(&format!("use {package}::{{{}}};", several.join(", "))),
    }
}

/// A type as tests write it.
pub(super) fn own_type(contract: &Contract, value: &TypeUse) -> String {
    flat(Imports::new(contract, Scope::Tests).type_of(value))
}

/// The name of a type in the table of proofs: as tests write it, without the module of the vendor's types.
pub(super) fn type_name(value: &TypeUse) -> String {
    type_text(value)
}

/// The name of a test's function: one that the file does not import.
pub(super) fn test_name(name: &str) -> String {
    crate::names::test(name)
}

/// The way from a test to the documented payloads.
pub(super) fn path_of_payloads(contract: &Contract) -> String {
    format!("../../../../specs/{}/examples/", contract.vendor)
}

/// The path of a payload's file as the tests include it.
pub(super) fn included(contract: &Contract, name: &str) -> String {
    format!("include_str!({})", literal(&format!("{}{name}.json", path_of_payloads(contract))))
}

/// Declares the body, read from the text that is an expression of its schema, and gives the call expression.
pub(super) fn call_with(
    source: &mut Source,
    contract: &Contract,
    operation: &Operation,
    client: &str,
    text: impl FnOnce(&SchemaPlace) -> String,
) -> String {
    let imports = &Imports::new(contract, Scope::Tests);
    let mut arguments: Vec<String> = operation
        .path_parameters
        .iter()
        .chain(operation.parameters.iter().filter(|parameter| parameter.required))
        .map(|parameter| flat(parameter_argument(imports, parameter)))
        .collect();
    let mut setter = None;
    if let Some(body) = &operation.body {
        let argument = match (body.encoding.is_typed, body.required) {
            (false, true) => "b\"bytes\".as_slice().into()",
            (false, false) => "b\"bytes\".as_slice()",
            (true, _) => {
                let text = text(&body.schema);
                source.line(&format!("let body: {} = read({text});", own_type(contract, &body.value)));
                "&body"
            }
        };
        if body.required {
            arguments.push(argument.to_owned());
        } else {
            setter = Some(argument);
        }
    }
    let mut call = format!("{client}.{}({})", operation.method_name, arguments.join(", "));
    for parameter in operation.parameters.iter().filter(|parameter| !parameter.required) {
        let argument = flat(setter_argument(imports, parameter));
        let _ = write!(call, ".{}({argument})", parameter.name);
    }
    if let Some(argument) = setter {
        let _ = write!(call, ".body({argument})");
    }
    call
}

/// The status to respond with: the code itself, or one of its range that has no entry of its own.
pub(super) fn code(operation: &Operation, status: &Status) -> String {
    let taken = |code: &str| operation.statuses.iter().any(|other| other.code == code);
    let candidates: &[&str] = match status.code.as_str() {
        "2XX" => &["207", "226"],
        "3XX" => &["307", "308"],
        "4XX" => &["418", "451", "400"],
        "5XX" => &["599", "508", "500"],
        "default" => &["520", "521"],
        code => return code.to_owned(),
    };
    candidates.iter().find(|code| !taken(code)).unwrap_or(&candidates[0]).to_string()
}
