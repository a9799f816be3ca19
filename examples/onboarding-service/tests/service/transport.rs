//! What carries the requests: a transport of the service's own, or sockets.

use axum::http::{HeaderMap, StatusCode};
use onboarding_service::config::with_settings;
use onboarding_upvest::mock::samples;
use onboarding_upvest::runtime::{BoxFuture, Transport, TransportRequest, TransportResponse};
use onboarding_upvest::signing::{self, Algorithm, RequestSigner, SigningKey};
use onboarding_upvest::{Client, ClientBuilder, Credentials, Retry, TransportError};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::{ID, get, send, service};

/// A client of the service that is signed in already.
fn builder() -> ClientBuilder<Client> {
    let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
    with_settings(Client::builder())
        .credentials(Credentials::access_token("the-client", "a-token"))
        .signer(RequestSigner::new(key, "the-key", signing::profile()))
}

/// Knows one customer.
#[derive(Debug)]
struct OneCustomer;

impl Transport for OneCustomer {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let is_known = request.url.path() == format!("/users/{ID}");
            let status = if is_known { StatusCode::OK } else { StatusCode::NOT_FOUND };
            let body =
                if is_known { serde_json::to_vec(&samples::user()) } else { serde_json::to_vec(&samples::problem()) };
            Ok(TransportResponse::new(status, HeaderMap::new(), body.unwrap()))
        })
    }
}

#[tokio::test]
async fn a_transport_is_given() {
    let client = builder().base_url("https://api.upvest.co").transport(OneCustomer).build().unwrap();
    let service = service(client);
    let other = "00000000-0000-4000-8000-000000000000";
    for (id, expected) in [(ID, StatusCode::OK), (other, StatusCode::NOT_FOUND)] {
        assert_eq!(send(&service, get(&format!("/customers/{id}"))).await.status, expected);
    }
}

/// The one test with a socket: a vendor that hangs up while it is written to.
#[tokio::test]
async fn a_connection_that_breaks_is_an_error_of_the_vendor() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let vendor = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut begin = [0; 16];
        connection.read_exact(&mut begin).await.unwrap();
        begin
    });
    let client = builder().base_url(url).retry(Retry::never()).build().unwrap();
    let response = send(&service(client), get(&format!("/customers/{ID}"))).await;
    assert_eq!(response.status, StatusCode::BAD_GATEWAY);
    let error = "upvest get_user (GET /users/{user_id}): no complete response came";
    assert_eq!(response.json()["error"], error);
    assert_eq!(&vendor.await.unwrap(), b"GET /users/83d83");
}
