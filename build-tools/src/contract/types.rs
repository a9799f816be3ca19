//! The types: one for each component schema that carries meaning of its own, and how they are used.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::collisions::check_variants;
use super::forms::{VariantForm, forms};
use super::operations::Found;
use super::{Limits, Problems, Tag};
use crate::graph::groups;
use crate::names::{Scope, builder_type, clearing};
use crate::passes::escape;
use crate::spec::COMPONENT_PREFIX;

/// A type as a member, parameter or body uses it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeUse {
    /// A type of the contract, by its Rust name.
    Named(String),
    /// A type of the contract that would otherwise contain itself without end.
    Boxed(String),
    /// Text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// An integer.
    Integer,
    /// An integer from zero to 2^64 - 1.
    Unsigned,
    /// A number that is no amount.
    Number,
    /// An exact decimal, a string on the wire.
    Decimal,
    /// An exact decimal, a number on the wire.
    DecimalNumber,
    /// A day.
    Date,
    /// A point in time with its zone.
    DateTime,
    /// A point in time without a zone, in UTC.
    UtcDateTime,
    /// A text that never shows itself.
    Secret,
    /// Any JSON value.
    Json,
    /// A list.
    List(Box<TypeUse>),
    /// An object with keys of the vendor's or caller's choice.
    Map(Box<TypeUse>),
    /// A value or null: an item of a list, a value of a map, or a whole body. A member says so by its [`Presence`].
    Nullable(Box<TypeUse>),
}

impl TypeUse {
    /// The type of the contract that is used, through lists, maps and null.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) | Self::Boxed(name) => Some(name),
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.named(),
            _ => None,
        }
    }
}

/// A type of the contract.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own, in any combination")]
pub struct TypeDefinition {
    /// The name of the component.
    pub component: String,
    /// The name in Rust.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What it must fit beyond its type.
    pub limits: Limits,
    /// What it is made of.
    pub kind: Kind,
    /// Whether it identifies a person or opens a door wherever it is used.
    pub sensitive: bool,
    /// Whether it is part of a request.
    pub sent: bool,
    /// Whether it is part of a response or of a webhook.
    pub read: bool,
    /// Whether it stands in a path, query or header.
    pub parameter: bool,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
    /// The module that holds it: that of the only tag that uses it, otherwise `shared`.
    pub module: String,
    /// The builder that takes its required members by name, where so many of them can be given as a text that two could be swapped
    /// unseen.
    pub builder: Option<String>,
}

/// What a type is made of.
#[derive(Clone, Debug)]
pub enum Kind {
    /// An object with named members.
    Object {
        /// Members with one fixed value.
        constants: Vec<Constant>,
        /// The other members, required ones first.
        members: Vec<Member>,
        /// What members beyond these are, where they are kept.
        extra: Option<Box<Extra>>,
    },
    /// A text of which some values are documented: the variant's name, and the value.
    StringEnum(Vec<(String, String)>),
    /// A union told apart by the value of a member.
    TaggedUnion {
        /// The name of that member.
        tag: String,
        /// The variants; `wire` is the value.
        variants: Vec<Variant>,
    },
    /// A union told apart by form.
    UntaggedUnion(Vec<Variant>),
    /// A text that identifies something.
    TextIdentifier,
    /// A number that identifies something.
    IntegerIdentifier {
        /// Whether it is one from zero to 2^64 - 1.
        unsigned: bool,
    },
    /// The address of one thing.
    ResourceUrl {
        /// The path with placeholders, the last of which is the identifier.
        template: String,
        /// The type of the identifier.
        identifier: String,
    },
}

/// Members of an object beyond those with names of their own.
#[derive(Clone, Debug)]
pub struct Extra {
    /// The type of each.
    pub value: TypeUse,
    /// What they are, where the document says so.
    pub description: String,
    /// What each must fit beyond its type.
    pub limits: Limits,
}

/// A member with one fixed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// The name on the wire.
    pub wire: String,
    /// The name in Rust.
    pub name: String,
    /// The value.
    pub value: String,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name on the wire.
    pub wire: String,
    /// The name in Rust.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What it must fit beyond its type.
    pub limits: Limits,
    /// The type of its value.
    pub value: TypeUse,
    /// Whether it can be left out or null.
    pub presence: Presence,
    /// Whether it is kept out of `Debug`.
    pub private: bool,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
}

