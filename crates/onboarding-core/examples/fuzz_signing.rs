//! Fuzzes everything that reads signatures, digests, keys and webhooks, with no nightly compiler:
//! `cargo run --release -p onboarding-core --example fuzz_signing -- <seconds> [<first seed>]`.
//!
//! It counts inputs, panics, inputs that took too long, and what must never be: a body that was changed and accepted, a genuine
//! message that was refused, events that were lost. It fails when any of these is not zero.

#![allow(clippy::print_stdout, reason = "it is run for its figures")]

mod fuzzing;

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fuzzing::{Random, Target};
use onboarding_core::signing::{
    Algorithm, Component, ComponentNames, Covered, DigestAlgorithm, DigestHeader, KeySet, Message, Policy, Profile,
    RequestHead, RequestSigner, SignatureInput, SigningKey, Verifier, VerifyError, VerifyingKey, When,
};
use onboarding_core::webhook::{ReceivedRequest, SharedSecretScheme, SharedSecretWebhooks, SignedWebhooks};
use onboarding_core::{
    EventBatch, HeaderMap, HeaderName, HeaderValue, JsonValue, Method, Secret, SignableRequest, Signer,
};

/// What one input may take. The machine may be busy with others.
const LIMIT: Duration = Duration::from_millis(500);

/// A key file may ask for as many iterations as are done, which takes its time on purpose.
const KEY_FILE_LIMIT: Duration = Duration::from_secs(20);

const LONGEST_HEADER: usize = 400 * 1024;
const LONGEST_BODY: usize = 1024 * 1024;

fn main() -> ExitCode {
    fuzzing::run(&[
        target("signature headers", LIMIT, signature_headers),
        target("components", LIMIT, components),
        target("digests", LIMIT, digests),
        target("signed and changed", LIMIT, signed_and_changed),
        target("webhooks", LIMIT, webhooks),
        target("shared secrets and events", LIMIT, shared_secrets),
        target("JSON Web Keys", LIMIT, json_web_keys),
        target("PEM", KEY_FILE_LIMIT, pem),
    ])
}

const fn target(name: &'static str, limit: Duration, run: fn(&mut Random) -> Result<usize, String>) -> Target {
    Target { name, limit, run }
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

const INPUTS: &[&[u8]] = &[
    b"sig1=(\"@method\" \"@path\" \"digest\");created=1700000000;keyid=\"key-1\"",
    b"sig1=(\"@method\" \"@target-uri\" \"content-digest\");created=1700000000;expires=1700000060;keyid=\"key-1\";nonce=\"n\";alg=\"ed25519\"",
    b"sig1=(\"x-dict\";key=\"a\" \"x-dict\";sf \"x-dict\";bs \"@query-param\";name=\"a\" \"@query\");created=1700000000;keyid=\"key-2\"",
    b"sig1=(\"priority\";sf \"signature\";key=\"sig1\" \"@authority\" \"@request-target\");created=1700000000;keyid=\"\";tag=\"t\"",
    b"a=1, b=(1 2);x, sig1=()",
];
const INPUT_TOKENS: &[&[u8]] = &[
    b"\"@query-param\";name=\"a\" ",
    b"\"x-dict\";key=\"a\" ",
    b"\"x-dict\";key=\"b\" ",
    b"\"x-dict\" ",
    b";created=1700000000",
    b";created=-1",
    b";keyid=\"key-1\"",
    b";a=\"\\\\\"",
    b"sig1=",
    b"sig2=()",
    b",",
    b"(",
    b")",
    b"\"",
    b";sf",
    b";bs",
    b";req",
    b";tr",
    b"999999999999999",
    b"1.5",
    b"@1",
    b"%\"%c3%bc\"",
    b":AAAA:",
    b"?1",
    b"\xff",
    b"a=1,",
    b"a;",
    b"a;a;",
];
const SIGNATURES: &[&[u8]] =
    &[b"sig1=:AAAA:", b"sig1=:z51A4ER+KcMl5dIFTzkHPI93AybXGim8HD4/CZfQcYA=:", b"sig1=1, sig2=::", b""];
const DIGESTS: &[&[u8]] = &[
    b"SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
    b"sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, sha-512=:AAAA:",
    b"MD5=AAAA, sha-512=AAAA",
];
const DIGEST_TOKENS: &[&[u8]] = &[
    b"SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=,",
    b"sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:,",
    b"sha-512=",
    b"a=1,",
    b",",
    b"=",
    b":",
    b"\xff",
];
const FIELDS: &[&[u8]] =
    &[b"a=1, b=2;x=1, c=(a b)", b"u=1, i", b"text", b"\"a\", b;c=?0", b"%\"a%20b\", @12, 1.25", b""];
const TARGETS: &[&[u8]] = &[b"/a?a=1&b=2", b"/", b"", b"/a/b?%61=%2B+x&a=1&=&&", b"http://x/y?z"];
const TARGET_TOKENS: &[&[u8]] = &[b"&a=1", b"&", b"?", b"%", b"%ff", b"+", b"=", b"\n", "\u{e4}".as_bytes()];

fn header(headers: &mut HeaderMap, name: &'static str, value: &[u8]) -> usize {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.append(HeaderName::from_static(name), value);
    }
    value.len()
}

