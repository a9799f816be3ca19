//! What came of a list before an error.

use std::fmt;

use crate::any_error::AnyError;
use crate::error::Error;

/// What came of a list before an error, and where to go on: see [`Items::collect`](crate::Items::collect).
///
/// By `?` it becomes the error alone, as an [`Error`] or an [`AnyError`].
#[non_exhaustive]
pub struct Incomplete<T, E> {
    /// The items that came.
    pub items: Vec<T>,
    /// Where the list ended, to be given to [`Pages::starting_at`](crate::Pages::starting_at) of the same call: none of `items` comes
    /// again from there. `None` where the list begins. It may be private.
    pub position: Option<String>,
    /// Why no more came: a call that failed, or [`Error::EndedEarly`].
    pub error: Error<E>,
}

impl<T, E> From<Incomplete<T, E>> for Error<E> {
    fn from(incomplete: Incomplete<T, E>) -> Self {
        incomplete.error
    }
}

impl<T, E: Send + Sync + 'static> From<Incomplete<T, E>> for AnyError {
    fn from(incomplete: Incomplete<T, E>) -> Self {
        incomplete.error.into()
    }
}

/// Shows how many items came, never the items.
impl<T, E> fmt::Debug for Incomplete<T, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Incomplete")
            .field("items", &self.items.len())
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl<T, E> fmt::Display for Incomplete<T, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the list ended after {} items", self.items.len())
    }
}

impl<T, E: 'static> std::error::Error for Incomplete<T, E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
