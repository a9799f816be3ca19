//! The request of one call: put together by generated code, or by hand for what the vendor's document lacks.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, StatusCode};
use serde::Serialize;
use url::{Position, Url};
use uuid::Uuid;

use crate::call_info::{CallId, CallInfo, CallOf};
use crate::check::{self, Check, Rule};
use crate::client::Client;
use crate::form::{self, NoForm};
use crate::header::checked_header;
use crate::multipart::{self, NoParts};
use crate::observe::Reporter;
use crate::operation::{Operation, OperationRef};
use crate::parameter::{Parameter, encode};
use crate::refused::Refused;
use crate::request_body::RequestBody;

/// How long an address may be; HTTP clients take no longer one.
const MAX_URL_BYTES: usize = 65_534;
/// Room for parameters in a path, so that few paths grow.
const ROOM_FOR_PARAMETERS: usize = 64;

/// A request being put together. The first thing that is wrong with it is remembered and becomes the error of the call.
#[derive(Clone)]
pub struct Request {
    pub(crate) client: Client,
    id: CallId,
    pub(crate) operation: OperationRef,
    /// The path so far: the base URL's, and what of the operation's is filled in.
    path: String,
    /// What is left of the operation's path.
    template: &'static str,
    query: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<(HeaderValue, RequestBody)>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) max_response_bytes: Option<usize>,
    /// Whether it must not be sent twice, even if the vendor has seen nothing of it.
    pub(crate) once: bool,
    pub(crate) refused: Option<Box<Refused>>,
}

impl Request {
    pub(crate) fn new(client: Client, operation: OperationRef) -> Self {
        let shared = &client.shared;
        let base = &shared.base_text[shared.base_url[..Position::BeforePath].len()..];
        let mut path = String::with_capacity(base.len() + operation.path.len() + ROOM_FOR_PARAMETERS);
        path.push_str(base);
        Self {
            client,
            id: CallId::next(),
            template: operation.path,
            operation,
            path,
            query: String::new(),
            headers: Vec::new(),
            body: None,
            timeout: None,
            attempt_timeout: None,
            max_response_bytes: None,
            once: false,
            refused: None,
        }
    }

    /// Fills the next placeholder of the path. A value that is empty, `.` or `..` is refused, since it would reach another address.
    pub fn path(self, name: &'static str, value: &dyn Parameter) -> Self {
        let text = value.to_text();
        self.push_path(name, &text, &encode(&text))
    }

    /// Fills the next placeholder of the path with values joined by commas. No value at all is refused as an empty one is.
    pub fn path_joined<T: Parameter>(self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        let (mut plain, mut encoded) = (String::new(), String::new());
        for (index, value) in values.into_iter().enumerate() {
            let text = value.to_text();
            if index > 0 {
                plain.push(',');
                encoded.push(',');
            }
            plain.push_str(&text);
            encoded.extend(encode(&text));
        }
        self.push_path(name, &plain, &encoded)
    }

    fn push_path(mut self, name: &'static str, text: &str, encoded: &dyn fmt::Display) -> Self {
        if matches!(text, "" | "." | "..") {
            return self.refuse(Refused::PathParameter { name });
        }
        let Some((before, rest)) = self.template.split_once('{') else {
            return self.refuse(Refused::Address);
        };
        let Some((placeholder, after)) = rest.split_once('}') else {
            return self.refuse(Refused::Address);
        };
        if placeholder != name {
            return self.refuse(Refused::Address);
        }
        self.path.push_str(before);
        // Writing to a string cannot fail.
        let _ = write!(self.path, "{encoded}");
        self.template = after;
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: &dyn Parameter) -> Self {
        self.push_query(name, &encode(&value.to_text()));
        self
    }

    /// Adds a query parameter for each member of a struct or map, one for each item where a member is a list: for what has no type in the
    /// vendor's crate.
    pub fn query_of<T: Serialize + ?Sized>(mut self, members: &T) -> Self {
        match form::encode(members) {
            Ok(pairs) => {
                if !pairs.is_empty() {
                    self.query.push(if self.query.is_empty() { '?' } else { '&' });
                    self.query.push_str(&pairs);
                }
                self
            }
            Err(NoForm(reason)) => self.refuse(Refused::Query { reason }),
        }
    }

    /// Adds a query parameter once for each value.
    pub fn query_each<T: Parameter>(mut self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        for value in values {
            self.push_query(name, &encode(&value.to_text()));
        }
        self
    }

