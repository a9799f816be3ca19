//! Paths and operations of any form as operations of the curated dialect.

use std::collections::{BTreeMap, BTreeSet};

use super::bodies;
use super::lowered::{NOT_DESCRIBED, entries, short};
use super::make::{Made, list_at, mapping_at, text_at, texts_at};
use super::names::{Given, camel, snake};
use super::parameters::{Received, parameters};
use super::schemas::Schemas;
use super::security::Security;
use super::slice::Slice;
use super::source::list;
use crate::names::Scope;
use crate::spec::paths::{METHODS, without_fragment};
use crate::spec::{Node, Span};

/// The longest summary, in characters.
const LONGEST_SUMMARY: usize = 200;

/// An operation of the published document.
struct Found<'d> {
    method: &'d str,
    /// The path with a slash in front, without query, and with names of parameters of their own. A fragment tells it from another
    /// one that is sent alike.
    path: String,
    /// The query that the path has: names and values.
    query: Vec<(&'d str, &'d str)>,
    /// Names of parameters as the document has them, by their names in `path`.
    renamed: BTreeMap<String, String>,
    item: &'d Node,
    node: &'d Node,
    span: Span,
}

/// What the operations become.
pub(super) struct Operations {
    pub(super) paths: Node,
    pub(super) tags: Node,
    /// How many operations the slice has, and how many of them a client can call.
    pub(super) published: usize,
    pub(super) callable: usize,
}

/// The operations of a slice, in the order of path and method.
pub(super) fn operations(schemas: &mut Schemas<'_>, security: &Security, slice: &mut Slice) -> Operations {
    let root = schemas.source.root;
    let mut published = 0;
    let mut found = find(schemas, slice, &mut published);
    // The same order whatever the text's is, so that names are the same.
    found.sort_by(|left, right| (&left.path, left.method).cmp(&(&right.path, right.method)));
    let mut names = Given::default();
    let mut own: Vec<Option<String>> = Vec::new();
    // An id of the document's is never changed for the sake of one that is made up.
    for operation in &found {
        let id = operation.node.get("operationId").and_then(Node::as_str).filter(|id| !id.trim().is_empty());
        own.push(id.map(|id| names.operation(id)));
    }
    let mut tags = Tags::new(root);
    let mut paths: Vec<(String, Made)> = Vec::new();
    for (operation, own) in found.iter().zip(own) {
        let id = own.unwrap_or_else(|| names.operation(&made_up(operation)));
        let made = make(schemas, security, &mut tags, operation, &id);
        if let Some((_, item)) = paths.last_mut().filter(|(path, _)| *path == operation.path) {
            item.push(operation.method, made);
        } else {
            let mut item = Made::at(operation.span);
            item.push(operation.method, made);
            paths.push((operation.path.clone(), item));
        }
    }
    let paths = mapping_at(root.span, paths.into_iter().map(|(path, item)| (path, item.node())));
    Operations { paths, tags: tags.node(root.span), published, callable: found.len() }
}

fn find<'d>(schemas: &mut Schemas<'d>, slice: &mut Slice, published: &mut usize) -> Vec<Found<'d>> {
    let root = schemas.source.root;
    let mut found: Vec<Found<'d>> = Vec::new();
    // The first path of each shape: the names of parameters do not tell paths apart.
    let mut shapes: BTreeMap<String, String> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    // The paths that share a shape with another one, by the number that tells them apart.
    let mut numbered: BTreeMap<(String, usize), String> = BTreeMap::new();
    let mut items: Vec<(&'d str, &'d Node)> =
        entries(root.get("paths")).filter(|(path, _)| !path.starts_with("x-")).collect();
    items.sort_unstable_by_key(|(path, _)| *path);
    for (path, item) in items {
        let Some(item) = schemas.source.object(item) else {
            schemas.lose(
                "reference",
                &format!("path `{}`", short(path)),
                "the path refers to nothing in this document",
                item.span,
            );
            continue;
        };
        let (path_made, names) = template(path);
        let shape = shape(&path_made);
        let first = shapes.entry(shape.clone()).or_insert_with(|| path_made.clone()).clone();
        let shared = matched(&first, &path_made, &names);
        for (method, node) in entries(Some(item)) {
            let is_operation = (METHODS.contains(&method) || method == "trace") && node.as_mapping().is_some();
            if !is_operation || !slice.takes(method, path, node) {
                continue;
            }
            *published += 1;
            if method == "trace" {
                schemas.lose(
                    "trace",
                    &format!("`TRACE {}`", short(path)),
                    "clients do not send TRACE: left out",
                    node.span,
                );
                continue;
            }
            let (mut key, mut renamed) = (first.clone(), shared.clone());
            let mut number = 1;
            loop {
                let of_number = numbered.entry((shape.clone(), number)).or_insert_with(|| path_made.clone());
                if (number == 1 || *of_number == path_made) && taken.insert((shape.clone(), number, method)) {
                    break;
                }
                number += 1;
                key = format!("{path_made}{}{number}", if path_made.contains('#') { "-" } else { "#" });
                renamed.clone_from(&names);
            }
            found.push(Found { method, path: key, query: query(path), renamed, item, node, span: node.span });
        }
    }
    found
}

