//! What proves to the vendor who is calling.

use std::fmt;

use reqwest::header::{HeaderName, HeaderValue};

use crate::Secret;
use crate::client::BuildError;

/// The headers that sign a call in. Each vendor crate has constructors for the forms that its vendor knows.
///
/// Nothing of it is ever printed, and the headers are marked as sensitive for every layer below.
#[derive(Clone, Default)]
pub struct Credentials {
    headers: Vec<(&'static str, Secret)>,
}

impl Credentials {
    /// Credentials that send nothing.
    pub const fn none() -> Self {
        Self { headers: Vec::new() }
    }

    /// The same credentials with one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<Secret>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The headers in wire form; a value that cannot travel in a header is refused without being shown.
    pub(crate) fn to_headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, BuildError> {
        self.headers
            .iter()
            .map(|(name, value)| {
                let refused = || BuildError::InvalidHeader { name: (*name).to_owned() };
                let wire_name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
                let mut wire_value = HeaderValue::from_str(value.reveal()).map_err(|_| refused())?;
                wire_value.set_sensitive(true);
                Ok((wire_name, wire_value))
            })
            .collect()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials([redacted])")
    }
}