    /// Adds a query parameter with its values joined by a separator; nothing when there are none. A comma is written as it is, so
    /// that it differs from one within a value, which is encoded. RFC 3986 allows no pipe and no space there, so these are encoded
    /// themselves, and a value that has one in it is refused, since it would arrive as two.
    pub fn query_joined<T: Parameter>(
        mut self,
        name: &'static str,
        separator: char,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let mut character = [0; 4];
        let text: &str = separator.encode_utf8(&mut character);
        let written = if separator == ',' { text.to_owned() } else { encode(text).to_string() };
        // A single empty value is written, unlike no value at all.
        let mut joined: Option<String> = None;
        for value in values {
            let value = value.to_text();
            if separator != ',' && value.contains(separator) {
                return self.refuse(Refused::QueryParameter { name });
            }
            match &mut joined {
                Some(joined) => joined.push_str(&written),
                None => joined = Some(String::new()),
            }
            joined.get_or_insert_default().extend(encode(&value));
        }
        if let Some(joined) = joined {
            self.push_query(name, &joined);
        }
        self
    }

    /// Adds a header parameter, which stands in place of a header of the same name that the client sends. A value that no header can
    /// carry is refused; so is one with space around it, which would be lost on the way.
    pub fn header(mut self, name: &'static str, value: &dyn Parameter) -> Self {
        let text = value.to_text();
        let Some((wire_name, mut wire_value)) = checked_header(name, &text) else {
            return self.refuse(Refused::HeaderParameter { name });
        };
        // It may be private, so no layer below shall print it.
        wire_value.set_sensitive(true);
        self.headers.push((wire_name, wire_value));
        self
    }

    /// Adds a header parameter with its values joined by commas; nothing when there are none. A value with a comma in it is refused,
    /// since it would arrive as two.
    pub fn header_joined<T: Parameter>(self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        let mut joined = String::new();
        for (index, value) in values.into_iter().enumerate() {
            let text = value.to_text();
            if text.is_empty() || text.contains(',') || text.trim_matches([' ', '\t']) != text {
                return self.refuse(Refused::HeaderParameter { name });
            }
            if index > 0 {
                joined.push(',');
            }
            joined.push_str(&text);
        }
        if joined.is_empty() { self } else { self.header(name, &joined) }
    }

    /// Refuses a parameter that breaks a limit that the vendor documents.
    pub fn check(self, name: &'static str, value: &dyn Check, rules: &[Rule]) -> Self {
        match check::member(name, value, rules) {
            Ok(()) => self,
            Err(violation) => self.refuse(Refused::Value { violation }),
        }
    }

    /// Sends a JSON body under the given media type, unless it breaks a limit that the vendor documents.
    pub fn json<T: Serialize + Check + ?Sized>(self, media_type: &'static str, body: &T) -> Self {
        self.checked(body, |request| request.json_of(media_type, body))
    }

    /// Sends anything as a JSON body under the given media type: for what has no type in the vendor's crate.
    pub fn json_of<T: Serialize + ?Sized>(self, media_type: &'static str, body: &T) -> Self {
        let encoded = serde_json::to_vec(body).map_err(|_| "a member has no JSON form");
        self.encoded(encoded.map(|bytes| (HeaderValue::from_static(media_type), Bytes::from(bytes).into())))
    }

    /// Sends a form-encoded body, unless it breaks a limit that the vendor documents. A list is sent as a pair for each item.
    pub fn form<T: Serialize + Check + ?Sized>(self, body: &T) -> Self {
        self.checked(body, |request| request.form_of(body))
    }

    /// Sends the members of a struct or map as a form-encoded body: for what has no type in the vendor's crate.
    pub fn form_of<T: Serialize + ?Sized>(self, body: &T) -> Self {
        let encoded = form::encode(body).map_err(|NoForm(reason)| reason);
        let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        self.encoded(encoded.map(|text| (media_type, Bytes::from(text).into())))
    }

    /// Sends a body as `multipart/form-data`, unless it breaks a limit that the vendor documents: a part for each member, and for a list
    /// a part for each of its items. An [`Upload`](crate::Upload) is a part with a file name.
    pub fn multipart<T: Serialize + Check + ?Sized>(self, body: &T) -> Self {
        self.checked(body, |request| request.encoded(multipart::encode(body).map_err(|NoParts(reason)| reason)))
    }

    /// Refuses a body that breaks a limit that the vendor documents.
    fn checked<T: Check + ?Sized>(self, body: &T, encode: impl FnOnce(Self) -> Self) -> Self {
        match body.check() {
            Ok(()) => encode(self),
            Err(violation) => self.refuse(Refused::Value { violation }),
        }
    }

    /// Sends what a body was encoded to, or refuses it for the reason that it could not be.
    fn encoded(mut self, encoded: Result<(HeaderValue, RequestBody), &'static str>) -> Self {
        match encoded {
            Ok(body) => {
                self.body = Some(body);
                self
            }
            Err(reason) => self.refuse(Refused::Body { reason }),
        }
    }

    /// Sends bytes under the given media type.
    pub fn bytes(mut self, media_type: &'static str, body: Bytes) -> Self {
        self.body = Some((HeaderValue::from_static(media_type), body.into()));
        self
    }

