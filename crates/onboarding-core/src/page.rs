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
use crate::ended_early::{EarlyEnd, EndedEarly};
use crate::error::Error;
use crate::incomplete::Incomplete;
use crate::link_header;
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

    /// Whether it is of a form that the vendor documents. Of another one it is not known whether it has items.
    fn is_known(&self) -> bool {
        true
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

/// How a vendor's pages are asked for: the names of the query parameters, and what is known of the size of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    style: Style,
    limit: Option<&'static str>,
    default_limit: Option<i64>,
    max_limit: Option<i64>,
    fills_pages: bool,
}

/// What leads to a page, with the parameter that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// A number that the client counts: what the first page has, and whether pages or items are counted.
    Counted { parameter: &'static str, first: i64, by_page: bool },
    /// A text that the page before holds.
    Cursor { parameter: &'static str },
    /// An address that the page before holds, in its body or in its `Link` header.
    Link { in_header: bool },
}

impl Paging {
    /// By the number of items before the page.
    pub const fn offset(parameter: &'static str, limit: &'static str) -> Self {
        Self { limit: Some(limit), ..Self::of(Style::Counted { parameter, first: 0, by_page: false }) }
    }

    /// By the number of the page, from 1.
    pub const fn number(parameter: &'static str, limit: &'static str) -> Self {
        Self { limit: Some(limit), ..Self::of(Style::Counted { parameter, first: 1, by_page: true }) }
    }

    /// By a cursor, which each page but the last holds.
    pub const fn cursor(parameter: &'static str) -> Self {
        Self::of(Style::Cursor { parameter })
    }

    /// By the address of the next page, which each page but the last holds: absolute, or relative to the page's own.
    pub const fn link() -> Self {
        Self::of(Style::Link { in_header: false })
    }

    /// By the address of the next page, which each page but the last has in its `Link` header with the relation `next` (RFC 8288).
    pub const fn header() -> Self {
        Self::of(Style::Link { in_header: true })
    }

    const fn of(style: Style) -> Self {
        Self { style, limit: None, default_limit: None, max_limit: None, fills_pages: false }
    }

    /// The most items on a page when the call asks for no number.
    #[must_use]
    pub const fn default_limit(mut self, limit: i64) -> Self {
        self.default_limit = Some(limit);
        self
    }

    /// The most items on a page whatever the call asks for.
    #[must_use]
    pub const fn max_limit(mut self, limit: i64) -> Self {
        self.max_limit = Some(limit);
        self
    }

    /// The vendor fills each page but the last, so that a shorter one is the last. Otherwise, without a total, an empty one is.
    #[must_use]
    pub const fn fills_pages(mut self) -> Self {
        self.fills_pages = true;
        self
    }
}

/// The pages of a list, one after another, each asked for when it is wanted.
///
/// It ends with the last page: where the client counts, that is when as many items came as there are or, when the vendor tells no total,
/// before an empty page, or with one that is shorter than asked for where the vendor is known to fill its pages; otherwise when a page
/// leads to no other.
///
/// A list that ends before that is an error at its end, after all that came ([`Error::EndedEarly`]): the vendor has no more pages and yet
/// tells of more items, gives pages that came before, in a cycle of any length, or nothing but empty ones. The client's observer is told
/// of repeated pages ([`Drift::RepeatedPage`](crate::Drift::RepeatedPage)). What comes twice on different pages, because the list changed
/// meanwhile, is given out twice. After an error the list is over; [`position`](Self::position) tells where to take it up again.
#[must_use = "nothing is sent before a page is asked for"]
pub struct Pages<T, E> {
    call: Call<T, E>,
    paging: Paging,
    /// How many items a page has at most, where that is known.
    limit: Option<i64>,
    position: Option<String>,
    /// The position of the page that came last.
    last: Option<String>,
    /// Where the page that is asked for is, to read what it says of the next one.
    address: Option<Url>,
    /// How many items came, with those before the first page; `None` when it is not known how many these are.
    seen: Option<i64>,
    /// How many pages in a row had no items.
    empty: usize,
    short: Short,
    came: Seen,
    led_to: Seen,
    step: Step<T, E>,
}

type Received<T, E> = Result<(Response<T>, Bytes), Error<E>>;

enum Step<T, E> {
    Idle,
    Asked(Pin<Box<dyn Future<Output = Received<T, E>> + Send>>),
    /// All that came was given out, and not all of the list came.
    EndedEarly(EarlyEnd),
    Done,
}

/// A page of fewer items than were asked for, where that may mean that some are missing.
#[derive(Clone, Copy)]
enum Short {
    None,
    /// The page before, which may be the last.
    Last(EarlyEnd),
    /// One that another page followed.
    Followed(EarlyEnd),
}

impl<T, E> Pages<T, E> {
    #[doc(hidden)]
    pub fn new(call: Call<T, E>, paging: Paging) -> Self {
        let given = |name: &str| call.request().query_value(name).and_then(|text| text.parse::<i64>().ok());
        let limit = paging.limit.and_then(given).or(paging.default_limit);
        let limit = limit.map(|limit| paging.max_limit.map_or(limit, |most| limit.min(most)));
        let (position, begins) = match paging.style {
            Style::Counted { parameter, first, .. } => (Some(given(parameter).unwrap_or(first).to_string()), true),
            Style::Cursor { parameter } => (None, call.request().query_value(parameter).is_none()),
            Style::Link { .. } => (None, true),
        };
        let pages = Self {
            call,
            paging,
            limit,
            position: None,
            last: None,
            address: None,
            seen: begins.then_some(0),
            empty: 0,
            short: Short::None,
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
        if let Style::Counted { first, by_page, .. } = self.paging.style {
            let before = number(position.as_deref()).saturating_sub(first);
            self.seen = match self.limit {
                Some(limit) if by_page => Some(limit.saturating_mul(before)),
                None if by_page && before > 0 => None,
                _ => Some(before),
            };
        } else if position.is_some() {
            self.seen = None;
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
        Items { pages: self, left: VecDeque::new(), given: 0 }
    }

    fn ask(&mut self) -> Pin<Box<dyn Future<Output = Received<T, E>> + Send>> {
        let call = self.call.again(|request| match (self.paging.style, &self.position) {
            (_, None) => request,
            (Style::Counted { parameter, .. } | Style::Cursor { parameter }, Some(position)) => {
                request.set_query(parameter, position)
            }
            (Style::Link { .. }, Some(link)) => {
                let from = self.address.clone().unwrap_or_else(|| request.address());
                request.next_page(&from, link)
            }
        });
        if matches!(self.paging.style, Style::Link { .. }) {
            self.address = Some(call.request().address());
        }
        Box::pin(call.received())
    }

    /// Takes a page in; `None` when it is not one of its own.
    fn take(&mut self, response: Response<T>, bytes: &Bytes) -> Option<T> {
        let page = response.value;
        let is_first = self.came.count == 0;
        if self.came.repeat(bytes) {
            self.step = self.repeated();
            return None;
        }
        self.last.clone_from(&self.position);
        if !page.is_known() {
            self.step = Step::EndedEarly(EarlyEnd::UnknownForm);
            return Some(page);
        }
        let count = i64::try_from(page.count()).unwrap_or(i64::MAX);
        let total = page.total();
        if let Style::Counted { by_page, .. } = self.paging.style {
            if is_first && by_page {
                self.doubt_what_is_before(count, total);
            }
            self.step = self.after_counted(count, total, by_page);
            return (is_first || count > 0).then_some(page);
        }
        self.seen = self.seen.map(|seen| seen.saturating_add(count));
        self.empty = if count == 0 { self.empty + 1 } else { 0 };
        let next = match self.paging.style {
            Style::Link { in_header: true } => link_header::next_page(&response.headers).map(str::to_owned),
            _ => page.next(),
        };
        self.step = match next.filter(|next| !next.is_empty()) {
            None => self.end(total),
            Some(next) if self.led_to.repeat(next.as_bytes()) => self.repeated(),
            Some(_) if self.empty > MAX_EMPTY => Step::EndedEarly(EarlyEnd::EmptyPages),
            Some(next) => {
                self.position = Some(next);
                Step::Idle
            }
        };
        Some(page)
    }

    /// How many items are before the first page that is asked for by its number is what follows from the size of a page. When the page
    /// has another size than it should have by that, it is not known.
    fn doubt_what_is_before(&mut self, count: i64, total: Option<i64>) {
        if let (Some(before), Some(limit), Some(total)) = (self.seen, self.limit, total)
            && before > 0
            && count != total.saturating_sub(before).clamp(0, limit.max(0))
        {
            self.seen = None;
        }
    }

    /// What follows on a page of so many items where the client counts.
    fn after_counted(&mut self, count: i64, total: Option<i64>, by_page: bool) -> Step<T, E> {
        if count == 0 {
            return self.end(total);
        }
        self.seen = self.seen.map(|seen| seen.saturating_add(count));
        let is_short = self.limit.is_some_and(|limit| count < limit);
        let is_last = match (total, self.seen) {
            (Some(total), Some(seen)) => seen >= total,
            (Some(_), None) => false,
            (None, _) => is_short && self.paging.fills_pages,
        };
        if is_last {
            return Step::Done;
        }
        self.short = match (self.short, self.limit) {
            (Short::Last(reason) | Short::Followed(reason), _) => Short::Followed(reason),
            // Where items are counted, the next page begins behind the last item that came.
            (Short::None, Some(limit)) if is_short && by_page && total.is_none() => {
                Short::Last(EarlyEnd::ShortPage { count, limit })
            }
            (Short::None, _) => Short::None,
        };
        let asked = number(self.position.as_deref());
        let next = asked.saturating_add(if by_page { 1 } else { count });
        if next == asked {
            return self.repeated();
        }
        self.position = Some(next.to_string());
        Step::Idle
    }

    /// What follows when there is no further page.
    fn end(&self, total: Option<i64>) -> Step<T, E> {
        match (total, self.seen, self.short) {
            (Some(total), Some(came), _) if came < total => Step::EndedEarly(EarlyEnd::BeforeTotal { came, total }),
            (None, _, Short::Followed(reason)) => Step::EndedEarly(reason),
            _ => Step::Done,
        }
    }

    fn repeated(&self) -> Step<T, E> {
        if let Some(reporter) = self.call.request().reporter() {
            reporter.report(&Drift::RepeatedPage);
        }
        Step::EndedEarly(EarlyEnd::RepeatedPage)
    }

    fn ended_early(&self, reason: EarlyEnd) -> Error<E> {
        let call = Some(self.call.request().call_of());
        Error::EndedEarly(Box::new(EndedEarly { reason, position: self.position.clone(), call }))
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
                Step::EndedEarly(reason) => {
                    let reason = *reason;
                    pages.step = Step::Done;
                    return Poll::Ready(Some(Err(pages.ended_early(reason))));
                }
                Step::Idle => pages.step = Step::Asked(pages.ask()),
                Step::Asked(response) => match ready!(response.as_mut().poll(context)) {
                    Ok((response, bytes)) => {
                        if let Some(page) = pages.take(response, &bytes) {
                            return Poll::Ready(Some(Ok(page)));
                        }
                    }
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
    /// What is left of the page at hand.
    left: VecDeque<T::Item>,
    /// How many items of the page at hand were given out.
    given: i64,
}

impl<T: Page, E> Items<T, E> {
    /// Where the next item is, to be given to [`Pages::starting_at`] of the same call: the [`position`](Pages::position) of its page.
    /// Items of that page that were given out come again then, save where the vendor counts items: there it is the place of the item
    /// itself. `None` where the list begins.
    pub fn position(&self) -> Option<String> {
        match self.pages.paging.style {
            _ if self.left.is_empty() => self.pages.position.clone(),
            Style::Counted { by_page: false, .. } => {
                Some(number(self.pages.last.as_deref()).saturating_add(self.given).to_string())
            }
            _ => self.pages.last.clone(),
        }
    }
}

impl<T: Page + Send + 'static, E: Send + 'static> Items<T, E> {
    /// The next item; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<T::Item, Error<E>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// All items that are left. When not all of them come, the error keeps those that did, with the place where to go on; by `?` it
    /// becomes the error of the call alone.
    ///
    /// Of a list that is known to be short: it is held in memory as a whole. `try_collect` of the `futures` crate does the same for any
    /// collection.
    pub async fn collect(mut self) -> Result<Vec<T::Item>, Incomplete<T::Item, E>> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            match item {
                Ok(item) => items.push(item),
                Err(error) => return Err(Incomplete { position: self.position(), items, error }),
            }
        }
        Ok(items)
    }
}

impl<T: Page + Send + 'static, E: Send + 'static> Stream for Items<T, E> {
    type Item = Result<T::Item, Error<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = self.get_mut();
        loop {
            if let Some(item) = stream.left.pop_front() {
                stream.given = stream.given.saturating_add(1);
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut stream.pages).poll_next(context)) {
                Some(Ok(page)) => {
                    stream.left = page.into_items().into();
                    stream.given = 0;
                }
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
