//! One expectation: which calls it is about, what it responds with, and how often it did.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Method;

use super::received::{Received, is_of};
use super::reply::{Reply, Then};
use crate::runtime::caught;
use crate::transport::TransportRequest;

/// What is expected of calls of one operation.
pub(super) struct Expectation {
    pub(super) target: Target,
    pub(super) conditions: Vec<Condition>,
    progress: Mutex<Progress>,
}

/// Which calls an expectation is about.
pub(super) enum Target {
    /// Those of an operation.
    Operation(&'static str),
    /// Those of a method and a path, whichever operation they are of.
    Request(Method, String),
}

/// Something that must hold of a call.
pub(super) struct Condition {
    /// What it is about, for a person: ``the query parameter `limit` ``.
    pub(super) member: String,
    /// What is expected there.
    pub(super) expected: String,
    /// Whether it holds, or else what was received there.
    pub(super) check: Box<Check>,
}

/// Whether a condition holds, or else what was received in words.
type Check = dyn Fn(Received<'_>) -> Result<(), String> + Send + Sync;

/// What came of an expectation so far.
struct Progress {
    replies: Vec<Reply>,
    times: Times,
    taken: usize,
}

/// How often a call is expected.
#[derive(Clone, Copy)]
enum Times {
    /// As often as there are responses; at least once where there is one.
    Unsaid,
    Exactly(usize),
    AtLeast(usize),
}

impl Expectation {
    pub(super) fn new(target: Target, conditions: Vec<Condition>, reply: Reply) -> Self {
        let progress = Progress { replies: vec![reply], times: Times::Unsaid, taken: 0 };
        Self { target, conditions, progress: Mutex::new(progress) }
    }

    /// Whether it is about calls such as this one, whatever its conditions; then the path template.
    pub(super) fn concerns<'r>(&'r self, request: &'r TransportRequest) -> Option<Received<'r>> {
        match &self.target {
            Target::Operation(name) => {
                let call = request.call();
                (call.operation == *name).then_some(Received { request, template: call.template })
            }
            Target::Request(method, template) => (*method == request.method && is_of(template, request.url.path()))
                .then_some(Received { request, template }),
        }
    }

    /// The conditions that do not hold, each in words.
    pub(super) fn mismatches(&self, received: Received<'_>) -> Vec<String> {
        let mismatch = |condition: &Condition| {
            let Condition { member, expected, check } = condition;
            match caught(|| check(received)) {
                Ok(Ok(())) => None,
                Ok(Err(received)) => Some(format!("{member}: expected {expected}, received {received}")),
                Err(_) => Some(format!("{member}: the function that was to judge it panicked")),
            }
        };
        self.conditions.iter().filter_map(mismatch).collect()
    }

    /// The next response; `None` when it is used up.
    pub(super) fn take(&self) -> Option<Reply> {
        let mut progress = self.progress();
        let is_used_up = progress.most().is_some_and(|most| progress.taken >= most);
        let last = progress.replies.len().checked_sub(1)?;
        let reply = progress.replies.get(progress.taken.min(last)).filter(|_| !is_used_up).cloned()?;
        progress.taken += 1;
        Some(reply)
    }

    /// What is wrong with how often it was called, in words.
    pub(super) fn problem(&self) -> Option<String> {
        let progress = self.progress();
        let (least, taken) = (progress.least(), progress.taken);
        (taken < least).then(|| {
            let conditions =
                self.conditions.iter().map(|Condition { member, expected, .. }| format!("\n    {member}: {expected}"));
            let often = match progress.most() {
                Some(_) => times(least),
                None => format!("at least {}", times(least)),
            };
            format!("{self} was expected {often}, received {}{}", times(taken), conditions.collect::<String>())
        })
    }

    /// How often it has responded, of how often it may.
    pub(super) fn used(&self) -> String {
        format!("it has responded {} already, as often as it was to", times(self.progress().taken))
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    fn least(&self) -> usize {
        match self.times {
            Times::Unsaid => self.replies.len(),
            Times::Exactly(count) | Times::AtLeast(count) => count,
        }
    }

    fn most(&self) -> Option<usize> {
        match self.times {
            Times::Unsaid => (self.replies.len() > 1).then_some(self.replies.len()),
            Times::Exactly(count) => Some(count),
            Times::AtLeast(_) => None,
        }
    }
}

/// A number of times in words.
fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Target::Operation(name) => write!(formatter, "`{name}`"),
            Target::Request(method, template) => write!(formatter, "`{method} {template}`"),
        }
    }
}

/// A call that is mocked: says how often it is expected, and what is responded next. `R` is what can be responded.
///
/// Unless it is told otherwise, a call with one response is expected at least once and responded to as often as it is made; one with
/// several is expected as often as there are responses, and each is used once, in their order.
pub struct Expected<R> {
    pub(super) expectation: Arc<Expectation>,
    pub(super) responses: PhantomData<fn() -> R>,
}

impl<R: From<Then>> Expected<R> {
    /// One more response, for the call after those before. The last one stays when the call is made more often and may be.
    pub fn then(self, reply: impl FnOnce(R) -> Reply) -> Self {
        let reply = reply(R::from(Then));
        self.expectation.progress().replies.push(reply);
        self
    }

    /// The call is expected so often, and not responded to more often. With 0 it must not be made.
    pub fn times(self, count: usize) -> Self {
        self.expectation.progress().times = Times::Exactly(count);
        self
    }

    /// The call is expected so often or more often.
    pub fn at_least(self, count: usize) -> Self {
        self.expectation.progress().times = Times::AtLeast(count);
        self
    }

    /// The call may be made as often as one likes, and need not be.
    pub fn any_times(self) -> Self {
        self.at_least(0)
    }

    /// How often the call was made so far. Each attempt of a call that is repeated counts.
    pub fn calls(&self) -> usize {
        self.expectation.progress().taken
    }
}

impl<R> fmt::Debug for Expected<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Expected").field("call", &format_args!("{}", self.expectation)).finish_non_exhaustive()
    }
}
