//! Values to look for, in every place that a document marks as sensitive: they must show in nothing that ends up in a log.
//!
//! Which places these are is data that the generator derives from the document. A line of it is a canary: its JSON pointer, what is
//! looked for, how it can break a rule, and the marked members that it stands for; `.` stands for nothing to look for and for no
//! rule. A rule is broken by a text longer than its 9 characters (`l9`), of another form (`p`), or by a negative number (`m`).

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::io;
use std::sync::Once;

use onboarding_core::{__private, Check, DecodeError, Error, NoDeclaredError, Refused};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::Loopback;

/// Every canary of a vendor's crate.
pub struct Canaries {
    /// What the document marks as sensitive, a line each: `Type.member`, `operation?parameter`.
    pub marked: &'static str,
    /// The parameters that hold canaries, and what is looked for.
    pub parameters: &'static [(&'static str, &'static str)],
    /// The bodies that hold canaries.
    pub bodies: &'static [Body],
}

/// A body whose sensitive places hold canaries.
pub struct Body {
    /// The type in words.
    pub name: &'static str,
    /// How it is decoded and shown: [`shown`] of its type.
    pub show: fn(&str) -> Result<String, DecodeError>,
    /// How it is refused, when it is sent: [`refused`] of its type.
    pub refuse: Option<fn(&str) -> Option<String>>,
    /// The body.
    pub text: &'static str,
    /// Its canaries, a line each.
    pub canaries: &'static str,
}

/// What stands where a canary of another kind would.
const MISPLACED_TEXT: &str = "canary-misplaced";
const MISPLACED_NUMBER: u64 = 7_070_707_071;

/// Decodes as a call does, and shows what came of it in both forms of `Debug`.
///
/// # Errors
///
/// When the text is not of the type.
pub fn shown<T: DeserializeOwned + fmt::Debug>(text: &str) -> Result<String, DecodeError> {
    __private::body::<T>(text.as_bytes()).map(|value| debugged(&value))
}

/// The error with which a value is refused that breaks a rule, in every form; `None` when it breaks none.
///
/// # Panics
///
/// When the text is not of the type.
pub fn refused<T: DeserializeOwned + Check>(text: &str) -> Option<String> {
    let value = __private::body::<T>(text.as_bytes()).expect("what is sent is of its type");
    let violation = value.check().err()?;
    Some(told(&Error::<NoDeclaredError>::Refused(Refused::Value { violation }.into())))
}

/// No canary shows in what is decoded, in the errors of what cannot be decoded, and in the errors of what must not be sent; and
/// the canaries stand for everything that is marked.
///
/// # Panics
///
/// When one shows, or when a marked member or parameter has none.
pub fn assert_silent(all: &Canaries) {
    let mut covered: BTreeSet<&str> = all.parameters.iter().map(|(name, _)| *name).collect();
    let mut failures = Vec::new();
    for body in all.bodies {
        for canary in canaries(body) {
            covered.extend(canary.members);
        }
        failures.extend(leaks(body).into_iter().map(|leak| format!("{}: {leak}", body.name)));
    }
    assert!(failures.is_empty(), "{} leaks:\n{}", failures.len(), failures.join("\n"));
    let marked: BTreeSet<&str> = all.marked.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(covered, marked, "what has a canary, and what is marked");
}

/// A line of a body's canaries.
struct Canary<'a> {
    pointer: &'a str,
    trace: Option<&'a str>,
    violation: Option<&'a str>,
    members: Vec<&'a str>,
}

fn canaries<'a>(body: &Body) -> Vec<Canary<'a>> {
    let lines = body.canaries.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut words = line.split(' ');
            let mut word = || words.next().expect("a canary has a pointer, a trace and a rule");
            let (pointer, trace, violation) = (word(), word(), word());
            let given = |word: &'a str| (word != ".").then_some(word);
            Canary { pointer, trace: given(trace), violation: given(violation), members: words.collect() }
        })
        .collect()
}

