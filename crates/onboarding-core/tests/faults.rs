//! Everything that a network or a vendor can do wrong. For each fault: no panic, no hang beyond the deadline, the right error, no
//! unsafe call made twice (the server counts), no credential in what is printed.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::fmt::Write as _;
#[cfg(not(feature = "compression"))]
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use onboarding_core::{
    Client, ClientBuilder, Credentials, Error, JsonValue, Method, NoDeclaredError, Operation, Retry, TransportErrorKind,
};

use crate::common::{SECRET, Server, Step, Vendor, builder, json, printed, response};

static GET: Operation = Operation::new("get", Method::GET, "/things");
static POST: Operation = Operation::new("create", Method::POST, "/things");

/// The longest that any call may take here.
const DEADLINE: Duration = Duration::from_secs(2);
const ATTEMPTS: usize = 3;

fn faulty(base_url: String) -> ClientBuilder<Vendor> {
    ClientBuilder::default()
        .base_url(base_url)
        .credentials(Credentials::none().header("authorization", format!("Bearer {SECRET}")))
        .timeout(DEADLINE)
        .attempt_timeout(Duration::from_millis(500))
        .retry(Retry::default().first_delay(Duration::from_millis(1)))
}

/// Calls, and checks what holds whatever the fault is.
async fn call(client: &Client, operation: &'static Operation) -> Result<JsonValue, Error<NoDeclaredError>> {
    let begun = Instant::now();
    let result = client.request(operation).json("application/json", "x").returns_json().send().await;
    assert!(begun.elapsed() < DEADLINE + Duration::from_secs(1), "the deadline was passed");
    if let Err(error) = &result {
        assert!(!printed(error).contains(SECRET), "{}", printed(error));
    }
    result
}

/// A server with one fault: a safe call meets it at every attempt, an unsafe call once.
async fn fault(steps: Vec<Step>, repeated: bool, expect: impl Fn(&Error<NoDeclaredError>) -> bool) {
    let copy = steps.clone();
    let server = Server::start(move |_, _| copy.clone()).await;
    let client = faulty(server.base_url()).build().unwrap().0;
    let error = call(&client, &GET).await.unwrap_err();
    assert!(expect(&error), "{error:?} after {steps:?}");
    let attempts = if repeated { ATTEMPTS } else { 1 };
    assert_eq!((server.count(), error.attempts() as usize), (attempts, attempts), "{error:?} after {steps:?}");
    let error = call(&client, &POST).await.unwrap_err();
    assert!(expect(&error), "{error:?} after {steps:?}");
    assert_eq!((server.count(), error.attempts()), (attempts + 1, 1), "an unsafe call was repeated after {steps:?}");
}

fn transport(error: &Error<NoDeclaredError>, kind: TransportErrorKind) -> bool {
    matches!(error, Error::Transport(error) if error.kind() == kind)
}

fn interrupted(error: &Error<NoDeclaredError>) -> bool {
    transport(error, TransportErrorKind::Interrupted)
}

fn malformed(error: &Error<NoDeclaredError>) -> bool {
    matches!(error, Error::Malformed(_)) && error.status().is_some_and(|status| status == 200)
}

fn head(lines: &str) -> Step {
    Step::Send(format!("HTTP/1.1 200 OK\r\n{lines}\r\n").into_bytes())
}

#[tokio::test]
async fn nothing_listens() {
    let client = faulty("http://127.0.0.1:1".to_owned()).build().unwrap().0;
    assert!(call(&client, &GET).await.unwrap_err().is_connect());
    assert!(call(&client, &POST).await.unwrap_err().is_connect());
}

#[tokio::test]
async fn the_connection_is_reset_before_or_after_the_head_or_closed() {
    fault(vec![Step::Reset], true, interrupted).await;
    fault(vec![], true, interrupted).await;
    fault(vec![Step::Send(b"HTTP/1.1 200 O".to_vec())], true, interrupted).await;
    fault(vec![head("content-length: 9\r\n"), Step::Pause(Duration::from_millis(50)), Step::Reset], true, interrupted)
        .await;
}

#[tokio::test]
async fn the_body_is_cut_or_of_another_length() {
    fault(vec![head("content-length: 9\r\n"), Step::Send(b"{\"a\"".to_vec())], true, interrupted).await;
    fault(vec![head("transfer-encoding: chunked\r\n"), Step::Send(b"4\r\n{\"a\"\r\n".to_vec())], true, interrupted)
        .await;
    fault(
        vec![head("content-length: 3\r\nconnection: close\r\n"), Step::Send(b"{\"a\":1}".to_vec())],
        false,
        malformed,
    )
    .await;
    fault(
        vec![head("content-length: 3\r\ncontent-length: 9\r\n"), Step::Send(b"{}{}{}{}{".to_vec())],
        true,
        interrupted,
    )
    .await;
    fault(vec![head("content-length: minus\r\n"), Step::Send(b"{}".to_vec())], true, interrupted).await;
}

#[tokio::test]
async fn a_response_trickles_or_never_comes() {
    let slow = Duration::from_millis(100);
    fault(vec![Step::Trickle(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), slow)], true, Error::is_timeout).await;
    fault(vec![head("content-length: 99\r\n"), Step::Trickle(vec![b' '; 99], slow)], true, Error::is_timeout).await;
    fault(vec![Step::Pause(Duration::from_secs(60))], true, Error::is_timeout).await;
}

