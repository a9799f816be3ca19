//! The published vectors: RFC 9421, appendix B.2, and RFC 9530. Bases byte for byte, signatures made where they are
//! deterministic, verified where they are not.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which `allow-unwrap-in-tests` does not reach")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use onboarding_http_signatures::{
    Algorithm, BodyDigest, Component, ComponentNames, Covered, DigestAlgorithm, DigestHeader, KeySet, Message,
    Parameter, Policy, Profile, RequestHead, RequestSigner, ResponseHead, SignatureInput, SigningKey, Verifier,
    VerifyingKey, When,
};

const RSA_PSS: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----
";
const ECC_P256: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----
";
const ED25519: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
";
const ED25519_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
";
const SHARED_SECRET: &str = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";

const REQUEST_BODY: &[u8] = br#"{"hello": "world"}"#;
const RESPONSE_BODY: &[u8] = br#"{"message": "good dog"}"#;
const CREATED: u64 = 1_618_884_473;

struct Vector {
    label: &'static str,
    key_id: &'static str,
    components: fn() -> Vec<Component>,
    parameters: fn(SignatureInput) -> SignatureInput,
    base: &'static str,
    signature: &'static str,
    of_response: bool,
}

fn named(names: &[&str]) -> Vec<Component> {
    names.iter().map(|name| Component::new(name).unwrap()).collect()
}

fn created() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(CREATED)
}

fn with_key(input: SignatureInput, key_id: &str) -> SignatureInput {
    let input = input.with_time(Parameter::Created, created()).unwrap();
    input.with_text(Parameter::KeyId, key_id).unwrap()
}

fn vectors() -> Vec<Vector> {
    vec![
        Vector {
            label: "sig-b21",
            key_id: "test-key-rsa-pss",
            components: Vec::new,
            parameters: |input| {
                with_key(input, "test-key-rsa-pss").with_text(Parameter::Nonce, "b3k2pp5k7z-50gnwp.yemd").unwrap()
            },
            base: r#""@signature-params": ();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd""#,
            signature: "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
            of_response: false,
        },
        Vector {
            label: "sig-b22",
            key_id: "test-key-rsa-pss",
            components: || {
                let mut components = named(&["@authority", "content-digest"]);
                components.push(Component::query_param("Pet").unwrap());
                components
            },
            parameters: |input| {
                with_key(input, "test-key-rsa-pss").with_text(Parameter::Tag, "header-example").unwrap()
            },
            base: r#""@authority": example.com
"content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:
"@query-param";name="Pet": dog
"@signature-params": ("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example""#,
            signature: "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==",
            of_response: false,
        },
        Vector {
            label: "sig-b23",
            key_id: "test-key-rsa-pss",
            components: || {
                named(&[
                    "date",
                    "@method",
                    "@path",
                    "@query",
                    "@authority",
                    "content-type",
                    "content-digest",
                    "content-length",
                ])
            },
            parameters: |input| with_key(input, "test-key-rsa-pss"),
            base: r#""date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@query": ?param=Value&Pet=dog
"@authority": example.com
"content-type": application/json
"content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss""#,
            signature: "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
            of_response: false,
        },
        Vector {
            label: "sig-b24",
            key_id: "test-key-ecc-p256",
            components: || named(&["@status", "content-type", "content-digest", "content-length"]),
            parameters: |input| with_key(input, "test-key-ecc-p256"),
            base: r#""@status": 200
"content-type": application/json
"content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:
"content-length": 23
"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256""#,
            signature: "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
            of_response: true,
        },
        Vector {
            label: "sig-b25",
            key_id: "test-shared-secret",
            components: || named(&["date", "@authority", "content-type"]),
            parameters: |input| with_key(input, "test-shared-secret"),
            base: r#""date": Tue, 20 Apr 2021 02:07:55 GMT
"@authority": example.com
"content-type": application/json
"@signature-params": ("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret""#,
            signature: "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
            of_response: false,
        },
        Vector {
            label: "sig-b26",
            key_id: "test-key-ed25519",
            components: || named(&["date", "@method", "@path", "@authority", "content-type", "content-length"]),
            parameters: |input| with_key(input, "test-key-ed25519"),
            base: r#""date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#,
            signature: "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
            of_response: false,
        },
    ]
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
}

fn request_headers() -> HeaderMap {
    headers(&[
        ("host", "example.com"),
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        (
            "content-digest",
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        ),
        ("content-length", "18"),
    ])
}

fn response_headers() -> HeaderMap {
    headers(&[
        ("date", "Tue, 20 Apr 2021 02:07:56 GMT"),
        ("content-type", "application/json"),
        (
            "content-digest",
            "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
        ),
        ("content-length", "23"),
    ])
}

fn message<'a>(vector: &Vector, headers: &'a HeaderMap) -> Message<'a> {
    if vector.of_response {
        return Message::Response(ResponseHead::new(StatusCode::OK, headers));
    }
    Message::Request(RequestHead::received(&Method::POST, "/foo?param=Value&Pet=dog", headers))
}

