//! What is added to requests, and who is told of calls.

use std::sync::{Arc, Mutex};

use axum::http::{HeaderValue, StatusCode};
use onboarding_service::config::with_settings;
use onboarding_upvest::Observer;
use onboarding_upvest::mock::{Mock, samples};
use onboarding_upvest::runtime::{AttemptEnd, CallEnd, CallInfo, Drift, RetryReason};
use onboarding_upvest::types::UserStatus;

use crate::{ID, client, get, send, service};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn a_request_hook_hands_the_trace_on() {
    let upvest = Mock::new();
    upvest.get_user().header("traceparent", TRACE).then(|respond| respond.ok(&samples::user())).times(1);
    let mut request = get(&format!("/customers/{ID}"));
    request.headers_mut().insert("traceparent", HeaderValue::from_static(TRACE));
    assert_eq!(send(&service(client(&upvest)), request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_a_trace_none_is_made_up() {
    let upvest = Mock::new();
    upvest
        .get_user()
        .matching(|request| !request.headers.contains_key("traceparent"))
        .then(|respond| respond.ok(&samples::user()))
        .times(1);
    let response = send(&service(client(&upvest)), get(&format!("/customers/{ID}"))).await;
    assert_eq!(response.status, StatusCode::OK);
}

/// Writes down what it is told.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, call: &CallInfo<'_>, what: &str) {
        self.0.lock().unwrap().push(format!("{}: {what}", call.operation));
    }
}

impl Observer for Log {
    fn before(&self, call: &CallInfo<'_>) {
        self.note(call, "begins");
    }

    fn attempt(&self, call: &CallInfo<'_>, end: &AttemptEnd) {
        self.note(call, &format!("attempt {} {:?}", end.attempt, end.status.map(|status| status.as_u16())));
    }

    fn retry(&self, call: &CallInfo<'_>, retry: &RetryReason) {
        self.note(call, &format!("again after {} s", retry.pause.as_secs()));
    }

    fn after(&self, call: &CallInfo<'_>, end: &CallEnd) {
        self.note(call, &format!("ends after {} attempts", end.attempts));
    }

    fn drift(&self, call: &CallInfo<'_>, drift: &Drift<'_>) {
        if let Drift::UnknownValue { type_name, .. } = drift {
            self.note(call, &format!("a new {type_name}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_is_told_of_each_attempt_and_of_what_nobody_documented() {
    let mut user = samples::user();
    user.status = UserStatus::from("FROZEN");
    let upvest = Mock::new();
    upvest
        .get_user()
        .then(|respond| respond.too_many_requests(&samples::problem()).header("retry-after", "2"))
        .then(|respond| respond.ok(&user));
    let log = Log::default();
    let client = with_settings(upvest.builder()).observer(log.clone()).build().unwrap();
    assert_eq!(send(&service(client), get(&format!("/customers/{ID}"))).await.status, StatusCode::OK);
    let expected = [
        "get_user: begins",
        "get_user: attempt 1 Some(429)",
        "get_user: again after 2 s",
        "get_user: attempt 2 Some(200)",
        "get_user: ends after 2 attempts",
        "get_user: a new UserStatus",
    ];
    assert_eq!(*log.0.lock().unwrap(), expected);
}
