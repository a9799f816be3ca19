//! What tells the variants of a union without a tag apart: the kind of their JSON and, where several have one kind, constants and listed
//! values, required members that the others do not have or need not have, the kind of a list's items, and the format of a text.

use std::collections::{BTreeMap, BTreeSet};

use super::definitions::{Kind, Mark, Presence, TypeDefinition, TypeUse, VariantForm};
use crate::spec::text_format;

/// As deeply as unions are followed into unions.
const MAX_DEPTH: usize = 32;

/// As many forms of one variant are told apart.
const MAX_FORMS: usize = 256;

/// The forms of each variant of a union, in the order of the variants.
pub(super) fn forms(types: &BTreeMap<&str, &TypeDefinition>, variants: &[&TypeUse]) -> Vec<Vec<VariantForm>> {
    let shapes: Vec<Vec<Shape>> = variants.iter().map(|value| shapes(types, value, 0)).collect();
    let mut crowds: BTreeMap<&'static str, Crowd> = BTreeMap::new();
    for (variant, shape) in
        shapes.iter().enumerate().flat_map(|(variant, own)| own.iter().map(move |own| (variant, own)))
    {
        crowds.entry(shape.kind).or_default().add(variant, shape);
    }
    let form = |(variant, own): (usize, &Vec<Shape>)| {
        own.iter()
            .filter_map(|shape| {
                let crowd = &crowds[shape.kind];
                // What is only read out of leniency gives way to what is documented.
                let gives_way = shape.lenient && others(&crowd.variants, variant) > 0;
                (!gives_way).then(|| shape.form(variant, crowd))
            })
            .collect()
    };
    shapes.iter().enumerate().map(form).collect()
}

/// All shapes of one kind.
#[derive(Default)]
struct Crowd {
    variants: BTreeSet<usize>,
    members: BTreeMap<String, Holders>,
    /// By the kind of the items.
    items: BTreeMap<Option<&'static str>, BTreeSet<usize>>,
    /// Those that are numbers with a fraction.
    fractions: BTreeSet<usize>,
}

/// The variants that have a member of one name.
#[derive(Default)]
struct Holders {
    by_kind: BTreeMap<Option<&'static str>, BTreeSet<usize>>,
    by_constant: BTreeMap<Option<String>, BTreeSet<usize>>,
    all: BTreeSet<usize>,
    required: BTreeSet<usize>,
}

impl Crowd {
    fn add(&mut self, variant: usize, shape: &Shape) {
        self.variants.insert(variant);
        self.items.entry(shape.items).or_default().insert(variant);
        if !shape.integral {
            self.fractions.insert(variant);
        }
        for (name, member) in &shape.members {
            let holders = self.members.entry(name.clone()).or_default();
            holders.all.insert(variant);
            if member.required {
                holders.required.insert(variant);
            }
            holders.by_kind.entry(member.kind).or_default().insert(variant);
            holders.by_constant.entry(member.constant.clone()).or_default().insert(variant);
        }
    }
}

/// How many of these are other variants.
fn others(variants: &BTreeSet<usize>, own: usize) -> usize {
    variants.len() - usize::from(variants.contains(&own))
}

/// The same among those of one key.
fn others_of<K: Ord>(variants: &BTreeMap<K, BTreeSet<usize>>, key: &K, own: usize) -> usize {
    variants.get(key).map_or(0, |variants| others(variants, own))
}

/// What a value looks like from the outside.
#[derive(Clone, Default)]
struct Shape {
    kind: &'static str,
    /// The members, and whether each is always there.
    members: BTreeMap<String, MemberShape>,
    /// The names of the members in their order.
    order: Vec<String>,
    /// Whether a number is whole.
    integral: bool,
    /// The kind of a list's items, where they have one.
    items: Option<&'static str>,
    format: Option<&'static str>,
    values: Vec<String>,
    lenient: bool,
}

#[derive(Clone)]
struct MemberShape {
    required: bool,
    kind: Option<&'static str>,
    constant: Option<String>,
    among: Vec<String>,
}

