//! Each file shows a point of the clients by the service that uses them; all but one test of `transport.rs` do without a socket.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests are tests too"
)]

mod calls;
mod config;
mod errors;
mod hooks;
mod lists;
mod metrics;
mod mocks;
mod shutdown;
mod transport;
mod webhooks;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use onboarding_service::config::with_settings;
use onboarding_service::metrics::recorder;
use onboarding_service::routes::{Service, router};
use onboarding_upvest::Client;
use onboarding_upvest::mock::{Mock, samples};
use onboarding_upvest::signing::KeySet;
use onboarding_upvest::types::{UserId, UserList};
use serde_json::Value;
use tower::ServiceExt as _;

/// The customer that the tests are about.
const ID: &str = "83d83ec2-d2ca-49ff-bbea-b92b5c3be202";

/// What came of a request.
struct Received {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Received {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the service responds with JSON")
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// The client with the service's settings, whose calls the mock responds to.
fn client(upvest: &Mock) -> Client {
    with_settings(upvest.builder()).build().expect("the mock has all that a client needs")
}

/// The service with this client. It knows no key of webhooks.
fn service(client: Client) -> Router {
    router(Service::new(client, KeySet::new(), recorder().handle()))
}

/// Hands a request to a router, without a server.
async fn send(router: &Router, request: Request<impl Into<Body>>) -> Received {
    let response = router.clone().oneshot(request.map(Into::into)).await.expect("a router does not fail");
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("the body is whole").to_bytes();
    Received { status: head.status, headers: head.headers, body }
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("it is a path")
}

fn post(path: &str, body: &Value) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json");
    request.body(Body::from(body.to_string())).expect("it is a path")
}

/// The request to create Karl Schmidt.
fn new_customer() -> Value {
    serde_json::json!({
        "first_name": "Karl",
        "last_name": "Schmidt",
        "birth_date": "1972-09-30",
        "nationality": "DE",
        "address": { "address_line1": "Rosenweg 221", "postcode": "45678", "city": "Berlin", "country": "DE" },
    })
}

/// A page of a list of so many customers, with so many of them from the place on.
fn page(from: i64, count: i64, total: i64) -> UserList {
    let mut page = samples::user_list();
    page.meta.offset = from;
    page.meta.count = count;
    page.meta.total_count = total;
    page.data = (from..from + count)
        .map(|number| {
            let mut user = samples::user();
            user.id = UserId::from(format!("83d83ec2-d2ca-49ff-bbea-{number:012}"));
            user
        })
        .collect();
    page
}