impl Member {
    /// The name of the method that clears it.
    pub fn clearing(&self) -> String {
        clearing(&self.name)
    }
}

/// Whether a member can be left out or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always there, with a value.
    Required,
    /// Always there, perhaps null.
    RequiredNullable,
    /// Perhaps left out; where it is read, null means the same.
    Optional,
    /// Left out, null and a value are three things. Only in what is sent.
    ThreeState,
}

/// A variant of a union.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The name in Rust.
    pub name: String,
    /// The value of the tag; empty in unions without one.
    pub wire: String,
    /// What it holds.
    pub value: TypeUse,
    /// What it must fit beyond its type.
    pub limits: Limits,
    /// Whether it is kept out of `Debug`.
    pub private: bool,
    /// What it is, where the document says so in place.
    pub description: String,
    /// What tells it from the other variants, in unions without a tag.
    pub forms: Vec<VariantForm>,
}

/// How many aliases may stand behind each other.
const MAX_ALIASES: usize = 32;

/// The component that a schema refers to, directly or as the one entry of an `allOf`.
fn component_of(schema: &Value) -> Option<&str> {
    let reference = match schema.get("$ref") {
        Some(reference) => reference,
        None => match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => only.get("$ref")?,
            _ => return None,
        },
    };
    reference.as_str()?.strip_prefix(COMPONENT_PREFIX)
}

fn component<'d>(document: &'d Value, name: &str) -> Option<&'d Value> {
    document.get("components")?.get("schemas")?.get(name)
}

/// The schema itself, behind all references and every `allOf` that only wraps one.
pub(crate) fn resolved<'d>(document: &'d Value, schema: &'d Value) -> Option<&'d Value> {
    let mut schema = schema;
    for _ in 0..64 {
        match component_of(schema) {
            Some(name) => schema = component(document, name)?,
            None => return Some(schema),
        }
    }
    None
}

fn text<'v>(schema: &'v Value, key: &str) -> &'v str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn flag(schema: &Value, key: &str) -> bool {
    schema.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// How a component is made: as a type of its own, or as another name for a type in place.
enum Form {
    Own,
    Alias,
}

fn form(name: &str, schema: &Value) -> Form {
    let own = if schema.get("oneOf").is_some() || schema.get("anyOf").is_some() || schema.get("x-resource").is_some() {
        true
    } else {
        match text(schema, "type") {
            "object" => {
                schema.get("properties").is_some() || !schema.get("additionalProperties").is_some_and(Value::is_object)
            }
            "string" => {
                schema.get("enum").is_some()
                    || !matches!(
                        text(schema, "format"),
                        "date" | "date-time" | "utc-date-time" | "decimal" | "password" | "byte" | "binary"
                    )
            }
            "integer" => name.ends_with("Id"),
            _ => false,
        }
    };
    if own { Form::Own } else { Form::Alias }
}

/// The type of a schema in place. Aliases are followed; inline objects and unions are a problem.
pub(crate) fn schema_type(document: &Value, schema: &Value, pointer: &str, problems: &Problems<'_>) -> TypeUse {
    schema_type_within(document, schema, pointer, problems, 0)
}