fn own_headers(vector: &Vector) -> HeaderMap {
    if vector.of_response { response_headers() } else { request_headers() }
}

#[test]
fn the_bases_are_those_of_the_rfc_byte_for_byte() {
    for vector in vectors() {
        let headers = own_headers(&vector);
        let input = (vector.parameters)(SignatureInput::new((vector.components)()));
        let base = input.base(&message(&vector, &headers), ComponentNames::Quoted).unwrap();
        assert_eq!(base, vector.base, "{}", vector.label);
    }
}

fn keys() -> KeySet {
    KeySet::new()
        .with("test-key-rsa-pss", VerifyingKey::from_pem(RSA_PSS).unwrap())
        .with("test-key-ecc-p256", VerifyingKey::from_pem(ECC_P256).unwrap())
        .with("test-key-ed25519", VerifyingKey::from_pem(ED25519).unwrap())
        .with("test-shared-secret", VerifyingKey::hmac_sha256(&STANDARD.decode(SHARED_SECRET).unwrap()).unwrap())
}

fn verifier(label: &str, algorithms: &[Algorithm]) -> Verifier {
    let mut policy = Policy::rfc9421();
    policy.label = Some(label.to_owned());
    policy.required = Vec::new();
    policy.digest = None;
    policy.algorithms = algorithms.to_vec();
    Verifier::new(policy).with_clock(created)
}

const ALL: [Algorithm; 4] =
    [Algorithm::RsaPssSha512, Algorithm::EcdsaP256Sha256, Algorithm::HmacSha256, Algorithm::Ed25519];

fn signed_headers(vector: &Vector) -> HeaderMap {
    let mut headers = own_headers(vector);
    let input = (vector.parameters)(SignatureInput::new((vector.components)()));
    let input = format!("{}={}", vector.label, input.to_text());
    headers.insert("signature-input", HeaderValue::from_str(&input).unwrap());
    let signature = format!("{}=:{}:", vector.label, vector.signature);
    headers.insert("signature", HeaderValue::from_str(&signature).unwrap());
    headers
}

#[test]
fn the_signatures_of_the_rfc_are_verified() {
    for vector in vectors() {
        let headers = signed_headers(&vector);
        let body = if vector.of_response { RESPONSE_BODY } else { REQUEST_BODY };
        let verified = verifier(vector.label, &ALL).verify(&message(&vector, &headers), body, &keys()).unwrap();
        assert_eq!((verified.label(), verified.key_id()), (vector.label, vector.key_id));
    }
}

#[test]
fn deterministic_signatures_of_the_rfc_are_made_again() {
    let shared_secret = STANDARD.decode(SHARED_SECRET).unwrap();
    for (label, key) in [
        ("sig-b25", SigningKey::hmac_sha256(&shared_secret).unwrap()),
        ("sig-b26", SigningKey::from_pem(ED25519_PRIVATE).unwrap()),
    ] {
        let vectors = vectors();
        let vector = vectors.iter().find(|vector| vector.label == label).unwrap();
        let mut profile = Profile::rfc9421();
        profile.label = vector.label.to_owned();
        profile.digest = BodyDigest::Never;
        profile.parameters = vec![Parameter::Created, Parameter::KeyId];
        profile.components = (vector.components)().into_iter().map(|part| Covered::new(part, When::Always)).collect();
        let signer = RequestSigner::new(key, vector.key_id, profile).with_clock(created);
        let url = "http://example.com/foo?param=Value&Pet=dog".parse().unwrap();
        let mut headers = request_headers();
        signer.sign_parts(&Method::POST, &url, &mut headers, REQUEST_BODY).unwrap();
        let expected = signed_headers(vector);
        assert_eq!(headers["signature"], expected["signature"]);
        assert_eq!(headers["signature-input"], expected["signature-input"]);
    }
}

