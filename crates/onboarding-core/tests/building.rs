//! What `build` refuses, and where a client's requests go: never to a proxy that could read the credentials.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use onboarding_core::{
    Authenticate, BoxFuture, BuildError, Client, ClientBuilder, Credentials, CredentialsError, HeaderMap, HeaderName,
    HeaderValue, Method, NoDeclaredError, Operation, Retry, SignError, SignInHeaders, SignableRequest, Signer,
    TokenFlow, TokenRequest, TokenSource, VendorClient,
};

use crate::common::{Nowhere, SECRET, Server, Vendor, builder, json, printed};

static GET: Operation = Operation::new("get", Method::GET, "/things");
static FLOW: TokenFlow = TokenFlow::new(TokenRequest::json("/token"))
    .headers(&[("authorization", "Bearer {access_token}"), ("x-client", "{client_id}")]);

/// Whether `https` can be called.
const HAS_TLS: bool = cfg!(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"));

/// A client that could be built with and without TLS.
fn any() -> ClientBuilder<Vendor> {
    ClientBuilder::default().base_url("http://localhost:1/api")
}

/// Adds a header of its own.
#[derive(Debug)]
struct Stamp;

impl Signer for Stamp {
    fn sign(&self, request: &mut SignableRequest<'_>) -> Result<(), SignError> {
        request.headers.insert("x-stamp", HeaderValue::from_static("stamped"));
        Ok(())
    }

    fn header_names(&self) -> Vec<HeaderName> {
        vec![HeaderName::from_static("x-stamp")]
    }
}

/// Sends more headers than it says.
#[derive(Debug)]
struct Undeclared;

impl Authenticate for Undeclared {
    fn sign_in<'a>(
        &'a self,
        _: &'a Client,
        _: Option<&'a SignInHeaders>,
    ) -> BoxFuture<'a, Result<SignInHeaders, CredentialsError>> {
        let mut headers = HeaderMap::new();
        headers.insert("x-key", HeaderValue::from_static("of-the-credentials"));
        Box::pin(std::future::ready(Ok(SignInHeaders::new(headers))))
    }
}

