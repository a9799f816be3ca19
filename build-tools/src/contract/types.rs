//! Reads the types from the document: one for each component schema that carries meaning of its own.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::definitions::{Constant, Extra, Kind, Member, Presence, TypeDefinition, TypeUse, Variant};
use super::problems::Problems;
use super::scalars::Scalar;
use crate::model::{Additional, Category, Limits, Model, Union, View};
use crate::names::Scope;
use crate::passes::escape;
use crate::spec::text_format;

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
            // A format that limits what is sent names what is written so: an identifier, an address.
            let is_type = |format| text_format(format).is_some_and(|format| !format.is_limit());
            schema.values().is_some() || !format.is_some_and(is_type)
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

/// The type of a schema in place. Aliases are followed; objects and unions in place do not get past the linter.
pub(super) fn schema_type(schema: &View<'_>, problems: &Problems<'_>) -> TypeUse {
    schema_type_within(schema, problems, 0)
}

fn schema_type_within(schema: &View<'_>, problems: &Problems<'_>, depth: usize) -> TypeUse {
    let missed = |what: &str| {
        problems.missed(schema.pointer(), what);
        TypeUse::Scalar(Scalar::Json)
    };
    if depth > MAX_ALIASES {
        let message =
            format!("lists, maps and other names for them are more than {MAX_ALIASES} deep within each other");
        problems.add("unsupported", schema.pointer(), message, "Make an object of what lies between.".to_owned());
        return TypeUse::Scalar(Scalar::Json);
    }
    if let Some(name) = schema.component_name() {
        let Some(target) = schema.target() else {
            return missed("the reference leads nowhere");
        };
        return match form(name, &target) {
            Form::Own => TypeUse::Named(rust_name(name, Some(&target))),
            Form::Alias => schema_type_within(&target, problems, depth + 1),
        };
    }
    let inner = |inner: &View<'_>| or_null(inner, schema_type_within(inner, problems, depth + 1));
    match schema.category() {
        Category::Union | Category::AllOf => missed("a union or composition is written in place"),
        Category::Text { format } => TypeUse::Scalar(Scalar::of_text(format)),
        Category::Integer { format } => TypeUse::Scalar(Scalar::of_integer(format)),
        Category::Number { format } => TypeUse::Scalar(Scalar::of_number(format)),
        Category::Boolean => TypeUse::Scalar(Scalar::Boolean),
        Category::List => {
            TypeUse::List(Box::new(schema.items().map_or(TypeUse::Scalar(Scalar::Json), |items| inner(&items))))
        }
        Category::Object => missed("an object is written in place"),
        Category::Map => TypeUse::Map(Box::new(match schema.additional() {
            Additional::Values(values) => inner(&values),
            Additional::Unsaid | Additional::Refused | Additional::Any => TypeUse::Scalar(Scalar::Json),
        })),
        Category::Reference(_) | Category::Anything => TypeUse::Scalar(Scalar::Json),
    }
}

/// The type of a value that nothing but its schema says whether it may be null.
pub(super) fn or_null(schema: &View<'_>, value: TypeUse) -> TypeUse {
    if schema.is_nullable() && value != TypeUse::Scalar(Scalar::Json) {
        TypeUse::Nullable(Box::new(value))
    } else {
        value
    }
}

fn rust_name(component: &str, schema: Option<&View<'_>>) -> String {
    Scope::Type.name(component, schema.and_then(View::rust_name))
}

/// Whether a value is kept out of `Debug`: said in place or by a component on the way, or because it can be anything.
pub(super) fn is_private(schema: &View<'_>) -> bool {
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
pub(super) fn collect(model: &Model, problems: &Problems<'_>) -> IndexMap<String, TypeDefinition> {
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
            let pointer = format!("{}/x-resource/identifier", schema.pointer());
            problems.missed(&pointer, &format!("there is no schema `{}`", resource.identifier));
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
            problems
                .missed(pointer, &format!("the tag `{wire}` leads to {reference:?}, which is no variant of the union"));
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
    problems.report_clashes(Scope::Variant, claims, help);
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
            // Known when all types are: see `uses`.
            forms: Vec::new(),
        }
    });
    let variants = variants.collect();
    problems.report_clashes(Scope::Variant, claims, "Give one of the two a `title` or an `x-rust-name`.");
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
            // Whether it is sent is only known when all operations are: see `uses`.
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
        Additional::Any => {
            Some(Extra { value: TypeUse::Scalar(Scalar::Json), description: String::new(), limits: Limits::default() })
        }
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
pub(super) fn limits(schema: &View<'_>) -> Limits {
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
