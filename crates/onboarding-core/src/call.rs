//! A typed call: the request, and how its responses are decoded.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::__private::text_body;
use crate::check::{Check, Rule};
use crate::decode::{self, DecodeError};
use crate::download::Download;
use crate::error::{Declared, Error, Malformed};
use crate::execute::execute;
use crate::observe::Reporter;
use crate::observer::Drift;
use crate::parameter::Parameter;
use crate::received::Received;
use crate::request::Request;
use crate::response::{Headers, RawResponse, Response};
use crate::runtime::BoxFuture;
use crate::status_error::{NoDeclaredError, Outcome, StatusError};
use crate::unknown::{Noting, noted};

/// A call that is ready to be sent: `T` is what a success holds, `E` has a variant for each declared error status.
#[must_use = "nothing is sent before `send`"]
pub struct Call<T, E> {
    request: Request,
    reader: Reader<T>,
    error: ReadByStatus<E>,
}

/// Decodes the body that came with a status; `None` when the status is not declared.
type ReadByStatus<T> = fn(u16, &[u8]) -> Option<Result<T, DecodeError>>;

/// How a success is read.
enum Reader<T> {
    Whole(fn(&RawResponse) -> Option<Result<T, DecodeError>>),
    Streamed(fn(Download) -> T),
}

// Function pointers are copied whatever `T` is, which a derive would not see.
impl<T> Clone for Reader<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Reader<T> {}

impl<T, E> Call<T, E> {
    /// Sends the call and decodes the response.
    pub async fn send(self) -> Result<T, Error<E>> {
        self.received().await.map(|(response, _)| response.value)
    }

    /// Sends the call and decodes the response, keeping its status and headers.
    pub async fn send_with_response(self) -> Result<Response<T>, Error<E>> {
        self.received().await.map(|(response, _)| response)
    }

    /// Sends the call and decodes the response, keeping its bytes.
    pub(crate) async fn received(self) -> Result<(Response<T>, Bytes), Error<E>> {
        let stream_success = matches!(self.reader, Reader::Streamed(_));
        let reporter = self.request.reporter();
        let response = match (execute(self.request, stream_success).await?, self.reader) {
            (Received::Streamed(streamed), Reader::Streamed(wrap)) => {
                let (download, head) = *streamed;
                let response = Response { value: wrap(download), status: head.status, headers: Headers(head.headers) };
                return Ok((response, Bytes::new()));
            }
            (Received::Streamed(streamed), Reader::Whole(_)) => return Err(Error::Undeclared(Box::new(streamed.1))),
            (Received::Whole(response, true), Reader::Whole(read)) => {
                let noting = reporter.as_ref().map(|_| Noting::begin());
                let outcome = read(&response);
                match outcome {
                    Some(Ok(value)) => {
                        tell_unknown(reporter, noting, response.status);
                        let RawResponse { status, headers, body, .. } = response;
                        return Ok((Response { value, status, headers: Headers(headers) }, body));
                    }
                    Some(Err(source)) => return Err(Error::Malformed(malformed(reporter, response, source, false))),
                    None => response,
                }
            }
            (Received::Whole(response, _), _) => response,
        };
        let noting = reporter.as_ref().map(|_| Noting::begin());
        Err(match (self.error)(response.status.as_u16(), &response.body) {
            Some(Ok(error)) => {
                tell_unknown(reporter, noting, response.status);
                Error::Declared(Box::new(Declared { error, response }))
            }
            Some(Err(source)) => Error::Malformed(malformed(reporter, response, source, true)),
            None => Error::Undeclared(undeclared(reporter, response)),
        })
    }

    /// Sends the call and gives the response as it came, whatever its status.
    pub async fn send_raw(self) -> Result<RawResponse, Error<NoDeclaredError>> {
        self.request.send_raw().await
    }

    /// The call as a command line of `curl`, to be put into a ticket, without any value that is sent: see [`Request::curl`].
    pub fn curl(&self) -> String {
        self.request.curl()
    }

    /// How long the whole call may take, instead of what the client allows.
    pub fn timeout(self, limit: Duration) -> Self {
        self.with_request(|request| request.timeout(limit))
    }

    /// How long one attempt may take, instead of what the client allows.
    pub fn attempt_timeout(self, limit: Duration) -> Self {
        self.with_request(|request| request.attempt_timeout(limit))
    }

    /// Sends one more header, in place of one of the same name that the client would send.
    pub fn with_header(self, name: &'static str, value: &dyn Parameter) -> Self {
        self.with_request(|request| request.header(name, value))
    }

    /// Sends one more query parameter.
    pub fn with_query(self, name: &'static str, value: &dyn Parameter) -> Self {
        self.with_request(|request| request.query(name, value))
    }

    pub(crate) const fn request(&self) -> &Request {
        &self.request
    }

    /// Another call of the same kind, its request changed.
    pub(crate) fn again(&self, change: impl FnOnce(Request) -> Request) -> Self {
        Self { request: change(self.request.clone()), reader: self.reader, error: self.error }
    }

    fn with_request(mut self, change: impl FnOnce(Request) -> Request) -> Self {
        self.request = change(self.request);
        self
    }
}

