//! What decoding costs at most, for every type that a vendor sends: lists are filled with as many items as possible, each with as
//! little JSON as its type allows, since that takes the most memory for the least text.

use std::cell::Cell;
use std::collections::BTreeSet;

use onboarding_core::{__private, DecodeError};
use peak_alloc::PeakAlloc;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::response::ResponseBody;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// As large as a filled body is.
const SIZE: usize = 128 * 1024;

/// As much memory for each byte of a body, and as much whatever its size.
const PER_BYTE: usize = 24;
const CONSTANT: usize = 16 * 1024 * 1024;

/// As often as a value or name is looked at: to be counted, skipped, told apart and decoded.
const LOOKS: usize = 40;

thread_local! {
    static COST: Cell<Option<Cost>> = const { Cell::new(None) };
}

/// What decoding a body took.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// The most memory at a time, in bytes.
    memory: usize,
    /// How often a value or name was looked at.
    looks: usize,
}

/// Decodes a body; while costs are measured, notes what it took and forgets what came of it.
pub(crate) fn decoded<T: DeserializeOwned>(text: &str, encode: fn(T) -> Value) -> Result<Value, DecodeError> {
    if COST.get().is_none() {
        return __private::body::<T>(text.as_bytes()).map(encode);
    }
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let (decoded, looks) = __private::counted::<T>(text.as_bytes());
    COST.set(Some(Cost { memory: MEMORY.peak_usage().saturating_sub(before), looks }));
    decoded.map(|_| Value::Null)
}

/// No body of these types takes more memory or time than its size allows.
///
/// # Panics
///
/// When one does.
pub(crate) fn assert_bounded(responses: &[ResponseBody]) {
    COST.set(Some(Cost::default()));
    let mut seen = BTreeSet::new();
    for response in responses {
        let original: Value = serde_json::from_str(response.text).expect("the response is JSON");
        let mut lists = Vec::new();
        find_lists(&original, "", &mut lists);
        for (pointer, place) in lists {
            if seen.insert((response.decode as usize, place)) {
                let text = filled(response, &original, &pointer);
                // Whether it is decoded or refused for the memory that it would take.
                drop((response.decode)(&text));
                let cost = COST.get().expect("costs are measured");
                let values = text.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b',' | b':')).count() + 1;
                let memory = PER_BYTE * text.len() + CONSTANT;
                let name = response.name;
                assert!(cost.memory <= memory, "{name} at `{pointer}`: {} bytes, more than {memory}", cost.memory);
                assert!(cost.looks <= LOOKS * values, "{name} at `{pointer}`: {} looks at {values}", cost.looks);
            }
        }
    }
    COST.set(None);
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
fn filled(response: &ResponseBody, original: &Value, pointer: &str) -> String {
    let with = |items: Value| {
        let mut body = original.clone();
        *body.pointer_mut(pointer).expect("the list is in the body") = items;
        body
    };
    let mut item = original.pointer(pointer).and_then(|list| list.get(0)).cloned().unwrap_or_default();
    let names: Vec<String> = item.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    for name in names {
        let mut smaller = item.clone();
        smaller.as_object_mut().expect("it has members").remove(&name);
        if (response.decode)(&with(json!([smaller])).to_string()).is_ok() {
            item = smaller;
        }
    }
    let item = item.to_string();
    let mark = "the items stand here";
    let items = vec![item.as_str(); SIZE / (item.len() + 1)].join(",");
    with(json!([mark])).to_string().replacen(&json!(mark).to_string(), &items, 1)
}
