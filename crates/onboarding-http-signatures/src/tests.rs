//! What verifying costs, counted in work and not in seconds, and each limit from both sides.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};

use super::limits::{
    MAX_BASE_BYTES, MAX_COMPONENTS, MAX_COVERED_HEADER_BYTES, MAX_DIGEST_HEADER_BYTES, MAX_DIGESTS, MAX_KEY_SET_BYTES,
    MAX_KEYS, MAX_PBKDF2_ITERATIONS, MAX_PEM_BYTES, MAX_SHOWN_CHARACTERS, MAX_SIGNATURE_HEADER_BYTES, MAX_SIGNATURES,
    MAX_TARGET_BYTES,
};
use super::work::{Work, counts};
use super::{
    Algorithm, Component, ComponentNames, DigestAlgorithm, DigestError, DigestHeader, EcdsaEncoding, KeyError, KeySet,
    Message, Parameter, Policy, Problem, RequestHead, ResponseHead, SignatureInput, SigningKey, Verifier, VerifyError,
    VerifyingKey,
};

const KEY: &[u8] = b"a shared secret";

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// A request that whoever has the key, or has none, has made.
struct Sent {
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Sent {
    fn new(target: &str, headers: &[(&str, String)], body: &[u8]) -> Self {
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
        });
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| {
            map.append(name, value);
        });
        Self { target: target.to_owned(), headers: map, body: body.to_vec() }
    }

    /// Sends a header twice.
    fn repeat(&mut self, name: &'static str) {
        let value = self.headers[name].clone();
        self.headers.append(name, value);
    }

    fn message(&self) -> Message<'_> {
        Message::Request(RequestHead::received(&Method::POST, &self.target, &self.headers))
    }

    /// Signs it in the form of the RFC, whatever the limits of a verifier.
    fn signed(mut self, components: Vec<Component>) -> Self {
        let input = SignatureInput::new(components).with_time(Parameter::Created, now()).unwrap();
        let input = input.with_text(Parameter::KeyId, "key-1").unwrap();
        let base = input.base(&self.message(), ComponentNames::Quoted).unwrap_or_default();
        let signature = SigningKey::hmac_sha256(KEY).unwrap().sign(base.as_bytes(), EcdsaEncoding::Fixed).unwrap();
        let input = format!("sig1={}", input.to_text());
        let signature = format!("sig1=:{}:", STANDARD.encode(signature));
        self.headers.insert("signature-input", HeaderValue::from_str(&input).unwrap());
        self.headers.insert("signature", HeaderValue::from_str(&signature).unwrap());
        self
    }

    fn verify(&self, verifier: &Verifier, keys: &KeySet) -> Result<(), VerifyError> {
        verifier.verify(&self.message(), &self.body, keys).map(drop)
    }
}

fn verifier(digest: DigestHeader) -> Verifier {
    let mut policy = Policy::rfc9421();
    policy.required = Vec::new();
    policy.digest = Some(digest);
    policy.algorithms = vec![Algorithm::HmacSha256];
    Verifier::new(policy).with_clock(now)
}

fn keys() -> KeySet {
    KeySet::new().with("key-1", VerifyingKey::hmac_sha256(KEY).unwrap())
}

fn named(names: &[&str]) -> Vec<Component> {
    names.iter().map(|name| Component::new(name).unwrap()).collect()
}

fn digest_of(header: DigestHeader, body: &[u8]) -> String {
    format!("{}, {}", header.value(DigestAlgorithm::Sha256, body), header.value(DigestAlgorithm::Sha512, body))
}

#[test]
fn without_the_key_no_body_is_hashed() {
    let body = vec![b'a'; 1024 * 1024];
    for header in [DigestHeader::Digest, DigestHeader::ContentDigest] {
        let repeated = vec![header.value(DigestAlgorithm::Sha256, &body); 7_000].join(",");
        for digest in [digest_of(header, &body), repeated] {
            let sent = Sent::new("/", &[(header.name(), digest)], &body).signed(named(&[header.name()]));
            // A key that nobody has, and then one that is another's.
            let (result, work) = counts(|| sent.verify(&verifier(header), &KeySet::new()));
            assert_eq!(result, Err(VerifyError::UnknownKey));
            assert_eq!([work(Work::Hash), work(Work::Signature), work(Work::Field)], [0, 0, 2]);
            let other = KeySet::new().with("key-1", VerifyingKey::hmac_sha256(b"another").unwrap());
            let (result, work) = counts(|| sent.verify(&verifier(header), &other));
            assert!(matches!(result, Err(VerifyError::WrongSignature | VerifyError::Component(_))), "{result:?}");
            assert_eq!(work(Work::Hash), 0);
            assert!(work(Work::Signature) <= 1 && work(Work::Field) <= 2);
        }
    }
}

