//! What decoding allocates at most, for values that are made to take much room. A binary of its own, whose memory is measured.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "helpers and types of tests are tests too")]

use std::fmt::Debug;

use onboarding_core::__private::body;
use onboarding_core::derive::{Object, TaggedUnion, UntaggedUnion};
use onboarding_core::{JsonValue, Map};
use peak_alloc::PeakAlloc;
use serde::de::DeserializeOwned;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// As much memory for each byte of a body, and as much whatever its size.
const PER_BYTE: usize = 24;
const CONSTANT: usize = 16 * 1024 * 1024;

/// Takes two bytes of JSON and a kilobyte of memory.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Large {
    #[wire(optional, "a")]
    pub a: Option<[Option<String>; 16]>,
    #[wire(optional, "b")]
    pub b: Option<[Option<String>; 16]>,
    #[wire(optional, "c")]
    pub c: Option<[Option<String>; 10]>,
    #[wire(optional, "i")]
    pub inner: Option<Box<Large>>,
    #[wire(optional, "items")]
    pub items: Option<Vec<Large>>,
    #[wire(optional, "m")]
    pub by_name: Option<Map<Large>>,
    #[wire(optional, "s")]
    pub small: Option<Map<i64>>,
    #[wire(extra)]
    pub extra: Map<JsonValue>,
}

/// One or several.
#[derive(Clone, PartialEq, UntaggedUnion)]
#[non_exhaustive]
pub enum Several {
    #[wire(array)]
    Many(Vec<Several>),
    #[wire(object)]
    One(Box<Large>),
    #[wire(string)]
    Text(String),
    #[wire(number)]
    Number(i64),
    #[wire(unknown)]
    Unknown(JsonValue),
}

/// Told by its kind.
#[derive(Clone, PartialEq, TaggedUnion)]
#[non_exhaustive]
#[wire(tag = "k")]
#[expect(clippy::large_enum_variant, reason = "what a union takes is what is measured")]
pub enum Told {
    #[wire("l")]
    Large(Large),
    #[wire(unknown)]
    Unknown(JsonValue),
}

/// Decodes, and says how much memory that took at most, the body not counted.
fn peak<T: DeserializeOwned + Debug>(text: &str) -> (bool, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let decoded = body::<T>(text.as_bytes());
    let peak = MEMORY.peak_usage() - before;
    (decoded.is_ok(), peak)
}

fn many(size: usize, before: &str, item: &str, after: &str) -> String {
    let items = vec![item; size / (item.len() + 1)];
    format!("{before}{}{after}", items.join(","))
}

/// The same with names that differ.
fn named(size: usize, before: &str, value: &str, after: &str) -> String {
    let items: Vec<String> = (0..size / (value.len() + 9)).map(|index| format!(r#""{index:05x}":{value}"#)).collect();
    format!("{before}{}{after}", items.join(","))
}

#[test]
fn memory_is_bounded_by_the_size_of_the_body() {
    let mut refused = 0;
    let mut check = |name: &str, text: &str, (decoded, peak): (bool, usize)| {
        let limit = PER_BYTE * text.len() + CONSTANT;
        assert!(peak <= limit, "{name}, {}: {peak} bytes for {}, more than {limit}", &text[..20], text.len());
        refused += usize::from(!decoded);
    };
    for size in [200_000, 500_000] {
        for item in ["{}", r#"{"i":{}}"#, r#"{"s":{"x":1}}"#, r#"{"x":1}"#, r#"{"items":[{}]}"#, r#"{"m":{"":{}}}"#] {
            let text = many(size, "[", item, "]");
            check("large", &text, peak::<Vec<Large>>(&text));
            check("several", &text, peak::<Several>(&text));
            check("value", &text, peak::<serde_json::Value>(&text));
            check("kept", &text, peak::<JsonValue>(&text));
            check("each kept", &text, peak::<Vec<JsonValue>>(&text));
        }
        for item in ["1", "\"\"", "\"x\"", "[]", "[[]]", r#"{"k":"l"}"#, r#"{"k":"u"}"#, "null", "1.5e0"] {
            let text = many(size, "[", item, "]");
            check("several", &text, peak::<Several>(&text));
            check("told", &text, peak::<Vec<Told>>(&text));
            check("numbers", &text, peak::<Vec<i64>>(&text));
            check("texts", &text, peak::<Vec<String>>(&text));
            check("value", &text, peak::<serde_json::Value>(&text));
            check("wide", &text, peak::<Vec<[u64; 2]>>(&text));
        }
        for value in ["{}", "1", "\"\"", "[]", r#"{"s":{"x":1}}"#] {
            let text = named(size, "{", value, "}");
            check("map of large", &text, peak::<Map<Large>>(&text));
            check("map of numbers", &text, peak::<Map<i64>>(&text));
            check("open", &text, peak::<Large>(&text));
            check("extra", &text, peak::<Map<JsonValue>>(&text));
            check("value", &text, peak::<serde_json::Value>(&text));
            let repeated = many(size, "{", &format!(r#""items":[{value}]"#), "}");
            check("repeated", &repeated, peak::<Large>(&repeated));
        }
        let deep = many(size, &r#"{"i":"#.repeat(60), "1", &"}".repeat(60)).replacen("1,", "[1,", 1);
        check("not JSON", &deep, peak::<Large>(&deep));
        let escapes = many(size, "[", r#""\u0041\n""#, "]");
        check("escapes", &escapes, peak::<Vec<String>>(&escapes));
    }
    assert!(refused > 0, "nothing came near the limit");
    // What is documented and honest stays far below it.
    let honest = many(1_000_000, "[", &format!(r#"{{"items":[{{}}],"x":"{}"}}"#, "x".repeat(400)), "]");
    assert!(peak::<Vec<Large>>(&honest).0);
}
