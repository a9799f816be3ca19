//! Values that nobody documented, noted while an answer is decoded for a client that has an observer.
//!
//! Decoding is synchronous and knows nothing of clients, so what it meets is left in a list of the thread. Without an observer there
//! is no list, and an unknown value costs one look at it.

use std::cell::RefCell;
use std::marker::PhantomData;

thread_local! {
    static NOTED: RefCell<Option<Vec<Unknown>>> = const { RefCell::new(None) };
}

/// A value that was read as `Unknown`.
#[derive(Debug, PartialEq)]
pub(crate) struct Unknown {
    pub(crate) type_name: &'static str,
    /// What tells it from others of its type. It stays here: it may be private.
    value: String,
}

/// Notes a value of that type; the same one only once.
#[cold]
pub(crate) fn note(type_name: &'static str, value: &str) {
    NOTED.with_borrow_mut(|noted| {
        if let Some(noted) = noted
            && !noted.iter().any(|other| other.type_name == type_name && other.value == value)
        {
            noted.push(Unknown { type_name, value: value.to_owned() });
        }
    });
}

/// Decodes something that may turn out not to be what came; what was noted on the way is then forgotten.
pub(crate) fn attempt<T>(decode: impl FnOnce() -> Option<T>) -> Option<T> {
    let count = || NOTED.with_borrow(|noted| noted.as_ref().map_or(0, Vec::len));
    let before = count();
    let decoded = decode();
    if decoded.is_none() && count() > before {
        NOTED.with_borrow_mut(|noted| noted.iter_mut().for_each(|noted| noted.truncate(before)));
    }
    decoded
}

/// While it lives, what this thread decodes is noted.
pub(crate) struct Noting {
    /// The list belongs to the thread that began it.
    not_send: PhantomData<*const ()>,
}

impl Noting {
    pub(crate) fn begin() -> Self {
        NOTED.set(Some(Vec::new()));
        Self { not_send: PhantomData }
    }
}

/// Ends the noting and gives what was noted.
pub(crate) fn noted(noting: Noting) -> Vec<Unknown> {
    let noted = NOTED.take().unwrap_or_default();
    drop(noting);
    noted
}

impl Drop for Noting {
    fn drop(&mut self) {
        NOTED.set(None);
    }
}
