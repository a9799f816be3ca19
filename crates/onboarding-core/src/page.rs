//! Lists that come in pages, as streams.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher as _, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use crate::call::Call;
use crate::error::Error;
use crate::observer::Drift;

/// How many of the last pages are remembered to know one that comes again. A longer cycle is found too, some pages later.
const REMEMBERED: usize = 4096;

/// A response that is one page of a list.
pub trait Page: Sized {
    /// What the list is of.
    type Item;

    /// How many items are on this page.
    fn count(&self) -> usize;

    /// The items of this page.
    fn into_items(self) -> Vec<Self::Item>;

    /// How many items there are on all pages, where the vendor says so.
    fn total(&self) -> Option<i64>;
}

/// A page that is nothing but its items: the vendor tells no total.
impl<T> Page for Vec<T> {
    type Item = T;

    fn count(&self) -> usize {
        self.len()
    }

    fn into_items(self) -> Self {
        self
    }

    fn total(&self) -> Option<i64> {
        None
    }
}

/// How a vendor numbers pages: the names of the query parameters, and the size of a page when none is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// By the number of items before the page.
    Offset {
        /// The parameter that holds it.
        offset: &'static str,
        /// The parameter for the most items on a page.
        limit: &'static str,
        /// The most items on a page when the call asks for no number, where documented.
        default_limit: Option<i64>,
    },
    /// By the number of the page, from 1.
    Number {
        /// The parameter that holds it.
        page: &'static str,
        /// The parameter for the most items on a page.
        limit: &'static str,
        /// The most items on a page when the call asks for no number, where documented.
        default_limit: Option<i64>,
    },
}

/// The pages of a list, one after another, each asked for when it is wanted.
///
/// It ends with the last page: when as many items came as there are, or a page is empty, or one is shorter than asked for and
/// the vendor tells no total. A page that has come before, whether just before or in a cycle of any length, is left out and ends the
/// list too: a vendor that repeats itself is not asked for ever, and the client's observer is told
/// ([`Drift::RepeatedPage`](crate::Drift::RepeatedPage)). After an error the list ends as well; [`position`](Self::position)
/// tells where to take it up again.
#[must_use = "nothing is sent before a page is asked for"]
pub struct Pages<T, E> {
    call: Call<T, E>,
    paging: Paging,
    limit: Option<i64>,
    position: i64,
    seen: i64,
    came: Seen,
    step: Step<T, E>,
}

type Answered<T, E> = Result<(T, Bytes), Error<E>>;

enum Step<T, E> {
    Idle,
    Asked(Pin<Box<dyn Future<Output = Answered<T, E>> + Send>>),
    Done,
}

impl<T, E> Pages<T, E> {
    #[doc(hidden)]
    pub fn new(call: Call<T, E>, paging: Paging) -> Self {
        let given = |name: &str| call.request().query_value(name).and_then(|text| text.parse::<i64>().ok());
        let (limit, position, seen) = match paging {
            Paging::Offset { offset, limit, default_limit } => {
                let position = given(offset).unwrap_or(0);
                (given(limit).or(default_limit), position, position)
            }
            Paging::Number { page, limit, default_limit } => {
                let (limit, position) = (given(limit).or(default_limit), given(page).unwrap_or(1));
                (limit, position, limit.unwrap_or(0).saturating_mul(position.saturating_sub(1)))
            }
        };
        Self { call, paging, limit, position, seen, came: Seen::default(), step: Step::Idle }
    }

    /// Where the next page begins: its number, or the number of items before it, as the vendor counts. Given to the same call's
    /// setter, it takes the list up there.
    pub const fn position(&self) -> i64 {
        self.position
    }
}

impl<T: Page + Send + 'static, E: Send + 'static> Pages<T, E> {
    /// The next page; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<T, Error<E>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The items of all pages, one after another.
    pub fn items(self) -> Items<T, E> {
        Items { pages: self, items: VecDeque::new() }
    }

    fn ask(&self) -> Pin<Box<dyn Future<Output = Answered<T, E>> + Send>> {
        let name = match self.paging {
            Paging::Offset { offset, .. } => offset,
            Paging::Number { page, .. } => page,
        };
        let call = self.call.again(|request| request.set_query(name, &self.position));
        Box::pin(call.send_keeping_bytes())
    }

