//! A first call without an account: the vendor is a server in this process, on loopback.
//!
//! `cargo run --example first_call`

#![allow(clippy::print_stdout, reason = "an example shows what it got")]

use onboarding::b2core::errors::GetClientError;
use onboarding::b2core::types::ClientId;
use onboarding::b2core::{Client, Credentials};
use wiremock::matchers::{header, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vendor = stand_in_for_the_vendor().await;

    // With an account, this is all there is: the installation's address, and a token.
    let client = Client::builder().base_url(vendor.uri()).credentials(Credentials::access_token("a-token")).build()?;

    let customer = client.get_client(ClientId(1)).send().await?;
    println!("customer {}: {:?}", customer.client_id, customer);
    println!("revealed on purpose: {}", customer.email.as_deref().unwrap_or("no e-mail address"));

    match client.get_client(ClientId(2)).send().await {
        Ok(_) => println!("customer 2 exists"),
        Err(error) => match error.declared() {
            Some(GetClientError::NotFound(body)) => println!("{error}: {} member in the body", body.extra.len()),
            Some(other) => println!("another declared error: {other:?}"),
            None => println!("{error}"),
        },
    }
    Ok(())
}

async fn stand_in_for_the_vendor() -> MockServer {
    let server = MockServer::start().await;
    let customer = r#"{ "clientId": 1, "email": "jdoe@example.com", "firstName": "John", "locale": "en_US" }"#;
    Mock::given(path("/api/v2/clients/1"))
        .and(header("authorization", "Bearer a-token"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(customer, "application/json"))
        .mount(&server)
        .await;
    Mock::given(path("/api/v2/clients/2"))
        .respond_with(ResponseTemplate::new(404).set_body_raw(r#"{ "message": "no such client" }"#, "application/json"))
        .mount(&server)
        .await;
    server
}
