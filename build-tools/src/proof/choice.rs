//! Which variant of a union without a tag a value is of, by the document alone.
//!
//! Variants are told apart by the kind of their JSON. Where several have the same kind, objects are told by constants, then by
//! required members that no other one has, and then by being complete; lists by the kind of their items; texts by format and
//! documented values; numbers by being whole. A constant with another value speaks against its variant.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::shape::{followed, members};
use crate::model::{Category, View};
use crate::spec::text_format;

/// As deeply as unions are followed into unions: as deep as the contract goes.
const MAX_DEPTH: usize = 32;

/// The variant of a union without a tag that a value is of, and its position; `None` when it is of none that is documented.
pub(super) fn chosen_variant<'d>(union: &View<'d>, value: &Value) -> Option<(usize, View<'d>)> {
    let mut all = union.union()?.variants;
    let forms: Vec<Form<'d>> = all
        .iter()
        .enumerate()
        .flat_map(|(position, variant)| forms(variant, position, 0))
        .filter(|form| form.is_of_kind(value))
        .collect();
    let crowd = Crowd::new(&forms);
    let crowded = crowd.sizes.len() > 1;
    let mut best: Option<(Degree, usize)> = None;
    for form in &forms {
        let degree = if crowded { form.degree(&crowd, value) } else { form.lone_degree(value) };
        if let Some(degree) = degree
            && best.is_none_or(|(most, _)| degree > most)
        {
            best = Some((degree, form.position));
        }
    }
    best.map(|(_, position)| (position, all.swap_remove(position)))
}

/// The forms that a value may have, by what is asked of them: a form asks of its own members which others have them, and not of the
/// others which members they have.
struct Crowd<'f, 'd> {
    forms: &'f [Form<'d>],
    /// How many forms each variant has.
    sizes: BTreeMap<usize, usize>,
    /// The forms that have a member of a name.
    holders: BTreeMap<&'d str, Vec<&'f Form<'d>>>,
}

impl<'f, 'd> Crowd<'f, 'd> {
    fn new(forms: &'f [Form<'d>]) -> Self {
        let mut crowd = Self { forms, sizes: BTreeMap::new(), holders: BTreeMap::new() };
        for form in forms {
            *crowd.sizes.entry(form.position).or_default() += 1;
            for name in form.members.keys() {
                crowd.holders.entry(name).or_default().push(form);
            }
        }
        crowd
    }

    /// The forms of other variants.
    fn rivals(&self, own: usize) -> impl Iterator<Item = &'f Form<'d>> {
        self.forms.iter().filter(move |other| other.position != own)
    }

    /// How many forms of other variants there are.
    fn count(&self, own: usize) -> usize {
        self.forms.len() - self.sizes.get(&own).copied().unwrap_or_default()
    }

    /// What the forms of other variants know of a member, those that have it.
    fn of_rivals(&self, own: usize, name: &str) -> impl Iterator<Item = &'f Known<'d>> + use<'_, 'f, 'd> {
        let holders = self.holders.get(name).map(Vec::as_slice).unwrap_or_default();
        let name = name.to_owned();
        holders
            .iter()
            .filter(move |other| other.position != own)
            .filter_map(move |other| other.members.get(name.as_str()))
    }
}

/// How well a value has a form: constants, members of its own, members that it shares.
type Degree = (usize, usize, usize);

/// One form of a variant.
struct Form<'d> {
    position: usize,
    /// The kind of JSON: a keyword of JSON Schema, or nothing for any.
    kind: &'static str,
    schema: View<'d>,
    members: BTreeMap<&'d str, Known<'d>>,
}

/// What is known of a member.
#[derive(Clone, Default)]
struct Known<'d> {
    required: bool,
    /// The kind of JSON that it always has.
    kind: Option<&'static str>,
    constant: Option<&'d str>,
    /// The values of a tag.
    tags: Vec<&'d str>,
}

fn forms<'d>(schema: &View<'d>, position: usize, depth: usize) -> Vec<Form<'d>> {
    let schema = followed(schema).schema;
    if let Some(union) = schema.union() {
        let Some(tag) = union.tag else {
            let inner = union.variants.iter().filter(|_| depth < MAX_DEPTH);
            return inner.flat_map(|inner| forms(inner, position, depth + 1)).collect();
        };
        let mut members: BTreeMap<&str, Known<'_>> = BTreeMap::new();
        for variant in &union.variants {
            let properties = followed(variant).schema.properties();
            members.extend(properties.into_iter().map(|(name, _)| (name, Known::default())));
        }
        let tags = union.mapping.iter().map(|(wire, _)| *wire).collect();
        members.insert(tag, Known { required: true, kind: Some("string"), tags, ..Known::default() });
        return vec![Form { position, kind: "object", schema, members }];
    }
    let known = |(name, member, required): (&'d str, View<'d>, bool)| {
        let kind = if required && !member.is_nullable() { only_kind(&member) } else { None };
        let constant = member.only_text().filter(|_| required);
        (name, Known { required, kind, constant, tags: Vec::new() })
    };
    let members = members(&schema).into_iter().map(known).collect();
    vec![Form { position, kind: kind_of(&schema), schema, members }]
}

