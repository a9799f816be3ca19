//! The client as the settings make it: it signs in and signs, and the mock stands in for the vendor all the same.

use axum::http::{HeaderValue, StatusCode};
use onboarding_service::config::{Config, ConfigError};
use onboarding_upvest::mock::{Mock, samples};
use onboarding_upvest::runtime::Method;
use serde_json::json;

use crate::{ID, get, send, service};

/// A key that was made for these tests.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----";

/// The settings, without the one of this name.
fn without(left_out: &str) -> Result<Config, ConfigError> {
    let settings = [
        ("UPVEST_CLIENT_ID", "the-client"),
        ("UPVEST_CLIENT_SECRET", "the-secret"),
        ("UPVEST_KEY", KEY),
        ("UPVEST_KEY_ID", "the-key"),
    ];
    let found = |name: &str| settings.iter().find(|(other, _)| *other == name && name != left_out);
    Config::read(|name| found(name).map(|(_, value)| (*value).to_owned()))
}

#[tokio::test]
async fn the_client_signs_in_once_and_signs_what_the_hook_has_added() {
    let upvest = Mock::new();
    upvest
        .raw(Method::POST, "/auth/token")
        .form_matching(|form| form.get("grant_type") == Some("client_credentials"))
        .then(|respond| respond.status(200).json(&json!({ "access_token": "a-token", "expires_in": 3600 })))
        .times(1);
    upvest
        .get_user()
        .header("authorization", "Bearer a-token")
        .matching(|request| {
            let input = request.headers.get("signature-input").and_then(|input| input.to_str().ok());
            input.is_some_and(|input| input.contains("\"traceparent\"") && input.contains("keyid=\"the-key\""))
        })
        .then(|respond| respond.ok(&samples::user()))
        .times(2);
    let config = without("").unwrap();
    let service = service(config.builder().unwrap().transport(upvest.transport()).build().unwrap());
    for _ in 0..2 {
        let mut request = get(&format!("/customers/{ID}"));
        let trace = HeaderValue::from_static("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.headers_mut().insert("traceparent", trace);
        assert_eq!(send(&service, request).await.status, StatusCode::OK);
    }
}

#[test]
fn a_setting_that_is_missing_is_named() {
    assert!(without("").unwrap().client().is_ok());
    for name in ["UPVEST_CLIENT_ID", "UPVEST_CLIENT_SECRET", "UPVEST_KEY", "UPVEST_KEY_ID"] {
        assert_eq!(without(name).unwrap_err().to_string(), format!("`{name}` is not set"));
    }
    let wrong = Config::read(|name| (name == "UPVEST_ENVIRONMENT").then(|| "staging".to_owned()));
    assert_eq!(wrong.unwrap_err().to_string(), "`UPVEST_ENVIRONMENT` must be `live` or `sandbox`");
}

#[test]
fn no_secret_is_shown() {
    let shown = format!("{:?}", without("").unwrap());
    assert!(!shown.contains("the-secret") && !shown.contains("MC4CAQ"), "{shown}");
}