/// `client.get_thing(&id).await` is `client.get_thing(&id).send().await`, at the cost of an allocation.
impl<T: Send + 'static, E: Send + 'static> IntoFuture for Call<T, E> {
    type Output = Result<T, Error<E>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// How generated setters add what is optional.
#[doc(hidden)]
impl<T, E> Call<T, E> {
    /// Refuses the call because the address that it follows leads elsewhere.
    pub fn leading_elsewhere(self) -> Self {
        self.with_request(Request::leading_elsewhere)
    }

    pub fn query<P: Parameter + Check>(self, name: &'static str, value: P, rules: &[Rule]) -> Self {
        self.with_request(|request| request.check(name, &value, rules).query(name, &value))
    }

    pub fn query_each<P: Parameter + Check + PartialEq>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<P>>,
        rules: &[Rule],
    ) -> Self {
        let values: Vec<P> = values.into_iter().map(Into::into).collect();
        self.with_request(|request| request.check(name, &values, rules).query_each(name, &values))
    }

    pub fn query_joined<P: Parameter + Check + PartialEq>(
        self,
        name: &'static str,
        separator: char,
        values: impl IntoIterator<Item = impl Into<P>>,
        rules: &[Rule],
    ) -> Self {
        let values: Vec<P> = values.into_iter().map(Into::into).collect();
        self.with_request(|request| request.check(name, &values, rules).query_joined(name, separator, &values))
    }

    pub fn header<P: Parameter + Check>(self, name: &'static str, value: P, rules: &[Rule]) -> Self {
        self.with_request(|request| request.check(name, &value, rules).header(name, &value))
    }

    pub fn header_joined<P: Parameter + Check + PartialEq>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<P>>,
        rules: &[Rule],
    ) -> Self {
        let values: Vec<P> = values.into_iter().map(Into::into).collect();
        self.with_request(|request| request.check(name, &values, rules).header_joined(name, &values))
    }

    pub fn json<B: Serialize + Check + ?Sized>(self, media_type: &'static str, body: &B) -> Self {
        self.with_request(|request| request.json(media_type, body))
    }

    pub fn form<B: Serialize + Check + ?Sized>(self, body: &B) -> Self {
        self.with_request(|request| request.form(body))
    }

    pub fn multipart<B: Serialize + Check + ?Sized>(self, body: &B) -> Self {
        self.with_request(|request| request.multipart(body))
    }

    pub fn bytes(self, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.with_request(|request| request.bytes(media_type, body.into()))
    }
}

impl<T, E> fmt::Debug for Call<T, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Call").field(&self.request).finish()
    }
}

/// Not generic, so that no service compiles it again.
fn malformed(
    reporter: Option<Reporter>,
    response: RawResponse,
    source: DecodeError,
    is_declared_error: bool,
) -> Box<Malformed> {
    if let Some(reporter) = reporter {
        reporter.report(&Drift::MalformedBody { status: response.status, error: &source });
    }
    Box::new(Malformed { response, source, is_declared_error })
}

#[inline]
fn tell_unknown(reporter: Option<Reporter>, noting: Option<Noting>, status: StatusCode) {
    if let (Some(reporter), Some(noting)) = (reporter, noting) {
        for type_name in noted(noting) {
            reporter.report(&Drift::UnknownValue { status, type_name });
        }
    }
}

fn undeclared(reporter: Option<Reporter>, response: RawResponse) -> Box<RawResponse> {
    if let Some(reporter) = reporter {
        reporter.report(&Drift::UndeclaredStatus { status: response.status });
    }
    Box::new(response)
}

/// How generated code says what a success holds.
impl Request {
    /// A success holds JSON.
    pub fn returns_json<T: DeserializeOwned, E: StatusError>(self) -> Call<T, E> {
        self.reads(|response| Some(decode::json(&response.body)))
    }

    /// A success holds nothing that matters.
    pub fn returns_nothing<E: StatusError>(self) -> Call<(), E> {
        self.reads(|_| Some(Ok(())))
    }

    /// A success holds JSON, or nothing at all.
    pub fn returns_json_or_nothing<T: DeserializeOwned, E: StatusError>(self) -> Call<Option<T>, E> {
        self.reads(|response| {
            Some(if response.body.is_empty() { Ok(None) } else { decode::json(&response.body).map(Some) })
        })
    }

    /// A success holds text.
    pub fn returns_text<E: StatusError>(self) -> Call<String, E> {
        self.reads(|response| Some(text_body(&response.body)))
    }

    /// A success holds what its status says.
    pub fn returns_by_status<T: Outcome, E: StatusError>(self) -> Call<T, E> {
        self.reads(|response| T::decode(response.status.as_u16(), &response.body))
    }

    /// A success holds a file.
    pub fn returns_download<E: StatusError>(self) -> Call<Download, E> {
        Call { request: self, reader: Reader::Streamed(|download| download), error: E::decode }
    }

    fn reads<T, E: StatusError>(self, read: fn(&RawResponse) -> Option<Result<T, DecodeError>>) -> Call<T, E> {
        Call { request: self, reader: Reader::Whole(read), error: E::decode }
    }
}
