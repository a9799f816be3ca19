//! Round trips of every kind of key and profile, and a refusal for each byte that is tampered with on the way.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which `allow-unwrap-in-tests` does not reach")]

mod profiles;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue, Method, Uri};
use onboarding_http_signatures::{
    Algorithm, Component, Covered, DigestHeader, EcdsaEncoding, KeyError, KeySet, Message, Parameter, Policy, Profile,
    RequestHead, RequestSigner, SigningKey, Verified, Verifier, VerifyError, VerifyingKey, When,
};
use profiles::{all_headers, always_digested, draft_6};

/// Made for these tests by OpenSSL; see `tests/keys/README.md`.
macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("keys/", $name))
    };
}

const NOW: u64 = 1_700_000_000;
const BODY: &[u8] = br#"{"first_name":"Ada"}"#;
const TARGET: &str = "/users?limit=10&sort=created_at";

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

fn later(seconds: u64) -> impl Fn() -> SystemTime + Send + Sync + 'static {
    move || now() + Duration::from_secs(seconds)
}

/// A request as it left, and as it came in.
struct Sent {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Sent {
    fn verify(&self, verifier: &Verifier, keys: &KeySet) -> Result<Verified, VerifyError> {
        let head = RequestHead::received(&self.method, &self.target, &self.headers).with_authority("api.example.com");
        verifier.verify(&Message::Request(head), &self.body, keys)
    }
}

fn signer(key: SigningKey, profile: Profile) -> RequestSigner {
    RequestSigner::new(key, "key-1", profile).with_clock(now).with_nonces(|| "nonce-1".to_owned())
}

fn send(signer: &RequestSigner, body: &[u8]) -> Sent {
    let method = Method::POST;
    let url: Uri = format!("https://api.example.com{TARGET}").parse().unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("accept", "application/json"),
        ("authorization", "Bearer token"),
        ("content-type", "application/json"),
        ("client-id", "5ec16164-6173-461d-b90d-116d68f55b40"),
        ("user-agent", "test"),
        ("x-forwarded-for", "127.0.0.1"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    signer.sign_parts(&method, &url, &mut headers, body).unwrap();
    Sent { method, target: TARGET.to_owned(), headers, body: body.to_vec() }
}

/// What a vendor would ask of requests that are signed after a profile.
fn policy_for(profile: &Profile) -> Policy {
    let mut policy = Policy::rfc9421();
    policy.label = Some(profile.label.clone());
    policy.required = profile.components.iter().filter(|part| part.component.name() != "accept").cloned().collect();
    policy.algorithms.push(Algorithm::HmacSha256);
    policy.ecdsa = vec![profile.ecdsa];
    policy.names = profile.names;
    policy
}

fn keys_of(key: &SigningKey) -> KeySet {
    KeySet::new().with("key-1", key.verifying_key().unwrap())
}

fn all_keys() -> Vec<(Algorithm, SigningKey)> {
    let pem = |text| SigningKey::from_pem(text).unwrap();
    vec![
        (Algorithm::Ed25519, pem(key!("ed25519.pem"))),
        (Algorithm::EcdsaP256Sha256, pem(key!("p256.sec1.pem"))),
        (Algorithm::EcdsaP384Sha384, pem(key!("p384.pkcs8.pem"))),
        (Algorithm::EcdsaP521Sha512, pem(key!("p521.sec1.pem"))),
        (Algorithm::EcdsaP521Sha512, pem(key!("p521.pkcs8.pem"))),
        (Algorithm::HmacSha256, SigningKey::hmac_sha256(b"a shared secret").unwrap()),
    ]
}

fn profiles() -> Vec<(&'static str, Profile)> {
    vec![
        ("rfc9421", Profile::rfc9421()),
        ("all headers", all_headers()),
        ("draft 6", draft_6()),
        ("always digested", always_digested()),
    ]
}

fn verifier(name: &str, profile: &Profile) -> Verifier {
    let mut policy = policy_for(profile);
    if name == "draft 6" {
        policy.digest = Some(DigestHeader::Digest);
    }
    Verifier::new(policy).with_clock(now)
}

#[test]
fn each_key_signs_and_verifies_with_each_profile() {
    for (name, profile) in profiles() {
        for (algorithm, key) in all_keys() {
            assert_eq!(key.algorithm(), algorithm);
            let keys = keys_of(&key);
            let signer = signer(key, profile.clone());
            for body in [BODY, b""] {
                let verified = send(&signer, body).verify(&verifier(name, &profile), &keys).unwrap();
                assert_eq!((verified.key_id(), verified.created()), ("key-1", now()), "{name}");
            }
        }
    }
}

#[test]
fn the_signature_of_another_key_is_refused() {
    let profile = Profile::rfc9421();
    let sent = send(&signer(SigningKey::hmac_sha256(b"another secret").unwrap(), profile.clone()), BODY);
    for (_, key) in all_keys() {
        let result = sent.verify(&verifier("rfc9421", &profile), &keys_of(&key));
        assert_eq!(result.unwrap_err(), VerifyError::WrongSignature);
    }
}

#[test]
fn the_headers_are_those_that_the_profile_wants() {
    let key = SigningKey::from_pem(key!("p521.sec1.pem")).unwrap();
    let sent = send(&signer(key, all_headers()), BODY);
    let header = |name: &str| sent.headers[name].to_str().unwrap();
    assert_eq!(
        header("signature-input"),
        "sig1=(\"@method\" \"@path\" \"@query\" \"accept\" \"content-digest\" \"content-length\" \"authorization\" \
         \"client-id\" \"content-type\" \"date\")\
         ;keyid=\"key-1\";created=1700000000;expires=1700000030;nonce=\"nonce-1\""
    );
    assert_eq!(header("signature-version"), "15");
    assert_eq!(header("date"), "Tue, 14 Nov 2023 22:13:20 GMT");
    assert_eq!(header("content-length"), "20");
    assert!(header("content-digest").starts_with("sha-512=:"));
    // ASN.1: a sequence.
    assert!(header("signature").starts_with("sig1=:MIG"), "{}", header("signature"));
    assert!(!format!("{:?}", sent.headers["signature"]).contains("MIG"));
}

#[test]
fn a_get_without_query_and_body_covers_what_there_is() {
    let key = SigningKey::from_pem(key!("ed25519.pem")).unwrap();
    let signer = signer(key, all_headers());
    let url: Uri = "https://api.example.com/users".parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("accept", HeaderValue::from_static("application/json"));
    signer.sign_parts(&Method::GET, &url, &mut headers, b"").unwrap();
    let input = headers["signature-input"].to_str().unwrap();
    assert!(input.starts_with("sig1=(\"@method\" \"@path\" \"accept\" \"date\");"), "{input}");
    assert!(!headers.contains_key("content-digest") && !headers.contains_key("content-length"));
}

#[test]
fn a_request_without_a_wanted_header_is_not_signed() {
    let signer = signer(SigningKey::from_pem(key!("ed25519.pem")).unwrap(), all_headers());
    let url: Uri = "https://api.example.com/users".parse().unwrap();
    let mut headers = HeaderMap::new();
    assert_eq!(
        signer.sign_parts(&Method::GET, &url, &mut headers, b"").unwrap_err().to_string(),
        "the component \"accept\" is not in the message"
    );
}

#[test]
fn a_request_is_signed_anew_on_each_attempt() {
    let key = SigningKey::from_pem(key!("ed25519.pem")).unwrap();
    let keys = keys_of(&key);
    let signer = RequestSigner::new(key, "key-1", all_headers()).with_clock(now);
    let mut sent = send(&signer, BODY);
    let verifier = verifier("all headers", &all_headers());
    sent.verify(&verifier, &keys).unwrap();
    assert_eq!(sent.verify(&verifier, &keys).unwrap_err(), VerifyError::Replayed);
    let first = sent.headers["signature-input"].clone();
    let url: Uri = format!("https://api.example.com{TARGET}").parse().unwrap();
    signer.sign_parts(&sent.method, &url, &mut sent.headers, &sent.body).unwrap();
    assert_ne!(sent.headers["signature-input"], first);
    assert_eq!(sent.headers.get_all("signature").iter().count(), 1);
    sent.verify(&verifier, &keys).unwrap();
}

/// A change on the way.
type Tamper = (&'static str, fn(&mut Sent));

fn replace(sent: &mut Sent, header: &'static str, from: &str, to: &str) {
    let value = sent.headers[header].to_str().unwrap();
    assert!(value.contains(from), "{header} has no {from}");
    let value = HeaderValue::from_str(&value.replacen(from, to, 1)).unwrap();
    sent.headers.insert(header, value);
}

const TAMPERS: &[Tamper] = &[
    ("@method", |sent| sent.method = Method::PUT),
    ("@path", |sent| sent.target = TARGET.replace("users", "userz")),
    ("@query", |sent| {
        sent.target = TARGET.replace("limit=10", "limit=11");
    }),
    ("@query gone", |sent| "/users".clone_into(&mut sent.target)),
    ("accept", |sent| replace(sent, "accept", "json", "jsom")),
    ("accept gone", |sent| {
        sent.headers.remove("accept");
    }),
    ("accept twice", |sent| {
        sent.headers.append("accept", HeaderValue::from_static("text/html"));
    }),
    ("authorization", |sent| {
        replace(sent, "authorization", "token", "tokem");
    }),
    ("content-type", |sent| {
        replace(sent, "content-type", "json", "jsom");
    }),
    ("content-length", |sent| {
        replace(sent, "content-length", "20", "21");
    }),
    ("content-digest", |sent| {
        replace(sent, "content-digest", "sha-512=:", "sha-512=:A");
    }),
    ("content-digest gone", |sent| {
        sent.headers.remove("content-digest");
    }),
    ("date", |sent| replace(sent, "date", "22:13:20", "22:13:21")),
    ("client-id", |sent| {
        replace(sent, "client-id", "5ec", "5ed");
    }),
    ("keyid", |sent| replace(sent, "signature-input", "key-1", "key-2")),
    ("keyid of another key", |sent| {
        replace(sent, "signature-input", "key-1", "key-0");
    }),
    ("keyid gone", |sent| {
        replace(sent, "signature-input", ";keyid=\"key-1\"", "");
    }),
    ("created", |sent| {
        replace(sent, "signature-input", "created=1700000000", "created=1700000001");
    }),
    ("created of another type", |sent| {
        replace(sent, "signature-input", "created=1700000000", "created=\"1\"");
    }),
    ("created gone", |sent| {
        replace(sent, "signature-input", ";created=1700000000", "");
    }),
    ("expires", |sent| {
        replace(sent, "signature-input", "expires=1700000030", "expires=1700000031");
    }),
    ("expires gone", |sent| {
        replace(sent, "signature-input", ";expires=1700000030", "");
    }),
    ("nonce", |sent| {
        replace(sent, "signature-input", "nonce-1", "nonce-2");
    }),
    ("nonce gone", |sent| {
        replace(sent, "signature-input", ";nonce=\"nonce-1\"", "");
    }),
    ("one more parameter", |sent| {
        replace(sent, "signature-input", ";nonce", ";tag=\"a\";nonce");
    }),
    ("another algorithm", |sent| {
        replace(sent, "signature-input", ";nonce", ";alg=\"hmac-sha256\";nonce");
    }),
    ("another order", |sent| {
        replace(sent, "signature-input", "\"@method\" \"@path\"", "\"@path\" \"@method\"");
    }),
    ("one component less", |sent| {
        replace(sent, "signature-input", " \"authorization\"", "");
    }),
    ("the method uncovered", |sent| {
        replace(sent, "signature-input", "\"@method\" ", "");
    }),
    ("the digest uncovered", |sent| {
        replace(sent, "signature-input", " \"content-digest\"", "");
    }),
    ("one component more", |sent| {
        replace(sent, "signature-input", "\"accept\"", "\"accept\" \"user-agent\"");
    }),
    ("a component twice", |sent| {
        replace(sent, "signature-input", "\"accept\"", "\"accept\" \"accept\"");
    }),
    ("a component's parameter", |sent| {
        replace(sent, "signature-input", "\"accept\"", "\"accept\";bs");
    }),
    ("a trailer", |sent| {
        replace(sent, "signature-input", "\"accept\"", "\"accept\";tr");
    }),
    ("another label", |sent| {
        replace(sent, "signature-input", "sig1=", "sig2=");
    }),
    ("another label in both", |sent| {
        replace(sent, "signature-input", "sig1=", "sig2=");
        replace(sent, "signature", "sig1=", "sig2=");
    }),
    ("signature", |sent| {
        let value = sent.headers["signature"].to_str().unwrap();
        let middle = value.len() / 2;
        let other = if &value[middle..=middle] == "A" { "B" } else { "A" };
        let value = format!("{}{other}{}", &value[..middle], &value[middle + 1..]);
        sent.headers.insert("signature", HeaderValue::from_str(&value).unwrap());
    }),
    ("signature empty", |sent| {
        sent.headers.insert("signature", HeaderValue::from_static("sig1=::"));
    }),
    ("signature of another type", |sent| {
        sent.headers.insert("signature", HeaderValue::from_static("sig1=1"));
    }),
    ("signature gone", |sent| {
        sent.headers.remove("signature");
    }),
    ("signature-input gone", |sent| {
        sent.headers.remove("signature-input");
    }),
    ("both gone", |sent| {
        sent.headers.remove("signature-input");
        sent.headers.remove("signature");
    }),
    ("body", |sent| sent.body[3] ^= 1),
    ("body longer", |sent| sent.body.push(b' ')),
    ("body shorter", |sent| {
        sent.body.pop();
    }),
    ("body gone", |sent| sent.body.clear()),
];

#[test]
fn a_tampered_byte_is_refused_wherever_it_is() {
    let profile = all_headers();
    for (_, key) in all_keys() {
        let algorithm = key.algorithm();
        let other = SigningKey::from_pem(key!("p256.sec1.pem")).unwrap().verifying_key().unwrap();
        let other = if algorithm == Algorithm::EcdsaP256Sha256 {
            VerifyingKey::hmac_sha256(b"another secret").unwrap()
        } else {
            other
        };
        let keys = keys_of(&key).with("key-0", other);
        let signer = signer(key, profile.clone());
        let verifier = verifier("all headers", &profile);
        for (what, tamper) in TAMPERS {
            let mut sent = send(&signer, BODY);
            tamper(&mut sent);
            let result = sent.verify(&verifier, &keys);
            assert!(result.is_err(), "{what} was taken with {algorithm:?}");
        }
        // Refusals leave nothing behind: the untouched request is still taken.
        send(&signer, BODY).verify(&verifier, &keys).unwrap();
    }
}

#[test]
fn errors_show_nothing_of_the_message() {
    let profile = all_headers();
    let key = SigningKey::from_pem(key!("ed25519.pem")).unwrap();
    let keys = keys_of(&key);
    let signer = signer(key, profile.clone());
    let mut texts = format!("{signer:?} {:?} {keys:?}", verifier("all headers", &profile));
    for (_, tamper) in TAMPERS {
        let mut sent = send(&signer, BODY);
        tamper(&mut sent);
        let error = sent.verify(&verifier("all headers", &profile), &keys).unwrap_err();
        write!(texts, "{error} {error:?}").unwrap();
    }
    for private in ["Bearer", "token", "Ada", "limit", "nonce-1", "5ec16164", "sha-512=:"] {
        assert!(!texts.contains(private), "{private} in {texts}");
    }
}

#[test]
fn time_is_bounded_on_both_sides() {
    let profile = Profile::rfc9421();
    let key = SigningKey::from_pem(key!("ed25519.pem")).unwrap();
    let keys = keys_of(&key);
    let signer = signer(key, profile.clone());
    let check = |verifier: Verifier| send(&signer, BODY).verify(&verifier, &keys).map(drop);
    let policy = || policy_for(&profile);
    assert_eq!(check(Verifier::new(policy()).with_clock(later(90))), Ok(()));
    assert_eq!(check(Verifier::new(policy()).with_clock(later(91))), Err(VerifyError::Expired));
    let early = |seconds| move || now() - Duration::from_secs(seconds);
    assert_eq!(check(Verifier::new(policy()).with_clock(early(30))), Ok(()));
    assert_eq!(check(Verifier::new(policy()).with_clock(early(31))), Err(VerifyError::FromTheFuture));
    let mut short = policy();
    short.max_age = Duration::from_secs(10);
    assert_eq!(check(Verifier::new(short.clone()).with_clock(later(40))), Ok(()));
    assert_eq!(check(Verifier::new(short).with_clock(later(41))), Err(VerifyError::TooOld));
}

#[test]
fn the_memory_against_replay_is_bounded_and_forgets_what_is_too_old() {
    let profile = Profile::rfc9421();
    let key = SigningKey::from_pem(key!("ed25519.pem")).unwrap();
    let keys = keys_of(&key);
    let signer = RequestSigner::new(key, "key-1", profile.clone());
    let mut policy = policy_for(&profile);
    policy.replay_capacity = 2;
    policy.max_age = Duration::from_secs(10);
    let clock = Arc::new(AtomicU64::new(0));
    let at = |seconds: u64| clock.store(seconds, Ordering::Relaxed);
    let read = {
        let clock = clock.clone();
        move || now() + Duration::from_secs(clock.load(Ordering::Relaxed))
    };
    let signer = signer.with_clock(read.clone());
    let verifier = Verifier::new(policy).with_clock(read);
    let first = send(&signer, BODY);
    first.verify(&verifier, &keys).unwrap();
    assert_eq!(first.verify(&verifier, &keys).unwrap_err(), VerifyError::Replayed);
    send(&signer, BODY).verify(&verifier, &keys).unwrap();
    assert_eq!(send(&signer, BODY).verify(&verifier, &keys).unwrap_err(), VerifyError::ReplayCacheFull);
    at(41);
    assert_eq!(first.verify(&verifier, &keys).unwrap_err(), VerifyError::TooOld);
    send(&signer, BODY).verify(&verifier, &keys).unwrap();
}

#[test]
fn what_a_policy_asks_for_is_asked() {
    let profile = Profile::rfc9421();
    let key = SigningKey::from_pem(key!("ed25519.pem")).unwrap();
    let keys = keys_of(&key);
    let sent = send(&signer(key, profile.clone()), BODY);
    let refused = |change: fn(&mut Policy)| {
        let mut policy = policy_for(&profile);
        change(&mut policy);
        sent.verify(&Verifier::new(policy).with_clock(now), &keys).unwrap_err().to_string()
    };
    assert_eq!(
        refused(|policy| {
            policy.required.push(Covered::new(Component::new("accept").unwrap(), When::Always));
        }),
        "the signature does not cover \"accept\""
    );
    assert_eq!(
        refused(|policy| policy.tag = Some("app".to_owned())),
        "the signature is for something else: its parameter `tag` is not the wanted one"
    );
    assert_eq!(
        refused(|policy| policy.parameters.push(Parameter::Algorithm)),
        "the signature's parameter `alg` is missing"
    );
    assert_eq!(
        refused(|policy| policy.algorithms.clear()),
        "the algorithm is not allowed, or not the one that the key has"
    );
}

#[test]
fn a_message_with_two_signatures_needs_a_label() {
    let profile = Profile::rfc9421();
    let key = SigningKey::from_pem(key!("ed25519.pem")).unwrap();
    let keys = keys_of(&key);
    let mut sent = send(&signer(key, profile.clone()), BODY);
    sent.headers.append("signature-input", HeaderValue::from_static("other=();created=1"));
    sent.headers.append("signature", HeaderValue::from_static("other=:AAAA:"));
    let mut policy = policy_for(&profile);
    sent.verify(&Verifier::new(policy.clone()).with_clock(now), &keys).unwrap();
    policy.label = None;
    let result = sent.verify(&Verifier::new(policy).with_clock(now), &keys);
    assert_eq!(result.unwrap_err(), VerifyError::Ambiguous);
}

#[test]
fn ecdsa_signatures_are_read_in_the_encodings_that_are_allowed() {
    for (written, allowed, taken) in [
        (EcdsaEncoding::Fixed, vec![EcdsaEncoding::Fixed], true),
        (EcdsaEncoding::Der, vec![EcdsaEncoding::Der], true),
        (EcdsaEncoding::Fixed, vec![EcdsaEncoding::Der], false),
        (EcdsaEncoding::Der, vec![EcdsaEncoding::Fixed], false),
        (EcdsaEncoding::Der, vec![EcdsaEncoding::Fixed, EcdsaEncoding::Der], true),
    ] {
        let key = SigningKey::from_pem(key!("p521.sec1.pem")).unwrap();
        let keys = keys_of(&key);
        let mut profile = Profile::rfc9421();
        profile.ecdsa = written;
        let mut policy = policy_for(&profile);
        policy.ecdsa = allowed;
        let sent = send(&signer(key, profile), BODY);
        assert_eq!(sent.verify(&Verifier::new(policy).with_clock(now), &keys).is_ok(), taken);
    }
}

#[test]
fn encrypted_keys_are_decrypted_with_the_right_passphrase_alone() {
    let right = "correct horse";
    for (name, text) in [
        ("PKCS#8", key!("p521.encrypted.pem")),
        ("PEM's own encryption", key!("p521.dek-info.pem")),
        ("Ed25519", key!("ed25519.encrypted.pem")),
    ] {
        let error = |result: Result<SigningKey, KeyError>| result.unwrap_err();
        SigningKey::from_encrypted_pem(text, right).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(error(SigningKey::from_pem(text)), KeyError::PassphraseNeeded, "{name}");
        let wrong = error(SigningKey::from_encrypted_pem(text, "incorrect horse"));
        // About one wrong passphrase in 256 gives valid padding; what comes out is no key then.
        assert!(matches!(wrong, KeyError::WrongPassphrase | KeyError::UnsupportedKey), "{name}: {wrong}");
    }
    // An encrypted key is the same key.
    let plain = SigningKey::from_pem(key!("p521.sec1.pem")).unwrap();
    let sent = send(
        &signer(SigningKey::from_encrypted_pem(key!("p521.dek-info.pem"), right).unwrap(), Profile::rfc9421()),
        BODY,
    );
    sent.verify(&verifier("rfc9421", &Profile::rfc9421()), &keys_of(&plain)).unwrap();
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
    let damaged = key!("p521.sec1.pem").replace("MIHc", "MIHd");
    for (text, error) in [
        ("", KeyError::NotPem),
        ("secret", KeyError::NotPem),
        (key!("p256.pub.pem"), KeyError::NoPrivateKey),
        (damaged.as_str(), KeyError::UnsupportedKey),
        (key!("scrypt.pem"), KeyError::UnsupportedEncryption),
        (key!("rsa.pem"), KeyError::UnsupportedKey),
    ] {
        assert_eq!(SigningKey::from_encrypted_pem(text, "correct horse").unwrap_err(), error);
    }
    assert_eq!(SigningKey::hmac_sha256(b"").unwrap_err(), KeyError::EmptySecret);
    let key = SigningKey::from_pem(key!("p521.sec1.pem")).unwrap();
    assert_eq!(format!("{key:?}"), "SigningKey(ecdsa-p521-sha512 [redacted])");
}

#[test]
fn public_keys_come_from_pem_and_from_jwks() {
    let key = SigningKey::from_pem(key!("p256.sec1.pem")).unwrap();
    let sent = send(&signer(key, Profile::rfc9421()), BODY);
    let from_pem = KeySet::new().with("key-1", VerifyingKey::from_pem(key!("p256.pub.pem")).unwrap());
    sent.verify(&verifier("rfc9421", &Profile::rfc9421()), &from_pem).unwrap();

    // RFC 9421, appendix B.1.3 and B.1.4.
    let p256 = r#"{"kty":"EC","crv":"P-256","kid":"ecc","x":"qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA","y":"Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0"}"#;
    let ed25519 = r#"{"kty":"OKP","crv":"Ed25519","kid":"ed","x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}"#;
    assert_eq!(VerifyingKey::from_jwk(p256).unwrap().algorithm(), Algorithm::EcdsaP256Sha256);
    let off_the_curve = p256.replace("Mc4nN", "Nc4nN");
    assert_eq!(VerifyingKey::from_jwk(&off_the_curve).unwrap_err(), KeyError::UnsupportedKey);
    assert_eq!(VerifyingKey::from_jwk("[]").unwrap_err(), KeyError::NotJwk);
    let json = format!(
        r#"{{"keys":[{p256},{ed25519},7,{{"kty":"oct","kid":"shared","k":"AAAA"}},{{"kty":"EC","crv":"P-256","kid":"broken"}},{}]}}"#,
        ed25519.replace("\"ed\"", "\"enc\",\"use\":\"enc\"")
    );
    let keys = KeySet::from_jwks(json.as_bytes()).unwrap();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys.get("ed").unwrap().algorithm(), Algorithm::Ed25519);
    assert!(keys.get("shared").is_none() && keys.get("enc").is_none() && keys.get("broken").is_none());
    assert_eq!(KeySet::from_jwks(b"{}").unwrap_err(), KeyError::NotJwk);
}