/// Where a body's canaries show, in words.
fn leaks(body: &Body) -> Vec<String> {
    let original: Value = serde_json::from_str(body.text).expect("the body is JSON");
    let canaries = canaries(body);
    let traces: Vec<&str> = canaries.iter().filter_map(|canary| canary.trace).collect();
    let mut leaks = Vec::new();
    let mut look = |shown: &str, place: &str, traces: &[&str]| {
        let found = traces.iter().filter(|trace| shown.contains(**trace));
        leaks.extend(found.map(|trace| format!("`{trace}` shows {place}")));
    };
    let shown = (body.show)(body.text).expect("the canaries are of their types");
    look(&shown, "when the value is", &traces);

    let mut misplaced = BTreeSet::new();
    for canary in &canaries {
        // A value of which there are few is not to be searched for: that it does not show is that another shows the same.
        let other = changed(&original, canary.pointer, other_value);
        if (body.show)(&other).expect("the changed value is of its type") != shown {
            look(canary.pointer, "when its value changes", &[canary.pointer]);
        }
        if let (Some(violation), Some(refuse), Some(trace)) = (canary.violation, body.refuse, canary.trace) {
            let broken = changed(&original, canary.pointer, |value| violating(value, trace, violation));
            let error = refuse(&broken).unwrap_or_else(|| panic!("{}: `{violation}` is no violation", canary.pointer));
            look(&error, "when it is refused", &traces);
        }
        misplaced.extend(canary.pointer.match_indices('/').map(|(end, _)| &canary.pointer[..end]));
        misplaced.insert(canary.pointer);
    }
    for pointer in misplaced {
        for value in [json!(MISPLACED_TEXT), json!([MISPLACED_TEXT]), json!(MISPLACED_NUMBER)] {
            let number = MISPLACED_NUMBER.to_string();
            let all: Vec<&str> = traces.iter().copied().chain([MISPLACED_TEXT, number.as_str()]).collect();
            match (body.show)(&changed(&original, pointer, |_| value.clone())) {
                Err(error) => look(&told(&error), "when it is malformed", &all),
                // Around a canary another kind may be a harmless value, such as an identifier in place of the whole.
                Ok(shown) if canaries.iter().any(|canary| canary.pointer == pointer) => {
                    look(&shown, "when it is of another kind", &all);
                }
                Ok(_) => {}
            }
        }
    }
    leaks
}

fn changed(original: &Value, pointer: &str, change: impl FnOnce(&Value) -> Value) -> String {
    let mut changed = original.clone();
    let place = changed.pointer_mut(pointer).expect("the canary is in the body");
    *place = change(place);
    assert_ne!(changed, *original, "`{pointer}` is changed");
    changed.to_string()
}

/// Another value of the same length and form.
fn other_value(value: &Value) -> Value {
    match value {
        Value::Bool(value) => json!(!value),
        Value::Number(number) => number.as_u64().map_or(json!(0.25), |number| json!(number - 1)),
        Value::String(text) => {
            // Days, identifiers and decimals stay what they are.
            let other = |character: char| match character {
                '7' => '8',
                'a' => 'b',
                'Q' | 'X' | 'Z' => 'Y',
                'q' => 'y',
                same => same,
            };
            json!(text.chars().map(other).collect::<String>())
        }
        other => panic!("{other} is no canary"),
    }
}

fn violating(value: &Value, trace: &str, violation: &str) -> Value {
    match (violation.split_at(1), value.as_i64()) {
        (("l", length), _) => json!(long(trace, length.parse().expect("a length is a number"))),
        (("p", _), _) => json!(format!("{trace} !")),
        (("m", _), Some(number)) => json!(-number),
        _ => panic!("`{violation}` is no violation"),
    }
}

/// A text that is longer than so many characters.
pub fn long(trace: &str, length: usize) -> String {
    format!("{trace}{}", "x".repeat(length))
}

fn debugged(value: &dyn fmt::Debug) -> String {
    format!("{value:?}\n{value:#?}")
}

/// An error and what it came from, in every form.
pub fn told(error: &dyn StdError) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{error}\n{error:#}\n{error:?}\n{error:#?}");
        next = error.source();
    }
    text
}

/// Watches the calls of one operation: what is shown of them and of what they end in, and all that is traced on the way.
pub struct Watch {
    bodies: &'static [Body],
    /// What is sent and so must arrive.
    sent: Vec<&'static str>,
    /// What must not show.
    traces: Vec<&'static str>,
    _listening: DefaultGuard,
}

