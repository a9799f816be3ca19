//! Objects, and bodies of forms.

use std::collections::{BTreeMap, BTreeSet};

use super::component::{Component, Work, plain};
use super::lowered::{Direction, Kind, Lowered, NOT_DESCRIBED, Wish, anything, described, entries, named, short};
use super::make::{Made, mapping_at, texts_at};
use super::names::{Given, camel, rust_name, says_sensitive};
use super::schemas::Schemas;
use super::shape::{Shape, required_of, texts_of};
use super::source::Flat;
use super::survey::Tag;
use crate::names::Scope;
use crate::spec::{Node, Span, suggests_sensitive};

/// How many members all objects may have together: each is written out where it is composed.
const MAX_MEMBERS: usize = 400_000;

/// How many members a form has, and how deeply members of members are written out.
const MAX_FORM: usize = 500;

const MAX_FORM_DEPTH: usize = 4;

impl<'d> Schemas<'d> {
    /// The body of a form: an object whose members are texts, numbers, booleans and lists of them. Members of members are written as
    /// `a[b]`, which is what most servers read. With parts, they are JSON, and members can be files.
    pub(super) fn form(&mut self, schema: Option<&'d Node>, has_parts: bool, wish: &Wish, span: Span) -> Node {
        let max_depth = if has_parts { 0 } else { MAX_FORM_DEPTH };
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut required = Vec::new();
        let mut names = Given::default();
        // The members still to be written: the name on the wire, the schemas, whether it must be there, how deep it is.
        let mut open: Vec<(String, Vec<&'d Node>, bool, usize)> = Vec::new();
        if let Some(schema) = schema {
            self.open_form(schema, "", true, 0, &mut open);
        }
        while let Some((wire, schemas, is_required, depth)) = open.pop() {
            let place = format!("{}, member `{}`", wish.place, short(&wire));
            if members.len() >= MAX_FORM {
                self.lose("form-member", &place, format!("a form has more than {MAX_FORM} members: left out"), span);
                continue;
            }
            if depth < max_depth
                && let [only] = schemas.as_slice()
                && self.open_form(only, &wire, is_required, depth, &mut open)
            {
                continue;
            }
            let inner = Wish { is_member: true, ..wish.inner(format!("{}{}", wish.name, camel(&wire)), place.clone()) };
            let file = if has_parts { schemas.iter().find_map(|schema| self.file(schema, span)) } else { None };
            let mut lowered = file.unwrap_or_else(|| self.lower_all(&schemas, &inner, span));
            lowered.nullable = false;
            if !has_parts && !lowered.kind.is_scalar() && !lowered.is_list_of_scalars() {
                self.lose(
                    "form-member",
                    &place,
                    "what is no text, number, boolean or list of them has no place in a form: left out",
                    span,
                );
                continue;
            }
            let node = member(&wire, lowered, &schemas, &mut names);
            if is_required {
                required.push((wire.clone(), None));
            }
            members.push((wire, node));
        }
        let name = self.names.type_name(&wish.name);
        let description = schema.map_or_else(|| NOT_DESCRIBED.to_owned(), |schema| described(&[schema]));
        let made = Made::at(span)
            .text("type", "object")
            .text("description", &description)
            .with("properties", mapping_at(span, members));
        self.components.insert(name.clone(), Component { made, span, required, variants: Vec::new() });
        named(name, Kind::Object, span).node(None)
    }

    /// The schema of a file, or of a list of files, in a body with parts.
    fn file(&self, schema: &'d Node, span: Span) -> Option<Lowered> {
        let flat = self.source.followed(schema)?;
        let is_file = |flat: &Flat<'d>| {
            let is_binary = flat.first("format").and_then(Node::as_str) == Some("binary");
            // OpenAPI 3.1 says what is in the file.
            is_binary || (flat.first("contentMediaType").is_some() && flat.first("contentEncoding").is_none())
        };
        let file = || Made::at(span).text("type", "string").text("format", "binary");
        if is_file(&flat) {
            return Some(Lowered::new(Kind::Scalar, file(), span));
        }
        let items = flat.first("items").and_then(|items| self.source.followed(items))?;
        let list = || Made::at(span).text("type", "array").with("items", file().node());
        is_file(&items).then(|| Lowered::new(Kind::List, list(), span))
    }

