//! Values that nobody documented, noted while a response is decoded for a client that has an observer.
//!
//! Decoding is synchronous and knows nothing of clients, so what it meets is left in a list of the thread. Without an observer there
//! is no list, and an unknown value costs one look at it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::marker::PhantomData;

/// As many values of one response are noted; of more of them nothing new is learned.
pub(crate) const MAX_NOTED: usize = 100;

thread_local! {
    static NOTED: RefCell<Option<Noted>> = const { RefCell::new(None) };
}

/// What was read as `Unknown`.
#[derive(Default)]
struct Noted {
    /// The names of the types, in the order in which the values came.
    type_names: Vec<&'static str>,
    /// What tells values from each other. The values themselves may be private, and long.
    seen: BTreeSet<(&'static str, u64)>,
    hasher: RandomState,
}

/// Notes a value of that type; the same one only once.
#[cold]
pub(crate) fn note(type_name: &'static str, value: &str) {
    NOTED.with_borrow_mut(|noted| {
        if let Some(noted) = noted
            && noted.type_names.len() < MAX_NOTED
            && noted.seen.insert((type_name, noted.hasher.hash_one(value)))
        {
            noted.type_names.push(type_name);
        }
    });
}

/// While it lives, what this thread decodes is noted.
pub(crate) struct Noting {
    /// The list belongs to the thread that began it.
    not_send: PhantomData<*const ()>,
}

impl Noting {
    pub(crate) fn begin() -> Self {
        NOTED.set(Some(Noted::default()));
        Self { not_send: PhantomData }
    }
}

/// Ends the noting and gives what was noted: the name of its type for each value.
pub(crate) fn noted(noting: Noting) -> Vec<&'static str> {
    let noted = NOTED.take().unwrap_or_default();
    drop(noting);
    noted.type_names
}

impl Drop for Noting {
    fn drop(&mut self) {
        NOTED.set(None);
    }
}
