//! Metrics of calls, as an exporter gets them.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use onboarding_core::{
    Client, Credentials, Expiry, FieldValue, Method, Metrics, NoDeclaredError, Operation, TokenFlow, TokenRequest,
    TokenSource,
};

use crate::common::{FakeRuntime, SECRET, Server, builder, json};

/// Writes down what is recorded, save how long it took.
#[derive(Clone, Default)]
struct Exporter(Arc<Mutex<Vec<String>>>);

struct Handle {
    name: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Handle {
    fn note(&self, what: &str) {
        self.log.lock().unwrap().push(format!("{} {what}", self.name));
    }
}

impl CounterFn for Handle {
    fn increment(&self, value: u64) {
        self.note(&format!("+{value}"));
    }

    fn absolute(&self, value: u64) {
        self.note(&format!("={value}"));
    }
}

impl GaugeFn for Handle {
    fn increment(&self, value: f64) {
        self.note(&format!("+{value}"));
    }

    fn decrement(&self, value: f64) {
        self.note(&format!("-{value}"));
    }

    fn set(&self, value: f64) {
        self.note(&format!("={value}"));
    }
}

impl HistogramFn for Handle {
    fn record(&self, value: f64) {
        if self.name.contains("duration") { self.note("took") } else { self.note(&format!("has {value}")) }
    }
}

impl Exporter {
    fn handle(&self, key: &Key) -> Arc<Handle> {
        let labels: Vec<String> = key
            .labels()
            .filter(|label| label.key() != "vendor")
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        assert!(key.labels().any(|label| label.key() == "vendor" && label.value() == "vendor"));
        Arc::new(Handle { name: format!("{}{{{}}}", key.name(), labels.join(",")), log: self.0.clone() })
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Recorder for Exporter {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.handle(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.handle(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.handle(key))
    }
}

static GET: Operation = Operation::new("get_thing", Method::GET, "/things/{id}");
static FLOW: TokenFlow =
    TokenFlow::new(TokenRequest::form("/token").fields(&[("password", FieldValue::Given("password"))]))
        .expiry(Expiry::Seconds("/expires_in"));

#[tokio::test]
async fn calls_attempts_retries_failures_and_tokens_are_recorded() {
    let exporter = Exporter::default();
    let _installed = metrics::set_default_local_recorder(&exporter);
    let server = Server::start(|number, request| match (request.path(), number) {
        ("/token", _) => json(200, format!(r#"{{"access_token":"{SECRET}","expires_in":900}}"#)),
        (_, 1) => json(503, ""),
        (_, 2) => json(404, SECRET),
        _ => json(200, "1"),
    })
    .await;
    let source = TokenSource::new(&FLOW).given("password", SECRET);
    let build = |builder: onboarding_core::ClientBuilder<common::Vendor>| builder.observer(Metrics).build().unwrap().0;
    let client =
        build(builder(&server).credentials(Credentials::none().authenticate(source)).runtime(FakeRuntime::new()));
    let call = async |client: &Client| {
        client.request(&GET).path("id", &SECRET).returns_json::<bool, NoDeclaredError>().send().await.unwrap_err()
    };
    call(&client).await;
    let recorded = exporter.take();
    let expected = [
        "onboarding.calls.active{operation=get_thing} +1",
        "onboarding.tokens.obtained{} +1",
        "http.client.request.duration{http.request.method=GET,url.template=/things/{id},http.response.status_code=503,error.type=503} took",
        "onboarding.call.retries{operation=get_thing,error.type=503} +1",
        "http.client.request.duration{http.request.method=GET,url.template=/things/{id},http.response.status_code=404,error.type=404} took",
        "onboarding.calls.active{operation=get_thing} -1",
        "onboarding.call.failures{operation=get_thing,error.type=404} +1",
        "onboarding.call.attempts{operation=get_thing} has 2",
        "onboarding.call.duration{operation=get_thing,http.response.status_code=404,error.type=404} took",
        "onboarding.drift{operation=get_thing,kind=undeclared_status} +1",
    ];
    // The request for a token is a call as well.
    let of_call: Vec<&String> =
        recorded.iter().filter(|line| !line.contains("sign_in") && !line.contains("/token")).collect();
    assert_eq!(of_call, expected.iter().collect::<Vec<_>>());
    assert!(recorded.iter().any(|line| line == "onboarding.call.attempts{operation=sign_in} has 1"), "{recorded:?}");
    assert!(!recorded.concat().contains(SECRET));

    call(&client).await;
    assert!(exporter.take().contains(&"onboarding.drift{operation=get_thing,kind=malformed_body} +1".to_owned()));

    let nowhere = build(builder(&server).base_url("http://127.0.0.1:1").runtime(FakeRuntime::new()));
    call(&nowhere).await;
    let recorded = exporter.take();
    let failed = "onboarding.call.failures{operation=get_thing,error.type=connect} +1".to_owned();
    assert!(recorded.contains(&failed), "{recorded:?}");
    assert_eq!(recorded.iter().filter(|line| line.contains("retries")).count(), 2);
}