    /// How long the whole call may take, instead of what the client allows.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// How long one attempt may take, instead of what the client allows.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = Some(limit);
        self
    }

    /// How many bytes of a response are read, if that is less than the client's limit.
    #[cfg(feature = "webhook")]
    pub(crate) const fn max_response_bytes(mut self, limit: usize) -> Self {
        self.max_response_bytes = Some(limit);
        self
    }

    /// Must not be sent twice, whatever becomes of it.
    pub(crate) const fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Leaves out the last segments of the base URL's path. It comes before all parameters of the path.
    pub(crate) fn above_base(mut self, segments: usize) -> Self {
        if segments > 0 {
            self.path = shortened(&self.client.shared.base_url, segments);
        }
        self
    }

    /// What may be told of the call.
    pub(crate) fn info(&self) -> CallInfo<'_> {
        CallInfo::of(&self.id, self.client.shared.vendor, &self.operation)
    }

    /// Whose call it is.
    pub(crate) fn call_of(&self) -> CallOf {
        CallOf { id: self.id.same(), vendor: self.client.shared.vendor, operation: self.operation.clone() }
    }

    /// What tells the client's observer of drift, when there is one.
    pub(crate) fn reporter(&self) -> Option<Reporter> {
        Reporter::new(&self.client, || self.call_of())
    }

    /// Whether the vendor documents this status as a success of the operation.
    pub(crate) fn is_success(&self, status: StatusCode) -> bool {
        status.is_success() || (self.operation.redirects && status.is_redirection())
    }

    /// The query so far, with its `?`.
    pub(crate) fn query_text(&self) -> &str {
        &self.query
    }

    /// The first value of a query parameter as it was given, when it needs no decoding.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        let encoded = encode(name).to_string();
        self.query.split(['?', '&']).find_map(|pair| pair.strip_prefix(&encoded)?.strip_prefix('='))
    }

    /// Puts a query parameter in the place of those of the same name.
    pub(crate) fn set_query(mut self, name: &str, value: &dyn Parameter) -> Self {
        let prefix = format!("{}=", encode(name));
        let others = std::mem::take(&mut self.query);
        for pair in others.split(['?', '&']).filter(|pair| !pair.is_empty() && !pair.starts_with(&prefix)) {
            let separator = if self.query.is_empty() { '?' } else { '&' };
            self.query.push(separator);
            self.query.push_str(pair);
        }
        self.push_query(name, &encode(&value.to_text()));
        self
    }

    /// The address without what signs it in: links in the response are relative to it.
    pub(crate) fn address(&self) -> Url {
        let mut url = self.client.shared.base_url.clone();
        url.set_path(&[&self.path, self.template].concat());
        url.set_query(self.query.strip_prefix('?'));
        url
    }

    /// Goes to the address of the next page, which the page at `from` holds as the whole address or relative to its own. It must be
    /// below the base URL, since it is signed in like the call itself.
    pub(crate) fn next_page(self, from: &Url, link: &str) -> Self {
        self.at_address(from, link, Refused::NextPage)
    }

    fn at_address(mut self, from: &Url, link: &str, refused: Refused) -> Self {
        let base = &self.client.shared.base_url;
        let directory = base.path().trim_end_matches('/');
        let is_below = |next: &Url| {
            let below = next.path().strip_prefix(directory);
            next.origin() == base.origin() && below.is_some_and(|path| path.starts_with('/'))
        };
        let Some(next) = from.join(link).ok().filter(is_below) else {
            return self.refuse(refused);
        };
        next.path().clone_into(&mut self.path);
        self.template = "";
        self.query = next.query().map(|query| format!("?{query}")).unwrap_or_default();
        self
    }

    /// Puts path and query, encoded as they are sent, behind the base URL.
    fn at_path(mut self, target: &str) -> Self {
        if !target.starts_with('/') {
            return self.refuse(Refused::Address);
        }
        let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
        self.path.push_str(path);
        self.query.push_str(query);
        self.template = "";
        self
    }

    /// Refuses the call because the address that the vendor gave leads elsewhere, whatever else is wrong with it.
    pub(crate) fn leading_elsewhere(mut self) -> Self {
        self.refused = Some(Box::new(Refused::Url));
        self
    }

    fn push_query(&mut self, name: &str, encoded: &dyn fmt::Display) {
        let separator = if self.query.is_empty() { '?' } else { '&' };
        // Writing to a string cannot fail.
        let _ = write!(self.query, "{separator}{}={encoded}", encode(name));
    }

    fn refuse(mut self, refused: Refused) -> Self {
        self.refused.get_or_insert_with(|| Box::new(refused));
        self
    }

    /// Whether the call may be repeated without being carried out twice. Gives it an idempotency key where the vendor has one.
    pub(crate) fn make_repeatable(&mut self) -> bool {
        if let Some(name) = self.operation.idempotency_key
            && let Ok(name) = HeaderName::from_bytes(name.as_bytes())
        {
            if self.headers.iter().all(|(header, _)| *header != name) {
                let key = HeaderValue::from_str(&Uuid::new_v4().to_string());
                self.headers.extend(key.ok().map(|key| (name, key)));
            }
            return true;
        }
        self.operation.idempotent || self.operation.method.is_idempotent()
    }

    /// What stands behind the origin of the request's address: path and query, its credentials included.
    pub(crate) fn target(&mut self) -> Result<String, Refused> {
        if self.template.contains('{') {
            return Err(Refused::Address);
        }
        let mut target = std::mem::take(&mut self.path);
        target.push_str(self.template);
        target.push_str(&self.query);
        if self.operation.authenticated {
            // What the call gives itself goes before, as with headers: no name is sent twice.
            let pairs = self.client.shared.sign_in_query.iter();
            for (_, pair) in pairs.filter(|(name, _)| self.query_value(name).is_none()) {
                let is_first = !target.contains('?');
                target.push(if is_first { '?' } else { '&' });
                target.push_str(pair.reveal());
            }
        }
        Ok(target)
    }

    /// The request's address, checked to be below the base URL.
    ///
    /// Scheme, host and port are those of the base URL, which was parsed when the client was built: only what stands behind them is
    /// parsed here.
    pub(crate) fn url(&self, target: &str) -> Result<Url, Refused> {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let mut url = self.client.shared.roomy_url.clone();
        url.set_path(path);
        url.set_query(query);
        // Parsing would have resolved dots and dropped what it takes for line noise: the address must come out as composed.
        let is_as_composed = url[Position::BeforePath..] == *target && url.as_str().len() <= MAX_URL_BYTES;
        if is_as_composed { Ok(url) } else { Err(Refused::Address) }
    }
}