fn twice(builder: ClientBuilder<Vendor>) -> Option<String> {
    match builder.build() {
        Ok(_) => None,
        Err(error @ BuildError::HeaderTwice { .. }) => {
            assert!(!printed(&error).contains(SECRET));
            let BuildError::HeaderTwice { name, remedy } = error else { return None };
            assert!(!remedy.is_empty());
            Some(name)
        }
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn a_header_that_is_sent_in_any_case_is_refused() {
    let fixed = || Credentials::none().header("authorization", SECRET).header("x-client", "1");
    let tokens = || Credentials::none().authenticate(TokenSource::new(&FLOW).given("client_id", "1"));
    for name in ["authorization", "Authorization", "AUTHORIZATION", "X-Client"] {
        for credentials in [fixed(), tokens()] {
            let given = any().credentials(credentials).header(name, SECRET);
            assert_eq!(twice(given), Some(name.to_lowercase()));
        }
        assert_eq!(twice(any().header(name, SECRET)), None, "without credentials it is the caller's own");
    }
    let authenticated = any().credentials(Credentials::none().authenticate(Undeclared));
    assert_eq!(twice(authenticated.header("authorization", SECRET)).as_deref(), Some("authorization"));
    assert_eq!(twice(any().signer(Stamp).header("X-Stamp", "1")).as_deref(), Some("x-stamp"));
    for name in [
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "idempotency-key",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "Content-Type",
    ] {
        assert_eq!(twice(any().header(name, "1")), Some(name.to_lowercase()));
    }
    // Credentials that contradict themselves.
    for credentials in [
        Credentials::none().header("authorization", "1").header("Authorization", "2"),
        tokens().header("authorization", SECRET),
    ] {
        assert_eq!(twice(any().credentials(credentials)).as_deref(), Some("authorization"));
    }
    let repeated = any().header("x-a", "1").header(SECRET, "2").header("X-A", "3").build().unwrap_err();
    assert!(matches!(repeated, BuildError::RepeatedHeader { number: 3 }), "{repeated:?}");
}

#[tokio::test]
async fn of_two_credentials_that_nobody_announced_one_is_sent() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let credentials = Credentials::none().header("x-other", "1").authenticate(Undeclared);
    let client = builder(&server).header("x-key", "of-the-builder").credentials(credentials).build().unwrap().0;
    client.request(&GET).returns_nothing::<NoDeclaredError>().send().await.unwrap();
    let received = &server.received()[0];
    assert_eq!(received.head.to_lowercase().matches("x-key:").count(), 1);
    assert_eq!((received.header("x-key"), received.header("x-other")), (Some("of-the-credentials"), Some("1")));
}

#[test]
fn headers_that_cannot_travel_are_refused_and_neither_name_nor_value_is_shown() {
    let wrong = format!("Bearer {SECRET}");
    for builder in [
        any().header("x-a", format!("{SECRET}\n")),
        any().header("x-a", format!("{SECRET} ")),
        any().header("x-a", format!("\t{SECRET}")),
        any().header("x-a", format!("{SECRET}\u{e9}\u{0}")),
        // Name and value taken for each other.
        any().header(wrong.clone(), "x-api-key"),
        any().header("", SECRET),
        any().user_agent(format!("agent {SECRET}\r\nx-evil: 1")),
        any().user_agent(format!("{SECRET} ")),
        any().credentials(Credentials::none().header("authorization", format!("{SECRET}\n"))),
        any().credentials(Credentials::none().header("authorization", format!("{SECRET} "))),
        any().credentials(Credentials::none().header("Bearer s3cr3t-0f-ann", "authorization")),
    ] {
        let error = builder.build().unwrap_err();
        assert!(matches!(error, BuildError::InvalidHeader { .. }), "{error:?}");
        assert!(!printed(&error).contains(SECRET), "{}", printed(&error));
    }
    let error = any().header("x-a", "1").header("x-b", "\n").build().unwrap_err();
    assert!(error.to_string().contains("number 2 of the headers given to `header`"), "{error}");
}

#[test]
fn limits_that_let_no_call_through_are_refused() {
    let zero = Duration::ZERO;
    for (setting, builder) in [
        ("connect_timeout", any().connect_timeout(zero)),
        ("attempt_timeout", any().attempt_timeout(zero)),
        ("timeout", any().timeout(zero)),
        ("download_timeout", any().download_timeout(zero)),
        ("max_response_bytes", any().max_response_bytes(0)),
        ("max_download_bytes", any().max_download_bytes(0)),
        ("max_concurrent_calls", any().max_concurrent_calls(0)),
        ("rate_limit", any().rate_limit(0, Duration::from_secs(1))),
        ("rate_limit", any().rate_limit(5, zero)),
        ("retry", any().retry(Retry::default().max_attempts(0))),
    ] {
        let error = builder.build().unwrap_err();
        assert!(matches!(error, BuildError::InvalidLimit { setting: of, .. } if of == setting), "{setting}: {error:?}");
        assert!(error.to_string().contains(setting));
    }
    any().timeout(Duration::MAX).attempt_timeout(Duration::MAX).max_concurrent_calls(usize::MAX).build().unwrap();
}

#[test]
fn addresses_that_mean_something_else_are_refused() {
    for given in [
        "https://ann:secret@vendor.invalid",
        "https://ann@vendor.invalid",
        "https://:secret@vendor.invalid",
        "https://vendor.invalid/?key=s3cr3t-0f-ann",
        "https://vendor.invalid/?",
        "https://vendor.invalid/#s3cr3t-0f-ann",
        " https://vendor.invalid",
        "https://vendor.invalid\n",
        "https://vendor.in\tvalid",
        "https://vendor.invalid/a b",
        "https://vendor.invalid:0",
        "https://",
        "ftp://vendor.invalid",
        "vendor.invalid",
        "",
    ] {
        let error = any().base_url(given).build().unwrap_err();
        assert!(matches!(error, BuildError::InvalidBaseUrl { .. }), "{given}: {error:?}");
        assert!(!printed(&error).contains(SECRET));
    }
    let long = format!("https://vendor.invalid/{}", "a".repeat(5000));
    assert!(matches!(any().base_url(long).build(), Err(BuildError::InvalidBaseUrl { .. })));
    for (given, shown) in [
        ("https://vendor.invalid/tenants/s3cr3t-0f-ann", "https://vendor.invalid"),
        ("https://vendor.invalid:8443/s3cr3t-0f-ann/", "https://vendor.invalid:8443"),
        ("http://127.0.0.1:9/s3cr3t-0f-ann", "http://127.0.0.1:9"),
        ("http://[::1]/s3cr3t-0f-ann", "http://[::1]"),
    ] {
        if given.starts_with("https") && !HAS_TLS {
            continue;
        }
        let client = any().base_url(given).build().unwrap();
        for text in [format!("{client:?}"), format!("{client:#?}"), format!("{:?}", client.0.raw(Method::GET, "/x"))] {
            assert!(!text.contains(SECRET), "{text}");
        }
        assert!(format!("{client:?}").contains(&format!("{shown:?}")), "{client:?}");
        assert_eq!(client.0.base_url(), given.trim_end_matches('/'), "whoever asks for it gets it");
    }
}

/// A vendor that refuses requests that are not signed.
#[derive(Debug)]
struct Signing;

impl VendorClient for Signing {
    const VENDOR: &'static str = "signing";
    const USER_AGENT: &'static str = "onboarding-test/0";
    const REQUIRES_SIGNER: bool = true;
    type Environment = Nowhere;
    type Credentials = Credentials;

    fn from_core(_: Client) -> Self {
        Self
    }
}

#[test]
fn a_vendor_that_requires_signatures_gets_no_unsigned_request() {
    let builder = || ClientBuilder::<Signing>::default().base_url("http://localhost:1");
    let error = builder().build().unwrap_err();
    assert!(matches!(error, BuildError::MissingSigner), "{error:?}");
    assert!(error.to_string().contains("`signer`"), "{error}");
    builder().signer(Stamp).build().unwrap();
}

/// Run with and without the features that bring TLS.
#[test]
fn without_tls_https_is_refused_by_name() {
    let built = ClientBuilder::<Vendor>::default().environment(Nowhere).build();
    if HAS_TLS {
        built.unwrap();
    } else {
        let error = built.unwrap_err();
        assert!(matches!(error, BuildError::MissingTls), "{error:?}");
        assert!(error.to_string().contains("`rustls`"), "{error}");
    }
    any().base_url("http://localhost:1").build().unwrap();
}

/// A proxy that writes down what it is sent, and responds that it will not serve.
struct Proxy {
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                note(stream.unwrap(), &log);
            }
        });
        Self { address, seen }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

