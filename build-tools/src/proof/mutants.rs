//! What is changed in a response, place by place, and what decoding each change must come to.
//!
//! The promise behind it: a client is open in what it reads. Members, values and variants that nobody documented, lengths beyond
//! what is documented and absent optional members are no errors; a required member that is missing and a value of another kind
//! are, and the error names the member.

use std::fmt::Write as _;

use serde_json::Value;

use super::choice::chosen_variant;
use super::shape::{Followed, followed, is_untagged, members, tagged_variant};
use crate::model::{Additional, Bound, Category, Shape, View};
use crate::passes::escape;
use crate::spec::{FormatRole, Pattern, TextFormat, text_format};

/// A place in a response, and its changes: a letter each, as `onboarding_testing::mutation` documents them. Small letters are
/// decoded, capitals are errors at the place, or within it with a plus behind them; a question mark behind a letter says that what
/// it is decoded to is left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// A JSON pointer, in which [`KEY`] stands before the keys of maps.
    pub(crate) pointer: String,
    /// The changes.
    pub(crate) changes: String,
    /// The pointer of its schema in the document.
    pub(crate) schema: String,
    /// The pointer of the schema that says what is within it, with references followed and a variant chosen.
    pub(crate) within: String,
}

impl Place {
    /// How many changes there are.
    pub(crate) fn mutants(&self) -> usize {
        self.changes.chars().filter(char::is_ascii_alphabetic).count()
    }

    /// How many of them are left open.
    pub(crate) fn open(&self) -> usize {
        self.changes.matches('?').count()
    }
}

/// Says that what follows in a pointer is data and no documented name, so that no error may show it. No pointer has it otherwise.
pub(crate) const KEY: &str = "~2";

/// Every place of a response that is changed, and the members that the response has, each by the place of its schema in the
/// document.
pub(crate) fn places(schema: &View<'_>, response: &Value) -> (Vec<Place>, Vec<String>) {
    let mut walk = Walk { places: Vec::new(), members: Vec::new() };
    walk.value(schema, response, "", Holder::Nothing, None);
    (walk.places, walk.members)
}

/// What a value is held by, which decides whether it can be left out or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// Nothing, a list or a map: it cannot be left out, and is null only where its schema says so.
    Nothing,
    /// An object that requires it.
    Required,
    /// An object that does not. Where it is read, null means the same as left out.
    Optional,
}

/// A value whose place is that of unions without a tag, outermost first, each with the position of the variant that the value is of.
struct Chosen<'d, 'v> {
    unions: Vec<(View<'d>, usize)>,
    value: &'v Value,
}

/// A value within another whose variants may be told apart by it.
#[derive(Clone, Copy)]
struct Within<'w, 'd, 'v> {
    outer: &'w Chosen<'d, 'v>,
    /// The member's name; `None` for the first item of a list.
    member: Option<&'w str>,
}

struct Walk {
    places: Vec<Place>,
    members: Vec<String>,
}

