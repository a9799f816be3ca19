//! Following of references where a document is not typed yet: in the nodes of its text, and in the JSON of the passes. Behind the
//! passes it is for `View` of the model.

use serde_json::Value;

use super::Node;

/// How references to component schemas begin.
pub(crate) const COMPONENT_PREFIX: &str = "#/components/schemas/";

/// How many references may stand behind each other; the linter refuses fewer than this already.
pub(crate) const MAX_REFERENCES: usize = 32;

/// What nodes and JSON have in common.
pub(crate) trait Tree: Sized {
    /// The value under a key of a mapping.
    fn entry_of(&self, key: &str) -> Option<&Self>;
    /// The items of a list.
    fn list(&self) -> Option<&[Self]>;
    /// The text.
    fn text(&self) -> Option<&str>;
    /// What a JSON pointer leads to.
    fn at_pointer(&self, pointer: &str) -> Option<&Self>;
}

impl Tree for Node {
    fn entry_of(&self, key: &str) -> Option<&Self> {
        self.get(key)
    }

    fn list(&self) -> Option<&[Self]> {
        self.as_sequence()
    }

    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn at_pointer(&self, pointer: &str) -> Option<&Self> {
        self.at(pointer)
    }
}

impl Tree for Value {
    fn entry_of(&self, key: &str) -> Option<&Self> {
        self.get(key)
    }

    fn list(&self) -> Option<&[Self]> {
        self.as_array().map(Vec::as_slice)
    }

    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn at_pointer(&self, pointer: &str) -> Option<&Self> {
        self.pointer(pointer)
    }
}

/// The `$ref` of a node, where it is one.
pub(crate) fn reference<T: Tree>(node: &T) -> Option<&str> {
    node.entry_of("$ref")?.text()
}

/// The end of a chain of references; `None` when it leads nowhere or round in a circle.
pub(crate) fn follow<'d, T: Tree>(document: &'d T, node: &'d T) -> Option<&'d T> {
    let mut node = node;
    for _ in 0..MAX_REFERENCES {
        match node.entry_of("$ref") {
            None => return Some(node),
            Some(reference) => node = document.at_pointer(reference.text()?.strip_prefix('#')?)?,
        }
    }
    None
}

/// The only part of an `allOf`, which is how something is said beside a reference.
pub(crate) fn only_part<T: Tree>(node: &T) -> Option<&T> {
    match node.entry_of("allOf")?.list()? {
        [only] => Some(only),
        _ => None,
    }
}
