//! Responses that a vendor may send one day, made from those of today by one change each: every one is decoded, or is an error that
//! names the place, as the document says.
//!
//! What is changed where, and what must come of it, is data that the generator derives from the document's schemas. A line of it
//! is a place: its JSON pointer, with `~2` before the keys of maps, which no error shows, and its changes, a letter each. A small letter is decoded and encodes back to the changed JSON;
//! a capital is an error whose path is the place, or lies within it with a plus behind the letter; with a question mark behind a
//! small letter, it is decoded to whatever fits, or is an error.
//!
//! | letter | change |
//! |---|---|
//! | `d` | the member is left out |
//! | `n` | null |
//! | `s` `b` `i` `a` `o` | another kind: a text, a boolean, an integer, a list, an object |
//! | `v` | another value of an enumeration or tag |
//! | `c` | another value of a constant, in whose place the documented one comes back |
//! | `l255` | a text that is longer than its 255 characters |
//! | `p` | a text of another form |
//! | `f` | a text that is no date, time or number |
//! | `m0` | the number 0, which is beyond a limit |
//! | `z` | the list is emptied |
//! | `r9` | a list of more than its 9 items |
//! | `u` | one more member, which is ignored |
//! | `k` | one more member, which is kept |
//! | `e` | one more entry of a map, like the first |

use std::sync::{PoisonError, RwLock};

use onboarding_core::DecodeError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub use crate::response::ResponseBody;
use crate::{difference, hostile};

/// Held by what measures memory, which is the memory of the whole process.
static MEASURING: RwLock<()> = RwLock::new(());

/// What stands where a vendor's new value would.
const NEW_VALUE: &str = "mutant";
/// The name of a member that nobody documented.
const NEW_MEMBER: &str = "mutant-member";
/// Stands before a key of a map in a pointer.
const KEY: &str = "~2";
/// As many failures as are told in full.
const TOLD: usize = 20;

/// Decodes as a call does, and encodes what came of it.
///
/// # Errors
///
/// When the text is not of the type.
///
/// # Panics
///
/// When what was decoded cannot be encoded.
pub fn decoded<T: DeserializeOwned + Serialize>(text: &str) -> Result<Value, DecodeError> {
    hostile::decoded::<T>(text, |value| serde_json::to_value(value).expect("what was decoded can be encoded"))
}

/// Each change of each response comes to what its letter says, and there are as many changes as were generated. No response of the same
/// types takes more memory or time than its size allows.
///
/// # Panics
///
/// When one does not, or when there are more or fewer.
pub fn assert_mutants(generated: usize, responses: &[ResponseBody]) {
    let (count, failures) = {
        // Others that are measured at the same time would count the memory of this one.
        let _unmeasured = MEASURING.read().unwrap_or_else(PoisonError::into_inner);
        run(responses)
    };
    let told = failures[..failures.len().min(TOLD)].join("\n");
    assert!(failures.is_empty(), "{} of {count} mutants came to something else:\n{told}", failures.len());
    assert_eq!(count, generated, "mutants that were run, and that were generated");
    let _alone = MEASURING.write().unwrap_or_else(PoisonError::into_inner);
    hostile::assert_bounded(responses);
}

