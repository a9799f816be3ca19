//! The keys of webhooks that a client keeps for all who ask, and why keys may be unknown.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use http::StatusCode;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::signing::limits::MAX_KEY_SET_BYTES;
use crate::signing::{KeyError, KeySet};

/// Why it cannot be told whether there is a key. All of these pass: the same webhook, delivered later, may be accepted.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeySourceError {
    /// The keys could not be fetched.
    #[error("the keys could not be fetched")]
    Fetch(#[source] Arc<dyn Error + Send + Sync>),
    /// The vendor's response to the request for keys was not a success.
    #[error("the request for keys was answered with the status {0}")]
    Status(StatusCode),
    /// Fetching the keys took longer than it may.
    #[error("fetching the keys took longer than {} seconds", .0.as_secs_f32())]
    TimedOut(Duration),
    /// Fetching the keys ended without a result: it panicked, or its Tokio runtime has ended or was never there.
    #[error("fetching the keys was interrupted")]
    Interrupted,
    /// What was fetched is longer than any set of keys.
    #[error("what was fetched has more than {MAX_KEY_SET_BYTES} bytes, which no set of keys has")]
    TooLong,
    /// What was fetched is not a set of keys.
    #[error("what was fetched is not a set of keys")]
    NotKeys(#[source] KeyError),
    /// The key is not known here, and it is too early to fetch the keys again. The vendor may have begun to use it since they
    /// were fetched.
    #[error("the key is not known here, and the keys are not fetched again for {} seconds", .retry_after.as_secs_f32().ceil())]
    TooEarly {
        /// When they are.
        retry_after: Duration,
    },
}

impl KeySourceError {
    /// How long to wait before the same webhook is worth trying again, where that is known.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooEarly { retry_after } => Some(*retry_after),
            _ => None,
        }
    }
}

/// The keys that are kept, and the fetch that is under way. It has no client, so that a client can hold it.
#[derive(Default)]
pub(super) struct Cache {
    pub(super) kept: RwLock<Arc<Kept>>,
    /// How many fetches have begun.
    pub(super) begun: AtomicU64,
    /// Held while fetching: who needs what is fetched waits for it, and who knows the key already does not.
    pub(super) attempt: Mutex<Attempt>,
}

/// What a client and its clones keep of the keys at each path.
#[derive(Default)]
pub(crate) struct KeyCaches(RwLock<BTreeMap<&'static str, Arc<Cache>>>);

impl KeyCaches {
    pub(super) fn at(&self, path: &'static str) -> Arc<Cache> {
        if let Some(cache) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Arc::clone(cache);
        }
        Arc::clone(self.0.write().unwrap_or_else(PoisonError::into_inner).entry(path).or_default())
    }
}

/// What was fetched, and when that was begun.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) keys: KeySet,
    pub(super) fetched: Option<Instant>,
}

/// The last fetch.
#[derive(Default)]
pub(super) struct Attempt {
    /// The first is 1.
    pub(super) number: u64,
    pub(super) started: Option<Instant>,
    pub(super) succeeded: bool,
    /// The fetch whose result nobody has taken yet.
    pub(super) task: Option<JoinHandle<Result<KeySet, KeySourceError>>>,
}
