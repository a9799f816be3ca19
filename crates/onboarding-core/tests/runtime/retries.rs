//! Calls are repeated when that is safe and worth it, and never otherwise.

use std::time::Duration;

use onboarding_core::{Client, ClientBuilder, Error, Method, NoDeclaredError, Operation, Request, Retry};

use crate::common::{FakeRuntime, Server, Step, Vendor, builder, json, response};

static GET: Operation = Operation::new("get", Method::GET, "/things");
static POST: Operation = Operation::new("create", Method::POST, "/things");
static KEYED: Operation = Operation::new("create", Method::POST, "/things").idempotency_key("Idempotency-Key");
static SEARCH: Operation = Operation::new("search", Method::POST, "/things").idempotent();

type Result<T> = std::result::Result<T, Error<NoDeclaredError>>;

fn milliseconds(sleeps: &[Duration]) -> Vec<u128> {
    sleeps.iter().map(Duration::as_millis).collect()
}

fn client(
    server: &Server,
    runtime: &FakeRuntime,
    change: impl FnOnce(ClientBuilder<Vendor>) -> ClientBuilder<Vendor>,
) -> Client {
    change(builder(server).runtime(runtime.clone())).build().unwrap().0
}

async fn call(client: &Client, operation: &'static Operation) -> Result<()> {
    send(client.request(operation)).await
}

async fn send(request: Request) -> Result<()> {
    request.returns_nothing().send().await
}

/// Responds with this status for as long as it is told, then with 200.
async fn recovering(status: u16, failures: usize) -> Server {
    Server::start(move |number, _| json(if number < failures { status } else { 200 }, "{}")).await
}

#[tokio::test]
async fn temporary_failures_are_repeated_after_growing_pauses() {
    for status in [408, 429, 502, 503, 504] {
        let (server, runtime) = (recovering(status, 2).await, FakeRuntime::new());
        let response = client(&server, &runtime, |builder| builder).request(&GET).send_raw().await.unwrap();
        assert_eq!((response.status().as_u16(), response.attempts(), server.count()), (200, 3, 3));
        assert_eq!(milliseconds(&runtime.sleeps()), [100, 200], "half of 200 and of 400 by this chance");
    }
}

#[tokio::test]
async fn other_failures_are_not_repeated() {
    for status in [400, 401, 403, 404, 409, 422, 500, 501] {
        let (server, runtime) = (recovering(status, 2).await, FakeRuntime::new());
        let error = call(&client(&server, &runtime, |builder| builder), &GET).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), error.attempts(), server.count()), (status, 1, 1));
    }
}

#[tokio::test]
async fn the_error_of_the_last_attempt_tells_how_many_were_made() {
    let (server, runtime) = (recovering(503, 9).await, FakeRuntime::new());
    let error = call(&client(&server, &runtime, |builder| builder), &GET).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts(), server.count()), (503, 3, 3));
    let never = client(&server, &runtime, |builder| builder.retry(Retry::never()));
    assert_eq!(call(&never, &GET).await.unwrap_err().attempts(), 1);
    let patient =
        Retry::default().max_attempts(8).first_delay(Duration::from_secs(1)).max_delay(Duration::from_secs(3));
    let (server, runtime) = (recovering(503, 5).await, FakeRuntime::new());
    call(&client(&server, &runtime, |builder| builder.retry(patient)), &GET).await.unwrap();
    assert_eq!(milliseconds(&runtime.sleeps()), [500, 1000, 1500, 1500, 1500]);
}