/// A path of the curated form, and the names that its parameters have in the document.
fn template(path: &str) -> (String, BTreeMap<String, String>) {
    let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut made = String::new();
    if !path.starts_with('/') {
        made.push('/');
    }
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut rest = path;
    while let Some((literal, after)) = rest.split_once('{') {
        made.push_str(&literal.replace('}', "%7D"));
        let Some((name, after)) = after.split_once('}') else {
            made.push_str("%7B");
            rest = after;
            continue;
        };
        let plain: String = name.chars().filter(|character| !matches!(character, '{' | '}' | '/')).collect();
        let plain = plain.trim_end_matches('*').trim_start_matches(['+', '#', '.', ';']);
        let stem = if plain.is_empty() { "value" } else { plain };
        let mut own = stem.to_owned();
        let mut number = 1;
        while names.contains_key(&own) {
            number += 1;
            own = format!("{stem}_{number}");
        }
        made.push('{');
        made.push_str(&own);
        made.push('}');
        names.insert(own, name.to_owned());
        rest = after;
    }
    made.push_str(&rest.replace('}', "%7D"));
    let suffix: String =
        query.chars().chain(fragment.chars()).filter(|character| !"?#{}".contains(*character)).collect();
    if !suffix.is_empty() {
        made.push('#');
        made.push_str(&suffix);
    }
    (made, names)
}

/// The query of a path, as names and values.
fn query(path: &str) -> Vec<(&str, &str)> {
    let query = without_fragment(path).split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect()
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    let literals: Vec<&str> = parts(path).into_iter().map(|(literal, _)| literal).collect();
    literals.join("{}")
}

/// The literals of a path, each with the parameter behind it.
fn parts(path: &str) -> Vec<(&str, &str)> {
    let mut parts = Vec::new();
    let mut rest = path;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        parts.push((literal, name));
        rest = after;
    }
    parts.push((rest, ""));
    parts
}

/// The names that the parameters of `first` have in another path of the same shape.
fn matched(first: &str, other: &str, names: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let pairs = parts(first).into_iter().zip(parts(other));
    let pairs = pairs.filter(|((_, name), _)| !name.is_empty());
    pairs.filter_map(|((_, first), (_, other))| Some((first.to_owned(), names.get(other)?.clone()))).collect()
}

