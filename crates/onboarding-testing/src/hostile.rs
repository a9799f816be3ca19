//! What decoding costs at most, for every type that a vendor sends: lists are filled with as many items as possible, each with as
//! little JSON as its type allows, since that takes the most memory for the least text.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::measured;
use crate::proofs::Body;
use crate::table::Response;

/// As large as a filled body is.
const SIZE: usize = 128 * 1024;

/// As much memory for each byte of a body, and as much whatever its size.
const PER_BYTE: usize = 24;
const CONSTANT: usize = 16 * 1024 * 1024;

/// As often as a value or name is looked at: to be counted, skipped, told apart and decoded.
const LOOKS: usize = 40;

/// No body of these types takes more memory or time than its size allows.
///
/// # Panics
///
/// When one does.
pub(crate) fn assert_bounded(responses: &[(&Response, &Body)]) {
    measured::start();
    let mut seen = BTreeSet::new();
    for (response, body) in responses {
        let original: Value = serde_json::from_str(&response.text).expect("the response is JSON");
        let mut lists = Vec::new();
        find_lists(&original, "", &mut lists);
        for (pointer, place) in lists {
            if seen.insert((&response.body, place)) {
                let text = filled(body, &original, &pointer);
                // Whether it is decoded or refused for the memory that it would take.
                drop(body.decode(&text));
                let cost = measured::last();
                let values = text.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b',' | b':')).count() + 1;
                let memory = PER_BYTE * text.len() + CONSTANT;
                let name = &response.name;
                assert!(cost.memory <= memory, "{name} at `{pointer}`: {} bytes, more than {memory}", cost.memory);
                assert!(cost.looks <= LOOKS * values, "{name} at `{pointer}`: {} looks at {values}", cost.looks);
            }
        }
    }
    measured::stop();
}

/// The lists within a value that have items: their pointers, and the same without positions.
fn find_lists(value: &Value, pointer: &str, lists: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            if let Some(first) = items.first() {
                let place: String = pointer.split('/').filter(|part| part.parse::<usize>().is_err()).collect();
                lists.push((pointer.to_owned(), place));
                find_lists(first, &format!("{pointer}/0"), lists);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                find_lists(value, &format!("{pointer}/{name}"), lists);
            }
        }
        _ => {}
    }
}

/// The body with a list that has as many of the smallest items as there is room for.
fn filled(body: &Body, original: &Value, pointer: &str) -> String {
    let with = |items: Value| {
        let mut filled = original.clone();
        *filled.pointer_mut(pointer).expect("the list is in the body") = items;
        filled
    };
    let mut item = original.pointer(pointer).and_then(|list| list.get(0)).cloned().unwrap_or_default();
    let names: Vec<String> = item.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    for name in names {
        let mut smaller = item.clone();
        smaller.as_object_mut().expect("it has members").remove(&name);
        if body.decode(&with(json!([smaller])).to_string()).is_ok() {
            item = smaller;
        }
    }
    let item = item.to_string();
    let mark = "the items stand here";
    let items = vec![item.as_str(); SIZE / (item.len() + 1)].join(",");
    with(json!([mark])).to_string().replacen(&json!(mark).to_string(), &items, 1)
}
