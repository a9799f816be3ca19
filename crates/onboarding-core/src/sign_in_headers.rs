//! The headers that sign a call in.

use std::fmt;
use std::sync::Arc;

use http::header::{HeaderMap, HeaderName, HeaderValue};

/// Headers that sign a call in. Clones are cheap; `Debug` shows names, never values.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInHeaders(Arc<HeaderMap>);

impl SignInHeaders {
    /// Takes the headers and marks them as sensitive, so that no layer below prints them.
    pub fn new(mut headers: HeaderMap) -> Self {
        headers.values_mut().for_each(|value| value.set_sensitive(true));
        Self(Arc::new(headers))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.0.iter()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &HeaderName> {
        self.0.keys()
    }
}

impl fmt::Debug for SignInHeaders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.keys()).finish()
    }
}
