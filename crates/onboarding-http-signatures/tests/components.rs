//! The value of each component, the examples of RFC 9421, section 2, and structured fields of any content.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which `allow-unwrap-in-tests` does not reach")]

mod profiles;

use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use onboarding_http_signatures::{
    Component, ComponentNames, InvalidComponent, KeySet, Message, Parameter, Policy, RequestHead, RequestSigner,
    ResponseHead, SignatureInput, SigningKey, Verifier,
};
use proptest::prelude::*;

/// The line of one component in the signature base.
fn line(component: Result<Component, InvalidComponent>, message: &Message<'_>) -> Result<String, String> {
    let component = component.map_err(|error| error.to_string())?;
    let base = SignatureInput::new(vec![component]).base(message, ComponentNames::Quoted);
    let base = base.map_err(|error| error.to_string())?;
    Ok(base.rsplit_once('\n').unwrap().0.to_owned())
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn request<'a>(target: &'a str, headers: &'a HeaderMap) -> Message<'a> {
    Message::Request(RequestHead::received(&Method::POST, target, headers))
}

#[test]
fn derived_components_are_those_of_the_rfc() {
    let headers = headers(&[("host", "WWW.example.com:443")]);
    let target = "/path?param=value&foo=bar&baz=batman";
    let cases = [
        ("@method", "\"@method\": POST"),
        ("@target-uri", "\"@target-uri\": https://www.example.com/path?param=value&foo=bar&baz=batman"),
        ("@authority", "\"@authority\": www.example.com"),
        ("@scheme", "\"@scheme\": https"),
        ("@request-target", "\"@request-target\": /path?param=value&foo=bar&baz=batman"),
        ("@path", "\"@path\": /path"),
        ("@query", "\"@query\": ?param=value&foo=bar&baz=batman"),
    ];
    for (name, expected) in cases {
        assert_eq!(line(Component::new(name), &request(target, &headers)).unwrap(), expected);
    }
    assert_eq!(line(Component::new("@query"), &request("/path", &headers)).unwrap(), "\"@query\": ?");
    assert_eq!(line(Component::new("@query"), &request("/path?", &headers)).unwrap(), "\"@query\": ?");
    assert_eq!(line(Component::new("@path"), &request("", &headers)).unwrap(), "\"@path\": /");
    let response = Message::Response(ResponseHead::new(StatusCode::OK, &headers));
    assert_eq!(line(Component::new("@status"), &response).unwrap(), "\"@status\": 200");
}

#[test]
fn query_parameters_are_those_of_the_rfc() {
    let headers = HeaderMap::new();
    let target = "/parameters?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something&qux=";
    let cases = [
        ("var", "\"@query-param\";name=\"var\": this%20is%20a%20big%0Amultiline%20value"),
        ("bar", "\"@query-param\";name=\"bar\": with%20plus%20whitespace"),
        ("façade\": ", "\"@query-param\";name=\"fa%C3%A7ade%22%3A%20\": something"),
        ("qux", "\"@query-param\";name=\"qux\": "),
    ];
    for (name, expected) in cases {
        assert_eq!(line(Component::query_param(name), &request(target, &headers)).unwrap(), expected);
    }
    let twice = line(Component::query_param("a"), &request("/?a=1&a=2", &headers));
    assert_eq!(twice.unwrap_err(), "the component \"@query-param\";name=\"a\" occurs more than once");
    let none = line(Component::query_param("b"), &request("/?a=1", &headers));
    assert_eq!(none.unwrap_err(), "the component \"@query-param\";name=\"b\" is not in the message");
}

#[test]
fn header_fields_are_those_of_the_rfc() {
    let headers = headers(&[
        ("host", "www.example.com"),
        ("x-ows-header", "   Leading and trailing whitespace.   "),
        ("cache-control", "max-age=60"),
        ("cache-control", "   must-revalidate"),
        ("example-dict", " a=1,    b=2;x=1;y=2,   c=(a   b   c), d"),
        ("x-empty-header", ""),
        ("example-header", "value, with, lots"),
        ("example-header", "of, commas"),
        ("priority", "u=1,   i"),
    ]);
    let plain = Component::new;
    let dictionary = |key: &str| plain("example-dict").and_then(|field| field.member(key));
    let cases = [
        (plain("x-ows-header"), "\"x-ows-header\": Leading and trailing whitespace."),
        (plain("cache-control"), "\"cache-control\": max-age=60, must-revalidate"),
        (plain("x-empty-header"), "\"x-empty-header\": "),
        (dictionary("a"), "\"example-dict\";key=\"a\": 1"),
        (dictionary("b"), "\"example-dict\";key=\"b\": 2;x=1;y=2"),
        (dictionary("c"), "\"example-dict\";key=\"c\": (a b c)"),
        (dictionary("d"), "\"example-dict\";key=\"d\": ?1"),
        (plain("priority").and_then(Component::structured), "\"priority\";sf: u=1, i"),
        (
            plain("example-header").and_then(Component::bytes),
            "\"example-header\";bs: :dmFsdWUsIHdpdGgsIGxvdHM=:, :b2YsIGNvbW1hcw==:",
        ),
    ];
    for (component, expected) in cases {
        assert_eq!(line(component, &request("/", &headers)).unwrap(), expected);
    }
    let refusals = [
        (plain("missing"), "the component \"missing\" is not in the message"),
        (dictionary("e"), "the component \"example-dict\";key=\"e\" is not in the message"),
        (
            plain("cache-control").and_then(Component::structured),
            "the component \"cache-control\";sf is not a structured field of a known type",
        ),
        (plain("@status"), "the component \"@status\" does not go with this kind of message"),
        (
            plain("host").and_then(Component::of_request),
            "the component \"host\";req does not go with this kind of message",
        ),
    ];
    for (component, expected) in refusals {
        assert_eq!(line(component, &request("/", &headers)).unwrap_err(), expected);
    }
}

#[test]
fn a_response_can_cover_its_request() {
    let (sent, answered) = (headers(&[("host", "example.com"), ("signature", "sig1=:AAAA:")]), HeaderMap::new());
    let head = RequestHead::received(&Method::POST, "/foo", &sent);
    let response = Message::Response(ResponseHead::new(StatusCode::OK, &answered).to_request(head));
    let method = Component::new("@method").and_then(Component::of_request);
    assert_eq!(line(method, &response).unwrap(), "\"@method\";req: POST");
    let signature = Component::new("signature").and_then(Component::of_request);
    let signature = signature.and_then(|field| field.member("sig1"));
    assert_eq!(line(signature, &response).unwrap(), "\"signature\";req;key=\"sig1\": :AAAA:");
    let alone = Message::Response(ResponseHead::new(StatusCode::OK, &answered));
    let method = Component::new("@method").and_then(Component::of_request);
    assert!(line(method, &alone).is_err() && line(Component::new("@method"), &response).is_err());
}

#[test]
fn identifiers_that_are_none_are_refused() {
    let refused = |component: Result<Component, InvalidComponent>| component.unwrap_err();
    for name in ["", "Date", "@nothing", "a b", "a\n", "ä", "@Method", "@signature-params"] {
        assert_eq!(refused(Component::new(name)), InvalidComponent::Name, "{name:?}");
    }
    assert_eq!(refused(Component::new("@query-param")), InvalidComponent::Parameter);
    assert_eq!(refused(Component::new("@path").and_then(Component::bytes)), InvalidComponent::Parameter);
    let both = Component::new("date").and_then(Component::bytes).and_then(Component::structured);
    assert_eq!(refused(both), InvalidComponent::Parameter);
    assert_eq!(refused(Component::new("date").and_then(|date| date.member("ä"))), InvalidComponent::Text);
}

#[test]
fn a_value_cannot_smuggle_in_a_line() {
    let headers = HeaderMap::new();
    let injected = "/path\n\"@method\": DELETE";
    assert!(line(Component::new("@path"), &request(injected, &headers)).is_err());
    let mut latin = HeaderMap::new();
    latin.insert("x-name", HeaderValue::from_bytes(b"Andr\xe9").unwrap());
    assert!(line(Component::new("x-name"), &request("/", &latin)).is_err());
    let bytes = Component::new("x-name").and_then(Component::bytes);
    assert_eq!(line(bytes, &request("/", &latin)).unwrap(), "\"x-name\";bs: :QW5kcuk=:");
}

fn key() -> SigningKey {
    SigningKey::hmac_sha256(b"secret").unwrap()
}

fn clock() -> std::time::SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// A policy that takes what the HMAC key signs.
fn verifier() -> Verifier {
    let mut policy = Policy::rfc9421();
    policy.required.clear();
    policy.algorithms = vec![onboarding_http_signatures::Algorithm::HmacSha256];
    Verifier::new(policy).with_clock(clock)
}

proptest! {
    /// Whatever printable text stands in a parameter, a query or a header comes back as it was written, and verifies.
    #[test]
    fn what_is_written_is_read_again(
        key_id in "[ -~]{0,40}",
        nonce in "[ -~]{0,40}",
        tag in "[ -~]{0,40}",
        value in "[ -~]{0,60}",
        query in "[a-zA-Z0-9%+&=._~-]{0,60}",
        body in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut profile = profiles::all_headers();
        profile.parameters.push(Parameter::Tag);
        profile.tag = Some(tag.clone());
        let signer = RequestSigner::new(key(), key_id.clone(), profile)
            .with_clock(clock)
            .with_nonces({
                let nonce = nonce.clone();
                move || nonce.clone()
            });
        let url: Uri = format!("https://example.com/a?{query}").parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_str(&value).unwrap());
        signer.sign_parts(&Method::PUT, &url, &mut headers, &body).unwrap();
        let head = RequestHead::sent(&Method::PUT, &url, &headers);
        let keys = KeySet::new().with(key_id.clone(), key().verifying_key().unwrap());
        let verified = verifier().verify(&Message::Request(head), &body, &keys).unwrap();
        prop_assert_eq!(verified.key_id(), key_id);
        prop_assert_eq!(verified.input().text(Parameter::Nonce), Some(nonce.as_str()));
        prop_assert_eq!(verified.input().text(Parameter::Tag), Some(tag.as_str()));
    }

    /// Text that no structured field can hold is refused, not mangled.
    #[test]
    fn other_text_is_refused(text in "[ -~]{0,8}[^ -~][ -~]{0,8}") {
        prop_assert!(SignatureInput::new(Vec::new()).with_text(Parameter::Nonce, &text).is_err());
    }

    /// Nothing that can come in makes the verifier panic, and nothing of it is taken.
    #[test]
    fn whatever_comes_in_is_refused(input in "\\PC{0,80}", signature in "\\PC{0,80}", target in "\\PC{0,40}") {
        let mut headers = HeaderMap::new();
        for (name, value) in [("signature-input", input), ("signature", signature)] {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.insert(name, value);
            }
        }
        let keys = KeySet::new().with("", key().verifying_key().unwrap());
        prop_assert!(verifier().verify(&request(&target, &headers), b"", &keys).is_err());
    }

    /// The same with headers that look like those of a signature.
    #[test]
    fn whatever_looks_like_a_signature_is_refused(
        components in proptest::collection::vec(
            ("(date|@path|@query-param|@query|@status|[a-z@-]{0,6})", "(;sf|;bs|;req|;tr|;key=\"a\"|;name=\"a\"|;x=1)?"),
            0..6,
        ),
        parameters in "(;created=(1700000000|1|-1|\"a\"|1\\.5))?(;keyid=(\"\"|\"a\"|7))?(;expires=[0-9]{1,15})?",
    ) {
        let list: Vec<String> = components.iter().map(|(name, rest)| format!("\"{name}\"{rest}")).collect();
        let input = format!("sig1=({}){parameters}", list.join(" "));
        let lines = [("signature-input", input.as_str()), ("signature", "sig1=:AAAA:"), ("date", "now")];
        let headers = headers(&lines);
        let keys = KeySet::new().with("", key().verifying_key().unwrap());
        prop_assert!(verifier().verify(&request("/?a=1", &headers), b"", &keys).is_err());
    }
}
