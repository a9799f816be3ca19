//! Where two JSON texts differ, by member and without any value.

use serde_json::Value;

/// How many members are named.
const MAX_NAMED: usize = 16;

/// The members that differ, each in words; empty when the texts mean the same.
pub(super) fn differences(expected: &[u8], received: &[u8]) -> Vec<String> {
    let read = |text: &[u8]| serde_json::from_slice::<Value>(text);
    match (read(expected), read(received)) {
        (Ok(expected), Ok(received)) => {
            let mut found = Vec::new();
            compare(&expected, &received, "", &mut found);
            found
        }
        _ => vec!["it is not JSON".to_owned()],
    }
}

fn compare(expected: &Value, received: &Value, path: &str, found: &mut Vec<String>) {
    if found.len() >= MAX_NAMED {
        return;
    }
    let here = || if path.is_empty() { "the body".to_owned() } else { format!("`{path}`") };
    match (expected, received) {
        (Value::Object(expected), Value::Object(received)) => {
            for (name, value) in expected {
                let path = within(path, name);
                match received.get(name) {
                    Some(other) => compare(value, other, &path, found),
                    None => found.push(format!("`{path}` is missing")),
                }
            }
            let further = received.keys().filter(|name| !expected.contains_key(*name));
            found.extend(further.map(|name| format!("`{}` was not expected", within(path, name))));
        }
        (Value::Array(expected), Value::Array(received)) if expected.len() == received.len() => {
            for (index, (expected, received)) in expected.iter().zip(received).enumerate() {
                compare(expected, received, &format!("{path}[{index}]"), found);
            }
        }
        (Value::Array(expected), Value::Array(received)) => {
            found.push(format!("{} has {} items, {} were expected", here(), received.len(), expected.len()));
        }
        _ if expected == received => {}
        _ => found.push(format!("{} differs", here())),
    }
}

fn within(path: &str, name: &str) -> String {
    let name = name.escape_debug();
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::differences;

    #[test]
    fn members_are_named_and_values_are_not() {
        let expected = br#"{"a": {"b": 1, "c": [1, 2]}, "d": "secret", "e": [1], "f": null}"#;
        let received = br#"{"a": {"b": 2, "c": [1, 3]}, "e": [], "f": null, "g": "other"}"#;
        let found = differences(expected, received);
        assert_eq!(
            found,
            [
                "`a.b` differs",
                "`a.c[1]` differs",
                "`d` is missing",
                "`e` has 0 items, 1 were expected",
                "`g` was not expected"
            ]
        );
        assert!(differences(expected, expected).is_empty());
        assert_eq!(differences(b"1", b"2"), ["the body differs"]);
        assert_eq!(differences(b"1", b"{"), ["it is not JSON"]);
    }
}