#[test]
fn a_body_is_hashed_once_for_each_algorithm() {
    let body = b"{}";
    for header in [DigestHeader::Digest, DigestHeader::ContentDigest] {
        let sent = Sent::new("/", &[(header.name(), digest_of(header, body))], body).signed(named(&[header.name()]));
        let (result, work) = counts(|| sent.verify(&verifier(header), &keys()));
        assert_eq!(result, Ok(()));
        assert_eq!([work(Work::Hash), work(Work::Signature), work(Work::Field)], [2, 1, 3]);
    }
}

#[test]
fn a_repeated_digest_is_refused_and_not_hashed() {
    let body = b"{}";
    for header in [DigestHeader::Digest, DigestHeader::ContentDigest] {
        let digest = header.value(DigestAlgorithm::Sha256, body);
        let upper = digest.to_ascii_uppercase();
        let mut cases = vec![vec![format!("{digest}, {digest}")], vec![digest.clone(), digest.clone()]];
        if header == DigestHeader::Digest {
            cases.push(vec![format!("{digest},{}", upper.replace("SHA-256", "Sha-256"))]);
            cases.push(vec!["MD5=AAAA,md5=AAAA".to_owned(), digest]);
        } else {
            cases.push(vec![format!("md5=:AAAA:, md5=:AAAA:, {digest}")]);
        }
        for lines in cases {
            let lines: Vec<_> = lines.into_iter().map(|line| (header.name(), line)).collect();
            let sent = Sent::new("/", &lines, body).signed(named(&[header.name()]));
            let (result, work) = counts(|| sent.verify(&verifier(header), &keys()));
            assert_eq!(result, Err(VerifyError::Digest(DigestError::Repeated(header.name()))), "{lines:?}");
            assert_eq!(work(Work::Hash), 0);
        }
    }
}

#[test]
fn a_digest_of_the_wrong_length_is_not_hashed() {
    for (header, value) in [(DigestHeader::ContentDigest, "sha-512=:AAAA:"), (DigestHeader::Digest, "SHA-256=AAAA")] {
        let headers = Sent::new("/", &[(header.name(), value.to_owned())], b"").headers;
        let (result, work) = counts(|| header.verify(&headers, b"{}"));
        assert_eq!((result, work(Work::Hash)), (Err(DigestError::Mismatch(header.name())), 0));
    }
}

#[test]
fn what_many_components_ask_of_is_parsed_once() {
    let members = (0..60).fold(String::new(), |mut text, number| {
        write!(text, "m{number}={number};a=\"b\", ").unwrap();
        text
    });
    let headers = [("x-list", members + "last"), ("priority", "u=1, i".to_owned())];
    let mut components: Vec<_> = (0..60)
        .map(|number| Component::new("x-list").and_then(|field| field.member(&format!("m{number}"))).unwrap())
        .collect();
    components.push(Component::new("priority").and_then(Component::structured).unwrap());
    components.push(Component::new("priority").and_then(|field| field.member("i")).unwrap());
    let sent = Sent::new("/", &headers, b"").signed(components);
    let (result, work) = counts(|| sent.verify(&verifier(DigestHeader::Digest), &keys()));
    // The two headers of the signature, and each of the others.
    assert_eq!((result, work(Work::Field)), (Ok(()), 4));

    let query = (0..60).map(|number| format!("q{number}={number}")).collect::<Vec<_>>().join("&");
    let components = (0..60).map(|number| Component::query_param(&format!("q{number}")).unwrap()).collect();
    let sent = Sent::new(&format!("/?{query}"), &[], b"").signed(components);
    let (result, work) = counts(|| sent.verify(&verifier(DigestHeader::Digest), &keys()));
    assert_eq!((result, work(Work::Query)), (Ok(()), 1));
}

