//! A request that the hook has signed verifies as it comes in, whatever its address looks like.
#![cfg(feature = "signing")]
#![expect(clippy::unwrap_used, reason = "helpers of tests, which `allow-unwrap-in-tests` does not reach")]

use onboarding_core::signing::{
    Algorithm, KeySet, Message, Policy, Profile, RequestHead, RequestSigner, SigningKey, Verifier, VerifyError,
};
use onboarding_core::{HeaderMap, HeaderValue, Method, SignableRequest, Signer, Url};

fn key() -> SigningKey {
    SigningKey::hmac_sha256(b"a shared secret").unwrap()
}

/// What a receiver says of a request that was signed for this address and came in with this target.
fn received(url: &str, target: &str) -> Result<(), VerifyError> {
    let url: Url = url.parse().unwrap();
    let mut headers = HeaderMap::new();
    let signer = RequestSigner::new(key(), "key-1", Profile::rfc9421());
    let mut request = SignableRequest { method: &Method::GET, url: &url, headers: &mut headers, body: b"" };
    signer.sign(&mut request).unwrap();
    headers.insert("host", HeaderValue::from_static("vendor.example:8443"));
    let mut policy = Policy::rfc9421();
    policy.algorithms = vec![Algorithm::HmacSha256];
    let keys = KeySet::new().with("key-1", key().verifying_key().unwrap());
    let head = RequestHead::received(&Method::GET, target, &headers);
    Verifier::new(policy).verify(&Message::Request(head), b"", &keys).map(drop)
}

#[test]
fn what_is_signed_is_the_address_that_is_sent() {
    for (path, sent) in [
        ("", "/"),
        ("/a/../b", "/b"),
        ("/a b|c[d]^e", "/a%20b|c[d]^e"),
        ("/%C3%BC/\u{fc}?\u{e4}=%41&x={y}|`&z=", "/%C3%BC/%C3%BC?%C3%A4=%41&x={y}|`&z="),
        ("/a?", "/a?"),
        ("/a?b#c", "/a?b"),
    ] {
        for authority in ["vendor.example:8443", "Vendor.Example:8443", "user:secret@vendor.example:8443"] {
            assert_eq!(received(&format!("https://{authority}{path}"), sent), Ok(()), "{authority}{path}");
        }
    }
    assert_eq!(received("https://vendor.example:8443/a", "/b"), Err(VerifyError::WrongSignature));
    assert_eq!(received("https://other.example:8443/a", "/a"), Err(VerifyError::WrongSignature));
}

#[test]
fn the_hook_names_every_header_that_it_adds() {
    let mut profile = Profile::rfc9421();
    profile.date = true;
    profile.content_length = true;
    let signer = RequestSigner::new(key(), "key-1", profile);
    let (url, mut headers) = ("https://vendor.example/".parse().unwrap(), HeaderMap::new());
    signer.sign(&mut SignableRequest { method: &Method::POST, url: &url, headers: &mut headers, body: b"{}" }).unwrap();
    let mut named: Vec<String> = Signer::header_names(&signer).iter().map(ToString::to_string).collect();
    let mut added: Vec<String> = headers.keys().map(ToString::to_string).collect();
    named.sort();
    added.sort();
    assert_eq!(named, added);
}