/// A request of which nothing is right, or nearly everything.
fn hostile(random: &mut Random) -> (String, HeaderMap, Vec<u8>, usize) {
    let mut headers = HeaderMap::new();
    let mut size = 0;
    for (name, seeds, tokens) in [
        ("signature-input", INPUTS, INPUT_TOKENS),
        ("signature", SIGNATURES, INPUT_TOKENS),
        ("digest", DIGESTS, DIGEST_TOKENS),
        ("content-digest", DIGESTS, DIGEST_TOKENS),
        ("x-dict", FIELDS, INPUT_TOKENS),
        ("priority", FIELDS, INPUT_TOKENS),
        ("host", FIELDS, INPUT_TOKENS),
    ] {
        for _ in 0..if random.one_in(10) { 2 } else { 1 } {
            size += header(&mut headers, name, &random.mutated(seeds, tokens, LONGEST_HEADER));
        }
    }
    let target = String::from_utf8_lossy(&random.mutated(TARGETS, TARGET_TOKENS, 64 * 1024)).into_owned();
    let body = random.mutated(BODIES, BODY_TOKENS, LONGEST_BODY);
    size += target.len() + body.len();
    (target, headers, body, size)
}

fn keys() -> Option<KeySet> {
    let key = VerifyingKey::hmac_sha256(b"a shared secret").ok()?;
    Some(KeySet::new().with("key-1", key.clone()).with("", key))
}

fn policy(random: &mut Random) -> Policy {
    let mut policy = if random.one_in(2) { Policy::rfc9421() } else { draft_6() };
    policy.algorithms.push(Algorithm::HmacSha256);
    if random.one_in(2) {
        policy.required.clear();
    }
    if random.one_in(3) {
        policy.label = None;
    }
    policy
}

/// What is asked of messages that are signed after draft 6.
fn draft_6() -> Policy {
    let mut policy = Policy::rfc9421();
    policy.label = Some("sig1".to_owned());
    policy.required = vec![Covered::always("@method"), Covered::always("@path"), Covered::when_present("@query")];
    policy.digest = Some(DigestHeader::Digest);
    policy.names = ComponentNames::Bare;
    policy
}

/// Nothing that was not signed is accepted.
fn signature_headers(random: &mut Random) -> Result<usize, String> {
    let (target, headers, body, size) = hostile(random);
    let message = Message::Request(RequestHead::received(&Method::POST, &target, &headers));
    let verifier = Verifier::new(policy(random)).with_clock(now);
    match verifier.verify(&message, &body, &keys().unwrap_or_default()) {
        Ok(_) => Err("a forged message was accepted".to_owned()),
        Err(error) if format!("{error:?}").len() > 2_000 => Err("an error shows much of the message".to_owned()),
        Err(_) => Ok(size),
    }
}

/// The value of each component over headers of any content.
fn components(random: &mut Random) -> Result<usize, String> {
    let (target, headers, _, size) = hostile(random);
    let message = Message::Request(RequestHead::received(&Method::POST, &target, &headers));
    let names =
        ["x-dict", "priority", "signature-input", "signature", "digest", "host", "@query", "@path", "@target-uri"];
    let mut covered = Vec::new();
    for _ in 0..random.below(70) {
        let component = Component::new(random.choose(&names));
        covered.extend(match random.below(6) {
            0 => component.and_then(Component::structured),
            1 => component.and_then(Component::bytes),
            2 => component.and_then(|component| component.member(random.choose(&["a", "b", "i", "sig1"]))),
            3 => Component::query_param(random.choose(&["a", "b", "", "\u{e4}"])),
            4 => component.and_then(Component::of_request),
            _ => component,
        });
    }
    let names = if random.one_in(2) { ComponentNames::Bare } else { ComponentNames::Quoted };
    if let Ok(base) = SignatureInput::new(covered.clone()).base(&message, names)
        && base.lines().count() != covered.len() + 1
    {
        return Err("a value smuggled in a line".to_owned());
    }
    Ok(size)
}

