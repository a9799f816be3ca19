//! Schemas of any form as schemas of the curated dialect: what has members, values or variants of its own becomes a component, the
//! rest is written in place.
//!
//! Components are made one after the other from a list of what is still to be made, so that no chain of references is recursed into.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::bundle::BUNDLED;
use super::component::{Component, Work, plain};
use super::limits::{limits, number};
use super::loss::Loss;
use super::lowered::{Direction, Kind, Lowered, NOT_DESCRIBED, Wish, anything, described, entries, named, short};
use super::make::{Made, list_at, mapping_at, text_at, texts_at, true_at};
use super::names::{Given, camel, rust_name};
use super::shape::{Shape, identity, kind_of, needs_name, says_members, says_something, texts_of, values_of};
use super::source::{Flat, Seen, Source, list, types};
use super::survey::{Survey, pointer_of};
use crate::graph::{groups, in_circles};
use crate::names::Scope;
use crate::spec::{Node, Pattern, Span, TextFormat, text_format, unescape};

/// How many lists and maps that are only referred to may be within each other.
const MAX_INLINED: usize = 32;

/// Keywords that no form of the curated dialect says: values are not held against them.
const UNCHECKED: [&str; 13] = [
    "$dynamicRef",
    "contains",
    "contentSchema",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "not",
    "patternProperties",
    "propertyNames",
    "then",
    "unevaluatedItems",
];

/// Makes components of the published schemas.
pub(super) struct Schemas<'d> {
    pub(super) source: Source<'d>,
    pub(super) losses: Vec<Loss>,
    pub(super) names: Given,
    /// The names of the document's own components, by JSON pointer.
    declared: BTreeMap<String, String>,
    /// The components of what has a place in the document: the name, what it is, and whether null is among its values.
    memo: BTreeMap<(String, Direction), (String, Kind, bool)>,
    /// The components of schemas that are written in place, by what they are made of: one that is reached again, by a list or a map
    /// that only has a name, is the same component.
    in_place: BTreeMap<(Vec<usize>, Direction), String>,
    pub(super) survey: Survey,
    inlined: Vec<(String, Direction)>,
    work: VecDeque<Work<'d>>,
    pub(super) components: BTreeMap<String, Component>,
    /// How many members all objects have so far.
    pub(super) members: usize,
}

impl<'d> Schemas<'d> {
    pub(super) fn new(source: Source<'d>) -> Self {
        let mut names = Given::default();
        let mut components: Vec<(&str, &Node)> = entries(source.root.at("/components/schemas")).collect();
        components.sort_unstable_by_key(|(key, _)| *key);
        let of_component =
            |(key, node): (&str, &Node)| (pointer_of(key), names.type_name(rust_name(&[node]).unwrap_or(key)));
        let declared = components.into_iter().map(of_component).collect();
        Self {
            source,
            losses: Vec::new(),
            names,
            declared,
            memo: BTreeMap::new(),
            in_place: BTreeMap::new(),
            survey: Survey::of(source),
            inlined: Vec::new(),
            work: VecDeque::new(),
            components: BTreeMap::new(),
            members: 0,
        }
    }

    pub(super) fn lose(&mut self, construct: &'static str, place: &str, message: impl Into<String>, span: Span) {
        self.losses.push(Loss { construct, place: place.to_owned(), message: message.into(), span });
    }

    /// A schema, for what is wanted of it.
    pub(super) fn lower(&mut self, node: &'d Node, wish: &Wish) -> Lowered {
        match self.source.see(node) {
            Seen::Lost { reference } => {
                let message = format!("`{}` leads nowhere in this document: any value", short(reference));
                self.lose("reference", &wish.place, message, node.span);
                anything(node.span)
            }
            Seen::Reference { pointer, target, nullable } => {
                let mut lowered = self.reference(pointer, target, wish, node.span);
                lowered.nullable |= nullable;
                lowered
            }
            Seen::Flat(flat) => self.flat(flat, wish, node.span),
        }
    }

