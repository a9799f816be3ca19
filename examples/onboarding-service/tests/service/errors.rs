//! An error says whose it is, and a service makes of it what callers can use.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use onboarding_service::failure::Failure;
use onboarding_upvest::errors::{GetUserError, OffboardUserError};
use onboarding_upvest::mock::{Mock, error, samples};
use onboarding_upvest::types::UserId;
use onboarding_upvest::{AnyError, Client, Error, Refused};
use serde_json::json;

use crate::{ID, client, get, new_customer, post, send, service};

#[tokio::test]
async fn an_error_says_vendor_operation_and_request_id() {
    let upvest = Mock::new();
    upvest
        .get_user()
        .user_id(&UserId::from(ID))
        .then(|respond| respond.not_found(&samples::problem()).header("upvest-request-id", "5b6a1f4e"));
    let response = send(&service(client(&upvest)), get(&format!("/customers/{ID}"))).await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    let expected = json!({
        "error": "upvest get_user (GET /users/{user_id}): the vendor responded with 404 Not Found (request id 5b6a1f4e)",
        "because": null,
        "vendor": "upvest",
        "operation": "get_user",
        "request_id": "5b6a1f4e",
    });
    assert_eq!(response.json(), expected);
}

/// The vendor is not asked again before it wants to be, and neither is the service.
#[tokio::test(start_paused = true)]
async fn retry_after_is_handed_on() {
    let upvest = Mock::new();
    let asked = upvest
        .get_user()
        .then(|respond| respond.too_many_requests(&samples::problem()).header("retry-after", "600"))
        .any_times();
    let response = send(&service(client(&upvest)), get(&format!("/customers/{ID}"))).await;
    assert_eq!((response.status, response.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, Some("601")));
    assert_eq!(asked.calls(), 1);
}

/// One function, two operations, one type of error.
async fn leave(client: &Client, id: &UserId) -> Result<(), AnyError> {
    let user = client.get_user(id).await?;
    Ok(client.offboard_user(&user.id).await?)
}

#[tokio::test]
async fn any_error_takes_those_of_every_operation_and_gives_them_back() {
    let upvest = Mock::new();
    upvest
        .get_user()
        .then(|respond| respond.not_found(&samples::problem()))
        .then(|respond| respond.ok(&samples::user()));
    upvest.offboard_user().then(|respond| respond.conflict(&samples::problem()));
    let client = client(&upvest);
    let error = leave(&client, &UserId::from(ID)).await.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(GetUserError::NotFound(_))), "{error}");
    let error = leave(&client, &UserId::from(ID)).await.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(OffboardUserError::Conflict(_))), "{error}");
    assert_eq!((error.operation(), error.attempts()), (Some("offboard_user"), 1));
}

#[tokio::test]
async fn what_the_vendor_would_refuse_is_not_sent() {
    let upvest = Mock::new();
    let mut new = new_customer();
    new["first_name"] = json!("K");
    let response = send(&service(client(&upvest)), post("/customers", &new)).await;
    assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
    let because = response.json()["because"].as_str().expect("it says why").to_owned();
    assert!(because.contains("first_name") && !because.contains("\"K\""), "{because}");
    upvest.verify();
}

#[tokio::test]
async fn a_conflict_is_one_for_callers_too() {
    let upvest = Mock::new();
    upvest.offboard_user().then(|respond| respond.conflict(&samples::problem()));
    let request = Request::delete(format!("/customers/{ID}")).body(Body::empty()).unwrap();
    assert_eq!(send(&service(client(&upvest)), request).await.status, StatusCode::CONFLICT);
}

/// What is made of an error needs no call at all.
#[test]
fn errors_are_built_in_place() {
    let problem = samples::problem;
    let cases: [(Error<GetUserError>, StatusCode); 8] = [
        (error::declared(GetUserError::NotFound(problem())), StatusCode::NOT_FOUND),
        (error::declared(GetUserError::Unauthorized(problem())), StatusCode::INTERNAL_SERVER_ERROR),
        (error::undeclared(422, ""), StatusCode::UNPROCESSABLE_ENTITY),
        (error::refused(Refused::PathParameter { name: "user_id" }), StatusCode::UNPROCESSABLE_ENTITY),
        (error::timeout(), StatusCode::GATEWAY_TIMEOUT),
        (error::connect(), StatusCode::BAD_GATEWAY),
        (error::undeclared(502, "out of order"), StatusCode::BAD_GATEWAY),
        (error::malformed(200, "{}", "id"), StatusCode::BAD_GATEWAY),
    ];
    for (error, expected) in cases {
        let shown = error.to_string();
        assert_eq!(Failure::from(error).status(), expected, "{shown}");
    }
}
