//! What prose names: a name in backticks that nothing has any longer leads a reader astray.

use std::collections::BTreeSet;

use super::{context::Context, report::Report};
use crate::spec::{Document, Finding, Node, NodeValue, pointer::join};

/// The keys whose texts are prose.
const PROSE: [&str; 2] = ["description", "summary"];

/// Rule `unknown-name`: prose in the document and in `vendor.toml` names operations that there are.
pub(super) fn check(context: &Context<'_>, settings: Option<&Document>, report: &mut Report<'_>) {
    let documents: Vec<&Document> = std::iter::once(context.document).chain(settings).collect();
    let mut known = BTreeSet::new();
    for document in &documents {
        collect_names(&document.root, &mut known);
    }
    let operations = || context.operations.iter().filter_map(|operation| operation.node.get("operationId")?.as_str());
    let verbs = operations().filter_map(|operation| Some(operation.split_once('_')?.0)).collect();
    for document in documents {
        let mut unknown = Vec::new();
        walk(&document.root, "", &|name| is_operation(name, &verbs) && !known.contains(name), &mut unknown);
        for (node, pointer, name) in unknown {
            let help = match report.nearest(name, operations()) {
                Some(near) => format!("Write `{near}`, or leave the backticks off what is no name."),
                None => "Name what there is, or leave the backticks off what is no name.".to_owned(),
            };
            let message = format!("the text names `{name}`, but there is no such operation, member or value");
            report.other(Finding::new("unknown-name", &document.file.path, node.span, &pointer, message, help));
        }
    }
}

/// The names in prose that nothing has, each with its place.
fn walk<'d>(
    node: &'d Node,
    pointer: &str,
    is_unknown: &dyn Fn(&str) -> bool,
    unknown: &mut Vec<(&'d Node, String, &'d str)>,
) {
    match &node.value {
        NodeValue::Mapping(entries) => {
            for entry in entries {
                let pointer = join(pointer, &entry.key);
                match entry.value.as_str() {
                    Some(text) if PROSE.contains(&entry.key.as_str()) => {
                        let names = code_spans(text).filter(|name| is_unknown(name));
                        unknown.extend(names.map(|name| (&entry.value, pointer.clone(), name)));
                    }
                    _ => walk(&entry.value, &pointer, is_unknown, unknown),
                }
            }
        }
        NodeValue::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &join(pointer, &index.to_string()), is_unknown, unknown);
            }
        }
        _ => {}
    }
}

/// Everything that is called something: keys, and words of texts that are no prose, such as values, paths and headers.
fn collect_names<'d>(node: &'d Node, names: &mut BTreeSet<&'d str>) {
    match &node.value {
        NodeValue::Mapping(entries) => {
            for entry in entries {
                names.insert(entry.key.as_str());
                if entry.value.as_str().is_none() || !PROSE.contains(&entry.key.as_str()) {
                    collect_names(&entry.value, names);
                }
            }
        }
        NodeValue::Sequence(items) => items.iter().for_each(|item| collect_names(item, names)),
        NodeValue::String(text) => {
            names.extend(text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_'));
        }
        _ => {}
    }
}

/// What lies between pairs of backticks.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a code span is written as the document's operations are: words in lower case joined by `_`, the first of which is the
/// verb of an operation. Values that a vendor may send are written alike, but seldom with such a verb.
fn is_operation(span: &str, verbs: &BTreeSet<&str>) -> bool {
    span.split_once('_').is_some_and(|(verb, _)| verbs.contains(verb))
        && span.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
