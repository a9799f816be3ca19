//! What the document lacks can be called all the same.

use std::time::Duration;

use onboarding_core::{
    Credentials, CredentialsErrorKind, Error, HeaderMap, Method, NoDeclaredError, Operation, Retry, Secret, SignError,
    SignableRequest, Signer, TransportErrorKind,
};

use crate::common::{FakeRuntime, Received, SECRET, Server, Step, builder, client, json, printed, response};

static POST: Operation =
    Operation::new("create", Method::POST, "/things").idempotency_key("idempotency-key").accept("text/plain");

/// Signs by copying down what it sees.
#[derive(Debug)]
struct Copyist;

impl Signer for Copyist {
    fn sign(&self, request: &mut SignableRequest<'_>) -> Result<(), SignError> {
        let seen: Vec<String> = request
            .headers
            .iter()
            .map(|(name, value)| format!("{name}={}", value.to_str().unwrap_or_default()))
            .collect();
        let seen = format!("{} {} {} {}", request.method, request.url.path(), seen.join(";"), request.body.len());
        request.headers.insert("signature", seen.parse().map_err(|_| SignError::new("unprintable"))?);
        Ok(())
    }
}

#[derive(Debug)]
struct Keyless;

impl Signer for Keyless {
    fn sign(&self, _: &mut SignableRequest<'_>) -> Result<(), SignError> {
        Err(SignError::new("the key is of an unknown kind"))
    }
}

#[tokio::test]
async fn a_raw_request_is_signed_in_signed_and_repeated() {
    let server =
        Server::start(
            |number, _| {
                if number == 0 { json(503, "") } else { response("418 Teapot", &[], "short and stout") }
            },
        )
        .await;
    let client = builder(&server)
        .credentials(Credentials::none().header("authorization", SECRET))
        .signer(Copyist)
        .runtime(FakeRuntime::new())
        .build()
        .unwrap()
        .0;
    let request = client.raw(Method::PUT, "/new/{id}").path("id", &"a b").query("q", &1_i64).header("x-one", &"1");
    let response = request.json("application/json", "[1]").send_raw().await.unwrap();
    assert_eq!((response.status().as_u16(), response.bytes().as_ref()), (418, b"short and stout".as_slice()));
    let received = server.received();
    assert_eq!(received[1].target(), "/new/a%20b?q=1");
    for request in &received {
        let signature = request.header("signature").unwrap();
        for part in [
            "PUT /new/a%20b ",
            "authorization=s3cr3t-0f-ann",
            "x-one=1",
            "content-type=application/json",
            "accept=",
            "user-agent=",
        ] {
            assert!(signature.contains(part), "{part} in {signature}");
        }
        assert!(signature.ends_with(" 5") && !signature.contains("signature="), "each attempt is signed anew");
    }
}

#[tokio::test]
async fn nothing_is_added_after_signing_but_what_carries_the_message() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let client = builder(&server).signer(Copyist).build().unwrap().0;
    client.request(&POST).json("application/json", "x").send_raw().await.unwrap();
    let received = server.received();
    let signature = received[0].header("signature").unwrap();
    for line in received[0].head.lines().skip(1) {
        let name = line.split(": ").next().unwrap();
        let carries = ["signature", "host", "content-length"].contains(&name);
        assert!(carries || signature.contains(&format!("{name}=")), "{name} was added after signing");
    }
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_sent() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let client = builder(&server).signer(Keyless).build().unwrap().0;
    let error = client.request(&POST).send_raw().await.unwrap_err();
    assert!(printed(&error).contains("the key is of an unknown kind"));
    let Error::Credentials(error) = error else { panic!() };
    assert_eq!((error.kind(), error.attempts(), server.count()), (CredentialsErrorKind::Signing, 0, 0));
}

#[tokio::test]
async fn a_call_takes_further_headers_and_parameters() {
    let server = Server::start(|_, _| json(404, "{}")).await;
    let client = builder(&server)
        .header("accept-language", "en")
        .credentials(Credentials::none().header("authorization", "Bearer of-the-client"))
        .build()
        .unwrap()
        .0;
    let call = client
        .request(&POST)
        .returns_nothing::<NoDeclaredError>()
        .with_header("accept-language", &"ja")
        .with_header("authorization", &Secret::new("Bearer of-the-call"))
        .with_query("debug", &true)
        .timeout(Duration::from_secs(5));
    let response = call.send_raw().await.unwrap();
    assert_eq!(response.status().as_u16(), 404);
    let request = &server.received()[0];
    assert_eq!(request.target(), "/things?debug=true");
    let lines: Vec<&str> = request.head.lines().filter(|line| line.contains("ja") || line.contains("of-the")).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.contains(&"accept-language: ja") && lines.contains(&"authorization: Bearer of-the-call"));
    assert_eq!(request.head.matches("accept-language").count(), 1);
    assert_eq!(request.header("accept"), Some("text/plain"));
}

