//! Signing in heals: whatever a store, a token endpoint, a runtime or a function of the service's own does, the next call can succeed,
//! nothing that is good for one use is lost or spent twice, and nobody is asked without pause.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use onboarding_core::{
    Authenticate, BoxFuture, CallEnd, CallInfo, Client, Credentials, CredentialsError, CredentialsErrorKind, Drift,
    Error, Expiry, FieldValue, Method, NoDeclaredError, Observer, Operation, Refused, RefusedCall, Retry, Runtime,
    SignError, SignInHeaders, SignableRequest, Signer, StoreError, StoreLock, Timestamp, TokenFlow, TokenRequest,
    TokenSource, TokenStore, Tokens,
};

use crate::common::{FakeRuntime, Received, SECRET, Server, Step, builder, json, printed, response};

static GET: Operation = Operation::new("get", Method::GET, "/things");

/// Client credentials: everything in it may be sent again.
static CLIENT: TokenFlow = TokenFlow::new(
    TokenRequest::form("/token")
        .fields(&[("client_id", FieldValue::Given("client_id")), ("code", FieldValue::Optional("code"))]),
)
.expiry(Expiry::Seconds("/expires_in"));

/// A password for the first token, and refresh tokens that are good for one use.
static SINGLE_USE: TokenFlow =
    TokenFlow::new(TokenRequest::form("/token").fields(&[("password", FieldValue::Given("client_id"))]))
        .refresh(TokenRequest::form("/token").fields(&[("refresh_token", FieldValue::RefreshToken)]), "/refresh_token")
        .single_use_refresh_token()
        .expiry(Expiry::Seconds("/expires_in"));

fn source(flow: &'static TokenFlow) -> TokenSource {
    TokenSource::new(flow).given("client_id", SECRET)
}

fn client(server: &Server, runtime: impl Runtime + 'static, source: TokenSource) -> Client {
    builder(server).credentials(Credentials::none().authenticate(source)).runtime(runtime).build().unwrap().0
}

async fn call(client: &Client) -> Result<(), Error<NoDeclaredError>> {
    client.request(&GET).returns_nothing().send().await
}

fn kind(error: &Error<NoDeclaredError>) -> CredentialsErrorKind {
    match error {
        Error::Credentials(error) => error.kind(),
        error => panic!("{error:?}"),
    }
}

/// The token request with this number, and what it gives out: a refresh token is taken once, and only the newest.
fn given_out(number: usize, request: &str) -> Vec<Step> {
    if request.contains("refresh_token=") && !request.contains(&format!("refresh_token=refresh-{}", number - 1)) {
        return json(400, r#"{"error":"invalid_grant"}"#);
    }
    json(200, format!(r#"{{"access_token":"token-{number}","expires_in":1000,"refresh_token":"refresh-{number}"}}"#))
}

/// Gives out tokens that are good for 1,000 seconds, and accepts the one given out last.
async fn token_server() -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |_, request| {
        if request.path() == "/token" {
            return given_out(count.fetch_add(1, Ordering::SeqCst) + 1, &request.text());
        }
        let accepted = format!("Bearer token-{}", count.load(Ordering::SeqCst));
        json(if request.header("authorization") == Some(&accepted) { 200 } else { 401 }, "{}")
    })
    .await
}

/// A token endpoint that responds so, and a vendor that accepts everything.
async fn token_endpoint(response: impl Fn(usize) -> Vec<Step> + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |_, request| match request.path() {
        "/token" => response(count.fetch_add(1, Ordering::SeqCst)),
        _ => json(200, "{}"),
    })
    .await
}

/// A clock that moves only when it is told to, for pauses and limits alike. Chance is always one half.
#[derive(Clone, Debug)]
struct Clock {
    begun: Instant,
    state: Arc<Mutex<(Duration, Vec<Waker>)>>,
}

impl Clock {
    fn new() -> Self {
        Self { begun: Instant::now(), state: Arc::default() }
    }

    fn passed(&self) -> Duration {
        self.state.lock().unwrap().0
    }

