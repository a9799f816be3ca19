//! The service ends without breaking off what is under way, within a time. The connection is one in memory.

use std::io;
use std::time::Duration;

use axum::serve::Listener;
use onboarding_service::shutdown::{Outcome, serve};
use onboarding_upvest::mock::{Mock, samples};
use onboarding_upvest::types::UserId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

use crate::{ID, client, service};

/// Accepts one connection and then none.
struct InMemory(Option<DuplexStream>);

impl Listener for InMemory {
    type Io = DuplexStream;
    type Addr = &'static str;

    async fn accept(&mut self) -> (DuplexStream, &'static str) {
        match self.0.take() {
            Some(connection) => (connection, "in memory"),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<&'static str> {
        Ok("in memory")
    }
}

/// Asks for a customer, whom the vendor gives after 5 seconds, and tells the service to end after 1: what becomes of both, and when.
async fn told_to_end(patience: u64) -> (Outcome, String, u64) {
    let upvest = Mock::new();
    upvest.get_user().then(|respond| respond.ok(&samples::user()).delayed(Duration::from_secs(5))).at_least(0);
    let client = client(&upvest);
    let (mut caller, connection) = duplex(64 * 1024);
    let request = format!("GET /customers/{ID} HTTP/1.1\r\nhost: service.example\r\n\r\n");
    caller.write_all(request.as_bytes()).await.unwrap();
    let stop = sleep(Duration::from_secs(1));
    let begin = Instant::now();
    let (router, patience) = (service(client.clone()), Duration::from_secs(patience));
    let outcome = serve(InMemory(Some(connection)), router, &client, stop, patience).await.unwrap();
    let elapsed = begin.elapsed().as_secs();
    let mut response = vec![0; 64 * 1024];
    let count = if outcome == Outcome::Finished { caller.read(&mut response).await.unwrap() } else { 0 };
    (outcome, String::from_utf8_lossy(&response[..count]).into_owned(), elapsed)
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_is_waited_for() {
    let (outcome, response, elapsed) = told_to_end(20).await;
    assert_eq!((outcome, elapsed), (Outcome::Finished, 5));
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
}

#[tokio::test(start_paused = true)]
async fn but_not_for_longer_than_it_may_take() {
    let (outcome, _, elapsed) = told_to_end(2).await;
    assert_eq!((outcome, elapsed), (Outcome::BrokenOff, 3));
}

#[tokio::test(start_paused = true)]
async fn idle_waits_for_calls_that_no_request_waits_for() {
    let upvest = Mock::new();
    upvest.get_user().then(|respond| respond.ok(&samples::user()).delayed(Duration::from_secs(5))).times(1);
    let client = client(&upvest);
    let call = tokio::spawn(client.get_user(&UserId::from(ID)).send());
    tokio::task::yield_now().await;
    let begin = Instant::now();
    client.idle().await;
    assert_eq!(begin.elapsed().as_secs(), 5);
    assert_eq!(call.await.unwrap().unwrap(), samples::user());
}