/// No body is vouched for by a digest that is not its own.
fn digests(random: &mut Random) -> Result<usize, String> {
    let (_, headers, body, size) = hostile(random);
    for header in [DigestHeader::Digest, DigestHeader::ContentDigest] {
        if header.verify(&headers, &body).is_ok() {
            let own =
                [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512].map(|algorithm| header.value(algorithm, &body));
            let there = |own: &String| {
                let own = own.split_once('=').map_or("", |(_, own)| own);
                headers.get_all(header.name()).iter().any(|line| line.to_str().is_ok_and(|line| line.contains(own)))
            };
            if !own.iter().any(there) {
                return Err("a body was vouched for by another's digest".to_owned());
            }
        }
    }
    Ok(size)
}

/// What is signed is accepted, and with another body it is not.
fn signed_and_changed(random: &mut Random) -> Result<usize, String> {
    let (_, hostile, body, size) = hostile(random);
    let mut headers = HeaderMap::new();
    let mut profile = Profile::rfc9421();
    for name in ["x-dict", "priority"] {
        // Longer ones are refused on purpose.
        let values: Vec<_> = hostile.get_all(name).iter().filter(|value| value.len() < 4_000).collect();
        for value in values {
            headers.append(name, value.clone());
        }
        if let Ok(component) = Component::new(name).and_then(Component::bytes) {
            profile.components.push(Covered::new(component, When::Present));
        }
    }
    headers.insert("host", HeaderValue::from_static("bank.example"));
    let target = format!("/a?x={}", "%20".repeat(random.below(2_000)));
    let url = format!("https://bank.example{target}").parse().map_err(|_| "no address".to_owned())?;
    let key = SigningKey::hmac_sha256(b"a shared secret").map_err(|error| error.to_string())?;
    let signer = RequestSigner::new(key, "key-1", profile).with_clock(now);
    let mut request = SignableRequest { method: &Method::POST, url: &url, headers: &mut headers, body: &body };
    signer.sign(&mut request).map_err(|error| error.to_string())?;
    let mut policy = Policy::rfc9421();
    policy.algorithms.push(Algorithm::HmacSha256);
    let verifier = Verifier::new(policy).with_clock(now);
    let message = Message::Request(RequestHead::received(&Method::POST, &target, &headers));
    let keys = keys().unwrap_or_default();
    let mut changed = body.clone();
    if changed.is_empty() {
        changed.push(b'a');
    } else {
        let at = random.below(changed.len());
        changed[at] ^= 1;
    }
    if verifier.verify(&message, &changed, &keys).is_ok() {
        return Err("a changed body was accepted".to_owned());
    }
    match verifier.verify(&message, &body, &keys) {
        Ok(_) => {}
        Err(error) => return Err(format!("a genuine message was refused: {error:?}")),
    }
    match verifier.verify(&message, &body, &keys) {
        Err(VerifyError::Replayed) => Ok(size),
        _ => Err("a message was accepted twice".to_owned()),
    }
}

const BODIES: &[&[u8]] = &[
    br#"{"payload":[{"id":"1","object":{"user_id":"2"}},{"id":"3"}]}"#,
    br#"[{"id":"1"},7,null,"a"]"#,
    br#"{"id":"1","created_at":"2026-01-02T03:04:05Z"}"#,
    b"",
];
const BODY_TOKENS: &[&[u8]] = &[
    br#"{"id":"1"},"#,
    br#","payload":[]"#,
    b"0,",
    b"[",
    b"]",
    b"{",
    b"}",
    b"\"",
    b"\\u0070",
    b"\\ud800",
    b"1e999999999",
    b"123456789012345678901234567890",
    b"null,",
    b"\xff",
    b" ",
];

/// Events of which only the identifier is documented.
struct Batch;

impl EventBatch for Batch {
    type Event = std::collections::BTreeMap<String, JsonValue>;
    const LIST: Option<&'static str> = Some("payload");
}

fn webhooks(random: &mut Random) -> Result<usize, String> {
    let (target, headers, body, size) = hostile(random);
    let verifier = Verifier::new(policy(random)).with_clock(now);
    let webhooks = SignedWebhooks::with_verifier(verifier, keys().unwrap_or_default());
    let request = ReceivedRequest { method: &Method::POST, target: &target, headers: &headers, body: &body };
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;
    match runtime.block_on(webhooks.verify(&request)) {
        Ok(_) => Err("a forged webhook was accepted".to_owned()),
        Err(_) => Ok(size),
    }
}

