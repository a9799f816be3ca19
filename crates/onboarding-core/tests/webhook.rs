//! Webhooks as they come in, with keys fetched over real HTTP on loopback.
#![cfg(feature = "webhook")]
#![expect(clippy::unwrap_used, reason = "helpers of tests, which `allow-unwrap-in-tests` does not reach")]

mod common;
#[path = "../../onboarding-http-signatures/tests/profiles/mod.rs"]
mod profiles;

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onboarding_core::signing::{Component, ComponentNames, Covered, KeySet, RequestSigner, SigningKey, Verifier, When};
use onboarding_core::signing::{SignatureId, VerifyError};
use onboarding_core::webhook::{
    BoxFuture, FetchedKeys, KeySource, KeySourceError, ReceivedRequest, ReplayStore, ReplayStoreError,
    SharedSecretScheme, SharedSecretWebhooks, Sighting, SignedWebhooks, StoreError, WebhookError,
};
use onboarding_core::{
    Bytes, HeaderMap, HeaderValue, Method, Observer, Runtime, Secret, SignableRequest, Signer, StatusCode, Timestamp,
};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const NOW: u64 = 1_700_000_000;
const TARGET: &str = "/webhooks?tenant=1";
const SCHEME: SharedSecretScheme =
    SharedSecretScheme::new("x-signature").with_delivery_id("x-delivery-id").with_attempt("x-delivery-attempt");
const BODY: &[u8] = br#"{"payload":[{"type":"USER.CREATED"}]}"#;
const P521: &str = include_str!("../../onboarding-http-signatures/tests/keys/p521.sec1.pem");