fn schema_type_within(
    document: &Value,
    schema: &Value,
    pointer: &str,
    problems: &Problems<'_>,
    depth: usize,
) -> TypeUse {
    let unsupported = |what: &str, help: &str| {
        problems.add("inline-schema", pointer, what.to_owned(), help.to_owned());
        TypeUse::Json
    };
    if depth > MAX_ALIASES {
        return unsupported("the schema goes round in a circle", "let no alias refer to itself");
    }
    if let Some(name) = component_of(schema) {
        let Some(target) = component(document, name) else {
            return unsupported("the reference leads nowhere", "refer to an entry under `components/schemas`");
        };
        return match form(name, target) {
            Form::Own => TypeUse::Named(rust_name(name, target)),
            Form::Alias => schema_type_within(document, target, pointer, problems, depth + 1),
        };
    }
    let inner = |key: &str| {
        let inner = schema.get(key)?;
        let value = schema_type_within(document, inner, &format!("{pointer}/{key}"), problems, depth + 1);
        Some(or_null(document, inner, value))
    };
    if schema.get("oneOf").is_some() || schema.get("anyOf").is_some() || schema.get("allOf").is_some() {
        return unsupported("a union or composition is written in place", "move it to a component and refer to it");
    }
    match (text(schema, "type"), text(schema, "format")) {
        ("string", "date") => TypeUse::Date,
        ("string", "date-time") => TypeUse::DateTime,
        ("string", "utc-date-time") => TypeUse::UtcDateTime,
        ("string", "decimal") => TypeUse::Decimal,
        ("string", "password") => TypeUse::Secret,
        ("string", _) => TypeUse::Text,
        ("integer", "uint64") => TypeUse::Unsigned,
        ("integer", _) => TypeUse::Integer,
        ("number", "decimal") => TypeUse::DecimalNumber,
        ("number", _) => TypeUse::Number,
        ("boolean", _) => TypeUse::Boolean,
        ("array", _) => TypeUse::List(Box::new(inner("items").unwrap_or(TypeUse::Json))),
        ("object", _) if schema.get("properties").is_some() => {
            unsupported("an object is written in place", "move it to a component and refer to it")
        }
        ("object", _) => {
            let open = schema.get("additionalProperties").is_some_and(Value::is_object);
            let values = if open { inner("additionalProperties").unwrap_or(TypeUse::Json) } else { TypeUse::Json };
            TypeUse::Map(Box::new(values))
        }
        _ => TypeUse::Json,
    }
}

/// The type of a value that nothing but its schema says whether it may be null.
pub(crate) fn or_null(document: &Value, schema: &Value, value: TypeUse) -> TypeUse {
    if is_nullable(document, schema) && value != TypeUse::Json { TypeUse::Nullable(Box::new(value)) } else { value }
}

fn rust_name(component: &str, schema: &Value) -> String {
    Scope::Type.name(component, given_name(schema))
}

/// The `x-rust-name` of what has one.
pub(crate) fn given_name(holder: &Value) -> Option<&str> {
    holder.get("x-rust-name").and_then(Value::as_str)
}

/// Whether a value may be null: said in place, or by a component on the way.
fn is_nullable(document: &Value, schema: &Value) -> bool {
    let mut schema = Some(schema);
    for _ in 0..=MAX_ALIASES {
        let Some(found) = schema else { break };
        if flag(found, "nullable") {
            return true;
        }
        schema = component_of(found).and_then(|name| component(document, name));
    }
    false
}

/// Whether a value is kept out of `Debug`: said in place or by a component on the way, or because it can be anything.
pub(crate) fn is_private(document: &Value, schema: &Value) -> bool {
    is_private_within(document, schema, 0)
}

fn is_private_within(document: &Value, schema: &Value, depth: usize) -> bool {
    if depth > MAX_ALIASES {
        return false;
    }
    if flag(schema, "x-sensitive") {
        return true;
    }
    if let Some(target) = component_of(schema).and_then(|name| component(document, name)) {
        // An object keeps its own members private.
        let own_members = target.get("properties").is_some();
        return !own_members && is_private_within(document, target, depth + 1);
    }
    let inner = |key: &str| schema.get(key).is_some_and(|inner| is_private_within(document, inner, depth + 1));
    match text(schema, "type") {
        "" => schema.get("oneOf").is_none() && schema.get("anyOf").is_none(),
        "array" => inner("items"),
        "object" if schema.get("properties").is_none() => {
            !schema.get("additionalProperties").is_some_and(Value::is_object) || inner("additionalProperties")
        }
        _ => false,
    }
}

