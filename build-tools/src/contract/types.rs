//! The types: one for each component schema that carries meaning of its own, and how they are used.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::collisions::check_variants;
use super::forms::{VariantForm, forms};
use super::operations::Found;
use super::{Limits, Problems, Tag};
use crate::graph::groups;
use crate::model::{Additional, Category, Model, Union, View};
use crate::names::{Scope, builder_type, clearing};
use crate::passes::escape;

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

/// How a component is made: as a type of its own, or as another name for a type in place.
enum Form {
    Own,
    Alias,
}

fn form(name: &str, schema: &View<'_>) -> Form {
    if schema.is_resource() {
        return Form::Own;
    }
    let own = match schema.category() {
        Category::Union | Category::Object => true,
        Category::Map => match schema.additional() {
            Additional::Values(_) => false,
            Additional::Unsaid | Additional::Refused | Additional::Any => true,
        },
        Category::Text { format } => {
            schema.values().is_some()
                || !matches!(
                    format,
                    Some("date" | "date-time" | "utc-date-time" | "decimal" | "password" | "byte" | "binary")
                )
        }
        Category::Integer { .. } => name.ends_with("Id"),
        Category::Reference(_)
        | Category::AllOf
        | Category::Number { .. }
        | Category::Boolean
        | Category::List
        | Category::Anything => false,
    };
    if own { Form::Own } else { Form::Alias }
}

/// The type of a schema in place. Aliases are followed; inline objects and unions are a problem.
pub(crate) fn schema_type(schema: &View<'_>, problems: &Problems<'_>) -> TypeUse {
    schema_type_within(schema, schema.pointer(), problems, 0)
}

fn schema_type_within(schema: &View<'_>, pointer: &str, problems: &Problems<'_>, depth: usize) -> TypeUse {
    let unsupported = |what: &str, help: &str| {
        problems.add("inline-schema", pointer, what.to_owned(), help.to_owned());
        TypeUse::Json
    };
    if depth > MAX_ALIASES {
        return unsupported("the schema goes round in a circle", "let no alias refer to itself");
    }
    if let Some(name) = schema.component_name() {
        let Some(target) = schema.target() else {
            return unsupported("the reference leads nowhere", "refer to an entry under `components/schemas`");
        };
        return match form(name, &target) {
            Form::Own => TypeUse::Named(rust_name(name, Some(&target))),
            Form::Alias => schema_type_within(&target, pointer, problems, depth + 1),
        };
    }
    let inner = |keyword: &str, inner: &View<'_>| {
        or_null(inner, schema_type_within(inner, &format!("{pointer}/{keyword}"), problems, depth + 1))
    };
    match schema.category() {
        Category::Union | Category::AllOf => {
            unsupported("a union or composition is written in place", "move it to a component and refer to it")
        }
        Category::Text { format } => match format {
            Some("date") => TypeUse::Date,
            Some("date-time") => TypeUse::DateTime,
            Some("utc-date-time") => TypeUse::UtcDateTime,
            Some("decimal") => TypeUse::Decimal,
            Some("password") => TypeUse::Secret,
            Some(_) | None => TypeUse::Text,
        },
        Category::Integer { format: Some("uint64") } => TypeUse::Unsigned,
        Category::Integer { .. } => TypeUse::Integer,
        Category::Number { format: Some("decimal") } => TypeUse::DecimalNumber,
        Category::Number { .. } => TypeUse::Number,
        Category::Boolean => TypeUse::Boolean,
        Category::List => TypeUse::List(Box::new(schema.items().map_or(TypeUse::Json, |items| inner("items", &items)))),
        Category::Object => unsupported("an object is written in place", "move it to a component and refer to it"),
        Category::Map => TypeUse::Map(Box::new(match schema.additional() {
            Additional::Values(values) => inner("additionalProperties", &values),
            Additional::Unsaid | Additional::Refused | Additional::Any => TypeUse::Json,
        })),
        Category::Reference(_) | Category::Anything => TypeUse::Json,
    }
}

/// The type of a value that nothing but its schema says whether it may be null.
pub(crate) fn or_null(schema: &View<'_>, value: TypeUse) -> TypeUse {
    if schema.is_nullable() && value != TypeUse::Json { TypeUse::Nullable(Box::new(value)) } else { value }
}

fn rust_name(component: &str, schema: Option<&View<'_>>) -> String {
    Scope::Type.name(component, schema.and_then(View::rust_name))
}

/// Whether a value is kept out of `Debug`: said in place or by a component on the way, or because it can be anything.
pub(crate) fn is_private(schema: &View<'_>) -> bool {
    is_private_within(schema, 0)
}

