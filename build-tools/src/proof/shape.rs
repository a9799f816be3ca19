//! What the document says of a value at one place, with references followed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{Category, View};

/// A schema with its references followed.
#[derive(Clone, Debug)]
pub(super) struct Followed<'m> {
    /// The schema at the end of all references.
    pub(super) schema: View<'m>,
    /// Whether it, or a reference on the way, allows null.
    pub(super) nullable: bool,
    /// Whether it, or a reference on the way, is marked as sensitive.
    pub(super) sensitive: bool,
    /// The name of the component that it is; `None` when it is written in place.
    pub(super) component: Option<&'m str>,
}

/// Follows the references of a schema: its own, and those that stand alone in an `allOf`.
pub(super) fn followed<'m>(schema: &View<'m>) -> Followed<'m> {
    let mut followed = Followed { schema: schema.clone(), nullable: false, sensitive: false, component: None };
    let mut next = None;
    for view in schema.way() {
        followed.nullable |= view.nullable_here();
        followed.sensitive |= view.sensitive_here();
        followed.component = next;
        next = view.component_name();
        followed.schema = view;
    }
    followed
}

/// Whether a schema is a union of which no member tells the variants apart.
pub(super) fn is_untagged(schema: &View<'_>) -> bool {
    schema.category() == Category::Union && schema.tag().is_none()
}

/// The variant of a tagged union that a value's tag names, and the component that it is.
pub(super) fn tagged_variant<'m>(union: &View<'m>, value: &Value) -> Option<(&'m str, View<'m>)> {
    union.tagged_variant(value.get(union.tag()?)?.as_str()?)
}

/// The members of an object in the order of their names, each with whether it must be there.
pub(super) fn members<'m>(object: &View<'m>) -> Vec<(&'m str, View<'m>, bool)> {
    let required: BTreeSet<&str> = object.required().into_iter().collect();
    let mut members: Vec<_> =
        object.properties().into_iter().map(|(name, member)| (name, member, required.contains(name))).collect();
    members.sort_by_key(|(name, ..)| *name);
    members
}