    fn since(&self, begun: Duration) -> Duration {
        self.passed().saturating_sub(begun)
    }

    fn pass(&self, time: Duration) {
        let wakers = {
            let mut state = self.state.lock().unwrap();
            state.0 += time;
            std::mem::take(&mut state.1)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Waits for a future while time passes, a step for each few milliseconds in which nothing happens.
    async fn while_passing<T>(&self, step: Duration, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        loop {
            match tokio::time::timeout(Duration::from_millis(10), future.as_mut()).await {
                Ok(output) => return output,
                Err(_) => self.pass(step),
            }
        }
    }
}

struct Until(Clock, Duration);

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.state.lock().unwrap();
        if state.0 >= self.1 {
            return Poll::Ready(());
        }
        state.1.push(context.waker().clone());
        Poll::Pending
    }
}

impl Runtime for Clock {
    fn now(&self) -> Timestamp {
        FakeRuntime::start() + self.passed()
    }

    fn instant(&self) -> Instant {
        self.begun + self.passed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(Until(self.clone(), self.passed().saturating_add(duration)))
    }

    fn timeout(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep(duration)
    }

    fn random(&self) -> f64 {
        0.5
    }
}

/// What a store does when it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Work,
    Fail,
    Hang,
    Panic,
    /// Panics before there is a future.
    PanicAtOnce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Lock,
    Load,
    Save,
}

/// A store that does as it is told, in the order in which it is told, then works.
#[derive(Clone, Debug, Default)]
struct Store(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    told: Vec<(Asked, Does)>,
    asked: Vec<Asked>,
    tokens: Option<Tokens>,
    locked: bool,
}

/// Releases the lock.
struct Held(Store);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().locked = false;
    }
}

impl Store {
    fn telling(told: impl IntoIterator<Item = (Asked, Does)>) -> Self {
        let store = Self::default();
        store.0.lock().unwrap().told = told.into_iter().collect();
        store
    }

    fn tell(&self, asked: Asked, does: Does) {
        self.0.lock().unwrap().told.push((asked, does));
    }

    fn asked(&self) -> usize {
        self.0.lock().unwrap().asked.len()
    }

    fn saved(&self) -> Option<String> {
        self.0.lock().unwrap().tokens.as_ref().map(|tokens| tokens.access_token.reveal().to_owned())
    }

    fn act<T: Send + 'static>(
        &self,
        asked: Asked,
        work: impl FnOnce(&mut Script) -> T + Send + 'static,
    ) -> BoxFuture<'static, Result<T, StoreError>> {
        let does = {
            let mut script = self.0.lock().unwrap();
            script.asked.push(asked);
            let told = script.told.iter().position(|(when, _)| *when == asked);
            told.map_or(Does::Work, |index| script.told.remove(index).1)
        };
        assert_ne!(does, Does::PanicAtOnce, "as it was told, with {SECRET}");
        let store = self.clone();
        Box::pin(async move {
            match does {
                Does::Work => Ok(work(&mut store.0.lock().unwrap())),
                Does::Fail => Err("the disk is full".into()),
                Does::Hang => pending().await,
                Does::Panic | Does::PanicAtOnce => panic!("as it was told, with {SECRET}"),
            }
        })
    }
}

impl TokenStore for Store {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, StoreError>> {
        self.act(Asked::Load, |script| script.tokens.clone())
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), StoreError>> {
        let tokens = tokens.clone();
        self.act(Asked::Save, move |script| script.tokens = Some(tokens))
    }

    fn lock(&self) -> BoxFuture<'_, Result<StoreLock, StoreError>> {
        let store = self.clone();
        self.act(Asked::Lock, move |script| {
            assert!(!std::mem::replace(&mut script.locked, true), "the lock is held once at a time");
            Box::new(Held(store)) as StoreLock
        })
    }
}

const EVERY_FAULT: [Does; 4] = [Does::Fail, Does::Hang, Does::Panic, Does::PanicAtOnce];

