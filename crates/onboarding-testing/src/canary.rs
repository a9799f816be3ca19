//! Values to look for, in every place that a document marks as sensitive: they must show in nothing that ends up in a log.
//!
//! Which places these are is in the [table](crate::table) that the generator derives from the document. A rule is broken by a text longer
//! than its 9 characters (`l9`), of another form (`p`), or by a negative number (`m`).

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::io;
use std::sync::Once;

use onboarding_core::Error;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::Loopback;
use crate::proofs::{Body, Proofs};
use crate::shown::{debugged, told};
use crate::table::{Call, Planted};

/// What stands where a canary of another kind would.
const MISPLACED_TEXT: &str = "canary-misplaced";
const MISPLACED_NUMBER: u64 = 7_070_707_071;

/// No canary shows in what is decoded, in the errors of what cannot be decoded, and in the errors of what must not be sent; and
/// the canaries stand for everything that is marked.
///
/// # Panics
///
/// When one shows, or when a marked member or parameter has none.
pub fn assert_silent(proofs: &Proofs) {
    let mut failures = Vec::new();
    for (name, planted, body) in proofs.planted() {
        failures.extend(leaks(planted, body).into_iter().map(|leak| format!("{name}: {leak}")));
    }
    assert!(failures.is_empty(), "{} leaks:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(&covered(proofs), proofs.marked(), "what has a canary, and what is marked");
}

/// The members and parameters that have a canary.
fn covered(proofs: &Proofs) -> BTreeSet<String> {
    let mut covered = BTreeSet::new();
    for (operation, call) in proofs.calls() {
        covered.extend(call.parameters.keys().map(|parameter| format!("{operation}?{parameter}")));
    }
    for (_, planted, _) in proofs.planted() {
        covered.extend(planted.canaries.iter().flat_map(|canary| canary.members.iter().cloned()));
    }
    covered
}

/// Where a body's canaries show, in words.
fn leaks(planted: &Planted, body: &Body) -> Vec<String> {
    let Planted { value: original, canaries, sent, .. } = planted;
    let traces: Vec<&str> = canaries.iter().filter_map(|canary| canary.trace.as_deref()).collect();
    let mut leaks = Vec::new();
    let mut look = |shown: &str, place: &str, traces: &[&str]| {
        let found = traces.iter().filter(|trace| shown.contains(**trace));
        leaks.extend(found.map(|trace| format!("`{trace}` shows {place}")));
    };
    let shown = (body.show)(&original.to_string()).expect("the canaries are of their types");
    look(&shown, "when the value is", &traces);

    let mut misplaced = BTreeSet::new();
    for canary in canaries {
        // A value of which there are few is not to be searched for: that it does not show is that another shows the same.
        let pointer = canary.pointer.as_str();
        let other = changed(original, pointer, other_value);
        if (body.show)(&other).expect("the changed value is of its type") != shown {
            look(pointer, "when its value changes", &[pointer]);
        }
        if let (Some(violation), Some(trace), true) = (&canary.violation, &canary.trace, *sent) {
            let broken = changed(original, pointer, |value| violating(value, trace, violation));
            let error = body.refuse(&broken).unwrap_or_else(|| panic!("{pointer}: `{violation}` is no violation"));
            look(&error, "when it is refused", &traces);
        }
        misplaced.extend(pointer.match_indices('/').map(|(end, _)| &pointer[..end]));
        misplaced.insert(pointer);
    }
    for pointer in misplaced {
        for value in [json!(MISPLACED_TEXT), json!([MISPLACED_TEXT]), json!(MISPLACED_NUMBER)] {
            let number = MISPLACED_NUMBER.to_string();
            let all: Vec<&str> = traces.iter().copied().chain([MISPLACED_TEXT, number.as_str()]).collect();
            match (body.show)(&changed(original, pointer, |_| value.clone())) {
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

/// Watches the calls of one operation: what is shown of them and of what they end in, and all that is traced on the way.
pub struct Watch<'p> {
    proofs: &'p Proofs,
    call: &'p Call,
    /// What is sent and so must arrive.
    sent: Vec<&'p str>,
    /// What must not show.
    traces: Vec<&'p str>,
    _listening: DefaultGuard,
}

impl<'p> Watch<'p> {
    /// Listens to everything that is traced or logged in this thread, which is where a test's client works. The
    /// operation's parameters and the request are sent; the responses come back.
    ///
    /// # Panics
    ///
    /// When the table has no such operation.
    pub fn new(proofs: &'p Proofs, operation: &str) -> Self {
        let call = proofs.calls().get(operation).unwrap_or_else(|| panic!("the table has no call `{operation}`"));
        let traces = |name: &String| -> Vec<&'p str> {
            let body = Some(name).filter(|name| !matches!(name.as_str(), "." | "*")).map(|name| proofs.body(name));
            let canaries = body.into_iter().flat_map(|body| &body.canaries);
            canaries.filter_map(|canary| canary.trace.as_deref()).collect()
        };
        let mut sent: Vec<&str> = call.parameters.values().map(String::as_str).collect();
        sent.extend(call.request.iter().flat_map(traces));
        let mut both = sent.clone();
        both.extend(call.responses.iter().flat_map(|(_, name)| traces(name)));
        Self { proofs, call, sent, traces: both, _listening: listen() }
    }

    /// The body to send.
    ///
    /// # Panics
    ///
    /// When the table has none for the operation.
    pub fn request(&self) -> String {
        match (&self.call.request, &self.call.other_request) {
            (Some(name), _) => self.proofs.body(name).value.to_string(),
            (None, other) => other.as_ref().expect("the table has a request").to_string(),
        }
    }

    /// The responses, each with its status; one of them is a text of all that must not show, which is no response of any operation.
    pub fn responses(&self) -> Vec<(u16, String)> {
        let text = |name: &str| match name {
            "." => String::new(),
            "*" => json!(self.traces.join(" ")).to_string(),
            name => self.proofs.body(name).value.to_string(),
        };
        self.call.responses.iter().map(|(status, name)| (*status, text(name))).collect()
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

/// A call is made once for each response that the table has for it, and nothing of it shows.
#[macro_export]
macro_rules! expect_silence {
    ($watch:ident, $server:ident, $call:expr) => {
        for (status, response) in $watch.responses() {
            let $server = $crate::Loopback::responding(status, "application/json", &response).await;
            let call = $call;
            $watch.sees(&call);
            $watch.ends(&$server, call.send().await).await;
        }
    };
}

/// A call is refused, and nothing of it shows.
#[macro_export]
macro_rules! expect_refusal {
    ($watch:ident, $server:ident, $call:expr) => {{
        let $server = $crate::Loopback::responding(200, "application/json", "").await;
        $watch.refused($call.send().await);
    }};
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use onboarding_core::Secret;

    use super::{HEARD, Watch, assert_silent, covered, leaks};
    use crate::proofs::{Body, Proofs};
    use crate::table::parse;

    type Shown = BTreeMap<String, String>;
    type Hidden = BTreeMap<String, Secret>;

    const TABLE: &str = r#"onboarding-proofs 1
marked Body .name
marked get ?name
marked get_other ?name
body Body read = {"name":"text"}
 /name canary0001 . Body.name
call get . 200=Body 418=*
 name canary0002
call get_other . 204=.
 name canary0003
end lines=9 types=0 parts=0 responses=0 strict=0 open=0 marked=3 bodies=1 canaries=1 calls=2
"#;

    fn proofs() -> Proofs {
        static BODIES: &[Body] = &[Body::read::<Hidden>("Body")];
        Proofs::new(parse(TABLE, |_| None).expect("the table is sound"), BODIES)
    }

    #[test]
    fn what_is_hidden_passes_and_what_shows_is_told() {
        let proofs = proofs();
        assert_silent(&proofs);
        assert_eq!(Vec::from_iter(covered(&proofs)), ["Body.name", "get?name", "get_other?name"]);
        let told = leaks(proofs.body("Body"), &Body::read::<Shown>("Body"));
        let expected = ["`canary0001` shows when the value is", "`/name` shows when its value changes"];
        assert_eq!(told[..2], expected, "{told:?}");
    }

    #[test]
    fn traces_and_logs_of_every_level_are_heard() {
        let proofs = proofs();
        let watch = Watch::new(&proofs, "get");
        assert_eq!(watch.responses()[1], (418, r#""canary0002 canary0001""#.to_owned()));
        tracing::trace!(value = 7, "traced");
        log::trace!("logged");
        let heard = HEARD.take();
        assert!(heard.contains("traced value=7") && heard.contains("logged"), "{heard}");
    }
}
