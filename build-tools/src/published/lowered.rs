//! A schema of the curated dialect in the making, and what is wanted of it.

use super::make::{Made, list_at};
use crate::spec::{COMPONENT_PREFIX, Node, Span};

/// What stands where the document describes nothing.
pub(super) const NOT_DESCRIBED: &str = "Not described.";

/// Which way a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    Sent,
    Read,
}

/// What a schema is wanted for.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// The name of the component, if it becomes one and has no name in the document.
    pub(super) name: String,
    /// Where it is, for a person.
    pub(super) place: String,
    pub(super) direction: Direction,
    /// Whether it is the item of a list or the value of a map that is written in place.
    pub(super) in_collection: bool,
    /// Whether it is a member, which may be a constant.
    pub(super) is_member: bool,
}

impl Wish {
    pub(super) fn new(name: String, place: String, direction: Direction) -> Self {
        Self { name, place, direction, in_collection: false, is_member: false }
    }

    pub(super) fn inner(&self, name: String, place: String) -> Self {
        Self { name, place, in_collection: false, is_member: false, direction: self.direction }
    }
}

/// What a schema of the curated dialect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Anything,
    Scalar,
    Text,
    Constant,
    List,
    Map,
    /// An object with whatever members.
    Open,
    Object,
    Enumeration,
    Union,
    /// A list or a map that is a component.
    Collection,
}

impl Kind {
    /// Whether it is a text, a number or a boolean.
    pub(super) fn is_scalar(self) -> bool {
        matches!(self, Self::Scalar | Self::Text | Self::Constant | Self::Enumeration)
    }
}

/// A schema of the curated dialect, without description and null.
pub(super) struct Lowered {
    pub(super) kind: Kind,
    /// The component, where it is one.
    pub(super) component: Option<String>,
    /// What the items of a list are; none where null is among them.
    pub(super) items: Option<Kind>,
    pub(super) made: Made,
    pub(super) nullable: bool,
    pub(super) span: Span,
}

impl Lowered {
    pub(super) fn new(kind: Kind, made: Made, span: Span) -> Self {
        Self { kind, component: None, items: None, made, nullable: false, span }
    }

    /// The schema as it is written where it is used.
    pub(super) fn node(self, description: Option<&str>) -> Node {
        let Self { kind, component, made, nullable, span, .. } = self;
        let nullable = nullable && !matches!(kind, Kind::Anything | Kind::Constant);
        let mut made = match component {
            Some(name) => {
                let reference = Made::at(span).text("$ref", &format!("{COMPONENT_PREFIX}{name}"));
                if description.is_none() && !nullable {
                    return reference.node();
                }
                Made::at(span).with("allOf", list_at(span, vec![reference.node()]))
            }
            None => made,
        };
        if nullable {
            made = made.flag("nullable", true);
        }
        match description {
            Some(text) => made.text("description", text).node(),
            None => made.node(),
        }
    }

    /// Whether it is a list of texts, numbers or booleans.
    pub(super) fn is_list_of_scalars(&self) -> bool {
        self.kind == Kind::List && self.items.is_some_and(Kind::is_scalar)
    }

    /// The `type` of what is written in place.
    pub(super) fn made_type(&self) -> Option<&str> {
        self.made.text_of("type")
    }
}

pub(super) fn anything(span: Span) -> Lowered {
    Lowered::new(Kind::Anything, Made::at(span), span)
}

pub(super) fn named(name: String, kind: Kind, span: Span) -> Lowered {
    let mut lowered = Lowered::new(kind, Made::at(span), span);
    lowered.component = Some(name);
    lowered
}

/// What the schemas say about what they are for.
pub(super) fn described(nodes: &[&Node]) -> String {
    let given =
        |key: &str| nodes.iter().filter_map(|node| node.get(key)?.as_str()).find(|text| !text.trim().is_empty());
    given("description").or_else(|| given("title")).unwrap_or(NOT_DESCRIBED).to_owned()
}

/// A text of the document, or its beginning.
pub(super) fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

/// The entries of a mapping.
pub(super) fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node)> {
    node.and_then(Node::as_mapping).unwrap_or_default().iter().map(|entry| (entry.key.as_str(), &entry.value))
}
