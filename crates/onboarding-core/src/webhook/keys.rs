//! Where the keys come from that verify webhooks.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Method;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time;

use super::key_caches::{Attempt, Cache, Kept, KeySourceError};
use crate::Client;
use crate::runtime::{BoxFuture, Runtime, SystemRuntime};
use crate::signing::limits::MAX_KEY_SET_BYTES;
use crate::signing::{KeySet, VerifyingKey};

/// How long fetching keys may take, unless [`FetchedKeys::with_timeout`] says otherwise. Webhooks wait for it.
pub const KEY_FETCH_TIMEOUT: Duration = Duration::from_secs(10);

type BoxError = Box<dyn Error + Send + Sync>;
type Fetch = Arc<dyn Fn() -> BoxFuture<'static, Result<Bytes, KeySourceError>> + Send + Sync>;

/// Gives keys by their identifiers.
pub trait KeySource: Send + Sync + fmt::Debug {
    /// The key with this identifier, or `None` when the vendor has none by that name now: the webhook is then refused for good.
    /// An error says that it cannot be told, and makes the vendor try again. It is called before anything else of a message is
    /// believed, and nothing else limits how long it takes.
    fn key<'a>(&'a self, key_id: &'a str) -> BoxFuture<'a, Result<Option<VerifyingKey>, KeySourceError>>;
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
/// It is fetched again when a webhook names a key that it does not have, so that a vendor may change keys at any time, and when
/// it has grown old, so that a key which the vendor withdrew is not trusted for long. Between two fetches lies an interval,
/// whatever comes in: senders of nonsense cannot turn a service against its vendor. A key that is not known while the interval
/// lasts is [`KeySourceError::TooEarly`], which is a status of 503 and not of 401: the vendor may just have begun to use it.
///
/// However many webhooks wait for the keys, one fetch serves them all. It is a task of its own on the Tokio runtime of the webhook
/// that began it: a sender that hangs up interrupts nothing. Ages and the interval are measured by a clock that never goes back.
///
/// What [`from_client`](Self::from_client) gives shares its keys with all others of that client and path.
pub struct FetchedKeys {
    fetch: Fetch,
    runtime: Arc<dyn Runtime>,
    interval: Duration,
    fresh: Duration,
    stale: Duration,
    timeout: Duration,
    cache: Arc<Cache>,
}

impl FetchedKeys {
    /// Keys that are fetched by this function: a call to the vendor's key endpoint, which gives the body of a response that was a
    /// success. [`from_client`](Self::from_client) does this with a vendor's client.
    ///
    /// An interval of a minute between two fetches; keys fetched again after an hour; not trusted after a day; at most ten seconds
    /// for a fetch. A body that is larger than any set of keys is refused, but has been read by then: the function should read no
    /// more than [`MAX_KEY_SET_BYTES`].
    pub fn new<F, E>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self::fetched_by(Arc::new(move || {
            let fetched = fetch();
            Box::pin(async move { fetched.await.map_err(|error| KeySourceError::Fetch(error.into().into())) })
        }))
    }

    /// Keys that a client of the vendor fetches, signed in like its other calls, by a GET of this path such as
    /// `/auth/verify_keys`. No more of the response is read than a set of keys can have.
    ///
    /// The client keeps what was fetched: all `FetchedKeys` of it and its clones that have the same path share the keys and the
    /// fetch that is under way, whenever they are made. Ages, interval and limit are each one's own.
    pub fn from_client(client: &Client, path: &'static str) -> Self {
        let cache = client.shared.key_caches.at(path);
        let client = client.clone();
        let keys = Self::fetched_by(Arc::new(move || {
            let request = client.raw(Method::GET, path).max_response_bytes(MAX_KEY_SET_BYTES);
            Box::pin(async move {
                let response = request.send_raw().await.map_err(|error| KeySourceError::Fetch(Arc::new(error)))?;
                if response.status().is_success() {
                    Ok(response.bytes().clone())
                } else {
                    Err(KeySourceError::Status(response.status()))
                }
            })
        }));
        Self { cache, ..keys }
    }

    fn fetched_by(fetch: Fetch) -> Self {
        Self {
            fetch,
            runtime: Arc::new(SystemRuntime),
            interval: Duration::from_secs(60),
            fresh: Duration::from_secs(60 * 60),
            stale: Duration::from_secs(24 * 60 * 60),
            timeout: KEY_FETCH_TIMEOUT,
            cache: Arc::default(),
        }
    }