fn is_private_within(schema: &View<'_>, depth: usize) -> bool {
    if depth > MAX_ALIASES {
        return false;
    }
    if schema.sensitive_here() {
        return true;
    }
    if let Some(target) = schema.target() {
        // An object keeps its own members private.
        return !target.has_properties() && is_private_within(&target, depth + 1);
    }
    match schema.category() {
        Category::Reference(_) | Category::AllOf | Category::Anything => true,
        Category::List => schema.items().is_some_and(|items| is_private_within(&items, depth + 1)),
        Category::Map => match schema.additional() {
            Additional::Values(values) => is_private_within(&values, depth + 1),
            Additional::Unsaid | Additional::Refused | Additional::Any => true,
        },
        Category::Union
        | Category::Object
        | Category::Text { .. }
        | Category::Integer { .. }
        | Category::Number { .. }
        | Category::Boolean => false,
    }
}

/// All types, by component name.
pub(crate) fn collect(model: &Model, problems: &Problems<'_>) -> IndexMap<String, TypeDefinition> {
    let mut types = IndexMap::new();
    for (component, schema) in model.components() {
        if matches!(form(component, &schema), Form::Alias) {
            if schema.rust_name().is_some() {
                problems.add(
                    "misplaced-keyword",
                    &format!("{}/x-rust-name", schema.pointer()),
                    format!("`x-rust-name` names nothing: `{component}` becomes no type of its own"),
                    "Remove it.".to_owned(),
                );
            }
            continue;
        }
        let definition = TypeDefinition {
            name: rust_name(component, Some(&schema)),
            description: schema.description().to_owned(),
            limits: schema.limits(),
            kind: kind(&schema, problems),
            sensitive: schema.sensitive_here(),
            sent: false,
            read: false,
            parameter: false,
            deprecated: schema.deprecated(),
            module: "shared".to_owned(),
            builder: None,
            component: component.to_owned(),
        };
        types.insert(component.to_owned(), definition);
    }
    types
}

/// What a component with a type of its own is made of: [`form`] says which these are.
fn kind(schema: &View<'_>, problems: &Problems<'_>) -> Kind {
    if let Some(resource) = schema.extensions().resource {
        let target = schema.model().component(&resource.identifier);
        if target.is_none() {
            problems.add(
                "unknown-reference",
                &format!("{}/x-resource/identifier", schema.pointer()),
                format!("there is no schema `{}`", resource.identifier),
                "name a schema under `components/schemas`".to_owned(),
            );
        }
        let identifier = rust_name(&resource.identifier, target.as_ref());
        return Kind::ResourceUrl { template: resource.path, identifier };
    }
    if let Some(found) = schema.union() {
        return union(schema, &found, problems);
    }
    match schema.category() {
        Category::Integer { format } => Kind::IntegerIdentifier { unsigned: format == Some("uint64") },
        Category::Object | Category::Map => object(schema, problems),
        Category::Text { .. }
        | Category::Reference(_)
        | Category::Union
        | Category::AllOf
        | Category::Number { .. }
        | Category::Boolean
        | Category::List
        | Category::Anything => match schema.values() {
            Some(values) => string_enum(schema, values),
            None => Kind::TextIdentifier,
        },
    }
}

fn string_enum(schema: &View<'_>, values: &[serde_json::Value]) -> Kind {
    let given = schema.extensions().variant_names;
    let variants = values.iter().enumerate().filter_map(|(index, value)| {
        let wire = value.as_str()?;
        Some((Scope::Variant.name(wire, given.get(index).map(String::as_str)), wire.to_owned()))
    });
    Kind::StringEnum(variants.collect())
}

fn union(schema: &View<'_>, union: &Union<'_>, problems: &Problems<'_>) -> Kind {
    match union.tag {
        Some(tag) => Kind::TaggedUnion { tag: tag.to_owned(), variants: tagged(schema, union, problems) },
        None => Kind::UntaggedUnion(untagged(schema, union, problems)),
    }
}

fn tagged(schema: &View<'_>, union: &Union<'_>, problems: &Problems<'_>) -> Vec<Variant> {
    // A list has an order that means something, a map has none: the variants follow the list.
    let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, variant) in union.variants.iter().enumerate() {
        positions.entry(variant.reference().unwrap_or_default()).or_insert(index);
    }
    let position = |variant: &View<'_>| positions.get(variant.reference().unwrap_or_default()).copied();
    let mut entries: Vec<(&str, &str, View<'_>)> = union
        .mapping
        .iter()
        .map(|(wire, reference)| {
            let pointer = format!("{}/discriminator/mapping/{}", schema.pointer(), escape(wire));
            (*wire, *reference, schema.reference_at(reference, pointer))
        })
        .collect();
    entries.sort_by_key(|(wire, _, variant)| (position(variant), *wire));
    let mut claims = Vec::new();
    let variants = entries.into_iter().map(|(wire, reference, variant)| {
        let pointer = variant.pointer();
        if position(&variant).is_none() {
            problems.add(
                "discriminator-mapping",
                pointer,
                format!("the tag `{wire}` leads to {reference:?}, which is no variant of the union"),
                "Name one of the variants.".to_owned(),
            );
        }
        let name = Scope::Variant.name(wire, union.rust_name(wire));
        claims.push(problems.claim(format!("the tag `{wire}`"), &name, pointer.to_owned()));
        Variant {
            name,
            wire: wire.to_owned(),
            value: schema_type(&variant, problems),
            limits: Limits::default(),
            private: is_private(&variant),
            description: String::new(),
            forms: Vec::new(),
        }
    });
    let variants = variants.collect();
    let help = "Name the tags with an `x-rust-name` beside `mapping`: a map from a tag to a name.";
    check_variants(claims, help, problems);
    variants
}

