//! What `Debug` and `Display` of the runtime's types show: never what gives access or is about a person.

#![allow(clippy::unwrap_used, missing_docs, reason = "helpers and types of tests are tests too")]

mod common;

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use onboarding_core::derive::Object;
use onboarding_core::{
    Authenticate, BoxFuture, Bytes, Call, Client, ClientBuilder, Credentials, CredentialsError, Error, Expiry,
    FieldValue, HeaderMap, HeaderValue, Method, NoDeclaredError, Operation, Retry, Secret, SignError, SignInHeaders,
    SignableRequest, Signer, StoreError, TokenFlow, TokenRequest, TokenSource, TokenStore, Tokens, Url, derive,
};

use crate::common::{SECRET, Server, Vendor, json, printed, response};

static GET: Operation = Operation::new("get", Method::GET, "/things/{id}");
static LIST: Operation = Operation::new("list", Method::GET, "/things");
static FLOW: TokenFlow =
    TokenFlow::new(TokenRequest::form("/token").fields(&[("password", FieldValue::Given("password"))]))
        .expiry(Expiry::Seconds("/expires_in"));

/// A page.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(page(items = data))]
pub struct ThingPage {
    #[wire(required, "data")]
    pub data: Vec<i64>,
}

/// A list.
#[derive(Debug, derive::Call)]
#[must_use = "nothing is sent before `send`"]
#[wire(pages(offset, "offset", "limit"))]
pub struct List(Call<ThingPage, NoDeclaredError>);

impl List {
    /// Offset.
    pub fn offset(self, offset: impl Into<i64>) -> Self {
        Self(self.0.query::<i64>("offset", offset.into(), &[]))
    }
}

/// A store that keeps tokens, and shows what it keeps.
#[derive(Clone, Debug, Default)]
struct Shows {
    #[allow(dead_code, reason = "it is there to be shown")]
    dsn: &'static str,
    tokens: Arc<Mutex<Option<String>>>,
}

impl TokenStore for Shows {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, StoreError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), StoreError>> {
        *self.tokens.lock().unwrap() = Some(tokens.access_token.reveal().to_owned());
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Writes down what a signer can show of what it signs.
#[derive(Clone, Debug, Default)]
struct Looks(Arc<Mutex<String>>);

impl Signer for Looks {
    fn sign(&self, request: &mut SignableRequest<'_>) -> Result<(), SignError> {
        write!(self.0.lock().unwrap(), "{request:?} {request:#?} {:?}", request.headers)
            .map_err(|_| SignError::new("no"))
    }
}

/// An `Authenticate` that shows what it sends.
#[derive(Debug)]
struct Known(#[allow(dead_code, reason = "it is there to be shown")] &'static str);

impl Authenticate for Known {
    fn sign_in<'a>(
        &'a self,
        _: &'a Client,
        _: Option<&'a SignInHeaders>,
    ) -> BoxFuture<'a, Result<SignInHeaders, CredentialsError>> {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static(SECRET));
        Box::pin(std::future::ready(Ok(SignInHeaders::new(headers))))
    }
}

fn shows_nothing(what: &str, value: &dyn Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!text.contains(SECRET), "{what} shows {text}");
        assert!(text.len() < 2000, "{what} shows too much: {text}");
    }
}

fn error_shows_nothing(what: &str, error: &(dyn std::error::Error + 'static)) {
    assert!(!printed(error).contains(SECRET), "{what} shows {}", printed(error));
}

#[test]
fn what_is_given_to_a_client_is_not_shown() {
    let tokens = Tokens::new(SECRET).refresh_token(SECRET);
    let store = onboarding_core::MemoryStore::default();
    let saved = store.save(&tokens);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(saved).unwrap();
    let source = TokenSource::new(&FLOW)
        .given("password", SECRET)
        .asked("code", || Some(SECRET.into()))
        .store(Shows { dsn: SECRET, tokens: Arc::default() });
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static(SECRET));
    let credentials = Credentials::none().header("x-key", SECRET).authenticate(Known(SECRET));
    let builder = || {
        ClientBuilder::<Vendor>::default()
            .base_url(format!("https://vendor.invalid/{SECRET}"))
            .credentials(credentials.clone())
            .header("x-other", SECRET)
            .user_agent(SECRET)
    };
    let client = builder().build().unwrap().0;
    let request = client.request(&GET).path("id", &SECRET).query("q", &SECRET).header("x-a", &SECRET);
    let request = request.json("application/json", SECRET);
    let list = List(client.request(&LIST).query("q", &SECRET).returns_json());
    let values: [(&str, &dyn Debug); 15] = [
        ("Secret", &Secret::new(SECRET)),
        ("Tokens", &tokens),
        ("MemoryStore", &store),
        ("TokenSource", &source),
        ("TokenFlow", &FLOW),
        ("SignInHeaders", &SignInHeaders::new(headers)),
        ("Credentials", &credentials),
        ("ClientBuilder", &builder()),
        ("Client", &client),
        ("Request", &request.clone()),
        ("Call", &request.clone().returns_nothing::<NoDeclaredError>()),
        ("Pages", &List(client.request(&LIST).query("q", &SECRET).returns_json()).pages()),
        ("Items", &list.items()),
        ("Retry", &Retry::default()),
        ("TokenRequest", &TokenRequest::json("/token")),
    ];
    for (what, value) in values {
        shows_nothing(what, value);
    }
}