/// How many changes there are, and those that come to something else, in words.
fn run(responses: &[ResponseBody]) -> (usize, Vec<String>) {
    let mut count = 0;
    let mut failures = Vec::new();
    for response in responses {
        let original: Value = serde_json::from_str(response.text).expect("the response is JSON");
        if let Some(failure) = departure(response, &original, &Expected::Json(&original)) {
            failures.push(format!("{}, unchanged: {failure}", response.name));
        }
        for line in response.places.lines().filter(|line| !line.is_empty()) {
            let (pointer, changes) = line.rsplit_once(' ').expect("a place is its pointer and its changes");
            let path = path(&original, pointer);
            let pointer = &pointer.replace(KEY, "");
            for change in Changes(changes) {
                count += 1;
                let mutant = change.apply(&original, pointer);
                let expected = match change {
                    Change { behind: Some('?'), .. } => Expected::Anything,
                    Change { behind: Some(_), .. } => Expected::ErrorWithin(&path),
                    Change { letter, .. } if letter.is_ascii_uppercase() => Expected::ErrorAt(&path),
                    Change { letter: 'u' | 'c', .. } => Expected::Json(&original),
                    _ => Expected::Json(&mutant),
                };
                let failure = if mutant == original {
                    Some("it changes nothing".to_owned())
                } else {
                    departure(response, &mutant, &expected)
                };
                failures.extend(
                    failure.map(|failure| format!("{}, `{}` at `{pointer}`: {failure}", response.name, change.letter)),
                );
            }
        }
    }
    (count, failures)
}

