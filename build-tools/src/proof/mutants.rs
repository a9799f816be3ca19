//! What is changed in an answer, place by place, and what decoding each change must come to.
//!
//! The promise behind it: a client is open in what it reads. Members, values and variants that nobody documented, lengths beyond
//! what is documented and absent optional members are no errors; a required member that is missing and a value of another kind
//! are, and the error names the member.

use std::fmt::Write as _;

use serde_json::Value;

use super::shape::{
    Shape, constant, extra_members, fitting_variant, is_required, map_values, shape, tag, tagged_variant, text,
    variants,
};
use crate::passes::escape;
use crate::spec::Pattern;

/// A place in an answer, and its changes: a letter each, as `onboarding_testing::mutation` documents them. Small letters are
/// decoded, capitals are errors at the place; a question mark behind a letter says that what it is decoded to is left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// A JSON pointer.
    pub(crate) pointer: String,
    /// The changes.
    pub(crate) changes: String,
}

impl Place {
    /// How many changes there are.
    pub(crate) fn mutants(&self) -> usize {
        self.changes.chars().filter(char::is_ascii_alphabetic).count()
    }
}

/// Every place of an answer that is changed, and the members that the answer has, each by the address of its schema in the
/// document.
pub(crate) fn places(document: &Value, schema: &Value, answer: &Value) -> (Vec<Place>, Vec<*const Value>) {
    let mut walk = Walk { document, places: Vec::new(), members: Vec::new() };
    walk.value(schema, answer, "", Holder::Nothing, false);
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

struct Walk<'d> {
    document: &'d Value,
    places: Vec<Place>,
    members: Vec<*const Value>,
}

impl<'d> Walk<'d> {
    /// `lenient` says that the value lies within a union without a tag: what does not fit one variant is tried as the others and
    /// kept as it came in the end, so no change within is an error.
    fn value(&mut self, schema: &'d Value, value: &Value, pointer: &str, holder: Holder, lenient: bool) {
        let found = shape(self.document, schema);
        let Shape { schema, nullable, .. } = found;
        let is_untagged = tag(schema).is_none() && variants(schema).is_some();
        let kind = text(schema, "type");
        // A place without a type takes every value, and so does a union without a tag, which keeps what it does not know.
        let is_open = is_untagged || (kind.is_empty() && tag(schema).is_none());
        let mut changes = Changes::new(lenient);
        match holder {
            Holder::Nothing => {}
            Holder::Required => changes.fails("D"),
            Holder::Optional => changes.decodes("d"),
        }
        if !value.is_null() {
            if nullable || holder == Holder::Optional || is_open {
                changes.decodes("n");
            } else {
                changes.fails("N");
            }
            let kinds = other_kinds(schema, value);
            if is_open {
                changes.decodes(&kinds);
            } else {
                changes.fails(&kinds.to_uppercase());
            }
        }
        self.within(found, value, pointer, changes);
    }

