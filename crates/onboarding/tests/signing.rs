//! What vendors want signed: the headers that the profile of each crate gives a request, beside what the vendor documents.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use onboarding::upvest::runtime::{HeaderMap, HeaderValue, Method, Secret, SignableRequest, Signer as _};
use onboarding::upvest::signing::{
    Algorithm, BodyDigest, ComponentNames, Covered, DigestAlgorithm, DigestHeader, EcdsaEncoding, KeySet, Message,
    Policy, Profile, RequestHead, RequestSigner, SigningKey, Verifier,
};
use onboarding::upvest::webhook::{ReceivedRequest, SharedSecretWebhooks, SignedWebhooks};
use onboarding::{amiqus, griffin, upvest};

const ED25519: &str = include_str!("../../onboarding-http-signatures/tests/keys/ed25519.pem");
const P521: &str = include_str!("../../onboarding-http-signatures/tests/keys/p521.sec1.pem");
const BODY: &[u8] = br#"{"first_name":"Ada"}"#;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn signer(key: &str, profile: Profile) -> RequestSigner {
    let key = SigningKey::from_pem(key).unwrap();
    RequestSigner::new(key, "key-1", profile).with_clock(now).with_nonces(|| "nonce-1".to_owned())
}

/// The headers of a request once it is signed.
fn signed(
    signer: &RequestSigner,
    method: &Method,
    path: &str,
    body: &[u8],
    headers: &[(&'static str, &str)],
) -> HeaderMap {
    let url = format!("https://api.example.com{path}").parse().unwrap();
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, HeaderValue::from_str(value).unwrap());
    }
    signer.sign(&mut SignableRequest { method, url: &url, headers: &mut map, body }).unwrap();
    map
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers[name].to_str().unwrap()
}

#[test]
fn upvest_gets_every_header_signed_that_the_transport_leaves_alone() {
    let own = [
        ("accept", "application/json"),
        ("authorization", "Bearer token"),
        ("content-type", "application/json"),
        ("upvest-client-id", "5ec16164-6173-461d-b90d-116d68f55b40"),
        ("user-agent", "test"),
        ("x-forwarded-for", "127.0.0.1"),
    ];
    let signer = signer(P521, upvest::signing::profile());
    let headers = signed(&signer, &Method::POST, "/users?limit=10", BODY, &own);
    assert_eq!(
        header(&headers, "signature-input"),
        "sig1=(\"@method\" \"@path\" \"@query\" \"accept\" \"content-digest\" \"content-length\" \"authorization\" \
         \"content-type\" \"date\" \"upvest-client-id\")\
         ;keyid=\"key-1\";created=1700000000;expires=1700000030;nonce=\"nonce-1\""
    );
    assert_eq!(header(&headers, "upvest-signature-version"), "15");
    assert!(header(&headers, "content-digest").starts_with("sha-512=:"));
    // ASN.1: a sequence.
    assert!(header(&headers, "signature").starts_with("sig1=:MIG"), "{}", header(&headers, "signature"));
    let headers = signed(&signer, &Method::GET, "/users", b"", &own[..2]);
    let covered = "sig1=(\"@method\" \"@path\" \"accept\" \"authorization\" \"date\");";
    assert!(header(&headers, "signature-input").starts_with(covered), "{}", header(&headers, "signature-input"));
    assert!(!headers.contains_key("content-digest") && !headers.contains_key("content-length"));
}

#[test]
fn griffin_gets_a_digest_also_without_a_body() {
    let signer = signer(ED25519, griffin::signing::profile());
    let headers = signed(&signer, &Method::GET, "/v0/index", b"", &[("accept", "application/json")]);
    assert_eq!(
        header(&headers, "signature-input"),
        "sig1=(\"@method\" \"@authority\" \"@path\" \"date\" \"content-digest\")\
         ;keyid=\"key-1\";nonce=\"nonce-1\";created=1700000000;expires=1700000300"
    );
    // printf '' | openssl dgst -sha512 -binary | base64
    assert_eq!(
        header(&headers, "content-digest"),
        "sha-512=:z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==:"
    );
    assert!(!headers.contains_key("content-length"));
    let headers = signed(&signer, &Method::POST, "/v0/payees?a=b", BODY, &[("content-type", "application/json")]);
    let covered = "sig1=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-type\" \"content-length\" \"date\" \
                   \"content-digest\");";
    assert!(header(&headers, "signature-input").starts_with(covered), "{}", header(&headers, "signature-input"));
    assert_eq!(header(&headers, "date"), "Tue, 14 Nov 2023 22:13:20 GMT");
}

