//! One renewal of tokens that many calls wait for. A task of the runtime on which it began drives it to its end, whoever is dropped
//! meanwhile; when nobody drives that task any more, those who wait give the renewal up and begin another.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::credentials_error::{CredentialsError, CredentialsErrorKind};
use crate::runtime::{BoxFuture, Runtime, caught, within};
use crate::sign_in_headers::SignInHeaders;

/// How long a driver that was woken may take to be run until nobody is thought to drive it.
const PULSE: Duration = Duration::from_secs(2);
/// The shortest that anyone waits before looking again: time enough for a driver that has just been woken.
const LEAST: Duration = Duration::from_millis(100);
/// How much longer than a step may take others wait for it, so that its own limit ends it first.
const SLACK: Duration = Duration::from_secs(1);

/// What a renewal gives to those who wait.
pub(crate) type Renewed = Result<SignInHeaders, CredentialsError>;

/// A renewal under way, or over.
#[derive(Debug)]
pub(crate) struct Renewal {
    progress: watch::Sender<Progress>,
    pulse: Mutex<Pulse>,
    work: Mutex<Work>,
}

#[derive(Clone, Debug, Default)]
struct Progress {
    /// What it gave; there may still be something to save.
    result: Option<Renewed>,
    over: Option<Over>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Ended,
    GivenUp,
}

/// Whether the driver is alive, and how long what it does may take.
#[derive(Debug, Default)]
struct Pulse {
    driver: Option<Waker>,
    /// How often the driver has run.
    runs: u64,
    /// When it was woken by someone who waits; `None` once it has run since.
    woken: Option<Instant>,
    step: Option<Step>,
    given_up: bool,
}

/// What a renewal is doing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// When it ends by its own limit; `None` when that is beyond the end of time.
    pub(crate) until: Option<Instant>,
    /// Whether it may be done a second time although the first may still be under way. What is good for one use must not be.
    pub(crate) repeatable: bool,
}

struct Work(Option<BoxFuture<'static, ()>>);

impl std::fmt::Debug for Work {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Work")
    }
}

/// How waiting for a renewal ended.
#[derive(Debug)]
pub(crate) enum Waited {
    /// With what it gave.
    Renewed(Renewed),
    /// What it had given was of no use, and it is now over.
    Ended,
    /// Nobody drives it any more: it was given up.
    GivenUp,
    /// It takes longer than was to be waited for.
    Late,
}

impl Renewal {
    /// A renewal that has already given this, or nothing yet.
    pub(crate) fn new(result: Option<Renewed>) -> Arc<Self> {
        let progress = watch::Sender::new(Progress { result, over: None });
        Arc::new(Self { progress, pulse: Mutex::default(), work: Mutex::new(Work(None)) })
    }

