//! How much of a client's work is under way, so that a service can wait for its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The calls, renewals of tokens and downloads of a client that are under way.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    count: AtomicUsize,
    none_left: Notify,
}

impl InFlight {
    pub(crate) fn enter(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn leave(&self) {
        if self.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.none_left.notify_waiters();
        }
    }

    /// Waits until there is nothing.
    pub(crate) async fn idle(&self) {
        loop {
            // Before the count is looked at, so that no end between the two is missed.
            let none_left = self.none_left.notified();
            if self.count.load(Ordering::SeqCst) == 0 {
                return;
            }
            none_left.await;
        }
    }
}

/// Something that is under way until it is dropped.
pub(crate) struct Busy(Arc<InFlight>);

impl Busy {
    pub(crate) fn new(in_flight: &Arc<InFlight>) -> Self {
        in_flight.enter();
        Self(in_flight.clone())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.leave();
    }
}
