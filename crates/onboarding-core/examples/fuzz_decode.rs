//! Fuzzes the decoder, with no nightly compiler:
//! `cargo run --release -p onboarding-core --example fuzz_decode -- <seconds> [<first seed>]`.
//!
//! Beside panics and inputs that take too long, it counts what must never be: bodies that are JSON for one decoder alone, values that
//! come back changed, and more looks at a value than its size allows.

#![allow(clippy::print_stdout, reason = "it is run for its figures")]
#![allow(missing_docs, unreachable_pub, reason = "types of an example")]

mod fuzzing;

use std::process::ExitCode;
use std::time::Duration;

use fuzzing::{Random, Target};
use onboarding_core::__private::counted;
use onboarding_core::derive::{Object, StringEnum, TaggedUnion, UntaggedUnion};
use onboarding_core::{Decimal, DecimalNumber, JsonValue, Map, Timestamp};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

const LIMIT: Duration = Duration::from_millis(500);
const LONGEST: usize = 1024 * 1024;

fn main() -> ExitCode {
    fuzzing::run(&[
        Target { name: "unions with a tag", limit: LIMIT, run: |random| typed::<Node>(random) },
        Target { name: "unions without a tag", limit: LIMIT, run: |random| typed::<Any>(random) },
        Target { name: "numbers", limit: LIMIT, run: |random| typed::<Numbers>(random) },
        Target { name: "open values", limit: LIMIT, run: open },
    ])
}

#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(constant("type", "bullets"))]
pub struct Bullets {
    #[wire(required, "content")]
    pub content: Vec<Node>,
}
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(constant("type", "word"))]
pub struct Word {
    #[wire(required, "text")]
    pub text: String,
}
#[derive(Clone, PartialEq, TaggedUnion)]
#[non_exhaustive]
#[wire(tag = "type")]
pub enum Node {
    #[wire("bullets")]
    Bullets(Bullets),
    #[wire("word")]
    Word(Word),
    #[wire(unknown)]
    Unknown(JsonValue),
}
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, StringEnum)]
#[non_exhaustive]
pub enum Colour {
    #[wire("red")]
    Red,
    #[wire(unknown)]
    Unknown(String),
}
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Record {
    #[wire(required, "id")]
    pub id: i64,
    #[wire(optional, "inner")]
    pub inner: Option<Vec<Any>>,
    #[wire(extra)]
    pub extra: Map<JsonValue>,
}
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(constant("kind", "p"))]
pub struct Pointer {
    #[wire(required, "since")]
    pub since: Timestamp,
}
#[derive(Clone, PartialEq, UntaggedUnion)]
#[non_exhaustive]
pub enum Any {
    #[wire(integer)]
    Id(i64),
    #[wire(number)]
    Share(f64),
    #[wire(string(one_of("red")))]
    Colour(Colour),
    #[wire(string)]
    Text(String),
    #[wire(object(member("id")))]
    Record(Record),
    #[wire(object(member("kind", "p"), member("since")))]
    Pointer(Pointer),
    #[wire(object(member("type", one_of("bullets", "word"))))]
    Node(Node),
    #[wire(array)]
    Many(Vec<Any>),
    #[wire(unknown)]
    Unknown(JsonValue),
}
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Numbers {
    #[wire(optional, "integer")]
    pub integer: Option<i64>,
    #[wire(optional, "unsigned")]
    pub unsigned: Option<u64>,
    #[wire(optional, "double")]
    pub double: Option<f64>,
    #[wire(optional, "amounts")]
    pub amounts: Option<Map<Decimal>>,
    #[wire(optional, "prices")]
    pub prices: Option<Vec<DecimalNumber>>,
    #[wire(optional, "open")]
    pub open: Option<JsonValue>,
}

const SEEDS: &[&[u8]] = &[
    br#"{"type":"bullets","content":[{"type":"bullets","content":[{"type":"word","text":"\u00e9"}]},{"type":"new"}]}"#,
    br#"{"id":1,"inner":[1,1.5,"red","x",{"kind":"p","since":"2024-02-29T12:30:00Z"},[{"type":"word","text":""}]],"more":{}}"#,
    br#"{"integer":5.0,"unsigned":18446744073709551615,"double":0.1,"amounts":{"a":"12.50"},"prices":[1.10],"open":[1e400]}"#,
    b"[null,true,false,-0.0,1E+2,\"\\ud83d\\ude00\",{},[]]",
];
const TOKENS: &[&[u8]] = &[
    br#"{"type":"bullets","content":["#,
    b"]}",
    br#"{"id":1,"inner":["#,
    b"[",
    b"]",
    b"{",
    b"}",
    b"\"",
    b"\\",
    b"\\u",
    b"\\ud800",
    b",",
    b":",
    b"\"id\":1,",
    b"\"type\":\"word\",",
    b"1",
    b"-",
    b".",
    b"e",
    b"e999999999",
    b"00000000000000000000",
    b"null",
    b"true",
    b"\xff",
    b"\xc3\xa9",
    b" ",
    b"\n",
    b"{},",
    b"[],",
    b"\"\",",
    b"1,",
    b"{\"id\":2},",
];

/// Decodes; what is decoded comes back the same when it is encoded and decoded again.
fn typed<T: DeserializeOwned + Serialize + PartialEq>(random: &mut Random) -> Result<usize, String> {
    let input = random.mutated(SEEDS, TOKENS, LONGEST);
    if let Some(value) = decoded::<T>(&input)? {
        let text = serde_json::to_vec(&value).map_err(|_| "what was decoded cannot be encoded".to_owned())?;
        match counted::<T>(&text).0 {
            Ok(again) if again == value => {}
            Ok(_) => return Err("what was decoded comes back changed".to_owned()),
            // What is kept as it came may be written with less space, and then have no room for its many small values.
            Err(error) if error.reason().contains("memory") => {}
            Err(error) => return Err(format!("what was encoded is not decoded: {error}")),
        }
    }
    Ok(input.len())
}

/// What is JSON is kept as it came, and what is not is refused.
fn open(random: &mut Random) -> Result<usize, String> {
    let input = random.mutated(SEEDS, TOKENS, LONGEST);
    let is_json = std::str::from_utf8(&input).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    match decoded::<JsonValue>(&input)? {
        Some(value) if !is_json => return Err(format!("{} bytes are no JSON and were taken", value.text().len())),
        Some(value) if value.text().as_bytes() != input.trim_ascii() => return Err("a value was changed".to_owned()),
        Some(value) if value != value.clone() || JsonValue::from(vec_of(&value)) == value => {
            return Err("values are compared wrongly".to_owned());
        }
        Some(_) | None => {}
    }
    Ok(input.len())
}

fn vec_of(value: &JsonValue) -> String {
    format!("x{}", value.text().len())
}

fn decoded<T: DeserializeOwned>(input: &[u8]) -> Result<Option<T>, String> {
    let (decoded, looks) = counted::<T>(input);
    let values = input.iter().filter(|byte| matches!(byte, b'{' | b'[' | b',' | b':')).count() + 1;
    if looks > 60 * values {
        return Err(format!("{looks} looks at {values} values"));
    }
    match decoded {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.path().len() > 256 || error.to_string().chars().any(char::is_control) => {
            Err("an error shows what it must not".to_owned())
        }
        Err(_) => Ok(None),
    }
}
