//! Several files as one document: each file that is referred to is kept under `x-bundled` by its path, and references lead there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::spec::{Finding, Node, NodeValue, SourceFile, escape, parse_yaml};

/// Where the files are kept.
pub(super) const BUNDLED: &str = "x-bundled";

/// How many files a document may have.
const MAX_FILES: usize = 2_000;

/// The text of one document in place of several, or `None` for a document that refers to no other file. `read` gives the text of a
/// file by its path from the document's directory, with forward slashes and without `..`.
///
/// # Errors
///
/// When a file cannot be read or parsed: the file, and what is wrong with it.
pub(super) fn bundle(
    document: &Node,
    read: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<Option<String>, (SourceFile, Vec<Finding>)> {
    if !refers_to_files(document) {
        return Ok(None);
    }
    let mut root = document.to_json();
    let mut files: BTreeMap<String, Value> = BTreeMap::new();
    let mut known = BTreeSet::new();
    let mut open = Vec::new();
    rewrite(&mut root, "", false, &mut open);
    while let Some(path) = open.pop() {
        if !known.insert(path.clone()) || known.len() > MAX_FILES {
            continue;
        }
        // What cannot be read stays a reference to nothing, which is a loss with its place.
        let Ok(text) = read(&path) else { continue };
        // It is read as leniently as the document itself, which a name says.
        let published = SourceFile { path: format!("{path}/upstream.yaml"), text };
        let mut value = parse_yaml(&published)
            .map_err(|mut findings| {
                for finding in &mut findings {
                    finding.file.clone_from(&path);
                }
                (SourceFile { path: path.clone(), text: published.text }, findings)
            })?
            .to_json();
        rewrite(&mut value, &path, true, &mut open);
        files.insert(path, value);
    }
    let Value::Object(entries) = &mut root else { return Ok(None) };
    if files.is_empty() {
        return Ok(None);
    }
    entries.insert(BUNDLED.to_owned(), Value::Object(files.into_iter().collect::<Map<String, Value>>()));
    Ok(Some(format!("{root:#}\n")))
}

/// Whether a reference leads to another file.
fn refers_to_files(document: &Node) -> bool {
    let mut nodes = vec![document];
    while let Some(node) = nodes.pop() {
        match &node.value {
            NodeValue::Mapping(entries) => {
                for entry in entries {
                    let reference = entry.value.as_str().filter(|_| entry.key == "$ref");
                    if reference.is_some_and(|reference| target(reference, "", false).is_some()) {
                        return true;
                    }
                    nodes.push(&entry.value);
                }
            }
            NodeValue::Sequence(items) => nodes.extend(items),
            _ => {}
        }
    }
    false
}

/// Lets references lead to where their files will be kept, and lists the files. `own` is the path of the file itself.
fn rewrite(root: &mut Value, own: &str, is_bundled: bool, open: &mut Vec<String>) {
    let mut values = vec![root];
    while let Some(value) = values.pop() {
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    match value {
                        Value::String(text) if key == "$ref" => {
                            if let Some((path, fragment)) = target(text, own, is_bundled) {
                                *text = format!("#/{BUNDLED}/{}{fragment}", escape(&path));
                                open.push(path);
                            }
                        }
                        value => values.push(value),
                    }
                }
            }
            Value::Array(items) => values.extend(items),
            _ => {}
        }
    }
}

/// The file that a reference leads to, and where in it; `None` for one within the document itself, and for other addresses.
fn target(reference: &str, own: &str, is_bundled: bool) -> Option<(String, String)> {
    let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    if file.is_empty() {
        return is_bundled.then(|| (own.to_owned(), fragment.to_owned()));
    }
    if file.contains(':') || file.starts_with('/') || file.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = own.split('/').filter(|part| !part.is_empty()).collect();
    // The file's own name is no directory.
    parts.pop();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| (parts.join("/"), fragment.trim_end_matches('/').to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::bundle;
    use crate::spec::{Node, SourceFile, parse_yaml};

    fn parsed(text: &str) -> Node {
        parse_yaml(&SourceFile { path: "specs/x/upstream.yaml".to_owned(), text: text.to_owned() }).expect("it is YAML")
    }

    #[test]
    fn references_lead_to_the_files_that_are_kept() {
        let document = parsed(
            "a: { $ref: 'schemas/pet.yaml' }\nb: { $ref: '#/a' }\nc: { $ref: 'https://x.example/y.yaml' }\n\
             d: { $ref: '../outside.yaml' }\ne: { $ref: 'gone.yaml#/x' }",
        );
        let files = BTreeMap::from([
            ("schemas/pet.yaml", "type: object\nowner: { $ref: '../people.yaml#/Owner' }\nself: { $ref: '#/owner' }"),
            ("people.yaml", "Owner: { pet: { $ref: 'schemas/pet.yaml' } }"),
        ]);
        let mut asked = Vec::new();
        let mut read = |path: &str| {
            asked.push(path.to_owned());
            files.get(path).map(|text| (*text).to_owned()).ok_or_else(|| "no such file".to_owned())
        };
        let text = bundle(&document, &mut read).expect("all is YAML").expect("there are files");
        let bundled: Value = serde_json::from_str(&text).expect("it is JSON");
        for (pointer, reference) in [
            ("/a/$ref", "#/x-bundled/schemas~1pet.yaml"),
            ("/b/$ref", "#/a"),
            ("/c/$ref", "https://x.example/y.yaml"),
            ("/d/$ref", "../outside.yaml"),
            ("/e/$ref", "#/x-bundled/gone.yaml/x"),
            ("/x-bundled/schemas~1pet.yaml/owner/$ref", "#/x-bundled/people.yaml/Owner"),
            ("/x-bundled/schemas~1pet.yaml/self/$ref", "#/x-bundled/schemas~1pet.yaml/owner"),
            ("/x-bundled/people.yaml/Owner/pet/$ref", "#/x-bundled/schemas~1pet.yaml"),
        ] {
            assert_eq!(bundled.pointer(pointer).and_then(Value::as_str), Some(reference), "{pointer}");
        }
        asked.sort();
        assert_eq!(asked, ["gone.yaml", "people.yaml", "schemas/pet.yaml"]);
    }

    #[test]
    fn a_document_of_one_file_stays_as_it_is() {
        let document = parsed("a: { $ref: '#/b' }\nb: 1");
        assert!(matches!(bundle(&document, &mut |_| Err(String::new())), Ok(None)));
    }
}