    /// The same with another interval between two fetches.
    pub fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// The same with other ages: from the first on, keys are fetched again when they are needed; from the second on, they are
    /// not trusted, even if the vendor cannot be reached.
    pub fn with_ages(mut self, fresh: Duration, stale: Duration) -> Self {
        (self.fresh, self.stale) = (fresh, stale);
        self
    }

    /// The same with another limit on how long fetching keys may take.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Keys with another clock: [`Runtime::instant`] measures ages and the interval. They are fetched and kept apart from those that
    /// a client shares, whose ages that clock could not tell.
    pub fn with_runtime(mut self, runtime: impl Runtime + 'static) -> Self {
        self.runtime = Arc::new(runtime);
        self.cache = Arc::default();
        self
    }

    async fn find(&self, key_id: &str) -> Result<Option<VerifyingKey>, KeySourceError> {
        let begun_before = self.cache.begun.load(Ordering::Relaxed);
        if let Some(key) = self.kept_key(key_id, self.fresh) {
            return Ok(Some(key));
        }
        let mut attempt = self.cache.attempt.lock().await;
        // Another may have fetched it meanwhile.
        if let Some(key) = self.kept_key(key_id, self.fresh) {
            return Ok(Some(key));
        }
        let (now, stale) = (self.runtime.instant(), self.kept_key(key_id, self.stale));
        if attempt.task.is_none() && self.rest_of_interval(&attempt, now).is_zero() {
            // Noted before the response is there, so that the interval holds even if this future is dropped.
            let number = self.cache.begun.fetch_add(1, Ordering::Relaxed) + 1;
            *attempt = Attempt { number, started: Some(now), succeeded: false, task: None };
            attempt.task = Some(self.begin()?);
        }
        if let Err(error) = self.end(&mut attempt, now).await {
            return stale.map(Some).ok_or(error);
        }
        match self.kept_key(key_id, self.stale) {
            Some(key) => Ok(Some(key)),
            // The vendor was asked after this webhook came in, and does not know the key.
            None if attempt.succeeded && attempt.number > begun_before => Ok(None),
            None => {
                Err(KeySourceError::TooEarly { retry_after: self.rest_of_interval(&attempt, self.runtime.instant()) })
            }
        }
    }

    /// How much time has to pass before the keys are fetched again.
    fn rest_of_interval(&self, attempt: &Attempt, now: Instant) -> Duration {
        attempt.started.map_or(Duration::ZERO, |started| self.interval.saturating_sub(age(started, now)))
    }

    /// Begins to fetch the keys.
    fn begin(&self) -> Result<JoinHandle<Result<KeySet, KeySourceError>>, KeySourceError> {
        let runtime = Handle::try_current().map_err(|_| KeySourceError::Interrupted)?;
        let (fetching, timeout) = ((self.fetch)(), self.timeout);
        Ok(runtime.spawn(async move {
            let body = time::timeout(timeout, fetching).await.map_err(|_| KeySourceError::TimedOut(timeout))??;
            if body.len() > MAX_KEY_SET_BYTES {
                return Err(KeySourceError::TooLong);
            }
            KeySet::from_jwks(&body).map_err(KeySourceError::NotKeys)
        }))
    }

    /// Waits for the fetch that is under way, if there is one, and keeps its keys.
    async fn end(&self, attempt: &mut Attempt, now: Instant) -> Result<(), KeySourceError> {
        let (Some(task), Some(started)) = (&mut attempt.task, attempt.started) else {
            return Ok(());
        };
        // The runtime of the task may be one that nobody drives any more.
        let rest = self.timeout.saturating_sub(age(started, now));
        let ended = time::timeout(rest, &mut *task).await;
        if ended.is_err() {
            task.abort();
        }
        attempt.task = None;
        let ended = ended.map_err(|_| KeySourceError::TimedOut(self.timeout))?;
        let keys = ended.map_err(|_| KeySourceError::Interrupted)??;
        attempt.succeeded = true;
        *self.cache.kept.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Kept { keys, fetched: Some(started) });
        Ok(())
    }

    /// The key, if it was fetched no longer ago than this.
    fn kept_key(&self, key_id: &str, limit: Duration) -> Option<VerifyingKey> {
        let kept = Arc::clone(&self.cache.kept.read().unwrap_or_else(PoisonError::into_inner));
        let young = age(kept.fetched?, self.runtime.instant()) < limit;
        if young { kept.keys.get(key_id).cloned() } else { None }
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

fn age(since: Instant, now: Instant) -> Duration {
    now.saturating_duration_since(since)
}
