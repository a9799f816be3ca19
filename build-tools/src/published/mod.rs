//! From a document as a vendor publishes it to one of the curated dialect (`specs/README.md`).
//!
//! The curated document is made anew, from what is understood of the published one: what it lacks (names, descriptions, types of
//! what is written in place) is made up, in the same way each time; what has no form yet is left out or taken for less. Each such loss is
//! told with its place. Every node that is made points at the part of the published text that it was made from.

mod bodies;
mod bundle;
mod component;
mod curated;
mod library;
mod limits;
mod loss;
mod lowered;
mod make;
mod names;
mod objects;
mod operations;
mod overlay;
mod parameters;
mod schemas;
mod security;
mod settings;
mod shape;
mod slice;
mod source;
mod survey;
mod taken;
mod unions;

pub(crate) use self::curated::Curated;
pub use self::loss::{Loss, by_construct};
pub(crate) use self::overlay::overlay;
pub(crate) use self::slice::{FITS, Slice, nothing_fits};
pub use self::taken::{NotPublished, Published};

use self::lowered::short;
use self::make::{Made, text_at};
use self::schemas::Schemas;
use self::security::Security;
use self::source::{Source, list};
use crate::spec::Node;

/// Curates the operations of a published document that a slice takes, with all that they need.
///
/// # Errors
///
/// When it is no `OpenAPI` 3: a sentence that says what it is, and one that says what to do.
pub(crate) fn curate(root: &Node, slice: &mut Slice) -> Result<Curated, (String, String)> {
    let version = root.get("openapi").and_then(|version| match version.as_str() {
        Some(text) => Some(text.to_owned()),
        // Without quotes, 3.1 is a number.
        None => version.as_number().map(ToString::to_string),
    });
    match version {
        Some(version) if version.starts_with("3.") || version == "3" => {}
        Some(version) => {
            let message = format!("the document is OpenAPI {}", short(&version));
            return Err((message, "Give a document of OpenAPI 3.0, 3.1 or 3.2.".to_owned()));
        }
        None if root.get("swagger").is_some() => {
            let help = "Convert it to OpenAPI 3 first, for example with `npx swagger2openapi`.";
            return Err(("the document is Swagger 2.0".to_owned(), help.to_owned()));
        }
        None => {
            let help = "Give a document whose key `openapi` says its version, such as `openapi: 3.0.3`.";
            return Err(("this is no OpenAPI document".to_owned(), help.to_owned()));
        }
    }
    let source = Source { root };
    let mut schemas = Schemas::new(source);
    let security = Security::new(source, &mut schemas.losses);
    let operations = operations::operations(&mut schemas, &security, slice);
    for key in ["webhooks", "x-webhooks"] {
        if let Some(webhooks) =
            root.get(key).filter(|webhooks| webhooks.as_mapping().is_some_and(|map| !map.is_empty()))
        {
            schemas.lose("webhooks", "the document", "what the vendor calls has no form yet: left out", webhooks.span);
        }
    }
    let span = root.span;
    let (components, losses) = schemas.finish();
    let (scheme_nodes, global) = security.nodes(span);
    let text = |key: &str| root.get("info").and_then(|info| info.get(key)).and_then(Node::as_str);
    let mut info = Made::at(span)
        .text("title", text("title").filter(|title| !title.trim().is_empty()).unwrap_or("Untitled"))
        .text("version", text("version").unwrap_or("0"));
    if let Some(description) = text("description").filter(|text| !text.trim().is_empty()) {
        info = info.text("description", description);
    }
    let mut made = Made::at(span).with("openapi", text_at(span, "3.0.3")).with("info", info.node());
    if let Some(global) = global {
        made = made.with("security", global);
    }
    let mut parts = Made::at(span).with("schemas", components);
    if !security.schemes.is_empty() {
        parts = parts.with("securitySchemes", scheme_nodes);
    }
    let root_made =
        made.with("tags", operations.tags).with("paths", operations.paths).with("components", parts.node()).node();
    Ok(Curated {
        root: root_made,
        losses,
        schemes: security.schemes,
        servers: servers(root),
        published: operations.published,
        callable: operations.callable,
    })
}

/// Base URLs that a client can be given as they are, with the default of each variable.
fn servers(root: &Node) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for server in list(root, "servers") {
        let Some(url) = server.get("url").and_then(Node::as_str) else { continue };
        let mut url = url.trim().to_owned();
        for (name, variable) in lowered::entries(server.get("variables")) {
            if let Some(default) = variable.get("default").and_then(Node::as_str) {
                url = url.replace(&format!("{{{name}}}"), default);
            }
        }
        let is_address = url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
            && !url.contains(['{', '}', '?', '#', '@'])
            && url.bytes().all(|byte| byte.is_ascii_graphic());
        if is_address && found.iter().all(|(known, _)| *known != url) {
            let description = server.get("description").and_then(Node::as_str).unwrap_or_default().trim().to_owned();
            found.push((url, description));
        }
    }
    found
}
