//! Fuzzes everything that reads signatures, digests and keys, with no nightly compiler:
//! `cargo run --release -p onboarding-http-signatures --example fuzz -- <seconds> [<first seed>]`.
//!
//! It counts inputs, panics, inputs that took too long, and what must never be: a body that was changed and accepted, a genuine
//! message that was refused. It fails when any of these is not zero.

#![allow(clippy::print_stdout, reason = "it is run for its figures")]

#[path = "../../../onboarding-core/examples/fuzzing/mod.rs"]
mod fuzzing;
mod hostile;

use std::process::ExitCode;
use std::time::Duration;

use fuzzing::{Random, Target};
use hostile::{LONGEST_BODY, LONGEST_HEADER, hostile, keys, now, policy};
use http::{HeaderMap, HeaderValue, Method};
use onboarding_http_signatures::{
    Algorithm, Component, ComponentNames, Covered, DigestAlgorithm, DigestHeader, KeySet, Message, Policy, Profile,
    RequestHead, RequestSigner, SignatureInput, SigningKey, Verifier, VerifyError, VerifyingKey, When,
};

/// What one input may take. The machine may be busy with others.
const LIMIT: Duration = Duration::from_millis(500);

/// A key file may ask for as many iterations as are done, which takes its time on purpose.
const KEY_FILE_LIMIT: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    fuzzing::run(&[
        target("signature headers", LIMIT, signature_headers),
        target("components", LIMIT, components),
        target("digests", LIMIT, digests),
        target("signed and changed", LIMIT, signed_and_changed),
        target("JSON Web Keys", LIMIT, json_web_keys),
        target("PEM", KEY_FILE_LIMIT, pem),
    ])
}

const fn target(name: &'static str, limit: Duration, run: fn(&mut Random) -> Result<usize, String>) -> Target {
    Target { name, limit, run }
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
    let uri = format!("https://bank.example{target}").parse().map_err(|_| "no address".to_owned())?;
    let key = SigningKey::hmac_sha256(b"a shared secret").map_err(|error| error.to_string())?;
    let signer = RequestSigner::new(key, "key-1", profile).with_clock(now);
    signer.sign_parts(&Method::POST, &uri, &mut headers, &body).map_err(|error| error.to_string())?;
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
    include_bytes!("../../tests/keys/p256.pub.pem"),
    include_bytes!("../../tests/keys/p256.sec1.pem"),
    include_bytes!("../../tests/keys/p521.pkcs8.pem"),
    include_bytes!("../../tests/keys/p521.encrypted.pem"),
    include_bytes!("../../tests/keys/p521.dek-info.pem"),
    include_bytes!("../../tests/keys/ed25519.pem"),
    include_bytes!("../../tests/keys/scrypt.pem"),
    include_bytes!("../../tests/keys/rsa.pem"),
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
    let encrypted = SigningKey::from_encrypted_pem(&text, "correct horse");
    for key in [SigningKey::from_pem(&text), encrypted].into_iter().flatten() {
        key.verifying_key().map_err(|error| error.to_string())?;
    }
    Ok(text.len())
}
