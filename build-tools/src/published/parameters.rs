//! Parameters of any style as texts, numbers, booleans and lists of them.

use std::collections::{BTreeMap, BTreeSet};

use super::lowered::{Direction, Kind, Lowered, Wish, described, entries, short};
use super::make::Made;
use super::names::{Given, camel, rust_name, says_sensitive};
use super::schemas::Schemas;
use super::security::Security;
use super::shape::required_of;
use super::source::list;
use crate::names::Scope;
use crate::spec::headers::{RESERVED_HEADERS, is_token};
use crate::spec::paths::without_fragment;
use crate::spec::{Node, Span, suggests_sensitive};

/// An operation that has parameters.
pub(super) struct Received<'d, 'o> {
    pub(super) item: &'d Node,
    pub(super) node: &'d Node,
    pub(super) path: &'o str,
    /// The query that the path has in the document.
    pub(super) query: &'o [(&'d str, &'d str)],
    /// Names of the path's parameters in the document, by their own.
    pub(super) renamed: &'o BTreeMap<String, String>,
    pub(super) id: &'o str,
    pub(super) place: &'o str,
}

/// A parameter that is sent.
struct Sent<'d> {
    name: String,
    location: &'static str,
    required: bool,
    /// The parameter itself; none for one that only the path has.
    node: Option<&'d Node>,
    schema: Option<&'d Node>,
    description: String,
    span: Span,
}

pub(super) fn parameters<'d>(schemas: &mut Schemas<'d>, security: &Security, received: &Received<'d, '_>) -> Vec<Node> {
    let mut sent = collect(schemas, security, received);
    // Path, query, header: as a person reads them; within each as the document has them.
    let rank = |location: &str| ["path", "query", "header"].iter().position(|other| *other == location);
    sent.sort_by_key(|parameter| (rank(parameter.location), !parameter.required));
    let mut names = Given::default();
    // Required ones are arguments, whose names are what a caller sees first.
    let mut order: Vec<usize> = (0..sent.len()).collect();
    order.sort_by_key(|index| sent.get(*index).map(|parameter| !parameter.required));
    let mut given = BTreeMap::new();
    for index in order {
        if let Some(parameter) = sent.get(index) {
            let wanted = parameter.node.and_then(|node| rust_name(&[node])).unwrap_or(&parameter.name);
            given.insert(index, names.parameter(wanted, parameter.required));
        }
    }
    let mut nodes = Vec::new();
    for (index, parameter) in sent.iter().enumerate() {
        let rust_name = given.remove(&index).unwrap_or_default();
        nodes.push(make(schemas, received, parameter, &rust_name));
    }
    nodes
}

fn collect<'d>(schemas: &mut Schemas<'d>, security: &Security, received: &Received<'d, '_>) -> Vec<Sent<'d>> {
    let mut found: Vec<&'d Node> = Vec::new();
    let mut seen = BTreeSet::new();
    // What an operation says of a parameter takes the place of what its path says.
    for parameter in list(received.node, "parameters").into_iter().chain(list(received.item, "parameters")) {
        let Some(parameter) = schemas.source.object(parameter) else {
            schemas.lose(
                "reference",
                received.place,
                "a parameter refers to nothing in this document: left out",
                parameter.span,
            );
            continue;
        };
        let text = |key: &str| parameter.get(key).and_then(Node::as_str).unwrap_or_default();
        if seen.insert((text("in"), text("name"))) {
            found.push(parameter);
        }
    }
    let mut sent: Vec<Sent<'d>> = Vec::new();
    let mut in_path: BTreeMap<&str, &'d Node> = BTreeMap::new();
    for parameter in found {
        let text = |key: &str| parameter.get(key).and_then(Node::as_str).unwrap_or_default();
        let (name, span) = (text("name"), parameter.span);
        let required = parameter.get("required").and_then(Node::as_bool) == Some(true);
        let place = format!("{}, parameter `{}`", received.place, short(name));
        let location = match text("in") {
            "path" => {
                in_path.insert(name, parameter);
                continue;
            }
            "query" => "query",
            "header" if RESERVED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) => {
                schemas.lose("own-header", &place, "a header that the client itself sends: left out", span);
                continue;
            }
            "header" if is_token(name) => "header",
            other => {
                let message = format!("a parameter in `{}` has no form yet: left out", short(other));
                schemas.lose("parameter-place", &place, message, span);
                continue;
            }
        };
        if name.is_empty() || security.sends(location, name) {
            continue;
        }
        let parameter = Sent {
            name: name.to_owned(),
            location,
            required,
            node: Some(parameter),
            schema: schema_of(parameter),
            description: described(&[parameter]),
            span,
        };
        match members(schemas, &parameter) {
            Some(members) => sent.extend(members),
            None => sent.push(parameter),
        }
    }
    of_path(schemas, received, sent, in_path)
}

