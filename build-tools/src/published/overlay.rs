//! Corrections of a published document: an `OpenAPI` Overlay beside it, applied before the document is curated.
//!
//! The document stays as its vendor publishes it, so that a new edition can take its place; the overlay says what is wrong with it, action
//! by action. An action has done its work when it changed something. One that changed nothing, selects nothing or something else than
//! it was written for is an error, so that no correction outlives its reason unseen.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serde_json_path::{JsonPath, NormalizedPath};

use crate::spec::{
    Document, Entry, Finding, Mapping, Node, NodeValue, SourceFile, Span, join_pointer, parse_yaml, split_pointer,
    unescape,
};

/// The longest `JSONPath`, in bytes.
const MAX_PATH: usize = 1000;
/// How deep brackets and parentheses of a `JSONPath` may be within each other: its parser is recursive.
const MAX_DEPTH: usize = 16;
/// How much of a value a message shows, in characters.
const MAX_SHOWN: usize = 200;

/// Applies an overlay to the tree of a published document. What comes in keeps the place of what it comes into.
///
/// # Errors
///
/// Everything that is wrong with the overlay, or that its actions do not do.
pub(crate) fn overlay(root: &mut Node, published: &SourceFile, overlay: &SourceFile) -> Result<(), Vec<Finding>> {
    let document = Document { file: overlay.clone(), root: parse_yaml(overlay)? };
    let mut findings = Vec::new();
    let actions = read(&document, &mut findings);
    if findings.is_empty() {
        let mut json = root.to_json();
        for action in &actions {
            if let Err(finding) = action.apply(root, &mut json, published) {
                findings.push(*finding);
            }
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// One action of an overlay.
struct Action<'d> {
    document: &'d Document,
    /// Its place in the overlay.
    pointer: String,
    target: JsonPath,
    change: Change<'d>,
    /// How many places it is for.
    count: Option<u64>,
    /// What stood there when it was written.
    old: Option<Value>,
    /// The version of the vendor's document that is expected to be right.
    until: Option<&'d str>,
}

/// What an action does.
enum Change<'d> {
    Update(&'d Node),
    Copy(JsonPath),
    Remove,
}

/// Reads the actions, and says what is wrong with their form.
fn read<'d>(document: &'d Document, findings: &mut Vec<Finding>) -> Vec<Action<'d>> {
    let root = &document.root;
    let mut wrong = |pointer: &str, message: &str, help: &str| {
        findings.push(document.finding("overlay-form", pointer, message.to_owned(), help.to_owned()));
    };
    let version = root.get("overlay").and_then(Node::as_str).unwrap_or_default();
    if !["1.0.", "1.1.", "1.2."].iter().any(|known| version.starts_with(known)) {
        wrong("/overlay", "this is no Overlay 1.0, 1.1 or 1.2", "Begin with `overlay: 1.1.0`.");
    }
    for key in ["title", "version"] {
        if root.get("info").and_then(|info| info.get(key)).and_then(Node::as_str).is_none() {
            wrong("/info", &format!("`info` has no `{key}` that is text"), "Write `info: {title: …, version: '1'}`.");
        }
    }
    for entry in root.as_mapping().unwrap_or_default() {
        let known = ["overlay", "info", "extends", "actions"].contains(&entry.key.as_str());
        if !known && !entry.key.starts_with("x-") {
            wrong(&join_pointer("", &entry.key), "an overlay does not have this key", "Remove it.");
        }
    }
    let nodes = root.get("actions").and_then(Node::as_sequence).unwrap_or_default();
    if nodes.is_empty() {
        wrong("/actions", "the overlay has no actions", "Write a list of actions, or remove the overlay.");
    }
    let mut actions = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let pointer = format!("/actions/{index}");
        match action(document, node, &pointer) {
            Ok(action) => actions.push(action),
            Err((key, message)) => {
                let help = "An action has a `target` and one of `update`, `copy` and `remove: true`.";
                wrong(&if key.is_empty() { pointer } else { join_pointer(&pointer, key) }, &message, help);
            }
        }
    }
    actions
}

/// The keys of an action.
const KNOWN: [&str; 5] = ["target", "description", "update", "copy", "remove"];

