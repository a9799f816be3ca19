//! What verifying a message costs, counted for the tests: a bound that is counted holds on every machine.

/// A kind of work whose amount a message could try to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// A body was hashed.
    Hash,
    /// A header was parsed as a structured field.
    Field,
    /// A query was parsed.
    Query,
    /// A signature was verified with a key.
    Signature,
}

#[cfg(not(test))]
pub(crate) const fn count(_: Work) {}

#[cfg(test)]
pub(crate) use counted::{count, counts};

#[cfg(test)]
mod counted {
    use std::cell::RefCell;

    use super::Work;

    thread_local! {
        static DONE: RefCell<Vec<Work>> = const { RefCell::new(Vec::new()) };
    }

    pub(crate) fn count(work: Work) {
        DONE.with_borrow_mut(|done| done.push(work));
    }

    /// How much of each kind this thread did during that.
    pub(crate) fn counts<T>(during: impl FnOnce() -> T) -> (T, impl Fn(Work) -> usize) {
        DONE.take();
        let result = during();
        let done = DONE.take();
        (result, move |kind| done.iter().filter(|work| **work == kind).count())
    }
}