fn make<'d>(schemas: &mut Schemas<'d>, security: &Security, tags: &mut Tags, operation: &Found<'d>, id: &str) -> Node {
    let Found { node, span, .. } = *operation;
    let place = format!("`{} {}`", operation.method.to_uppercase(), operation.path);
    let text = |key: &str| node.get(key).and_then(Node::as_str).map(str::trim).filter(|text| !text.is_empty());
    let path = without_fragment(&operation.path);
    let line = format!("{} {path}", operation.method.to_uppercase());
    let summary = text("summary").map_or(line, |summary| summary.split_whitespace().collect::<Vec<_>>().join(" "));
    let summary: String = summary.chars().take(LONGEST_SUMMARY).collect();
    let tag = list(node, "tags")
        .into_iter()
        .find_map(Node::as_str)
        .map_or_else(|| first_segment(&operation.path), str::to_owned);
    let mut made = Made::at(span)
        .text("operationId", id)
        .with("tags", texts_at(span, [tags.name(&tag).as_str()]))
        .text("summary", &summary)
        .text("description", text("description").unwrap_or(NOT_DESCRIBED));
    if node.get("deprecated").and_then(Node::as_bool) == Some(true) {
        made = made.flag("deprecated", true);
    }
    let received = Received {
        item: operation.item,
        node,
        path: &operation.path,
        query: &operation.query,
        renamed: &operation.renamed,
        id,
        place: &place,
    };
    let parameters = parameters(schemas, security, &received);
    if !parameters.is_empty() {
        made = made.with("parameters", list_at(span, parameters));
    }
    let stem = camel(id);
    if let Some(body) = node.get("requestBody").and_then(|body| schemas.source.object(body))
        && let Some(body) = bodies::request(schemas, body, &stem, &place)
    {
        made = made.with("requestBody", body);
    }
    made = made.with("responses", bodies::responses(schemas, node, &stem, &place, operation.method));
    if node.get("callbacks").and_then(Node::as_mapping).is_some_and(|callbacks| !callbacks.is_empty()) {
        schemas.lose("callbacks", &place, "what the vendor calls has no form yet: left out", span);
    }
    if let Some(requirements) = security.of_operation(node) {
        made = made.with("security", requirements);
    }
    made.node()
}

/// A name for an operation that has none: what it does, and the words of its path.
fn made_up(operation: &Found<'_>) -> String {
    let segments: Vec<&str> = operation.path.split(['/', '#']).filter(|segment| !segment.is_empty()).collect();
    let is_parameter = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
    let ends_in_parameter = segments.last().is_some_and(|last| is_parameter(last));
    let verb = match operation.method {
        "get" if ends_in_parameter => "get",
        "get" => "list",
        "post" => "create",
        "put" => "replace",
        "patch" => "update",
        "delete" => "delete",
        other => other,
    };
    let words = segments.iter().filter(|segment| !is_parameter(segment)).map(|segment| snake(segment));
    let by = segments.last().filter(|_| ends_in_parameter).map(|last| format!("by_{}", snake(last)));
    let all: Vec<String> = std::iter::once(verb.to_owned()).chain(words).chain(by).collect();
    all.join("_")
}

fn first_segment(path: &str) -> String {
    let segment = without_fragment(path).split('/').find(|segment| !segment.is_empty() && !segment.contains('{'));
    segment.unwrap_or("default").to_owned()
}

/// The groups of operations.
struct Tags {
    /// The first tag that becomes a module, by the module.
    by_module: BTreeMap<String, String>,
    descriptions: BTreeMap<String, String>,
}

impl Tags {
    fn new(root: &Node) -> Self {
        let described = list(root, "tags").into_iter().filter_map(|tag| {
            let name = tag.get("name")?.as_str()?;
            let description = tag.get("description")?.as_str()?;
            (!description.trim().is_empty()).then(|| (name.to_owned(), description.to_owned()))
        });
        Self { descriptions: described.collect(), by_module: BTreeMap::new() }
    }

    /// The tag to use for this one: the first that becomes the same module.
    fn name(&mut self, tag: &str) -> String {
        let tag = if tag.trim().is_empty() { "default" } else { tag };
        let module = module(tag);
        self.by_module.entry(module).or_insert_with(|| tag.to_owned()).clone()
    }

    fn node(self, span: Span) -> Node {
        let Self { by_module, descriptions } = self;
        let tags = by_module.into_iter().map(|(module, name)| {
            let description = descriptions.get(&name).map_or(NOT_DESCRIBED, String::as_str);
            let made = Made::at(span).text("name", &name).text("description", description);
            let made = if Scope::Module.name(&name, None) == module {
                made
            } else {
                made.with("x-rust-name", text_at(span, &module))
            };
            made.node()
        });
        list_at(span, tags.collect())
    }
}

/// The module of a tag.
fn module(tag: &str) -> String {
    let name = Scope::Module.name(tag, None);
    // Files are named after modules, and this one is there already.
    if Scope::Module.is_taken(&name) { format!("{name}_operations") } else { name.chars().take(100).collect() }
}
