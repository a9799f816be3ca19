//! Compressed responses: read in every coding, and never for more than the limits say.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use onboarding_core::{
    Error, JsonValue, Method, NoDeclaredError, Operation, Retry, SignError, SignableRequest, Signer, TransportErrorKind,
};

use crate::common::{Server, builder, client, response};

static GET: Operation = Operation::new("get", Method::GET, "/things");
static POST: Operation = Operation::new("create", Method::POST, "/things");

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `"hello"` as JSON, in a meta-block of brotli that holds it as it is (RFC 7932, section 9.2).
const BROTLI: &[u8] = b"\x0b\x03\x80\"hello\"\x03";

/// A server that sends everyone this body in this coding.
async fn sends(coding: &'static str, body: Vec<u8>) -> Server {
    Server::start(move |_, _| response("200 OK", &[("content-encoding", coding)], &body)).await
}

fn kind(error: &Error<NoDeclaredError>) -> TransportErrorKind {
    let Error::Transport(error) = error else { panic!("{error:?}") };
    error.kind()
}

#[tokio::test]
async fn a_response_is_read_in_every_coding_that_is_asked_for() {
    let text = br#""hello""#;
    for (coding, body) in [("gzip", gzip(text)), ("deflate", deflate(text)), ("br", BROTLI.to_vec())] {
        let server = sends(coding, body).await;
        let call = client(&server).request(&GET).returns_json::<JsonValue, NoDeclaredError>();
        assert_eq!(call.send().await.unwrap(), serde_json::json!("hello"), "{coding}");
        let asked = server.received()[0].header("accept-encoding").unwrap().to_owned();
        assert!(asked.split(',').any(|asked| asked.trim() == coding), "{asked}");
        let response = client(&server).request(&GET).send_raw().await.unwrap();
        assert_eq!(response.bytes(), &text[..], "{coding}");
        assert_eq!(response.headers().get("content-encoding"), None, "{coding}");
    }
}

#[tokio::test]
async fn a_small_response_that_unpacks_to_a_large_one_is_too_large() {
    const LARGE: usize = 16 << 20;
    let zeros = vec![b'0'; LARGE];
    for (coding, bomb) in [("gzip", gzip(&zeros)), ("deflate", deflate(&zeros))] {
        assert!(bomb.len() < LARGE / 500);
        let server = sends(coding, bomb).await;
        let client = builder(&server).max_response_bytes(1 << 20).max_download_bytes(1 << 20).build().unwrap().0;
        let error = client.request(&GET).send_raw().await.unwrap_err();
        assert_eq!((kind(&error), server.count()), (TransportErrorKind::ResponseTooLarge, 1), "{coding}");

        let mut file = client.request(&GET).returns_download::<NoDeclaredError>().send().await.unwrap();
        let mut read = 0;
        let error = loop {
            match file.chunk().await {
                Ok(piece) => read += piece.expect("it does not end before").len(),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), TransportErrorKind::ResponseTooLarge, "{coding}");
        assert!(read <= 1 << 20, "{read} bytes of {coding} were given out");
    }
}

#[tokio::test]
async fn what_is_announced_is_not_what_is_read() {
    // Compressed, it is longer than it may be; what is read of it is not.
    let body = gzip(b"12345");
    assert!(body.len() > 20);
    let server = sends("gzip", body).await;
    let client = builder(&server).max_response_bytes(5).max_download_bytes(5).build().unwrap().0;
    assert_eq!(client.request(&GET).send_raw().await.unwrap().bytes(), &b"12345"[..]);
    let file = client.request(&GET).returns_download::<NoDeclaredError>().send().await.unwrap();
    assert_eq!(file.headers().get("content-length"), None);
    assert_eq!(file.bytes().await.unwrap(), "12345");
}

#[tokio::test]
async fn what_cannot_be_decompressed_is_an_error() {
    let whole = gzip(b"\"hello\"");
    let mut damaged = whole.clone();
    damaged[12] ^= 0xff;
    for (coding, body) in [
        ("gzip", whole[..whole.len() / 2].to_vec()),
        ("gzip", damaged),
        ("gzip", b"\"hello\"".to_vec()),
        ("deflate", vec![0xff; 99]),
        ("br", vec![0xff; 99]),
        ("br", BROTLI[..BROTLI.len() - 3].to_vec()),
    ] {
        let server = sends(coding, body).await;
        let error = client(&server).request(&POST).send_raw().await.unwrap_err();
        assert_eq!((kind(&error), server.count()), (TransportErrorKind::Interrupted, 1), "{coding}");
        assert_eq!(error.status().unwrap(), 200, "{coding}");
    }
    // A coding that was not asked for is left as it is.
    for coding in ["compress", "zstd"] {
        let server = sends(coding, b"\"hello\"".to_vec()).await;
        let response = client(&server).request(&GET).send_raw().await.unwrap();
        assert_eq!(response.headers().get("content-encoding").unwrap(), coding);
    }
}

#[tokio::test]
async fn an_empty_response_in_a_coding_is_empty() {
    for coding in ["gzip", "deflate", "br"] {
        let server = sends(coding, Vec::new()).await;
        let response = client(&server).request(&GET).send_raw().await.unwrap();
        assert!(response.bytes().is_empty(), "{coding}");
        let server = Server::start(move |_, _| response_without_body(coding)).await;
        client(&server).request(&POST).returns_nothing::<NoDeclaredError>().send().await.unwrap();
    }
}

fn response_without_body(coding: &str) -> Vec<crate::common::Step> {
    let head = format!("HTTP/1.1 204 No Content\r\nconnection: close\r\ncontent-encoding: {coding}\r\n\r\n");
    vec![crate::common::Step::Send(head.into_bytes())]
}

/// Covers every header that there is.
#[derive(Debug)]
struct CoversAll;

impl Signer for CoversAll {
    fn header_names(&self) -> Vec<onboarding_core::HeaderName> {
        vec!["signature-input".parse().unwrap()]
    }

    fn sign(&self, request: &mut SignableRequest<'_>) -> Result<(), SignError> {
        let covered: Vec<&str> = request.headers.keys().map(onboarding_core::HeaderName::as_str).collect();
        let covered = covered.join(" ").parse().map_err(|_| SignError::new("no header"))?;
        request.headers.insert("signature-input", covered);
        Ok(())
    }
}

#[tokio::test]
async fn the_header_that_asks_for_compression_is_in_no_signature() {
    let server = sends("gzip", gzip(b"{}")).await;
    let client = builder(&server).retry(Retry::never()).signer(CoversAll).build().unwrap().0;
    assert_eq!(client.request(&POST).json("application/json", "x").send_raw().await.unwrap().bytes(), &b"{}"[..]);
    let request = &server.received()[0];
    let covered = request.header("signature-input").unwrap();
    assert!(covered.contains("content-type") && !covered.contains("accept-encoding"), "{covered}");
    assert_eq!(request.head.matches("accept-encoding: ").count(), 1);
}
