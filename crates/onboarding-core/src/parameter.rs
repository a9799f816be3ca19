//! How values travel in paths, queries and headers.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use crate::Secret;

/// A value that can stand in a path, a query or a header.
pub trait Parameter {
    /// The value as the vendor expects it, not yet encoded.
    fn to_text(&self) -> Cow<'_, str>;
}

/// Everything but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes all but the unreserved characters of RFC 3986.
pub(crate) fn encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, ENCODED)
}

impl<T: Parameter + ?Sized> Parameter for &T {
    fn to_text(&self) -> Cow<'_, str> {
        (**self).to_text()
    }
}

impl Parameter for str {
    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl Parameter for String {
    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl Parameter for Secret {
    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.reveal())
    }
}

impl Parameter for DateTime<Utc> {
    fn to_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

macro_rules! displayed {
    ($($type:ty),*) => {
        $(impl Parameter for $type {
            fn to_text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        })*
    };
}

displayed!(bool, i32, i64, u32, u64, f64, NaiveDate);