/// One action, or the key that is wrong with it and why.
fn action<'d>(document: &'d Document, node: &'d Node, place: &str) -> Result<Action<'d>, (&'static str, String)> {
    let entries = node.as_mapping().ok_or_else(|| ("", "an action is a mapping".to_owned()))?;
    if let Some(entry) = entries.iter().find(|entry| !KNOWN.contains(&&*entry.key) && !entry.key.starts_with("x-")) {
        return Err(("", format!("an action does not have the key `{}`", entry.key)));
    }
    let target = path(node, "target")?.ok_or_else(|| ("", "the action has no `target`".to_owned()))?;
    let removes = match node.get("remove") {
        None => false,
        Some(remove) => remove.as_bool().ok_or_else(|| ("remove", "`remove` is true or false".to_owned()))?,
    };
    let changes = [node.get("update").map(Change::Update), path(node, "copy")?.map(Change::Copy)];
    let mut changes = changes.into_iter().flatten().chain(removes.then_some(Change::Remove));
    let (Some(change), None) = (changes.next(), changes.next()) else {
        return Err(("", "the action does nothing, or several things".to_owned()));
    };
    let guard = node.get("x-guard");
    let of_guard = |key: &str| guard.and_then(|guard| guard.get(key));
    for entry in guard.and_then(Node::as_mapping).unwrap_or_default() {
        if !["count", "old", "until"].contains(&entry.key.as_str()) {
            return Err(("x-guard", format!("a guard has `count`, `old` and `until`, and no `{}`", entry.key)));
        }
    }
    let count = match of_guard("count") {
        None => None,
        Some(count) => {
            let count = count.as_number().and_then(serde_json::Number::as_u64);
            Some(count.ok_or_else(|| ("x-guard", "`count` is a whole number".to_owned()))?)
        }
    };
    let until = match of_guard("until") {
        None => None,
        Some(until) => Some(until.as_str().ok_or_else(|| ("x-guard", "`until` is a version, as text".to_owned()))?),
    };
    let old = of_guard("old").map(Node::to_json);
    Ok(Action { document, pointer: place.to_owned(), target, change, count, old, until })
}

/// The `JSONPath` under a key.
fn path(node: &Node, key: &'static str) -> Result<Option<JsonPath>, (&'static str, String)> {
    let Some(value) = node.get(key) else { return Ok(None) };
    let text = value.as_str().ok_or_else(|| (key, format!("`{key}` is a JSONPath, as text")))?;
    let mut depth = 0usize;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'[' | b'(' | b'!' => depth += 1,
            b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if text.len() > MAX_PATH || deepest > MAX_DEPTH {
        return Err((key, format!("a JSONPath has up to {MAX_PATH} bytes and {MAX_DEPTH} brackets within each other")));
    }
    JsonPath::parse(text).map(Some).map_err(|error| (key, format!("this is no JSONPath (RFC 9535): {error}")))
}

