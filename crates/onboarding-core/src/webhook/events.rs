//! The events of a delivery, one by one.

use std::fmt;
use std::marker::PhantomData;
use std::vec;

use crate::EventBatch;
use crate::decode::{self, Cursor, Kind, State};

/// The events of a delivery in their order, each decoded by itself.
///
/// An event that cannot be decoded is an error with its place, what was expected there, and the event as it came; the others are
/// given all the same. A delivery that is not JSON, or holds no list where one is documented, is one such error.
///
/// Respond with success only once every error is kept somewhere, beside every event that was handled: the vendor does not send a
/// delivery again that was answered with a success, and sends one again for ever that was not.
pub struct Events<'a, B> {
    body: Body<'a>,
    batch: PhantomData<fn() -> B>,
}

/// What a body turned out to hold.
enum Body<'a> {
    List { path: &'static str, index: usize, events: vec::IntoIter<&'a str> },
    One(&'a [u8]),
    Faulty(Box<EventError>),
    Empty,
}

/// Why an event could not be decoded: where, what was expected there, and the event itself.
///
/// Neither `Debug` nor `Display` shows anything of the event; [`raw`](Self::raw) gives it.
#[derive(Clone, PartialEq, Eq)]
pub struct EventError {
    path: String,
    reason: String,
    raw: Box<[u8]>,
}

impl EventError {
    /// The member that failed within the delivery, such as `payload[3].object.birth_date`; empty when the whole delivery is at
    /// fault.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The event as it came, or the whole delivery when that is at fault. It may hold private values.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The error of a decoder that read a part of the body.
    fn new(place: &str, error: &decode::DecodeError, raw: &[u8]) -> Self {
        let path = match (place, error.path()) {
            (place, "") => place.to_owned(),
            ("", path) => path.to_owned(),
            (place, path) if path.starts_with('[') => format!("{place}{path}"),
            (place, path) => format!("{place}.{path}"),
        };
        Self { path, reason: error.reason().to_owned(), raw: raw.into() }
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => formatter.write_str(&self.reason),
            path => write!(formatter, "at `{path}`: {}", self.reason),
        }
    }
}

/// Shows the place and what was expected there, not the event.
impl fmt::Debug for EventError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EventError")
            .field("path", &self.path)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for EventError {}

impl<'a, B: EventBatch> Events<'a, B> {
    pub(super) fn new(body: &'a [u8]) -> Self {
        Self { body: Body::of(body, B::LIST), batch: PhantomData }
    }
}

impl<B: EventBatch> Iterator for Events<'_, B> {
    type Item = Result<B::Event, EventError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (place, raw) = match &mut self.body {
            Body::List { path, index, events } => {
                let event = events.next()?;
                let place = format!("{path}[{index}]");
                *index += 1;
                (place, event.as_bytes())
            }
            body => match std::mem::replace(body, Body::Empty) {
                Body::One(raw) => (String::new(), raw),
                Body::Faulty(error) => return Some(Err(*error)),
                Body::List { .. } | Body::Empty => return None,
            },
        };
        Some(decode::json(raw).map_err(|error| EventError::new(&place, &error, raw)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.body.left();
        (left, Some(left))
    }
}

impl<B: EventBatch> ExactSizeIterator for Events<'_, B> {}

impl<B> fmt::Debug for Events<'_, B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Events").field("left", &self.body.left()).finish()
    }
}

impl<'a> Body<'a> {
    fn of(body: &'a [u8], list: Option<&'static str>) -> Self {
        let faulty =
            |path: &str, error: &decode::DecodeError| Self::Faulty(Box::new(EventError::new(path, error, body)));
        // No event of a body that is not JSON as a whole can be believed to be whole itself.
        let (text, tokens) = match decode::of_events(body) {
            Ok(indexed) => indexed,
            Err(error) => return faulty("", &error),
        };
        let state = State::new(text, &tokens);
        let place = list.unwrap_or_default();
        let is_list = |(name, _): &(Cursor<'_, '_>, _)| list.is_some_and(|list| name.is_named(list));
        let mut lists = state.root().members().filter(is_list).map(|(_, value)| value);
        let (path, events) = match (state.root().kind(), lists.next(), lists.next()) {
            (Kind::Array, ..) => ("", state.root()),
            (_, Some(events), None) => (place, events),
            (_, Some(_), Some(_)) => {
                return faulty(place, &decode::DecodeError::new("", "the member is there more than once"));
            }
            (_, None, _) => return Self::One(body),
        };
        match events.kind() {
            Kind::Array => {
                let events: Vec<&str> = events.items().map(Cursor::text).collect();
                Self::List { path, index: 0, events: events.into_iter() }
            }
            _ => faulty(path, &decode::DecodeError::new("", "expected a list")),
        }
    }

    fn left(&self) -> usize {
        match self {
            Self::List { events, .. } => events.len(),
            Self::One(_) | Self::Faulty(_) => 1,
            Self::Empty => 0,
        }
    }
}
