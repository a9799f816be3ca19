//! What a schema says of a value at one place, with references followed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::passes::resolve;

/// A schema with its references followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape<'d> {
    /// The schema at the end of all references.
    pub(super) schema: &'d Value,
    /// Whether it, or a reference on the way, allows null.
    pub(super) nullable: bool,
    /// Whether it, or a reference on the way, is marked as sensitive.
    pub(super) sensitive: bool,
    /// The name of the component that it is; `None` when it is written in place.
    pub(super) name: Option<&'d str>,
}

/// Follows the references of a schema: its own, and those that stand alone in an `allOf`.
pub(super) fn shape<'d>(document: &'d Value, schema: &'d Value) -> Shape<'d> {
    let mut shape = Shape { schema, nullable: false, sensitive: false, name: None };
    // As many as the contract follows.
    for _ in 0..32 {
        let flag = |key: &str| shape.schema.get(key).and_then(Value::as_bool).unwrap_or_default();
        shape.nullable |= flag("nullable");
        shape.sensitive |= flag("x-sensitive");
        let next = match shape.schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => only,
            _ => shape.schema,
        };
        let is_reference = next.get("$ref").is_some();
        let Some(target) = (if is_reference { one_step(document, next) } else { Some(next) }) else {
            return shape;
        };
        if std::ptr::eq(target, shape.schema) {
            return shape;
        }
        if let Some(reference) = next.get("$ref").and_then(Value::as_str) {
            shape.name = reference.rsplit('/').next();
        }
        shape.schema = target;
    }
    shape
}

/// What a reference points at, which may be a reference again.
fn one_step<'d>(document: &'d Value, node: &'d Value) -> Option<&'d Value> {
    document.pointer(node.get("$ref")?.as_str()?.strip_prefix('#')?).or_else(|| resolve(document, node))
}

pub(super) fn text<'d>(schema: &'d Value, key: &str) -> &'d str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The schema of a map's values.
pub(super) fn map_values(schema: &Value) -> Option<&Value> {
    schema.get("additionalProperties").filter(|values| values.is_object() && schema.get("properties").is_none())
}

/// The members of a value that have no name in its schema, where that says what they are: name, value and schema.
pub(super) fn extra_members<'d, 'v>(
    schema: &'d Value,
    value: &'v Value,
) -> impl Iterator<Item = (&'v String, &'v Value, &'d Value)> {
    let values = schema.get("additionalProperties").filter(|values| values.is_object());
    let members = value.as_object().into_iter().flatten();
    let extra = members.filter(|(name, _)| schema.get("properties").is_none_or(|members| members.get(*name).is_none()));
    extra.filter_map(move |(name, value)| Some((name, value, values?)))
}

/// The variants of a union.
pub(super) fn variants(schema: &Value) -> Option<&[Value]> {
    schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array).map(Vec::as_slice)
}

/// The member that tells a union's variants apart.
pub(super) fn tag(schema: &Value) -> Option<&str> {
    schema.get("discriminator")?.get("propertyName")?.as_str()
}

/// The variant of a tagged union that a value's tag names.
pub(super) fn tagged_variant<'d>(document: &'d Value, schema: &'d Value, value: &Value) -> Option<&'d Value> {
    let wire = value.get(tag(schema)?)?.as_str()?;
    let reference = schema["discriminator"]["mapping"].get(wire)?.as_str()?;
    document.pointer(reference.strip_prefix('#')?)
}

/// The members that an object has to have.
pub(super) fn required_names(schema: &Value) -> BTreeSet<&str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The one value of a member that has no other.
pub(super) fn constant(member: &Value) -> Option<&Value> {
    match member.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only @ Value::String(_)]) => Some(only),
        _ => None,
    }
}
