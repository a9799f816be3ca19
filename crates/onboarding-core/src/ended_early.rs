//! Why a list ended before all of it came.

use std::fmt;

use crate::call_info::CallOf;

/// Why a list ended before all of it came, as far as its pages tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EarlyEnd {
    /// The vendor has no more pages although it says that there are more items.
    #[error("the vendor has no more pages after {came} of {total} items")]
    BeforeTotal {
        /// How many items came, with those before the place where the list began.
        came: i64,
        /// How many the vendor says there are.
        total: i64,
    },
    /// A page came again, or leads to one that was asked for before: what is behind it cannot be reached.
    #[error("the vendor repeats a page")]
    RepeatedPage,
    /// Pages without an item followed each other, 1000 of them.
    #[error("the vendor gives pages without items and no end of them")]
    EmptyPages,
    /// A page was shorter than the call asked for, and yet another page followed. Where pages have numbers, items between the two are
    /// lost if the vendor caps what is asked for: ask for no more than came.
    #[error(
        "a page had {count} of the {limit} items that were asked for, and others followed: items between them may be missing"
    )]
    ShortPage {
        /// How many items the page had.
        count: i64,
        /// How many were asked for.
        limit: i64,
    },
    /// A response is of none of the forms that the vendor documents for a page.
    #[error("a response is of none of the forms that are documented for a page")]
    UnknownForm,
}

/// A list that ended before all of it came.
#[derive(Clone)]
#[non_exhaustive]
pub struct EndedEarly {
    /// Why it ended.
    pub reason: EarlyEnd,
    /// Where the page is that ended it, to be given to [`Pages::starting_at`](crate::Pages::starting_at) of the same call; `None` where
    /// the list begins. It may be private.
    pub position: Option<String>,
    pub(crate) call: Option<CallOf>,
}

/// Without the position, which may be private.
impl fmt::Debug for EndedEarly {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(formatter)
    }
}
