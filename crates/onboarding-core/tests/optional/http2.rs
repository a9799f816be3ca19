//! HTTP/2 on the wire. TLS would agree on it; without TLS the client is told that the server speaks it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::Reason;
use onboarding_core::{
    Client, ClientBuilder, Error, JsonValue, Method, NoDeclaredError, Operation, Retry, TransportErrorKind,
};
use tokio::net::TcpListener;

use crate::common::Vendor;

static GET: Operation = Operation::new("get", Method::GET, "/things");
static POST: Operation = Operation::new("create", Method::POST, "/things");

/// How many connections and requests came.
#[derive(Default)]
struct Came {
    connections: AtomicUsize,
    requests: AtomicUsize,
}

/// A server that speaks HTTP/2 alone and sends every request this many spaces and a number, or breaks its stream off.
async fn start(length: Option<usize>) -> (Client, Arc<Came>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let came = Arc::new(Came::default());
    let counted = came.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.connections.fetch_add(1, Ordering::SeqCst);
            let counted = counted.clone();
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    assert_eq!(request.version(), http::Version::HTTP_2);
                    counted.requests.fetch_add(1, Ordering::SeqCst);
                    let Some(length) = length else {
                        respond.send_reset(Reason::INTERNAL_ERROR);
                        continue;
                    };
                    let mut body = vec![b' '; length];
                    body.push(b'7');
                    let mut sent = respond.send_response(http::Response::new(()), false).unwrap();
                    // What the client gives up is not sent to the end.
                    let _ = sent.send_data(Bytes::from(body), true);
                }
            });
        }
    });
    let http = reqwest::Client::builder().http2_prior_knowledge();
    let client = ClientBuilder::<Vendor>::default().base_url(base_url).http_client_builder(http);
    (client.retry(Retry::never()).max_response_bytes(1 << 20).build().unwrap().0, came)
}

#[tokio::test]
async fn calls_share_a_connection() {
    let (client, came) = start(Some(3)).await;
    let call = |operation| client.request(operation).json("application/json", "x").returns_json();
    let first: Result<JsonValue, Error<NoDeclaredError>> = call(&POST).send().await;
    assert_eq!(first.unwrap(), serde_json::json!(7));
    let calls: Vec<_> = (0..9).map(|_| tokio::spawn(call(&GET).into_future())).collect();
    for call in calls {
        let answer: Result<JsonValue, Error<NoDeclaredError>> = call.await.unwrap();
        assert_eq!(answer.unwrap(), serde_json::json!(7));
    }
    assert_eq!((came.connections.load(Ordering::SeqCst), came.requests.load(Ordering::SeqCst)), (1, 10));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read() {
    let (client, came) = start(Some(4 << 20)).await;
    for times in 1..=2 {
        let error = client.request(&GET).send_raw().await.unwrap_err();
        let Error::Transport(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind(), TransportErrorKind::ResponseTooLarge);
        assert_eq!(came.requests.load(Ordering::SeqCst), times);
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error_and_an_unsafe_call_is_sent_once() {
    let (client, came) = start(None).await;
    let error = client.request(&POST).send_raw().await.unwrap_err();
    let Error::Transport(error) = error else { panic!("{error:?}") };
    assert_eq!((error.kind(), error.attempts()), (TransportErrorKind::Interrupted, 1));
    assert_eq!(came.requests.load(Ordering::SeqCst), 1);
}