#[test]
fn the_signatures_of_the_rfc_fail_once_a_byte_of_them_is_changed() {
    for vector in vectors() {
        let mut headers = signed_headers(&vector);
        let mut signature = STANDARD.decode(vector.signature).unwrap();
        signature[7] ^= 1;
        let signature = format!("{}=:{}:", vector.label, STANDARD.encode(signature));
        headers.insert("signature", HeaderValue::from_str(&signature).unwrap());
        let result = verifier(vector.label, &ALL).verify(&message(&vector, &headers), REQUEST_BODY, &keys());
        assert_eq!(result.unwrap_err().to_string(), "the signature is wrong", "{}", vector.label);
    }
}

#[test]
fn a_key_of_an_algorithm_that_is_not_allowed_is_refused() {
    let vectors = vectors();
    let vector = vectors.iter().find(|vector| vector.label == "sig-b25").unwrap();
    let headers = signed_headers(vector);
    let verifier = verifier(vector.label, &[Algorithm::Ed25519]);
    let result = verifier.verify(&message(vector, &headers), REQUEST_BODY, &keys());
    assert!(result.unwrap_err().to_string().contains("algorithm is not allowed"));
}

#[test]
fn the_digests_are_those_of_the_rfcs() {
    // RFC 9530, appendix B.1, and RFC 9421, appendix B.2.
    let content = DigestHeader::ContentDigest;
    let old = DigestHeader::Digest;
    assert_eq!(
        content.value(DigestAlgorithm::Sha256, b"{\"hello\": \"world\"}\n"),
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    );
    assert_eq!(
        content.value(DigestAlgorithm::Sha256, REQUEST_BODY),
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    );
    assert_eq!(
        content.value(DigestAlgorithm::Sha512, REQUEST_BODY),
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
    );
    // RFC 3230's form, with the value of RFC 5843.
    assert_eq!(
        old.value(DigestAlgorithm::Sha256, b"{\"hello\": \"world\"}\n"),
        "SHA-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="
    );
    // A vendor's own example.
    assert_eq!(
        content.value(DigestAlgorithm::Sha512, br#"{"key": "value"}"#),
        "sha-512=:Hd9/AvGZkbjitW1+Ml8Fg1ux1mtcDYe6mLQjDyoowIWa3LM/PmwN2v9O+MjtQGrCA3EQWUL54dlgxKHyYbrucw==:"
    );
}

#[test]
fn each_form_of_a_digest_is_checked() {
    let check = |header: DigestHeader, name: &'static str, value: &str| {
        let result = header.verify(&headers(&[(name, value)]), REQUEST_BODY);
        result.map_err(|error| error.to_string())
    };
    let (content, old) = (DigestHeader::ContentDigest, DigestHeader::Digest);
    let right = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
    let wrong = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
    let old_right = "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=";
    assert_eq!(check(content, "content-digest", right), Ok(()));
    assert_eq!(check(content, "content-digest", &format!("md5=:AAAA:, {right}")), Ok(()));
    assert_eq!(check(old, "digest", old_right), Ok(()));
    assert_eq!(check(old, "digest", &format!("MD5=AAAA, {old_right}")), Ok(()));
    let cases = [
        (content, "content-digest", wrong.to_owned(), "the body does not match the header `content-digest`"),
        (content, "content-digest", "sha-256=:AAAA:".to_owned(), "the body does not match the header `content-digest`"),
        (content, "content-digest", "sha-256=1".to_owned(), "the header `content-digest` is not of the right form"),
        (content, "content-digest", "md5=:AAAA:".to_owned(), "the header `content-digest` has no SHA-256 or SHA-512"),
        (content, "content-digest", "?".to_owned(), "the header `content-digest` is not of the right form"),
        (content, "digest", right.to_owned(), "the header `content-digest` is missing"),
        (old, "digest", "SHA-256".to_owned(), "the header `digest` is not of the right form"),
        (old, "digest", format!("{old_right}, SHA-512=AAAA"), "the body does not match the header `digest`"),
    ];
    for (header, name, value, error) in cases {
        assert_eq!(check(header, name, &value), Err(error.to_owned()), "{value}");
    }
}