    /// Has a task of the current runtime drive it to its end. Nothing of it stays behind when that runtime is shut down.
    pub(crate) fn drive(self: &Arc<Self>, work: BoxFuture<'static, ()>) {
        *lock(&self.work) = Work(Some(work));
        let driver = Driver(self.clone());
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(driver)),
            Err(_) => drop(driver),
        }
    }

    /// Says what it does now; false when it was given up, and must do nothing more.
    pub(crate) fn enter(&self, step: Step) -> bool {
        let mut pulse = lock(&self.pulse);
        pulse.step = Some(step);
        !pulse.given_up
    }

    /// Whether it has given those who waited something.
    pub(crate) fn has_given(&self) -> bool {
        self.progress.borrow().result.is_some()
    }

    /// Gives all who wait what they wait for.
    pub(crate) fn give(&self, renewed: Renewed) {
        self.progress.send_modify(|progress| progress.result = Some(renewed));
    }

    /// Whether nothing more comes of it.
    pub(crate) fn is_over(&self) -> bool {
        self.progress.borrow().over.is_some()
    }

    /// Whether those who waited have gone on without it.
    pub(crate) fn is_given_up(&self) -> bool {
        lock(&self.pulse).given_up
    }

    /// Waits for what it gives or, when what it had given is of no use, for its end; at most for that long where there is a limit.
    pub(crate) async fn wait(&self, runtime: &dyn Runtime, had_given: bool, limit: Option<Duration>) -> Waited {
        let mut progress = self.progress.subscribe();
        let until = limit.map(|limit| (runtime.instant(), limit));
        loop {
            {
                let progress = progress.borrow_and_update();
                match (&progress.result, progress.over) {
                    (Some(renewed), _) if !had_given => return Waited::Renewed(renewed.clone()),
                    (_, Some(Over::Ended)) => return Waited::Ended,
                    (_, Some(Over::GivenUp)) => return Waited::GivenUp,
                    (_, None) => {}
                }
            }
            let (patience, runs) = self.patience(runtime);
            let left =
                until.map(|(begun, limit)| limit.saturating_sub(runtime.instant().saturating_duration_since(begun)));
            let is_last = left.is_some_and(|left| left <= patience);
            match within(runtime, left.map_or(patience, |left| left.min(patience)), progress.changed()).await {
                Some(Ok(())) => {}
                // The sender is part of what is borrowed here: it is not gone.
                Some(Err(_)) => return Waited::GivenUp,
                None if is_last => return Waited::Late,
                None => self.give_up_if_dead(runtime, runs),
            }
        }
    }

    /// Wakes the driver, and tells how long to wait until the renewal counts as dead, and how often the driver has run so far.
    fn patience(&self, runtime: &dyn Runtime) -> (Duration, u64) {
        let now = runtime.instant();
        let mut pulse = lock(&self.pulse);
        let waker = if pulse.woken.is_none() { pulse.driver.clone() } else { None };
        let silent = now.saturating_duration_since(*pulse.woken.get_or_insert(now));
        let runs = pulse.runs;
        let step = pulse.step.and_then(|step| Some(step.until?.saturating_duration_since(now).saturating_add(SLACK)));
        let may_be_repeated = pulse.step.is_none_or(|step| step.repeatable);
        drop(pulse);
        if let Some(waker) = waker {
            waker.wake();
        }
        let patience = if may_be_repeated || silent < PULSE { PULSE.saturating_sub(silent) } else { Duration::MAX };
        (step.map_or(patience, |step| step.min(patience)).max(LEAST), runs)
    }

    /// Gives it up when its driver was woken and has not run since, unless it may have sent what must not be sent again; then when it
    /// has taken longer than its step may take.
    fn give_up_if_dead(&self, runtime: &dyn Runtime, runs: u64) {
        let now = runtime.instant();
        let pulse = lock(&self.pulse);
        let is_silent = pulse.runs == runs;
        let may_be_repeated = pulse.step.is_none_or(|step| step.repeatable);
        let is_late = pulse.step.and_then(|step| step.until?.checked_add(SLACK)).is_some_and(|until| until <= now);
        drop(pulse);
        if (is_silent && may_be_repeated) || is_late {
            self.give_up();
        }
    }

    /// Drops what is left to do, with every lock and every place in a queue that it holds. Code of the service that blocks the thread
    /// cannot be dropped: it is ignored from here on.
    fn give_up(&self) {
        lock(&self.pulse).given_up = true;
        let work = match self.work.try_lock() {
            Ok(mut work) => work.0.take(),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().0.take(),
            Err(TryLockError::WouldBlock) => None,
        };
        let _ = caught(|| drop(work));
        self.end(Over::GivenUp);
    }

    fn end(&self, over: Over) {
        self.progress.send_if_modified(|progress| {
            let was_under_way = progress.over.is_none();
            progress.over = progress.over.or(Some(over));
            was_under_way
        });
    }
}

/// The task that drives a renewal.
struct Driver(Arc<Renewal>);

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let renewal = &self.0;
        {
            let mut pulse = lock(&renewal.pulse);
            pulse.woken = None;
            pulse.runs += 1;
            pulse.driver = Some(context.waker().clone());
        }
        let mut work = lock(&renewal.work);
        let Some(future) = &mut work.0 else {
            return Poll::Ready(());
        };
        let polled = caught(|| future.as_mut().poll(context));
        if matches!(polled, Ok(Poll::Pending)) && !renewal.is_given_up() {
            return Poll::Pending;
        }
        let done = work.0.take();
        drop(work);
        let _ = caught(|| drop(done));
        if let Err(panicked) = polled {
            let failed = CredentialsError::of(CredentialsErrorKind::Other).because(panicked);
            renewal.progress.send_modify(|progress| {
                progress.result.get_or_insert(Err(failed));
            });
        }
        renewal.end(Over::Ended);
        Poll::Ready(())
    }
}

/// The runtime is shut down, or there is none.
impl Drop for Driver {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