    /// Takes a page in; `None` when it is not one of its own.
    fn take(&mut self, page: T, bytes: &Bytes) -> Option<T> {
        let count = i64::try_from(page.count()).unwrap_or(i64::MAX);
        let is_first = self.came.count == 0;
        let repeats = self.came.repeat(bytes);
        if repeats && let Some(reporter) = self.call.request().reporter() {
            reporter.report(&Drift::RepeatedPage);
        }
        if repeats || (!is_first && count == 0) {
            self.step = Step::Done;
            return None;
        }
        self.seen = self.seen.saturating_add(count);
        let asked = self.position;
        self.position = match self.paging {
            Paging::Offset { .. } => self.position.saturating_add(count),
            Paging::Number { .. } => self.position.saturating_add(1),
        };
        let complete = match page.total() {
            Some(total) => self.seen >= total,
            None => self.limit.is_some_and(|limit| count < limit),
        };
        // At the end of all numbers there is no further position.
        self.step = if complete || count == 0 || self.position == asked { Step::Done } else { Step::Idle };
        Some(page)
    }
}

/// The pages that came, by their hashes. Which text has which hash is decided anew in each process, so that no vendor can make two
/// pages look the same.
#[derive(Debug, Default)]
struct Seen {
    hasher: RandomState,
    /// How many there were.
    count: u64,
    /// The last of them: a cycle of so many is noticed at its first repeated page.
    recent: VecDeque<u64>,
    /// A page that is compared with twice as many after it as with the one before it was: so a cycle of any length is found
    /// (Brent, 1980).
    fixed: Option<u64>,
    until_next_fixed: u64,
}

impl Seen {
    /// Takes a page in, and tells whether it has come before.
    fn repeat(&mut self, page: &[u8]) -> bool {
        let page = self.hasher.hash_one(page);
        if self.fixed == Some(page) || self.recent.contains(&page) {
            return true;
        }
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(page);
        self.count += 1;
        if self.until_next_fixed == 0 {
            (self.fixed, self.until_next_fixed) = (Some(page), self.count);
        }
        self.until_next_fixed -= 1;
        false
    }
}

impl<T: Page + Send + 'static, E: Send + 'static> Stream for Pages<T, E> {
    type Item = Result<T, Error<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let pages = self.get_mut();
        loop {
            match &mut pages.step {
                Step::Done => return Poll::Ready(None),
                Step::Idle => pages.step = Step::Asked(pages.ask()),
                Step::Asked(response) => match ready!(response.as_mut().poll(context)) {
                    Ok((page, bytes)) => return Poll::Ready(pages.take(page, &bytes).map(Ok)),
                    Err(error) => {
                        pages.step = Step::Done;
                        return Poll::Ready(Some(Err(error)));
                    }
                },
            }
        }
    }
}

impl<T, E> Unpin for Pages<T, E> {}

impl<T, E> fmt::Debug for Pages<T, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pages").field("position", &self.position).finish_non_exhaustive()
    }
}

/// The items of a list, page after page, each page asked for when its first item is wanted.
#[must_use = "nothing is sent before an item is asked for"]
pub struct Items<T: Page, E> {
    pages: Pages<T, E>,
    items: VecDeque<T::Item>,
}

impl<T: Page + Send + 'static, E: Send + 'static> Items<T, E> {
    /// The next item; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<T::Item, Error<E>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// All items that are left, or the first error.
    pub async fn collect(mut self) -> Result<Vec<T::Item>, Error<E>> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }
}

impl<T: Page + Send + 'static, E: Send + 'static> Stream for Items<T, E> {
    type Item = Result<T::Item, Error<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = self.get_mut();
        loop {
            if let Some(item) = stream.items.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut stream.pages).poll_next(context)) {
                Some(Ok(page)) => stream.items = page.into_items().into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T: Page, E> Unpin for Items<T, E> {}

impl<T: Page, E> fmt::Debug for Items<T, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{REMEMBERED, Seen};

    #[test]
    fn a_cycle_of_any_length_is_found_in_bounded_memory() {
        for (before, length) in [(0, 1), (3, 2), (0, 100), (7, REMEMBERED), (5, REMEMBERED + 1), (100, 3 * REMEMBERED)]
        {
            let mut seen = Seen::default();
            let page = |number: usize| if number < before { number } else { before + (number - before) % length };
            let found = (0..100_000).find(|number| seen.repeat(&page(*number).to_be_bytes())).expect("it is found");
            assert!(seen.recent.len() <= REMEMBERED);
            if length <= REMEMBERED {
                assert_eq!(found, before + length, "the first repeated page");
            } else {
                assert!(found <= 2 * before + 4 * length, "{found} pages until a cycle of {length} was found");
            }
        }
    }

    #[test]
    fn different_pages_are_never_taken_for_each_other() {
        let mut seen = Seen::default();
        assert!((0..100_000_u32).all(|number| !seen.repeat(&number.to_be_bytes())));
    }
}
