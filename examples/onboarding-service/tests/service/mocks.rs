//! A mock says which calls are meant and how they are responded to, and verifies both.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use onboarding_upvest::mock::calls::GetUser;
use onboarding_upvest::mock::{Mock, Reply, responses, samples};
use onboarding_upvest::types::{NewUser, UserId, UserStatus};

use crate::{ID, client, get, new_customer, post, send, service};

#[tokio::test]
async fn when_says_which_call_is_meant_and_then_what_comes_of_it() {
    let upvest = Mock::new();
    upvest
        .create_user()
        .body_matching(|body| matches!(body, NewUser::NewByolUser(new) if new.first_name == "Karl"))
        .then(|respond| respond.ok(&samples::user()))
        .times(1);
    let response = send(&service(client(&upvest)), post("/customers", &new_customer())).await;
    assert_eq!((response.status, &response.json()["id"]), (StatusCode::CREATED, &ID.into()));
    upvest.verify();
}

/// A customer is not created twice: the key by which the vendor tells is the same each time.
#[tokio::test(start_paused = true)]
async fn a_429_a_reset_and_a_200_are_one_call_with_one_key() {
    let keys = Arc::new(Mutex::new(BTreeSet::new()));
    let upvest = Mock::new();
    let noted = keys.clone();
    let asked = upvest
        .create_user()
        .matching(move |request| {
            let key = request.headers.get("idempotency-key").map(|key| key.as_bytes().to_vec());
            key.is_some_and(|key| noted.lock().is_ok_and(|mut keys| keys.insert(key) || keys.len() == 1))
        })
        .then(|respond| respond.too_many_requests(&samples::problem()).header("retry-after", "2"))
        .then(|respond| respond.reset())
        .then(|respond| respond.ok(&samples::user()));
    let response = send(&service(client(&upvest)), post("/customers", &new_customer())).await;
    assert_eq!((response.status, asked.calls()), (StatusCode::CREATED, 3));
    assert_eq!(keys.lock().unwrap().len(), 1);
}

/// What becomes of a request for a customer when each attempt meets with this.
async fn meeting_with(reply: impl FnOnce(responses::GetUser) -> Reply) -> StatusCode {
    let upvest = Mock::new();
    upvest.get_user().then(reply).at_least(1);
    send(&service(client(&upvest)), get(&format!("/customers/{ID}"))).await.status
}

#[tokio::test(start_paused = true)]
async fn faults_on_the_way_are_told_apart() {
    let user = samples::user;
    assert_eq!(meeting_with(|respond| respond.refuse()).await, StatusCode::BAD_GATEWAY);
    assert_eq!(meeting_with(|respond| respond.reset()).await, StatusCode::BAD_GATEWAY);
    assert_eq!(meeting_with(|respond| respond.ok(&user()).cut_after(20)).await, StatusCode::BAD_GATEWAY);
    assert_eq!(meeting_with(|respond| respond.never()).await, StatusCode::GATEWAY_TIMEOUT);
    let slow = Duration::from_secs(1);
    assert_eq!(meeting_with(|respond| respond.ok(&user()).slowly(1, slow)).await, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(meeting_with(|respond| respond.ok(&user()).delayed(slow)).await, StatusCode::OK);
}

#[tokio::test]
async fn a_sample_is_changed_in_what_the_test_is_about() {
    let mut user = samples::user();
    user.status = UserStatus::Offboarding;
    let upvest = Mock::new();
    upvest.get_user().then(|respond| respond.ok(&user));
    let response = send(&service(client(&upvest)), get(&format!("/customers/{ID}"))).await;
    assert_eq!(response.json()["status"], "OFFBOARDING");
}

/// A value that the vendor adds after the client was made is one that the service can hand on.
#[tokio::test]
async fn a_status_that_nobody_documented_comes_through() {
    let mut user = samples::user();
    user.status = UserStatus::from("FROZEN");
    let upvest = Mock::new();
    upvest.get_user().then(|respond| respond.ok(&user));
    let response = send(&service(client(&upvest)), get(&format!("/customers/{ID}"))).await;
    assert_eq!((response.status, &response.json()["status"]), (StatusCode::OK, &"FROZEN".into()));
}

#[tokio::test]
async fn verify_tells_what_was_expected_and_what_came() {
    let upvest = Mock::new();
    let other = UserId::from("00000000-0000-4000-8000-000000000000");
    let expected: GetUser = upvest.get_user().user_id(&other);
    expected.then(|respond| respond.ok(&samples::user())).times(1);
    let response = send(&service(client(&upvest)), get(&format!("/customers/{ID}"))).await;
    assert_eq!(response.status, StatusCode::BAD_GATEWAY);
    let said = catch_unwind(AssertUnwindSafe(|| upvest.verify())).unwrap_err();
    let said = said.downcast_ref::<String>().expect("it is a text");
    assert!(said.contains("the path parameter `user_id`: expected \"00000000-0000-4000-8000-000000000000\""), "{said}");
    assert!(said.contains("was expected once, received never"), "{said}");
}