impl Action<'_> {
    fn finding(&self, rule: &'static str, message: String, help: &str) -> Box<Finding> {
        Box::new(self.document.finding(rule, &format!("{}/target", self.pointer), message, help.to_owned()))
    }

    /// Does what it says, or says why that is not what was meant. `json` is what the paths are looked for in: the same as the tree, and
    /// made anew only where that has changed.
    fn apply(&self, root: &mut Node, json: &mut Value, published: &SourceFile) -> Result<(), Box<Finding>> {
        let version = root.get("info").and_then(|info| info.get("version")).map(Node::to_json);
        let version = version.map(|version| version.as_str().map_or_else(|| version.to_string(), str::to_owned));
        if let (Some(until), Some(version)) = (self.until, &version)
            && compare_versions(version, until) != Ordering::Less
        {
            let message =
                format!("the correction was for versions before `{until}`, and the document is of `{version}`");
            return Err(self.finding("overlay-expired", message, "Delete the action, or move `until` on."));
        }
        let places = places(&self.target, json);
        let Some(first) = places.first() else {
            let help = "Look whether the vendor has renamed or removed it, and delete the action or mend its `target`.";
            return Err(self.finding("overlay-no-match", "nothing in the document is selected".to_owned(), help));
        };
        let line_of = |root: &Node, place: &str| {
            format!("{}, line {}", published.path, root.at(place).map_or(1, |node| node.span.line))
        };
        if let Some(count) = self.count
            && u64::try_from(places.len()).unwrap_or(u64::MAX) != count
        {
            let message = format!(
                "{} places are selected where {count} were when this was written, the first in {}",
                places.len(),
                line_of(root, first)
            );
            let help = "Narrow the `target`, or look at the new places and write their number into `x-guard`.";
            return Err(self.finding("overlay-over-match", message, help));
        }
        if let Some(old) = &self.old {
            let differing = places.iter().find_map(|place| {
                let found = json.pointer(place)?;
                (!holds(found, old)).then_some((place, found))
            });
            if let Some((place, found)) = differing {
                let message = format!(
                    "the vendor has changed this ({}): was {}, is {}, and would become {}",
                    line_of(root, place),
                    shown(old),
                    shown(found),
                    match &self.change {
                        Change::Update(update) => shown(&update.to_json()),
                        Change::Copy(_) => "a copy of something else".to_owned(),
                        Change::Remove => "nothing".to_owned(),
                    }
                );
                let help =
                    "Look whether the correction is still right, and write what stands there now into `x-guard`.";
                return Err(self.finding("overlay-drifted", message, help));
            }
        }
        let copied;
        let update = match &self.change {
            Change::Remove => {
                // What lies deeper first, so that every place is still where it was.
                for (parent, keys) in by_parent(&places).into_iter().rev() {
                    at(root, parent, &mut |node| remove(node, &keys));
                    made_anew(json, root, parent);
                }
                return Ok(());
            }
            Change::Update(update) => *update,
            Change::Copy(from) => {
                let from = self::places(from, json);
                let [only] = from.as_slice() else {
                    let message = format!("`copy` selects {} places, and one can be copied", from.len());
                    return Err(self.finding("overlay-form", message, "Let it select what is to be copied."));
                };
                copied = root.at(only).cloned();
                let Some(copied) = &copied else { return Ok(()) };
                copied
            }
        };
        let mut has_changed = false;
        for place in &places {
            let mut outcome = Ok(false);
            at(root, place, &mut |node| outcome = merge_into(node, update));
            made_anew(json, root, place);
            has_changed |= outcome.map_err(|(has, gets)| {
                let message = format!("{has} cannot become {gets} ({})", line_of(root, place));
                self.finding("overlay-form", message, "Remove it by an action of its own first.")
            })?;
        }
        if has_changed {
            return Ok(());
        }
        let message = format!("the document says so already ({})", line_of(root, first));
        Err(self.finding("overlay-already-so", message, "Delete the action: the vendor has corrected it."))
    }
}

/// Makes the JSON of a place equal to the tree again.
fn made_anew(json: &mut Value, root: &Node, place: &str) {
    if let (Some(json), Some(node)) = (json.pointer_mut(place), root.at(place)) {
        *json = node.to_json();
    }
}

/// The places that a path selects, as JSON pointers, each once.
fn places(path: &JsonPath, json: &Value) -> Vec<String> {
    let distinct: BTreeSet<String> =
        path.query_located(json).locations().map(NormalizedPath::to_json_pointer).collect();
    distinct.into_iter().collect()
}

/// Whether a value is as expected, where objects may have more members.
fn holds(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(name, expected)| found.get(name).is_some_and(|found| holds(found, expected)))
        }
        _ => found == expected,
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

/// Does something to the node at a place.
fn at(node: &mut Node, place: &str, work: &mut dyn FnMut(&mut Node)) {
    let keys: Vec<String> = split_pointer(place).into_iter().flatten().collect();
    at_keys(node, &keys, work);
}

fn at_keys(node: &mut Node, keys: &[String], work: &mut dyn FnMut(&mut Node)) {
    let Some((key, rest)) = keys.split_first() else { return work(node) };
    match &mut node.value {
        NodeValue::Sequence(items) => {
            if let Some(item) = key.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                at_keys(item, rest, work);
            }
        }
        NodeValue::Mapping(mapping) => {
            if let Some(value) = mapping.value_mut(key) {
                at_keys(value, rest, work);
            }
        }
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::String(_) => {}
    }
}

/// The keys of places by the pointers of what they lie in. That of the whole document lies in itself, and has none.
fn by_parent(places: &[String]) -> BTreeMap<&str, BTreeSet<String>> {
    let mut by_parent: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for place in places {
        let (parent, key) = place.rsplit_once('/').map_or(("", None), |(parent, key)| (parent, Some(key)));
        by_parent.entry(parent).or_default().extend(key.map(unescape));
    }
    by_parent
}

/// Removes entries or items; without any, all of it.
fn remove(node: &mut Node, keys: &BTreeSet<String>) {
    if keys.is_empty() {
        node.value = NodeValue::Null;
    }
    match &mut node.value {
        NodeValue::Sequence(items) => {
            let mut index = 0;
            items.retain(|_| {
                index += 1;
                !keys.contains(&(index - 1).to_string())
            });
        }
        NodeValue::Mapping(mapping) => {
            let entries = std::mem::take(mapping).into_entries();
            *mapping = Mapping::new(entries.into_iter().filter(|entry| !keys.contains(&entry.key)).collect());
        }
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::String(_) => {}
    }
}

