//! How calls are authorized: the schemes that a client can fulfil, and which operation needs one.

use std::collections::BTreeSet;

use super::loss::Loss;
use super::lowered::{NOT_DESCRIBED, entries, short};
use super::make::{Made, list_at, mapping_at};
use super::source::{Source, list};
use crate::spec::headers::is_token;
use crate::spec::{Node, Span};

/// A way to prove who is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scheme {
    /// Its name in the document.
    pub(crate) name: String,
    /// What the document says of it.
    pub(crate) description: String,
    /// Where the credentials travel.
    pub(crate) place: Place,
}

/// Where credentials travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a header.
    Header(String),
    /// In the query.
    Query(String),
    /// In a cookie.
    Cookie(String),
    /// As a user name and a password in `Authorization`.
    Basic,
    /// As a token in `Authorization`.
    Bearer,
}

/// The security of a document.
pub(super) struct Security {
    pub(super) schemes: Vec<Scheme>,
    nodes: Vec<(String, Node)>,
    global: Option<Node>,
    known: BTreeSet<String>,
}

impl Security {
    pub(super) fn new<'d>(source: Source<'d>, losses: &mut Vec<Loss>) -> Self {
        let mut security = Self { schemes: Vec::new(), nodes: Vec::new(), global: None, known: BTreeSet::new() };
        let mut found: Vec<(&'d str, &'d Node)> = entries(source.root.at("/components/securitySchemes")).collect();
        found.sort_unstable_by_key(|(name, _)| *name);
        for (name, scheme) in found {
            let place = format!("security scheme `{}`", short(name));
            let made = source.object(scheme).and_then(|scheme| made(name, scheme));
            match made {
                Some((scheme, node)) => {
                    security.known.insert(name.to_owned());
                    security.schemes.push(scheme);
                    security.nodes.push((name.to_owned(), node));
                }
                None => losses.push(Loss {
                    construct: "security-scheme",
                    place,
                    message: "a scheme of this kind has no form yet: left out".to_owned(),
                    span: scheme.span,
                }),
            }
        }
        let root = source.root;
        security.global = match root.get("security").filter(|all| all.as_sequence().is_some()) {
            Some(all) => Some(security.requirements(all)),
            // Schemes that nothing names are for all operations.
            None if !security.schemes.is_empty() && !any_operation_names_one(root) => {
                let all = security.schemes.iter().map(|scheme| requirement(root.span, &scheme.name));
                Some(list_at(root.span, all.collect()))
            }
            None if !security.schemes.is_empty() => Some(list_at(root.span, Vec::new())),
            None => None,
        };
        security
    }

    /// The schemes, and what every operation needs unless it says otherwise.
    pub(super) fn nodes(&self, span: Span) -> (Node, Option<Node>) {
        (mapping_at(span, self.nodes.iter().cloned()), self.global.clone())
    }

    /// What an operation says that it needs.
    pub(super) fn of_operation(&self, operation: &Node) -> Option<Node> {
        let all = operation.get("security").filter(|all| all.as_sequence().is_some())?;
        (!self.schemes.is_empty()).then(|| self.requirements(all))
    }

    /// Whether the credentials send a parameter.
    pub(super) fn sends(&self, location: &str, parameter: &str) -> bool {
        self.schemes.iter().any(|scheme| match &scheme.place {
            Place::Header(name) => location == "header" && name.eq_ignore_ascii_case(parameter),
            Place::Query(name) => location == "query" && name == parameter,
            Place::Cookie(_) | Place::Basic | Place::Bearer => false,
        })
    }

    fn requirements(&self, all: &Node) -> Node {
        let mut made = Vec::new();
        for alternative in all.as_sequence().unwrap_or_default() {
            let names: Vec<&str> = entries(Some(alternative)).map(|(name, _)| name).collect();
            // What needs a scheme that has no form cannot be fulfilled; the empty one needs nothing.
            if names.iter().all(|name| self.known.contains(*name)) {
                let entries = names.iter().map(|name| ((*name).to_owned(), list_at(alternative.span, Vec::new())));
                made.push(mapping_at(alternative.span, entries));
            }
        }
        list_at(all.span, made)
    }
}

fn requirement(span: Span, name: &str) -> Node {
    mapping_at(span, [(name.to_owned(), list_at(span, Vec::new()))])
}

fn any_operation_names_one(root: &Node) -> bool {
    entries(root.get("paths"))
        .any(|(_, item)| entries(Some(item)).any(|(_, operation)| !list(operation, "security").is_empty()))
}

fn made(name: &str, scheme: &Node) -> Option<(Scheme, Node)> {
    let text = |key: &str| scheme.get(key).and_then(Node::as_str).unwrap_or_default();
    let description = text("description").trim();
    let description = if description.is_empty() { NOT_DESCRIBED } else { description };
    let made = Made::at(scheme.span).text("description", description);
    let (place, node) = match (text("type"), text("in")) {
        ("apiKey", location) if !text("name").is_empty() => {
            let place = match location {
                "header" if is_token(text("name")) => Place::Header(text("name").to_owned()),
                "query" => Place::Query(text("name").to_owned()),
                "cookie" if is_token(text("name")) => Place::Cookie(text("name").to_owned()),
                _ => return None,
            };
            (place, made.text("type", "apiKey").text("in", location).text("name", text("name")))
        }
        ("http", _) => {
            let kind = text("scheme").to_ascii_lowercase();
            let place = match kind.as_str() {
                "basic" => Place::Basic,
                "bearer" => Place::Bearer,
                "" => return None,
                _ => Place::Header("Authorization".to_owned()),
            };
            (place, made.text("type", "http").text("scheme", &kind))
        }
        // A token of either kind travels as RFC 6750 says.
        ("oauth2" | "openIdConnect", _) => (Place::Bearer, made.text("type", "http").text("scheme", "bearer")),
        _ => return None,
    };
    let scheme = Scheme { name: name.to_owned(), description: description.to_owned(), place };
    Some((scheme, node.node()))
}
