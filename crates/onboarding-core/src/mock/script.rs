//! What a mock was told, and what became of it.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::expectation::Expectation;
use super::reply::Reply;
use crate::transport::TransportRequest;

/// What a mock and its clients share.
pub(super) struct Shared {
    pub(super) vendor: &'static str,
    expectations: Mutex<Vec<Arc<Expectation>>>,
    /// The calls that nothing responded to, in words.
    unmatched: Mutex<Vec<String>>,
    /// Whether the problems were told already.
    pub(super) is_told: AtomicBool,
}

impl Shared {
    /// Nothing is said yet.
    pub(super) fn of(vendor: &'static str) -> Self {
        Self { vendor, expectations: Mutex::default(), unmatched: Mutex::default(), is_told: AtomicBool::new(false) }
    }

    pub(super) fn expect(&self, expectation: Arc<Expectation>) {
        self.expectations().push(expectation);
    }

    /// The response to a request, or what to say of a request that there is none for.
    pub(super) fn respond(&self, request: &TransportRequest) -> Result<Reply, Unmatched> {
        // A condition may use the mock: nothing is locked while it is asked.
        let expectations = self.expectations().clone();
        let mut reasons = Vec::new();
        for expectation in &expectations {
            let Some(received) = expectation.concerns(request) else { continue };
            let mismatches = expectation.mismatches(received);
            if mismatches.is_empty() {
                match expectation.take() {
                    Some(reply) => return Ok(reply),
                    None => reasons.push(format!("{expectation}: {}", expectation.used())),
                }
            } else {
                reasons.push(format!("{expectation}:\n      {}", mismatches.join("\n      ")));
            }
        }
        let call = request.call();
        let mut text = format!("a call of `{}` ({} {}) was not expected", call.operation, call.method, call.template);
        if reasons.is_empty() {
            text.push_str(": nothing was said of this operation");
        }
        for reason in reasons {
            text.push_str("\n    ");
            text.push_str(&reason);
        }
        self.unmatched.lock().unwrap_or_else(PoisonError::into_inner).push(text.clone());
        Err(Unmatched(text))
    }

    /// All that is not as it was expected.
    pub(super) fn problems(&self) -> Option<String> {
        let mut problems: Vec<String> = self.expectations().iter().filter_map(|one| one.problem()).collect();
        problems.extend(self.unmatched.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned());
        if problems.is_empty() {
            return None;
        }
        Some(format!("the calls of {} are not as expected\n- {}", self.vendor, problems.join("\n- ")))
    }

    fn expectations(&self) -> MutexGuard<'_, Vec<Arc<Expectation>>> {
        self.expectations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that a mock was not told of: the source of its [`TransportError`](crate::TransportError).
#[derive(Clone, PartialEq, Eq)]
pub struct Unmatched(String);

/// Says what was expected and what was received.
impl fmt::Display for Unmatched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The same as `Display`, so that `unwrap` in a test says why.
impl fmt::Debug for Unmatched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Unmatched {}
