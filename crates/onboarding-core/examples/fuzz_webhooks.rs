//! Fuzzes what reads webhooks, with no nightly compiler:
//! `cargo run --release -p onboarding-core --example fuzz_webhooks -- <seconds> [<first seed>]`. What reads signatures, digests and keys
//! is fuzzed in `onboarding-http-signatures`.
//!
//! It counts inputs, panics, inputs that took too long, and what must never be: a forged webhook that was accepted, events that were
//! lost. It fails when any of these is not zero.

#![allow(clippy::print_stdout, reason = "it is run for its figures")]

mod fuzzing;
#[path = "../../onboarding-http-signatures/examples/fuzz/hostile.rs"]
mod hostile;

use std::process::ExitCode;
use std::time::Duration;

use fuzzing::{Random, Target};
use hostile::{
    BODIES, BODY_TOKENS, DIGEST_TOKENS, LONGEST_BODY, LONGEST_HEADER, SIGNATURES, header, hostile, keys, now, policy,
};
use onboarding_core::signing::{DigestAlgorithm, DigestHeader, Verifier};
use onboarding_core::webhook::{ReceivedRequest, SharedSecretScheme, SharedSecretWebhooks, SignedWebhooks};
use onboarding_core::{EventBatch, HeaderMap, HeaderValue, JsonValue, Method, Secret};

/// What one input may take. The machine may be busy with others.
const LIMIT: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    fuzzing::run(&[
        Target { name: "webhooks", limit: LIMIT, run: webhooks },
        Target { name: "shared secrets and events", limit: LIMIT, run: shared_secrets },
    ])
}

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