fn untagged(schema: &View<'_>, union: &Union<'_>, problems: &Problems<'_>) -> Vec<Variant> {
    let mut claims = Vec::new();
    let variants = union.variants.iter().map(|variant| {
        let component = variant.component_name();
        let name = match (component, variant.title()) {
            (Some(name), "") => Scope::Variant.name("", Some(&rust_name(name, variant.target().as_ref()))),
            (_, title) => Scope::Variant.name(title, variant.rust_name()),
        };
        let owner = component.map_or("in place".to_owned(), |component| format!("`{component}`"));
        claims.push(problems.claim(format!("the variant {owner}"), &name, variant.pointer().to_owned()));
        Variant {
            name,
            wire: String::new(),
            value: schema_type(variant, problems),
            limits: limits(variant),
            private: is_private(variant) || schema.sensitive_here(),
            description: variant.description().to_owned(),
            // Known when all types are: see `finish`.
            forms: Vec::new(),
        }
    });
    let variants = variants.collect();
    check_variants(claims, "Give one of the two a `title` or an `x-rust-name`.", problems);
    variants
}

fn object(schema: &View<'_>, problems: &Problems<'_>) -> Kind {
    let all_private = schema.sensitive_here();
    let required = schema.required();
    let mut properties = schema.properties();
    let ranks: BTreeMap<&str, usize> = required.iter().enumerate().rev().map(|(rank, name)| (*name, rank)).collect();
    let is_required = |wire: &str| ranks.contains_key(wire);
    properties.sort_by_key(|(wire, _)| (ranks.get(wire).copied().unwrap_or(usize::MAX), *wire));
    let (mut constants, mut members) = (Vec::new(), Vec::new());
    for (wire, member) in properties {
        let name = Scope::Member.name(wire, member.rust_name());
        if let Some(value) = member.only_text()
            && is_required(wire)
        {
            constants.push(Constant { wire: wire.to_owned(), name, value: value.to_owned() });
            continue;
        }
        let presence = match (is_required(wire), member.is_nullable()) {
            (true, false) => Presence::Required,
            (true, true) => Presence::RequiredNullable,
            // Whether it is sent is only known when all operations are: see `finish`.
            (false, true) => Presence::ThreeState,
            (false, false) => Presence::Optional,
        };
        members.push(Member {
            description: member.description().to_owned(),
            limits: limits(&member),
            value: schema_type(&member, problems),
            presence,
            private: all_private || is_private(&member),
            deprecated: member.deprecated(),
            wire: wire.to_owned(),
            name,
        });
    }
    let extra = match schema.additional() {
        Additional::Unsaid | Additional::Refused => None,
        Additional::Any => Some(Extra { value: TypeUse::Json, description: String::new(), limits: Limits::default() }),
        Additional::Values(values) => Some(Extra {
            value: or_null(&values, schema_type(&values, problems)),
            description: values.description().to_owned(),
            limits: limits(&values),
        }),
    };
    Kind::Object { constants, members, extra: extra.map(Box::new) }
}

/// The component behind a reference, when it is no type of its own and so states its limits nowhere else.
fn alias_target<'m>(schema: &View<'m>) -> Option<View<'m>> {
    let target = schema.target()?;
    match form(schema.component_name()?, &target) {
        Form::Own => None,
        Form::Alias => Some(target),
    }
}

/// The limits of a value: its own, those of the aliases that it names, and those of the values within it that have no type of
/// their own, through lists and maps.
pub(crate) fn limits(schema: &View<'_>) -> Limits {
    limits_within(schema, 0)
}

fn limits_within(schema: &View<'_>, depth: usize) -> Limits {
    let mut limits = Limits::default();
    let mut inner = None;
    let mut next = Some(schema.clone());
    // Aliases and lists in place end; a document in which they do not is refused.
    for _ in 0..=MAX_ALIASES {
        let Some(schema) = next else { break };
        limits.add(schema.limits());
        inner = inner.or_else(|| schema.items().or_else(|| map_values(&schema)));
        next = alias_target(&schema);
    }
    if let Some(inner) = inner.filter(|_| depth < MAX_ALIASES) {
        let each = limits_within(&inner, depth + 1);
        limits.each = (each != Limits::default()).then(|| Box::new(each));
    }
    limits
}

/// What each value of a map is.
fn map_values<'m>(schema: &View<'m>) -> Option<View<'m>> {
    match schema.additional() {
        Additional::Values(values) if !schema.has_properties() => Some(values),
        Additional::Values(_) | Additional::Unsaid | Additional::Refused | Additional::Any => None,
    }
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