#[tokio::test]
async fn what_comes_and_what_goes_wrong_is_not_shown() {
    let server = Server::start(|_, request| match request.path() {
        "/file" | "/things/1" => response("200 OK", &[("x-echo", SECRET)], SECRET),
        "/token" => json(400, format!(r#"{{"error":"{SECRET}","access_token":"{SECRET}"}}"#)),
        _ => response("500 Failed", &[("x-echo", SECRET)], SECRET),
    })
    .await;
    let (looks, retry) = (Looks::default(), Retry::never());
    let client = |credentials: Credentials| {
        let builder = ClientBuilder::<Vendor>::default().base_url(server.base_url()).retry(retry.clone());
        builder.credentials(credentials).signer(looks.clone()).build().unwrap().0
    };
    let plain = client(Credentials::none().authenticate(Known(SECRET)));
    let whole = plain.request(&GET).path("id", &1_i64).header("x-a", &SECRET).send_raw().await.unwrap();
    shows_nothing("RawResponse", &whole);
    let text = plain.request(&GET).path("id", &1_i64).returns_text::<NoDeclaredError>();
    shows_nothing("Headers", &text.send_with_response().await.unwrap().headers);
    let file = plain.raw(Method::GET, "/file").returns_download::<NoDeclaredError>().send().await.unwrap();
    shows_nothing("Download", &file);
    assert_eq!(file.bytes().await.unwrap(), Bytes::from_static(SECRET.as_bytes()));
    let undeclared = plain.request(&GET).path("id", &SECRET).returns_json::<i64, NoDeclaredError>().send().await;
    error_shows_nothing("Error", &undeclared.unwrap_err());
    let malformed = plain.request(&GET).path("id", &1_i64).returns_json::<i64, NoDeclaredError>().send().await;
    error_shows_nothing("Malformed", &malformed.unwrap_err());
    let tokens = client(Credentials::none().authenticate(TokenSource::new(&FLOW).given("password", SECRET)));
    let refused = tokens.request(&GET).path("id", &SECRET).returns_nothing::<NoDeclaredError>().send().await;
    let refused = refused.unwrap_err();
    assert!(refused.is_unauthorized());
    error_shows_nothing("CredentialsError", &refused);
    assert!(matches!(&refused, Error::Credentials(error) if error.response().is_some()));
    let unsendable = client(Credentials::none().authenticate(TokenSource::new(&FLOW).given("other", SECRET)));
    let missing = unsendable.request(&GET).path("id", &SECRET).returns_nothing::<NoDeclaredError>().send().await;
    error_shows_nothing("MissingValue", &missing.unwrap_err());
    let gone =
        ClientBuilder::<Vendor>::default().base_url(format!("http://127.0.0.1:1/{SECRET}")).retry(Retry::never());
    let gone = gone.build().unwrap().0.request(&GET).path("id", &SECRET).query("q", &SECRET);
    error_shows_nothing("TransportError", &gone.returns_nothing::<NoDeclaredError>().send().await.unwrap_err());
    let seen = looks.0.lock().unwrap().clone();
    assert!(!seen.contains(SECRET) && seen.contains("SignableRequest"), "{seen}");
    let url = Url::parse(&format!("https://ann:{SECRET}@vendor.invalid/{SECRET}?q={SECRET}")).unwrap();
    let request =
        SignableRequest { method: &Method::GET, url: &url, headers: &mut HeaderMap::new(), body: SECRET.as_bytes() };
    shows_nothing("SignableRequest", &request);
}
