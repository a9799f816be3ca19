//! Messages of which nothing is right, or nearly everything, and what is asked of them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue};
use onboarding_http_signatures::{Algorithm, ComponentNames, Covered, DigestHeader, KeySet, Policy, VerifyingKey};

use crate::fuzzing::Random;

pub(crate) const LONGEST_HEADER: usize = 400 * 1024;
pub(crate) const LONGEST_BODY: usize = 1024 * 1024;

pub(crate) fn now() -> SystemTime {
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
pub(crate) const SIGNATURES: &[&[u8]] =
    &[b"sig1=:AAAA:", b"sig1=:z51A4ER+KcMl5dIFTzkHPI93AybXGim8HD4/CZfQcYA=:", b"sig1=1, sig2=::", b""];
const DIGESTS: &[&[u8]] = &[
    b"SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
    b"sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, sha-512=:AAAA:",
    b"MD5=AAAA, sha-512=AAAA",
];
pub(crate) const DIGEST_TOKENS: &[&[u8]] = &[
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

pub(crate) fn header(headers: &mut HeaderMap, name: &'static str, value: &[u8]) -> usize {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.append(HeaderName::from_static(name), value);
    }
    value.len()
}

/// A request of which nothing is right, or nearly everything.
pub(crate) fn hostile(random: &mut Random) -> (String, HeaderMap, Vec<u8>, usize) {
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

pub(crate) fn keys() -> Option<KeySet> {
    let key = VerifyingKey::hmac_sha256(b"a shared secret").ok()?;
    Some(KeySet::new().with("key-1", key.clone()).with("", key))
}

pub(crate) fn policy(random: &mut Random) -> Policy {
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

pub(crate) const BODIES: &[&[u8]] = &[
    br#"{"payload":[{"id":"1","object":{"user_id":"2"}},{"id":"3"}]}"#,
    br#"[{"id":"1"},7,null,"a"]"#,
    br#"{"id":"1","created_at":"2026-01-02T03:04:05Z"}"#,
    b"",
];
pub(crate) const BODY_TOKENS: &[&[u8]] = &[
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