#[tokio::test]
async fn reqwests_own_builder_cannot_switch_redirects_on() {
    let server = Server::start(|_, _| response("307 Temporary", &[("location", "/elsewhere")], "")).await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::limited(9)).gzip(true);
    let client = builder(&server).http_client_builder(http).build().unwrap().0;
    assert_eq!(client.raw(Method::GET, "/things").send_raw().await.unwrap().status().as_u16(), 307);
    assert_eq!(server.count(), 1);
    assert_eq!(server.received()[0].header("accept-encoding").is_some(), cfg!(feature = "compression"));
}

#[tokio::test]
async fn an_http_client_of_the_services_own_is_taken_as_it_is() {
    let server = Server::start(|number, _| match number {
        0 => response("307 Temporary", &[("location", "/elsewhere")], ""),
        1 => json(503, ""),
        2 => json(200, "[1,2,3]"),
        _ => vec![Step::Pause(Duration::from_secs(60))],
    })
    .await;
    let mut headers = HeaderMap::new();
    headers.insert("x-of-its-own", "there".parse().unwrap());
    let http = reqwest::Client::builder().default_headers(headers).build().unwrap();
    let client = builder(&server)
        .http_client(http)
        .signer(Copyist)
        .retry(Retry::default().first_delay(Duration::from_millis(1)))
        .attempt_timeout(Duration::from_millis(300))
        .max_response_bytes(4)
        .build()
        .unwrap()
        .0;
    // It follows redirects, and what this crate does above it is as ever.
    let error = client.raw(Method::GET, "/things").send_raw().await.unwrap_err();
    let Error::Transport(error) = error else { panic!("{error:?}") };
    assert_eq!((error.kind(), error.attempts()), (TransportErrorKind::ResponseTooLarge, 2));
    let received = server.received();
    assert_eq!(received.iter().map(Received::path).collect::<Vec<_>>(), ["/things", "/elsewhere", "/things"]);
    for request in &received {
        assert_eq!(request.header("x-of-its-own"), Some("there"));
        assert!(!request.header("signature").unwrap().contains("x-of-its-own"), "it was added after the signature");
    }
    let error = client.raw(Method::POST, "/things").send_raw().await.unwrap_err();
    assert!(error.is_timeout() && server.count() == 4, "{error:?}");
}

#[tokio::test]
async fn a_raw_request_is_put_together_at_run_time() {
    let server = Server::start(|_, _| json(200, r#"{"id":7}"#)).await;
    let client = client(&server);
    let filter = std::collections::BTreeMap::from([("kind", vec!["a b"]), ("tags", vec!["x", "y&z"])]);
    let id = 7;
    let request = client.raw(Method::POST, format!("/things/{id}%20b?full=true")).query_of(&filter);
    let request = request.query(&format!("no-{id}"), &true).json_of("application/json", &filter);
    let value: serde_json::Value = request.returns_json::<_, NoDeclaredError>().send().await.unwrap();
    assert_eq!(value["id"], 7);
    let raw = client.raw(Method::PUT, "/things").form_of(&filter).send_raw().await.unwrap();
    assert_eq!(raw.status().as_u16(), 200);
    let received = server.received();
    assert_eq!(received[0].target(), "/things/7%20b?full=true&kind=a+b&tags=x&tags=y%26z&no-7=true");
    assert_eq!(received[0].text(), r#"{"kind":["a b"],"tags":["x","y&z"]}"#);
    assert_eq!(received[1].text(), "kind=a+b&tags=x&tags=y%26z");
}

#[tokio::test]
async fn a_path_of_run_time_is_refused_where_it_leads_elsewhere_and_is_never_shown() {
    let server = Server::start(|_, _| json(404, "{}")).await;
    let client = client(&server);
    for path in ["", "things", "/../secret", "/a/%2e%2e/b", "/a b", "/a#b", "/{id}", "/a?b#c", "\\\\host"] {
        let error = client.raw(Method::GET, path.to_owned()).send_raw().await.unwrap_err();
        let Error::Refused(refused) = &error else { panic!("{path}: {error:?}") };
        assert_eq!(refused.reason, onboarding_core::Refused::Address, "{path}");
    }
    assert_eq!(server.count(), 0);
    let call = client.raw(Method::GET, format!("/people/{SECRET}")).returns_nothing::<NoDeclaredError>();
    let error = call.send().await.unwrap_err();
    assert!(!printed(&error).contains(SECRET));
    assert!(error.to_string().contains("(GET /{path})"), "{error}");
    let nested = serde_json::json!({ "a": { "b": 1 } });
    let error = client.raw(Method::GET, "/things").query_of(&nested).send_raw().await.unwrap_err();
    assert!(error.is_validation() && server.count() == 1);
}