/// What decoding comes to.
enum Expected<'a> {
    /// A value that encodes to this.
    Json(&'a Value),
    /// Any value, or an error.
    Anything,
    /// An error at this path.
    ErrorAt(&'a str),
    /// An error at this path or below it.
    ErrorWithin(&'a str),
}

/// How decoding departs from what is expected of it; `None` when it does not.
fn departure(response: &ResponseBody, mutant: &Value, expected: &Expected<'_>) -> Option<String> {
    match ((response.decode)(&mutant.to_string()), expected) {
        (Ok(encoded), Expected::Json(json)) => {
            difference(json, &encoded, String::new()).map(|path| format!("it came back changed at `{path}`"))
        }
        (_, Expected::Anything) => None,
        (Ok(_), Expected::ErrorAt(path) | Expected::ErrorWithin(path)) => {
            Some(format!("it was decoded, not an error at `{path}`"))
        }
        (Err(error), Expected::ErrorAt(path)) => {
            (error.path() != *path).then(|| format!("the error is at `{}`, not at `{path}`", error.path()))
        }
        (Err(error), Expected::ErrorWithin(path)) => {
            let rest = error.path().strip_prefix(path);
            let is_within = rest.is_some_and(|rest| path.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']));
            (!is_within).then(|| format!("the error is at `{}`, not within `{path}`", error.path()))
        }
        (Err(error), _) => Some(format!("it was not decoded: {error}")),
    }
}

/// One change of a place.
#[derive(Clone, Copy, Debug)]
struct Change {
    letter: char,
    /// The number behind the letter.
    number: i64,
    /// The sign behind it.
    behind: Option<char>,
}

/// The changes of a place, read from their letters.
struct Changes<'a>(&'a str);

impl Iterator for Changes<'_> {
    type Item = Change;

    fn next(&mut self) -> Option<Change> {
        let letter = self.0.chars().next()?;
        assert!(letter.is_ascii_alphabetic(), "`{}` is no change", self.0);
        let rest = &self.0[1..];
        let is_numeric = |character: char| character.is_ascii_digit() || character == '-';
        let digits = rest.len() - rest.trim_start_matches(is_numeric).len();
        let number = rest[..digits].parse().unwrap_or_default();
        let behind = rest[digits..].chars().next().filter(|sign| matches!(sign, '?' | '+'));
        self.0 = &rest[digits + usize::from(behind.is_some())..];
        Some(Change { letter, number, behind })
    }
}

impl Change {
    /// One more than the limit.
    fn beyond(self) -> usize {
        usize::try_from(self.number).expect("a limit is not negative") + 1
    }

    /// The response with this change at this place.
    fn apply(self, original: &Value, pointer: &str) -> Value {
        let mut mutant = original.clone();
        if self.letter.eq_ignore_ascii_case(&'d') {
            let (parent, member) = pointer.rsplit_once('/').expect("only a member can be left out");
            let members = mutant.pointer_mut(parent).and_then(Value::as_object_mut).expect("a member is in an object");
            members.remove(&unescaped(member));
            return mutant;
        }
        let place = mutant.pointer_mut(pointer).expect("the place is in the response");
        match self.letter.to_ascii_lowercase() {
            'n' => *place = Value::Null,
            's' | 'p' | 'f' | 'c' => *place = json!(NEW_VALUE),
            'b' => *place = json!(true),
            'i' => *place = json!(7),
            'a' | 'z' => *place = json!([]),
            'o' => *place = json!({}),
            'v' => *place = place.as_bool().map_or_else(|| json!(NEW_VALUE), |present| json!(!present)),
            'l' => {
                let text = place.as_str().expect("what has a length is a text");
                *place = json!(format!("{text}{}", "x".repeat(self.beyond())));
            }
            'm' => *place = json!(self.number),
            'r' => {
                let items = place.as_array_mut().expect("what has items is a list");
                let first = items.first().cloned().expect("a list has an item to be repeated");
                items.extend(vec![first; self.beyond()]);
            }
            'u' | 'k' => {
                let members = place.as_object_mut().expect("members are added to an object");
                members.insert(NEW_MEMBER.to_owned(), json!({ "mutant": [1, true] }));
            }
            'e' => {
                let members = place.as_object_mut().expect("entries are added to an object");
                let first = members.values().next().cloned().expect("a map has an entry to be like");
                members.insert(NEW_MEMBER.to_owned(), first);
            }
            letter => panic!("`{letter}` is no change"),
        }
        mutant
    }
}

/// A place as errors name it, such as `data[3].address.city`.
fn path(response: &Value, pointer: &str) -> String {
    let mut path = String::new();
    let mut value = response;
    for segment in pointer.split('/').skip(1) {
        let (segment, is_key) = match segment.strip_prefix(KEY) {
            Some(key) => (unescaped(key), true),
            None => (unescaped(segment), false),
        };
        let inner = match value {
            object if is_key => {
                path.push_str("[?]");
                object.get(&segment)
            }
            Value::Array(items) => {
                path.extend(["[", &segment, "]"]);
                segment.parse().ok().and_then(|index: usize| items.get(index))
            }
            object => {
                path.extend([if path.is_empty() { "" } else { "." }, &segment]);
                object.get(&segment)
            }
        };
        value = inner.expect("the place is in the response");
    }
    path
}

fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{ResponseBody, decoded, run};

    type Lists = BTreeMap<String, Vec<i64>>;

    const fn response(places: &'static str) -> ResponseBody {
        ResponseBody { name: "response", decode: decoded::<Lists>, text: r#"{"a/b":[1,2]}"#, places }
    }

    #[test]
    fn every_letter_is_run() {
        let (count, failures) = run(&[response(" NSBIAe\n/~2a~1b NSBIOzr2\n/~2a~1b/1 NSBAOm-1")]);
        assert_eq!((count, failures), (19, Vec::new()));
    }

    #[test]
    fn what_comes_to_something_else_is_told() {
        let (_, failures) = run(&[response("/~2a~1b d\n/~2a~1b/1 s\n/~2a~1b A\n/~2a~1b O+")]);
        assert_eq!(
            failures,
            [
                "response, `s` at `/a~1b/1`: it was not decoded: at `[?][1]`: expected i64, found string",
                "response, `A` at `/a~1b`: it was decoded, not an error at `[?]`",
            ]
        );
        let elsewhere = ResponseBody {
            decode: |text| decoded::<Lists>(&text.replace("[1,null]", "null")),
            ..response("/~2a~1b/1 N\n/~2a~1b/1 N+")
        };
        let (_, failures) = run(&[elsewhere]);
        assert_eq!(
            failures,
            [
                "response, `N` at `/a~1b/1`: the error is at `[?]`, not at `[?][1]`",
                "response, `N` at `/a~1b/1`: the error is at `[?]`, not within `[?][1]`",
            ]
        );
    }
}