/// All types, by component name.
pub(crate) fn collect(document: &Value, problems: &Problems<'_>) -> IndexMap<String, TypeDefinition> {
    let no_schemas = Map::new();
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).unwrap_or(&no_schemas);
    let mut names: Vec<&String> = schemas.keys().collect();
    names.sort();
    let mut types = IndexMap::new();
    for component in names {
        let schema = &schemas[component];
        let pointer = format!("/components/schemas/{}", escape(component));
        if matches!(form(component, schema), Form::Alias) {
            if schema.get("x-rust-name").is_some() {
                problems.add(
                    "misplaced-keyword",
                    &format!("{pointer}/x-rust-name"),
                    format!("`x-rust-name` names nothing: `{component}` becomes no type of its own"),
                    "Remove it.".to_owned(),
                );
            }
            continue;
        }
        let name = rust_name(component, schema);
        let definition = TypeDefinition {
            name,
            description: text(schema, "description").to_owned(),
            limits: Limits::of_json(schema),
            kind: kind(document, schema, &pointer, problems),
            sensitive: flag(schema, "x-sensitive"),
            sent: false,
            read: false,
            parameter: false,
            deprecated: flag(schema, "deprecated"),
            module: "shared".to_owned(),
            builder: None,
            component: component.clone(),
        };
        types.insert(component.clone(), definition);
    }
    types
}

fn kind(document: &Value, schema: &Value, pointer: &str, problems: &Problems<'_>) -> Kind {
    if let Some(resource) = schema.get("x-resource") {
        let identifier = text(resource, "identifier");
        let target = component(document, identifier);
        if target.is_none() {
            problems.add(
                "unknown-reference",
                &format!("{pointer}/x-resource/identifier"),
                format!("there is no schema `{identifier}`"),
                "name a schema under `components/schemas`".to_owned(),
            );
        }
        let identifier = rust_name(identifier, target.unwrap_or(&Value::Null));
        return Kind::ResourceUrl { template: text(resource, "path").to_owned(), identifier };
    }
    if let Some(variants) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        return union(document, schema, variants, pointer, problems);
    }
    match text(schema, "type") {
        "integer" => Kind::IntegerIdentifier { unsigned: text(schema, "format") == "uint64" },
        "object" => object(document, schema, pointer, problems),
        _ => match schema.get("enum").and_then(Value::as_array) {
            Some(values) => string_enum(schema, values),
            None => Kind::TextIdentifier,
        },
    }
}

fn string_enum(schema: &Value, values: &[Value]) -> Kind {
    let given = schema.get("x-enum-varnames").and_then(Value::as_array);
    let variants = values.iter().enumerate().filter_map(|(index, value)| {
        let wire = value.as_str()?;
        let name = given.and_then(|names| names.get(index)).and_then(Value::as_str);
        Some((Scope::Variant.name(wire, name), wire.to_owned()))
    });
    Kind::StringEnum(variants.collect())
}

fn union(document: &Value, schema: &Value, variants: &[Value], pointer: &str, problems: &Problems<'_>) -> Kind {
    let key = if schema.get("oneOf").is_some() { "oneOf" } else { "anyOf" };
    let mut claims = Vec::new();
    if let Some(discriminator) = schema.get("discriminator") {
        let tag = text(discriminator, "propertyName").to_owned();
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let mut entries: Vec<(&String, &Value)> = mapping.into_iter().flatten().collect();
        // A list has an order that means something, a map has none: the variants follow the list.
        let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, variant) in variants.iter().enumerate() {
            positions.entry(text(variant, "$ref")).or_insert(index);
        }
        let position = |reference: &Value| positions.get(reference.as_str().unwrap_or_default()).copied();
        entries.sort_by_key(|(wire, reference)| (position(reference), *wire));
        let variants = entries.into_iter().map(|(wire, reference)| {
            let pointer = format!("{pointer}/discriminator/mapping/{}", escape(wire));
            if position(reference).is_none() {
                problems.add(
                    "discriminator-mapping",
                    &pointer,
                    format!("the tag `{wire}` leads to {reference}, which is no variant of the union"),
                    "Name one of the variants.".to_owned(),
                );
            }
            let reference = serde_json::json!({ "$ref": reference });
            let given = discriminator.get("x-rust-name").and_then(|names| names.get(wire)).and_then(Value::as_str);
            let name = Scope::Variant.name(wire, given);
            claims.push(problems.claim(format!("the tag `{wire}`"), &name, pointer.clone()));
            Variant {
                name,
                wire: wire.clone(),
                value: schema_type(document, &reference, &pointer, problems),
                limits: Limits::default(),
                private: is_private(document, &reference),
                description: String::new(),
                forms: Vec::new(),
            }
        });
        let variants = variants.collect();
        let help = "Name the tags with an `x-rust-name` beside `mapping`: a map from a tag to a name.";
        check_variants(claims, help, problems);
        return Kind::TaggedUnion { tag, variants };
    }
    let variants = variants.iter().enumerate().map(|(index, variant)| {
        let pointer = format!("{pointer}/{key}/{index}");
        let name = match (component_of(variant), text(variant, "title")) {
            (Some(name), "") => {
                let target = component(document, name).unwrap_or(&Value::Null);
                Scope::Variant.name("", Some(&rust_name(name, target)))
            }
            (_, title) => Scope::Variant.name(title, given_name(variant)),
        };
        let owner = component_of(variant).map_or("in place".to_owned(), |component| format!("`{component}`"));
        claims.push(problems.claim(format!("the variant {owner}"), &name, pointer.clone()));
        Variant {
            name,
            wire: String::new(),
            value: schema_type(document, variant, &pointer, problems),
            limits: limits(document, variant),
            private: is_private(document, variant) || flag(schema, "x-sensitive"),
            description: text(variant, "description").to_owned(),
            // Known when all types are: see `finish`.
            forms: Vec::new(),
        }
    });
    let variants = variants.collect();
    check_variants(claims, "Give one of the two a `title` or an `x-rust-name`.", problems);
    Kind::UntaggedUnion(variants)
}

