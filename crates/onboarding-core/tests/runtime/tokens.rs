//! Tokens: obtained, kept, renewed once for all calls that wait, and never lost. Each vendor's flow is the data that its crate would declare.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onboarding_core::{
    BoxFuture, Client, Credentials, CredentialsErrorKind, Error, Expiry, FieldValue, JsonValue, MemoryStore, Method,
    NoDeclaredError, Operation, Retry, Secret, SignError, SignableRequest, Signer, StoreError, StoreLock, TokenFlow,
    TokenRequest, TokenSource, TokenStore, Tokens,
};

use crate::common::{FakeRuntime, Received, SECRET, Server, Step, builder, json, printed, response};

static GET: Operation = Operation::new("get", Method::GET, "/things");
static PUBLIC: Operation = Operation::new("public", Method::GET, "/public").public();
static POST: Operation = Operation::new("create", Method::POST, "/things");

static CODE: TokenFlow = TokenFlow::new(TokenRequest::form("/oauth/token").above_base(2).once().fields(&[
    ("grant_type", FieldValue::Text("authorization_code")),
    ("client_id", FieldValue::Given("client_id")),
    ("client_secret", FieldValue::Given("client_secret")),
    ("code", FieldValue::Given("code")),
    ("redirect_uri", FieldValue::Given("redirect_uri")),
]))
.refresh(
    TokenRequest::form("/oauth/token").above_base(2).fields(&[
        ("grant_type", FieldValue::Text("refresh_token")),
        ("client_id", FieldValue::Given("client_id")),
        ("client_secret", FieldValue::Given("client_secret")),
        ("refresh_token", FieldValue::RefreshToken),
    ]),
    "/refresh_token",
)
.single_use_refresh_token()
.expiry(Expiry::Seconds("/expires_in"));

static EMAIL: TokenFlow = TokenFlow::new(
    TokenRequest::json("/api/v2/signin")
        .fields(&[("email", FieldValue::Given("email")), ("password", FieldValue::Given("password"))]),
)
.access_token("/accessToken/token")
.expiry(Expiry::DateTime("/accessToken/expiresAt"))
.second_factor("/2faRequired");

static ONE_TIME_CODE: TokenFlow =
    TokenFlow::new(TokenRequest::json("/v1/login/").accept("application/vnd.api+json").fields(&[
        ("username", FieldValue::Given("username")),
        ("password", FieldValue::Given("password")),
        ("totp-code", FieldValue::Optional("totp_code")),
        ("interactive", FieldValue::Flag(false)),
    ]))
    .refresh(
        TokenRequest::json("/v1/refresh-token/").fields(&[("refresh-token", FieldValue::RefreshToken)]),
        "/refresh-token",
    )
    .access_token("/access-token");

static CLIENT_CREDENTIALS: TokenFlow =
    TokenFlow::new(TokenRequest::form("/auth/token").headers(&[("x-client-id", "{client_id}")]).fields(&[
        ("grant_type", FieldValue::Text("client_credentials")),
        ("client_id", FieldValue::Given("client_id")),
        ("client_secret", FieldValue::Given("client_secret")),
        ("scope", FieldValue::Given("scope")),
    ]))
    .expiry(Expiry::Seconds("/expires_in"))
    .headers(&[("authorization", "Bearer {access_token}"), ("x-client-id", "{client_id}")]);

fn client_credentials() -> TokenSource {
    TokenSource::new(&CLIENT_CREDENTIALS)
        .given("client_id", "the-client")
        .given("client_secret", SECRET)
        .given("scope", "users:read users:admin")
}

fn code_grant() -> TokenSource {
    TokenSource::new(&CODE)
        .given("client_id", "7")
        .given("client_secret", SECRET)
        .given("code", "the-code")
        .given("redirect_uri", "https://service.invalid/back")
}