fn note(mut stream: TcpStream, log: &Mutex<Vec<String>>) {
    let mut buffer = [0; 4096];
    let length = stream.read(&mut buffer).unwrap_or(0);
    log.lock().unwrap().push(String::from_utf8_lossy(&buffer[..length]).into_owned());
    let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}

/// What the process that is run with proxies in its environment is to call.
const CALLED: &str = "ONBOARDING_TEST_CALLED";

/// Calls what it is told to, with credentials.
async fn call_once(how: &str, base_url: &str, proxy: &str) {
    let mut builder = ClientBuilder::<Vendor>::default()
        .base_url(base_url)
        .credentials(Credentials::none().header("authorization", SECRET))
        .retry(Retry::never())
        .timeout(Duration::from_secs(20));
    if how != "as it is" {
        builder = builder.allow_http();
    }
    if how == "by a proxy of its own" {
        let proxy = reqwest::Proxy::all(format!("http://{proxy}")).unwrap();
        builder = builder.http_client_builder(reqwest::Client::builder().proxy(proxy));
    }
    let client = builder.build().unwrap().0;
    // What comes of it is the parent's to see.
    let _ = client.request(&GET).returns_nothing::<NoDeclaredError>().send().await;
}

/// The environment is the process's: this test runs itself again in others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_proxy_of_the_environment_reads_credentials() {
    if let Ok(called) = std::env::var(CALLED) {
        let [how, base_url, proxy] = called.split('|').collect::<Vec<_>>()[..] else { panic!("{called}") };
        call_once(how, base_url, proxy).await;
        return;
    }
    let (server, proxy) = (Server::start(|_, _| json(200, "{}")).await, Proxy::start());
    let run = |how: &str, base_url: &str, variable: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "no_proxy_of_the_environment_reads_credentials"]);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command.env(variable, format!("http://{}", proxy.address));
        let done = command.env(CALLED, [how, base_url, &proxy.address].join("|")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        proxy.take()
    };
    let port = server.port();
    for (index, variable) in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].into_iter().enumerate() {
        for (nth, how) in ["as it is", "allowed", "by a proxy of its own"].into_iter().enumerate() {
            let base_url = ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{port}"));
            assert_eq!(run(how, &base_url[nth % 2], variable), Vec::<String>::new(), "{variable} {how}");
            assert_eq!(server.count(), index * 3 + nth + 1, "it went to the server itself");
        }
        // Another host by plain http: only by a proxy that the service itself names.
        assert_eq!(run("allowed", "http://vendor.invalid", variable), Vec::<String>::new(), "{variable}");
    }
    let seen = run("by a proxy of its own", "http://vendor.invalid", "HTTP_PROXY");
    assert!(seen.len() == 1 && seen[0].starts_with("GET http://vendor.invalid/things"), "{seen:?}");
    if HAS_TLS {
        for variable in ["HTTPS_PROXY", "ALL_PROXY"] {
            let seen = run("as it is", "https://vendor.invalid", variable);
            assert!(seen.len() == 1 && seen[0].starts_with("CONNECT vendor.invalid:443 "), "{seen:?}");
            assert!(!seen[0].contains(SECRET), "it learns where the call goes, and nothing of it");
        }
    }
}