/// The kind of JSON that a schema in place has; nothing for any.
fn kind_of(schema: &View<'_>) -> &'static str {
    match schema.category() {
        Category::Text { .. } => "string",
        Category::Integer { .. } | Category::Number { .. } => "number",
        Category::Boolean => "boolean",
        Category::List => "array",
        Category::Object | Category::Map => "object",
        Category::Reference(_) | Category::Union | Category::AllOf | Category::Anything => "",
    }
}

/// The one kind of JSON that a schema has.
fn only_kind(schema: &View<'_>) -> Option<&'static str> {
    let mut kinds = BTreeSet::new();
    collect_kinds(schema, 0, &mut kinds);
    // An exact decimal is read from a number as well.
    let is_decimal = followed(schema).schema.format() == Some("decimal");
    let kind = kinds.pop_first().filter(|kind| !kind.is_empty() && !is_decimal)?;
    kinds.is_empty().then_some(kind)
}

/// The kinds of JSON that a schema has. Members are not looked at: an object may hold itself.
fn collect_kinds(schema: &View<'_>, depth: usize, kinds: &mut BTreeSet<&'static str>) {
    let schema = followed(schema).schema;
    match schema.union() {
        Some(union) if union.tag.is_some() => {
            kinds.insert("object");
        }
        Some(union) => {
            for inner in union.variants.iter().filter(|_| depth < MAX_DEPTH) {
                collect_kinds(inner, depth + 1, kinds);
            }
        }
        None => {
            kinds.insert(kind_of(&schema));
        }
    }
}

fn kind_of_value(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn has_kind(value: &Value, kind: &str) -> bool {
    kind.is_empty() || kind_of_value(value) == kind
}

impl Form<'_> {
    fn is_of_kind(&self, value: &Value) -> bool {
        has_kind(value, self.kind)
    }

    /// Whether a constant of the form has another value.
    fn is_contradicted(&self, value: &Value) -> bool {
        let differs =
            |name: &str, constant: &str| value.get(name).and_then(Value::as_str).is_some_and(|found| found != constant);
        self.members.iter().any(|(name, known)| known.constant.is_some_and(|constant| differs(name, constant)))
    }

    fn lone_degree(&self, value: &Value) -> Option<Degree> {
        (!self.is_contradicted(value)).then_some((0, 0, 0))
    }

    fn degree(&self, crowd: &Crowd<'_, '_>, value: &Value) -> Option<Degree> {
        match value {
            Value::Object(_) => self.degree_of_object(crowd, value),
            Value::Array(items) => {
                let own = self.kind_of_items();
                let is_told = own.is_some()
                    && crowd
                        .rivals(self.position)
                        .all(|rival| rival.kind_of_items().is_some_and(|other| Some(other) != own));
                let fits = !is_told || items.first().is_none_or(|item| own.is_some_and(|own| has_kind(item, own)));
                fits.then_some((0, 0, 0))
            }
            Value::String(text) => self.fits_text(text).then_some((0, 0, 0)),
            Value::Number(number) => {
                let is_integer = |schema: &View<'_>| matches!(schema.category(), Category::Integer { .. });
                let must_be_whole =
                    is_integer(&self.schema) && crowd.rivals(self.position).any(|rival| !is_integer(&rival.schema));
                (!must_be_whole || !number.is_f64()).then_some((0, 0, 0))
            }
            Value::Bool(_) | Value::Null => Some((0, 0, 0)),
        }
    }

    /// The kind of a list's items, where they have one that is written in place.
    fn kind_of_items(&self) -> Option<&'static str> {
        Some(kind_of(&self.schema.items()?)).filter(|kind| !kind.is_empty())
    }

    fn fits_text(&self, value: &str) -> bool {
        match self.schema.format().and_then(text_format).and_then(|format| format.resembles) {
            Some(resembles) => resembles(value),
            None => self.schema.values().is_none_or(|values| values.iter().any(|known| known == value)),
        }
    }

    fn degree_of_object(&self, crowd: &Crowd<'_, '_>, value: &Value) -> Option<Degree> {
        if self.is_contradicted(value) {
            return None;
        }
        let (mut marks, mut constants, mut own) = (0, 0, 0);
        for (name, known) in self.members.iter().filter(|(_, known)| known.required) {
            let mut of_rivals = crowd.of_rivals(self.position, name);
            let found = value.get(name);
            if let Some(constant) = known.constant {
                let mut same = 0;
                if of_rivals.by_ref().all(|other| {
                    same += 1;
                    other.constant == Some(constant)
                }) && same == crowd.count(self.position)
                {
                    continue;
                }
                marks += 1;
                constants += usize::from(found.is_some_and(|found| found == constant));
                own += usize::from(found.is_some());
            } else if !known.tags.is_empty() {
                marks += 1;
                constants +=
                    usize::from(found.and_then(Value::as_str).is_some_and(|found| known.tags.contains(&found)));
                own += usize::from(found.is_some());
            } else if crowd.of_rivals(self.position, name).next().is_none() {
                marks += 1;
                own += usize::from(found.is_some());
            } else if let Some(kind) = known.kind
                && of_rivals.all(|other| other.kind.is_some_and(|other| other != kind))
            {
                marks += 1;
                own += usize::from(found.is_some_and(|found| has_kind(found, kind)));
            }
        }
        if marks > 0 {
            return (constants + own > 0).then_some((constants, own, 0));
        }
        let is_shared = |name: &str| {
            crowd.rivals(self.position).any(|rival| !rival.members.get(name).is_some_and(|known| known.required))
        };
        let shared: Vec<&&str> = self
            .members
            .iter()
            .filter(|(name, known)| known.required && is_shared(name))
            .map(|(name, _)| name)
            .collect();
        shared.iter().all(|name| value.get(**name).is_some()).then_some((0, 0, shared.len()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::chosen_variant;
    use crate::model::Model;

    fn chosen(variants: &Value, value: &Value) -> Option<usize> {
        let model = Model::of_schemas(&json!({ "Union": { "anyOf": variants } }));
        let union = model.component("Union").expect("it is there");
        chosen_variant(&union, value).map(|(position, _)| position)
    }

    #[test]
    fn variants_are_told_by_kind_constants_and_members() {
        let of_kinds = json!([{ "type": "integer" }, { "type": "object", "required": ["kind"],
            "properties": { "kind": { "type": "string", "enum": ["cat"] } } }]);
        assert_eq!(chosen(&of_kinds, &json!(1)), Some(0));
        assert_eq!(chosen(&of_kinds, &json!({})), Some(1), "the only object");
        assert_eq!(chosen(&of_kinds, &json!({ "kind": "dog" })), None, "its constant has another value");
        assert_eq!(chosen(&of_kinds, &json!("x")), None);
        let object = |required: &[&str], others: &[&str]| {
            let properties: serde_json::Map<String, Value> =
                required.iter().chain(others).map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
            json!({ "type": "object", "required": required, "properties": properties })
        };
        let of_members = json!([object(&["id", "a"], &[]), object(&["id", "b"], &[])]);
        assert_eq!(chosen(&of_members, &json!({ "b": 1 })), Some(1), "even without its other members");
        assert_eq!(chosen(&of_members, &json!({ "id": 1 })), None, "both have it");
        let with_fallback =
            json!([object(&["a", "proof"], &[]), object(&["b", "proof"], &[]), object(&[], &["a", "b"])]);
        assert_eq!(chosen(&with_fallback, &json!({ "a": 1, "proof": 1 })), Some(0));
        assert_eq!(chosen(&with_fallback, &json!({ "b": 1, "proof": 1 })), Some(1));
        assert_eq!(chosen(&with_fallback, &json!({ "a": 1, "b": 1 })), Some(2));
    }

    #[test]
    fn an_object_may_hold_itself_and_a_union_that_holds_it() {
        let model = Model::of_schemas(&json!({
            "Union": { "anyOf": [{ "type": "integer" }, { "$ref": "#/components/schemas/Thing" }] },
            "Thing": { "type": "object", "required": ["itself", "union", "id"], "properties": {
                "itself": { "$ref": "#/components/schemas/Thing" },
                "union": { "$ref": "#/components/schemas/Union" },
                "id": { "type": "integer" },
            } },
        }));
        let union = model.component("Union").expect("it is there");
        let chosen = |value: &Value| chosen_variant(&union, value).map(|(position, _)| position);
        assert_eq!(chosen(&json!({ "id": 1 })), Some(1));
        assert_eq!(chosen(&json!(1)), Some(0));
    }

    #[test]
    fn texts_are_told_by_format_and_value_and_numbers_by_being_whole() {
        let texts = json!([{ "type": "string", "format": "date" }, { "type": "string", "enum": ["never"] }]);
        assert_eq!(chosen(&texts, &json!("2024-02-29")), Some(0));
        assert_eq!(chosen(&texts, &json!("never")), Some(1));
        assert_eq!(chosen(&texts, &json!("soon")), None);
        let numbers = json!([{ "type": "integer" }, { "type": "number" }]);
        assert_eq!(chosen(&numbers, &json!(1)), Some(0));
        assert_eq!(chosen(&numbers, &json!(1.5)), Some(1));
    }
}