#[tokio::test]
async fn a_store_that_hangs_once_costs_nobody_a_call() {
    for asked in [Asked::Lock, Asked::Load, Asked::Save] {
        let (server, store, clock) = (token_server().await, Store::telling([(asked, Does::Hang)]), Clock::new());
        let client = client(&server, clock.clone(), source(&SINGLE_USE).store(store.clone()));
        clock.while_passing(Duration::from_secs(1), call(&client)).await.unwrap();
        let limit = if asked == Asked::Save { 1 } else { 8 };
        assert!(clock.passed() <= Duration::from_secs(limit), "{asked:?} took {:?}", clock.passed());
        call(&client).await.unwrap();
        assert_eq!(server.count_of("/token"), 1);
    }
}

#[tokio::test]
async fn a_store_that_fails_in_any_way_fails_the_calls_that_need_it_and_no_later_one() {
    for (asked, does) in [Asked::Lock, Asked::Load].into_iter().flat_map(|asked| EVERY_FAULT.map(|does| (asked, does)))
    {
        let (server, clock) = (token_server().await, Clock::new());
        // One that hangs is asked a second time.
        let store = Store::telling([(asked, does); 2].into_iter().take(if does == Does::Hang { 2 } else { 1 }));
        let client =
            client(&server, clock.clone(), source(&SINGLE_USE).store(store).store_timeout(Duration::from_secs(2)));
        let error = clock.while_passing(Duration::from_secs(1), call(&client)).await.unwrap_err();
        assert_eq!(kind(&error), CredentialsErrorKind::Store, "{asked:?} {does:?}");
        assert_eq!((error.is_timeout(), error.is_unauthorized()), (does == Does::Hang, false), "{asked:?} {does:?}");
        assert!(!printed(&error).contains(SECRET));
        assert_eq!(printed(&error).contains("the disk is full"), does == Does::Fail, "the cause can be reached");
        call(&client).await.unwrap();
        assert_eq!(server.count_of("/token"), 1);
    }
}

#[tokio::test]
async fn a_good_token_is_used_without_asking_the_store() {
    let (server, store, clock) = (token_server().await, Store::default(), Clock::new());
    let client = client(&server, clock.clone(), source(&SINGLE_USE).store(store.clone()));
    call(&client).await.unwrap();
    let asked = store.asked();
    for _ in 0..100 {
        store.tell(Asked::Lock, Does::Hang);
    }
    for _ in 0..10 {
        call(&client).await.unwrap();
    }
    assert_eq!((store.asked(), clock.passed()), (asked, Duration::ZERO));
    // Due, but good for a minute: a call waits a second for the renewal and goes on with what it has.
    clock.pass(Duration::from_secs(945));
    let before = clock.passed();
    for _ in 0..5 {
        clock.while_passing(Duration::from_millis(250), call(&client)).await.unwrap();
    }
    assert!(clock.since(before) <= Duration::from_secs(8), "{:?}", clock.since(before));
    assert_eq!(server.count_of("/token"), 1);
}

/// Counts what it is told of stores, and keeps the texts.
#[derive(Clone, Debug, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Observer for Told {
    fn tokens_not_saved(&self, vendor: &'static str, error: &CredentialsError) {
        self.0.lock().unwrap().push(format!("{vendor} {:?}", error.kind()));
    }
}

#[tokio::test]
async fn no_failure_of_a_save_loses_a_single_use_refresh_token() {
    for does in EVERY_FAULT {
        let (server, clock, told) = (token_server().await, Clock::new(), Told::default());
        let store = Store::telling([(Asked::Save, does); 2]);
        let client = builder(&server)
            .credentials(Credentials::none().authenticate(source(&SINGLE_USE).store(store.clone())))
            .runtime(clock.clone())
            .observer(told.clone())
            .build()
            .unwrap()
            .0;
        call(&client).await.unwrap();
        assert_eq!(clock.passed(), Duration::ZERO, "{does:?}: the tokens go to who waits before they are saved");
        // The first save fails, and so does the second, which is that of the renewal.
        clock.while_passing(Duration::from_secs(1), told_times(&told, 1)).await;
        clock.pass(Duration::from_secs(1000));
        clock.while_passing(Duration::from_secs(1), call(&client)).await.unwrap();
        clock.while_passing(Duration::from_secs(1), told_times(&told, 2)).await;
        assert_eq!((server.count_of("/token"), store.saved()), (2, None), "{does:?}");
        // After a pause, a call has them saved, and asks no vendor for that.
        clock.pass(Duration::from_secs(60));
        call(&client).await.unwrap();
        while store.saved().is_none() {
            tokio::task::yield_now().await;
        }
        assert_eq!((server.count_of("/token"), store.saved().as_deref()), (2, Some("token-2")), "{does:?}");
        assert_eq!(*told.0.lock().unwrap(), ["vendor Store"; 2], "{does:?}");
    }
}