/// The public half of `p521.sec1.pem`, read off with `openssl ec -text`.
fn jwks(key_id: &str) -> String {
    let point = include_str!("../../onboarding-http-signatures/tests/keys/p521.point.hex").trim();
    let coordinate = |hex: &str| {
        let byte = |index: usize| u8::from_str_radix(&hex[index..index + 2], 16).unwrap();
        URL_SAFE_NO_PAD.encode((0..hex.len()).step_by(2).map(byte).collect::<Vec<u8>>())
    };
    let (x, y) = (coordinate(&point[2..134]), coordinate(&point[134..]));
    format!(r#"{{"keys":[{{"kty":"EC","crv":"P-521","use":"sig","kid":"{key_id}","x":"{x}","y":"{y}"}}]}}"#)
}

/// Clocks that the test moves: the one on the wall, which may go back, and the one that measures durations.
#[derive(Clone, Debug)]
struct Hand {
    wall: Arc<AtomicU64>,
    passed: Arc<AtomicU64>,
    begun: Instant,
}

impl Default for Hand {
    fn default() -> Self {
        Self { wall: Arc::new(AtomicU64::new(NOW)), passed: Arc::default(), begun: Instant::now() }
    }
}

impl Hand {
    /// Time passes.
    fn forward(&self, seconds: u64) {
        self.wall.fetch_add(seconds, Ordering::Relaxed);
        self.passed.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Somebody sets the clock on the wall.
    fn set(&self, seconds: u64) {
        self.wall.store(seconds, Ordering::Relaxed);
    }

    fn read(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let wall = Arc::clone(&self.wall);
        move || UNIX_EPOCH + Duration::from_secs(wall.load(Ordering::Relaxed))
    }
}

impl Runtime for Hand {
    fn now(&self) -> Timestamp {
        self.read()().into()
    }

    fn instant(&self) -> Instant {
        self.begun + Duration::from_secs(self.passed.load(Ordering::Relaxed))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> f64 {
        0.5
    }
}

/// What signs after draft 6.
fn vendor(key_id: &str, hand: &Hand) -> RequestSigner {
    let mut profile = profiles::draft_6();
    profile.components = ["@method", "@path", "@query", "content-type", "digest"]
        .map(|name| Covered::new(Component::new(name).unwrap(), When::Always))
        .to_vec();
    RequestSigner::new(SigningKey::from_pem(P521).unwrap(), key_id, profile).with_clock(hand.read())
}

fn deliver(key_id: &str, hand: &Hand) -> HeaderMap {
    let url = format!("https://bank.example{TARGET}").parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let mut request = SignableRequest { method: &Method::POST, url: &url, headers: &mut headers, body: BODY };
    vendor(key_id, hand).sign(&mut request).unwrap();
    headers
}

async fn verify(webhooks: &SignedWebhooks, headers: &HeaderMap, body: &[u8]) -> Result<(), WebhookError> {
    let request = ReceivedRequest { method: &Method::POST, target: TARGET, headers, body };
    let delivery = webhooks.verify(&request).await?;
    assert_eq!(delivery.body(), body);
    Ok(())
}

async fn status(webhooks: &SignedWebhooks, headers: &HeaderMap, body: &[u8]) -> StatusCode {
    match verify(webhooks, headers, body).await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            assert_eq!(error.is_retryable(), error.status() == StatusCode::SERVICE_UNAVAILABLE, "{error:?}");
            assert_ne!(error.is_retryable(), error.is_refused());
            error.status()
        }
    }
}

/// Keys from this server, by an ordinary client.
fn fetched(server: &MockServer, hand: &Hand) -> FetchedKeys {
    let client = reqwest::Client::new();
    let url = format!("{}/auth/verify_keys", server.uri());
    let fetch = move || {
        let request = client.get(&url).send();
        async move { request.await?.error_for_status()?.bytes().await }
    };
    FetchedKeys::new(fetch).with_runtime(hand.clone())
}

fn webhooks(keys: impl KeySource + 'static, hand: &Hand) -> SignedWebhooks {
    SignedWebhooks::with_verifier(Verifier::new(profiles::draft_6_policy()).with_clock(hand.read()), keys)
}

async fn serve(server: &MockServer, response: ResponseTemplate) {
    server.reset().await;
    Mock::given(method("GET")).and(path("/auth/verify_keys")).respond_with(response).mount(server).await;
}

async fn fetches(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn a_webhook_is_accepted_once_and_handed_back() {
    let (server, hand) = (MockServer::start().await, Hand::default());
    serve(&server, ResponseTemplate::new(200).set_body_string(jwks("key-1"))).await;
    let webhooks = webhooks(fetched(&server, &hand), &hand);
    let headers = deliver("key-1", &hand);
    let request = ReceivedRequest { method: &Method::POST, target: TARGET, headers: &headers, body: BODY };
    let delivery = webhooks.verify(&request).await.unwrap();
    let body: serde_json::Value = delivery.json().unwrap();
    assert_eq!(body["payload"][0]["type"], "USER.CREATED");
    assert_eq!(delivery.signature().key_id(), "key-1");
    assert!(!format!("{delivery:?} {request:?} {webhooks:?}").contains("USER.CREATED"));
    assert_eq!(status(&webhooks, &headers, BODY).await, StatusCode::UNAUTHORIZED);
    // The vendor delivers it again, signed anew.
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    assert_eq!(fetches(&server).await, 1);
}

#[tokio::test]
async fn what_was_changed_is_refused_without_a_fetch_where_that_can_be_told() {
    let (server, hand) = (MockServer::start().await, Hand::default());
    serve(&server, ResponseTemplate::new(200).set_body_string(jwks("key-1"))).await;
    let webhooks = webhooks(fetched(&server, &hand), &hand);
    let headers = deliver("key-1", &hand);
    assert_eq!(status(&webhooks, &HeaderMap::new(), BODY).await, StatusCode::UNAUTHORIZED);
    hand.forward(331);
    assert_eq!(status(&webhooks, &headers, BODY).await, StatusCode::UNAUTHORIZED);
    assert_eq!(fetches(&server).await, 0);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), b"{}").await, StatusCode::UNAUTHORIZED);
    let mut headers = deliver("key-1", &hand);
    headers.insert("content-type", HeaderValue::from_static("text/plain"));
    assert_eq!(status(&webhooks, &headers, BODY).await, StatusCode::UNAUTHORIZED);
    let request = ReceivedRequest { method: &Method::PUT, target: TARGET, headers: &headers, body: BODY };
    assert!(webhooks.verify(&request).await.is_err());
}