impl Shape {
    fn of(kind: &'static str) -> Self {
        Self { kind, ..Self::default() }
    }

    fn with(mut self, name: &str, member: MemberShape) -> Self {
        self.order.push(name.to_owned());
        self.members.insert(name.to_owned(), member);
        self
    }

    /// The form, with what tells it from others of its kind.
    fn form(&self, variant: usize, crowd: &Crowd) -> VariantForm {
        let mut marks = Vec::new();
        let is_alone = others(&crowd.variants, variant) == 0;
        for name in &self.order {
            let member = &self.members[name];
            let holders = &crowd.members[name];
            if let Some(value) = &member.constant {
                // A single object is told by its constants too: with another one it is something that nobody documented.
                let same = others_of(&holders.by_constant, &Some(value.clone()), variant);
                if is_alone || same < others(&crowd.variants, variant) {
                    marks.push(Mark::Constant(name.clone(), value.clone()));
                }
            } else if is_alone || !member.required {
                // Nothing of it tells the form from others.
            } else if !member.among.is_empty() {
                marks.push(Mark::MemberAmong(name.clone(), member.among.clone()));
            } else if others(&holders.all, variant) == 0 {
                marks.push(Mark::Member(name.clone()));
            } else if let Some(kind) = member.kind
                && others_of(&holders.by_kind, &Some(kind), variant) == 0
                && others_of(&holders.by_kind, &None, variant) == 0
            {
                marks.push(Mark::MemberOfKind(name.clone(), kind));
            }
        }
        if marks.is_empty() && !is_alone {
            let shared = self.order.iter().filter(|name| {
                let required_by = others(&crowd.members[*name].required, variant);
                self.members[*name].required && required_by < others(&crowd.variants, variant)
            });
            marks.extend(shared.map(|name| Mark::SharedMember(name.clone())));
        }
        if !is_alone {
            if let Some(items) = self.items
                && others_of(&crowd.items, &Some(items), variant) == 0
                && others_of(&crowd.items, &None, variant) == 0
            {
                marks.push(Mark::Items(items));
            }
            marks.extend(self.format.map(Mark::Format));
            if !self.values.is_empty() {
                marks.push(Mark::Among(self.values.clone()));
            }
        }
        let is_integer = self.integral && others(&crowd.fractions, variant) > 0;
        VariantForm { kind: if is_integer { "integer" } else { self.kind }, marks }
    }
}

fn shapes(types: &BTreeMap<&str, &TypeDefinition>, value: &TypeUse, depth: usize) -> Vec<Shape> {
    let lenient = |shape: Shape| Shape { lenient: true, ..shape };
    match value {
        TypeUse::Named(name) | TypeUse::Boxed(name) => match types.get(name.as_str()) {
            Some(definition) if depth < MAX_DEPTH => of_definition(types, definition, depth),
            _ => vec![Shape::of("any")],
        },
        TypeUse::Scalar(scalar) => {
            let form = scalar.form();
            let told =
                form.format.filter(|format| text_format(format).is_some_and(|format| format.resembles.is_some()));
            let shape = |kind: &&'static str| Shape {
                format: told.filter(|_| *kind == "string"),
                integral: scalar.is_integral(),
                ..Shape::of(kind)
            };
            let mut shapes = form.kinds.iter().map(shape);
            shapes.next().into_iter().chain(shapes.map(lenient)).collect()
        }
        TypeUse::List(items) => {
            let kinds: BTreeSet<&str> = kinds(types, items, depth + 1).into_iter().collect();
            let only = kinds.first().filter(|kind| kinds.len() == 1 && **kind != "any").copied();
            vec![Shape { items: only, ..Shape::of("array") }]
        }
        TypeUse::Map(_) => vec![Shape::of("object")],
        TypeUse::Nullable(value) => {
            let mut shapes = shapes(types, value, depth);
            shapes.push(Shape::of("null"));
            shapes
        }
    }
}