    /// The changes of a value that keep its kind, and what lies within it.
    fn within(&mut self, found: Shape<'d>, value: &Value, pointer: &str, mut changes: Changes) {
        let Shape { schema, name, .. } = found;
        if tag(schema).is_none() && variants(schema).is_some() {
            match fitting_variant(self.document, schema, value) {
                Some(variant) => {
                    changes.lenient = true;
                    self.within(shape(self.document, variant), value, pointer, changes);
                }
                // What fits no variant is kept as it came, whatever is in it.
                None => self.push(pointer, changes),
            }
            return;
        }
        let lenient = changes.lenient;
        own_changes(schema, value, &mut changes);
        if let Some(members) = value.as_object().filter(|_| !text(schema, "type").is_empty() || tag(schema).is_some()) {
            members_beyond(schema, name.is_some(), members.is_empty(), &mut changes);
        }
        self.push(pointer, changes);
        if let Some(tag) = tag(schema) {
            if let Some(variant) = tagged_variant(self.document, schema, value) {
                self.members(variant, value, pointer, Some(tag), lenient);
            }
        } else if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
            for (index, value) in values.iter().enumerate() {
                self.value(items, value, &format!("{pointer}/{index}"), Holder::Nothing, lenient);
            }
        } else if let (Some(values), Some(members)) = (map_values(schema), value.as_object()) {
            for (name, value) in members {
                self.value(values, value, &format!("{pointer}/{}", escape(name)), Holder::Nothing, lenient);
            }
        } else {
            self.members(schema, value, pointer, None, lenient);
        }
    }

    fn members(&mut self, schema: &'d Value, value: &Value, pointer: &str, tag: Option<&str>, lenient: bool) {
        let mut members: Vec<(&String, &Value)> =
            schema.get("properties").and_then(Value::as_object).into_iter().flatten().collect();
        members.sort_by_key(|(name, _)| *name);
        for (name, member) in members {
            let Some(value) = value.get(name) else {
                continue;
            };
            self.members.push(std::ptr::from_ref(member));
            let pointer = format!("{pointer}/{}", escape(name));
            let required = is_required(schema, name);
            if tag == Some(name) {
                // The tag must be there whatever the variant says; another one is an unknown variant, kept as it came.
                let mut changes = Changes::new(lenient);
                changes.fails("DNBIAO");
                changes.decodes("v");
                self.push(&pointer, changes);
            } else if required && constant(member).is_some() {
                let mut changes = Changes::new(lenient);
                changes.fails("DNBIAO");
                // In a union without a tag, constants tell variants apart; elsewhere they must be there, but another value is
                // none of our business: what comes back is the documented one.
                if lenient {
                    changes.open("v");
                } else {
                    changes.decodes("c");
                }
                self.push(&pointer, changes);
            } else {
                let holder = if required { Holder::Required } else { Holder::Optional };
                self.value(member, value, &pointer, holder, lenient);
            }
        }
        for (name, value, values) in extra_members(schema, value) {
            self.value(values, value, &format!("{pointer}/{}", escape(name)), Holder::Nothing, lenient);
        }
    }

    fn push(&mut self, pointer: &str, changes: Changes) {
        if !changes.text.is_empty() {
            self.places.push(Place { pointer: pointer.to_owned(), changes: changes.text });
        }
    }
}