/// Merges an update into what an action selects, and says whether that changed anything, or which kinds do not go together. A list
/// that is selected gets one more item.
fn merge_into(node: &mut Node, update: &Node) -> Result<bool, (&'static str, &'static str)> {
    match &mut node.value {
        NodeValue::Sequence(items) => Ok(append(items, update, node.span)),
        _ => merge(node, update),
    }
}

fn merge(node: &mut Node, update: &Node) -> Result<bool, (&'static str, &'static str)> {
    let span = node.span;
    let kinds = (node.kind_name(), update.kind_name());
    match (&mut node.value, &update.value) {
        (NodeValue::Mapping(mapping), NodeValue::Mapping(updates)) => {
            let mut has_changed = false;
            let mut added = Vec::new();
            for Entry { key, value, .. } in updates {
                match mapping.value_mut(key) {
                    Some(own) => has_changed |= merge(own, value)?,
                    None => added.push(Entry { key: key.clone(), key_span: span, value: placed(value, span) }),
                }
            }
            if !added.is_empty() {
                has_changed = true;
                let mut entries = std::mem::take(mapping).into_entries();
                entries.extend(added);
                *mapping = Mapping::new(entries);
            }
            Ok(has_changed)
        }
        (NodeValue::Sequence(items), NodeValue::Sequence(updates)) => {
            let added = updates.iter().filter(|update| append(items, update, span)).count();
            Ok(added > 0)
        }
        (own, other) if !is_container(own) && !is_container(other) => {
            let has_changed = own != other;
            own.clone_from(other);
            Ok(has_changed)
        }
        _ => Err(kinds),
    }
}

/// Adds an item to a list, unless it is there: the lists of a document are sets.
fn append(items: &mut Vec<Node>, item: &Node, span: Span) -> bool {
    let json = item.to_json();
    let is_new = !items.iter().any(|known| known.to_json() == json);
    if is_new {
        items.push(placed(item, span));
    }
    is_new
}

fn is_container(value: &NodeValue) -> bool {
    matches!(value, NodeValue::Sequence(_) | NodeValue::Mapping(_))
}

/// A node of the overlay at a place of the document.
fn placed(node: &Node, span: Span) -> Node {
    let value = match &node.value {
        NodeValue::Sequence(items) => NodeValue::Sequence(items.iter().map(|item| placed(item, span)).collect()),
        NodeValue::Mapping(entries) => {
            let entry =
                |entry: &Entry| Entry { key: entry.key.clone(), key_span: span, value: placed(&entry.value, span) };
            NodeValue::Mapping(Mapping::new(entries.iter().map(entry).collect()))
        }
        scalar => scalar.clone(),
    };
    Node { value, span }
}