fn object(document: &Value, schema: &Value, pointer: &str, problems: &Problems<'_>) -> Kind {
    let all_private = flag(schema, "x-sensitive");
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut properties: Vec<(&String, &Value)> =
        schema.get("properties").and_then(Value::as_object).into_iter().flatten().collect();
    let ranks: BTreeMap<&str, usize> = required.iter().enumerate().rev().map(|(rank, name)| (*name, rank)).collect();
    let is_required = |wire: &str| ranks.contains_key(wire);
    properties.sort_by_key(|(wire, _)| (ranks.get(wire.as_str()).copied().unwrap_or(usize::MAX), *wire));
    let (mut constants, mut members) = (Vec::new(), Vec::new());
    for (wire, member) in properties {
        if let Some([Value::String(value)]) = member.get("enum").and_then(Value::as_array).map(Vec::as_slice)
            && is_required(wire)
        {
            let name = Scope::Member.name(wire, given_name(member));
            constants.push(Constant { wire: wire.clone(), name, value: value.clone() });
            continue;
        }
        let pointer = format!("{pointer}/properties/{}", escape(wire));
        let presence = match (is_required(wire), is_nullable(document, member)) {
            (true, false) => Presence::Required,
            (true, true) => Presence::RequiredNullable,
            // Whether it is sent is only known when all operations are: see `finish`.
            (false, true) => Presence::ThreeState,
            (false, false) => Presence::Optional,
        };
        members.push(Member {
            description: text(member, "description").to_owned(),
            limits: limits(document, member),
            value: schema_type(document, member, &pointer, problems),
            presence,
            private: all_private || is_private(document, member),
            deprecated: flag(member, "deprecated"),
            wire: wire.clone(),
            name: Scope::Member.name(wire, given_name(member)),
        });
    }
    let extra = schema.get("additionalProperties").filter(|extra| extra.as_bool() != Some(false)).map(|extra| {
        let value = schema_type(document, extra, &format!("{pointer}/additionalProperties"), problems);
        Box::new(Extra {
            value: or_null(document, extra, value),
            description: text(extra, "description").to_owned(),
            limits: limits(document, extra),
        })
    });
    Kind::Object { constants, members, extra }
}

/// The component behind a reference, when it is no type of its own and so states its limits nowhere else.
fn alias_target<'d>(document: &'d Value, schema: &Value) -> Option<&'d Value> {
    let name = component_of(schema)?;
    let target = component(document, name)?;
    match form(name, target) {
        Form::Own => None,
        Form::Alias => Some(target),
    }
}

/// The limits of a value: its own, those of the aliases that it names, and those of the values within it that have no type of
/// their own, through lists and maps.
pub(crate) fn limits(document: &Value, schema: &Value) -> Limits {
    limits_within(document, schema, 0)
}