/// The kinds of JSON that a value's schema does not have: text (`s`), boolean (`b`), integer (`i`), list (`a`) and object (`o`).
fn other_kinds(schema: &Value, value: &Value) -> String {
    let own = match (text(schema, "type"), text(schema, "format")) {
        // An exact decimal is read from a number as well, although the vendor documents a text.
        ("string", "decimal") => "si",
        ("string", _) => "s",
        ("integer" | "number", _) => "i",
        ("boolean", _) => "b",
        ("array", _) => "a",
        ("object", _) => "o",
        // Where every value will do, any but the present one's.
        _ => match value {
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
fn own_changes(schema: &Value, value: &Value, changes: &mut Changes) {
    let limit = |key: &str| schema.get(key).and_then(Value::as_i64);
    match value {
        Value::String(_) | Value::Bool(_) if schema.get("enum").is_some() => changes.decodes("v"),
        Value::String(_) => match (text(schema, "type"), text(schema, "format")) {
            // The formats that decide a Rust type: a text that is not of theirs cannot be held.
            ("string", "date" | "date-time" | "decimal") => changes.fails("F"),
            (_, format) => {
                if matches!(format, "uuid" | "email" | "uri" | "utc-date-time")
                    || is_broken_by_new_value(text(schema, "pattern"))
                {
                    changes.decodes("p");
                }
                if let Some(length) = limit("maxLength") {
                    changes.decodes(&format!("l{length}"));
                }
            }
        },
        Value::Number(_) => {
            if let Some(most) = limit("maximum") {
                changes.decodes(&format!("m{}", most.saturating_add(1)));
            }
            if let Some(least) = limit("minimum") {
                changes.decodes(&format!("m{}", least.saturating_sub(1)));
            }
        }
        Value::Array(items) if !items.is_empty() => {
            if limit("minItems").is_some_and(|least| least > 0) {
                changes.decodes("z");
            }
            if let Some(most) = limit("maxItems") {
                changes.decodes(&format!("r{most}"));
            }
        }
        _ => {}
    }
}

/// What the engine puts in the place of a text.
const NEW_VALUE: &str = "mutant";

fn is_broken_by_new_value(pattern: &str) -> bool {
    !pattern.is_empty() && Pattern::new(pattern).is_ok_and(|pattern| !pattern.is_match(NEW_VALUE))
}

/// A member that nobody documented: ignored (`u`), kept (`k`), or, in a map, an entry like the others (`e`).
fn members_beyond(schema: &Value, component: bool, is_empty: bool, changes: &mut Changes) {
    if map_values(schema).is_some() {
        // An entry has the type of the map's values, so one that is there already is taken again under another key.
        changes.decodes(if is_empty { "" } else { "e" });
    } else if schema.get("additionalProperties").is_some_and(Value::is_object) {
        // A member beyond the documented ones has their type: those that are there are changed instead.
    } else if schema.get("additionalProperties") == Some(&Value::Bool(true))
        || (!component && text(schema, "type") == "object" && schema.get("properties").is_none())
    {
        changes.decodes("k");
    } else {
        changes.decodes("u");
    }
}

/// Changes being collected.
struct Changes {
    text: String,
    lenient: bool,
}

impl Changes {
    fn new(lenient: bool) -> Self {
        Self { text: String::new(), lenient }
    }

    fn decodes(&mut self, changes: &str) {
        self.text.push_str(changes);
    }

    /// Errors, save within a union without a tag: there the value becomes another variant, or is kept as it came.
    fn fails(&mut self, changes: &str) {
        if self.lenient {
            self.open(&changes.to_lowercase());
        } else {
            self.text.push_str(changes);
        }
    }

    fn open(&mut self, changes: &str) {
        for change in changes.chars() {
            // Writing to a string cannot fail.
            let _ = write!(self.text, "{change}?");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::places;

    /// The places of an answer, a line each.
    fn table(schemas: &Value, answer: &Value) -> Vec<String> {
        let document = json!({ "components": { "schemas": schemas } });
        let (places, _) = places(&document, &document["components"]["schemas"]["Answer"], answer);
        places.into_iter().map(|place| format!("{} {}", place.pointer, place.changes)).collect()
    }

    #[test]
    fn members_are_changed_by_what_their_object_says_of_them() {
        let schemas = json!({
            "Answer": {
                "type": "object",
                "required": ["kind", "needed", "cleared"],
                "properties": {
                    "cleared": { "type": "integer", "nullable": true, "maximum": 9 },
                    "colour": { "type": "string", "enum": ["red", "blue"] },
                    "day": { "type": "string", "format": "date" },
                    "fee": { "type": "string", "format": "decimal" },
                    "kind": { "type": "string", "enum": ["answer"] },
                    "needed": { "type": "string", "maxLength": 9, "pattern": "^[A-Z]+$" },
                    "whatever": {},
                },
            },
        });
        let answer = json!({
            "kind": "answer", "needed": "A", "cleared": 1, "day": "2024-02-29", "fee": "1.50", "colour": "red", "whatever": [1],
        });
        assert_eq!(
            table(&schemas, &answer),
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
        let open = json!({ "Answer": { "type": "object", "additionalProperties": true, "properties": {} } });
        assert_eq!(table(&open, &json!({ "beyond": 1 })), [" NSBIAk"]);
        let map = json!({ "Answer": { "type": "object", "additionalProperties": {
            "type": "array", "minItems": 1, "maxItems": 4, "items": { "type": "boolean" } } } });
        assert_eq!(table(&map, &json!({ "a/b": [true] })), [" NSBIAe", "/a~1b NSBIOzr4", "/a~1b/0 NSIAO"]);
        assert_eq!(table(&map, &json!({})), [" NSBIA"]);
    }

    #[test]
    fn a_tag_is_needed_and_may_be_new() {
        let schemas = json!({
            "Answer": {
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
    fn nothing_within_a_union_without_a_tag_is_an_error() {
        let schemas = json!({
            "Answer": { "anyOf": [{ "$ref": "#/components/schemas/CatId" }, { "$ref": "#/components/schemas/Cat" }] },
            "CatId": { "type": "integer" },
            "Cat": {
                "type": "object",
                "required": ["kind", "lives"],
                "properties": { "kind": { "type": "string", "enum": ["cat"] }, "lives": { "type": "integer" } },
            },
        });
        assert_eq!(table(&schemas, &json!(7)), [" nsbao"]);
        assert_eq!(
            table(&schemas, &json!({ "kind": "cat", "lives": 9 })),
            [" nsbiau", "/kind d?n?b?i?a?o?v?", "/lives d?n?s?b?a?o?"]
        );
        assert_eq!(table(&schemas, &json!({ "kind": "dog", "lives": 1 })), [" nsbia"]);
    }
}
