//! Time and chance, behind a trait so that tests decide them and do not wait.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

use crate::Timestamp;

/// A future behind a pointer: what object-safe traits return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where a client takes time and chance from. [`SystemRuntime`] unless the builder is given another.
///
/// It governs pauses between attempts, pacing, deadlines and the age of tokens. A connection that is silent is given up by the
/// operating system's clock whatever this says.
pub trait Runtime: Send + Sync + fmt::Debug {
    /// The time of day, by which tokens expire and dates in `Retry-After` are read.
    fn now(&self) -> Timestamp;

    /// A clock that never goes back, by which durations are measured.
    fn instant(&self) -> Instant;

    /// Completes when that much time has passed.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// A number from 0 up to, but not including, 1.
    fn random(&self) -> f64;
}

/// The time of this machine, and chance from its random number generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRuntime;

impl Runtime for SystemRuntime {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> f64 {
        // The first 32 bits of a version 4 UUID are all random.
        f64::from(uuid::Uuid::new_v4().as_fields().0) / (f64::from(u32::MAX) + 1.0)
    }
}