fn signed_in(server: &Server, runtime: &FakeRuntime, source: TokenSource) -> Client {
    let credentials = Credentials::none().authenticate(source);
    assert!(!format!("{credentials:?}").contains(SECRET));
    builder(server).credentials(credentials).runtime(runtime.clone()).build().unwrap().0
}

async fn call(client: &Client, operation: &'static Operation) -> Result<(), Error<NoDeclaredError>> {
    client.request(operation).returns_nothing().send().await
}

fn bearer(request: &Received) -> &str {
    request.header("authorization").unwrap_or_default()
}

/// Gives out the tokens `token-1`, `token-2`, …, each good for 1,000 seconds, and accepts the one given out last.
async fn token_server() -> Server {
    let given_out = AtomicUsize::new(0);
    Server::start(move |_, request| {
        if request.path().ends_with("/token") {
            let number = given_out.fetch_add(1, Ordering::SeqCst) + 1;
            let refresh = format!("refresh-{number}");
            if request.text().contains("grant_type=refresh_token")
                && !request.text().contains(&format!("refresh_token=refresh-{}", number - 1))
            {
                return json(400, r#"{"error":"invalid_grant"}"#);
            }
            let token = format!(r#"{{"access_token":"token-{number}","expires_in":1000,"refresh_token":"{refresh}"}}"#);
            return [vec![Step::Pause(Duration::from_millis(50))], json(200, token)].concat();
        }
        let accepted = format!("Bearer token-{}", given_out.load(Ordering::SeqCst));
        json(if bearer(request) == accepted { 200 } else { 401 }, "{}")
    })
    .await
}

#[derive(Clone, Debug, Default)]
struct CountingSigner(Arc<AtomicUsize>);

impl Signer for CountingSigner {
    fn sign(&self, request: &mut SignableRequest<'_>) -> Result<(), SignError> {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let signature = format!("{number} {} {} {}", request.method, request.url.path(), request.body.len());
        request.headers.insert("signature", signature.parse().map_err(|_| SignError::new("no header"))?);
        Ok(())
    }
}

#[tokio::test]
async fn client_credentials_sign_in_and_every_request_is_signed() {
    let server = token_server().await;
    let (runtime, signer) = (FakeRuntime::new(), CountingSigner::default());
    let client = builder(&server)
        .credentials(Credentials::none().authenticate(client_credentials()))
        .signer(signer.clone())
        .runtime(runtime.clone())
        .build()
        .unwrap()
        .0;
    call(&client, &GET).await.unwrap();
    runtime.pass(Duration::from_secs(939));
    call(&client, &GET).await.unwrap();
    assert_eq!(server.count_of("/auth/token"), 1, "the token is not due yet");
    runtime.pass(Duration::from_secs(2));
    call(&client, &GET).await.unwrap();
    let received = server.received();
    assert_eq!(
        received.iter().map(Received::path).collect::<Vec<_>>(),
        ["/auth/token", "/things", "/things", "/auth/token", "/things"]
    );
    let token = &received[0];
    // In which order the fields come depends on the features that serde_json is built with; to the vendor it means nothing.
    let text = token.text();
    let mut fields: Vec<&str> = text.split('&').collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "client_id=the-client",
            "client_secret=s3cr3t-0f-ann",
            "grant_type=client_credentials",
            "scope=users%3Aread+users%3Aadmin"
        ]
    );
    assert_eq!(token.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!((token.header("authorization"), token.header("x-client-id")), (None, Some("the-client")));
    assert_eq!(token.header("signature"), Some(format!("1 POST /auth/token {}", token.body.len()).as_str()));
    assert_eq!((bearer(&received[1]), received[1].header("x-client-id")), ("Bearer token-1", Some("the-client")));
    assert_eq!(bearer(&received[4]), "Bearer token-2");
    assert_eq!(signer.0.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn the_end_is_read_from_the_response_and_a_second_factor_is_reported() {
    let server = Server::start(|number, request| match (request.path(), number) {
        ("/api/v2/signin", 0..4) => {
            json(200, r#"{"2faRequired":false,"accessToken":{"token":"t","expiresAt":"2024-11-06T10:49:37+01:00"}}"#)
        }
        ("/api/v2/signin", _) => json(200, r#"{"2faRequired":true,"accessToken":null}"#),
        _ => json(200, "{}"),
    })
    .await;
    let runtime = FakeRuntime::new();
    let source = TokenSource::new(&EMAIL).given("email", "ann@example.com").given("password", SECRET);
    let client = signed_in(&server, &runtime, source);
    call(&client, &GET).await.unwrap();
    runtime.pass(Duration::from_secs(3530));
    call(&client, &GET).await.unwrap();
    assert_eq!(server.received()[0].text(), r#"{"email":"ann@example.com","password":"s3cr3t-0f-ann"}"#);
    assert_eq!(server.count_of("/api/v2/signin"), 1);
    runtime.pass(Duration::from_secs(71));
    call(&client, &GET).await.unwrap();
    assert_eq!(server.count_of("/api/v2/signin"), 2, "there is nothing to refresh with");
    runtime.pass(Duration::from_secs(3600));
    match call(&client, &GET).await.unwrap_err() {
        Error::Credentials(error) => {
            assert_eq!(error.kind(), CredentialsErrorKind::SecondFactorRequired);
            assert_eq!(error.to_string(), "signing in needs a second factor");
            assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (200, 0));
        }
        error => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_code_is_asked_for_and_the_same_token_refreshes() {
    // The payload of the JWT is {"exp":1730883577}, one hour after the test begins less one.
    let server = Server::start(|number, request| match (request.path(), number) {
        ("/v1/login/", 0) => json(201, r#"{"access-token":"x.eyJleHAiOjE3MzA4ODY1Nzd9.x","refresh-token":"refresh"}"#),
        ("/v1/login/", _) => json(201, r#"{"access-token":"opaque","refresh-token":"refresh-2"}"#),
        ("/v1/refresh-token/", 2) => json(201, r#"{"access-token":"x.eyJleHAiOjE3MzA4OTAxNzd9.x"}"#),
        ("/v1/refresh-token/", _) => json(400, r#"{"errors":[]}"#),
        _ => json(200, "{}"),
    })
    .await;
    let runtime = FakeRuntime::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let source = TokenSource::new(&ONE_TIME_CODE)
        .given("username", "ann")
        .given("password", SECRET)
        .asked("totp_code", move || Some(Secret::new(format!("{:06}", counter.fetch_add(1, Ordering::SeqCst)))));
    let client = signed_in(&server, &runtime, source);
    call(&client, &GET).await.unwrap();
    let login = &server.received()[0];
    assert_eq!(
        serde_json::from_str::<JsonValue>(&login.text()).unwrap(),
        serde_json::json!({ "interactive": false, "password": SECRET, "totp-code": "000000", "username": "ann" })
    );
    assert_eq!(login.header("accept"), Some("application/vnd.api+json"));
    for _ in 0..2 {
        runtime.pass(Duration::from_secs(3600));
        call(&client, &GET).await.unwrap();
    }
    let received = server.received();
    let paths: Vec<&str> = received.iter().map(Received::path).collect();
    assert_eq!(
        paths,
        ["/v1/login/", "/things", "/v1/refresh-token/", "/things", "/v1/refresh-token/", "/v1/login/", "/things"]
    );
    assert_eq!(received[4].text(), r#"{"refresh-token":"refresh"}"#, "it is good for many uses");
    assert_eq!(bearer(&received[6]), "Bearer opaque");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_code_is_exchanged_once_and_every_refresh_token_once() {
    let server = token_server().await;
    let runtime = FakeRuntime::new();
    let client = builder(&server)
        .base_url(format!("{}/api/v2", server.base_url()))
        .credentials(Credentials::none().authenticate(code_grant()))
        .runtime(runtime.clone())
        .build()
        .unwrap()
        .0;
    for _ in 0..3 {
        call(&client, &GET).await.unwrap();
        runtime.pass(Duration::from_secs(1000));
    }
    let received = server.received();
    assert_eq!(
        received.iter().map(Received::path).collect::<Vec<_>>(),
        ["/oauth/token", "/api/v2/things", "/oauth/token", "/api/v2/things", "/oauth/token", "/api/v2/things"]
    );
    assert!(received[0].text().contains("code=the-code"));
    assert!(received[2].text().contains("refresh_token=refresh-1"));
    assert!(received[4].text().contains("refresh_token=refresh-2"));
}

#[tokio::test]
async fn when_a_person_has_to_sign_in_again_the_error_says_so() {
    let server = Server::start(|number, request| match (request.path(), number) {
        ("/oauth/token", 0) => json(200, r#"{"access_token":"a","refresh_token":"r","expires_in":10}"#),
        ("/oauth/token", _) => json(400, format!(r#"{{"error":"{SECRET}"}}"#)),
        _ => json(200, "{}"),
    })
    .await;
    let runtime = FakeRuntime::new();
    let client = signed_in(&server, &runtime, code_grant());
    call(&client, &GET).await.unwrap();
    runtime.pass(Duration::from_secs(10));
    for _ in 0..3 {
        let error = call(&client, &GET).await.unwrap_err();
        assert!(error.is_unauthorized());
        assert!(!printed(&error).contains(SECRET));
        let Error::Credentials(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind(), CredentialsErrorKind::SignInAgain);
        assert_eq!(error.status().unwrap(), 400);
    }
    assert_eq!(server.count_of("/oauth/token"), 2, "a refusal is not asked for again at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_on_an_expired_token_cause_one_refresh() {
    let server = token_server().await;
    let runtime = FakeRuntime::new();
    let client = signed_in(&server, &runtime, code_grant());
    call(&client, &GET).await.unwrap();
    runtime.pass(Duration::from_secs(2000));
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            tokio::spawn({
                let client = client.clone();
                async move { call(&client, &GET).await }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.count_of("/oauth/token"), 2);
    assert_eq!(server.count_of("/things"), 1001);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_is_renewed_once_and_each_call_repeated_once() {
    let server = token_server().await;
    let runtime = FakeRuntime::new();
    let client = signed_in(&server, &runtime, client_credentials());
    call(&client, &GET).await.unwrap();
    // Someone else is given a token: the one at hand is no longer accepted.
    let other = signed_in(&server, &runtime, client_credentials());
    call(&other, &GET).await.unwrap();
    let calls: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn({
                let client = client.clone();
                async move { call(&client, &POST).await }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.count_of("/auth/token"), 3);
    let accepted = server
        .received()
        .iter()
        .filter(|request| request.head.starts_with("POST /things") && bearer(request) == "Bearer token-3")
        .count();
    assert_eq!(accepted, 100, "unsafe calls too are accepted once each");
}

#[tokio::test]
async fn a_second_refusal_is_final() {
    let server = Server::start(|number, request| match request.path() {
        "/auth/token" => json(200, format!(r#"{{"access_token":"t-{number}","expires_in":1000}}"#)),
        _ => json(401, "{}"),
    })
    .await;
    let client = signed_in(&server, &FakeRuntime::new(), client_credentials());
    let error = call(&client, &POST).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (401, 2));
    assert_eq!((server.count_of("/auth/token"), server.count_of("/things")), (2, 2));
}

#[tokio::test]
async fn headers_that_never_change_are_not_tried_twice() {
    let server = Server::start(|_, _| json(401, "{}")).await;
    let credentials = Credentials::none().header("authorization", "ApiKey g-test");
    let client = builder(&server).credentials(credentials).build().unwrap().0;
    let error = call(&client, &GET).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.attempts(), 1);
    assert_eq!(bearer(&server.received()[0]), "ApiKey g-test");
    call(&client, &PUBLIC).await.unwrap_err();
    assert_eq!(server.received()[1].header("authorization"), None);
}

#[tokio::test]
async fn a_failed_renewal_reaches_every_call_that_waits() {
    let server = Server::start(|_, request| match request.path() {
        "/auth/token" => [vec![Step::Pause(Duration::from_millis(100))], json(503, SECRET)].concat(),
        _ => json(200, "{}"),
    })
    .await;
    let runtime = FakeRuntime::new();
    let client = signed_in(&server, &runtime, client_credentials());
    let calls: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn({
                let client = client.clone();
                async move { call(&client, &GET).await }
            })
        })
        .collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(!printed(&error).contains(SECRET));
        let Error::Credentials(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind(), CredentialsErrorKind::Unavailable);
        assert_eq!(error.to_string(), "the vendor's token endpoint responded with 503 Service Unavailable");
    }
    let asked = server.count_of("/auth/token");
    assert_eq!(
        (asked, server.count_of("/things")),
        (3, 0),
        "one renewal, in which the request is repeated as any safe one"
    );
    let error = call(&client, &GET).await.unwrap_err();
    assert!(error.is_server_error() && !error.is_unauthorized());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1)), "half of two seconds by this chance");
    assert_eq!(server.count_of("/auth/token"), asked, "the vendor is left alone for that long");
    runtime.pass(Duration::from_secs(1));
    call(&client, &GET).await.unwrap_err();
    assert_eq!(server.count_of("/auth/token"), asked + 1, "and then asked once more");
}

#[tokio::test]
async fn while_the_token_is_good_a_failed_renewal_does_no_harm() {
    let server = Server::start(|number, request| match (request.path(), number) {
        ("/auth/token", 0) => json(200, r#"{"access_token":"a","expires_in":1000}"#),
        ("/auth/token", _) => json(500, ""),
        _ => json(200, "{}"),
    })
    .await;
    let runtime = FakeRuntime::new();
    let client = signed_in(&server, &runtime, client_credentials());
    call(&client, &GET).await.unwrap();
    runtime.pass(Duration::from_secs(950));
    for _ in 0..3 {
        call(&client, &GET).await.unwrap();
    }
    assert_eq!(server.count_of("/auth/token"), 2, "it is not tried at every call");
    runtime.pass(Duration::from_secs(6));
    call(&client, &GET).await.unwrap();
    assert_eq!(server.count_of("/auth/token"), 3);
}

#[tokio::test]
async fn a_dropped_call_does_not_lose_a_single_use_token() {
    let server = token_server().await;
    let runtime = FakeRuntime::new();
    let client = signed_in(&server, &runtime, code_grant());
    call(&client, &GET).await.unwrap();
    runtime.pass(Duration::from_secs(2000));
    let dropped = tokio::time::timeout(Duration::from_millis(10), call(&client, &GET)).await;
    assert!(dropped.is_err(), "the vendor takes longer than that");
    call(&client, &GET).await.unwrap();
    assert_eq!(server.count_of("/oauth/token"), 2, "the renewal went on, and its response was kept");
}

#[tokio::test]
async fn a_call_waits_for_tokens_no_longer_than_it_may_take() {
    let server = Server::start(|_, _| vec![Step::Pause(Duration::from_secs(30))]).await;
    let client = signed_in(&server, &FakeRuntime::new(), client_credentials());
    let begun = std::time::Instant::now();
    let error = client
        .request(&GET)
        .timeout(Duration::from_millis(100))
        .returns_nothing::<NoDeclaredError>()
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.attempts(), 0, "the call itself was not sent");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn requests_for_tokens_follow_no_redirect_and_tell_what_is_missing() {
    let server = Server::start(|_, request| match request.path() {
        "/auth/token" => response("307 Temporary", &[("location", "/elsewhere")], ""),
        _ => json(200, r#"{"access_token":"a"}"#),
    })
    .await;
    let kind = async |source| match call(&signed_in(&server, &FakeRuntime::new(), source), &GET).await.unwrap_err() {
        Error::Credentials(error) => error.kind(),
        error => panic!("{error:?}"),
    };
    assert_eq!(kind(client_credentials()).await, CredentialsErrorKind::Refused);
    assert_eq!(
        kind(TokenSource::new(&CLIENT_CREDENTIALS).given("client_id", "1")).await,
        CredentialsErrorKind::MissingValue { name: "client_secret" }
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_response_without_a_token_is_malformed() {
    for body in ["{}", r#"{"access_token":""}"#, r#"{"access_token":"a\nb"}"#, "<html>"] {
        let server = Server::start(move |_, _| json(200, body)).await;
        let Error::Credentials(error) =
            call(&signed_in(&server, &FakeRuntime::new(), client_credentials()), &GET).await.unwrap_err()
        else {
            panic!()
        };
        assert_eq!(error.kind(), CredentialsErrorKind::Malformed, "{body}");
    }
}

/// A store that two processes share, with a lock that holds between them.
#[derive(Clone, Debug, Default)]
struct Shared {
    tokens: Arc<MemoryStore>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl TokenStore for Shared {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, StoreError>> {
        self.tokens.load()
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), StoreError>> {
        self.tokens.save(tokens)
    }

    fn lock(&self) -> BoxFuture<'_, Result<StoreLock, StoreError>> {
        Box::pin(async { Ok(Box::new(self.lock.clone().lock_owned().await) as StoreLock) })
    }
}

#[tokio::test]
async fn processes_that_share_a_store_do_not_burn_each_others_tokens() {
    let server = token_server().await;
    let (runtime, store) = (FakeRuntime::new(), Shared::default());
    let processes =
        [code_grant(), code_grant()].map(|source| signed_in(&server, &runtime, source.store(store.clone())));
    for round in 1..=3 {
        let (first, second) = tokio::join!(call(&processes[0], &GET), call(&processes[1], &GET));
        first.unwrap();
        second.unwrap();
        assert_eq!(server.count_of("/oauth/token"), round);
        runtime.pass(Duration::from_secs(1000));
    }
    // A process that begins later, without a code, goes on with what is stored.
    let third = TokenSource::new(&CODE).given("client_id", "7").given("client_secret", SECRET);
    call(&signed_in(&server, &runtime, third.store(store)), &GET).await.unwrap();
    assert_eq!(server.count_of("/oauth/token"), 4);
}

/// A store that takes nothing.
#[derive(Debug)]
struct Full;

impl TokenStore for Full {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, StoreError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn save<'a>(&'a self, _: &'a Tokens) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(std::future::ready(Err("the disk is full".into())))
    }
}

#[tokio::test]
async fn tokens_that_could_not_be_stored_are_used_all_the_same() {
    let server = token_server().await;
    let runtime = FakeRuntime::new();
    let client = signed_in(&server, &runtime, code_grant().store(Full));
    for _ in 0..3 {
        call(&client, &GET).await.unwrap();
        runtime.pass(Duration::from_secs(1000));
    }
    assert_eq!(server.count_of("/oauth/token"), 3);
}

#[tokio::test]
async fn what_is_asked_may_panic_without_harm_to_later_calls() {
    let server = token_server().await;
    let fail = Arc::new(AtomicUsize::new(1));
    let counter = fail.clone();
    let source = client_credentials().asked("scope", move || {
        assert_eq!(counter.swap(0, Ordering::SeqCst), 0, "asked for the first time");
        Some("users:read".into())
    });
    let client =
        builder(&server).retry(Retry::never()).credentials(Credentials::none().authenticate(source)).build().unwrap().0;
    assert!(matches!(call(&client, &GET).await, Err(Error::Credentials(_))));
    call(&client, &GET).await.unwrap();
}