    /// Adds the members of an object to those that a form still has to get; whether it is an object with members.
    pub(super) fn open_form(
        &self,
        schema: &'d Node,
        wire: &str,
        is_required: bool,
        depth: usize,
        open: &mut Vec<(String, Vec<&'d Node>, bool, usize)>,
    ) -> bool {
        let Some(flat) = self.source.followed(schema) else { return false };
        let mut members: BTreeMap<&'d str, Vec<&'d Node>> = BTreeMap::new();
        let required: BTreeSet<&str> = required_of(&flat.facets).into_iter().collect();
        let variants = flat.unions.iter().flat_map(|union| union.variants.iter().copied());
        // Of a union within a form, all members of all variants can be given.
        for facet in flat.facets.iter().copied().chain(variants) {
            for (name, schema) in entries(facet.get("properties"))
                .filter(|(_, schema)| schema.get("readOnly").and_then(Node::as_bool) != Some(true))
            {
                members.entry(name).or_default().push(schema);
            }
        }
        let is_object = !members.is_empty();
        for (name, schemas) in members.into_iter().rev() {
            let wire = if wire.is_empty() { name.to_owned() } else { format!("{wire}[{name}]") };
            open.push((wire, schemas, is_required && required.contains(name), depth + 1));
        }
        is_object
    }

    pub(super) fn object(&mut self, work: &Work<'d>, span: Span) -> Component {
        let required = required_of(&work.flat.facets);
        self.object_of(work, &work.flat.facets, required, false, span)
    }

    /// An object of which these are the facets: all of them hold, or each may.
    pub(super) fn object_of(
        &mut self,
        work: &Work<'d>,
        facets: &[&'d Node],
        required: Vec<&'d str>,
        is_any: bool,
        span: Span,
    ) -> Component {
        let mut members: BTreeMap<&'d str, Vec<&'d Node>> = BTreeMap::new();
        for facet in facets {
            for (name, schema) in entries(facet.get("properties")) {
                members.entry(name).or_default().push(schema);
            }
        }
        self.members += members.len();
        if self.members > MAX_MEMBERS {
            let message = format!("all objects have more than {MAX_MEMBERS} members together: whatever members");
            self.lose("size", &work.wish.place, message, span);
            return plain(Made::at(span).text("type", "object").flag("additionalProperties", true), span);
        }
        // What a direction does not have.
        let hidden = match work.wish.direction {
            Direction::Sent => "readOnly",
            Direction::Read => "writeOnly",
        };
        let is_hidden = |schema: &&Node| schema.get(hidden).and_then(Node::as_bool) == Some(true);
        let tag =
            work.pointer.as_ref().and_then(|pointer| self.survey.tags.get(pointer)).filter(|tag| !tag.torn).cloned();
        let mut names = Given::default();
        let mut made_members = Vec::new();
        let mut targets = BTreeMap::new();
        let mut given: BTreeSet<&str> = BTreeSet::new();
        for (name, schemas) in members.iter().filter(|(_, schemas)| !schemas.iter().any(is_hidden)) {
            given.insert(name);
            let at = schemas.first().map_or(span, |schema| schema.span);
            let place = format!("{}, member `{}`", work.wish.place, short(name));
            let wish = Wish { is_member: true, ..work.wish.inner(format!("{}{}", work.wish.name, camel(name)), place) };
            let lowered = match &tag {
                Some(tag) if tag.name == **name => tag_member(tag, at),
                _ if is_any => self.lower_any(schemas, &wish, at),
                _ => self.lower_all(schemas, &wish, at),
            };
            if let (Some(component), false) = (&lowered.component, lowered.nullable) {
                targets.insert(*name, component.clone());
            }
            let node = member(name, lowered, schemas, &mut names);
            made_members.push(((*name).to_owned(), node));
        }
        let mut seen = BTreeSet::new();
        let (known, unknown): (Vec<&str>, Vec<&str>) =
            required.into_iter().filter(|name| seen.insert(*name)).partition(|name| given.contains(name));
        if unknown.iter().any(|name| !members.contains_key(name)) {
            self.lose("required-nothing", &work.wish.place, "a member is required that is not described", span);
        }
        let mut required: Vec<(String, Option<String>)> =
            known.into_iter().map(|name| (name.to_owned(), targets.get(name).cloned())).collect();
        if let Some(tag) = &tag {
            if !given.contains(tag.name.as_str()) {
                let node = tag_member(tag, span).node(Some("Which variant this is."));
                made_members.push((tag.name.clone(), node));
            }
            if required.iter().all(|(name, _)| *name != tag.name) {
                required.insert(0, (tag.name.clone(), None));
            }
        }
        let mut made = Made::at(span).text("type", "object").with("properties", mapping_at(span, made_members));
        let further = facets.iter().find_map(|facet| {
            let values = facet.get("additionalProperties")?;
            (values.as_bool() == Some(true) || values.as_mapping().is_some()).then_some(values)
        });
        match further {
            Some(values) if values.as_mapping().is_some_and(|map| !map.is_empty()) => {
                let wish = Wish {
                    in_collection: true,
                    ..work.wish.inner(format!("{}Value", work.wish.name), format!("{}, other members", work.wish.place))
                };
                let lowered = self.lower(values, &wish);
                made = match lowered.kind {
                    Kind::Anything => made.flag("additionalProperties", true),
                    _ => made.with("additionalProperties", lowered.node(None)),
                };
            }
            Some(_) => made = made.flag("additionalProperties", true),
            None => {}
        }
        Component { made, span, required, variants: Vec::new() }
    }

    /// A member that each variant has in its own way.
    pub(super) fn lower_any(&mut self, schemas: &[&'d Node], wish: &Wish, span: Span) -> Lowered {
        let mut known = BTreeSet::new();
        // What says the same is one.
        let distinct = schemas.iter().copied().filter(|schema| known.insert(schema.to_json().to_string()));
        let distinct: Vec<&'d Node> = distinct.collect();
        if let [only] = distinct.as_slice() {
            return self.lower(only, wish);
        }
        let nullable = distinct.iter().any(|schema| self.source.flat(&[schema]).nullable);
        if let Some(values) = texts_of(self.source, &distinct) {
            let flat = Flat { facets: distinct, nullable, ..Flat::default() };
            return self.new_component(flat, Shape::Enumeration(values), wish, span);
        }
        let mut kinds: BTreeSet<&str> = BTreeSet::new();
        for schema in &distinct {
            let flat = self.source.flat(&[schema]);
            let shape = self.shape(&flat, wish, span);
            kinds.insert(match shape {
                Shape::Text | Shape::Enumeration(_) => "string",
                Shape::Integer => "integer",
                Shape::Number => "number",
                Shape::Boolean => "boolean",
                _ => "other",
            });
        }
        let name = match kinds.into_iter().collect::<Vec<_>>().as_slice() {
            [only @ ("string" | "integer" | "number" | "boolean")] => *only,
            ["integer", "number"] => "number",
            _ => {
                self.lose(
                    "members-differ",
                    &wish.place,
                    "variants that cannot be told apart have it in different forms: any value",
                    span,
                );
                return anything(span);
            }
        };
        let kind = if name == "string" { Kind::Text } else { Kind::Scalar };
        let mut lowered = Lowered::new(kind, Made::at(span).text("type", name), span);
        lowered.nullable = nullable;
        lowered
    }
}

/// The tag of a variant: a constant, where it has one value.
fn tag_member(tag: &Tag, span: Span) -> Lowered {
    let made = Made::at(span).text("type", "string");
    match tag.values.first() {
        Some(only) if tag.values.len() == 1 => {
            Lowered::new(Kind::Constant, made.with("enum", texts_at(span, [only.as_str()])), span)
        }
        _ => Lowered::new(Kind::Scalar, made, span),
    }
}

/// A member of an object: its value, and all that is said of it.
fn member(wire: &str, lowered: Lowered, schemas: &[&Node], names: &mut Given) -> Node {
    let is_sensitive = says_sensitive(schemas).unwrap_or(lowered.kind == Kind::Text && suggests_sensitive(wire));
    let is_deprecated = schemas.iter().any(|schema| schema.get("deprecated").and_then(Node::as_bool) == Some(true));
    let mut made = Made::of(lowered.node(Some(&described(schemas))));
    if is_sensitive {
        made = made.flag("x-sensitive", true);
    }
    if is_deprecated {
        made = made.flag("deprecated", true);
    }
    let rust_name = names.member(rust_name(schemas).unwrap_or(wire));
    if rust_name != Scope::Member.name(wire, None) {
        made = made.text("x-rust-name", &rust_name);
    }
    made.node()
}
