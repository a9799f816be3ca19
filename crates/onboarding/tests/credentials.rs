//! Every vendor's sign-in against a server on loopback: what is sent for tokens, and that no credential is ever shown,
//! neither by `Debug` nor by an error nor by any layer's logs at their finest level.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use onboarding::{amiqus, b2core, carium, griffin, upvest};
use onboarding_testing::shown::told;
use serde_json::{Value, json};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt as _;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

/// Everything that was logged by any layer.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    // Every layer but the server, which is the vendor's side and prints what it receives.
    let layers = Targets::new().with_default(LevelFilter::TRACE).with_target("wiremock", LevelFilter::OFF);
    // `init` also takes what is logged by way of the `log` crate.
    registry().with(fmt::layer().with_writer(log.clone()).with_filter(layers)).init();
    log
});

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// Everything that an error shows, with its sources.
fn shown<T: Debug, E: std::error::Error + 'static>(result: Result<T, E>) -> String {
    told(&result.unwrap_err())
}

/// What a vendor does.
struct Vendor {
    /// Where it gives out tokens; `None` where it does not.
    tokens: Option<&'static str>,
    /// The response to the first request for a token and to the second.
    responses: [Value; 2],
}

/// What of a script may be shown to nobody, and everything that was shown.
struct Script {
    secrets: Vec<&'static str>,
    shown: String,
}