impl Walk {
    fn value<'d>(
        &mut self,
        schema: &View<'d>,
        value: &Value,
        pointer: &str,
        holder: Holder,
        within: Option<Within<'_, 'd, '_>>,
    ) {
        let found = followed(schema);
        let is_untagged = is_untagged(&found.schema);
        // A place without a type takes every value.
        let is_open = has_no_kind(&found.schema);
        let mut changes = Changes::default();
        match holder {
            Holder::Nothing => {}
            Holder::Required => changes.fails("D"),
            Holder::Optional => changes.decodes("d"),
        }
        if !value.is_null() {
            if found.nullable || holder == Holder::Optional || is_open || is_untagged {
                changes.decodes("n");
            } else {
                changes.fails("N");
            }
            for kind in other_kinds(&found.schema, value).chars() {
                let outcome = match is_untagged {
                    true => outcome(&found.schema, &value_of(kind)),
                    false if is_open => Outcome::Decodes,
                    false => Outcome::Fails,
                };
                changes.0.push(Change { letter: kind, number: None, outcome });
            }
        }
        self.within(schema, &found, value, pointer, changes, within, Vec::new());
    }

    /// The changes of a value that keep its kind, and what lies within it.
    #[expect(clippy::too_many_arguments, reason = "a place in two trees, and what is known of it")]
    fn within<'d>(
        &mut self,
        written: &View<'d>,
        found: &Followed<'d>,
        value: &Value,
        pointer: &str,
        mut changes: Changes,
        within: Option<Within<'_, 'd, '_>>,
        mut unions: Vec<(View<'d>, usize)>,
    ) {
        let schema = &found.schema;
        if is_untagged(schema) {
            match chosen_variant(schema, value) {
                Some((position, variant)) => {
                    unions.push((schema.clone(), position));
                    self.within(written, &followed(&variant), value, pointer, changes, within, unions);
                }
                // What nobody documented is kept as it came, whatever is in it.
                None => self.push(pointer, changes, within, [written, schema]),
            }
            return;
        }
        let chosen = Chosen { unions, value };
        let mut own = Changes::default();
        own_changes(schema, value, &mut own);
        if let Some(members) = value.as_object().filter(|_| !has_no_kind(schema)) {
            members_beyond(schema, found.component.is_some(), members.is_empty(), &mut own);
        }
        for change in own.0 {
            let outcome = changed(&chosen, &change, change.applied(value).as_ref());
            changes.0.push(outcome);
        }
        let variant = schema.tag().and_then(|tag| Some((tag, tagged_variant(schema, value)?.1)));
        self.push(pointer, changes, within, [written, variant.as_ref().map_or(schema, |(_, variant)| variant)]);
        match (schema.shape(), value) {
            (Shape::Union(_), _) => {
                if let Some((tag, variant)) = variant {
                    self.members(&variant, &chosen, pointer, Some(tag));
                }
            }
            (Shape::List { items: Some(items) }, Value::Array(values)) => {
                for (index, value) in values.iter().enumerate() {
                    let within = (index == 0).then_some(Within { outer: &chosen, member: None });
                    self.value(&items, value, &format!("{pointer}/{index}"), Holder::Nothing, within);
                }
            }
            (Shape::Map { values: Additional::Values(values) }, Value::Object(members)) => {
                for (name, value) in members {
                    self.value(&values, value, &format!("{pointer}/{KEY}{}", escape(name)), Holder::Nothing, None);
                }
            }
            (Shape::Object { .. }, _) => self.members(schema, &chosen, pointer, None),
            (
                Shape::Reference(_)
                | Shape::AllOf(_)
                | Shape::Text { .. }
                | Shape::Integer { .. }
                | Shape::Number { .. }
                | Shape::Boolean
                | Shape::List { .. }
                | Shape::Map { .. }
                | Shape::Anything,
                _,
            ) => {}
        }
    }

    fn members<'d>(&mut self, schema: &View<'d>, chosen: &Chosen<'d, '_>, pointer: &str, tag: Option<&str>) {
        for (name, member, required) in members(schema) {
            let Some(value) = chosen.value.get(name) else {
                continue;
            };
            self.members.push(member.pointer().to_owned());
            let pointer = format!("{pointer}/{}", escape(name));
            let within = Some(Within { outer: chosen, member: Some(name) });
            if tag == Some(name) {
                // The tag must be there whatever the variant says; another one is an unknown variant, kept as it came.
                let mut changes = Changes::default();
                changes.fails("DNBIAO");
                changes.decodes("v");
                self.push(&pointer, changes, within, [&member, &member]);
            } else if required && member.only_text().is_some() {
                // Constants must be there, but another value is none of our business: what comes back is the documented one.
                let mut changes = Changes::default();
                changes.fails("DNBIAO");
                changes.decodes("c");
                self.push(&pointer, changes, within, [&member, &member]);
            } else {
                let holder = if required { Holder::Required } else { Holder::Optional };
                self.value(&member, value, &pointer, holder, within);
            }
        }
        if let Additional::Values(values) = schema.additional() {
            for (name, value) in chosen.value.as_object().into_iter().flatten() {
                if schema.property(name).is_none() {
                    let within = Some(Within { outer: chosen, member: Some(name) });
                    self.value(&values, value, &format!("{pointer}/{KEY}{}", escape(name)), Holder::Nothing, within);
                }
            }
        }
    }

    /// `schemas` are that of the place, and that which says what is within it.
    fn push(&mut self, pointer: &str, changes: Changes, within: Option<Within<'_, '_, '_>>, schemas: [&View<'_>; 2]) {
        let changes = match within.filter(|within| !within.outer.unions.is_empty()) {
            None => changes,
            Some(within) => Changes(
                changes
                    .0
                    .into_iter()
                    .map(|change| {
                        let mut outer = within.outer.value.clone();
                        let place = match within.member {
                            Some(member) => outer.get_mut(member),
                            None => outer.get_mut(0),
                        };
                        if let Some(place) = place {
                            match (change.applied(place), within.member) {
                                (Some(other), _) => *place = other,
                                (None, Some(member)) => {
                                    outer.as_object_mut().map(|members| members.remove(member));
                                }
                                (None, None) => {}
                            }
                        }
                        changed(within.outer, &change, Some(&outer))
                    })
                    .collect(),
            ),
        };
        if !changes.0.is_empty() {
            let [schema, inner] = schemas.map(|schema| schema.pointer().to_owned());
            self.places.push(Place { pointer: pointer.to_owned(), changes: changes.text(), schema, within: inner });
        }
    }
}

