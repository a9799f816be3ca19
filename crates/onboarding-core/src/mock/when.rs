//! Which calls an expectation is about.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::header::HeaderValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::difference::differences;
use super::expectation::{Condition, Expectation, Expected, Target};
use super::form::Form;
use super::received::{Received, decoded, quoted, values_in};
use super::reply::{Reply, Then};
use super::script::Shared;
use crate::client::Client;
use crate::decode;
use crate::form;
use crate::multipart;
use crate::operation::{Operation, OperationRef};
use crate::parameter::{Parameter, encode};
use crate::request::Request;
use crate::transport::TransportRequest;

/// What stands in the place of a value that must not be shown.
const REDACTED: &str = "[redacted]";

/// An operation as generated code tells a mock of it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Mocked {
    name: &'static str,
    shown: &'static [&'static str],
    optional: &'static [&'static str],
}

#[doc(hidden)]
impl Mocked {
    /// The operation of that name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, shown: &[], optional: &[] }
    }

    /// The parameters whose values may be shown.
    pub const fn shown(mut self, names: &'static [&'static str]) -> Self {
        self.shown = names;
        self
    }

    /// The parameters that may be left out.
    pub const fn optional(mut self, names: &'static [&'static str]) -> Self {
        self.optional = names;
        self
    }
}

/// Which calls are meant: those for which everything holds that is said here. `R` is what can be responded.
///
/// The methods of a vendor's mock give types of their own around this one, with a method for each parameter and for the body. This one is
/// for requests beyond the vendor's document: see [`Mock::raw`](super::Mock::raw).
#[must_use = "nothing is mocked before `then`"]
pub struct When<R = Then> {
    shared: Arc<Shared>,
    target: Target,
    shown: &'static [&'static str],
    /// The parameters that may be left out; `None` when nobody knows.
    optional: Option<&'static [&'static str]>,
    conditions: Vec<Condition>,
    responses: PhantomData<fn() -> R>,
}

impl<R> When<R> {
    pub(super) fn operation(shared: Arc<Shared>, operation: Mocked) -> Self {
        let Mocked { name, shown, optional } = operation;
        let target = Target::Operation(name);
        Self { shared, target, shown, optional: Some(optional), conditions: Vec::new(), responses: PhantomData }
    }

    pub(super) fn request(shared: Arc<Shared>, target: Target) -> Self {
        Self { shared, target, shown: &[], optional: None, conditions: Vec::new(), responses: PhantomData }
    }

    /// The path has this value in the place of that placeholder.
    pub fn path(self, name: &'static str, value: impl Parameter) -> Self {
        let text = value.to_text();
        self.in_path(name, encode(&text).to_string())
    }

    /// The path has these values, joined by commas, in the place of that placeholder.
    pub fn path_joined(self, name: &'static str, values: impl IntoIterator<Item = impl Parameter>) -> Self {
        let values: Vec<String> = values.into_iter().map(|value| encode(&value.to_text()).to_string()).collect();
        self.in_path(name, values.join(","))
    }

    fn in_path(self, name: &'static str, expected: String) -> Self {
        let is_shown = self.is_shown(name);
        let show = move |text: &str| if is_shown { quoted(&decoded(text)) } else { REDACTED.to_owned() };
        self.condition(format!("the path parameter `{name}`"), show(&expected), move |received| {
            match received.path(name) {
                Some(text) if text == expected => Ok(()),
                Some(text) => Err(show(text)),
                None => Err("nothing".to_owned()),
            }
        })
    }

    /// The query has this parameter once, with this value.
    ///
    /// # Panics
    ///
    /// When no call can send that.
    #[track_caller]
    pub fn query(self, name: &'static str, value: impl Parameter) -> Self {
        self.in_query(name, &probe().query(name, &value))
    }

    /// The query has this parameter once for each of these values, in this order.
    ///
    /// # Panics
    ///
    /// When no call can send that.
    #[track_caller]
    pub fn query_each(self, name: &'static str, values: impl IntoIterator<Item = impl Parameter>) -> Self {
        self.in_query(name, &probe().query_each(name, values))
    }

    /// The query has this parameter once, with these values joined by the separator.
    ///
    /// # Panics
    ///
    /// When no call can send that.
    #[track_caller]
    pub fn query_joined(
        self,
        name: &'static str,
        separator: char,
        values: impl IntoIterator<Item = impl Parameter>,
    ) -> Self {
        self.in_query(name, &probe().query_joined(name, separator, values))
    }