/// The parameters of the path, with those that are sent otherwise.
fn of_path<'d>(
    schemas: &mut Schemas<'d>,
    received: &Received<'d, '_>,
    mut sent: Vec<Sent<'d>>,
    mut in_path: BTreeMap<&str, &'d Node>,
) -> Vec<Sent<'d>> {
    let mut parts: Vec<Sent<'d>> = Vec::new();
    for piece in without_fragment(received.path).split('{').skip(1) {
        let own = piece.split('}').next().unwrap_or_default();
        let published = received.renamed.get(own).map_or(own, String::as_str);
        let parameter = in_path.remove(published).or_else(|| in_path.remove(own));
        if parameter.is_none() {
            let place = format!("{}, parameter `{}`", received.place, short(own));
            schemas.lose(
                "path-parameter",
                &place,
                "the path has it, but it is not declared: a text",
                received.node.span,
            );
        }
        parts.push(Sent {
            name: own.to_owned(),
            location: "path",
            required: true,
            node: parameter,
            schema: parameter.and_then(schema_of),
            description: described(&parameter.into_iter().collect::<Vec<_>>()),
            span: parameter.map_or(received.node.span, |parameter| parameter.span),
        });
    }
    for (name, value) in received.query {
        let placeholder = value.strip_prefix('{').and_then(|value| value.strip_suffix('}'));
        let parameter = placeholder.and_then(|placeholder| in_path.remove(placeholder));
        if sent.iter().any(|sent| sent.location == "query" && sent.name == *name) {
            continue;
        }
        let description = match (parameter, placeholder) {
            (Some(parameter), _) => described(&[parameter]),
            (None, Some(_)) => described(&[]),
            (None, None) => format!("Always `{}`, as the path in the document says.", short(value)),
        };
        sent.push(Sent {
            name: (*name).to_owned(),
            location: "query",
            required: true,
            node: parameter,
            schema: parameter.and_then(schema_of),
            description,
            span: received.node.span,
        });
    }
    for (name, parameter) in in_path {
        let place = format!("{}, parameter `{}`", received.place, short(name));
        schemas.lose("path-parameter", &place, "the path does not have it: left out", parameter.span);
    }
    let mut seen = BTreeSet::new();
    parts.extend(sent);
    parts.retain(|parameter| seen.insert((parameter.location, parameter.name.clone())));
    parts
}

/// The schema of a parameter, which may be that of its only media type.
fn schema_of(parameter: &Node) -> Option<&Node> {
    parameter.get("schema").or_else(|| entries(parameter.get("content")).next()?.1.get("schema"))
}