/// A change, when what it is made in may be of another variant after it: then the place does not decide what comes of it.
fn changed(chosen: &Chosen<'_, '_>, change: &Change, value: Option<&Value>) -> Change {
    let Some(value) = value else {
        return *change;
    };
    for (union, position) in &chosen.unions {
        match chosen_variant(union, value) {
            Some((now, _)) if now == *position => {}
            Some(_) => return Change { outcome: Outcome::Open, ..*change },
            // It is kept as it came, with its other constant too.
            None => {
                let letter = if change.letter == 'c' { 'v' } else { change.letter };
                return Change { letter, outcome: Outcome::Decodes, ..*change };
            }
        }
    }
    *change
}

/// Whether a schema does not say of which kind its values are.
fn has_no_kind(schema: &View<'_>) -> bool {
    match schema.category() {
        Category::Reference(_) | Category::AllOf | Category::Anything => true,
        Category::Union
        | Category::Text { .. }
        | Category::Integer { .. }
        | Category::Number { .. }
        | Category::Boolean
        | Category::List
        | Category::Object
        | Category::Map => false,
    }
}

/// What comes of a value in the place of a schema that is, or leads to, a union without a tag.
fn outcome(schema: &View<'_>, value: &Value) -> Outcome {
    let schema = followed(schema).schema;
    if is_untagged(&schema) {
        return match chosen_variant(&schema, value) {
            Some((_, variant)) => outcome(&variant, value),
            None => Outcome::Decodes,
        };
    }
    match (schema.category(), value) {
        (Category::Union, Value::Object(_)) => Outcome::FailsWithin,
        (Category::Union, _) | (Category::Number { format: Some("decimal") }, Value::String(_)) => Outcome::Fails,
        (Category::Text { format: Some(format) }, Value::String(_))
            if text_format(format).is_some_and(TextFormat::is_strict) =>
        {
            Outcome::Fails
        }
        (_, Value::Object(_)) if !schema.required().is_empty() => Outcome::FailsWithin,
        _ => Outcome::Decodes,
    }
}

/// What is put in the place of a value of another kind.
fn value_of(kind: char) -> Value {
    match kind {
        'b' => Value::Bool(true),
        'i' => Value::from(7),
        'a' => Value::Array(Vec::new()),
        'o' => Value::Object(serde_json::Map::new()),
        _ => Value::from(NEW_VALUE),
    }
}

/// The kinds of JSON that a value's schema does not have: text (`s`), boolean (`b`), integer (`i`), list (`a`) and object (`o`).
fn other_kinds(schema: &View<'_>, value: &Value) -> String {
    let own = match schema.category() {
        // An exact decimal is read from a number as well, although the vendor documents a text.
        Category::Text { format: Some("decimal") } | Category::Number { format: Some("decimal") } => "si",
        Category::Text { .. } => "s",
        Category::Integer { .. } | Category::Number { .. } => "i",
        Category::Boolean => "b",
        Category::List => "a",
        Category::Object | Category::Map => "o",
        // Where every value will do, any but the present one's.
        Category::Reference(_) | Category::Union | Category::AllOf | Category::Anything => match value {
            Value::String(_) => "s",
            Value::Number(_) => "i",
            Value::Bool(_) => "b",
            Value::Array(_) => "a",
            Value::Object(_) | Value::Null => "o",
        },
    };
    "sbiao".chars().filter(|kind| !own.contains(*kind)).collect()
}

