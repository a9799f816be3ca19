//! Amiqus nests unions within unions without end. However deep they lie, each value is decoded once, and no thread's stack overflows.

use onboarding::amiqus::types::{ExpandableRecord, RichTextNode};
use onboarding_testing::looks;
use serde::de::DeserializeOwned;

/// As often as a value or name is looked at, at most.
const LOOKS: usize = 40;

/// A value nested so often in `before` and `after`.
fn nested(depth: usize, before: &str, inner: &str, after: &str) -> String {
    format!("{}{inner}{}", before.repeat(depth), after.repeat(depth))
}

fn rich_text(depth: usize, inner: &str) -> String {
    let before = r#"{"type":"bulletList","content":[{"type":"listItem","content":["#;
    nested(depth, before, inner, "]}]}")
}

fn record(depth: usize, inner: &str) -> String {
    let before = r#"{"object":"record","id":1,"client":2,"steps":[{"object":"step","type":"form","id":3,"form":{"object":"client_form","id":4,"record":"#;
    nested(depth, before, inner, "}}]}")
}

/// The path of the error, if there is one, and how often values and names were looked at.
fn decoded<T: DeserializeOwned>(text: &str) -> (Option<String>, usize) {
    let (decoded, looks) = looks::<T>(text);
    let values = text.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b',' | b':')).count() + 1;
    assert!(looks <= LOOKS * values, "{looks} looks at {values} values");
    (decoded.err().map(|error| error.path().to_owned()), looks)
}

#[test]
fn deep_rich_text_and_records_cost_what_their_size_is() {
    for (good, inner) in [(true, r#"{"type":"paragraph"}"#), (false, r#"{"type":"paragraph","content":5}"#)] {
        let [ten, fifteen] = [10, 15].map(|depth| {
            let (path, looks) = decoded::<RichTextNode>(&rich_text(depth, inner));
            assert_eq!(path.is_none(), good, "{path:?}");
            looks
        });
        assert!(fifteen <= 2 * ten, "{fifteen} looks at a depth of 15, and {ten} at 10");
    }
    for (good, inner) in [(true, "5"), (false, r#"{"object":"record","id":"x"}"#)] {
        let [five, ten] = [5, 10].map(|depth| {
            let (path, looks) = decoded::<ExpandableRecord>(&record(depth, inner));
            assert_eq!(path.is_none(), good, "{path:?}");
            looks
        });
        assert!(ten <= 3 * five, "{ten} looks at a depth of 10, and {five} at 5");
    }
    let (path, _) = decoded::<ExpandableRecord>(&record(2, r#"{"object":"record","id":true}"#));
    assert_eq!(path.unwrap(), "steps[0].form.record.steps[0].form.record.id");
}

#[test]
fn what_lies_as_deep_as_can_be_fits_on_the_stack_of_a_thread() {
    let decode = || {
        let deepest = |decode: fn(&str) -> Option<String>, text: fn(usize, &str) -> String, inner: &str| {
            (1..60).take_while(|depth| decode(&text(*depth, inner)).is_none()).count()
        };
        let texts = deepest(|text| decoded::<RichTextNode>(text).0, rich_text, r#"{"type":"paragraph"}"#);
        let records = deepest(|text| decoded::<ExpandableRecord>(text).0, record, "5");
        (texts, records)
    };
    // As large as the stacks of tokio's threads are.
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(decode).unwrap();
    let (texts, records) = thread.join().unwrap();
    assert!(texts >= 15 && records >= 15, "{texts} and {records}: documented texts lie less deep");
}
