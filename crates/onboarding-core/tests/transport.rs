//! What holds for any transport: retries, timeouts, caps and redaction, over one of the test's own, without sockets.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use onboarding_core::{
    BoxFuture, Bytes, Client, ClientBuilder, Credentials, Download, Error, HeaderMap, HeaderValue, Method,
    NoDeclaredError, Operation, Request, ResponseBody, Retry, StatusCode, Transport, TransportError,
    TransportErrorKind, TransportRequest, TransportResponse,
};

use crate::common::{SECRET, Vendor, printed};

static GET: Operation = Operation::new("get", Method::GET, "/things/{id}");
static POST: Operation = Operation::new("create", Method::POST, "/things");

/// What is done with a request.
enum Step {
    Respond(u16, &'static [(&'static str, &'static str)], &'static str),
    Stream(Pieces),
    Fail(TransportErrorKind, &'static str),
    Never,
    Panic,
}

/// Does with each request what the next step says, and keeps the requests.
#[derive(Clone, Default)]
struct Script {
    steps: Arc<Mutex<VecDeque<Step>>>,
    sent: Arc<Mutex<Vec<TransportRequest>>>,
}

impl fmt::Debug for Script {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Script")
    }
}

impl Transport for Script {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        self.sent.lock().unwrap().push(request);
        let step = self.steps.lock().unwrap().pop_front().expect("a request that no step is for");
        Box::pin(async move {
            match step {
                Step::Respond(status, headers, body) => {
                    let mut map = HeaderMap::new();
                    for (name, value) in headers {
                        map.insert(*name, HeaderValue::from_static(value));
                    }
                    Ok(TransportResponse::new(StatusCode::from_u16(status).unwrap(), map, body))
                }
                Step::Stream(pieces) => Ok(TransportResponse::streamed(StatusCode::OK, HeaderMap::new(), pieces)),
                Step::Fail(kind, source) => Err(TransportError::new(kind, source)),
                Step::Never => pending().await,
                Step::Panic => panic!("the transport panics"),
            }
        })
    }
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: Arc::new(Mutex::new(steps.into_iter().collect())), sent: Arc::default() }
    }

    fn builder(&self) -> ClientBuilder<Vendor> {
        ClientBuilder::default().base_url("https://vendor.invalid/api").transport(self.clone())
    }

    fn client(&self, change: impl FnOnce(ClientBuilder<Vendor>) -> ClientBuilder<Vendor>) -> Client {
        change(self.builder()).build().unwrap().0
    }

    fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }
}

/// A body in pieces of one size, which counts what is taken of it.
struct Pieces {
    size: usize,
    left: usize,
    length: Option<u64>,
    /// What becomes of it after the last piece.
    end: End,
    taken: Arc<Mutex<usize>>,
}

enum End {
    Complete,
    Interrupted,
    Silent,
}

impl Pieces {
    fn new(count: usize, size: usize) -> Self {
        Self { size, left: count, length: None, end: End::Complete, taken: Arc::default() }
    }
}

impl ResponseBody for Pieces {
    fn poll_chunk(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            *self.taken.lock().unwrap() += 1;
            return Poll::Ready(Some(Ok(vec![b'1'; self.size].into())));
        }
        match self.end {
            End::Complete => Poll::Ready(None),
            End::Interrupted => {
                Poll::Ready(Some(Err(TransportError::new(TransportErrorKind::Interrupted, "the peer went away"))))
            }
            End::Silent => Poll::Pending,
        }
    }

    fn length(&self) -> Option<u64> {
        self.length
    }
}

fn get(client: &Client) -> Request {
    client.request(&GET).path("id", &7)
}

async fn body(client: &Client) -> Result<usize, Error<NoDeclaredError>> {
    get(client).send_raw().await.map(|response| response.bytes().len())
}