fn of_definition(types: &BTreeMap<&str, &TypeDefinition>, definition: &TypeDefinition, depth: usize) -> Vec<Shape> {
    let plain = |required| MemberShape { required, kind: None, constant: None, among: Vec::new() };
    match &definition.kind {
        Kind::Object { constants, members, .. } => {
            let mut shape = Shape::of("object");
            for constant in constants {
                let member =
                    MemberShape { kind: Some("string"), constant: Some(constant.value.clone()), ..plain(true) };
                shape = shape.with(&constant.wire, member);
            }
            for member in members {
                let required = matches!(member.presence, Presence::Required | Presence::RequiredNullable);
                let kinds: BTreeSet<&str> = match member.presence {
                    Presence::Required if depth + 1 < MAX_DEPTH => {
                        kinds(types, &member.value, depth + 1).into_iter().collect()
                    }
                    // It may be null.
                    _ => BTreeSet::new(),
                };
                let kind = kinds.first().filter(|kind| kinds.len() == 1 && **kind != "any").copied();
                shape = shape.with(&member.wire, MemberShape { kind, ..plain(required) });
            }
            vec![shape]
        }
        Kind::TaggedUnion { tag, variants } => {
            let among = variants.iter().map(|variant| variant.wire.clone()).collect();
            let mut shape = Shape::of("object").with(tag, MemberShape { kind: Some("string"), among, ..plain(true) });
            for name in variants.iter().flat_map(|variant| member_names(types, &variant.value)) {
                // Which of them is there depends on the tag.
                shape.members.entry(name.to_owned()).or_insert_with(|| plain(false));
            }
            vec![shape]
        }
        Kind::UntaggedUnion(variants) => {
            variants.iter().flat_map(|variant| shapes(types, &variant.value, depth + 1)).take(MAX_FORMS).collect()
        }
        Kind::StringEnum(variants) => {
            vec![Shape { values: variants.iter().map(|(_, wire)| wire.clone()).collect(), ..Shape::of("string") }]
        }
        Kind::TextIdentifier | Kind::ResourceUrl { .. } => vec![Shape::of("string")],
        Kind::IntegerIdentifier { .. } => vec![Shape { integral: true, ..Shape::of("number") }],
    }
}

/// The names of an object's members.
fn member_names<'t>(types: &BTreeMap<&'t str, &'t TypeDefinition>, value: &TypeUse) -> Vec<&'t str> {
    match value.named().and_then(|name| types.get(name)).map(|definition| &definition.kind) {
        Some(Kind::Object { constants, members, .. }) => {
            let constants = constants.iter().map(|constant| constant.wire.as_str());
            constants.chain(members.iter().map(|member| member.wire.as_str())).collect()
        }
        _ => Vec::new(),
    }
}

/// The kinds of JSON that a value may have, without a look at what lies within.
fn kinds(types: &BTreeMap<&str, &TypeDefinition>, value: &TypeUse, depth: usize) -> Vec<&'static str> {
    match value {
        TypeUse::Named(name) | TypeUse::Boxed(name) => match types.get(name.as_str()).map(|found| &found.kind) {
            Some(Kind::Object { .. } | Kind::TaggedUnion { .. }) => vec!["object"],
            Some(Kind::UntaggedUnion(variants)) if depth < MAX_DEPTH => {
                variants.iter().flat_map(|variant| kinds(types, &variant.value, depth + 1)).take(MAX_FORMS).collect()
            }
            Some(Kind::StringEnum(_) | Kind::TextIdentifier | Kind::ResourceUrl { .. }) => vec!["string"],
            Some(Kind::IntegerIdentifier { .. }) => vec!["number"],
            _ => vec!["any"],
        },
        TypeUse::Scalar(scalar) => scalar.form().kinds.to_vec(),
        TypeUse::List(_) => vec!["array"],
        TypeUse::Map(_) => vec!["object"],
        TypeUse::Nullable(value) => [kinds(types, value, depth), vec!["null"]].concat(),
    }
}
