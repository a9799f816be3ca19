//! The request of one call: put together by generated code, sent by the one executor at the end of this file.

use std::fmt::{self, Write as _};
use std::future::Future;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{StatusCode, Url};
use serde::Serialize;

use crate::answer::Answer;
use crate::check::{self, Check, Rule};
use crate::download::Download;
use crate::error::{Refused, TransportError};
use crate::parameter::{Parameter, encode};
use crate::{Client, Operation, SignableRequest};

/// A request being put together. The first thing that is wrong with it is remembered and becomes the error of the call.
#[derive(Clone)]
pub struct Request {
    client: Client,
    operation: &'static Operation,
    /// The path so far, its parameters filled in.
    path: String,
    /// What is left of the operation's path.
    template: &'static str,
    query: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<(&'static str, Bytes)>,
    refused: Option<Refused>,
}

impl Request {
    pub(crate) fn new(client: Client, operation: &'static Operation) -> Self {
        Self {
            client,
            operation,
            path: String::new(),
            template: operation.path,
            query: String::new(),
            headers: Vec::new(),
            body: None,
            refused: None,
        }
    }

    /// Fills the next placeholder of the path. A value that is empty, `.` or `..` is refused, since it would reach another address.
    pub fn path(mut self, name: &'static str, value: &dyn Parameter) -> Self {
        let text = value.to_text();
        if matches!(&*text, "" | "." | "..") {
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
        let _ = write!(self.path, "{}", encode(&text));
        self.template = after;
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &'static str, value: &dyn Parameter) -> Self {
        self.push_query(name, &encode(&value.to_text()));
        self
    }

    /// Adds a query parameter once for each value.
    pub fn query_each<T: Parameter>(mut self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        for value in values {
            self.push_query(name, &encode(&value.to_text()));
        }
        self
    }

    /// Adds a query parameter with its values joined by commas.
    pub fn query_joined<T: Parameter>(mut self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<String> = values.into_iter().map(|value| encode(&value.to_text()).to_string()).collect();
        self.push_query(name, &values.join(","));
        self
    }

    /// Adds a header parameter. A value that no header can carry is refused.
    pub fn header(mut self, name: &'static str, value: &dyn Parameter) -> Self {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value.to_text())) {
            (Ok(wire_name), Ok(wire_value)) => {
                self.headers.push((wire_name, wire_value));
                self
            }
            _ => self.refuse(Refused::HeaderParameter { name }),
        }
    }

    /// Refuses a parameter that breaks a limit that the vendor documents.
    pub fn check(self, name: &'static str, value: &dyn Check, rules: &[Rule]) -> Self {
        match check::member(name, value, rules) {
            Ok(()) => self,
            Err(violation) => self.refuse(Refused::Value { violation }),
        }
    }

    /// Sends a JSON body under the given media type, unless it breaks a limit that the vendor documents.
    pub fn json<T: Serialize + Check + ?Sized>(mut self, media_type: &'static str, body: &T) -> Self {
        if let Err(violation) = body.check() {
            return self.refuse(Refused::Value { violation });
        }
        match serde_json::to_vec(body) {
            Ok(bytes) => {
                self.body = Some((media_type, bytes.into()));
                self
            }
            Err(_) => self.refuse(Refused::Body { reason: "a member has no JSON form" }),
        }
    }

    /// Sends a form-encoded body, unless it breaks a limit that the vendor documents.
    pub fn form<T: Serialize + Check + ?Sized>(mut self, body: &T) -> Self {
        if let Err(violation) = body.check() {
            return self.refuse(Refused::Value { violation });
        }
        match serde_urlencoded::to_string(body) {
            Ok(text) => {
                self.body = Some(("application/x-www-form-urlencoded", text.into()));
                self
            }
            Err(_) => self.refuse(Refused::Body { reason: "a member has no place in a form" }),
        }
    }

    /// Sends bytes under the given media type.
    pub fn bytes(mut self, media_type: &'static str, body: Bytes) -> Self {
        self.body = Some((media_type, body));
        self
    }