/// Changes of a value that keep its kind. Limits hold for what is sent; what is read may go beyond all of them.
fn own_changes(schema: &View<'_>, value: &Value, changes: &mut Changes) {
    let most = |most: Option<u64>| most.filter(|most| *most <= MAX_BEYOND).and_then(|most| i64::try_from(most).ok());
    let bound = |bound: Option<Bound>| bound.and_then(|bound| bound.value.as_i64());
    match value {
        Value::String(_) | Value::Bool(_) if schema.values().is_some() => changes.decodes("v"),
        Value::String(_) => {
            let role = schema.format().and_then(text_format).map(|format| format.role);
            if role == Some(FormatRole::Strict) && matches!(schema.category(), Category::Text { .. }) {
                changes.fails("F");
                return;
            }
            if matches!(role, Some(FormatRole::Sent | FormatRole::Lenient))
                || schema.pattern().is_some_and(is_broken_by_new_value)
            {
                changes.decodes("p");
            }
            if let Some(length) = most(schema.length().most) {
                changes.decodes_with('l', length);
            }
        }
        Value::Number(_) => {
            let limits = schema.limits();
            if let Some(most) = bound(limits.maximum) {
                changes.decodes_with('m', most.saturating_add(1));
            }
            if let Some(least) = bound(limits.minimum) {
                changes.decodes_with('m', least.saturating_sub(1));
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let count = schema.limits().items;
            if count.least.is_some_and(|least| least > 0) {
                changes.decodes("z");
            }
            if let Some(most) = most(count.most) {
                changes.decodes_with('r', most);
            }
        }
        _ => {}
    }
}

/// The highest length that a generated test goes beyond.
const MAX_BEYOND: u64 = 100_000;

/// What the engine puts in the place of a text.
const NEW_VALUE: &str = "mutant";

fn is_broken_by_new_value(pattern: &str) -> bool {
    !pattern.is_empty() && Pattern::new(pattern).is_ok_and(|pattern| !pattern.is_match(NEW_VALUE))
}

/// A member that nobody documented: ignored (`u`), kept (`k`), or, in a map, an entry like the others (`e`).
fn members_beyond(schema: &View<'_>, component: bool, is_empty: bool, changes: &mut Changes) {
    changes.decodes(match (schema.additional(), schema.category()) {
        // An entry has the type of the map's values, so one that is there already is taken again under another key.
        (Additional::Values(_), Category::Map) if !is_empty => "e",
        // A member beyond the documented ones has their type: those that are there are changed instead.
        (Additional::Values(_), _) => "",
        (Additional::Any, _) => "k",
        (Additional::Unsaid | Additional::Refused, Category::Map) if !component => "k",
        (Additional::Unsaid | Additional::Refused, _) => "u",
    });
}

/// One change, and what must come of it.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// In small.
    letter: char,
    number: Option<i64>,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It is decoded.
    Decodes,
    /// An error at the place.
    Fails,
    /// An error at the place or somewhere within it.
    FailsWithin,
    /// It is decoded to whatever fits, or an error.
    Open,
}

impl Change {
    /// The value with this change; `None` when it is left out.
    fn applied(&self, value: &Value) -> Option<Value> {
        let number = self.number.unwrap_or_default();
        let beyond = usize::try_from(number).unwrap_or_default() + 1;
        Some(match self.letter {
            'd' => return None,
            'n' => Value::Null,
            'b' | 'i' | 'a' | 'o' | 's' => value_of(self.letter),
            'z' => value_of('a'),
            'm' => Value::from(number),
            'v' => value.as_bool().map_or_else(|| value_of('s'), |present| Value::Bool(!present)),
            'p' | 'f' | 'c' => value_of('s'),
            'l' => Value::from(format!("{}{}", value.as_str().unwrap_or_default(), "x".repeat(beyond))),
            // One more member or item, of which nothing depends.
            _ => value.clone(),
        })
    }
}

