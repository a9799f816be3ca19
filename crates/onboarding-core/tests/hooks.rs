//! What a service hangs on its calls: headers of its own before they are signed, observers that are told of every call to its end, and
//! waiting for all that is under way.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use onboarding_core::{
    AttemptEnd, BoxFuture, BuildError, CallEnd, CallInfo, Client, ClientBuilder, Credentials, Download, Error,
    HeaderName, HeaderValue, Method, NoDeclaredError, Observer, Operation, Refused, RequestHook, RetryReason,
    SignError, SignableRequest, Signer,
};

use crate::common::{FakeRuntime, Server, Step, Vendor, builder, json, response};

static GET: Operation = Operation::new("get_thing", Method::GET, "/things/{id}");
static FILE: Operation = Operation::new("get_file", Method::GET, "/file");

async fn get(client: &Client) -> Result<bool, Error<NoDeclaredError>> {
    client.request(&GET).path("id", &7).returns_json().send().await
}

/// Writes down what it is told, and of which call.
#[derive(Clone, Debug, Default)]
struct Story(Arc<Mutex<Vec<(u64, String)>>>);

impl Story {
    fn add(&self, call: &CallInfo<'_>, what: String) {
        self.0.lock().unwrap().push((call.id, what));
    }

    /// What was told so far, of one call.
    fn of_one_call(&self) -> (u64, Vec<String>) {
        let told = std::mem::take(&mut *self.0.lock().unwrap());
        let id = told[0].0;
        assert!(told.iter().all(|(other, _)| *other == id), "{told:?}");
        (id, told.into_iter().map(|(_, what)| what).collect())
    }
}

impl Observer for Story {
    fn before(&self, call: &CallInfo<'_>) {
        self.add(call, "before".to_owned());
    }

    fn attempt(&self, call: &CallInfo<'_>, end: &AttemptEnd) {
        let status = end.status.map(|status| status.as_u16());
        self.add(call, format!("attempt {} {status:?} {:?}", end.attempt, end.failure));
    }

    fn retry(&self, call: &CallInfo<'_>, retry: &RetryReason) {
        let status = retry.status.map(|status| status.as_u16());
        self.add(call, format!("retry after {} {status:?} {:?} {:?}", retry.attempt, retry.failure, retry.pause));
    }

    fn after(&self, call: &CallInfo<'_>, end: &CallEnd) {
        let status = end.status.map(|status| status.as_u16());
        self.add(call, format!("after {} {status:?} {:?}", end.attempts, end.failure));
    }
}

/// Panics at everything.
#[derive(Debug)]
struct Panicking;

impl Observer for Panicking {
    fn before(&self, _: &CallInfo<'_>) {
        panic!("before")
    }

    fn attempt(&self, _: &CallInfo<'_>, _: &AttemptEnd) {
        panic!("attempt")
    }

    fn retry(&self, _: &CallInfo<'_>, _: &RetryReason) {
        panic!("retry")
    }

    fn after(&self, _: &CallInfo<'_>, _: &CallEnd) {
        panic!("after")
    }
}

#[tokio::test]
async fn all_that_is_told_of_a_call_is_joined_by_its_id_whatever_another_observer_does() {
    let server = Server::start(|number, _| match number {
        0 => json(503, ""),
        1 => vec![Step::Reset],
        _ => json(200, "true"),
    })
    .await;
    let story = Story::default();
    let client = builder(&server).observer(Panicking).observer(story.clone()).runtime(FakeRuntime::new()).build();
    let client = client.unwrap().0;
    get(&client).await.unwrap();
    let (first, told) = story.of_one_call();
    assert_eq!(
        told,
        [
            "before",
            "attempt 1 Some(503) None",
            "retry after 1 Some(503) None 100ms",
            "attempt 2 None Some(\"interrupted\")",
            "retry after 2 None Some(\"interrupted\") 200ms",
            "attempt 3 Some(200) None",
            "after 3 Some(200) None",
        ]
    );
    // A copy of a request is another call.
    let request = client.request(&GET).path("id", &7);
    let copy = request.clone();
    let response = request.send_raw().await.unwrap();
    let (second, _) = story.of_one_call();
    assert_eq!(response.call().unwrap().id, second, "the response tells of which call it is");
    copy.send_raw().await.unwrap();
    let (third, _) = story.of_one_call();
    assert!(first != second && second != third && first != third);
}

#[tokio::test]
async fn the_end_of_a_dropped_call_is_told() {
    let server = Server::start(|_, _| vec![Step::Pause(Duration::from_secs(60))]).await;
    let story = Story::default();
    let client = builder(&server).observer(Panicking).observer(story.clone()).build().unwrap().0;
    tokio::time::timeout(Duration::from_millis(300), get(&client)).await.unwrap_err();
    assert_eq!(story.of_one_call().1, ["before", "after 1 None Some(\"dropped\")"]);
    drop(get(&client));
    assert!(story.0.lock().unwrap().is_empty(), "what was never begun does not end");
}

