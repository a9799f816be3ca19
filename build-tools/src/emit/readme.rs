//! The README of a vendor crate: what it is, how to install it, a first call, and every operation.

use std::fmt::Write as _;

use super::guide::{receiving, sections};
use super::testing;
use crate::contract::{Contract, Operation};
use crate::output::header;
use crate::text::{Inline, fenced, paragraphs, table};

/// The text of `README.md`.
pub(super) fn readme(contract: &Contract) -> String {
    let package = &contract.settings.package;
    let [made, edit] = header(&contract.vendor);
    let (name, version) = (&package.name, package.requirement());
    let mut text = format!("<!-- {made} -->\n<!-- {edit} -->\n\n# {name}\n\n");
    write_paragraphs(&mut text, &format!("Unofficial client of {}", package.description));
    write_paragraphs(&mut text, &contract.description);
    let features =
        if contract.settings.requires_signer() { "[\"native-tls\", \"signing\"]" } else { "[\"native-tls\"]" };
    let _ = write!(
        text,
        "## Install\n\n```toml\n[dependencies]\n{name} = \"{version}\"\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n```\n\n\
         TLS comes from `rustls`; for the system's library use `default-features = false, features = {features}`, and for rustls with ring the feature `rustls-ring` in its place.\n\
         With the feature `schemars`, everything in `types` implements its `JsonSchema`.\n\n",
    );
    let _ = write!(
        text,
        "## Sign in\n\n{}\n\n{}\n",
        contract.settings.credentials.iter().find_map(|form| form.tokens.as_ref()).map_or(
            "The client sends what proves who is calling with every call.",
            |_| {
                "Tokens are had when the first call needs them, renewed shortly before they end and once after a 401, however \
                 many calls wait. `store` keeps them across processes."
            }
        ),
        fenced("no_run", &contract.settings.sign_in)
    );
    let _ = write!(text, "## First call\n\n{}\n", fenced("no_run", &contract.settings.first_call));
    text.push_str(
        "Every operation is a method of `Client`. What it needs are its arguments, what is optional are setters on what it \
         returns, and `send` or `.await` runs it.\n\n",
    );
    for section in sections(contract) {
        let _ = write!(text, "## {}\n\n{}\n\n", section.heading, section.text);
        if let Some(example) = section.example {
            let _ = writeln!(text, "{}", fenced("no_run", &example));
        }
    }
    text.push_str("## Operations\n\n");
    for tag in &contract.tags {
        let operations: Vec<&Operation> =
            contract.operations.iter().filter(|operation| operation.module == tag.module).collect();
        if operations.is_empty() {
            continue;
        }
        let _ = write!(text, "### {}\n\n", Inline::prose(&tag.name).line());
        write_paragraphs(&mut text, &tag.description);
        let rows: Vec<[Inline; 4]> = operations.into_iter().map(row).collect();
        write_table(&mut text, ["method", "what it does", "request", "in `errors`"], &rows);
    }
    if !contract.webhooks.is_empty() || contract.settings.webhook.is_some() {
        text.push_str("## Webhooks\n\n");
    }
    if !contract.webhooks.is_empty() {
        let rows: Vec<[Inline; 3]> = contract
            .webhooks
            .iter()
            .map(|webhook| {
                let body = format!("types::{}", webhook.body.named().unwrap_or("JsonValue"));
                [Inline::code(&webhook.id), Inline::prose(&webhook.summary), Inline::code(&body)]
            })
            .collect();
        write_table(&mut text, ["event", "what it tells", "type"], &rows);
    }
    if contract.settings.webhook.is_some() {
        text.push_str(
            "With the feature `webhook`, the module of that name verifies a delivery before anything of it is read",
        );
        text.push_str(match contract.batches.first() {
            Some(_) => {
                ". Its events are given one by one: one that cannot be read is an error with its place and its text, and the others \
                 are given all the same.\n\n"
            }
            None => ".\n\n",
        });
    }
    if let Some(example) = receiving(contract) {
        let _ = writeln!(text, "{}", fenced("no_run", &example));
    }
    text.push_str(&testing::section(contract));
    let _ = writeln!(text, "The vendor's own documentation: {}", Inline::prose(&package.documentation).line());
    text
}

fn row(operation: &Operation) -> [Inline; 4] {
    let deprecated = if operation.deprecated { " (deprecated)" } else { "" };
    [
        Inline::code(&operation.method_name),
        Inline::prose(&format!("{}{deprecated}", operation.summary)),
        Inline::code(&format!("{} {}", operation.method.as_str(), operation.path)),
        operation.error.as_deref().map(Inline::code).unwrap_or_default(),
    ]
}

/// Each paragraph on a line of its own.
fn write_paragraphs(text: &mut String, prose: &str) {
    for paragraph in paragraphs(prose) {
        let _ = write!(text, "{}\n\n", paragraph.line());
    }
}

fn write_table<const COLUMNS: usize>(text: &mut String, heading: [&'static str; COLUMNS], rows: &[[Inline; COLUMNS]]) {
    let _ = write!(text, "{}\n\n", table(heading, rows).join("\n"));
}