/// Changes being collected.
#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn decodes(&mut self, letters: &str) {
        self.0.extend(letters.chars().map(|letter| Change { letter, number: None, outcome: Outcome::Decodes }));
    }

    fn decodes_with(&mut self, letter: char, number: i64) {
        self.0.push(Change { letter, number: Some(number), outcome: Outcome::Decodes });
    }

    fn fails(&mut self, letters: &str) {
        let letters = letters.chars().map(|letter| letter.to_ascii_lowercase());
        self.0.extend(letters.map(|letter| Change { letter, number: None, outcome: Outcome::Fails }));
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for change in &self.0 {
            let number = change.number.map(|number| number.to_string()).unwrap_or_default();
            let (letter, behind) = match change.outcome {
                Outcome::Decodes => (change.letter, ""),
                Outcome::Fails => (change.letter.to_ascii_uppercase(), ""),
                Outcome::FailsWithin => (change.letter.to_ascii_uppercase(), "+"),
                Outcome::Open => (change.letter, "?"),
            };
            // Writing to a string cannot fail.
            let _ = write!(text, "{letter}{number}{behind}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::places;
    use crate::model::Model;

    /// The places of a response, a line each.
    fn table(schemas: &Value, response: &Value) -> Vec<String> {
        let model = Model::of_schemas(schemas);
        let (places, _) = places(&model.component("ResponseBody").expect("it is there"), response);
        places.into_iter().map(|place| format!("{} {}", place.pointer, place.changes)).collect()
    }

    #[test]
    fn members_are_changed_by_what_their_object_says_of_them() {
        let schemas = json!({
            "ResponseBody": {
                "type": "object",
                "required": ["kind", "needed", "cleared"],
                "properties": {
                    "cleared": { "type": "integer", "nullable": true, "maximum": 9 },
                    "colour": { "type": "string", "enum": ["red", "blue"] },
                    "day": { "type": "string", "format": "date" },
                    "fee": { "type": "string", "format": "decimal" },
                    "kind": { "type": "string", "enum": ["response"] },
                    "needed": { "type": "string", "maxLength": 9, "pattern": "^[A-Z]+$" },
                    "whatever": {},
                },
            },
        });
        let response = json!({
            "kind": "response", "needed": "A", "cleared": 1, "day": "2024-02-29", "fee": "1.50", "colour": "red", "whatever": [1],
        });
        assert_eq!(
            table(&schemas, &response),
            [
                " NSBIAu",
                "/cleared DnSBAOm10",
                "/colour dnBIAOv",
                "/day dnBIAOF",
                "/fee dnBAOF",
                "/kind DNBIAOc",
                "/needed DNBIAOpl9",
                "/whatever dnsbio",
            ]
        );
        assert_eq!(table(&schemas, &json!({ "cleared": null })), [" NSBIAu", "/cleared D"]);
    }

    #[test]
    fn further_members_are_kept_where_the_document_is_open() {
        let open = json!({ "ResponseBody": { "type": "object", "additionalProperties": true, "properties": {} } });
        assert_eq!(table(&open, &json!({ "beyond": 1 })), [" NSBIAk"]);
        let map = json!({ "ResponseBody": { "type": "object", "additionalProperties": {
            "type": "array", "minItems": 1, "maxItems": 4, "items": { "type": "boolean" } } } });
        assert_eq!(table(&map, &json!({ "a/b": [true] })), [" NSBIAe", "/~2a~1b NSBIOzr4", "/~2a~1b/0 NSIAO"]);
        assert_eq!(table(&map, &json!({})), [" NSBIA"]);
    }

    #[test]
    fn a_tag_is_needed_and_may_be_new() {
        let schemas = json!({
            "ResponseBody": {
                "oneOf": [{ "$ref": "#/components/schemas/Cat" }],
                "discriminator": { "propertyName": "kind", "mapping": { "cat": "#/components/schemas/Cat" } },
            },
            "Cat": {
                "type": "object",
                "required": ["kind"],
                "properties": { "kind": { "type": "string", "enum": ["cat"] }, "lives": { "type": "integer" } },
            },
        });
        let table = table(&schemas, &json!({ "kind": "cat", "lives": 9 }));
        assert_eq!(table, [" NSBIAu", "/kind DNBIAOv", "/lives dnSBAO"]);
    }

    #[test]
    fn a_variant_is_told_by_its_form_and_then_as_strict_as_elsewhere() {
        let schemas = json!({
            "ResponseBody": { "anyOf": [{ "$ref": "#/components/schemas/CatId" }, { "$ref": "#/components/schemas/Cat" }] },
            "CatId": { "type": "integer" },
            "Cat": {
                "type": "object",
                "required": ["kind", "lives"],
                "properties": { "kind": { "type": "string", "enum": ["cat"] }, "lives": { "type": "integer" } },
            },
        });
        assert_eq!(table(&schemas, &json!(7)), [" nsbaO+"]);
        assert_eq!(
            table(&schemas, &json!({ "kind": "cat", "lives": 9 })),
            [" nsbiau", "/kind DNBIAOv", "/lives DNSBAO"],
            "with another constant it is something that nobody documented"
        );
        assert_eq!(table(&schemas, &json!({ "kind": "dog", "lives": 1 })), [" nsbia"]);
    }

    #[test]
    fn a_change_of_what_tells_a_variant_may_make_it_unknown() {
        let schemas = json!({
            "ResponseBody": { "anyOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }] },
            "Cat": {
                "type": "object",
                "required": ["lives", "name"],
                "properties": { "lives": { "type": "integer" }, "name": { "type": "string" } },
            },
            "Dog": {
                "type": "object",
                "required": ["bark", "tail", "name"],
                "properties": { "bark": { "type": "string" }, "tail": { "type": "boolean" }, "name": { "type": "string" } },
            },
        });
        assert_eq!(
            table(&schemas, &json!({ "lives": 9, "name": "Tom" })),
            [" nsbiau", "/lives dNSBAO", "/name DNBIAO"],
            "without lives it is neither"
        );
        assert_eq!(
            table(&schemas, &json!({ "bark": "wow", "tail": true, "name": "Rex" })),
            [" nsbiau", "/bark DNBIAO", "/name DNBIAO", "/tail DNSIAO"],
            "one of them is enough"
        );
    }
}