#[tokio::test]
async fn only_what_is_safe_is_repeated() {
    for (method, repeated) in [
        (Method::GET, true),
        (Method::HEAD, true),
        (Method::PUT, true),
        (Method::DELETE, true),
        (Method::POST, false),
        (Method::PATCH, false),
    ] {
        let server = Server::start(|_, _| response("503 Unavailable", &[], "")).await;
        let client = client(&server, &FakeRuntime::new(), |builder| builder);
        send(client.raw(method.clone(), "/things")).await.unwrap_err();
        assert_eq!(server.count() > 1, repeated, "{method}");
    }
    let (server, runtime) = (recovering(503, 1).await, FakeRuntime::new());
    call(&client(&server, &runtime, |builder| builder), &SEARCH).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn an_idempotency_key_is_the_same_on_every_attempt_and_new_for_every_call() {
    let server = Server::start(|number, _| json(if number % 2 == 0 { 503 } else { 200 }, "{}")).await;
    let client = client(&server, &FakeRuntime::new(), |builder| builder);
    call(&client, &KEYED).await.unwrap();
    call(&client, &KEYED).await.unwrap();
    send(client.request(&KEYED).header("idempotency-key", &"mine")).await.unwrap();
    let received = server.received();
    let keys: Vec<&str> = received.iter().map(|request| request.header("idempotency-key").unwrap()).collect();
    assert_eq!((keys[0], keys[2], keys[4]), (keys[1], keys[3], "mine"));
    assert_ne!(keys[0], keys[2]);
    assert_eq!(keys[5], "mine");
    let uuid = uuid::Uuid::parse_str(keys[0]).unwrap();
    assert_eq!(uuid.get_version_num(), 4);
}

#[tokio::test]
async fn broken_connections_are_repeated_when_that_is_safe() {
    let reset = |number: usize, _: &crate::common::Received| {
        if number == 0 { vec![Step::Reset] } else { json(200, "{}") }
    };
    let (server, runtime) = (Server::start(reset).await, FakeRuntime::new());
    call(&client(&server, &runtime, |builder| builder), &GET).await.unwrap();
    assert_eq!(server.count(), 2);
    let server = Server::start(reset).await;
    let error = call(&client(&server, &runtime, |builder| builder), &POST).await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)));
    assert_eq!((error.attempts(), server.count()), (1, 1));
}

#[tokio::test]
async fn retry_after_is_obeyed_in_every_form_up_to_the_cap() {
    for (value, pause) in [
        ("7", Some(7000)),
        ("0", Some(100)),
        ("30", Some(30_000)),
        ("31", None),
        ("99999999999999999999999", None),
        ("Wed, 06 Nov 2024 08:49:47 GMT", Some(10_000)),
        ("Wednesday, 06-Nov-24 08:49:47 GMT", Some(10_000)),
        ("Wed Nov  6 08:49:47 2024", Some(10_000)),
        ("Wed, 06 Nov 2024 08:00:00 GMT", Some(100)),
        ("Thu, 07 Nov 2024 08:49:37 GMT", None),
        ("soon", Some(100)),
        ("-1", Some(100)),
        ("", Some(100)),
    ] {
        let server = Server::start(move |number, _| match number {
            0 => response("429 Too Many Requests", &[("retry-after", value)], "{}"),
            _ => json(200, "{}"),
        })
        .await;
        let runtime = FakeRuntime::new();
        let result = call(&client(&server, &runtime, |builder| builder), &GET).await;
        assert_eq!(milliseconds(&runtime.sleeps()), pause.into_iter().collect::<Vec<_>>(), "{value}");
        if pause.is_some() {
            result.unwrap();
            continue;
        }
        let error = result.unwrap_err();
        assert!(error.is_rate_limited());
        assert_eq!((error.attempts(), error.headers().unwrap()["retry-after"].to_str().unwrap()), (1, value));
    }
}

#[tokio::test]
async fn the_deadline_holds_for_all_attempts_together() {
    let server = Server::start(|_, _| response("503 Unavailable", &[("retry-after", "4")], "")).await;
    let runtime = FakeRuntime::new();
    let patient = client(&server, &runtime, |builder| builder.retry(Retry::default().max_attempts(99)));
    let error = send(patient.request(&GET).timeout(Duration::from_secs(10))).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (503, 3), "a third pause would end too late");
    assert_eq!(milliseconds(&runtime.sleeps()), [4000, 4000]);
}

#[tokio::test]
async fn the_budget_bounds_what_a_client_repeats() {
    let server = Server::start(|_, _| json(503, "")).await;
    let client = client(&server, &FakeRuntime::new(), |builder| builder.retry(Retry::default().budget(4)));
    for _ in 0..100 {
        call(&client, &GET).await.unwrap_err();
    }
    let repeated = server.count() - 100;
    assert!((4..=14).contains(&repeated), "{repeated} repetitions: four at once, and one for every ten calls");
}

#[tokio::test]
async fn nothing_listens() {
    let server = Server::start(|_, _| Vec::new()).await;
    let refusing = ClientBuilder::<Vendor>::default()
        .base_url("http://127.0.0.1:1")
        .runtime(FakeRuntime::new())
        .build()
        .unwrap()
        .0;
    let error = call(&refusing, &GET).await.unwrap_err();
    assert!(error.is_connect());
    assert_eq!(error.attempts(), 3);
    let error = call(&refusing, &POST).await.unwrap_err();
    assert_eq!((error.is_connect(), error.attempts()), (true, 3), "nobody has seen it");
    assert_eq!(server.count(), 0);
}