#[tokio::test]
async fn an_unknown_key_is_fetched_at_most_once_an_interval_and_refused_only_by_what_was_fetched() {
    let (server, hand) = (MockServer::start().await, Hand::default());
    serve(&server, ResponseTemplate::new(200).set_body_string(jwks("key-1"))).await;
    let webhooks = webhooks(fetched(&server, &hand), &hand);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    // The vendor changes its key, and signs with it at once: what comes in is genuine.
    serve(&server, ResponseTemplate::new(200).set_body_string(jwks("key-2"))).await;
    hand.forward(20);
    for _ in 0..5 {
        let error = verify(&webhooks, &deliver("key-2", &hand), BODY).await.unwrap_err();
        assert!(matches!(error, WebhookError::Keys(KeySourceError::TooEarly { .. })), "{error:?}");
        assert_eq!((error.status(), error.is_retryable()), (StatusCode::SERVICE_UNAVAILABLE, true));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(40)));
    }
    // However the clock on the wall is set, the interval is over once it has passed.
    for wall in [0, NOW * 2] {
        hand.set(wall);
        assert_eq!(status(&webhooks, &deliver("key-2", &hand), BODY).await, StatusCode::SERVICE_UNAVAILABLE);
    }
    hand.set(NOW);
    assert_eq!(fetches(&server).await, 0);
    hand.forward(40);
    assert_eq!(status(&webhooks, &deliver("key-2", &hand), BODY).await, StatusCode::OK);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(fetches(&server).await, 1);
    hand.forward(60);
    let error = verify(&webhooks, &deliver("key-1", &hand), BODY).await.unwrap_err();
    assert!(matches!(error, WebhookError::Refused(VerifyError::UnknownKey)), "{error:?}");
    assert_eq!((error.status(), error.is_refused()), (StatusCode::UNAUTHORIZED, true));
    assert_eq!(error.retry_after(), None);
}

/// Keys from this function, with the clock of the test.
fn keys_by<F>(fetch: impl Fn() -> F + Send + Sync + 'static, hand: &Hand) -> FetchedKeys
where
    F: Future<Output = Result<Bytes, StoreError>> + Send + 'static,
{
    FetchedKeys::new(fetch).with_runtime(hand.clone())
}

#[tokio::test]
async fn a_sender_that_hangs_up_does_not_interrupt_the_fetch_of_others() {
    let (hand, count, release) = (Hand::default(), Arc::new(AtomicUsize::new(0)), Arc::new(tokio::sync::Notify::new()));
    let keys = keys_by(
        {
            let (count, release) = (count.clone(), release.clone());
            move || {
                count.fetch_add(1, Ordering::Relaxed);
                let release = release.clone();
                async move {
                    release.notified().await;
                    Ok(Bytes::from(jwks("key-1")))
                }
            }
        },
        &hand,
    );
    let webhooks = webhooks(keys, &hand);
    let first = tokio::spawn({
        let (webhooks, headers) = (webhooks.clone(), deliver("nonsense", &hand));
        async move { status(&webhooks, &headers, BODY).await }
    });
    while count.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    release.notify_one();
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_fetch_that_hangs_fails_or_panics_is_no_refusal_and_heals() {
    let (hand, count) = (Hand::default(), Arc::new(AtomicUsize::new(0)));
    let fetch = {
        let count = count.clone();
        move || {
            let turn = count.fetch_add(1, Ordering::Relaxed);
            async move {
                match turn {
                    0 => pending().await,
                    1 => panic!("the fetch panics with a s3cret"),
                    2 => Err("no route".into()),
                    3 => Ok(Bytes::from(vec![b' '; 256 * 1024 + 1])),
                    _ => Ok(Bytes::from(jwks("key-1"))),
                }
            }
        }
    };
    let keys = keys_by(fetch, &hand).with_timeout(Duration::from_millis(50));
    let webhooks = webhooks(keys, &hand);
    for expected in ["TimedOut(50ms)", "Interrupted", "Fetch(", "TooLong"] {
        let error = verify(&webhooks, &deliver("key-1", &hand), BODY).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(format!("{error:?}").contains(expected), "{error:?} is not {expected}");
        assert!(!common::printed(&error).contains("s3cret"));
        // Until the interval is over, nothing is fetched.
        let error = verify(&webhooks, &deliver("key-1", &hand), BODY).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(60)), "{error:?}");
        hand.forward(60);
    }
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    assert_eq!(count.load(Ordering::Relaxed), 5);
}

