//! Lists that come in pages, as streams.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher as _, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use url::Url;

use crate::call::Call;
use crate::error::Error;
use crate::observer::Drift;
use crate::response::Response;

/// How many of the last pages are remembered to know one that comes again. A longer cycle is found too, some pages later.
const REMEMBERED: usize = 4096;

/// How many pages without an item may follow each other before the list ends, so that nobody waits for ever for the next item.
const MAX_EMPTY: usize = 1000;

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

    /// What leads to the next page, where this one says so: a cursor or an address.
    fn next(&self) -> Option<String> {
        None
    }
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

/// How a vendor's pages are asked for: the names of the query parameters, and the size of a page when none is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    style: Style,
    limit: Option<&'static str>,
    default_limit: Option<i64>,
}

/// What leads to a page, with the parameter that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// A number that the client counts: what the first page has, and whether pages or items are counted.
    Counted { parameter: &'static str, first: i64, by_page: bool },
    /// A text that the page before holds.
    Cursor { parameter: &'static str },
    /// An address that the page before holds.
    Link,
}

impl Paging {
    /// By the number of items before the page.
    pub const fn offset(parameter: &'static str, limit: &'static str) -> Self {
        Self::counted(parameter, 0, false, limit)
    }

    /// By the number of the page, from 1.
    pub const fn number(parameter: &'static str, limit: &'static str) -> Self {
        Self::counted(parameter, 1, true, limit)
    }

    /// By a cursor, which each page but the last holds.
    pub const fn cursor(parameter: &'static str) -> Self {
        Self { style: Style::Cursor { parameter }, limit: None, default_limit: None }
    }

    /// By the address of the next page, which each page but the last holds: absolute, or relative to the page's own.
    pub const fn link() -> Self {
        Self { style: Style::Link, limit: None, default_limit: None }
    }

    const fn counted(parameter: &'static str, first: i64, by_page: bool, limit: &'static str) -> Self {
        Self { style: Style::Counted { parameter, first, by_page }, limit: Some(limit), default_limit: None }
    }

    /// The most items on a page when the call asks for no number.
    #[must_use]
    pub const fn default_limit(mut self, limit: i64) -> Self {
        self.default_limit = Some(limit);
        self
    }
}

/// The pages of a list, one after another, each asked for when it is wanted.
///
/// It ends with the last page. Where the client counts, that is when as many items came as there are, or a page is empty, or one is
/// shorter than asked for and the vendor tells no total; otherwise when a page leads to no other. A page that has come before, whether
/// just before or in a cycle of any length, is left out and ends the list too, as does a page that leads to one that was asked for: a
/// vendor that repeats itself is not asked for ever, and the client's observer is told
/// ([`Drift::RepeatedPage`](crate::Drift::RepeatedPage)). After an error the list ends as well; [`position`](Self::position) tells
/// where to take it up again.
#[must_use = "nothing is sent before a page is asked for"]
pub struct Pages<T, E> {
    call: Call<T, E>,
    paging: Paging,
    limit: Option<i64>,
    position: Option<String>,
    /// Where the page that is asked for is, to read what it says of the next one.
    address: Option<Url>,
    /// How many items came, with those before the first page.
    seen: i64,
    /// How many pages in a row had no items.
    empty: usize,
    came: Seen,
    led_to: Seen,
    step: Step<T, E>,
}

type Received<T, E> = Result<(Response<T>, Bytes), Error<E>>;

enum Step<T, E> {
    Idle,
    Asked(Pin<Box<dyn Future<Output = Received<T, E>> + Send>>),
    Done,
}

impl<T, E> Pages<T, E> {
    #[doc(hidden)]
    pub fn new(call: Call<T, E>, paging: Paging) -> Self {
        let given = |name: &str| call.request().query_value(name).and_then(|text| text.parse::<i64>().ok());
        let limit = paging.limit.and_then(given).or(paging.default_limit);
        let position = match paging.style {
            Style::Counted { parameter, first, .. } => Some(given(parameter).unwrap_or(first).to_string()),
            Style::Cursor { .. } | Style::Link => None,
        };
        let pages = Self {
            call,
            paging,
            limit,
            position: None,
            address: None,
            seen: 0,
            empty: 0,
            came: Seen::default(),
            led_to: Seen::default(),
            step: Step::Idle,
        };
        pages.at(position)
    }

    /// Where the next page is: its number, the number of items before it, its cursor or its address, as the vendor has it; `None`
    /// where the list begins. Given to [`starting_at`](Self::starting_at) of the same call, it takes the list up there.
    pub fn position(&self) -> Option<&str> {
        self.position.as_deref()
    }

    /// Begins with the page at this [`position`](Self::position).
    pub fn starting_at(self, position: impl Into<String>) -> Self {
        self.at(Some(position.into()))
    }

    fn at(mut self, position: Option<String>) -> Self {
        if let Style::Counted { by_page, .. } = self.paging.style {
            let number = number(position.as_deref());
            self.seen = if by_page { self.limit.unwrap_or(0).saturating_mul(number.saturating_sub(1)) } else { number };
        }
        self.position = position;
        self
    }
}

/// The number that a position is; what is none ends no list before the vendor has refused it.
fn number(position: Option<&str>) -> i64 {
    position.and_then(|text| text.parse().ok()).unwrap_or(0)
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

    fn ask(&mut self) -> Pin<Box<dyn Future<Output = Received<T, E>> + Send>> {
        let call = self.call.again(|request| match (self.paging.style, &self.position) {
            (_, None) => request,
            (Style::Counted { parameter, .. } | Style::Cursor { parameter }, Some(position)) => {
                request.set_query(parameter, position)
            }
            (Style::Link, Some(link)) => {
                let from = self.address.clone().unwrap_or_else(|| request.address());
                request.next_page(&from, link)
            }
        });
        if self.paging.style == Style::Link {
            self.address = Some(call.request().address());
        }
        Box::pin(call.received())
    }

    /// Takes a page in; `None` when it is not one of its own.
    fn take(&mut self, response: Response<T>, bytes: &Bytes) -> Option<T> {
        let page = response.value;
        let count = i64::try_from(page.count()).unwrap_or(i64::MAX);
        let is_first = self.came.count == 0;
        let is_counted = matches!(self.paging.style, Style::Counted { .. });
        if self.came.repeat(bytes) {
            self.tell_repeated();
            self.step = Step::Done;
            return None;
        }
        if is_counted && !is_first && count == 0 {
            self.step = Step::Done;
            return None;
        }
        self.seen = self.seen.saturating_add(count);
        self.empty = if count == 0 { self.empty + 1 } else { 0 };
        let next = match self.paging.style {
            Style::Counted { by_page, .. } => self.counted(count, by_page, page.total()),
            Style::Cursor { .. } | Style::Link => page.next(),
        };
        self.step = match next.filter(|next| !next.is_empty()) {
            Some(next) if !is_counted && self.led_to.repeat(next.as_bytes()) => {
                self.tell_repeated();
                Step::Done
            }
            Some(next) if self.empty <= MAX_EMPTY => {
                self.position = Some(next);
                Step::Idle
            }
            _ => Step::Done,
        };
        Some(page)
    }

    /// The number of the page behind one with so many items, unless that was the last. At the end of all numbers there is no further one.
    fn counted(&self, count: i64, by_page: bool, total: Option<i64>) -> Option<String> {
        let is_complete = match total {
            Some(total) => self.seen >= total,
            None => self.limit.is_some_and(|limit| count < limit),
        };
        let asked = number(self.position.as_deref());
        let next = asked.saturating_add(if by_page { 1 } else { count });
        (!is_complete && count > 0 && next != asked).then(|| next.to_string())
    }

    fn tell_repeated(&self) {
        if let Some(reporter) = self.call.request().reporter() {
            reporter.report(&Drift::RepeatedPage);
        }
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
                    Ok((response, bytes)) => return Poll::Ready(pages.take(response, &bytes).map(Ok)),
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
        // A cursor or an address may be private.
        formatter.debug_struct("Pages").finish_non_exhaustive()
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