#[test]
fn the_fields_of_a_response_and_of_its_request_are_not_mixed_up() {
    let (asked, answered) = (
        Sent::new("/?a=1", &[("x-list", "a=1".to_owned())], b"").headers,
        Sent::new("/", &[("x-list", "a=2".to_owned())], b"").headers,
    );
    let head = RequestHead::received(&Method::POST, "/?a=1", &asked);
    let message = Message::Response(ResponseHead::new(StatusCode::OK, &answered).to_request(head));
    let member = || Component::new("x-list").and_then(|field| field.member("a"));
    let components = vec![member().unwrap(), member().and_then(Component::of_request).unwrap()];
    let base = SignatureInput::new(components).base(&message, ComponentNames::Quoted).unwrap();
    let lines: Vec<&str> = base.lines().take(2).collect();
    assert_eq!(lines, ["\"x-list\";key=\"a\": 2", "\"x-list\";key=\"a\";req: 1"]);
}

/// Verifies what is signed with the right key, and says which limit refuses it.
fn refusal(sent: Sent, components: Vec<Component>) -> Option<String> {
    let digest = if sent.headers.contains_key("digest") { DigestHeader::Digest } else { DigestHeader::ContentDigest };
    let error = sent.signed(components).verify(&verifier(digest), &keys()).err()?;
    Some(match error {
        VerifyError::Component(error) => format!("{:?}", error.problem()),
        error => error.to_string(),
    })
}

#[test]
fn each_limit_of_a_message_holds_from_both_sides() {
    let covered = |name: &str, length: usize| {
        let sent = Sent::new("/", &[(name, "a".repeat(length))], b"");
        refusal(sent, named(&[name]))
    };
    let target = |length: usize| refusal(Sent::new(&format!("/?{}", "a".repeat(length)), &[], b""), named(&["@path"]));
    assert_eq!(target(MAX_TARGET_BYTES - 1), None);
    assert_eq!(target(MAX_TARGET_BYTES), Some("the request's target has more than 16384 bytes".to_owned()));

    assert_eq!(covered("x-long", MAX_COVERED_HEADER_BYTES - 2), None);
    assert_eq!(covered("x-long", MAX_COVERED_HEADER_BYTES - 1), Some(format!("{:?}", Problem::TooLong)));

    let several = |count: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("x-{number}")).collect();
        let headers: Vec<_> = names.iter().map(|name| (name.as_str(), "a".repeat(30_000))).collect();
        refusal(Sent::new("/", &headers, b""), named(&names.iter().map(String::as_str).collect::<Vec<_>>()))
    };
    assert_eq!(
        (several(MAX_BASE_BYTES / 30_000), several(MAX_BASE_BYTES / 30_000 + 1)),
        (None, Some("TooLong".to_owned()))
    );

    let components = |count: usize| {
        let headers: Vec<_> = (0..count).map(|number| (format!("x-{number}"), "a".to_owned())).collect();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        refusal(Sent::new("/", &headers, b""), named(&names))
    };
    assert_eq!(components(MAX_COMPONENTS), None);
    let text = "the list of what the signature covers has more than 64 components";
    assert_eq!(components(MAX_COMPONENTS + 1), Some(text.to_owned()));
}

#[test]
fn each_limit_of_the_headers_of_a_signature_holds_from_both_sides() {
    // Signatures under other labels, of which only one matters.
    let crowded = |count: usize, padding: usize| {
        let mut sent = Sent::new("/", &[], b"").signed(named(&["@path"]));
        for (name, member) in [("signature-input", "()"), ("signature", ":AAAA:")] {
            let others = (1..count).map(|number| format!(", other{number}={member}")).collect::<Vec<_>>().concat();
            let first = sent.headers[name].to_str().unwrap();
            let padding = " ".repeat(padding.saturating_sub(first.len() + others.len()));
            let value = HeaderValue::from_str(&format!("{first}{others}{padding}")).unwrap();
            sent.headers.insert(name, value);
        }
        let mut policy = Policy::rfc9421();
        policy.label = Some("sig1".to_owned());
        (policy.required, policy.algorithms) = (Vec::new(), vec![Algorithm::HmacSha256]);
        let error = sent.verify(&Verifier::new(policy).with_clock(now), &keys()).err()?;
        Some(error.to_string())
    };
    assert_eq!(crowded(MAX_SIGNATURES, 0), None);
    let text = "the header `signature-input` has more than 16 members";
    assert_eq!(crowded(MAX_SIGNATURES + 1, 0), Some(text.to_owned()));
    assert_eq!(crowded(1, MAX_SIGNATURE_HEADER_BYTES - 1), None);
    let text = "the header `signature-input` has more than 8192 bytes";
    assert_eq!(crowded(1, MAX_SIGNATURE_HEADER_BYTES), Some(text.to_owned()));
}