#[test]
fn a_fetch_on_a_runtime_that_nobody_drives_any_more_blocks_nobody() {
    let (hand, count) = (Hand::default(), Arc::new(AtomicUsize::new(0)));
    let fetch = {
        let count = count.clone();
        move || {
            count.fetch_add(1, Ordering::Relaxed);
            async { Ok(Bytes::from(jwks("key-1"))) }
        }
    };
    let webhooks = webhooks(keys_by(fetch, &hand).with_timeout(Duration::from_millis(50)), &hand);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let abandoned = runtime();
    abandoned.block_on(async {
        let headers = deliver("key-1", &hand);
        let request = ReceivedRequest { method: &Method::POST, target: TARGET, headers: &headers, body: BODY };
        // Polled once, which begins the fetch, and dropped.
        let polled = std::pin::pin!(webhooks.verify(&request));
        let waker = std::task::Waker::noop();
        assert!(polled.poll(&mut std::task::Context::from_waker(waker)).is_pending());
    });
    let living = runtime();
    let fails = living.block_on(status(&webhooks, &deliver("key-1", &hand), BODY));
    assert_eq!((fails, count.load(Ordering::Relaxed)), (StatusCode::SERVICE_UNAVAILABLE, 1));
    hand.forward(60);
    let heals = living.block_on(status(&webhooks, &deliver("key-1", &hand), BODY));
    assert_eq!((heals, count.load(Ordering::Relaxed)), (StatusCode::OK, 2));
    drop(abandoned);
}

#[tokio::test]
async fn a_clients_keys_are_read_no_further_than_a_set_can_reach() {
    use common::{Step, json, response};
    let hand = Hand::default();
    let server = common::Server::start(|number, _| match number {
        0 => json(500, jwks("key-1")),
        1 => vec![Step::Send(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec()), Step::Flood(64 * 1024 * 1024)],
        _ => response("200 OK", &[], jwks("key-1")),
    })
    .await;
    let client = common::client(&server);
    let webhooks = webhooks(FetchedKeys::from_client(&client, "/auth/verify_keys").with_runtime(hand.clone()), &hand);
    for expected in ["Status(500)", "ResponseTooLarge"] {
        let error = verify(&webhooks, &deliver("key-1", &hand), BODY).await.unwrap_err();
        assert!(format!("{error:?}").contains(expected), "{error:?} is not {expected}");
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
        hand.forward(60);
    }
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    assert_eq!(server.received()[2].target(), "/auth/verify_keys");
}