    /// Several schemas that all hold.
    pub(super) fn lower_all(&mut self, nodes: &[&'d Node], wish: &Wish, span: Span) -> Lowered {
        if let [only] = nodes {
            return self.lower(only, wish);
        }
        let full: Vec<&'d Node> = nodes.iter().copied().filter(|node| says_something(node)).collect();
        let distinct: BTreeSet<Option<&str>> =
            full.iter().map(|node| node.get("$ref").and_then(Node::as_str)).collect();
        match full.as_slice() {
            [] => anything(span),
            [only] => self.lower(only, wish),
            [first, ..] if distinct.len() == 1 && !distinct.contains(&None) => self.lower(first, wish),
            _ => {
                let flat = self.source.flat(&full);
                self.flat(flat, wish, span)
            }
        }
    }

    pub(super) fn reference(&mut self, pointer: String, target: &'d Node, wish: &Wish, span: Span) -> Lowered {
        let direction = if self.survey.differing.contains(&pointer) { wish.direction } else { Direction::Read };
        let key = (pointer, direction);
        if let Some(known) = self.known(&key, span) {
            return known;
        }
        let is_again = self.inlined.contains(&key);
        let seen = self.source.see(target);
        let is_other_name = !matches!(seen, Seen::Flat(_));
        if self.inlined.len() >= MAX_INLINED || (is_again && is_other_name) {
            let message = "a list, a map or another name that consists of itself: any value";
            self.lose("recursion", &wish.place, message, span);
            return anything(span);
        }
        let Seen::Flat(flat) = seen else {
            // Another name of something else.
            self.inlined.push(key);
            let lowered = self.lower(target, wish);
            self.inlined.pop();
            return lowered;
        };
        let shape = if self.survey.families.contains_key(&key.0) {
            Shape::Family(key.0.clone())
        } else {
            let own = Wish { is_member: false, ..wish.clone() };
            self.shape(&flat, &own, span)
        };
        // What is met again within itself needs one as well.
        if needs_name(&shape) || is_again {
            let wanted = self.declared.get(&key.0).cloned();
            let name = match (wanted, direction) {
                (Some(name), Direction::Read) => name,
                (Some(name), Direction::Sent) => self.names.type_name(&format!("{name}Input")),
                (None, _) => {
                    let wanted = of_file(&key.0).unwrap_or_else(|| wish.name.clone());
                    self.names.type_name(&wanted)
                }
            };
            let (kind, nullable) = (kind_of(&shape), flat.nullable);
            self.memo.insert(key.clone(), (name.clone(), kind, nullable));
            let place = self.declared.contains_key(&key.0).then(|| format!("schema `{name}`"));
            let wish = Wish { direction, ..wish.inner(name.clone(), place.unwrap_or_else(|| wish.place.clone())) };
            self.work.push_back(Work { name: name.clone(), flat, shape, wish, pointer: Some(key.0) });
            let mut lowered = named(name, kind, span);
            lowered.nullable = nullable;
            return lowered;
        }
        self.inlined.push(key.clone());
        let lowered = self.shaped(flat, shape, wish, span);
        self.inlined.pop();
        // What was met within itself has a name by now.
        self.known(&key, span).unwrap_or(lowered)
    }

    /// The component that has been named for what is at a place of the document.
    fn known(&self, key: &(String, Direction), span: Span) -> Option<Lowered> {
        let (name, kind, nullable) = self.memo.get(key)?;
        let mut lowered = named(name.clone(), *kind, span);
        lowered.nullable = *nullable;
        Some(lowered)
    }

    pub(super) fn flat(&mut self, flat: Flat<'d>, wish: &Wish, span: Span) -> Lowered {
        for reference in &flat.lost {
            let message = format!("`{}` leads nowhere in this document: left out", short(reference));
            self.lose("reference", &wish.place, message, span);
        }
        let shape = self.shape(&flat, wish, span);
        let is_constant = matches!(&shape, Shape::Enumeration(values) if values.len() == 1) && wish.is_member;
        if needs_name(&shape) && !is_constant {
            return self.new_component(flat, shape, wish, span);
        }
        self.shaped(flat, shape, wish, span)
    }

    pub(super) fn new_component(&mut self, flat: Flat<'d>, shape: Shape<'d>, wish: &Wish, span: Span) -> Lowered {
        let (kind, nullable) = (kind_of(&shape), flat.nullable);
        let key = (identity(&flat, &shape), wish.direction);
        if let Some(name) = self.in_place.get(&key) {
            let mut lowered = named(name.clone(), kind, span);
            lowered.nullable = nullable;
            return lowered;
        }
        let name = self.names.type_name(&wish.name);
        self.in_place.insert(key, name.clone());
        let wish = wish.inner(name.clone(), wish.place.clone());
        self.work.push_back(Work { name: name.clone(), flat, shape, wish, pointer: None });
        let mut lowered = named(name, kind, span);
        lowered.nullable = nullable;
        lowered
    }

    /// What a flat schema is.
    pub(super) fn shape(&mut self, flat: &Flat<'d>, wish: &Wish, span: Span) -> Shape<'d> {
        for keyword in UNCHECKED.into_iter().filter(|keyword| flat.first(keyword).is_some()) {
            self.lose("keyword", &wish.place, format!("what `{keyword}` says is not checked"), span);
        }
        if let Some((first, others)) = flat.unions.split_first() {
            if !others.is_empty() {
                self.lose("several-unions", &wish.place, "of several unions that all hold, the first counts", span);
            }
            if let Some(values) = texts_of(self.source, &first.variants) {
                return Shape::Enumeration(values);
            }
            return Shape::Union(first.clone());
        }
        let kinds = self.kinds(flat, wish, span);
        if let Some(values) = flat.facets.iter().find_map(|facet| values_of(facet)) {
            let is_text = kinds.as_slice() == ["string"]
                || (kinds.is_empty() && values.iter().all(|value| value.as_str().is_some()));
            let values: Vec<&Node> = values.into_iter().filter(|value| !value.is_null()).collect();
            if is_text && !values.is_empty() && values.iter().all(|value| !value.is_container()) {
                let mut seen = BTreeSet::new();
                let texts = values.iter().map(|value| match value.as_str() {
                    Some(text) => text.to_owned(),
                    None => value.to_json().to_string(),
                });
                return Shape::Enumeration(texts.filter(|text| seen.insert(text.clone())).collect());
            }
            if !values.is_empty() {
                self.lose(
                    "enumeration-of-other-values",
                    &wish.place,
                    "the values of an enumeration that is no text are not checked",
                    span,
                );
            }
        }
        match kinds.as_slice() {
            [] => Shape::Anything,
            ["string"] => Shape::Text,
            ["integer"] => Shape::Integer,
            ["number"] => Shape::Number,
            ["boolean"] => Shape::Boolean,
            ["array"] => {
                if flat.first("prefixItems").is_some() {
                    self.lose("tuple", &wish.place, "a list with a schema for each place: a list of any values", span);
                    return Shape::List(None);
                }
                Shape::List(flat.first("items").filter(|items| items.as_mapping().is_some()))
            }
            ["object"] => {
                if flat.facets.iter().any(|facet| says_members(facet)) {
                    return Shape::Object;
                }
                let values = flat
                    .first("additionalProperties")
                    .filter(|values| values.as_mapping().is_some_and(|map| !map.is_empty()));
                let patterned =
                    || entries(flat.first("patternProperties")).min_by_key(|(name, _)| *name).map(|(_, node)| node);
                match values.or_else(patterned) {
                    Some(values) => Shape::Map(Some(values)),
                    None => Shape::Open,
                }
            }
            several => Shape::Types(several.to_vec()),
        }
    }

    /// The types that a value may be of: what all facets allow, or else what the keywords are for.
    fn kinds(&mut self, flat: &Flat<'d>, wish: &Wish, span: Span) -> Vec<&'d str> {
        const ALL: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];
        let mut kinds: Option<Vec<&'d str>> = None;
        for facet in &flat.facets {
            let own: Vec<&'d str> = types(facet).into_iter().filter(|kind| ALL.contains(kind)).collect();
            if own.is_empty() {
                continue;
            }
            kinds = Some(match kinds {
                None => own,
                Some(before) => {
                    let both: Vec<&'d str> = before
                        .iter()
                        .copied()
                        .filter(|kind| own.contains(kind) || (*kind == "integer" && own.contains(&"number")))
                        .chain(own.iter().copied().filter(|kind| *kind == "integer" && before.contains(&"number")))
                        .collect();
                    if both.is_empty() {
                        let message = format!(
                            "`{}` and `{}` both hold, which no value can be: the first counts",
                            before.join("`, `"),
                            own.join("`, `")
                        );
                        self.lose("contradiction", &wish.place, message, span);
                        before
                    } else {
                        both
                    }
                }
            });
        }
        if let Some(mut kinds) = kinds {
            let mut seen = BTreeSet::new();
            kinds.retain(|kind| seen.insert(*kind));
            // Every integer is a number.
            if kinds.contains(&"number") {
                kinds.retain(|kind| *kind != "integer");
            }
            return kinds;
        }
        let has = |keys: &[&str]| keys.iter().any(|key| flat.first(key).is_some());
        if has(&["properties", "additionalProperties", "patternProperties"])
            || flat.facets.iter().any(|facet| !list(facet, "required").is_empty())
        {
            vec!["object"]
        } else if has(&["items", "prefixItems", "minItems", "maxItems"]) {
            vec!["array"]
        } else if has(&["pattern", "minLength", "maxLength", "contentEncoding"]) {
            vec!["string"]
        } else if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) {
            vec!["number"]
        } else {
            match flat.first("format").and_then(Node::as_str) {
                Some("int32" | "int64") => vec!["integer"],
                Some("float" | "double") => vec!["number"],
                // Numbers can be of it as well.
                Some("decimal") | None => Vec::new(),
                Some(format) => text_format(format).map(|_| "string").into_iter().collect(),
            }
        }
    }

    /// A schema that is written in place.
    pub(super) fn shaped(&mut self, flat: Flat<'d>, shape: Shape<'d>, wish: &Wish, span: Span) -> Lowered {
        let typed = |kind: &str| Made::at(span).text("type", kind);
        let mut lowered = match shape {
            Shape::Text => Lowered::new(Kind::Text, self.text(&flat, wish, span), span),
            Shape::Integer | Shape::Number => {
                let name = if matches!(shape, Shape::Integer) { "integer" } else { "number" };
                Lowered::new(Kind::Scalar, number(&flat, name, span), span)
            }
            Shape::Boolean => Lowered::new(Kind::Scalar, typed("boolean"), span),
            Shape::Enumeration(values) => {
                let values = texts_at(span, values.iter().map(String::as_str));
                Lowered::new(Kind::Constant, typed("string").with("enum", values), span)
            }
            Shape::Open => Lowered::new(Kind::Open, typed("object").flag("additionalProperties", true), span),
            Shape::List(_) | Shape::Map(_) if wish.in_collection => return self.new_component(flat, shape, wish, span),
            Shape::List(items) => {
                let (made, items) = self.list(&flat, items, wish, span, false);
                let mut lowered = Lowered::new(Kind::List, made, span);
                lowered.items = items;
                lowered
            }
            Shape::Map(values) => Lowered::new(Kind::Map, self.map(values, wish, span, false), span),
            _ => anything(span),
        };
        lowered.nullable = flat.nullable;
        lowered
    }

    fn list(
        &mut self,
        flat: &Flat<'d>,
        items: Option<&'d Node>,
        wish: &Wish,
        span: Span,
        is_component: bool,
    ) -> (Made, Option<Kind>) {
        let inner = Wish {
            in_collection: !is_component,
            ..wish.inner(format!("{}Item", wish.name), format!("{}, items", wish.place))
        };
        let items = match items {
            Some(items) => self.lower(items, &inner),
            None => anything(span),
        };
        let kind = Some(items.kind).filter(|_| !items.nullable);
        let mut made = Made::at(span).text("type", "array").with("items", items.node(None));
        limits(&mut made, flat, &["minItems"], &["maxItems"], span);
        if flat.first("uniqueItems").and_then(Node::as_bool) == Some(true) {
            made = made.flag("uniqueItems", true);
        }
        (made, kind)
    }

    fn map(&mut self, values: Option<&'d Node>, wish: &Wish, span: Span, is_component: bool) -> Made {
        let inner = Wish {
            in_collection: !is_component,
            ..wish.inner(format!("{}Value", wish.name), format!("{}, values", wish.place))
        };
        let made = Made::at(span).text("type", "object");
        match values {
            Some(values) => {
                let lowered = self.lower(values, &inner);
                match lowered.kind {
                    Kind::Anything => made.flag("additionalProperties", true),
                    _ => made.with("additionalProperties", lowered.node(None)),
                }
            }
            None => made.flag("additionalProperties", true),
        }
    }

    fn text(&mut self, flat: &Flat<'d>, wish: &Wish, span: Span) -> Made {
        let mut made = Made::at(span).text("type", "string");
        let known = |format: &&TextFormat| format.name != "binary";
        let format = flat.first("format").and_then(Node::as_str).and_then(text_format).filter(known);
        let encoded = flat.first("contentEncoding").and_then(Node::as_str).filter(|encoding| *encoding == "base64");
        let format = format.or(encoded.and_then(|_| text_format("byte")));
        if let Some(format) = format {
            made = made.text("format", format.name);
        }
        if format.is_some_and(|format| format.is_of_machine) {
            // The format says how long it is.
            return made;
        }
        limits(&mut made, flat, &["minLength"], &["maxLength"], span);
        if let Some(pattern) = flat.first("pattern").and_then(Node::as_str) {
            if Pattern::new(pattern).is_ok() {
                made = made.text("pattern", pattern);
            } else {
                self.lose(
                    "pattern",
                    &wish.place,
                    "a pattern that cannot be checked in linear time is not checked",
                    span,
                );
            }
        }
        made
    }

    /// Makes all components that are wanted.
    pub(super) fn finish(mut self) -> (Node, Vec<Loss>) {
        while let Some(work) = self.work.pop_front() {
            let span = work.flat.facets.first().map_or_else(Span::default, |facet| facet.span);
            let component = self.component(&work, span);
            self.components.insert(work.name, component);
        }
        self.close_collections();
        self.open_circles();
        let span = self.source.root.span;
        let schemas = self.components.into_iter().map(|(name, component)| {
            let Component { mut made, required, span, .. } = component;
            if !required.is_empty() {
                made.set("required", texts_at(span, required.iter().map(|(name, _)| name.as_str())));
            }
            (name, made.node())
        });
        (mapping_at(span, schemas.collect::<Vec<_>>()), self.losses)
    }

    fn component(&mut self, work: &Work<'d>, span: Span) -> Component {
        let description = described(&work.flat.facets);
        let wish = &work.wish;
        let mut component = match &work.shape {
            Shape::Object => self.object(work, span),
            Shape::Enumeration(values) => plain(enumeration(values, span), span),
            Shape::Union(alternatives) => self.union(work, alternatives, span),
            Shape::Family(pointer) => self.family(pointer, wish, span),
            Shape::Types(kinds) => {
                let mut variants = Vec::new();
                for kind in kinds {
                    let shape = shape_of_type(&work.flat, kind);
                    let inner = wish.inner(format!("{}{}", wish.name, camel(kind)), wish.place.clone());
                    let flat = Flat { nullable: false, unions: Vec::new(), ..work.flat.clone() };
                    variants.push(if needs_name(&shape) {
                        self.new_component(flat, shape, &inner, span)
                    } else {
                        self.shaped(flat, shape, &inner, span)
                    });
                }
                Self::untagged(variants, span)
            }
            Shape::List(items) => plain(self.list(&work.flat, *items, wish, span, true).0, span),
            Shape::Map(values) => plain(self.map(*values, wish, span, true), span),
            _ => plain(Made::at(span), span),
        };
        component.made.set("description", text_at(span, &description));
        component
    }

    /// Lists that consist of themselves become unions of one variant, which is a type as any other. Maps that do, and objects whose
    /// other members do, have any value where they lead back.
    fn close_collections(&mut self) {
        for component in self.in_circles(&["items", "additionalProperties"]) {
            let Some(component) = self.components.get_mut(&component).filter(|component| component.made.has("items"))
            else {
                continue;
            };
            let span = component.span;
            // An end is what makes a value possible.
            component.made.remove("minItems");
            let mut list = std::mem::replace(&mut component.made, Made::at(span));
            let description = list.text_of("description").unwrap_or(NOT_DESCRIBED).to_owned();
            list.remove("description");
            let variant = list.text("title", "List").node();
            component.made =
                Made::at(span).with("anyOf", list_at(span, vec![variant])).text("description", &description);
        }
        let key = "additionalProperties";
        for name in self.in_circles(&[key]) {
            if let Some(component) = self.components.get_mut(&name) {
                let span = component.span;
                component.made.set(key, true_at(span));
                let place = format!("schema `{name}`");
                self.lose("recursion", &place, "a map that consists of itself: any value", span);
            }
        }
    }

    /// The components that consist of themselves by what these keys lead to.
    fn in_circles(&self, keys: &[&str]) -> Vec<String> {
        let index: BTreeMap<&str, usize> =
            self.components.keys().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
        let targets: Vec<Vec<usize>> = self
            .components
            .values()
            .map(|component| {
                let inner = keys.iter().filter_map(|key| component.made.component_of(key));
                inner.filter_map(|name| index.get(name).copied()).collect()
            })
            .collect();
        let found = self.components.keys().zip(in_circles(&targets));
        found.filter(|(_, in_circle)| *in_circle).map(|(name, _)| name.clone()).collect()
    }

    /// Objects that need each other without end: one of them can be left out.
    fn open_circles(&mut self) {
        let names: Vec<String> = self.components.keys().cloned().collect();
        let index: BTreeMap<&str, usize> =
            names.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
        let targets: Vec<Vec<usize>> = self
            .components
            .values()
            .map(|component| {
                let required = component.required.iter().filter_map(|(_, target)| target.as_deref());
                let all = required.chain(component.variants.iter().map(String::as_str));
                all.filter_map(|name| index.get(name).copied()).collect()
            })
            .collect();
        let groups = groups(&targets);
        let group_of = |name: &str| index.get(name).and_then(|index| groups.get(*index));
        let mut opened = Vec::new();
        for (name, component) in &mut self.components {
            let own = group_of(name);
            component.required.retain(|(member, target)| {
                let leads_back = target.as_deref().is_some_and(|target| group_of(target) == own);
                if leads_back {
                    opened.push((format!("schema `{name}`, member `{member}`"), component.span));
                }
                !leads_back
            });
        }
        for (place, span) in opened {
            self.lose("endless", &place, "a member that leads back to its own object is optional", span);
        }
    }
}

fn enumeration(values: &[String], span: Span) -> Made {
    let mut given = Given::default();
    let names: Vec<String> = values.iter().map(|value| given.variant(value)).collect();
    let made = Made::at(span).text("type", "string").with("enum", texts_at(span, values.iter().map(String::as_str)));
    let is_plain = |(value, name): (&String, &String)| {
        value.contains(|character: char| character.is_ascii_alphanumeric()) && Scope::Variant.name(value, None) == *name
    };
    if values.iter().zip(&names).all(is_plain) {
        return made;
    }
    let mut given = Given::default();
    let names: Vec<String> = values.iter().map(|value| given.stated_variant(value)).collect();
    made.with("x-enum-varnames", texts_at(span, names.iter().map(String::as_str)))
}

/// The name of what is in another file: its last key, or that of the file.
fn of_file(pointer: &str) -> Option<String> {
    pointer.strip_prefix('/')?.strip_prefix(BUNDLED)?;
    let last = unescape(pointer.rsplit('/').next()?);
    let name = last.rsplit('/').next().unwrap_or_default();
    let stem = [".yaml", ".yml", ".json"].into_iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    Some(camel(stem)).filter(|name| !name.is_empty())
}

/// What a schema is as a value of one of its types.
fn shape_of_type<'d>(flat: &Flat<'d>, kind: &str) -> Shape<'d> {
    match kind {
        "string" => Shape::Text,
        "integer" => Shape::Integer,
        "number" => Shape::Number,
        "boolean" => Shape::Boolean,
        "array" => Shape::List(flat.first("items").filter(|items| items.as_mapping().is_some())),
        _ if flat.facets.iter().any(|facet| says_members(facet)) => Shape::Object,
        _ => Shape::Open,
    }
}