#[test]
fn each_limit_of_a_digest_holds_from_both_sides() {
    for header in [DigestHeader::Digest, DigestHeader::ContentDigest] {
        let check = |members: usize, bytes: usize| {
            let mut value = header.value(DigestAlgorithm::Sha256, b"{}");
            for number in 1..members {
                write!(value, ",a{number}=1").unwrap();
            }
            value.push_str(&" ".repeat(bytes.saturating_sub(value.len())));
            let headers = Sent::new("/", &[(header.name(), value)], b"").headers;
            header.verify(&headers, b"{}").map_err(|error| error.to_string())
        };
        assert_eq!((check(MAX_DIGESTS, 0), check(1, MAX_DIGEST_HEADER_BYTES - 1)), (Ok(()), Ok(())));
        let name = header.name();
        assert_eq!(check(MAX_DIGESTS + 1, 0), Err(format!("the header `{name}` has more than 16 members")));
        assert_eq!(check(1, MAX_DIGEST_HEADER_BYTES), Err(format!("the header `{name}` has more than 4096 bytes")));
    }
}

fn padded_to(text: &str, bytes: usize) -> String {
    format!("{text}{}", " ".repeat(bytes.saturating_sub(text.len())))
}

#[test]
fn each_limit_of_keys_holds_from_both_sides() {
    // RFC 9421, appendix B.1.4.
    let key = |id: usize| {
        format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"k{id}","x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}}"#)
    };
    let set = |count: usize, bytes: usize| {
        let json = format!(r#"{{"keys":[{}]}}"#, (0..count).map(key).collect::<Vec<_>>().join(","));
        let keys = KeySet::from_jwks(padded_to(&json, bytes).as_bytes());
        keys.map(|keys| keys.len()).map_err(|error| error.to_string())
    };
    assert_eq!((set(MAX_KEYS, 0), set(1, MAX_KEY_SET_BYTES)), (Ok(MAX_KEYS), Ok(1)));
    assert_eq!(set(MAX_KEYS + 1, 0), Err("the set of keys has more than 100 keys".to_owned()));
    assert_eq!(set(1, MAX_KEY_SET_BYTES + 1), Err("the set of keys has more than 262144 bytes".to_owned()));
    let padded = |bytes: usize| VerifyingKey::from_jwk(&padded_to(&key(1), bytes)).map(drop);
    assert_eq!(padded(MAX_KEY_SET_BYTES), Ok(()));
    assert!(matches!(padded(MAX_KEY_SET_BYTES + 1), Err(KeyError::Limit(_))));

    let pem = include_str!("../tests/keys/p256.pub.pem");
    let padded = |bytes: usize| VerifyingKey::from_pem(&padded_to(pem, bytes)).map(drop);
    assert_eq!(padded(MAX_PEM_BYTES), Ok(()));
    assert!(matches!(padded(MAX_PEM_BYTES + 1), Err(KeyError::Limit(_))));
    let private = include_str!("../tests/keys/p256.sec1.pem");
    let padded = |bytes: usize| SigningKey::from_pem(&padded_to(private, bytes)).map(drop);
    assert_eq!(padded(MAX_PEM_BYTES), Ok(()));
    assert!(matches!(padded(MAX_PEM_BYTES + 1), Err(KeyError::Limit(_))));
    let many = include_str!("../tests/keys/p256.many-iterations.pem");
    let error = SigningKey::from_encrypted_pem(many, "correct horse").unwrap_err();
    assert_eq!(error, KeyError::TooManyIterations);
    assert!(error.to_string().contains(&MAX_PBKDF2_ITERATIONS.to_string()));
}

#[test]
fn what_is_not_for_verifying_is_no_key() {
    let set = |rest: &str| {
        let key = r#""kty":"OKP","crv":"Ed25519","x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs""#;
        let json =
            format!(r#"{{"keys":[null,[[]],7,"a",{{"kid":"k","kty":1}},{{"kid":"k",{key}{rest}}}],"more":[{{}}]}}"#);
        KeySet::from_jwks(json.as_bytes()).unwrap().len()
    };
    for rest in
        ["", r#","use":"sig""#, r#","key_ops":["verify"]"#, r#","alg":"EdDSA""#, r#","alg":"Ed25519""#, r#","x5c":[]"#]
    {
        assert_eq!(set(rest), 1, "{rest}");
    }
    for rest in [
        r#","use":"enc""#,
        r#","use":7"#,
        r#","key_ops":["sign"]"#,
        r#","key_ops":"verify""#,
        r#","alg":"ES512""#,
        r#","alg":"HS256""#,
        r#","alg":"none""#,
        r#","alg":null"#,
        r#","d":"AAAA""#,
    ] {
        assert_eq!(set(rest), 0, "{rest}");
    }
    for json in ["", "{", "[]", "7", r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"keys":[]} x"#] {
        assert_eq!(KeySet::from_jwks(json.as_bytes()).unwrap_err(), KeyError::NotJwk, "{json}");
    }
    let deep = format!(r#"{{"keys":[{}{}]}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(KeySet::from_jwks(deep.as_bytes()).map(|keys| keys.len()), Ok(0));
}

#[test]
fn a_component_of_the_senders_is_cut_short_in_errors() {
    let name = "x".repeat(4_000);
    let sent = Sent::new("/", &[], b"").signed(named(&[&name]));
    let error = sent.verify(&verifier(DigestHeader::Digest), &keys()).unwrap_err();
    let shown = format!("{error:?}");
    assert!(shown.contains(&format!("{}[...]", &name[..MAX_SHOWN_CHARACTERS - 1])), "{shown}");
    assert!(!shown.contains(&name[..MAX_SHOWN_CHARACTERS]), "{shown}");
}

/// What a proxy does on the way.
type Change = fn(&mut Sent);

#[test]
fn what_two_readers_would_read_differently_is_refused() {
    let verify = |change: fn(&mut Sent)| {
        let mut sent = Sent::new("/", &[("host", "bank.example".to_owned())], b"").signed(named(&["@authority"]));
        change(&mut sent);
        sent.verify(&verifier(DigestHeader::Digest), &keys()).map_err(|error| match error {
            VerifyError::Malformed(error) => error.to_string(),
            VerifyError::Component(error) => error.to_string(),
            error => error.to_string(),
        })
    };
    assert_eq!(verify(|_| {}), Ok(()));
    let repeated: [(Change, &str); 3] = [
        (|sent| sent.repeat("signature"), "the header `signature` names a member more than once"),
        (|sent| sent.repeat("signature-input"), "the header `signature-input` names a member more than once"),
        (|sent| sent.repeat("host"), "the component \"@authority\" is not in the message"),
    ];
    for (change, expected) in repeated {
        assert_eq!(verify(change), Err(expected.to_owned()));
    }
}

#[test]
fn times_that_no_clock_can_hold_are_refused_or_never_end() {
    let check = |parameters: &str, max_age: Duration| {
        let mut sent = Sent::new("/", &[], b"").signed(named(&["@path"]));
        let input = format!("sig1=(\"@path\");keyid=\"key-1\"{parameters}");
        sent.headers.insert("signature-input", HeaderValue::from_str(&input).unwrap());
        let mut policy = Policy::rfc9421();
        (policy.required, policy.algorithms) = (Vec::new(), vec![Algorithm::HmacSha256]);
        policy.max_age = max_age;
        sent.verify(&Verifier::new(policy).with_clock(now), &keys()).unwrap_err().to_string()
    };
    let (minute, malformed) = (Duration::from_secs(60), "the signature's headers could not be read");
    assert_eq!(check(";created=999999999999999", minute), "the signature was made in the future");
    assert_eq!(check(";created=1700000031", minute), "the signature was made in the future");
    assert_eq!(check(";created=0", minute), "the signature is older than is allowed");
    assert_eq!(check(";created=1700000000;expires=0", minute), "the signature has expired");
    assert_eq!(check(";expires=1700000001", minute), "the signature's parameter `created` is missing");
    for created in ["-1", "1000000000000000", "1.5", "@1700000000", "\"1700000000\"", "?1", "1e9"] {
        assert_eq!(check(&format!(";created={created}"), minute), malformed, "{created}");
        assert_eq!(check(&format!(";created=1700000000;expires={created}"), minute), malformed, "{created}");
    }
    // Then only the signature is wrong.
    for created in [";created=0", ";created=1700000000;expires=999999999999999", ";created=1700000030"] {
        assert_eq!(check(created, Duration::MAX), "the signature is wrong", "{created}");
    }
    let mut policy = Policy::rfc9421();
    (policy.required, policy.algorithms) = (Vec::new(), vec![Algorithm::HmacSha256]);
    (policy.max_age, policy.clock_skew) = (Duration::MAX, Duration::MAX);
    let verifier = Verifier::new(policy).with_clock(now);
    let sent = Sent::new("/", &[], b"").signed(named(&["@path"]));
    assert_eq!(sent.verify(&verifier, &keys()), Ok(()));
    assert_eq!(sent.verify(&verifier, &keys()), Err(VerifyError::Replayed));
}
