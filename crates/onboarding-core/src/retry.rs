//! When a call that failed is sent again, and after how long. Whether it may be is decided by `execute.rs`, which asks only for calls that
//! are safe to repeat or that the vendor has seen nothing of.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{HeaderMap, RETRY_AFTER};

use crate::runtime::{Runtime, random_part};

/// How calls are repeated that failed and may be repeated: those with an idempotent method or an idempotency key, after a failure
/// of the connection or the statuses 408, 429, 502, 503 and 504. A call for which no connection was made, so that the vendor has seen
/// nothing of it, may be repeated whatever it is.
///
/// The pause before an attempt grows exponentially, with full jitter: a random part of 0.2, 0.4, 0.8, … seconds. A `Retry-After`
/// makes it longer, never shorter. Three attempts are made by default.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Retry {
    max_attempts: u32,
    first_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
    budget: u32,
    unseen: bool,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            first_delay: Duration::from_millis(200),
            max_delay: Duration::from_secs(10),
            max_retry_after: Duration::from_secs(30),
            budget: 50,
            unseen: true,
        }
    }
}

impl Retry {
    /// Nothing is repeated.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// How often a call is sent at most, the first time included: at least once.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest pause before the second attempt. It doubles with every further one.
    pub const fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// What the pause grows up to.
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest `Retry-After` that is waited for. When the vendor asks for more, the call fails at once with its response.
    pub const fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// How many repetitions a client may make in a burst, all its calls together: 50 by default. Each call earns it a tenth of
    /// another one, so that a vendor in trouble is not called much more often than usual.
    pub const fn budget(mut self, repetitions: u32) -> Self {
        self.budget = repetitions;
        self
    }

    /// Whether a call that is not safe to repeat is repeated where no connection was made for it: it is by default. Whoever gives the client
    /// a [`Transport`](crate::Transport) of its own that cannot tell for certain switches it off.
    pub const fn unseen_calls(mut self, are_repeated: bool) -> Self {
        self.unseen = are_repeated;
        self
    }

    /// Whether calls that the vendor has seen nothing of are repeated whatever they are.
    pub(crate) const fn repeats_unseen(&self) -> bool {
        self.unseen
    }

    /// The pause before the next attempt after so many; `None` when there is to be none.
    pub(crate) fn delay(&self, attempts: u32, asked: Option<Duration>, runtime: &dyn Runtime) -> Option<Duration> {
        if attempts >= self.max_attempts || asked.is_some_and(|asked| asked > self.max_retry_after) {
            return None;
        }
        let delay = full_jitter(self.first_delay, self.max_delay, attempts, runtime);
        Some(asked.map_or(delay, |asked| asked.max(delay)))
    }

    /// Whether anything is sent at all.
    pub(crate) const fn allows_an_attempt(&self) -> bool {
        self.max_attempts > 0
    }
}

/// How long to pause after so many failures in a row: a random part of what begins with `first` and doubles with every further one,
/// up to `longest`.
pub(crate) fn full_jitter(first: Duration, longest: Duration, failures: u32, runtime: &dyn Runtime) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
    random_part(first.saturating_mul(doubled).min(longest), runtime)
}

/// Whether the vendor says with this status that the same call may succeed later.
pub(crate) fn is_temporary(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 502 | 503 | 504)
}

/// How long the vendor asks to be left alone: `Retry-After` in seconds or as a date.
pub(crate) fn retry_after(headers: &HeaderMap, runtime: &dyn Runtime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large to be read asks for more than anyone waits.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    Some(at.duration_since(SystemTime::from(runtime.now())).unwrap_or_default())
}

/// What one repetition costs, and what one call earns.
const COST: u32 = 10;
const EARNED: u32 = 1;

/// The repetitions that a client may still make.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    most: u32,
    left: Mutex<u32>,
}

impl RetryBudget {
    pub(crate) fn new(retry: &Retry) -> Self {
        let most = retry.budget.saturating_mul(COST);
        Self { most, left: Mutex::new(most) }
    }

    /// Counts a call.
    pub(crate) fn earn(&self) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_add(EARNED).min(self.most);
    }

    /// Takes one repetition, if any is left.
    pub(crate) fn spend(&self) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = left.checked_sub(COST);
        *left = rest.unwrap_or(*left);
        rest.is_some()
    }
}
