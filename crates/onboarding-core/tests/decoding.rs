//! Decoding: each value once whatever it is nested in, nothing changed without an error, and errors that name documented members
//! and nothing else.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "helpers and types of tests are tests too")]

use onboarding_core::__private::{body, counted};
use onboarding_core::derive::{Object, StringEnum, TaggedUnion, UntaggedUnion};
use onboarding_core::{Check as _, Decimal, DecimalNumber, DecodeError, JsonValue, Map};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A list within a text.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(constant("type", "bullets"))]
pub struct Bullets {
    #[wire(required, "content")]
    pub content: Vec<Node>,
}

/// The end of a text.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(constant("type", "word"))]
pub struct Word {
    #[wire(required, "text", private)]
    pub text: String,
}

/// A part of a text.
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

/// A record with its parts.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(constant("object", "record"))]
pub struct Record {
    #[wire(required, "id")]
    pub id: i64,
    #[wire(optional, "steps")]
    pub steps: Option<Vec<Step>>,
    #[wire(optional, "notes")]
    pub notes: Option<Map<String>>,
}

/// Points to a record.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(constant("type", "record"))]
pub struct Pointer {
    #[wire(required, "id")]
    pub id: i64,
    #[wire(required, "since")]
    pub since: i64,
}

/// A part of a record.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Step {
    #[wire(required, "record")]
    pub record: AnyRecord,
}

/// A record by number, in full, or pointed to.
#[derive(Clone, PartialEq, UntaggedUnion)]
#[non_exhaustive]
pub enum AnyRecord {
    #[wire(number)]
    Id(i64),
    #[wire(object(member("object", "record")))]
    Record(Record),
    #[wire(object(member("type", "record"), member("since")))]
    Pointer(Pointer),
    #[wire(unknown)]
    Unknown(JsonValue),
}

/// An event.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Event {
    #[wire(required, "id")]
    pub id: String,
    #[wire(required, "amount")]
    pub amount: Decimal,
}

/// Several events.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Batch {
    #[wire(required, "payload")]
    pub payload: Vec<Event>,
}

/// One event or several.
#[derive(Clone, PartialEq, UntaggedUnion)]
#[non_exhaustive]
pub enum Delivery {
    #[wire(object(member("payload")))]
    Batch(Batch),
    #[wire(object(member("id"), member("amount")))]
    Event(Event),
    #[wire(unknown)]
    Unknown(JsonValue),
}

/// A colour.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, StringEnum)]
#[non_exhaustive]
pub enum Colour {
    #[wire("red")]
    Red,
    #[wire(unknown)]
    Unknown(String),
}

/// Everything that can be changed on the way.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(sent)]
pub struct Numbers {
    #[wire(optional, "integer")]
    pub integer: Option<i64>,
    #[wire(optional, "unsigned")]
    pub unsigned: Option<u64>,
    #[wire(optional, "double")]
    pub double: Option<f64>,
    #[wire(optional, "amount")]
    pub amount: Option<Decimal>,
    #[wire(optional, "price")]
    pub price: Option<DecimalNumber>,
    #[wire(optional, "open")]
    pub open: Option<JsonValue>,
    #[wire(optional, "prices")]
    pub prices: Option<Vec<DecimalNumber>>,
    #[wire(optional, "doubles")]
    pub doubles: Option<Map<f64>>,
    #[wire(optional, "colour")]
    pub colour: Option<Colour>,
    #[wire(extra)]
    pub extra: Map<JsonValue>,
}

/// A value nested so often in `before` and `after`.
fn nested(depth: usize, before: &str, inner: &str, after: &str) -> String {
    format!("{}{inner}{}", before.repeat(depth), after.repeat(depth))
}

fn error<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> DecodeError {
    body::<T>(text.as_bytes()).unwrap_err()
}

/// How often values and names of a body were looked at, and how many it has.
fn work<T: serde::de::DeserializeOwned>(text: &str) -> (Result<T, DecodeError>, usize, usize) {
    let (decoded, looks) = counted::<T>(text.as_bytes());
    let structure = text.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b',' | b':')).count() + 1;
    (decoded, looks, structure)
}