/// What is signed verifies after a policy of the same form, and what the transport adds does no harm.
#[test]
fn what_is_signed_verifies() {
    let own = [("accept", "application/json"), ("content-type", "application/json")];
    for (profile, key, encoding) in [
        (upvest::signing::profile(), P521, EcdsaEncoding::Der),
        (upvest::signing::profile(), ED25519, EcdsaEncoding::Der),
        (griffin::signing::profile(), ED25519, EcdsaEncoding::Fixed),
    ] {
        let mut policy = Policy::rfc9421();
        policy.required.clone_from(&profile.components);
        policy.ecdsa = vec![encoding];
        let keys = KeySet::new().with("key-1", SigningKey::from_pem(key).unwrap().verifying_key().unwrap());
        for body in [BODY, b""] {
            let mut headers = signed(&signer(key, profile.clone()), &Method::POST, "/users", body, &own);
            headers.insert("via", HeaderValue::from_static("1.1 proxy"));
            headers.insert("host", HeaderValue::from_static("api.example.com"));
            let head = RequestHead::received(&Method::POST, "/users", &headers);
            let message = Message::Request(head);
            Verifier::new(policy.clone()).with_clock(now).verify(&message, body, &keys).unwrap();
        }
    }
}

/// The form of draft 6, with bare names of components and the digest in `digest`.
#[tokio::test]
async fn a_webhook_of_upvest_is_accepted_in_the_form_of_draft_6_alone() {
    let mut profile = Profile::rfc9421();
    profile.components = ["@method", "@path", "digest"].map(Covered::always).to_vec();
    profile.digest = BodyDigest::WithBody(DigestHeader::Digest, DigestAlgorithm::Sha256);
    profile.ecdsa = EcdsaEncoding::Der;
    let keys = KeySet::new().with("key-1", SigningKey::from_pem(P521).unwrap().verifying_key().unwrap());
    assert_eq!(keys.get("key-1").unwrap().algorithm(), Algorithm::EcdsaP521Sha512);
    for (names, accepted) in [(ComponentNames::Bare, true), (ComponentNames::Quoted, false)] {
        profile.names = names;
        let headers = signed(&signer(P521, profile.clone()), &Method::POST, "/webhooks", BODY, &[]);
        let verifier = Verifier::new(upvest::webhook::policy()).with_clock(now);
        let webhooks = SignedWebhooks::with_verifier(verifier, keys.clone());
        let request = ReceivedRequest { method: &Method::POST, target: "/webhooks", headers: &headers, body: BODY };
        assert_eq!(webhooks.verify(&request).await.is_ok(), accepted, "{names:?}");
    }
}

#[test]
fn a_webhook_of_amiqus_has_its_hmac_and_its_attempt_in_headers() {
    // printf '{"webhook":{}}' | openssl dgst -sha256 -hmac 'It is a secret' -binary | base64
    const SIGNATURE: &str = "z51A4ER+KcMl5dIFTzkHPI93AybXGim8HD4/CZfQcYA=";
    let webhooks = SharedSecretWebhooks::new(amiqus::webhook::scheme(), &Secret::new("It is a secret")).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("x-aqid-signature", HeaderValue::from_static(SIGNATURE));
    headers.insert("x-aqid-delivery-id", HeaderValue::from_static("b8f3"));
    headers.insert("x-aqid-delivery-attempt", HeaderValue::from_static("2"));
    let delivery = webhooks.verify(&headers, br#"{"webhook":{}}"#).unwrap();
    assert_eq!((delivery.delivery_id(), delivery.attempt()), (Some("b8f3"), Some(2)));
    assert!(webhooks.verify(&headers, b"{}").is_err());
}