#[tokio::test]
async fn the_response_is_garbage() {
    fault(vec![Step::Send(vec![0x16, 0x03, 0x01, 0x00, 0xff, 0x0d, 0x0a])], true, interrupted).await;
    fault(vec![Step::Send(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())], true, interrupted).await;
    fault(response("200 OK", &[("content-type", "text/html")], format!("<html>{SECRET}")), false, malformed).await;
    fault(response("200 OK", &[], ""), false, malformed).await;
    fault(json(200, b"\"\xff\xfe\""), false, malformed).await;
    fault(json(200, format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))), false, malformed).await;
    fault(json(200, r#"{"a":"#.repeat(100_000)), false, malformed).await;
    fault(json(200, "{} {}"), false, malformed).await;
}

#[tokio::test]
async fn another_media_type_with_the_right_body_is_taken() {
    let server = Server::start(|_, _| response("200 OK", &[("content-type", "text/plain")], "[1]")).await;
    assert_eq!(call(&faulty(server.base_url()).build().unwrap().0, &POST).await.unwrap(), serde_json::json!([1]));
}

#[tokio::test]
async fn the_vendor_fails_and_recovers() {
    for (status, recovers) in [("500 Internal Server Error", false), ("503 Service Unavailable", true)] {
        let server =
            Server::start(move |number, _| if number == 0 { response(status, &[], SECRET) } else { json(200, "{}") })
                .await;
        let result = call(&faulty(server.base_url()).build().unwrap().0, &GET).await;
        assert_eq!((result.is_ok(), server.count()), (recovers, if recovers { 2 } else { 1 }));
        assert!(result.is_ok() || result.unwrap_err().is_server_error());
        let server =
            Server::start(move |number, _| if number == 0 { response(status, &[], SECRET) } else { json(200, "{}") })
                .await;
        assert!(call(&faulty(server.base_url()).build().unwrap().0, &POST).await.unwrap_err().is_server_error());
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn too_many_requests_with_each_form_of_retry_after() {
    for (value, repeated) in [
        ("0", true),
        ("Wed, 06 Nov 2024 08:49:37 GMT", true),
        ("Wednesday, 06-Nov-24 08:49:37 GMT", true),
        ("Wed Nov  6 08:49:37 2024", true),
        ("later", true),
        ("86400", false),
        ("Fri, 06 Nov 2093 08:49:37 GMT", false),
    ] {
        fault(response("429 Too Many Requests", &[("retry-after", value)], ""), repeated, Error::is_rate_limited).await;
    }
}

#[tokio::test]
async fn redirects_lead_nowhere() {
    let other = Server::start(|_, _| json(200, "{}")).await;
    let elsewhere = format!("{}/things", other.base_url());
    for location in ["/things", elsewhere.as_str(), "http://169.254.169.254/", "\u{1}"] {
        for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
            let is_it = |error: &Error<NoDeclaredError>| error.status().is_some_and(|status| status.is_redirection());
            if location.is_ascii() && !location.contains('\u{1}') {
                fault(response(status, &[("location", location)], ""), false, is_it).await;
            } else {
                fault(response(status, &[("location", location)], ""), true, interrupted).await;
            }
        }
    }
    assert_eq!(other.count(), 0, "neither the call nor its credentials went to the other host");
}

#[tokio::test]
async fn very_large_bodies_are_not_read() {
    let too_large = |error: &Error<NoDeclaredError>| transport(error, TransportErrorKind::ResponseTooLarge);
    let declared = "content-length: 2147483648\r\n";
    fault(vec![head(declared), Step::Flood(2 << 30)], false, too_large).await;
    let server = Server::start(|_, _| vec![head("connection: close\r\n"), Step::Flood(2 << 30)]).await;
    let client = faulty(server.base_url()).attempt_timeout(DEADLINE).build().unwrap().0;
    let error = call(&client, &GET).await.unwrap_err();
    assert!(too_large(&error) && error.status().unwrap() == 200, "{error:?}");
    assert_eq!(server.count(), 1);
    let mut lines = String::new();
    for number in 0..2000 {
        let _ = write!(lines, "x-{number}: {}\r\n", "a".repeat(500));
    }
    fault(vec![Step::Send(format!("HTTP/1.1 200 OK\r\n{lines}\r\n").into_bytes())], true, interrupted).await;
}

#[cfg(not(feature = "compression"))]
#[tokio::test]
async fn a_compressed_bomb_is_never_unpacked() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..64 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    let server = Server::start(move |_, _| response("200 OK", &[("content-encoding", "gzip")], &bomb)).await;
    // Not even when the caller's set-up of the HTTP client asks for it.
    for setup in [reqwest::Client::builder(), reqwest::Client::builder().gzip(true)] {
        let client = faulty(server.base_url()).http_client_builder(setup).build().unwrap().0;
        let error = call(&client, &GET).await.unwrap_err();
        assert!(malformed(&error), "{error:?}");
    }
}

#[tokio::test]
async fn a_download_that_breaks_says_so() {
    let server = Server::start(|_, _| vec![head("content-length: 9\r\n"), Step::Send(b"abc".to_vec())]).await;
    let client = faulty(server.base_url()).build().unwrap().0;
    let mut file = client.request(&GET).returns_download::<NoDeclaredError>().send().await.unwrap();
    assert_eq!(file.chunk().await.unwrap().unwrap(), "abc");
    assert_eq!(file.chunk().await.unwrap_err().kind(), TransportErrorKind::Interrupted);
}

#[tokio::test]
async fn a_call_that_is_dropped_gives_its_place_back() {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = seen.clone();
    let server = Server::start(move |_, _| match counter.fetch_add(1, Ordering::SeqCst) {
        0 => vec![Step::Pause(Duration::from_secs(60))],
        _ => json(200, "{}"),
    })
    .await;
    let client = builder(&server).max_concurrent_calls(1).build().unwrap().0;
    assert!(tokio::time::timeout(Duration::from_millis(100), call(&client, &GET)).await.is_err());
    call(&client, &GET).await.unwrap();
}