/// As often as one value or name is looked at, at most: to be skipped, counted, told apart and decoded.
const LOOKS: usize = 40;

#[test]
fn each_value_is_decoded_once_however_deep_unions_lie_within_unions() {
    let word = r#"{"type":"word","text":"x"}"#;
    let faulty = r#"{"type":"word","text":5}"#;
    let bullets = |depth, inner| nested(depth, r#"{"type":"bullets","content":["#, inner, "]}");
    let records = |depth, inner| nested(depth, r#"{"object":"record","id":1,"steps":[{"record":"#, inner, "}]}");
    let per_value = |text: &str, is_record: bool, good: bool| {
        let (is_good, looks, values) = if is_record {
            let (decoded, looks, values) = work::<AnyRecord>(text);
            (decoded.is_ok(), looks, values)
        } else {
            let (decoded, looks, values) = work::<Node>(text);
            (decoded.is_ok(), looks, values)
        };
        assert_eq!(is_good, good, "{text}");
        assert!(looks <= LOOKS * values, "{looks} looks at {values} values");
        looks
    };
    for (inner, good) in [(word, true), (faulty, false)] {
        let looks: Vec<usize> = [5, 10, 20].map(|depth| per_value(&bullets(depth, inner), false, good)).into();
        // Twice as deep is twice as much, and not its square.
        assert!(looks[2] <= 3 * looks[1] && looks[1] <= 3 * looks[0], "{looks:?}");
    }
    for (inner, good) in [("7", true), (r#"{"object":"record","id":"x"}"#, false), ("null", true)] {
        let looks: Vec<usize> = [5, 10, 20].map(|depth| per_value(&records(depth, inner), true, good)).into();
        assert!(looks[2] <= 3 * looks[1] && looks[1] <= 3 * looks[0], "{looks:?}");
    }
}

#[test]
fn wide_values_and_repeated_names_cost_what_their_size_is() {
    let many = |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(",");
    for count in [1000, 20_000] {
        let inputs = [
            format!(r#"{{"object":"record","id":1,{}}}"#, many(count, &|index| format!(r#""m{index}":1"#))),
            format!(r#"{{"object":"record","id":1,{}}}"#, many(count, &|_| r#""id":1"#.to_owned())),
            format!(r#"{{{},"object":"record","id":1}}"#, many(count, &|_| r#""object":"other""#.to_owned())),
            format!(r#"{{"object":"record","id":1,"steps":[{}]}}"#, many(count, &|_| r#"{"record":1}"#.to_owned())),
            format!(r#"{{"object":"record","id":1,{}}}"#, many(count, &|_| r#""steps":[{"record":{}},1]"#.to_owned())),
        ];
        for text in inputs {
            let (_, looks, values) = work::<AnyRecord>(&text);
            assert!(looks <= LOOKS * values, "{looks} looks at {values} values of {}", &text[..60]);
        }
    }
}

#[test]
fn a_documented_variant_with_a_fault_is_an_error_at_its_place() {
    for (text, path) in [
        (r#"{"payload":[{"id":"1","amount":"1"},{"id":"2","amount":"x"}]}"#, "payload[1].amount"),
        (r#"{"payload":7}"#, "payload"),
        (r#"{"id":"1","amount":{}}"#, "amount"),
        (r#"{"id":"1"}"#, "amount"),
        (r#"{"amount":"1"}"#, "id"),
    ] {
        assert_eq!(error::<Delivery>(text).path(), path, "{text}");
    }
    for (text, path) in [
        (r#"{"object":"record","id":1.5}"#, "id"),
        (r#"{"object":"record"}"#, "id"),
        (r#"{"type":"record","since":"x","id":1}"#, "since"),
        (r#"{"object":"record","id":1,"steps":[{"record":2},{"record":{"object":"record"}}]}"#, "steps[1].record.id"),
        ("1.5", ""),
    ] {
        assert_eq!(error::<AnyRecord>(text).path(), path, "{text}");
    }
    for text in [r#""text""#, "true", "[]", "{}", "null", r#"{"object":"alien","id":1}"#, r#"{"unknown":[1,2.50]}"#] {
        match body::<AnyRecord>(text.as_bytes()) {
            Ok(AnyRecord::Unknown(value)) => assert_eq!(value.text(), text, "kept as it came"),
            other => panic!("{text} gave {other:?}"),
        }
    }
    let last = body::<Node>(br#"{"type":"bullets","text":"x","content":[],"type":"word"}"#).unwrap();
    assert!(matches!(last, Node::Word(_)), "of a repeated tag the last one counts, as of every member");
}

#[test]
fn unions_are_read_by_other_deserializers_too() {
    let text = r#"{"object":"record","id":1,"steps":[{"record":{"what":18446744073709551616123}}]}"#;
    let expected: AnyRecord = body(text.as_bytes()).unwrap();
    assert_eq!(serde_json::from_str::<AnyRecord>(text).unwrap(), expected);
    assert_eq!(serde_json::to_string(&expected).unwrap(), text, "no digit is changed");
    let value: Value = serde_json::from_str(r#"{"object":"record","id":1,"steps":[{"record":7}]}"#).unwrap();
    assert_eq!(
        serde_json::from_value::<AnyRecord>(value.clone()).unwrap(),
        body(value.to_string().as_bytes()).unwrap()
    );
    // A deserializer that knows neither JSON nor newtype structs.
    let pieces =
        serde::de::value::MapDeserializer::<_, serde_json::Error>::new([("id", "1"), ("amount", "2.50")].into_iter());
    let Delivery::Event(event) = serde::Deserialize::deserialize(pieces).unwrap() else { panic!("not an event") };
    assert_eq!(event.amount.to_string(), "2.50");
    // What serde has read ahead for an enumeration of a service's own.
    let read_ahead = serde_json::from_str::<Value>(r#"{"id":"1","amount":"2.50"}"#).unwrap();
    let again: Delivery = serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(
        serde::de::value::MapDeserializer::<_, serde_json::Error>::new(
            read_ahead.as_object().unwrap().clone().into_iter(),
        ),
    ))
    .unwrap();
    assert!(matches!(again, Delivery::Event(_)));
    let plain =
        serde_json::from_str::<Delivery>(r#"{"payload":[{"id":"1","amount":"s3cr3t"}]}"#).unwrap_err().to_string();
    assert!(plain.starts_with("at `payload[0].amount`: expected a decimal of at most 28 digits"), "{plain}");
    assert!(plain.chars().all(|character| !character.is_control()) && !plain.contains("s3cr3t"), "{plain}");
}

/// Reads numbers and writes them again.
fn again(text: &str) -> Result<String, DecodeError> {
    body::<Numbers>(text.as_bytes()).map(|numbers| serde_json::to_string(&numbers).unwrap())
}

#[test]
fn numbers_come_back_as_they_were_or_are_an_error() {
    for text in [
        r#"{"integer":-9223372036854775808}"#,
        r#"{"unsigned":18446744073709551615}"#,
        r#"{"amount":"9007199254740993.01"}"#,
        r#"{"price":9007199254740993.01}"#,
        r#"{"price":79228162514264337593543950335}"#,
        r#"{"prices":[0.10,1.50]}"#,
        r#"{"open":[18446744073709551616123,1.10,1E400,{"b":1,"a":-0.0}]}"#,
        r#"{"beyond":18446744073709551616123}"#,
    ] {
        assert_eq!(again(text).unwrap(), text);
    }
    for (text, expected) in [
        (r#"{"integer":5.0}"#, r#"{"integer":5}"#),
        (r#"{"integer":5e0}"#, r#"{"integer":5}"#),
        (r#"{"amount":9007199254740993.01}"#, r#"{"amount":"9007199254740993.01"}"#),
        (r#"{"price":"12.50"}"#, r#"{"price":12.50}"#),
        (r#"{"price":1.5e3}"#, r#"{"price":1500}"#),
        (r#"{"double":0.10000000000000001}"#, r#"{"double":0.1}"#),
    ] {
        assert_eq!(again(text).unwrap(), expected, "{text}");
    }
    for (text, path) in [
        (r#"{"integer":5.5}"#, "integer"),
        (r#"{"integer":9223372036854775808}"#, "integer"),
        (r#"{"integer":"5"}"#, "integer"),
        (r#"{"unsigned":-1}"#, "unsigned"),
        (r#"{"unsigned":18446744073709551616}"#, "unsigned"),
        (r#"{"double":9007199254740993}"#, "double"),
        (r#"{"double":1e400}"#, "double"),
        (r#"{"double":0.12345678901234567890123}"#, "double"),
        (r#"{"amount":"0.12345678901234567890123456789"}"#, "amount"),
        (r#"{"amount":12345678901234567890123456789.1}"#, "amount"),
        (r#"{"amount":"12,50"}"#, "amount"),
        (r#"{"prices":[1,0.12345678901234567890123456789]}"#, "prices[1]"),
        (r#"{"price":true}"#, "price"),
    ] {
        assert_eq!(again(text).unwrap_err().path(), path, "{text}");
    }
}

#[test]
fn decimals_are_exact_under_any_deserializer_of_json() {
    let text = "[9007199254740993.01,\"9007199254740993.01\"]";
    let decimals: Vec<Decimal> = serde_json::from_str(text).unwrap();
    assert_eq!(decimals[0], decimals[1]);
    assert_eq!(decimals[0].to_string(), "9007199254740993.01");
    assert!(serde_json::from_str::<Decimal>("0.12345678901234567890123456789").is_err());
    assert!("0.12345678901234567890123456789".parse::<Decimal>().is_err());
    let numbers: Vec<DecimalNumber> = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&numbers).unwrap(), "[9007199254740993.01,9007199254740993.01]");
}

#[test]
fn a_double_that_is_not_finite_is_refused_wherever_it_stands() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let violation = Numbers::new().double(number).check().unwrap_err();
        assert_eq!((violation.path(), violation.rule()), ("double", "a finite number"));
        let within = Numbers::new().doubles(Map::from([("a".to_owned(), 1.0), ("b".to_owned(), number)]));
        assert!(within.check().unwrap_err().path().starts_with("doubles"));
        assert!(JsonValue::try_from(number).is_err());
    }
    assert!(Numbers::new().double(1.5).check().is_ok());
}

#[test]
fn json_values_are_kept_and_compared_as_json() {
    let value: JsonValue = body(br#" { "b" : [1, 2.0] , "a":"\u00e9" } "#).unwrap();
    assert_eq!(value.text(), r#"{ "b" : [1, 2.0] , "a":"\u00e9" }"#);
    assert_eq!(value, json!({ "a": "é", "b": [1.0, 2] }));
    assert_eq!(value.get("a").unwrap().as_str().unwrap(), "é");
    assert_eq!(value.get("b").unwrap().decode::<Vec<i64>>().unwrap(), [1, 2]);
    assert_eq!(format!("{value:?}"), "JsonValue([redacted])");
    let parse = |text: &str| JsonValue::parse(text).unwrap();
    for (left, right) in [("1.0", "10e-1"), (r#"{"a":1,"a":2}"#, r#"{"a":2}"#), (r#"{"\u0061":[]}"#, r#"{"a":[ ]}"#)] {
        assert_eq!(parse(left), parse(right), "{left} {right}");
    }
    for (left, right) in [
        ("9007199254740993", "9007199254740992"),
        ("[1,2]", "[2,1]"),
        ("[1]", "[1,1]"),
        (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
        (r#"{"a":1}"#, r#"{"b":1}"#),
        ("\"1\"", "1"),
        ("null", "false"),
    ] {
        assert_ne!(parse(left), parse(right), "{left} {right}");
    }
    // Deeper than any stack.
    let deep = parse(&nested(1_000_000, "[", "1", "]"));
    assert_eq!(deep, parse(&nested(1_000_000, "[ ", "1.0", "]")));
    assert!(JsonValue::parse("[1").is_err() && JsonValue::parse("").is_err());
}

#[test]
fn errors_show_documented_names_and_nothing_else() {
    let key = format!("ann@example.com\\u001b[31m{}", "x".repeat(1000));
    let shown = |error: &DecodeError| format!("{error} {error:?}");
    let map = error::<Record>(&format!(r#"{{"object":"record","id":1,"notes":{{"{key}":5}}}}"#));
    assert_eq!(map.path(), "notes[?]");
    let open = error::<Numbers>(&format!(r#"{{"{key}":1,"doubles":{{"{key}":"{key}"}}}}"#));
    assert_eq!(open.path(), "doubles[?]");
    let deep = nested(20, r#"{"object":"record","id":1,"steps":[{"record":"#, "true", "}]}");
    let deep = error::<AnyRecord>(&deep.replace("true", r#"{"object":"record","id":{}}"#));
    assert!(deep.path().len() <= 256 && deep.path().starts_with("steps[0].record"));
    assert_eq!(deep.path().rsplit('.').next(), Some("id"));
    for error in [map, open, deep] {
        let shown = shown(&error);
        assert!(!shown.contains("ann") && !shown.contains("xxx") && !shown.chars().any(char::is_control), "{shown}");
    }
}

#[test]
fn what_lies_too_deep_is_an_error_and_what_is_kept_may_lie_deeper() {
    let too_deep = error::<Node>(&nested(40, r#"{"type":"bullets","content":["#, "", "]}"));
    assert_eq!(too_deep.reason(), "lists and objects lie too deep within each other");
    let kept: JsonValue = body(nested(128, "[", "", "]").as_bytes()).unwrap();
    assert_eq!(kept.text().len(), 256);
    let ignored = format!(r#"{{"object":"record","id":1,"more":{}}}"#, nested(127, "[", "", "]"));
    body::<Record>(ignored.as_bytes()).unwrap();
    assert!(error::<JsonValue>(&nested(129, "[", "", "]")).path().is_empty());
    assert!(error::<JsonValue>(&nested(1_000_000, "[", "", "]")).path().is_empty());
}

#[test]
fn bodies_that_are_not_json_are_told_with_line_and_column() {
    for (text, reason) in [
        (&b"{\"a\":\n 1,}"[..], "the body is not JSON (line 2, column 4)"),
        (b"{\"a\":", "the body ends too early"),
        (b"", "the body ends too early"),
        (b"[]\n[]", "the body is not JSON (line 2, column 1)"),
        (b"[1,\n\"\xff\"]", "the body is not JSON (line 2, column 2)"),
        (b"[01]", "the body is not JSON (line 1, column 3)"),
    ] {
        let error = body::<Map<JsonValue>>(text).unwrap_err();
        assert_eq!((error.path(), error.reason()), ("", reason), "{}", String::from_utf8_lossy(text));
    }
    let error = error::<Event>(r#"{"id":"\ud800","amount":1}"#);
    assert_eq!((error.path(), error.reason()), ("id", "the string has an escape sequence that is no character"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any JSON is decoded to what `serde_json` decodes it to, and kept as it is.
    #[test]
    fn any_json_is_read_as_by_serde_json(value in any_json()) {
        let text = value.to_string();
        prop_assert_eq!(&body::<Value>(text.as_bytes()).unwrap(), &value);
        let kept: JsonValue = body(text.as_bytes()).unwrap();
        prop_assert_eq!(kept.text(), &text);
        prop_assert_eq!(&kept, &JsonValue::parse(serde_json::to_string_pretty(&value).unwrap()).unwrap());
        let other: JsonValue = JsonValue::from(json!([value]));
        prop_assert_ne!(kept, other);
    }

    /// Whatever bytes come, both take them for JSON or neither does.
    #[test]
    fn what_is_json_is_json_for_both(text in r#"[\[\]{}":,0-9ea.tru\\ \-+n]{0,12}"#) {
        let ours = body::<JsonValue>(text.as_bytes()).is_ok();
        prop_assert_eq!(ours, serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(), "{}", text);
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    scalar.prop_recursive(6, 60, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