/// The events of a body that is vouched for: the body is the sum of what is given, or one error.
fn shared_secrets(random: &mut Random) -> Result<usize, String> {
    let body = random.mutated(BODIES, BODY_TOKENS, LONGEST_BODY);
    let secret = Secret::new("a shared secret");
    let webhooks = SharedSecretWebhooks::new(SharedSecretScheme::new("x-signature"), &secret)
        .map_err(|error| error.to_string())?;
    let mut headers = HeaderMap::new();
    header(&mut headers, "x-signature", &random.mutated(SIGNATURES, DIGEST_TOKENS, LONGEST_HEADER));
    if webhooks.verify(&headers, &body).is_ok() {
        return Err("a forged webhook was accepted".to_owned());
    }
    headers.insert("x-signature", genuine(&body)?);
    let delivery =
        webhooks.verify(&headers, &body).map_err(|error| format!("a genuine webhook was refused: {error}"))?;
    let events = delivery.events::<Batch>();
    let expected = events.len();
    let (mut given, mut raw) = (0, 0);
    for event in events {
        given += 1;
        raw += event.err().map_or(0, |error| error.raw().len());
    }
    let elements = match serde_json::from_slice(&body) {
        Ok(serde_json::Value::Array(list)) => Some(list.len()),
        _ => None,
    };
    if given != expected || raw > body.len() || elements.is_some_and(|elements| elements != given) {
        return Err("events were lost".to_owned());
    }
    Ok(body.len())
}

/// The HMAC of a body, as the digest of a signature over nothing but it would have it.
fn genuine(body: &[u8]) -> Result<HeaderValue, String> {
    HeaderValue::from_str(&hmac(b"a shared secret", body)).map_err(|error| error.to_string())
}

/// HMAC-SHA256 (RFC 2104) in base64, out of the digest that the runtime offers.
fn hmac(key: &[u8], body: &[u8]) -> String {
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let digest = |bytes: &[u8]| DigestHeader::Digest.value(DigestAlgorithm::Sha256, bytes).replace("SHA-256=", "");
    let inner = base64_decoded(&digest(&[&padded(0x36)[..], body].concat()));
    digest(&[&padded(0x5c)[..], &inner].concat())
}

fn base64_decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default()
}

const JWKS: &[&[u8]] = &[
    br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"ed","use":"sig","x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}]}"#,
    br#"{"keys":[{"kty":"EC","crv":"P-256","kid":"ecc","alg":"ES256","key_ops":["verify"],"x":"qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA","y":"Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0"}]}"#,
    br#"{"kty":"EC","crv":"P-256","x":"qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA","y":"Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0"}"#,
    br#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"rsa"},{"kty":"oct","k":"AAAA","kid":"oct"}]}"#,
];
const JWK_TOKENS: &[&[u8]] = &[
    br#"{"kty":"OKP","crv":"Ed25519","kid":"x","x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"},"#,
    br#""kty":"EC","#,
    br#""crv":"P-521","#,
    br#""kid":"a","#,
    br#"{"a":"#,
    b"[",
    b"]",
    b"{},",
    b"0,",
    b"A",
    b"=",
    b"\\u0000",
    b"\xff",
];

fn json_web_keys(random: &mut Random) -> Result<usize, String> {
    let json = random.mutated(JWKS, JWK_TOKENS, LONGEST_BODY);
    if let Ok(keys) = KeySet::from_jwks(&json)
        && keys.len() > json.len() / 40
    {
        return Err("there are more keys than there is text".to_owned());
    }
    if let Ok(json) = std::str::from_utf8(&json) {
        let _ = VerifyingKey::from_jwk(json);
    }
    Ok(json.len())
}

const PEMS: &[&[u8]] = &[
    include_bytes!("../tests/keys/p256.pub.pem"),
    include_bytes!("../tests/keys/p256.sec1.pem"),
    include_bytes!("../tests/keys/p521.pkcs8.pem"),
    include_bytes!("../tests/keys/p521.encrypted.pem"),
    include_bytes!("../tests/keys/p521.dek-info.pem"),
    include_bytes!("../tests/keys/ed25519.pem"),
    include_bytes!("../tests/keys/scrypt.pem"),
    include_bytes!("../tests/keys/rsa.pem"),
];
const PEM_TOKENS: &[&[u8]] = &[
    b"-----BEGIN PRIVATE KEY-----\n",
    b"-----END PRIVATE KEY-----\n",
    b"-----BEGIN ",
    b"-----",
    b"Proc-Type: 4,ENCRYPTED\n",
    b"DEK-Info: AES-256-CBC,0\n\n",
    b"\n\n",
    b"A",
    b"=",
    b":",
    "\u{e4}".as_bytes(),
];

/// A key that was read has a public half.
fn pem(random: &mut Random) -> Result<usize, String> {
    let text = String::from_utf8_lossy(&random.mutated(PEMS, PEM_TOKENS, LONGEST_HEADER)).into_owned();
    let _ = VerifyingKey::from_pem(&text);
    let encrypted = SigningKey::from_encrypted_pem(&text, &Secret::new("correct horse"));
    for key in [SigningKey::from_pem(&text), encrypted].into_iter().flatten() {
        key.verifying_key().map_err(|error| error.to_string())?;
    }
    Ok(text.len())
}