    /// What a client would send is what is expected.
    #[track_caller]
    fn in_query(self, name: &'static str, sent: &Request) -> Self {
        if let Some(refused) = &sent.refused {
            panic!("no call can send that: {refused}");
        }
        let query = sent.query_text().trim_start_matches('?');
        let expected: Vec<String> = values_in(query, name).into_iter().map(str::to_owned).collect();
        let is_shown = self.is_shown(name);
        let show = move |values: &[&str]| match values {
            [] => "nothing".to_owned(),
            _ if !is_shown => REDACTED.to_owned(),
            values => values.iter().map(|text| quoted(&decoded(text))).collect::<Vec<_>>().join(" and "),
        };
        let in_words = show(&expected.iter().map(String::as_str).collect::<Vec<_>>());
        self.condition(format!("the query parameter `{name}`"), in_words, move |received| {
            let values = received.query(name);
            if values == expected { Ok(()) } else { Err(show(&values)) }
        })
    }

    /// The request has this header once, with this value. It need not be a parameter of the operation.
    ///
    /// # Panics
    ///
    /// When no call can send that.
    #[track_caller]
    pub fn header(self, name: &'static str, value: impl Parameter) -> Self {
        self.in_header(name, &probe().header(name, &value))
    }

    /// The request has this header once, with these values joined by commas.
    ///
    /// # Panics
    ///
    /// When no call can send that.
    #[track_caller]
    pub fn header_joined(self, name: &'static str, values: impl IntoIterator<Item = impl Parameter>) -> Self {
        self.in_header(name, &probe().header_joined(name, values))
    }

    #[track_caller]
    fn in_header(self, name: &'static str, sent: &Request) -> Self {
        if let Some(refused) = &sent.refused {
            panic!("no call can send that: {refused}");
        }
        let expected: Vec<HeaderValue> = sent.headers.iter().map(|(_, value)| value.clone()).collect();
        let is_shown = self.is_shown(name);
        let show = move |values: &[&HeaderValue]| match values {
            [] => "nothing".to_owned(),
            _ if !is_shown => REDACTED.to_owned(),
            values => {
                let texts = values.iter().map(|value| quoted(&String::from_utf8_lossy(value.as_bytes())));
                texts.collect::<Vec<_>>().join(" and ")
            }
        };
        let in_words = show(&expected.iter().collect::<Vec<_>>());
        self.condition(format!("the header `{name}`"), in_words, move |received| {
            let values = received.header(name);
            if values.iter().copied().eq(&expected) { Ok(()) } else { Err(show(&values)) }
        })
    }

    /// The optional query or header parameter of that name on the wire is left out.
    ///
    /// # Panics
    ///
    /// When the operation has no optional parameter of that name.
    #[track_caller]
    pub fn absent(self, name: &'static str) -> Self {
        if let Some(optional) = self.optional
            && !optional.contains(&name)
        {
            panic!("`{name}` is no optional parameter; these are: {}", listed(optional));
        }
        let is_shown = self.is_shown(name);
        self.condition(format!("the parameter `{name}`"), "nothing".to_owned(), move |received| {
            let (query, header) = (received.query(name), received.header(name));
            match (query.first(), header.first()) {
                (None, None) => Ok(()),
                (Some(text), _) if is_shown => Err(quoted(&decoded(text))),
                (None, Some(value)) if is_shown => Err(quoted(&String::from_utf8_lossy(value.as_bytes()))),
                _ => Err(REDACTED.to_owned()),
            }
        })
    }

    /// The function says `true` of the request, whatever else is said of it.
    pub fn matching(self, matches: impl Fn(&TransportRequest) -> bool + Send + Sync + 'static) -> Self {
        self.condition("the request".to_owned(), "what `matching` asks for".to_owned(), move |received| {
            if matches(received.request) { Ok(()) } else { Err("something else".to_owned()) }
        })
    }

    /// The body is this value as JSON. `B` is the type that a body which is another one is shown as.
    ///
    /// # Panics
    ///
    /// When the value has no JSON form.
    #[track_caller]
    pub fn json<B: DeserializeOwned + fmt::Debug>(self, body: &(impl Serialize + fmt::Debug + ?Sized)) -> Self {
        let Ok(expected) = serde_json::to_vec(body) else { panic!("the body has no JSON form") };
        self.condition("the body".to_owned(), format!("{body:?}"), move |received| {
            // What a type writes depends on its value alone, down to the last digit of a number.
            if received.body() == expected {
                return Ok(());
            }
            let members = differences(&expected, received.body());
            let members = if members.is_empty() { "a number differs".to_owned() } else { members.join(", ") };
            Err(format!("{}, in which {members}", shown_json::<B>(received)))
        })
    }

    /// The body is JSON of this type, and the function says `true` of it.
    pub fn json_matching<B: DeserializeOwned + fmt::Debug>(
        self,
        matches: impl Fn(&B) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.condition("the body".to_owned(), "what `body_matching` asks for".to_owned(), move |received| {
            match decode::json::<B>(received.body()) {
                Ok(body) if matches(&body) => Ok(()),
                _ => Err(shown_json::<B>(received)),
            }
        })
    }