fn kind(error: &Error<NoDeclaredError>) -> TransportErrorKind {
    match error {
        Error::Transport(error) => error.kind(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_transport_is_given_the_whole_request() {
    let script = Script::new([Step::Respond(201, &[("x-request-id", "r-1")], "{}")]);
    let client =
        script.client(|builder| builder.credentials(Credentials::none().header("authorization", "Bearer abc")));
    let body = serde_json::json!({"a": 1}).to_string();
    let request = client.request(&POST).query("dry", &true).bytes("application/json", body.clone().into());
    let response = request.send_raw().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["x-request-id"]), (201, &"r-1".parse().unwrap()));
    let sent = script.sent.lock().unwrap();
    let [request] = &sent[..] else { panic!("one request is sent") };
    assert_eq!((&request.method, request.url.as_str()), (&Method::POST, "https://vendor.invalid/api/things?dry=true"));
    assert_eq!(request.body.as_ref().and_then(|body| body.as_bytes()).map(|body| &**body), Some(body.as_bytes()));
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| (name.as_str(), value)).collect();
    for (name, value, sensitive) in [
        ("accept", "application/json", false),
        ("authorization", "Bearer abc", true),
        ("content-type", "application/json", false),
        ("user-agent", "onboarding-test/0", false),
    ] {
        let (_, found) = headers.iter().find(|(header, _)| *header == name).unwrap();
        assert_eq!((found.to_str().unwrap(), found.is_sensitive()), (value, sensitive), "{name}");
    }
    assert_eq!(headers.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_failed_call_is_repeated_when_that_is_safe() {
    let steps = || {
        [
            Step::Respond(503, &[("retry-after", "5")], ""),
            Step::Fail(TransportErrorKind::Interrupted, "reset"),
            Step::Respond(200, &[], "ok"),
        ]
    };
    let script = Script::new(steps());
    let begun = tokio::time::Instant::now();
    let response = get(&script.client(|builder| builder)).send_raw().await.unwrap();
    assert_eq!((response.attempts(), response.bytes().as_ref(), script.count()), (3, &b"ok"[..], 3));
    assert!(begun.elapsed() >= Duration::from_secs(5), "`Retry-After` was not respected");

    let script = Script::new(steps());
    let error = script.client(|builder| builder).request(&POST).send_raw().await.map(|response| response.status());
    assert_eq!((error.unwrap().as_u16(), script.count()), (503, 1));
    for failure in [TransportErrorKind::Interrupted, TransportErrorKind::Timeout] {
        let script = Script::new([Step::Fail(failure, "no luck")]);
        let error = script.client(|builder| builder).request(&POST).send_raw().await.unwrap_err();
        assert_eq!((kind(&error), error.attempts(), script.count()), (failure, 1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_transport_that_never_responds_is_given_up_in_time() {
    let script = Script::new([Step::Never, Step::Never, Step::Never]);
    let client = script.client(|builder| builder.timeout(Duration::from_secs(50)));
    let begun = tokio::time::Instant::now();
    let error = body(&client).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!((begun.elapsed().as_secs(), error.attempts(), script.count()), (50, 2, 2));

    let script = Script::new([Step::Never]);
    let begun = tokio::time::Instant::now();
    let request = get(&script.client(|builder| builder.retry(Retry::never())));
    let error = request.attempt_timeout(Duration::from_secs(3)).send_raw().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!((begun.elapsed().as_secs(), error.attempts()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_or_breaks_off_leaves_the_status() {
    for (end, expected) in
        [(End::Silent, TransportErrorKind::Timeout), (End::Interrupted, TransportErrorKind::Interrupted)]
    {
        let script = Script::new([Step::Stream(Pieces { end, ..Pieces::new(2, 10) })]);
        let client = script.client(|builder| builder.retry(Retry::never()));
        let error = body(&client).await.unwrap_err();
        assert_eq!(kind(&error), expected);
        let Error::Transport(transport) = error else { unreachable!("`kind` has looked") };
        assert_eq!((transport.status(), transport.is_body()), (Some(StatusCode::OK), true));
        assert_eq!((transport.is_timeout(), transport.is_connect()), (expected == TransportErrorKind::Timeout, false));
    }
}

#[tokio::test]
async fn no_more_of_a_body_is_held_than_is_allowed() {
    let limited = |builder: ClientBuilder<Vendor>| builder.max_response_bytes(100);
    for (count, size) in [(1, 100), (10, 10), (3, 33)] {
        let script = Script::new([Step::Stream(Pieces::new(count, size))]);
        assert_eq!(body(&script.client(limited)).await.unwrap(), count * size);
    }
    for (pieces, taken) in [
        (Pieces::new(usize::MAX, 30), 4),
        (Pieces::new(1, 101), 1),
        (Pieces { length: Some(101), ..Pieces::new(usize::MAX, 1) }, 0),
    ] {
        let count = pieces.taken.clone();
        let script = Script::new([Step::Stream(pieces)]);
        let error = body(&script.client(limited)).await.unwrap_err();
        assert_eq!((kind(&error), script.count()), (TransportErrorKind::ResponseTooLarge, 1), "and it is not repeated");
        assert_eq!(*count.lock().unwrap(), taken);
    }
    let long = Step::Respond(200, &[], "more than ten bytes");
    let error = body(&Script::new([long]).client(|builder| builder.max_response_bytes(10))).await.unwrap_err();
    assert_eq!(kind(&error), TransportErrorKind::ResponseTooLarge);
}

#[tokio::test(start_paused = true)]
async fn a_download_ends_where_it_may_not_go_on() {
    let download = async |pieces| -> Download {
        let client = Script::new([Step::Stream(pieces)]).client(|builder| builder.max_download_bytes(100));
        get(&client).returns_download::<NoDeclaredError>().send().await.unwrap()
    };
    assert_eq!(download(Pieces::new(10, 10)).await.bytes().await.unwrap().len(), 100);
    for (pieces, expected) in [
        (Pieces::new(usize::MAX, 30), TransportErrorKind::ResponseTooLarge),
        (Pieces { length: Some(101), ..Pieces::new(1, 1) }, TransportErrorKind::ResponseTooLarge),
        (Pieces { end: End::Silent, ..Pieces::new(1, 1) }, TransportErrorKind::Timeout),
        (Pieces { end: End::Interrupted, ..Pieces::new(1, 1) }, TransportErrorKind::Interrupted),
    ] {
        assert_eq!(download(pieces).await.bytes().await.unwrap_err().kind(), expected);
    }
}

#[tokio::test]
async fn a_transport_that_panics_fails_the_call_alone() {
    let script = Script::new([Step::Panic, Step::Respond(200, &[], "ok")]);
    let client = script.client(|builder| builder.retry(Retry::never()));
    assert_eq!(kind(&body(&client).await.unwrap_err()), TransportErrorKind::Interrupted);
    assert_eq!(body(&client).await.unwrap(), 2);
    // A step is missing: `send` itself panics, and not its future.
    assert_eq!(kind(&body(&client).await.unwrap_err()), TransportErrorKind::Interrupted);
}

#[tokio::test]
async fn nothing_private_is_shown_whatever_the_transport() {
    let script = Script::new([
        Step::Fail(TransportErrorKind::Interrupted, "the peer went away"),
        Step::Respond(404, &[("x-note", SECRET)], SECRET),
        Step::Respond(200, &[], SECRET),
    ]);
    let client = script.client(|builder| {
        let credentials = Credentials::none().header("authorization", SECRET).query("key", SECRET);
        builder.credentials(credentials).header("x-own", SECRET).retry(Retry::never())
    });
    let call = || {
        let request = client.request(&GET).path("id", &SECRET).query("name", &SECRET).header("x-id", &SECRET);
        request.bytes("text/plain", SECRET.into()).returns_json::<i64, NoDeclaredError>()
    };
    let mut shown = Vec::new();
    for _ in 0..3 {
        let error = call().send().await.unwrap_err();
        shown.push(printed(&error));
    }
    shown.extend(script.sent.lock().unwrap().iter().map(|request| format!("{request:?}")));
    shown.push(format!("{:?}", TransportResponse::new(StatusCode::OK, HeaderMap::new(), SECRET)));
    assert_eq!(shown.len(), 7);
    for text in shown {
        assert!(!text.is_empty() && !text.contains(SECRET), "{text}");
    }
}