/// Compares versions part by part: numbers by their value, all else as text.
fn compare_versions(left: &str, right: &str) -> Ordering {
    let parts = |version: &str| -> Vec<(Option<u64>, String)> {
        let parts = version.trim_start_matches(['v', 'V']).split(['.', '-', '_', '+', ' ']);
        parts.map(|part| (part.parse().ok(), part.to_owned())).collect()
    };
    parts(left).cmp(&parts(right))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use serde_json::{Value, json};

    use super::{compare_versions, overlay};
    use crate::spec::{SourceFile, parse_yaml};

    /// What an overlay makes of a document, or the rules and lines of what is wrong with it.
    fn overlaid(document: &Value, actions: &str) -> Result<Value, Vec<(&'static str, usize)>> {
        let published = SourceFile::published("x", document.to_string());
        let mut root = parse_yaml(&published).expect("it is JSON");
        let text = format!("overlay: 1.1.0\ninfo: {{title: Corrections, version: '1'}}\nactions:\n{actions}");
        let file = SourceFile { path: "specs/x/overlay.yaml".to_owned(), text };
        match overlay(&mut root, &published, &file) {
            Ok(()) => Ok(root.to_json()),
            Err(findings) => Err(findings.iter().map(|finding| (finding.rule, finding.span.line)).collect()),
        }
    }

    fn document() -> Value {
        json!({
            "openapi": "3.0.3",
            "info": { "title": "Shop", "version": "2.10" },
            "tags": [{ "name": "a" }],
            "paths": {
                "/a": { "get": { "responses": { "200": { "description": "OK" }, "500": { "description": "No" } } } },
                "/b": { "get": { "responses": { "500": { "description": "No" } } } },
            },
        })
    }

    #[test]
    fn updates_are_merged_lists_get_items_and_texts_are_replaced() {
        let actions = "  - target: $.info\n    update: {license: {name: MIT}, version: '3'}\n\
                       \x20 - target: $.tags\n    update: {name: b}\n\
                       \x20 - target: $.paths['/a'].get.responses['200'].description\n    update: Fine\n\
                       \x20 - target: $\n    update: {tags: [{name: c}]}\n";
        let after = overlaid(&document(), actions).expect("it is applied");
        assert_eq!(after["info"], json!({ "title": "Shop", "version": "3", "license": { "name": "MIT" } }));
        assert_eq!(after["tags"], json!([{ "name": "a" }, { "name": "b" }, { "name": "c" }]));
        assert_eq!(after["paths"]["/a"]["get"]["responses"]["200"]["description"], "Fine");
    }

    #[test]
    fn what_is_selected_is_removed_and_copied() {
        let actions = "  - target: $.paths..responses['500']\n    remove: true\n    x-guard: {count: 2}\n\
                       \x20 - target: $.tags[?@.name == 'a']\n    remove: true\n\
                       \x20 - target: $.paths['/b'].get.responses\n    copy: $.paths['/a'].get.responses\n";
        let after = overlaid(&document(), actions).expect("it is applied");
        let responses = json!({ "200": { "description": "OK" } });
        assert_eq!(after["paths"]["/a"]["get"]["responses"], responses);
        assert_eq!(after["paths"]["/b"]["get"]["responses"], responses);
        assert_eq!(after["tags"], json!([]));
        let all =
            overlaid(&json!({ "a": (0..12).collect::<Vec<_>>() }), "  - target: $.a[1,11,0,10]\n    remove: true\n");
        assert_eq!(all, Ok(json!({ "a": [2, 3, 4, 5, 6, 7, 8, 9] })));
    }

    /// Each outcome but the first fails, at the line of its action.
    #[test]
    fn every_action_that_does_not_do_its_work_is_told() {
        for (action, rule) in [
            ("{target: $.info, update: {title: Shop}}", "overlay-already-so"),
            ("{target: $.tags, update: {name: a}}", "overlay-already-so"),
            ("{target: $.nothing, remove: true}", "overlay-no-match"),
            ("{target: $.info, update: {title: X}, x-guard: {old: {title: Store}}}", "overlay-drifted"),
            ("{target: $.paths.*.get, update: {deprecated: true}, x-guard: {count: 1}}", "overlay-over-match"),
            ("{target: $.info, update: {title: X}, x-guard: {until: '2.9'}}", "overlay-expired"),
            ("{target: $.info, update: {title: {}}}", "overlay-form"),
            ("{target: $.info, copy: '$.paths.*'}", "overlay-form"),
        ] {
            assert_eq!(overlaid(&document(), &format!("  - {action}\n")), Err(vec![(rule, 4)]), "{action}");
        }
        let guarded =
            "  - {target: $.info, update: {title: X}, x-guard: {old: {title: Shop}, count: 1, until: '2.11'}}\n";
        assert_eq!(overlaid(&document(), guarded).expect("it is applied")["info"]["title"], "X");
    }

    #[test]
    fn what_is_no_overlay_is_told_at_its_place() {
        let deep = format!("{{target: \"$[?{}1 == 1]\", remove: true}}", "(".repeat(500));
        for action in [
            "{update: {}}",
            "{target: 'a[', remove: true}",
            "{target: $, remove: yes please}",
            "{target: $.a}",
            "{target: $.a, update: {}, remove: true}",
            "{target: $.a, remove: true, other: 1}",
            "{target: $.a, remove: true, x-guard: {counts: 1}}",
            "{target: $.a, remove: true, x-guard: {count: -1}}",
            deep.as_str(),
        ] {
            let found = overlaid(&document(), &format!("  - {action}\n"));
            assert_eq!(found, Err(vec![("overlay-form", 4)]), "{action}");
        }
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert_eq!(compare_versions("2.10", "2.9"), Ordering::Greater);
        assert_eq!(compare_versions("v1.2", "1.2"), Ordering::Equal);
        assert_eq!(compare_versions("2024-02-01", "2024-10-01"), Ordering::Less);
    }
}