    /// The body is this value as a form.
    ///
    /// # Panics
    ///
    /// When the value cannot be a form.
    #[track_caller]
    pub fn form<B: Serialize + fmt::Debug>(self, body: &B) -> Self {
        let expected = form::encode(body).unwrap_or_else(|error| panic!("the body cannot be a form: {error}"));
        self.condition("the body".to_owned(), format!("{body:?}"), move |received| {
            if received.body() == expected.as_bytes() {
                return Ok(());
            }
            let (expected, received) = (Form::read(expected.as_bytes()), Form::read(received.body()));
            let mut names = expected.names();
            names.extend(received.names().into_iter().filter(|name| expected.get(name).is_none()));
            let differs = |name: &&str| !expected.all(name).eq(received.all(name));
            let members: Vec<&str> = names.into_iter().filter(differs).collect();
            Err(format!("{received:?}, in which other values are those of {}", listed(&members)))
        })
    }

    /// The function says `true` of the form that is sent.
    pub fn form_matching(self, matches: impl Fn(&Form) -> bool + Send + Sync + 'static) -> Self {
        self.condition("the body".to_owned(), "what `body_matching` asks for".to_owned(), move |received| {
            let form = Form::read(received.body());
            if matches(&form) { Ok(()) } else { Err(format!("{form:?}")) }
        })
    }

    /// The body is this value in parts. One with a file on disk in it is never the same.
    ///
    /// # Panics
    ///
    /// When the value has no parts.
    #[track_caller]
    pub fn multipart<B: Serialize + fmt::Debug>(self, body: &B) -> Self {
        let encoded = multipart::encode(body).unwrap_or_else(|error| panic!("the body has no parts: {}", error.0));
        let (media_type, expected) = (encoded.0, encoded.1.as_bytes().cloned().unwrap_or_default());
        self.condition("the body".to_owned(), format!("{body:?}"), move |received| {
            let sent = received.header("content-type").first().and_then(|sent| multipart::boundary(sent));
            let is_same = match (multipart::boundary(&media_type), sent) {
                // The boundaries are all that two encodings of one value differ in, and as long as each other.
                (Some(own), Some(sent)) => multipart::is_same((&expected, own), (received.body(), sent)),
                _ => false,
            };
            if is_same { Ok(()) } else { Err(format!("{} other bytes", received.body().len())) }
        })
    }

    /// The body is these bytes.
    pub fn bytes(self, body: impl Into<Bytes>) -> Self {
        let expected = body.into();
        self.condition("the body".to_owned(), format!("{} bytes", expected.len()), move |received| {
            match received.body() {
                body if body == expected => Ok(()),
                body if body.len() == expected.len() => Err("as many others".to_owned()),
                body => Err(format!("{} bytes", body.len())),
            }
        })
    }

    /// The function says `true` of the bytes that are sent.
    pub fn bytes_matching(self, matches: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Self {
        self.condition("the body".to_owned(), "what `body_matching` asks for".to_owned(), move |received| {
            if matches(received.body()) { Ok(()) } else { Err(format!("{} bytes", received.body().len())) }
        })
    }

    /// There is no body.
    pub fn without_body(self) -> Self {
        self.condition("the body".to_owned(), "nothing".to_owned(), move |received| match &received.request.body {
            None => Ok(()),
            Some(body) => Err(format!("{} bytes", body.length())),
        })
    }

    fn condition(
        mut self,
        member: String,
        expected: String,
        check: impl Fn(Received<'_>) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.conditions.push(Condition { member, expected, check: Box::new(check) });
        self
    }

    fn is_shown(&self, name: &str) -> bool {
        self.shown.contains(&name)
    }
}

impl<R: From<Then>> When<R> {
    /// From now on, such calls are responded to so. How often they are expected is said behind it.
    pub fn then(self, reply: impl FnOnce(R) -> Reply) -> Expected<R> {
        let expectation = Arc::new(Expectation::new(self.target, self.conditions, reply(R::from(Then))));
        self.shared.expect(expectation.clone());
        Expected { expectation, responses: PhantomData }
    }
}

impl<R> fmt::Debug for When<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.conditions.iter().map(|condition| &condition.member);
        formatter.write_str("When")?;
        formatter.debug_list().entries(members).finish()
    }
}

/// A body as its type shows itself.
fn shown_json<B: DeserializeOwned + fmt::Debug>(received: Received<'_>) -> String {
    if received.body().is_empty() {
        return "nothing".to_owned();
    }
    match decode::json::<B>(received.body()) {
        Ok(body) => format!("{body:?}"),
        Err(error) => format!("what is not of its type ({error})"),
    }
}

/// Names in words.
fn listed(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.iter().map(|name| format!("`{}`", name.escape_debug())).collect::<Vec<_>>().join(", "),
    }
}

/// A request that is never sent: what its parameters become is what a client sends.
fn probe() -> Request {
    static CLIENT: LazyLock<Client> = LazyLock::new(Client::unconnected);
    static OPERATION: Operation = Operation::new("probe", http::Method::GET, "/");
    Request::new(CLIENT.clone(), OperationRef::Generated(&OPERATION))
}
