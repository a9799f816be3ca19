//! What is said of a single call.

use std::time::Duration;

use onboarding_upvest::calls::ListUsers;
use onboarding_upvest::mock::{Mock, samples};
use onboarding_upvest::types::{SortOrder, UserId};
use tokio::time::Instant;

use crate::{ID, client};

#[tokio::test(start_paused = true)]
async fn a_call_has_a_timeout_of_its_own() {
    let upvest = Mock::new();
    upvest.get_user().then(|respond| respond.never());
    let begin = Instant::now();
    let call = client(&upvest).get_user(&UserId::from(ID)).timeout(Duration::from_secs(3));
    assert!(call.send().await.unwrap_err().is_timeout());
    assert_eq!(begin.elapsed().as_secs(), 3);
}

#[tokio::test]
async fn a_call_has_headers_of_its_own() {
    let upvest = Mock::new();
    upvest.list_users().header("x-tenant", "blue").then(|respond| respond.ok(&samples::user_list())).times(1);
    let users = client(&upvest).list_users().with_header("x-tenant", &"blue").send().await.unwrap();
    assert_eq!(users, samples::user_list());
}

#[tokio::test]
async fn awaiting_a_call_sends_it() {
    let upvest = Mock::new();
    upvest.get_user().then(|respond| respond.ok(&samples::user())).times(2);
    let client = client(&upvest);
    let id = UserId::from(ID);
    assert_eq!(client.get_user(&id).await.unwrap(), client.get_user(&id).send().await.unwrap());
}

#[tokio::test]
async fn what_is_optional_is_set_from_an_option() {
    let upvest = Mock::new();
    upvest
        .list_users()
        .order(&SortOrder::Asc)
        .absent("limit")
        .then(|respond| respond.ok(&samples::user_list()))
        .times(1);
    let (order, limit) = (Some(SortOrder::Asc), None::<i64>);
    let call = client(&upvest).list_users().maybe(order, ListUsers::order).maybe(limit, ListUsers::limit);
    assert_eq!(call.send().await.unwrap(), samples::user_list());
}

/// For a ticket: what was sent where, and no value of it.
#[test]
fn a_call_is_shown_as_a_command_line() {
    let upvest = Mock::new();
    let shown = client(&upvest).get_user(&UserId::from(ID)).with_header("x-tenant", &"blue").curl();
    assert!(shown.starts_with("curl -X GET 'https://api.upvest.co/users/{user_id}'"), "{shown}");
    assert!(shown.contains("-H 'x-tenant: [redacted]'") && !shown.contains("blue") && !shown.contains(ID), "{shown}");
}
