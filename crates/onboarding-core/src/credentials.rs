//! What proves to the vendor who is calling.

use std::fmt;
use std::sync::Arc;

use http::header::{HeaderMap, HeaderName};

use crate::build_error::BuildError;
use crate::client::Authenticate;
use crate::header::checked_header;
use crate::parameter::encode;
use crate::secret::Secret;
use crate::sign_in_headers::SignInHeaders;

/// What signs a call in. Each vendor crate has constructors for the forms that its vendor knows.
///
/// It is made of headers, cookies and query parameters that never change and, where the vendor gives out tokens, of an
/// [`Authenticate`]. Nothing of it is ever printed, and the headers are marked as sensitive for every layer below.
#[derive(Clone, Default)]
pub struct Credentials {
    headers: Vec<(&'static str, Secret)>,
    cookies: Vec<(&'static str, Secret)>,
    query: Vec<(&'static str, Secret)>,
    authenticate: Option<Arc<dyn Authenticate>>,
}

/// Credentials as calls use them.
pub(crate) struct SignIn {
    pub(crate) headers: SignInHeaders,
    /// Query parameters: the name, and the encoded pair.
    pub(crate) query: Vec<(&'static str, Secret)>,
    pub(crate) authenticate: Option<Arc<dyn Authenticate>>,
}

impl Credentials {
    /// Credentials that send nothing.
    pub const fn none() -> Self {
        Self { headers: Vec::new(), cookies: Vec::new(), query: Vec::new(), authenticate: None }
    }

    /// The same credentials with one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<Secret>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same credentials with one more cookie.
    pub fn cookie(mut self, name: &'static str, value: impl Into<Secret>) -> Self {
        self.cookies.push((name, value.into()));
        self
    }

    /// The same credentials with one more query parameter. A call that has a query parameter of that name itself sends its own alone.
    ///
    /// What stands in an address is logged by servers and proxies: where a vendor takes the key in a header too, send it there.
    pub fn query(mut self, name: &'static str, value: impl Into<Secret>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The same credentials with headers that change over time, such as those of a [`TokenSource`](crate::TokenSource).
    pub fn authenticate(mut self, authenticate: impl Authenticate + 'static) -> Self {
        self.authenticate = Some(Arc::new(authenticate));
        self
    }

    /// The parts in the form that calls use; a value that cannot travel in a header is refused without being shown, and so is a
    /// header that would be sent twice.
    pub(crate) fn into_parts(mut self) -> Result<SignIn, BuildError> {
        self.join_cookies()?;
        let mut headers = HeaderMap::new();
        let later = self.authenticate.as_ref().map(|authenticate| authenticate.header_names()).unwrap_or_default();
        for (name, value) in &self.headers {
            let (wire_name, value) = checked_header(name, value.reveal())
                .ok_or_else(|| BuildError::InvalidHeader { header: format!("`{}` of the credentials", shown(name)) })?;
            if headers.contains_key(&wire_name) || later.contains(&wire_name) {
                return Err(BuildError::HeaderTwice {
                    name: wire_name.as_str().to_owned(),
                    remedy: "the credentials give it twice: leave one out",
                });
            }
            headers.insert(wire_name, value);
        }
        let query = self
            .query
            .iter()
            .map(|(name, value)| (*name, Secret::new(format!("{}={}", encode(name), encode(value.reveal())))));
        Ok(SignIn { headers: SignInHeaders::new(headers), query: query.collect(), authenticate: self.authenticate })
    }

    /// Makes one header of the cookies (RFC 6265, sections 4.1.1 and 4.2.1). What could pass for another cookie is refused.
    fn join_cookies(&mut self) -> Result<(), BuildError> {
        let is_value = |byte: u8| matches!(byte, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E);
        let mut joined = String::new();
        for (name, value) in &self.cookies {
            if HeaderName::from_bytes(name.as_bytes()).is_err() || !value.reveal().bytes().all(is_value) {
                return Err(BuildError::InvalidHeader { header: "a cookie of the credentials".to_owned() });
            }
            let separator = if joined.is_empty() { "" } else { "; " };
            joined = format!("{joined}{separator}{name}={}", value.reveal());
        }
        if !joined.is_empty() {
            self.headers.push(("cookie", Secret::new(joined)));
        }
        Ok(())
    }
}

/// A name that stands in a program's text, as far as it could be one of a header: who takes value and name for each other finds
/// neither in a log.
fn shown(name: &'static str) -> &'static str {
    let is_name = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if is_name { name } else { "[?]" }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials([redacted])")
    }
}