/// Counts, by what it holds, the clients that are there.
#[derive(Debug)]
struct Held(#[expect(dead_code, reason = "it is counted")] Arc<()>);

impl Observer for Held {}

#[tokio::test]
async fn a_client_keeps_its_keys_for_all_who_ask_and_does_not_keep_itself() {
    let (hand, clients) = (Hand::default(), Arc::new(()));
    let server = common::Server::start(|_, _| common::response("200 OK", &[], jwks("key-1"))).await;
    let client = common::builder(&server).observer(Held(Arc::clone(&clients))).build().unwrap().0;
    let accepted = async |keys: FetchedKeys| {
        assert_eq!(status(&webhooks(keys, &hand), &deliver("key-1", &hand), BODY).await, StatusCode::OK);
        server.received().len()
    };
    assert_eq!(accepted(FetchedKeys::from_client(&client, "/keys")).await, 1);
    assert_eq!(accepted(FetchedKeys::from_client(&client.clone(), "/keys")).await, 1);
    assert_eq!(accepted(FetchedKeys::from_client(&client, "/other-keys")).await, 2);
    // Another clock cannot tell how old they are.
    assert_eq!(accepted(FetchedKeys::from_client(&client, "/keys").with_runtime(hand.clone())).await, 3);

    // The interval holds for all of them, and so does what was fetched.
    let unknown = webhooks(FetchedKeys::from_client(&client, "/keys"), &hand);
    let error = verify(&unknown, &deliver("key-2", &hand), BODY).await.unwrap_err();
    assert!(matches!(error, WebhookError::Keys(KeySourceError::TooEarly { .. })), "{error:?}");
    assert_eq!(server.received().len(), 3);

    drop((client, unknown));
    assert_eq!(Arc::strong_count(&clients), 1);
}

#[tokio::test]
async fn one_fetch_serves_all_who_ask_a_client() {
    let hand = Hand::default();
    let server = common::Server::start(|_, _| common::response("200 OK", &[], jwks("key-1"))).await;
    let client = common::client(&server);
    let receive = async || {
        let webhooks = webhooks(FetchedKeys::from_client(&client, "/keys"), &hand);
        status(&webhooks, &deliver("key-1", &hand), BODY).await
    };
    let answered = tokio::join!(receive(), receive(), receive());
    assert_eq!((answered, server.received().len()), ((StatusCode::OK, StatusCode::OK, StatusCode::OK), 1));
}

/// A store as several processes would share it.
#[derive(Clone, Debug, Default)]
struct Shared {
    seen: Arc<Mutex<BTreeMap<SignatureId, Duration>>>,
    fault: Arc<Mutex<Option<Fault>>>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Fails,
    Hangs,
}

impl ReplayStore for Shared {
    fn remember<'a>(&'a self, id: &'a SignatureId, keep: Duration) -> BoxFuture<'a, Result<Sighting, StoreError>> {
        let fault = *self.fault.lock().unwrap();
        Box::pin(async move {
            match fault {
                Some(Fault::Fails) => return Err("the store is down".into()),
                Some(Fault::Hangs) => pending().await,
                None => {}
            }
            tokio::task::yield_now().await;
            let mut seen = self.seen.lock().unwrap();
            Ok(if seen.insert(*id, keep).is_some() { Sighting::Again } else { Sighting::First })
        })
    }
}

/// What a replica has of its own: its memory, and a view of the keys.
fn replica(store: &Shared, hand: &Hand) -> SignedWebhooks {
    let keys = KeySet::from_jwks(jwks("key-1").as_bytes()).unwrap();
    webhooks(keys, hand).with_replay_store(store.clone()).with_replay_store_timeout(Duration::from_millis(50))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_share_a_store_accept_a_webhook_once_and_so_does_a_restarted_one() {
    let (store, hand) = (Shared::default(), Hand::default());
    let headers = deliver("key-1", &hand);
    let replicas: Vec<_> = (0..10)
        .map(|_| {
            let (replica, headers) = (replica(&store, &hand), headers.clone());
            tokio::spawn(async move { status(&replica, &headers, BODY).await })
        })
        .collect();
    let mut accepted = 0;
    for replica in replicas {
        accepted += usize::from(replica.await.unwrap() == StatusCode::OK);
    }
    assert_eq!(accepted, 1);
    let error = verify(&replica(&store, &hand), &headers, BODY).await.unwrap_err();
    assert!(matches!(error, WebhookError::Refused(VerifyError::Replayed)), "{error:?}");
    // Five minutes of age, and four times half a minute of skew.
    assert_eq!(store.seen.lock().unwrap().values().collect::<Vec<_>>(), [&Duration::from_secs(420)]);
    assert_eq!(status(&replica(&store, &hand), &deliver("key-1", &hand), BODY).await, StatusCode::OK);
}

#[tokio::test]
async fn a_store_that_fails_or_hangs_accepts_nothing_and_refuses_nothing() {
    let (store, hand) = (Shared::default(), Hand::default());
    let (replica, headers) = (replica(&store, &hand), deliver("key-1", &hand));
    for (fault, expected) in [(Fault::Fails, "Failed("), (Fault::Hangs, "TimedOut(50ms)")] {
        *store.fault.lock().unwrap() = Some(fault);
        let error = verify(&replica, &headers, BODY).await.unwrap_err();
        assert!(matches!(error, WebhookError::Replays(ReplayStoreError::Failed(_) | ReplayStoreError::TimedOut(_))));
        assert!(format!("{error:?}").contains(expected), "{error:?} is not {expected}");
        assert_eq!((error.status(), error.is_retryable()), (StatusCode::SERVICE_UNAVAILABLE, true));
    }
    *store.fault.lock().unwrap() = None;
    assert_eq!(status(&replica, &headers, BODY).await, StatusCode::OK);
    assert_eq!(status(&replica, &headers, BODY).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_store_is_asked_only_for_what_the_vendor_has_signed() {
    let (store, hand) = (Shared::default(), Hand::default());
    let replica = replica(&store, &hand);
    let headers = deliver("key-1", &hand);
    assert_eq!(status(&replica, &headers, b"{}").await, StatusCode::UNAUTHORIZED);
    let mut other = headers.clone();
    other.insert("content-type", HeaderValue::from_static("text/plain"));
    assert_eq!(status(&replica, &other, BODY).await, StatusCode::UNAUTHORIZED);
    assert_eq!(store.seen.lock().unwrap().len(), 0);
    assert_eq!(status(&replica, &headers, BODY).await, StatusCode::OK);
}

#[tokio::test]
async fn a_clock_that_jumps_lets_no_webhook_in_twice_and_shuts_none_out() {
    let keys = || KeySet::from_jwks(jwks("key-1").as_bytes()).unwrap();
    for shared in [false, true] {
        let hand = Hand::default();
        let webhooks = webhooks(keys(), &hand);
        let webhooks = if shared { webhooks.with_replay_store(Shared::default()) } else { webhooks };
        let first = deliver("key-1", &hand);
        assert_eq!(status(&webhooks, &first, BODY).await, StatusCode::OK);
        // An hour ahead by mistake: what is genuine looks old, and nothing is forgotten for it.
        hand.set(NOW + 3600);
        assert_eq!(status(&webhooks, &first, BODY).await, StatusCode::UNAUTHORIZED);
        hand.set(NOW + 10);
        let error = verify(&webhooks, &first, BODY).await.unwrap_err();
        assert!(matches!(error, WebhookError::Refused(VerifyError::Replayed)), "{error:?}");
        assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
        // An hour later the first is forgotten; then the clock is set back to when it was good.
        hand.set(NOW + 3600);
        assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
        hand.set(NOW + 20);
        let error = verify(&webhooks, &first, BODY).await.unwrap_err();
        assert!(matches!(error, WebhookError::Refused(VerifyError::ClockWentBack)), "{error:?}");
        assert_eq!((error.status(), error.is_retryable()), (StatusCode::SERVICE_UNAVAILABLE, true));
        // What the vendor signs by the right time is taken as soon as the clock is right again.
        hand.set(NOW + 3601);
        assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_body_that_no_digest_vouches_for_is_not_handed_on() {
    let hand = Hand::default();
    let keys = KeySet::from_jwks(jwks("key-1").as_bytes()).unwrap();
    let mut policy = profiles::draft_6_policy();
    policy.digest = None;
    let webhooks = SignedWebhooks::with_verifier(Verifier::new(policy).with_clock(hand.read()), keys);
    let error = verify(&webhooks, &deliver("key-1", &hand), BODY).await.unwrap_err();
    assert_eq!(common::printed(&error).matches("the signature does not cover the body").count(), 1, "{error:?}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let hand = Hand::default();
    let keys = KeySet::from_jwks(jwks("key-1").as_bytes()).unwrap();
    let mut policy = profiles::draft_6_policy();
    policy.max_body_bytes = BODY.len();
    let webhooks = SignedWebhooks::with_verifier(Verifier::new(policy).with_clock(hand.read()), keys);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    let longer = [BODY, b" "].concat();
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), &longer).await, StatusCode::PAYLOAD_TOO_LARGE);
    let secret = Secret::new("It is a secret");
    let webhooks = SharedSecretWebhooks::new(SCHEME, &secret).unwrap();
    let refused = |webhooks: &SharedSecretWebhooks, length| {
        webhooks.verify(&HeaderMap::new(), &vec![b' '; length]).unwrap_err().status()
    };
    assert_eq!(refused(&webhooks, 8 * 1024 * 1024), StatusCode::UNAUTHORIZED);
    assert_eq!(refused(&webhooks, 8 * 1024 * 1024 + 1), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(refused(&webhooks.with_max_body_bytes(7), 8), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn one_fetch_serves_all_who_wait() {
    let (server, hand) = (MockServer::start().await, Hand::default());
    let response = ResponseTemplate::new(200).set_body_string(jwks("key-1"));
    serve(&server, response.set_delay(Duration::from_millis(100))).await;
    let webhooks = webhooks(fetched(&server, &hand), &hand);
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let (webhooks, headers) = (webhooks.clone(), deliver("key-1", &hand));
            tokio::spawn(async move { status(&webhooks, &headers, BODY).await })
        })
        .collect();
    for one in waiting {
        assert_eq!(one.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(fetches(&server).await, 1);
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_no_refusal() {
    let (server, hand) = (MockServer::start().await, Hand::default());
    let webhooks = webhooks(fetched(&server, &hand), &hand);
    for response in [ResponseTemplate::new(500), ResponseTemplate::new(200).set_body_string("no keys")] {
        serve(&server, response).await;
        for _ in 0..3 {
            let headers = deliver("key-1", &hand);
            assert_eq!(status(&webhooks, &headers, BODY).await, StatusCode::SERVICE_UNAVAILABLE);
        }
        assert_eq!(fetches(&server).await, 1);
        hand.forward(60);
    }
    serve(&server, ResponseTemplate::new(200).set_body_string(jwks("key-1"))).await;
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
}

#[tokio::test]
async fn old_keys_are_fetched_anew_and_in_the_end_not_trusted() {
    let (server, hand) = (MockServer::start().await, Hand::default());
    serve(&server, ResponseTemplate::new(200).set_body_string(jwks("key-1"))).await;
    let webhooks = webhooks(fetched(&server, &hand), &hand);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    // The vendor is down: yesterday's keys still serve, those from before do not.
    serve(&server, ResponseTemplate::new(500)).await;
    hand.forward(60 * 60);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    assert_eq!(fetches(&server).await, 1);
    hand.forward(23 * 60 * 60);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::SERVICE_UNAVAILABLE);
    // The vendor is back, and has withdrawn the key.
    serve(&server, ResponseTemplate::new(200).set_body_string(jwks("key-2"))).await;
    hand.forward(60);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::UNAUTHORIZED);
    // Setting the clock on the wall back does not make old keys young.
    serve(&server, ResponseTemplate::new(500)).await;
    hand.forward(24 * 60 * 60);
    hand.set(NOW);
    assert_eq!(status(&webhooks, &deliver("key-2", &hand), BODY).await, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn keys_that_are_known_beforehand_serve_too() {
    let hand = Hand::default();
    let keys = KeySet::from_jwks(jwks("key-1").as_bytes()).unwrap();
    let webhooks = webhooks(keys, &hand);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    assert_eq!(status(&webhooks, &deliver("key-2", &hand), BODY).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_form_of_draft_6_is_not_taken_for_that_of_the_rfc() {
    let hand = Hand::default();
    let keys = KeySet::from_jwks(jwks("key-1").as_bytes()).unwrap();
    let mut policy = profiles::draft_6_policy();
    policy.names = ComponentNames::Quoted;
    let webhooks = SignedWebhooks::with_verifier(Verifier::new(policy).with_clock(hand.read()), keys);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::UNAUTHORIZED);
}

#[test]
fn a_webhook_is_vouched_for_by_its_secret() {
    // printf '{"webhook":{}}' | openssl dgst -sha256 -hmac 'It is a secret' -binary | base64
    const SIGNATURE: &str = "z51A4ER+KcMl5dIFTzkHPI93AybXGim8HD4/CZfQcYA=";
    let body = br#"{"webhook":{}}"#;
    let secret = Secret::new("It is a secret");
    let webhooks = SharedSecretWebhooks::new(SCHEME, &secret).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("x-signature", HeaderValue::from_static(SIGNATURE));
    headers.insert("x-delivery-id", HeaderValue::from_static("b8f3"));
    headers.insert("x-delivery-attempt", HeaderValue::from_static("2"));
    let delivery = webhooks.verify(&headers, body).unwrap();
    assert_eq!((delivery.delivery_id(), delivery.attempt()), (Some("b8f3"), Some(2)));
    assert_eq!(delivery.body(), body);
    assert!(delivery.json::<serde_json::Value>().unwrap().is_object());
    assert!(!format!("{delivery:?} {webhooks:?}").contains("secret"));

    let refused = |headers: &HeaderMap, body: &[u8]| {
        let error = webhooks.verify(headers, body).unwrap_err();
        assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
        std::error::Error::source(&error).unwrap().to_string()
    };
    assert_eq!(refused(&headers, b"{}"), "the signature is wrong");
    let other = SharedSecretWebhooks::new(SCHEME, &Secret::new("another")).unwrap();
    assert!(other.verify(&headers, body).is_err());
    for wrong in ["", "AAAA", "not base64", &SIGNATURE[1..], &SIGNATURE.to_lowercase()] {
        headers.insert("x-signature", HeaderValue::from_str(wrong).unwrap());
        assert_eq!(refused(&headers, body), "the signature is wrong", "{wrong}");
    }
    headers.append("x-signature", HeaderValue::from_static(SIGNATURE));
    assert!(refused(&headers, body).contains("more than one signature"));
    headers.remove("x-signature");
    assert!(refused(&headers, body).contains("no signature"));
    assert!(SharedSecretWebhooks::new(SCHEME, &Secret::new("")).is_err());
}