impl Client {
    /// Begins the request of an operation.
    pub fn request(&self, operation: &'static Operation) -> Request {
        Request::new(self.clone(), OperationRef::Generated(operation))
    }

    /// Begins a request that the vendor's document lacks.
    ///
    /// A path in the program's text stands below the base URL and may hold `{placeholders}`. One that is put together at run time is taken
    /// as it is sent, percent-encoded and perhaps with a query; spans and errors show `/{path}` in its place, since it may be private.
    /// Where it does not begin with `/`, or would reach another address, the call is refused.
    ///
    /// It is signed in, signed, limited and repeated like any other call.
    ///
    /// ```no_run
    /// # async fn example(client: onboarding_core::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use onboarding_core::{Method, NoDeclaredError};
    ///
    /// let response = client.raw(Method::GET, "/things/{id}").path("id", &17).query("full", &true).send_raw().await?;
    /// assert_eq!(response.status(), 200);
    ///
    /// let (kind, body) = ("cats", serde_json::json!({ "name": "Tom" }));
    /// let request = client.raw(Method::POST, format!("/things/{kind}")).json_of("application/json", &body);
    /// let created: serde_json::Value = request.returns_json::<_, NoDeclaredError>().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn raw(&self, method: Method, path: impl Into<Cow<'static, str>>) -> Request {
        match path.into() {
            Cow::Borrowed(path) => self.own("raw", method, path),
            Cow::Owned(target) => self.own("raw", method, "/{path}").at_path(&target),
        }
    }

    /// Begins a request to an address that the vendor gave in a response, as the whole address or relative to the base URL. It is signed in
    /// and sent as with [`raw`](Self::raw), and therefore refused where it leads to another host or out of the base URL's path. Spans and
    /// errors show `/{url}` in its place.
    pub fn raw_url(&self, method: Method, url: &str) -> Request {
        let mut from = self.shared.base_url.clone();
        if !from.path().ends_with('/') {
            from.set_path(&format!("{}/", from.path()));
        }
        self.own("raw_url", method, "/{url}").at_address(&from, url, Refused::Url)
    }

    fn own(&self, name: &'static str, method: Method, path: &'static str) -> Request {
        Request::new(self.clone(), OperationRef::Own(Arc::new(Operation::new(name, method, path))))
    }

    /// Whether an address that the vendor gave is on the host that is called.
    #[doc(hidden)]
    pub fn is_own_url(&self, url: &str) -> bool {
        let base = &self.shared.base_url;
        base.join(url).is_ok_and(|url| url.origin() == base.origin())
    }
}

/// The path of a base URL without its last segments.
fn shortened(base: &Url, segments: usize) -> String {
    let mut base = base.clone();
    if let Ok(mut path) = base.path_segments_mut() {
        path.pop_if_empty();
        for _ in 0..segments {
            path.pop();
        }
    }
    base.path().trim_end_matches('/').to_owned()
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Request").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}