async fn told_times(told: &Told, times: usize) {
    while told.0.lock().unwrap().len() < times {
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_refresh_token_in_a_response_without_a_usable_access_token_is_kept() {
    for access_token in ["", r#""access_token":"","#, r#""access_token":"a\nb","#] {
        let server = token_endpoint(move |number| match number {
            1 => json(200, format!(r#"{{{access_token}"refresh_token":"refresh-2"}}"#)),
            number => {
                json(200, format!(r#"{{"access_token":"t","expires_in":10,"refresh_token":"refresh-{}"}}"#, number + 1))
            }
        })
        .await;
        let (clock, store) = (Clock::new(), Store::default());
        let client = client(&server, clock.clone(), source(&SINGLE_USE).store(store.clone()));
        call(&client).await.unwrap();
        clock.pass(Duration::from_secs(10));
        assert_eq!(kind(&call(&client).await.unwrap_err()), CredentialsErrorKind::Malformed);
        clock.pass(Duration::from_secs(60));
        call(&client).await.unwrap();
        let sent: Vec<String> =
            server.received().iter().filter(|request| request.path() == "/token").map(Received::text).collect();
        assert_eq!(sent[1..], ["refresh_token=refresh-1", "refresh_token=refresh-2"], "{access_token}");
    }
}

/// A runtime of one thread that runs only while it is told to.
fn undriven() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A runtime that always runs, for the server and for the second caller.
fn driven() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Polls a future so often, with what it spawned in between, and drops it.
async fn poll_times<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..times {
        if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
            return Some(output);
        }
        // Time enough for what loopback brings.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    None
}

#[test]
fn a_renewal_on_a_runtime_that_nobody_drives_is_taken_over() {
    for hangs in [Some(Asked::Lock), Some(Asked::Load), None] {
        let (other, driven, clock) = (undriven(), driven(), Clock::new());
        let server = driven.block_on(token_endpoint(|number| match number {
            0 => vec![Step::Pause(Duration::from_secs(3600))],
            _ => json(200, r#"{"access_token":"t","expires_in":1000}"#),
        }));
        let store = Store::telling(hangs.map(|asked| (asked, Does::Hang)));
        let client = client(&server, clock.clone(), source(&CLIENT).store(store.clone()));
        other.block_on(poll_times(3, call(&client)));
        if hangs.is_none() {
            while server.count() == 0 {
                other.block_on(async { tokio::time::sleep(Duration::from_millis(1)).await });
            }
        } else {
            // The vendor was not asked yet, so the first response is the one that never comes; the second is for whoever takes over.
            driven.block_on(async { call_token_once(&server).await });
        }
        // From here on nobody drives the first runtime, which is still there.
        driven.block_on(clock.while_passing(Duration::from_millis(200), call(&client))).unwrap();
        assert!(clock.passed() < Duration::from_secs(5), "{hangs:?}: {:?}", clock.passed());
        assert_eq!(server.count_of("/token"), 2, "{hangs:?}");
        other.shutdown_background();
    }
}

/// Uses up the server's first response.
async fn call_token_once(server: &Server) {
    let client = builder(server).retry(Retry::never()).build().unwrap().0;
    let request = client.raw(Method::POST, "/token").timeout(Duration::from_millis(50));
    request.send_raw().await.unwrap_err();
}

/// A server that keeps its connections open, one response after another.
async fn keeping_connections() -> std::net::SocketAddr {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {
                    let body = r#"{"access_token":"t","expires_in":1000}"#;
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
                }
            });
        }
    });
    address
}

#[test]
fn a_connection_of_a_runtime_that_nobody_drives_is_not_used_by_another() {
    let (other, driven, clock) = (undriven(), driven(), Clock::new());
    let address = driven.block_on(keeping_connections());
    let client = onboarding_core::ClientBuilder::<crate::common::Vendor>::default()
        .base_url(format!("http://{address}"))
        .credentials(Credentials::none().authenticate(source(&CLIENT)))
        .runtime(clock.clone())
        .retry(Retry::never())
        .build()
        .unwrap()
        .0;
    // Both requests leave a connection behind that could be used again.
    other.block_on(call(&client)).unwrap();
    clock.pass(Duration::from_secs(1000));
    let second =
        driven.block_on(async { tokio::time::timeout(Duration::from_secs(15), client.request(&GET).send_raw()).await });
    assert_eq!(second.expect("it does not wait for the other runtime").unwrap().attempts(), 1);
    // Many runtimes, one after another, each with connections of its own.
    for _ in 0..20 {
        undriven().block_on(call(&client)).unwrap();
    }
    other.block_on(call(&client)).unwrap();
}

#[test]
fn what_is_good_for_one_use_is_not_sent_twice_while_the_first_request_may_be_under_way() {
    let (other, driven, clock) = (undriven(), driven(), Clock::new());
    let server = driven.block_on(token_endpoint(|number| match number {
        1 => vec![Step::Pause(Duration::from_secs(3600))],
        number => json(
            200,
            format!(r#"{{"access_token":"token-{number}","expires_in":1000,"refresh_token":"refresh-{number}"}}"#),
        ),
    }));
    let client = builder(&server)
        .credentials(Credentials::none().authenticate(source(&SINGLE_USE)))
        .runtime(clock.clone())
        .timeout(Duration::from_secs(40))
        .build()
        .unwrap()
        .0;
    driven.block_on(call(&client)).unwrap();
    clock.pass(Duration::from_secs(1000));
    other.block_on(poll_times(3, call(&client)));
    while server.count_of("/token") < 2 {
        other.block_on(async { tokio::time::sleep(Duration::from_millis(1)).await });
    }
    let begun = clock.passed();
    let twice = || server.count_of("/token") > 2;
    // Calls come and go; each waits for ten seconds.
    for _ in 0..3 {
        let impatient = client.request(&GET).timeout(Duration::from_secs(10)).returns_nothing::<NoDeclaredError>();
        let error = driven.block_on(clock.while_passing(Duration::from_secs(1), impatient.send())).unwrap_err();
        assert!(error.is_timeout() && !twice(), "{:?}: {error:?}", clock.since(begun));
    }
    driven.block_on(clock.while_passing(Duration::from_secs(1), call(&client))).unwrap();
    let waited = clock.since(begun);
    assert!(waited >= Duration::from_secs(40) && waited < Duration::from_secs(60), "{waited:?}");
    assert_eq!(server.count_of("/token"), 3);
}

#[test]
fn a_renewal_whose_runtime_is_shut_down_at_any_moment_is_taken_over_at_once() {
    let driven = driven();
    for polls in 0..25 {
        let clock = Clock::new();
        let server = driven.block_on(token_endpoint(|_| json(200, r#"{"access_token":"t","expires_in":1000}"#)));
        let client = client(&server, clock.clone(), source(&CLIENT).store(Store::default()));
        let other = undriven();
        other.block_on(poll_times(polls, call(&client)));
        drop(other);
        driven.block_on(async { tokio::time::timeout(Duration::from_secs(20), call(&client)).await }).unwrap().unwrap();
        assert_eq!(clock.passed(), Duration::ZERO, "after {polls} polls");
        assert!(server.count_of("/token") <= 2, "after {polls} polls");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_at_any_moment_loses_nothing() {
    for polls in 0..25 {
        let (server, clock) = (token_server().await, Clock::new());
        let client = client(&server, clock.clone(), source(&SINGLE_USE).store(Store::default()));
        call(&client).await.unwrap();
        for _ in 0..3 {
            clock.pass(Duration::from_secs(1000));
            poll_times(polls, call(&client)).await;
        }
        call(&client).await.unwrap();
        let refused = server.received().iter().filter(|request| request.text().contains("password")).count();
        assert_eq!(refused, 1, "after {polls} polls the refresh token was still the newest");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_tasks_ask_a_failing_token_endpoint_a_handful_of_times_in_four_seconds() {
    for failure in [500, 503, 429] {
        let (server, clock) = (token_endpoint(move |_| json(failure, "")).await, Clock::new());
        let client = client(&server, clock.clone(), source(&CLIENT));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (client, clock) = (client.clone(), clock.clone());
                tokio::spawn(async move {
                    let mut failed = 0_u32;
                    while clock.passed() < Duration::from_secs(4) {
                        let error = call(&client).await.unwrap_err();
                        assert_eq!((error.status().unwrap().as_u16(), error.is_unauthorized()), (failure, false));
                        failed += 1;
                        clock.sleep(Duration::from_millis(20)).await;
                    }
                    failed
                })
            })
            .collect();
        let all = async {
            let mut failed = 0;
            for task in tasks {
                failed += task.await.unwrap();
            }
            failed
        };
        let failed = clock.while_passing(Duration::from_millis(100), all).await;
        assert!(failed > 100, "{failed} calls");
        assert!((2..=8).contains(&server.count_of("/token")), "{failure}: {} requests", server.count_of("/token"));
    }
}

#[tokio::test]
async fn pauses_grow_are_shared_and_end() {
    let server = token_endpoint(|number| match number {
        0..6 => json(500, ""),
        _ => json(200, r#"{"access_token":"t","expires_in":1000}"#),
    })
    .await;
    let clock = Clock::new();
    let client = client(&server, clock.clone(), source(&CLIENT));
    for (failures, pause) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30)] {
        let error = call(&client).await.unwrap_err();
        assert_eq!(server.count_of("/token"), failures);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(pause)), "half of what it grows to by this chance");
        clock.pass(Duration::from_millis(pause * 1000 - 1));
        let error = call(&client).await.unwrap_err();
        assert_eq!((server.count_of("/token"), error.retry_after()), (failures, Some(Duration::from_millis(1))));
        clock.pass(Duration::from_millis(1));
    }
    call(&client).await.unwrap();
}

#[tokio::test]
async fn retry_after_of_the_token_endpoint_is_obeyed_up_to_a_cap() {
    for (asked, pause) in [("120", 120), ("86400", 300), ("Wed, 06 Nov 2024 08:51:37 GMT", 120), ("0", 1)] {
        for status in ["429 Too Many Requests", "500 Internal Server Error"] {
            let server = token_endpoint(move |number| match number {
                0 => response(status, &[("retry-after", asked)], ""),
                _ => json(200, r#"{"access_token":"t","expires_in":1000}"#),
            })
            .await;
            let clock = Clock::new();
            let client = builder(&server)
                .credentials(Credentials::none().authenticate(source(&CLIENT)))
                .retry(Retry::never())
                .runtime(clock.clone())
                .build()
                .unwrap()
                .0;
            let error = call(&client).await.unwrap_err();
            assert_eq!(error.retry_after(), Some(Duration::from_secs(pause)), "{asked} {status}");
            assert_eq!(error.is_rate_limited(), status.starts_with("429"));
            clock.pass(Duration::from_millis(pause * 1000 - 1));
            call(&client).await.unwrap_err();
            assert_eq!(server.count_of("/token"), 1, "{asked} {status}");
            clock.pass(Duration::from_millis(1));
            call(&client).await.unwrap();
        }
    }
}

#[tokio::test]
async fn requests_for_tokens_are_repeated_within_a_renewal_where_that_is_safe() {
    let failing_once = || {
        token_endpoint(|number| match number {
            0 => json(503, ""),
            _ => json(200, r#"{"access_token":"t","expires_in":10,"refresh_token":"r"}"#),
        })
    };
    let server = failing_once().await;
    call(&client(&server, FakeRuntime::new(), source(&CLIENT))).await.unwrap();
    assert_eq!(server.count_of("/token"), 2);
    // A one-time code is good for one use.
    let server = failing_once().await;
    let with_code = source(&CLIENT).asked("code", || Some("123456".into()));
    assert!(call(&client(&server, FakeRuntime::new(), with_code)).await.unwrap_err().is_server_error());
    assert_eq!(server.count_of("/token"), 1);
    // So is a refresh token of this vendor.
    let server = failing_once().await;
    let store = Store::default();
    store.0.lock().unwrap().tokens = Some(Tokens::new("old").refresh_token("r").expires_at(FakeRuntime::start()));
    assert!(
        call(&client(&server, FakeRuntime::new(), source(&SINGLE_USE).store(store)))
            .await
            .unwrap_err()
            .is_server_error()
    );
    assert_eq!(server.count_of("/token"), 1);
}

#[tokio::test]
async fn a_code_that_the_vendor_has_not_seen_can_still_be_used() {
    static CODE: TokenFlow =
        TokenFlow::new(TokenRequest::form("/token").once().fields(&[("code", FieldValue::Given("client_id"))]));
    let clock = Clock::new();
    let nowhere = onboarding_core::ClientBuilder::<crate::common::Vendor>::default();
    let source = source(&CODE);
    let credentials = || Credentials::none().authenticate(source.clone());
    let nowhere =
        nowhere.base_url("http://127.0.0.1:1").credentials(credentials()).runtime(clock.clone()).build().unwrap().0;
    let error = call(&nowhere).await.unwrap_err();
    assert!(error.is_connect() && !error.is_unauthorized(), "{error:?}");
    clock.pass(Duration::from_secs(60));
    let server = token_endpoint(|_| json(200, r#"{"access_token":"t"}"#)).await;
    let client = builder(&server).credentials(credentials()).runtime(clock.clone()).build().unwrap().0;
    call(&client).await.unwrap();
}

#[tokio::test]
async fn no_lifetime_makes_every_call_ask_for_a_token() {
    for lifetime in [
        "0",
        "-1",
        "-1e300",
        "1e300",
        "0.0001",
        "9223372036854775807",
        "-9223372036854775808",
        "\"0\"",
        "\"-5\"",
        "\"soon\"",
        "\"inf\"",
        "\"nan\"",
        "null",
        "{}",
        "[]",
        "true",
        "\"\"",
    ] {
        let response = format!(r#"{{"access_token":"t","expires_in":{lifetime},"refresh_token":"r"}}"#);
        let server = token_endpoint(move |_| json(200, &response)).await;
        let clock = Clock::new();
        let client = client(&server, clock.clone(), source(&SINGLE_USE));
        for _ in 0..50 {
            call(&client).await.unwrap();
            clock.pass(Duration::from_secs(1));
        }
        assert_eq!(server.count_of("/token"), 1, "{lifetime}");
    }
    // The `exp` of these tokens is 1, long ago, and 1e999.
    for token in ["x.eyJleHAiOjF9.x", "x.eyJleHAiOjFlOTk5fQ.x"] {
        let server = token_endpoint(move |_| json(200, format!(r#"{{"access_token":"{token}"}}"#))).await;
        let client = client(&server, Clock::new(), source(&CLIENT));
        for _ in 0..10 {
            call(&client).await.unwrap();
        }
        assert_eq!(server.count_of("/token"), 1, "{token}");
    }
}

#[tokio::test]
async fn a_vendor_that_refuses_every_token_is_not_asked_for_one_by_every_call() {
    let given = AtomicUsize::new(0);
    let server = Server::start(move |_, request| match request.path() {
        "/token" => {
            json(200, format!(r#"{{"access_token":"t-{}","expires_in":1000}}"#, given.fetch_add(1, Ordering::SeqCst)))
        }
        _ => json(401, "{}"),
    })
    .await;
    let clock = Clock::new();
    let client = client(&server, clock.clone(), source(&CLIENT));
    for _ in 0..50 {
        let error = call(&client).await.unwrap_err();
        assert!(error.is_unauthorized());
        assert_eq!(error.status().unwrap(), 401, "it is the vendor's response to the call");
        clock.pass(Duration::from_millis(100));
    }
    let asked = server.count_of("/token");
    assert!((4..=8).contains(&asked), "{asked} requests for tokens");
    clock.pass(Duration::from_secs(3600));
    call(&client).await.unwrap_err();
    assert!(server.count_of("/token") > asked, "it is tried again later");
}

/// What the service gives to be called, each of which panics.
#[derive(Debug)]
struct Panics;

impl Signer for Panics {
    fn sign(&self, _: &mut SignableRequest<'_>) -> Result<(), SignError> {
        panic!("as it was told, with {SECRET}")
    }
}

impl Authenticate for Panics {
    fn sign_in<'a>(
        &'a self,
        _: &'a Client,
        _: Option<&'a SignInHeaders>,
    ) -> BoxFuture<'a, Result<SignInHeaders, CredentialsError>> {
        Box::pin(async { panic!("as it was told, with {SECRET}") })
    }
}

impl Observer for Panics {
    fn before(&self, _: &CallInfo<'_>) {
        panic!("as it was told, with {SECRET}")
    }

    fn after(&self, _: &CallInfo<'_>, _: &CallEnd) {
        panic!("as it was told, with {SECRET}")
    }

    fn drift(&self, _: &CallInfo<'_>, _: &Drift<'_>) {
        panic!("as it was told, with {SECRET}")
    }

    fn tokens_not_saved(&self, _: &'static str, _: &CredentialsError) {
        panic!("as it was told, with {SECRET}")
    }
}

#[tokio::test]
async fn panics_of_what_the_service_gives_are_errors_and_observers_do_no_harm() {
    let server = token_server().await;
    let signed = builder(&server).signer(Panics).build().unwrap().0;
    let error = call(&signed).await.unwrap_err();
    assert_eq!(kind(&error), CredentialsErrorKind::Signing);
    assert!(!error.is_unauthorized() && !printed(&error).contains(SECRET));
    let authenticated = builder(&server).credentials(Credentials::none().authenticate(Panics)).build().unwrap().0;
    let error = call(&authenticated).await.unwrap_err();
    assert_eq!(kind(&error), CredentialsErrorKind::Other);
    assert!(!error.is_unauthorized() && !printed(&error).contains(SECRET));
    let asking = client(&server, FakeRuntime::new(), source(&CLIENT).asked("code", || panic!("with {SECRET}")));
    assert_eq!(kind(&call(&asking).await.unwrap_err()), CredentialsErrorKind::Other);
    assert_eq!(server.count(), 0);
    let store = Store::telling([(Asked::Save, Does::Fail)]);
    let observed = builder(&server)
        .credentials(Credentials::none().authenticate(source(&SINGLE_USE).store(store)))
        .observer(Panics)
        .build()
        .unwrap()
        .0;
    call(&observed).await.unwrap();
}

#[test]
fn without_a_runtime_with_a_clock_and_a_network_a_call_is_an_error() {
    let driven = driven();
    let server = driven.block_on(token_server());
    let client = client(&server, FakeRuntime::new(), source(&CLIENT));
    let refused = |result: Result<(), Error<NoDeclaredError>>| {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Refused(RefusedCall { reason: Refused::Runtime, .. })), "{error:?}");
        assert!(!error.is_validation());
    };
    // Polled by hand, outside of any runtime.
    let mut outside = pin!(call(&client));
    match outside.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => refused(result),
        Poll::Pending => panic!("it waits for what never comes"),
    }
    // A runtime without a clock, and one without a network.
    let without_clock = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    refused(without_clock.block_on(call(&client)));
    let without_network = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let plain = builder(&server).retry(Retry::never()).build().unwrap().0;
    assert!(matches!(without_network.block_on(call(&plain)).unwrap_err(), Error::Transport(_)));
    driven.block_on(call(&client)).unwrap();
}
