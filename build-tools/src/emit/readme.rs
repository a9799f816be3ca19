//! The README of a vendor crate: what it is, how to install it, a first call, and every operation.

use std::fmt::Write as _;

use super::source::{escaped, header};
use crate::contract::{Contract, Offer, Operation};

/// The text of `README.md`.
pub(super) fn readme(contract: &Contract) -> String {
    let package = &contract.settings.package;
    let [made, edit] = header(&contract.vendor);
    let name = &package.name;
    let mut text = format!(
        "<!-- {made} -->\n<!-- {edit} -->\n\n# {name}\n\nUnofficial client of {}\n\n{}\n\n",
        package.description, contract.description
    );
    let _ = write!(
        text,
        "## Install\n\n```toml\n[dependencies]\n{name} = \"0.1\"\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n```\n\n\
         TLS comes from `rustls`; for the system's library use `default-features = false, features = {:?}`.\n\
         With the feature `schemars`, everything in `types` implements its `JsonSchema`.\n\n",
        match contract.settings.features.signing {
            Some(Offer::Default) => ["native-tls", "signing"].as_slice(),
            _ => &["native-tls"],
        }
    );
    let _ = write!(
        text,
        "## Sign in\n\n{}\n\n```no_run\n{}\n```\n\n",
        contract.settings.credentials.iter().find_map(|form| form.tokens.as_ref()).map_or(
            "The client sends what proves who is calling with every call.",
            |_| {
                "Tokens are had when the first call needs them, renewed shortly before they end and once after a 401, however \
                 many calls wait. `store` keeps them across processes."
            }
        ),
        contract.settings.sign_in.trim()
    );
    let _ = write!(text, "## First call\n\n```no_run\n{}\n```\n\n", contract.settings.first_call.trim_end());
    text.push_str(
        "Every operation is a method of `Client`. What it needs are its arguments, what is optional are setters on what it \
         returns, and `send` runs it. An error keeps the status, the headers and the bytes that came; \
         `error.declared()` gives a variant for each status that the operation declares.\n\n## Operations\n",
    );
    for tag in &contract.tags {
        let operations: Vec<&Operation> =
            contract.operations.iter().filter(|operation| operation.module == tag.module).collect();
        if operations.is_empty() {
            continue;
        }
        let _ = write!(
            text,
            "\n### {}\n\n{}\n\n| method | what it does | request |\n|---|---|---|\n",
            tag.name,
            escaped(&tag.description)
        );
        for operation in operations {
            let deprecated = if operation.deprecated { " (deprecated)" } else { "" };
            let _ = writeln!(
                text,
                "| `{}` | {}{deprecated} | `{} {}` |",
                operation.method_name,
                escaped(&operation.summary).replace('|', "\\|"),
                operation.method.as_str(),
                operation.path
            );
        }
    }
    if !contract.webhooks.is_empty() {
        text.push_str("\n## Webhooks\n\n| event | what it tells | type |\n|---|---|---|\n");
        for webhook in &contract.webhooks {
            let _ = writeln!(
                text,
                "| `{}` | {} | `types::{}` |",
                webhook.id,
                escaped(&webhook.summary),
                webhook.body.named().unwrap_or("JsonValue")
            );
        }
    }
    let _ = write!(text, "\nThe vendor's own documentation: <{}>\n", package.documentation);
    text
}