impl Watch {
    /// Listens to everything that is traced or logged in this thread, which is where a test's client works. The
    /// operation's parameters and the request are sent; the responses come back.
    pub fn new(all: &Canaries, operation: &str, request: Option<&str>, responses: &[(u16, &str)]) -> Self {
        let bodies = all.bodies;
        let traces = |name: &str| -> Vec<&'static str> {
            bodies
                .iter()
                .filter(|body| body.name == name)
                .flat_map(canaries)
                .filter_map(|canary| canary.trace)
                .collect()
        };
        let of_operation = |name: &str| name.split('?').next() == Some(operation);
        let parameters = all.parameters.iter().filter(|(name, _)| of_operation(name));
        let mut sent: Vec<&'static str> = parameters.map(|(_, trace)| *trace).collect();
        sent.extend(request.map(traces).unwrap_or_default());
        let mut both = sent.clone();
        both.extend(responses.iter().flat_map(|(_, name)| traces(name)));
        Self { bodies, sent, traces: both, _listening: listen() }
    }

    /// A body by its name: `.` is none, `*` a text of all that must not show, which is no response of any operation.
    ///
    /// # Panics
    ///
    /// When there is no such body.
    pub fn text(&self, name: &str) -> String {
        match name {
            "." => String::new(),
            "*" => json!(self.traces.join(" ")).to_string(),
            name => self.bodies.iter().find(|body| body.name == name).expect("the body is there").text.to_owned(),
        }
    }

    /// Nothing shows in the `Debug` of a call.
    ///
    /// # Panics
    ///
    /// When something does.
    pub fn sees(&self, call: &dyn fmt::Debug) {
        self.look("in the call", &debugged(call));
    }

    /// Nothing shows in what a call ended in, nor in what was traced of it, and what was to be sent has arrived.
    ///
    /// # Panics
    ///
    /// When something shows, or has not arrived.
    pub async fn ends<T: fmt::Debug, E: 'static>(&self, server: &Loopback, end: Result<T, Error<E>>) {
        let shown = match &end {
            Err(Error::Refused(refused)) => panic!("the call breaks a rule: {}", refused.reason),
            Ok(value) => debugged(value),
            Err(error) => told(error),
        };
        self.ended(server, &shown).await;
    }

    async fn ended(&self, server: &Loopback, shown: &str) {
        self.look("in what the call ended in", shown);
        let request = server.request().await;
        for sent in &self.sent {
            assert!(request.contains(sent), "`{sent}` was not sent:\n{request}");
        }
        let heard = HEARD.take();
        for layer in LAYERS {
            assert!(heard.contains(layer), "nothing of {layer} was traced:\n{heard}");
        }
        self.look("in what was traced", &heard);
    }

    /// Nothing shows in the error of a call that is refused.
    ///
    /// # Panics
    ///
    /// When something does, or when the call is not refused.
    pub fn refused<T, E: 'static>(&self, end: Result<T, Error<E>>) {
        let error = end.err().expect("the call breaks a rule");
        assert!(matches!(error, Error::Refused(_)), "{error:?} came from beyond");
        self.look("in the refusal", &told(&error));
        self.look("in what was traced", &HEARD.take());
    }

    fn look(&self, place: &str, shown: &str) {
        for trace in &self.traces {
            assert!(!shown.contains(trace), "`{trace}` shows {place}:\n{shown}");
        }
    }
}

/// The crates of which something must be heard in every call, lest a silent recorder prove nothing: ours by `tracing`, the HTTP
/// client by `log` and `tracing`.
const LAYERS: [&str; 3] = ["onboarding_core", "reqwest", "hyper_util"];

thread_local! {
    static HEARD: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Hears all that is traced and logged in this thread, at every level and from every crate.
fn listen() -> DefaultGuard {
    static LOGGER: Once = Once::new();
    LOGGER.call_once(|| {
        log::set_logger(&Recorder).expect("no test has a logger of its own");
        log::set_max_level(log::LevelFilter::Trace);
    });
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(|| Recorder)
        .finish();
    tracing::subscriber::set_default(subscriber)
}

struct Recorder;

impl io::Write for Recorder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        HEARD.with_borrow_mut(|heard| heard.push_str(&String::from_utf8_lossy(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl log::Log for Recorder {
    fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        HEARD.with_borrow_mut(|heard| {
            // Writing to a string cannot fail.
            let _ = writeln!(heard, "{} {}: {}", record.level(), record.target(), record.args());
        });
    }

    fn flush(&self) {}
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt;

    use onboarding_core::Secret;
    use serde::de::DeserializeOwned;

    use super::{Body, Canaries, HEARD, Watch, assert_silent, leaks, shown};

    type Shown = BTreeMap<String, String>;
    type Hidden = BTreeMap<String, Secret>;

    const fn body<T: DeserializeOwned + fmt::Debug>() -> Body {
        Body {
            name: "body",
            show: shown::<T>,
            refuse: None,
            text: r#"{"name":"canary0001"}"#,
            canaries: "\n/name canary0001 . Body.name",
        }
    }

    const HIDDEN: Canaries = Canaries {
        marked: "\nBody.name\nget?name\nget_other?name",
        parameters: &[("get?name", "canary0002"), ("get_other?name", "canary0003")],
        bodies: &[body::<Hidden>()],
    };

    #[test]
    fn what_is_hidden_passes_and_what_shows_is_told() {
        assert_silent(&HIDDEN);
        let told = leaks(&body::<Shown>());
        let expected = ["`canary0001` shows when the value is", "`/name` shows when its value changes"];
        assert_eq!(told[..2], expected, "{told:?}");
    }

    #[test]
    fn traces_and_logs_of_every_level_are_heard() {
        let watch = Watch::new(&HIDDEN, "get", None, &[(200, "body")]);
        assert_eq!(watch.text("*"), r#""canary0002 canary0001""#);
        tracing::trace!(value = 7, "traced");
        log::trace!("logged");
        let heard = HEARD.take();
        assert!(heard.contains("traced value=7") && heard.contains("logged"), "{heard}");
    }
}
