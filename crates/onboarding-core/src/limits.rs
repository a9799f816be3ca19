//! How many attempts of calls a client has under way at once, and how many it begins in a time: limits that the service sets.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::runtime::Runtime;

/// A place among the calls in flight, given back when it is dropped.
pub(crate) type Place = Option<OwnedSemaphorePermit>;

/// The limits that a client keeps by itself.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    concurrency: Option<Arc<Semaphore>>,
    pace: Option<Pace>,
}

/// Calls spread evenly over time.
#[derive(Debug)]
struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Limits {
    pub(crate) fn new(max_concurrent: Option<usize>, rate: Option<(u32, Duration)>) -> Self {
        Self {
            concurrency: max_concurrent.map(|places| Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS)))),
            pace: rate.map(|(calls, per)| Pace { interval: per / calls.max(1), next: Mutex::new(None) }),
        }
    }

    /// Whether there is anything to wait for.
    pub(crate) const fn any(&self) -> bool {
        self.concurrency.is_some() || self.pace.is_some()
    }

    /// Waits until one more attempt may be sent.
    pub(crate) async fn enter(&self, runtime: &dyn Runtime) -> Place {
        let place = match &self.concurrency {
            // The semaphore is never closed.
            Some(places) => places.clone().acquire_owned().await.ok(),
            None => None,
        };
        if let Some(pause) = self.pace.as_ref().and_then(|pace| pace.pause(runtime)) {
            runtime.sleep(pause).await;
        }
        place
    }
}

impl Pace {
    /// Takes the next moment at which a call may be sent, and tells how far off it is.
    fn pause(&self, runtime: &dyn Runtime) -> Option<Duration> {
        let now = runtime.instant();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = next.map_or(now, |next| next.max(now));
        *next = at.checked_add(self.interval);
        (at > now).then(|| at - now)
    }
}