    /// Whether the vendor documents this status as a success of the operation.
    pub(crate) fn is_success(&self, status: StatusCode) -> bool {
        status.is_success() || (self.operation.redirects && status.is_redirection())
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

    fn push_query(&mut self, name: &str, encoded: &dyn fmt::Display) {
        let separator = if self.query.is_empty() { '?' } else { '&' };
        // Writing to a string cannot fail.
        let _ = write!(self.query, "{separator}{}={encoded}", encode(name));
    }

    fn refuse(mut self, refused: Refused) -> Self {
        self.refused.get_or_insert(refused);
        self
    }

    /// The request's address, checked to be below the base URL.
    fn url(&self) -> Result<Url, Refused> {
        if self.template.contains('{') {
            return Err(Refused::Address);
        }
        let base = &self.client.shared.base_url;
        let text = format!("{base}{}{}{}", self.path, self.template, self.query);
        let url = Url::parse(&text).map_err(|_| Refused::Address)?;
        // Parsing would have resolved dots and dropped what it takes for line noise: the address must come out as composed.
        if url.as_str() == text { Ok(url) } else { Err(Refused::Address) }
    }

    fn to_http(&self, whole: bool) -> Result<reqwest::Request, Refused> {
        let shared = &self.client.shared;
        let url = self.url()?;
        let mut request = reqwest::Request::new(self.operation.method.clone(), url.clone());
        if whole {
            *request.timeout_mut() = Some(shared.timeout);
        }
        let headers = request.headers_mut();
        headers.extend(shared.headers.clone());
        headers.insert(ACCEPT, HeaderValue::from_static(self.operation.accept));
        if self.operation.authenticated {
            headers.extend(shared.credentials.iter().cloned());
        }
        headers.extend(self.headers.iter().cloned());
        if let Some((media_type, _)) = &self.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        if let Some(signer) = &shared.signer {
            let body = self.body.as_ref().map_or(&[][..], |(_, body)| body);
            signer
                .sign(&mut SignableRequest { method: &self.operation.method, url: &url, headers, body })
                .map_err(|error| Refused::Signature { reason: error.to_string() })?;
        }
        if let Some((_, body)) = &self.body {
            *request.body_mut() = Some(body.clone().into());
        }
        Ok(request)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Request").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}

/// What came back: read whole, with whether it is a success, or left to be streamed.
pub(crate) enum Received {
    Whole(Answer, bool),
    Streamed(Download, Answer),
}

/// Why nothing came back.
pub(crate) enum Failure {
    Refused(Refused),
    Transport(TransportError),
}

/// Executes any call of any operation. It is the only asynchronous function with a body of its own: generated operations and
/// their typed `send` are thin around it, so that services compile it once.
pub(crate) fn execute(
    request: Request,
    stream_success: bool,
) -> Pin<Box<dyn Future<Output = Result<Received, Failure>> + Send>> {
    Box::pin(async move {
        if let Some(refused) = request.refused {
            return Err(Failure::Refused(refused));
        }
        let shared = request.client.shared.clone();
        let http_request = request.to_http(!stream_success).map_err(Failure::Refused)?;
        let response = shared.http.execute(http_request).await.map_err(transport)?;
        let (status, headers) = (response.status(), response.headers().clone());
        if stream_success && status.is_success() {
            let head = Answer { status, headers, body: Bytes::new() };
            return Ok(Received::Streamed(Download::new(response, shared.max_answer_bytes), head));
        }
        let body = read_whole(response, shared.max_answer_bytes).await?;
        Ok(Received::Whole(Answer { status, headers, body }, request.is_success(status)))
    })
}

fn transport(error: reqwest::Error) -> Failure {
    Failure::Transport(error.into())
}

async fn read_whole(mut response: reqwest::Response, max_bytes: usize) -> Result<Bytes, Failure> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(transport)? {
        if whole.len() + chunk.len() > max_bytes {
            return Err(Failure::Transport(TransportError::too_large()));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}
