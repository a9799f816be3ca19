//! Where the keys come from that verify webhooks.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::sync::Mutex;

use crate::signing::{Clock, KeyError, KeySet, VerifyingKey};

/// A future of any kind.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

type BoxError = Box<dyn Error + Send + Sync>;
type Fetch = Arc<dyn Fn() -> BoxFuture<'static, Result<Bytes, BoxError>> + Send + Sync>;

/// Gives keys by their identifiers.
pub trait KeySource: Send + Sync + fmt::Debug {
    /// The key with this identifier, or `None` when there is none. An error says that it cannot be told.
    fn key<'a>(&'a self, key_id: &'a str) -> BoxFuture<'a, Result<Option<VerifyingKey>, KeySourceError>>;
}

/// Why it cannot be told whether there is a key.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeySourceError {
    /// The keys could not be fetched.
    #[error("the keys could not be fetched")]
    Fetch(#[source] Arc<dyn Error + Send + Sync>),
    /// What was fetched is longer than any set of keys.
    #[error("what was fetched is longer than any set of keys")]
    TooLong,
    /// What was fetched is not a set of keys.
    #[error("what was fetched is not a set of keys")]
    NotKeys(#[source] KeyError),
    /// The keys could not be fetched a short while ago, and it is too early to try again.
    #[error("the keys could not be fetched a short while ago, and it is too early to try again")]
    TooEarly,
}

/// Keys that are known beforehand.
impl KeySource for KeySet {
    fn key<'a>(&'a self, key_id: &'a str) -> BoxFuture<'a, Result<Option<VerifyingKey>, KeySourceError>> {
        let key = self.get(key_id).cloned();
        Box::pin(async move { Ok(key) })
    }
}

/// The vendor's key set (RFC 7517), fetched when it is first needed and kept.
///
/// It is fetched anew when a webhook names a key that it does not have, so that a vendor may change keys at any time, and when
/// it has grown old, so that a key which the vendor withdrew is not trusted for long. Between two fetches lies an interval,
/// whatever comes in: senders of nonsense cannot turn a service against its vendor. However many webhooks wait for the keys,
/// one fetch serves them all.
pub struct FetchedKeys {
    fetch: Fetch,
    clock: Clock,
    interval: Duration,
    fresh: Duration,
    stale: Duration,
    kept: RwLock<Arc<Kept>>,
    /// Held while fetching: who needs what is fetched waits for it, and who knows the key already does not.
    attempt: Mutex<Attempt>,
}

/// What was fetched, and when.
#[derive(Default)]
struct Kept {
    keys: KeySet,
    fetched: Option<SystemTime>,
}

/// The last fetch.
#[derive(Default)]
struct Attempt {
    started: Option<SystemTime>,
    failed: bool,
}

/// A set of keys is a few kilobytes.
const LONGEST_SET: usize = 1024 * 1024;

impl FetchedKeys {
    /// Keys that are fetched by this function: a call to the vendor's key endpoint, which gives the body of its answer. Give it
    /// a timeout, since webhooks wait for it.
    ///
    /// An interval of a minute between two fetches; keys fetched anew after an hour; not trusted after a day.
    pub fn new<F, E>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let fetch: Fetch = Arc::new(move || {
            let fetched = fetch();
            Box::pin(async move { fetched.await.map_err(Into::into) })
        });
        Self {
            fetch,
            clock: Arc::new(SystemTime::now),
            interval: Duration::from_secs(60),
            fresh: Duration::from_secs(60 * 60),
            stale: Duration::from_secs(24 * 60 * 60),
            kept: RwLock::default(),
            attempt: Mutex::default(),
        }
    }

    /// The same with another interval between two fetches.
    pub fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// The same with other ages: from the first on, keys are fetched anew when they are needed; from the second on, they are
    /// not trusted, even if the vendor cannot be reached.
    pub fn with_ages(mut self, fresh: Duration, stale: Duration) -> Self {
        (self.fresh, self.stale) = (fresh, stale);
        self
    }

    /// The same with another clock.
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    async fn find(&self, key_id: &str) -> Result<Option<VerifyingKey>, KeySourceError> {
        if let Some(key) = self.kept_key(key_id, self.fresh) {
            return Ok(Some(key));
        }
        let mut attempt = self.attempt.lock().await;
        // Another may have fetched it meanwhile.
        if let Some(key) = self.kept_key(key_id, self.fresh) {
            return Ok(Some(key));
        }
        let (now, stale) = ((self.clock)(), self.kept_key(key_id, self.stale));
        if attempt.started.is_some_and(|started| age(started, now) < self.interval) {
            return match stale {
                // After a failure, a key that is not known here may well be one of the vendor's.
                None if attempt.failed => Err(KeySourceError::TooEarly),
                stale => Ok(stale),
            };
        }
        // Noted before the answer is there, so that the interval holds even if this future is dropped.
        *attempt = Attempt { started: Some(now), failed: true };
        match self.fetch_keys().await {
            Ok(keys) => {
                attempt.failed = false;
                let key = keys.get(key_id).cloned();
                let kept = Arc::new(Kept { keys, fetched: Some(now) });
                *self.kept.write().unwrap_or_else(PoisonError::into_inner) = kept;
                Ok(key)
            }
            Err(error) => stale.map(Some).ok_or(error),
        }
    }

    /// The key, if it was fetched no longer ago than this.
    fn kept_key(&self, key_id: &str, limit: Duration) -> Option<VerifyingKey> {
        let kept = Arc::clone(&self.kept.read().unwrap_or_else(PoisonError::into_inner));
        let young = age(kept.fetched?, (self.clock)()) < limit;
        if young { kept.keys.get(key_id).cloned() } else { None }
    }

    async fn fetch_keys(&self) -> Result<KeySet, KeySourceError> {
        let body = (self.fetch)().await.map_err(|error| KeySourceError::Fetch(error.into()))?;
        if body.len() > LONGEST_SET {
            return Err(KeySourceError::TooLong);
        }
        KeySet::from_jwks(&body).map_err(KeySourceError::NotKeys)
    }
}

impl KeySource for FetchedKeys {
    fn key<'a>(&'a self, key_id: &'a str) -> BoxFuture<'a, Result<Option<VerifyingKey>, KeySourceError>> {
        Box::pin(self.find(key_id))
    }
}

impl fmt::Debug for FetchedKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FetchedKeys").field("interval", &self.interval).finish_non_exhaustive()
    }
}

/// A clock that was set back makes things young, not old.
fn age(since: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(since).unwrap_or_default()
}
