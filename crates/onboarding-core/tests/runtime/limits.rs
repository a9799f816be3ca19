//! A client keeps its own limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use onboarding_core::{Client, Error, Method, NoDeclaredError, Operation, Retry};

use crate::common::{FakeRuntime, Server, Step, builder, json};

static GET: Operation = Operation::new("get", Method::GET, "/things");
static FILE: Operation = Operation::new("get_file", Method::GET, "/file");

async fn call(client: &Client) -> Result<(), Error<NoDeclaredError>> {
    client.request(&GET).returns_nothing().send().await
}

#[tokio::test]
async fn an_attempt_and_a_call_have_their_time() {
    let server = Server::start(|_, _| vec![Step::Pause(Duration::from_secs(30))]).await;
    let client = builder(&server)
        .attempt_timeout(Duration::from_millis(50))
        .retry(Retry::default().first_delay(Duration::from_millis(1)))
        .build()
        .unwrap()
        .0;
    let begun = Instant::now();
    let error = call(&client).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!((error.attempts(), server.count()), (3, 3));
    let call = client.request(&GET).returns_nothing::<NoDeclaredError>().attempt_timeout(Duration::from_secs(9));
    let error = call.timeout(Duration::from_millis(50)).send().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!((error.attempts(), server.count()), (1, 4));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_call_without_any_time_is_not_sent() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let client = builder(&server).build().unwrap().0;
    for call in [client.request(&GET).timeout(Duration::ZERO), client.request(&GET).attempt_timeout(Duration::ZERO)] {
        let error = call.returns_nothing::<NoDeclaredError>().send().await.unwrap_err();
        assert_eq!((error.is_timeout(), error.attempts(), server.count()), (true, 0, 0));
    }
}

#[tokio::test]
async fn only_so_many_calls_are_in_flight() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counter, peak) = (now.clone(), most.clone());
    let server = Server::start(move |_, _| {
        peak.fetch_max(counter.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        [vec![Step::Pause(Duration::from_millis(20))], json(200, "{}")].concat()
    })
    .await;
    let client = builder(&server).max_concurrent_calls(3).build().unwrap().0;
    let calls: Vec<_> = (0..12)
        .map(|_| {
            let (client, now) = (client.clone(), now.clone());
            tokio::spawn(async move {
                let result = client.request(&GET).returns_nothing::<NoDeclaredError>().send().await;
                now.fetch_sub(1, Ordering::SeqCst);
                result
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    // The caller counts an end a little after the next call has begun.
    assert!(most.load(Ordering::SeqCst) <= 6, "{}", most.load(Ordering::SeqCst));
    assert_eq!(server.count(), 12);
}

#[tokio::test]
async fn a_file_that_is_read_counts_among_the_calls() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let client = builder(&server).max_concurrent_calls(1).build().unwrap().0;
    let file = client.request(&FILE).returns_download::<NoDeclaredError>().send().await.unwrap();
    let waiting = client.request(&GET).timeout(Duration::from_millis(50)).returns_nothing::<NoDeclaredError>();
    let error = waiting.send().await.unwrap_err();
    assert_eq!((error.is_timeout(), error.attempts()), (true, 0));
    drop(file);
    call(&client).await.unwrap();
}

#[tokio::test]
async fn attempts_are_spread_over_time() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let runtime = FakeRuntime::new();
    let client = builder(&server).rate_limit(10, Duration::from_secs(1)).runtime(runtime.clone()).build().unwrap().0;
    for _ in 0..4 {
        call(&client).await.unwrap();
    }
    assert_eq!(runtime.sleeps(), [Duration::from_millis(100); 3]);
    runtime.pass(Duration::from_secs(9));
    call(&client).await.unwrap();
    assert_eq!(runtime.sleeps().len(), 3, "time that was not used is not saved up, but nobody waits either");
}