fn limits_within(document: &Value, schema: &Value, depth: usize) -> Limits {
    let mut limits = Limits::default();
    let mut inner = None;
    let mut next = Some(schema);
    // Aliases and lists in place end; a document in which they do not is refused.
    for _ in 0..=MAX_ALIASES {
        let Some(schema) = next else { break };
        limits.add(Limits::of_json(schema));
        let values = schema.get("additionalProperties").filter(|_| schema.get("properties").is_none());
        inner = inner.or_else(|| schema.get("items").or(values)).filter(|inner| inner.is_object());
        next = alias_target(document, schema);
    }
    if let Some(inner) = inner.filter(|_| depth < MAX_ALIASES) {
        let each = limits_within(document, inner, depth + 1);
        limits.each = (each != Limits::default()).then(|| Box::new(each));
    }
    limits
}

/// Settles what depends on the operations: who sends and reads a type, which module holds it, and where it must be boxed.
pub(crate) fn finish(types: &mut IndexMap<String, TypeDefinition>, found: &Found, tags: &[Tag]) {
    let indexes: BTreeMap<String, usize> =
        types.values().enumerate().map(|(index, definition)| (definition.name.clone(), index)).collect();
    let targets = |names: BTreeSet<String>| -> Vec<usize> {
        names.iter().filter_map(|name| indexes.get(name).copied()).collect()
    };
    let uses: Vec<Vec<usize>> = types.values().map(|definition| targets(used_by(&definition.kind))).collect();
    let reach = |sent: bool| {
        let roots = found.roots.iter().filter(|root| root.sent == sent);
        reached(&uses, roots.filter_map(|root| indexes.get(&root.name).copied()))
    };
    let (sent, read) = (reach(true), reach(false));
    let modules = modules(&uses, found, &indexes);
    let parameters: BTreeSet<&str> =
        found.roots.iter().filter(|root| root.parameter).map(|root| root.name.as_str()).collect();
    let held: Vec<Vec<usize>> = types.values().map(|definition| targets(held_by(&definition.kind))).collect();
    // A type that is held by what it holds itself has no end unless it is boxed.
    let circles = groups(&held);
    for (index, definition) in types.values_mut().enumerate() {
        definition.parameter = parameters.contains(definition.name.as_str());
        definition.sent = sent[index];
        definition.read = read[index];
        definition.module = match modules[index] {
            Module::Only(module) => module.to_owned(),
            Module::None | Module::Shared => "shared".to_owned(),
        };
        if let [only] = tags {
            definition.module.clone_from(&only.module);
        }
        let is_circular = |name: &str| indexes.get(name).is_some_and(|other| circles[*other] == circles[index]);
        let settle = |value: &mut TypeUse| {
            if let TypeUse::Named(name) = value
                && is_circular(name)
            {
                *value = TypeUse::Boxed(name.clone());
            }
        };
        match &mut definition.kind {
            Kind::Object { members, .. } => {
                for member in members {
                    settle(&mut member.value);
                    if member.presence == Presence::ThreeState && !definition.sent {
                        member.presence = Presence::Optional;
                    }
                }
            }
            Kind::TaggedUnion { variants, .. } | Kind::UntaggedUnion(variants) => {
                for variant in variants {
                    settle(&mut variant.value);
                }
            }
            _ => {}
        }
    }
    tell_variants_apart(types);
    let mut index = 0;
    types.retain(|_, _| {
        index += 1;
        modules[index - 1] != Module::None
    });
    name_builders(types);
}

/// How many required members can be given as a text before they are given by name.
const MAX_TEXTS_IN_ORDER: usize = 3;

/// Gives a builder to what is made from many texts.
fn name_builders(types: &mut IndexMap<String, TypeDefinition>) {
    let mut names: BTreeSet<String> = types.values().map(|definition| definition.name.clone()).collect();
    let texts: BTreeSet<String> = types
        .values()
        .filter(|definition| {
            matches!(definition.kind, Kind::StringEnum(_) | Kind::TextIdentifier | Kind::ResourceUrl { .. })
        })
        .map(|definition| definition.name.clone())
        .collect();
    for definition in types.values_mut().filter(|definition| definition.sent) {
        let Kind::Object { members, .. } = &definition.kind else { continue };
        let is_text = |member: &&Member| match &member.value {
            TypeUse::Text | TypeUse::Secret => member.presence == Presence::Required,
            TypeUse::Named(name) => member.presence == Presence::Required && texts.contains(name),
            _ => false,
        };
        if members.iter().filter(is_text).count() > MAX_TEXTS_IN_ORDER {
            let mut name = builder_type(&definition.name);
            while !names.insert(name.clone()) {
                name.push('_');
            }
            definition.builder = Some(name);
        }
    }
}

