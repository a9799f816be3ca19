//! What a vendor's responses lead to: addresses of things, and the vendor's name for a request.

use std::sync::{Arc, Mutex};

use onboarding::griffin::runtime::{
    BoxFuture, Credentials, HeaderMap, HeaderValue, Method, SignError, SignableRequest, Signer, StatusCode, Transport,
    TransportError, TransportRequest, TransportResponse,
};
use onboarding::griffin::types::{PayeeUrl, UserUrl};
use onboarding::griffin::{Error, Refused};
use onboarding::{griffin, upvest};

/// Responds to everything alike, and keeps what was sent where.
#[derive(Clone, Debug)]
struct Vendor {
    status: u16,
    body: &'static str,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Vendor {
    fn new(status: u16, body: &'static str) -> Self {
        Self { status, body, sent: Arc::default() }
    }

    fn sent(&self) -> Vec<String> {
        self.sent.lock().expect("no test panics in it").clone()
    }
}

impl Transport for Vendor {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        let key = request.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        self.sent.lock().expect("no test panics in it").push(format!("{} {key}", request.url));
        let mut headers = HeaderMap::new();
        headers.insert("upvest-request-id", HeaderValue::from_static("5b6a1f4e-req"));
        let status = StatusCode::from_u16(self.status).expect("a status");
        Box::pin(async move { Ok(TransportResponse::new(status, headers, self.body)) })
    }
}

const USER: &str = r#"{"user-url":"/v0/users/us.1","user-email":"someone@example.com","user-username":"someone",
    "api-keys-url":"/v0/users/us.1/api-keys","user-memberships-url":"/v0/users/us.1/memberships"}"#;

fn client(vendor: &Vendor) -> griffin::Client {
    let builder = griffin::Client::builder().base_url("https://griffin.invalid/proxy").transport(vendor.clone());
    builder.credentials(griffin::Credentials::api_key("key")).build().expect("it is complete")
}

#[tokio::test]
async fn the_address_of_a_thing_gives_the_thing() {
    let vendor = Vendor::new(200, USER);
    let client = client(&vendor);
    let user = client.follow(&UserUrl::from("/v0/users/us.1")).send().await.expect("there is one");
    // From here on as the vendor has it.
    client.follow(&user.user_url).send().await.expect("there is one");
    let whole = UserUrl::from("https://griffin.invalid/v0/users/us.1?full=true");
    client.follow(&whole).send().await.expect("there is one");
    assert_eq!(vendor.sent(), ["https://griffin.invalid/proxy/v0/users/us.1 GriffinAPIKey key"; 3]);
}

#[tokio::test]
async fn an_address_that_leads_elsewhere_is_refused() {
    let vendor = Vendor::new(200, USER);
    let client = client(&vendor);
    for url in
        ["https://elsewhere.invalid/v0/users/us.1", "//elsewhere.invalid/v0/users/us.1", "/v0/payees/us.1", "", ":"]
    {
        let error = client.follow(&UserUrl::from(url)).send().await.expect_err("it leads elsewhere");
        let Error::Refused(refused) = &error else { panic!("{url}: {error:?}") };
        assert_eq!(refused.reason, Refused::Url, "{url}");
        assert_eq!((error.operation(), error.is_validation()), (Some("get_user"), false));
    }
    let error = client.follow(&PayeeUrl::from("/v0/users/us.1")).send().await.expect_err("it leads elsewhere");
    assert!(matches!(error, Error::Refused(refused) if refused.reason == Refused::Url));
    assert_eq!(vendor.sent(), [""; 0]);
}

#[tokio::test]
async fn any_address_below_the_base_url_can_be_called() {
    let vendor = Vendor::new(200, USER);
    let core = client(&vendor);
    let core = core.core();
    for url in ["https://griffin.invalid/proxy/files/1?size=2", "/proxy/files/1?size=2", "files/1?size=2"] {
        let response = core.raw_url(Method::GET, url).send_raw().await.expect("it is below the base URL");
        assert_eq!(response.call().map(|call| call.template), Some("/{url}"));
    }
    assert_eq!(vendor.sent(), ["https://griffin.invalid/proxy/files/1?size=2 GriffinAPIKey key"; 3]);
    for url in
        ["https://elsewhere.invalid/proxy/files/1", "//elsewhere.invalid/proxy/", "/files/1", "../files/1", "data:,"]
    {
        let error = core.raw_url(Method::GET, url).send_raw().await.expect_err("it leads elsewhere");
        assert!(matches!(&error, Error::Refused(refused) if refused.reason == Refused::Url), "{url}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("files"), "an address may be private");
    }
    assert_eq!(vendor.sent().len(), 3);
}

/// Upvest refuses what is not signed; what this signs goes nowhere.
#[derive(Debug)]
struct NotSigned;

impl Signer for NotSigned {
    fn sign(&self, _: &mut SignableRequest<'_>) -> Result<(), SignError> {
        Ok(())
    }
}

#[tokio::test]
async fn upvests_name_of_a_request_is_in_its_errors() {
    let vendor = Vendor::new(404, r#"{"type":"https://docs.upvest.co/errors/not_found","status":404}"#);
    let builder = upvest::Client::builder().base_url("https://upvest.invalid").signer(NotSigned).transport(vendor);
    let client = builder.credentials(Credentials::none()).build().expect("it is complete");
    let user = "00000000-0000-0000-0000-000000000001".into();
    let error = client.get_user(&user).send().await.expect_err("there is no such user");
    assert_eq!(error.request_id(), Some("5b6a1f4e-req"));
    assert!(error.to_string().ends_with("(request id 5b6a1f4e-req)"), "{error}");
}