/// Adds a header with a value of its own, and the names of those that it finds.
#[derive(Debug)]
struct Adds(&'static str);

impl RequestHook for Adds {
    fn prepare(&self, call: &CallInfo<'_>, request: &mut SignableRequest<'_>) {
        let found: Vec<&str> = ["x-first", "x-second", "authorization", "signature"]
            .into_iter()
            .filter(|name| request.headers.contains_key(*name))
            .collect();
        let value = format!("{} {} {}", call.operation, request.body.len(), found.join("+"));
        request.headers.insert(HeaderName::from_static(self.0), HeaderValue::from_str(&value).unwrap());
    }

    fn header_names(&self) -> Vec<HeaderName> {
        vec![HeaderName::from_static(self.0)]
    }
}

#[derive(Debug)]
struct Fails;

impl RequestHook for Fails {
    fn prepare(&self, _: &CallInfo<'_>, _: &mut SignableRequest<'_>) {
        panic!("the hook panics")
    }

    fn header_names(&self) -> Vec<HeaderName> {
        Vec::new()
    }
}

/// Signs by saying which headers there are.
#[derive(Debug)]
struct Lists;

impl Signer for Lists {
    fn sign(&self, request: &mut SignableRequest<'_>) -> Result<(), SignError> {
        let mut names: Vec<&str> = request.headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        let names = names.join(",");
        request.headers.insert("signature", HeaderValue::from_str(&names).unwrap());
        Ok(())
    }
}

#[tokio::test]
async fn hooks_add_headers_in_order_and_before_the_signature() {
    let server = Server::start(|number, _| if number == 0 { json(503, "") } else { json(200, "true") }).await;
    let client = builder(&server)
        .credentials(Credentials::none().header("authorization", "Bearer abc"))
        .request_hook(Adds("x-first"))
        .request_hook(Adds("x-second"))
        .signer(Lists)
        .runtime(FakeRuntime::new())
        .build()
        .unwrap()
        .0;
    get(&client).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 2, "each attempt is prepared anew");
    for request in received {
        assert_eq!(request.header("x-first"), Some("get_thing 0 authorization"));
        assert_eq!(request.header("x-second"), Some("get_thing 0 x-first+authorization"));
        assert_eq!(request.header("signature"), Some("accept,authorization,user-agent,x-first,x-second"));
    }
}

#[tokio::test]
async fn a_hook_that_panics_is_an_error_of_the_call() {
    let server = Server::start(|_, _| json(200, "true")).await;
    let client = builder(&server).request_hook(Fails).build().unwrap().0;
    let error = get(&client).await.unwrap_err();
    let Error::Refused(refused) = &error else { panic!("{error:?}") };
    assert_eq!((&refused.reason, error.attempts(), server.count()), (&Refused::Hook, 0, 0));
}

#[test]
fn no_header_is_sent_by_two() {
    let hook =
        |name: &'static str| ClientBuilder::<Vendor>::default().base_url("https://a.invalid").request_hook(Adds(name));
    let authorized = Credentials::none().header("authorization", "Bearer abc");
    for builder in [
        hook("accept"),
        hook("host"),
        hook("x-first").request_hook(Adds("x-first")),
        hook("x-first").header("x-first", "1"),
        hook("signature").signer(Lists),
        hook("authorization").credentials(authorized),
    ] {
        let error = builder.build().unwrap_err();
        assert!(matches!(error, BuildError::HeaderTwice { .. }), "{error:?}");
    }
}

/// Whether it is over within that time.
async fn is_over(future: impl Future<Output = ()>) -> bool {
    tokio::time::timeout(Duration::from_millis(200), future).await.is_ok()
}

#[tokio::test]
async fn a_client_is_idle_when_nothing_is_under_way() {
    let server = Server::start(|_, request| match request.path() {
        "/file" => {
            let mut steps = response("200 OK", &[], "0123456789");
            steps.insert(1, Step::Pause(Duration::from_secs(60)));
            steps
        }
        _ => [vec![Step::Pause(Duration::from_millis(500))], json(200, "true")].concat(),
    })
    .await;
    let client = builder(&server).build().unwrap().0;
    client.idle().await;
    let call = tokio::spawn({
        let client = client.clone();
        async move { get(&client).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!is_over(client.idle()).await, "a call is under way");
    client.idle().await;
    assert!(call.await.unwrap().unwrap());

    let download: Download = client.request(&FILE).returns_download::<NoDeclaredError>().send().await.unwrap();
    assert!(!is_over(client.idle()).await, "a file is being read");
    drop(download);
    client.idle().await;

    let mut call: BoxFuture<'_, _> = Box::pin(get(&client));
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut call).await.is_err());
    assert!(!is_over(client.idle()).await);
    drop(call);
    client.idle().await;
}
