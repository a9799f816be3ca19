//! The list of a document's operations, which the client calls, and of its webhooks, which the vendor calls.

use super::{document::Document, node::Node, paths::METHODS, pointer};

/// One operation, or one webhook.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OperationEntry {
    /// JSON pointer of the operation object.
    pub pointer: String,
    /// The method as the document writes it, in lower case.
    pub method: String,
    /// The path template; for a webhook, its name.
    pub path: String,
    /// The `operationId`, unless it is missing.
    pub operation_id: Option<String>,
    /// The first tag, unless there is none.
    pub tag: Option<String>,
    /// Whether the vendor makes this call and the client receives it.
    pub webhook: bool,
}

/// Every operation and every webhook, in the order of the document.
pub fn operations(document: &Document) -> Vec<OperationEntry> {
    let mut entries = Vec::new();
    for (section, webhook) in [("paths", false), ("x-webhooks", true)] {
        let paths = document.root.get(section).and_then(Node::as_mapping).unwrap_or_default();
        for path in paths {
            let path_pointer = pointer::join(&pointer::join("", section), &path.key);
            for method in path.value.as_mapping().unwrap_or_default() {
                if !METHODS.contains(&method.key.as_str()) {
                    continue;
                }
                let text = |node: Option<&Node>| node.and_then(Node::as_str).map(str::to_owned);
                entries.push(OperationEntry {
                    pointer: pointer::join(&path_pointer, &method.key),
                    method: method.key.clone(),
                    path: path.key.clone(),
                    operation_id: text(method.value.get("operationId")),
                    tag: text(method.value.at("/tags/0")),
                    webhook,
                });
            }
        }
    }
    entries
}
