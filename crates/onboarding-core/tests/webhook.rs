//! Webhooks as they come in, with keys fetched over real HTTP on loopback.
#![cfg(feature = "webhook")]
#![expect(clippy::unwrap_used, reason = "helpers of tests, which `allow-unwrap-in-tests` does not reach")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onboarding_core::signing::{
    BodyDigest, Component, ComponentNames, Covered, DigestAlgorithm, DigestHeader, KeySet, Policy, Profile,
    RequestSigner, SigningKey, Verifier, When,
};
use onboarding_core::webhook::{
    FetchedKeys, KeySource, ReceivedRequest, SharedSecretScheme, SharedSecretWebhooks, SignedWebhooks,
};
use onboarding_core::{HeaderMap, HeaderValue, Method, Secret, SignableRequest, Signer, StatusCode};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const NOW: u64 = 1_700_000_000;
const TARGET: &str = "/webhooks/upvest?tenant=1";
const BODY: &[u8] = br#"{"payload":[{"type":"USER.CREATED"}]}"#;
const P521: &str = include_str!("keys/p521.sec1.pem");

/// The public half of `keys/p521.sec1.pem`, read off with `openssl ec -text`.
fn jwks(key_id: &str) -> String {
    let point = include_str!("keys/p521.point.hex").trim();
    let coordinate = |hex: &str| {
        let byte = |index: usize| u8::from_str_radix(&hex[index..index + 2], 16).unwrap();
        URL_SAFE_NO_PAD.encode((0..hex.len()).step_by(2).map(byte).collect::<Vec<u8>>())
    };
    let (x, y) = (coordinate(&point[2..134]), coordinate(&point[134..]));
    format!(r#"{{"keys":[{{"kty":"EC","crv":"P-521","use":"sig","kid":"{key_id}","x":"{x}","y":"{y}"}}]}}"#)
}

/// A clock that the test moves.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicU64>);

impl Hand {
    fn forward(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }

    fn read(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let seconds = Arc::clone(&self.0);
        move || UNIX_EPOCH + Duration::from_secs(NOW + seconds.load(Ordering::Relaxed))
    }
}

/// What signs as Upvest does.
fn vendor(key_id: &str, hand: &Hand) -> RequestSigner {
    let mut profile = Profile::upvest_requests();
    profile.names = ComponentNames::Bare;
    profile.digest = BodyDigest::WithBody(DigestHeader::Digest, DigestAlgorithm::Sha256);
    profile.components = ["@method", "@path", "@query", "content-type", "digest"]
        .map(|name| Covered::new(Component::new(name).unwrap(), When::Always))
        .to_vec();
    profile.unsigned_headers.clear();
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

async fn status(webhooks: &SignedWebhooks, headers: &HeaderMap, body: &[u8]) -> StatusCode {
    let request = ReceivedRequest { method: &Method::POST, target: TARGET, headers, body };
    match webhooks.verify(&request).await {
        Ok(delivery) => {
            assert_eq!(delivery.body(), body);
            StatusCode::OK
        }
        Err(error) => error.status(),
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
    FetchedKeys::new(fetch).with_clock(hand.read())
}

fn webhooks(keys: impl KeySource + 'static, hand: &Hand) -> SignedWebhooks {
    SignedWebhooks::with_verifier(Verifier::new(Policy::upvest_webhooks()).with_clock(hand.read()), keys)
}

async fn serve(server: &MockServer, answer: ResponseTemplate) {
    server.reset().await;
    Mock::given(method("GET")).and(path("/auth/verify_keys")).respond_with(answer).mount(server).await;
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
    assert_eq!(status(&webhooks, &headers, b"{}").await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&webhooks, &HeaderMap::new(), BODY).await, StatusCode::UNAUTHORIZED);
    hand.forward(331);
    assert_eq!(status(&webhooks, &headers, BODY).await, StatusCode::UNAUTHORIZED);
    assert_eq!(fetches(&server).await, 0);
    let mut headers = deliver("key-1", &hand);
    headers.insert("content-type", HeaderValue::from_static("text/plain"));
    assert_eq!(status(&webhooks, &headers, BODY).await, StatusCode::UNAUTHORIZED);
    let request = ReceivedRequest { method: &Method::PUT, target: TARGET, headers: &headers, body: BODY };
    assert!(webhooks.verify(&request).await.is_err());
}

#[tokio::test]
async fn an_unknown_key_is_fetched_at_most_once_an_interval() {
    let (server, hand) = (MockServer::start().await, Hand::default());
    serve(&server, ResponseTemplate::new(200).set_body_string(jwks("key-1"))).await;
    let webhooks = webhooks(fetched(&server, &hand), &hand);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::OK);
    for _ in 0..5 {
        assert_eq!(status(&webhooks, &deliver("key-2", &hand), BODY).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(fetches(&server).await, 1);
    // The vendor changes its key.
    serve(&server, ResponseTemplate::new(200).set_body_string(jwks("key-2"))).await;
    hand.forward(60);
    assert_eq!(status(&webhooks, &deliver("key-2", &hand), BODY).await, StatusCode::OK);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::UNAUTHORIZED);
    assert_eq!(fetches(&server).await, 1);
}

#[tokio::test]
async fn one_fetch_serves_all_who_wait() {
    let (server, hand) = (MockServer::start().await, Hand::default());
    let answer = ResponseTemplate::new(200).set_body_string(jwks("key-1"));
    serve(&server, answer.set_delay(Duration::from_millis(100))).await;
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
    for answer in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(200).set_body_string("no keys"),
        ResponseTemplate::new(200).set_body_bytes(vec![b' '; 1024 * 1024 + 1]),
    ] {
        serve(&server, answer).await;
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
    let mut policy = Policy::upvest_webhooks();
    policy.names = ComponentNames::Quoted;
    let webhooks = SignedWebhooks::with_verifier(Verifier::new(policy).with_clock(hand.read()), keys);
    assert_eq!(status(&webhooks, &deliver("key-1", &hand), BODY).await, StatusCode::UNAUTHORIZED);
}

#[test]
fn an_amiqus_webhook_is_vouched_for_by_its_secret() {
    // printf '{"webhook":{}}' | openssl dgst -sha256 -hmac 'It is a secret' -binary | base64
    const SIGNATURE: &str = "z51A4ER+KcMl5dIFTzkHPI93AybXGim8HD4/CZfQcYA=";
    let body = br#"{"webhook":{}}"#;
    let secret = Secret::new("It is a secret");
    let webhooks = SharedSecretWebhooks::new(SharedSecretScheme::amiqus(), &secret).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("x-aqid-signature", HeaderValue::from_static(SIGNATURE));
    headers.insert("x-aqid-delivery-id", HeaderValue::from_static("b8f3"));
    headers.insert("x-aqid-delivery-attempt", HeaderValue::from_static("2"));
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
    let other = SharedSecretWebhooks::new(SharedSecretScheme::amiqus(), &Secret::new("another")).unwrap();
    assert!(other.verify(&headers, body).is_err());
    for wrong in ["", "AAAA", "not base64", &SIGNATURE[1..], &SIGNATURE.to_lowercase()] {
        headers.insert("x-aqid-signature", HeaderValue::from_str(wrong).unwrap());
        assert_eq!(refused(&headers, body), "the signature is wrong", "{wrong}");
    }
    headers.append("x-aqid-signature", HeaderValue::from_static(SIGNATURE));
    assert!(refused(&headers, body).contains("more than one signature"));
    headers.remove("x-aqid-signature");
    assert!(refused(&headers, body).contains("no signature"));
    assert!(SharedSecretWebhooks::new(SharedSecretScheme::amiqus(), &Secret::new("")).is_err());
}