/// The members of an object in the query, each as a parameter: `filter[name]` for `deepObject`, `name` for an exploded form.
fn members<'d>(schemas: &Schemas<'d>, parameter: &Sent<'d>) -> Option<Vec<Sent<'d>>> {
    let node = parameter.node?;
    if parameter.location != "query" || node.get("content").is_some() {
        return None;
    }
    let style = node.get("style").and_then(Node::as_str).unwrap_or("form");
    let explode = node.get("explode").and_then(Node::as_bool).unwrap_or(style == "form");
    let is_deep = style == "deepObject";
    if !is_deep && (style != "form" || !explode) {
        return None;
    }
    let flat = schemas.source.followed(parameter.schema?)?;
    let mut found = Vec::new();
    let required: BTreeSet<&str> = required_of(&flat.facets).into_iter().collect();
    for facet in &flat.facets {
        for (name, schema) in entries(facet.get("properties")) {
            let is_scalar = schemas.source.followed(schema).is_none_or(|flat| {
                flat.unions.is_empty() && flat.facets.iter().all(|facet| facet.get("properties").is_none())
            });
            if !is_scalar {
                return None;
            }
            let wire = if is_deep { format!("{}[{name}]", parameter.name) } else { name.to_owned() };
            found.push(Sent {
                name: wire,
                location: "query",
                required: parameter.required && required.contains(name),
                node: None,
                schema: Some(schema),
                description: described(&[schema]),
                span: schema.span,
            });
        }
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    (!found.is_empty()).then_some(found)
}

fn make<'d>(schemas: &mut Schemas<'d>, received: &Received<'d, '_>, parameter: &Sent<'d>, rust_name: &str) -> Node {
    let place = format!("{}, parameter `{}`", received.place, short(&parameter.name));
    let wish = Wish::new(format!("{}{}", camel(received.id), camel(&parameter.name)), place.clone(), Direction::Sent);
    let lowered = parameter.schema.map(|schema| schemas.lower(schema, &wish));
    let style = parameter.node.and_then(|node| node.get("style")).and_then(Node::as_str);
    let is_content = parameter.node.is_some_and(|node| node.get("content").is_some());
    let span = parameter.span;
    let explode = parameter.node.and_then(|node| node.get("explode")).and_then(Node::as_bool);
    let mut separated = None;
    let schema = match lowered {
        Some(lowered) if lowered.kind.is_scalar() && !is_content => Some(lowered),
        Some(lowered) if lowered.is_list_of_scalars() && !is_content => {
            match style {
                None | Some("form" | "simple") => {
                    if parameter.location == "query" && explode == Some(false) {
                        separated = Some("form");
                    }
                    Some(lowered)
                }
                // With `explode` they are what `form` is.
                Some("pipeDelimited" | "spaceDelimited") if parameter.location == "query" => {
                    separated = style.filter(|_| explode != Some(true));
                    Some(lowered)
                }
                Some(style) => {
                    let message = format!("a list in the style `{}`: a text that is sent as it is", short(style));
                    schemas.lose("parameter-style", &place, message, span);
                    None
                }
            }
        }
        None => None,
        Some(_) => {
            schemas.lose(
                "parameter-value",
                &place,
                "what is no text, number, boolean or list of them: a text that is sent as it is",
                span,
            );
            None
        }
    };
    let is_text = schema.as_ref().is_none_or(|schema| schema.kind == Kind::Text);
    let schema = schema.map_or_else(|| Made::at(span).text("type", "string").node(), without_null);
    let mut made = Made::at(span)
        .text("name", &parameter.name)
        .text("in", parameter.location)
        .text("description", &parameter.description)
        .with("schema", schema);
    if parameter.required {
        made = made.flag("required", true);
    }
    if let Some(style) = separated {
        made = made.text("style", style).flag("explode", false);
    }
    if parameter.node.and_then(|node| node.get("deprecated")).and_then(Node::as_bool) == Some(true) {
        made = made.flag("deprecated", true);
    }
    let says_so = parameter.node.and_then(|node| says_sensitive(&[node]));
    if says_so.unwrap_or(is_text && suggests_sensitive(&parameter.name)) {
        made = made.flag("x-sensitive", true);
    }
    let scope = if parameter.required { Scope::Argument } else { Scope::Setter };
    if scope.name(&parameter.name, None) != rust_name {
        made = made.text("x-rust-name", rust_name);
    }
    made.node()
}

/// The schema of a parameter: there is no null in parameters.
fn without_null(mut lowered: Lowered) -> Node {
    lowered.nullable = false;
    lowered.node(None)
}