impl Script {
    fn new(secrets: &[&'static str]) -> Self {
        LazyLock::force(&LOG);
        Self { secrets: secrets.to_vec(), shown: String::new() }
    }

    fn show(&mut self, text: impl AsRef<str>) {
        self.shown.push_str(text.as_ref());
        self.shown.push('\n');
    }

    /// Runs a vendor's client through sign-in, a refused token, a response that cannot be read, a failure, a refused sign-in, a sign-in
    /// whose response cannot be read and a vendor that is gone. `call` builds a client of the address, calls it as often as it is told,
    /// and shows everything.
    async fn run(&mut self, vendor: &Vendor, call: impl AsyncFn(String, usize) -> String) -> Vec<Request> {
        let server = MockServer::start().await;
        if let Some(token_path) = vendor.tokens {
            let given = AtomicUsize::new(0);
            let responses = vendor.responses.clone();
            let response = move |_: &Request| {
                ResponseTemplate::new(200).set_body_json(&responses[given.fetch_add(1, Ordering::SeqCst).min(1)])
            };
            Mock::given(path(token_path)).respond_with(response).mount(&server).await;
        }
        let called = AtomicUsize::new(0);
        let response = move |_: &Request| match called.fetch_add(1, Ordering::SeqCst) {
            0 => ResponseTemplate::new(401).set_body_json(json!({ "error": "Unauthenticated." })),
            1 => ResponseTemplate::new(200).set_body_string("[}"),
            _ => ResponseTemplate::new(500).set_body_string("down"),
        };
        Mock::given(any()).respond_with(response).with_priority(6).mount(&server).await;
        let shown = call(server.uri(), 2).await;
        self.show(shown);
        let received = server.received_requests().await.unwrap();

        if vendor.tokens.is_some() {
            // A vendor that hands back what it refuses, and one whose token stands in the wrong place.
            for (status, body) in [(401, self.secrets.join(" ")), (200, json!([vendor.responses[0]]).to_string())] {
                let server = MockServer::start().await;
                Mock::given(any())
                    .respond_with(ResponseTemplate::new(status).set_body_string(body))
                    .mount(&server)
                    .await;
                let shown = call(server.uri(), 1).await;
                self.show(shown);
            }
        }
        let gone = MockServer::start().await.uri();
        let shown = call(gone, 1).await;
        self.show(shown);
        received
    }

    /// Each secret was sent, which proves that it was in play, and none was shown.
    fn end(self, vendor: &str, received: &[Request], sent: &[&str]) {
        let mut wire = String::new();
        for request in received {
            let _ = write!(wire, "{} {:?} ", request.url, request.headers);
            for value in request.headers.values() {
                wire.push_str(&String::from_utf8_lossy(value.as_bytes()));
            }
            wire.push_str(&String::from_utf8_lossy(&request.body));
        }
        for secret in sent {
            assert!(wire.contains(secret), "{vendor}: a secret was never sent");
        }
        let log = LOG.text();
        assert!(log.contains("TRACE hyper") && log.contains(vendor), "{vendor}: too little was logged");
        for secret in &self.secrets {
            assert!(!self.shown.contains(secret), "{vendor}: {secret} was shown in\n{}", self.shown);
            let line = log.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{vendor}: {secret} was logged");
        }
    }
}

/// The body of a request for tokens, as its members.
fn members(request: &Request) -> BTreeMap<String, Value> {
    if request.headers["content-type"] == "application/x-www-form-urlencoded" {
        return url::form_urlencoded::parse(&request.body)
            .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
            .collect();
    }
    serde_json::from_slice(&request.body).unwrap()
}

fn paths(received: &[Request]) -> Vec<&str> {
    received.iter().map(|request| request.url.path()).collect()
}

#[tokio::test]
async fn amiqus_trades_the_code_and_refreshes() {
    let secrets =
        ["amiqus-secret", "amiqus-code", "amiqus-access-1", "amiqus-access-2", "amiqus-refresh-1", "amiqus-refresh-2"];
    let mut script = Script::new(&secrets);
    let token = |number: usize| {
        json!({
            "token_type": "Bearer",
            "expires_in": 31_536_000,
            "access_token": format!("amiqus-access-{number}"),
            "refresh_token": format!("amiqus-refresh-{number}"),
        })
    };
    let vendor = Vendor { tokens: Some("/oauth/token"), responses: [token(1), token(2)] };
    let call = async |address: String, calls: usize| {
        let credentials = amiqus::Credentials::authorization_code("7", "amiqus-secret")
            .code("amiqus-code")
            .redirect_uri("https://service.example/back");
        let mut text = format!("{credentials:?}");
        let builder = amiqus::Client::builder().base_url(format!("{address}/api/v2")).credentials(credentials);
        let _ = write!(text, "{builder:?}");
        let client = builder.build().unwrap();
        for _ in 0..calls {
            text.push_str(&shown(client.get_current_user().send().await));
        }
        text + &format!("{client:?}{:?}", client.get_current_user())
    };
    let received = script.run(&vendor, call).await;
    assert_eq!(paths(&received)[..4], ["/oauth/token", "/api/v2/me", "/oauth/token", "/api/v2/me"]);
    let expected = json!({
        "grant_type": "authorization_code", "client_id": "7", "client_secret": "amiqus-secret", "code": "amiqus-code",
        "redirect_uri": "https://service.example/back",
    });
    assert_eq!(json!(members(&received[0])), expected);
    let expected = json!({
        "grant_type": "refresh_token", "client_id": "7", "client_secret": "amiqus-secret",
        "refresh_token": "amiqus-refresh-1",
    });
    assert_eq!(json!(members(&received[2])), expected);
    script.end("amiqus", &received, &secrets[..5]);
}

#[test]
fn amiqus_sends_people_to_the_page_on_which_they_agree() {
    let application =
        amiqus::Credentials::authorization_code("7", "secret").redirect_uri("https://service.example/back?a=b");
    assert_eq!(
        application.authorize_url("a state").unwrap().as_str(),
        "https://id.amiqus.co/oauth/authorize?response_type=code&client_id=7\
         &redirect_uri=https%3A%2F%2Fservice.example%2Fback%3Fa%3Db&state=a+state"
    );
    let error = amiqus::Credentials::authorization_code("7", "secret").authorize_url("state").unwrap_err();
    assert_eq!(error.to_string(), "signing in needs `redirect_uri`, which was not given");
}

#[tokio::test]
async fn b2core_signs_in_with_email_and_password() {
    let secrets = ["b2core-password", "b2core-access-1", "b2core-access-2"];
    let mut script = Script::new(&secrets);
    let token = |number: usize| {
        let token = format!("b2core-access-{number}");
        json!({ "2faRequired": false, "accessToken": { "token": token, "expiresAt": "2124-11-06T10:49:37+01:00" } })
    };
    let vendor = Vendor { tokens: Some("/api/v2/signin"), responses: [token(1), token(2)] };
    let call = async |address: String, calls: usize| {
        let credentials = b2core::Credentials::password("ann@example.com", "b2core-password");
        let mut text = format!("{credentials:?}");
        let client = b2core::Client::builder().base_url(address).credentials(credentials).build().unwrap();
        for _ in 0..calls {
            text.push_str(&shown(client.list_clients().send().await));
        }
        text + &format!("{client:?}")
    };
    let received = script.run(&vendor, call).await;
    assert_eq!(json!(members(&received[0])), json!({ "email": "ann@example.com", "password": "b2core-password" }));
    script.end("b2core", &received, &secrets);
}

#[tokio::test]
async fn carium_signs_in_with_a_code_and_refreshes() {
    let secrets = ["carium-password", "carium-code", "carium-access-1", "carium-access-2", "carium-refresh"];
    let mut script = Script::new(&secrets);
    let vendor = Vendor {
        tokens: Some("/v1/login/"),
        responses: [1, 2].map(
            |number| json!({ "access-token": format!("carium-access-{number}"), "refresh-token": "carium-refresh" }),
        ),
    };
    let call = async |address: String, calls: usize| {
        let credentials =
            carium::Credentials::password("ann", "carium-password").totp_code(|| Some("carium-code".into()));
        let mut text = format!("{credentials:?}");
        let client = carium::Client::builder().base_url(address).credentials(credentials).build().unwrap();
        for _ in 0..calls {
            text.push_str(&shown(client.list_organizations().send().await));
        }
        text + &format!("{client:?}")
    };
    let received = script.run(&vendor, call).await;
    let expected =
        json!({ "username": "ann", "password": "carium-password", "totp-code": "carium-code", "interactive": false });
    assert_eq!(json!(members(&received[0])), expected);
    let refresh = received.iter().find(|request| request.url.path() == "/v1/refresh-token/").unwrap();
    assert_eq!(json!(members(refresh)), json!({ "refresh-token": "carium-refresh" }));
    script.end("carium", &received, &[secrets[0], secrets[1], secrets[2], secrets[4]]);
}

#[tokio::test]
async fn griffin_sends_its_key() {
    // A path in the base URL may say which customer of the vendor it is.
    let secrets = ["griffin-key", "griffin-tenant"];
    let mut script = Script::new(&secrets);
    let call = async |address: String, calls: usize| {
        let credentials = griffin::Credentials::api_key("griffin-key");
        let mut text = format!("{credentials:?}");
        let client = griffin::Client::builder()
            .base_url(format!("{address}/griffin-tenant"))
            .credentials(credentials)
            .build()
            .unwrap();
        for _ in 0..calls {
            text.push_str(&shown(client.get_index().send().await));
        }
        text + &format!("{client:?}")
    };
    let received = script.run(&Vendor { tokens: None, responses: [json!(null), json!(null)] }, call).await;
    assert_eq!(received[0].headers["authorization"], "GriffinAPIKey griffin-key");
    script.end("griffin", &received, &secrets);
}

#[tokio::test]
async fn upvest_signs_in_and_signs_every_request() {
    const PEM: &str = include_str!("../../onboarding-http-signatures/tests/keys/ed25519.pem");
    let secrets = ["upvest-secret", "upvest-access-1", "upvest-access-2"];
    let mut script = Script::new(&secrets);
    script.secrets.extend(PEM.lines().filter(|line| !line.starts_with('-')));
    let vendor = Vendor {
        tokens: Some("/auth/token"),
        responses: [1, 2].map(|number| {
            json!({
                "access_token": format!("upvest-access-{number}"), "expires_in": 1799, "token_type": "bearer",
                "scope": "users:read",
            })
        }),
    };
    let call = async |address: String, calls: usize| {
        use upvest::signing::{self, RequestSigner, SigningKey};

        let credentials = upvest::Credentials::client_credentials("the-client", "upvest-secret", "users:read");
        let signer = RequestSigner::new(SigningKey::from_pem(PEM).unwrap(), "key", signing::profile());
        let mut text = format!("{credentials:?} {signer:?}");
        let client =
            upvest::Client::builder().base_url(address).credentials(credentials).signer(signer).build().unwrap();
        for _ in 0..calls {
            text.push_str(&shown(client.list_users().send().await));
        }
        text + &format!("{client:?}")
    };
    let received = script.run(&vendor, call).await;
    let expected = json!({
        "grant_type": "client_credentials", "client_id": "the-client", "client_secret": "upvest-secret",
        "scope": "users:read",
    });
    assert_eq!(json!(members(&received[0])), expected);
    for request in &received {
        assert_eq!(request.headers["upvest-client-id"], "the-client");
        assert_eq!(request.headers["upvest-signature-version"], "15");
        assert!(request.headers.contains_key("signature") && request.headers.contains_key("signature-input"));
    }
    script.end("upvest", &received, &secrets);
}
