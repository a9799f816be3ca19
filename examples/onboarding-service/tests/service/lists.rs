//! A list comes whole, or says that it did not.

use axum::http::StatusCode;
use onboarding_upvest::mock::{Mock, samples};
use onboarding_upvest::types::SortOrder;
use onboarding_upvest::{AnyError, EarlyEnd};
use serde_json::Value;

use crate::{client, get, page, send, service};

/// How many customers a response has.
fn came(body: &Value) -> usize {
    body["customers"].as_array().expect("there is a list").len()
}

#[tokio::test]
async fn a_list_comes_whole_however_many_pages_it_has() {
    let upvest = Mock::new();
    upvest.list_users().offset(0).then(|respond| respond.ok(&page(0, 100, 230))).times(1);
    // The vendor caps what is asked for: the next page begins where this one ended.
    upvest.list_users().offset(100).then(|respond| respond.ok(&page(100, 70, 230))).times(1);
    upvest.list_users().offset(170).then(|respond| respond.ok(&page(170, 60, 230))).times(1);
    let response = send(&service(client(&upvest)), get("/customers")).await;
    let body = response.json();
    assert_eq!((response.status, came(&body)), (StatusCode::OK, 230));
    assert_eq!((&body["from"], &body["failure"]), (&Value::Null, &Value::Null));
    assert_eq!(body["customers"][229]["id"], "83d83ec2-d2ca-49ff-bbea-000000000229");
}

#[tokio::test]
async fn an_incomplete_list_is_seen_with_what_came_and_where_it_goes_on() {
    let upvest = Mock::new();
    upvest.list_users().offset(0).then(|respond| respond.ok(&page(0, 2, 5)));
    upvest.list_users().offset(2).then(|respond| respond.ok(&page(2, 0, 5)));
    let response = send(&service(client(&upvest)), get("/customers")).await;
    let body = response.json();
    assert_eq!((response.status, came(&body), &body["from"]), (StatusCode::BAD_GATEWAY, 2, &Value::from("2")));
    assert_eq!(body["failure"]["error"], "upvest list_users (GET /users): the list ended before all of it came");
    assert_eq!(body["failure"]["because"], "the vendor has no more pages after 2 of 5 items");
}

/// The same as the client gives it.
#[tokio::test]
async fn incomplete_keeps_the_items_and_is_an_error_by_the_question_mark() {
    let upvest = Mock::new();
    upvest.list_users().offset(0).then(|respond| respond.ok(&page(0, 2, 5)));
    upvest.list_users().offset(2).then(|respond| respond.ok(&page(2, 0, 5)));
    let incomplete = client(&upvest).list_users().items().collect().await.unwrap_err();
    assert_eq!((incomplete.items.len(), incomplete.position.as_deref()), (2, Some("2")));
    assert_eq!(incomplete.error.ended_early(), Some(EarlyEnd::BeforeTotal { came: 2, total: 5 }));
    assert_eq!(AnyError::from(incomplete).operation(), Some("list_users"));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_broke_off_goes_on_from_there() {
    let upvest = Mock::new();
    upvest.list_users().offset(0).then(|respond| respond.ok(&page(0, 2, 3))).times(1);
    let second = upvest
        .list_users()
        .offset(2)
        .then(|respond| respond.service_unavailable(&samples::problem()))
        .then(|respond| respond.reset())
        .then(|respond| respond.refuse())
        .then(|respond| respond.ok(&page(2, 1, 3)));
    let service = service(client(&upvest));
    let broken = send(&service, get("/customers")).await;
    assert_eq!((broken.status, came(&broken.json()), second.calls()), (StatusCode::BAD_GATEWAY, 2, 3));
    let from = broken.json()["from"].as_str().expect("it says where").to_owned();
    let rest = send(&service, get(&format!("/customers?from={from}"))).await;
    assert_eq!((rest.status, came(&rest.json())), (StatusCode::OK, 1));
}

#[tokio::test]
async fn what_is_not_asked_for_is_absent() {
    let upvest = Mock::new();
    upvest.list_users().absent("order").then(|respond| respond.ok(&page(0, 1, 1))).times(1);
    upvest.list_users().order(&SortOrder::Desc).then(|respond| respond.ok(&page(0, 2, 2))).times(1);
    let service = service(client(&upvest));
    for (path, expected) in [("/customers", 1), ("/customers?newest_first=true", 2)] {
        assert_eq!(came(&send(&service, get(path)).await.json()), expected, "{path}");
    }
}