/// Names that end with `.localhost` are this machine (RFC 6761), whatever a resolver says.
#[tokio::test]
async fn names_of_this_machine_are_not_looked_up() {
    /// Says that everything is elsewhere.
    struct Elsewhere;
    impl reqwest::dns::Resolve for Elsewhere {
        fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
            Box::pin(std::future::ready(Err("looked up".into())))
        }
    }
    let server = Server::start(|_, _| json(200, "{}")).await;
    for host in ["localhost", "vendor.localhost"] {
        let setup = reqwest::Client::builder().dns_resolver(Elsewhere);
        let client = builder(&server)
            .base_url(format!("http://{host}:{}", server.port()))
            .http_client_builder(setup)
            .build()
            .unwrap()
            .0;
        client.request(&GET).returns_nothing::<NoDeclaredError>().send().await.unwrap();
    }
}

/// A resolver that panics is the HTTP client's, and does not take the task along.
#[tokio::test]
async fn a_panic_below_the_http_client_is_an_error() {
    /// Panics.
    struct Panics;
    impl reqwest::dns::Resolve for Panics {
        fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
            panic!("with {SECRET}")
        }
    }
    let setup = reqwest::Client::builder().dns_resolver(Panics);
    let client = any().base_url("http://vendor.invalid").allow_http().http_client_builder(setup).build().unwrap().0;
    let error = client.request(&GET).returns_nothing::<NoDeclaredError>().send().await.unwrap_err();
    assert!(!printed(&error).contains(SECRET));
    assert!(matches!(error, onboarding_core::Error::Transport(_)), "{error:?}");
}
