//! Responses that a vendor may send one day, made from those of today by one change each: every one is decoded, or is an error that
//! names the place, as the document says.
//!
//! What is changed where, and what must come of it, is in the [table](crate::table) that the generator derives from the document's
//! schemas: a letter for each change. A small letter is decoded and encodes back to the changed JSON; a capital is an error whose path is
//! the place, or lies within it with a plus behind the letter; with a question mark behind a small letter, it is decoded to whatever
//! fits, or is an error.
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

use serde_json::{Value, json};

use crate::proofs::{Body, Proofs};
use crate::table::{Change, Response};
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

/// Each change of each response of a module's operations comes to what its letter says. No response of the same types takes more memory
/// or time than its size allows.
///
/// # Panics
///
/// When one does not.
pub fn assert_mutants(proofs: &Proofs, module: &str) {
    let responses = proofs.responses(module);
    let (count, failures) = {
        // Others that are measured at the same time would count the memory of this one.
        let _unmeasured = MEASURING.read().unwrap_or_else(PoisonError::into_inner);
        run(&responses)
    };
    let told = failures[..failures.len().min(TOLD)].join("\n");
    assert!(failures.is_empty(), "{} of {count} mutants came to something else:\n{told}", failures.len());
    let _alone = MEASURING.write().unwrap_or_else(PoisonError::into_inner);
    hostile::assert_bounded(&responses);
}

/// How many changes there are, and those that come to something else, in words.
fn run(responses: &[(&Response, &Body)]) -> (usize, Vec<String>) {
    let mut count = 0;
    let mut failures = Vec::new();
    for (response, body) in responses {
        let name = format!("{} (`{}`)", response.name, response.body);
        let original: Value = serde_json::from_str(&response.text).expect("the response is JSON");
        if let Some(failure) = departure(body, &original, &Expected::Json(&original)) {
            failures.push(format!("{name}, unchanged: {failure}"));
        }
        for place in &response.places {
            let path = path(&original, &place.pointer);
            let pointer = &place.pointer.replace(KEY, "");
            for change in &place.changes {
                count += 1;
                let mutant = apply(*change, &original, pointer);
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
                    departure(body, &mutant, &expected)
                };
                failures
                    .extend(failure.map(|failure| format!("{name}, `{}` at `{pointer}`: {failure}", change.letter)));
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
fn departure(body: &Body, mutant: &Value, expected: &Expected<'_>) -> Option<String> {
    match (body.decode(&mutant.to_string()), expected) {
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

/// One more than the limit of a change.
fn beyond(change: Change) -> usize {
    usize::try_from(change.number).expect("a limit is not negative") + 1
}

/// The response with a change at a place.
fn apply(change: Change, original: &Value, pointer: &str) -> Value {
    let mut mutant = original.clone();
    if change.letter.eq_ignore_ascii_case(&'d') {
        let (parent, member) = pointer.rsplit_once('/').expect("only a member can be left out");
        let members = mutant.pointer_mut(parent).and_then(Value::as_object_mut).expect("a member is in an object");
        members.remove(&unescaped(member));
        return mutant;
    }
    let place = mutant.pointer_mut(pointer).expect("the place is in the response");
    match change.letter.to_ascii_lowercase() {
        'n' => *place = Value::Null,
        's' | 'p' | 'f' | 'c' => *place = json!(NEW_VALUE),
        'b' => *place = json!(true),
        'i' => *place = json!(7),
        'a' | 'z' => *place = json!([]),
        'o' => *place = json!({}),
        'v' => *place = place.as_bool().map_or_else(|| json!(NEW_VALUE), |present| json!(!present)),
        'l' => {
            let text = place.as_str().expect("what has a length is a text");
            *place = json!(format!("{text}{}", "x".repeat(beyond(change))));
        }
        'm' => *place = json!(change.number),
        'r' => {
            let items = place.as_array_mut().expect("what has items is a list");
            let first = items.first().cloned().expect("a list has an item to be repeated");
            items.extend(vec![first; beyond(change)]);
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

    use super::run;
    use crate::proofs::Body;
    use crate::table::{Place, Response, changes};

    type Lists = BTreeMap<String, Vec<i64>>;

    const BODY: Body = Body::read::<Lists>("Lists");

    fn response(places: &[(&str, &str)]) -> Response {
        let place = |(pointer, letters): &(&str, &str)| Place {
            pointer: (*pointer).to_owned(),
            changes: changes(letters).expect("these are changes"),
        };
        Response {
            name: "response".to_owned(),
            body: "Lists".to_owned(),
            text: r#"{"a/b":[1,2]}"#.to_owned(),
            places: places.iter().map(place).collect(),
        }
    }

    #[test]
    fn every_letter_is_run() {
        let response = response(&[("", "NSBIAe"), ("/~2a~1b", "NSBIOzr2"), ("/~2a~1b/1", "NSBAOm-1")]);
        assert_eq!(run(&[(&response, &BODY)]), (19, Vec::new()));
    }

    #[test]
    fn what_comes_to_something_else_is_told() {
        let of_place = response(&[("/~2a~1b", "d"), ("/~2a~1b/1", "s"), ("/~2a~1b", "AO+")]);
        let (_, failures) = run(&[(&of_place, &BODY)]);
        assert_eq!(
            failures,
            [
                "response (`Lists`), `s` at `/a~1b/1`: it was not decoded: at `[?][1]`: expected i64, found string",
                "response (`Lists`), `A` at `/a~1b`: it was decoded, not an error at `[?]`",
            ]
        );
        let elsewhere = Body { decode: Some(|text| BODY.decode(&text.replace("[1,null]", "null"))), ..BODY };
        let (_, failures) = run(&[(&response(&[("/~2a~1b/1", "NN+")]), &elsewhere)]);
        assert_eq!(
            failures,
            [
                "response (`Lists`), `N` at `/a~1b/1`: the error is at `[?]`, not at `[?][1]`",
                "response (`Lists`), `N` at `/a~1b/1`: the error is at `[?]`, not within `[?][1]`",
            ]
        );
    }
}
