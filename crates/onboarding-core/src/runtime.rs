//! Time and random numbers, behind a trait so that tests decide them and do not wait; and what keeps a service's own code from
//! stopping a call: limits on how long it is waited for, and panics that end where they happen.

use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;
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

    /// Completes when that much time has passed: a pause that the client makes.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Completes when that much time has passed: the longest that the client waits for something else, such as a
    /// [`TokenStore`](crate::TokenStore), tokens or the rest of a [`Download`](crate::Download).
    ///
    /// By the operating system's clock unless it is written: in a test whose [`sleep`](Self::sleep) completes at once, everything
    /// that is waited for would otherwise be late.
    fn timeout(&self, duration: Duration) -> BoxFuture<'static, ()> {
        SystemRuntime.sleep(duration)
    }

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
        // Beside `tokio::time::pause`, in a test, the clock that is paused.
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> f64 {
        // The first 32 bits of a version 4 UUID are all random.
        f64::from(uuid::Uuid::new_v4().as_fields().0) / (f64::from(u32::MAX) + 1.0)
    }
}

/// A random part of a duration. A runtime whose chance is no number from 0 to 1 makes it none of it, or all.
pub(crate) fn random_part(longest: Duration, runtime: &dyn Runtime) -> Duration {
    let part = runtime.random();
    if part >= 1.0 {
        longest
    } else if part > 0.0 {
        longest.mul_f64(part)
    } else {
        Duration::ZERO
    }
}

/// Waits no longer than that; `None` when the time has passed. A future that is ready at once costs no timer.
pub(crate) async fn within<T>(runtime: &dyn Runtime, limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut timer = None;
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        timer.get_or_insert_with(|| runtime.timeout(limit)).as_mut().poll(context).map(|()| None)
    })
    .await
}

/// What a service gave to be called has panicked. The message is not kept, since it may hold anything; the panic hook has had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("it panicked")
    }
}

impl std::error::Error for Panicked {}

impl From<Box<dyn Any + Send>> for Panicked {
    fn from(payload: Box<dyn Any + Send>) -> Self {
        // What was thrown may throw again when it is dropped.
        let _ = catch_unwind(AssertUnwindSafe(move || drop(payload)));
        Self
    }
}

/// Calls what a service gave; a panic in it ends here.
pub(crate) fn caught<T>(call: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(call)).map_err(Panicked::from)
}

/// Waits for what a service gave; a panic in it ends here. `begin` makes the future, which may panic as well.
pub(crate) async fn caught_future<F: Future>(begin: impl FnOnce() -> F) -> Result<F::Output, Panicked> {
    let mut future = pin!(caught(begin)?);
    poll_fn(|context| match caught(|| future.as_mut().poll(context)) {
        Ok(polled) => polled.map(Ok),
        Err(panicked) => Poll::Ready(Err(panicked)),
    })
    .await
}

/// Whether the task runs on a tokio runtime with a clock. Without one neither this crate nor its HTTP client can wait for anything,
/// and tokio tells by a panic.
pub(crate) fn has_clock() -> bool {
    tokio::runtime::Handle::try_current().is_ok() && caught(|| drop(tokio::time::sleep(Duration::ZERO))).is_ok()
}