/// Says of each variant of a union without a tag what tells it from the others.
fn tell_variants_apart(types: &mut IndexMap<String, TypeDefinition>) {
    let by_name: BTreeMap<&str, &TypeDefinition> =
        types.values().map(|definition| (definition.name.as_str(), definition)).collect();
    let found: Vec<Option<Vec<Vec<VariantForm>>>> = types
        .values()
        .map(|definition| match &definition.kind {
            Kind::UntaggedUnion(variants) => {
                let values: Vec<&TypeUse> = variants.iter().map(|variant| &variant.value).collect();
                Some(forms(&by_name, &values))
            }
            _ => None,
        })
        .collect();
    for (definition, found) in types.values_mut().zip(found) {
        if let (Kind::UntaggedUnion(variants), Some(found)) = (&mut definition.kind, found) {
            for (variant, forms) in variants.iter_mut().zip(found) {
                variant.forms = forms;
            }
        }
    }
}

/// The types that a type mentions.
fn used_by(kind: &Kind) -> BTreeSet<String> {
    let values: Vec<&TypeUse> = match kind {
        Kind::Object { members, extra, .. } => {
            members.iter().map(|member| &member.value).chain(extra.iter().map(|extra| &extra.value)).collect()
        }
        Kind::TaggedUnion { variants, .. } | Kind::UntaggedUnion(variants) => {
            variants.iter().map(|variant| &variant.value).collect()
        }
        Kind::ResourceUrl { identifier, .. } => return BTreeSet::from([identifier.clone()]),
        _ => Vec::new(),
    };
    values.into_iter().filter_map(TypeUse::named).map(str::to_owned).collect()
}

/// The types whose values lie within a type's own value, not behind a list or map.
fn held_by(kind: &Kind) -> BTreeSet<String> {
    let values: Vec<&TypeUse> = match kind {
        Kind::Object { members, .. } => members.iter().map(|member| &member.value).collect(),
        Kind::TaggedUnion { variants, .. } | Kind::UntaggedUnion(variants) => {
            variants.iter().map(|variant| &variant.value).collect()
        }
        _ => Vec::new(),
    };
    values
        .into_iter()
        .filter_map(|value| match value {
            TypeUse::Named(name) | TypeUse::Boxed(name) => Some(name.clone()),
            _ => None,
        })
        .collect()
}

/// Which modules a type is needed by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Module<'f> {
    None,
    Only(&'f str),
    Shared,
}

/// The module of each type: that of the only tag that reaches it. Each type is visited at most twice, when it is found to be needed
/// and when it is found to be shared.
fn modules<'f>(uses: &[Vec<usize>], found: &'f Found, indexes: &BTreeMap<String, usize>) -> Vec<Module<'f>> {
    let mut modules = vec![Module::None; uses.len()];
    let roots = found.roots.iter();
    let mut open: Vec<(usize, Module<'f>)> = roots
        .filter_map(|root| Some((indexes.get(&root.name).copied()?, Module::Only(root.module.as_str()))))
        .collect();
    while let Some((index, module)) = open.pop() {
        let joined = match (modules[index], module) {
            (Module::None, module) => module,
            (Module::Only(one), Module::Only(other)) if one == other => continue,
            (Module::Shared, _) => continue,
            (Module::Only(_), _) => Module::Shared,
        };
        modules[index] = joined;
        open.extend(uses[index].iter().map(|next| (*next, joined)));
    }
    modules
}

/// What can be reached from some types, themselves included.
fn reached(uses: &[Vec<usize>], roots: impl Iterator<Item = usize>) -> Vec<bool> {
    let mut reached = vec![false; uses.len()];
    let mut open: Vec<usize> = roots.collect();
    while let Some(index) = open.pop() {
        if !std::mem::replace(&mut reached[index], true) {
            open.extend(&uses[index]);
        }
    }
    reached
}
