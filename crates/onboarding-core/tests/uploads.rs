//! Bodies in parts, and files in them: as RFC 7578 has them, from memory and from disk.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use onboarding_core::derive::Object;
use onboarding_core::{
    ClientBuilder, Decimal, Error, HeaderValue, JsonValue, Method, NoDeclaredError, Operation, Retry, SignError,
    SignableRequest, Signer, Upload,
};

use crate::common::{Server, builder, client, json, response};

static POST: Operation = Operation::new("post", Method::POST, "/files");
static PUT: Operation = Operation::new("put", Method::PUT, "/files/1");

/// What is sent.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(sent)]
pub struct NewFile {
    /// The file.
    #[wire(required, "attachment")]
    pub attachment: Upload,
    /// What it is called.
    #[wire(optional, "name", private, max_length(20))]
    pub name: Option<String>,
    /// What it cost.
    #[wire(optional, "fee")]
    pub fee: Option<Decimal>,
    /// How often.
    #[wire(optional, "count")]
    pub count: Option<i64>,
    /// Labels.
    #[wire(optional, "label")]
    pub labels: Option<Vec<String>>,
    /// More files.
    #[wire(optional, "page")]
    pub pages: Option<Vec<Upload>>,
    /// Anything.
    #[wire(optional, "meta")]
    pub meta: Option<JsonValue>,
}

/// A file on disk that is there as long as the test.
struct OnDisk(PathBuf);

impl OnDisk {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("onboarding-uploads-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The body with its boundary replaced by `B`.
fn parts(request: &common::Received) -> String {
    let media_type = request.header("content-type").unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    assert!(boundary.len() <= 70 && !boundary.contains(' '), "RFC 2046 allows it: {boundary}");
    request.text().replace(boundary, "B")
}

#[tokio::test]
async fn members_are_parts_in_their_order() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let page = |text: &'static str| Upload::new(text.as_bytes()).media_type("text/plain");
    let body =
        NewFile::new(Upload::new(b"%PDF".as_slice()).file_name("a \"b\"\r\nc: ä.pdf").media_type("application/pdf"))
            .name("Änne \"x\"\r\n--B--")
            .fee("12.50".parse::<Decimal>().unwrap())
            .count(3)
            .labels(["one".to_owned(), "two".to_owned()])
            .pages([page("1"), page("2")])
            .meta(JsonValue::from(serde_json::json!({"a": [1, null]})));
    client(&server).request(&POST).multipart(&body).send_raw().await.unwrap();
    let text =
        |name: &str, text: &str| format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
    let file = |name: &str, file: &str, media_type: &str, text: &str| {
        format!(
            "--B\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {media_type}\r\n\r\n{text}\r\n"
        )
    };
    let meta = "--B\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{\"a\":[1,null]}\r\n";
    let expected = [
        file("attachment", "a %22b%22%0D%0Ac: ä.pdf", "application/pdf", "%PDF"),
        text("name", "Änne \"x\"\r\n--B--"),
        text("fee", "12.50"),
        text("count", "3"),
        text("label", "one"),
        text("label", "two"),
        file("page", "file", "text/plain", "1"),
        file("page", "file", "text/plain", "2"),
        meta.to_owned(),
        "--B--\r\n".to_owned(),
    ];
    let [request] = &server.received()[..] else { panic!("one request is sent") };
    assert_eq!(parts(request), expected.concat());
    assert_eq!(request.header("content-length"), Some(request.body.len().to_string().as_str()));
}

#[tokio::test]
async fn a_file_on_disk_is_sent_with_its_length_and_again_from_its_beginning() {
    let content: Vec<u8> = (0..300_000_u32).map(|byte| (byte % 251) as u8).collect();
    let on_disk = OnDisk::new("scan.bin", &content);
    let server =
        Server::start(|number, _| if number == 0 { response("503 Busy", &[], "") } else { json(200, "{}") }).await;
    let retry = Retry::default().first_delay(Duration::from_millis(1));
    let client = builder(&server).retry(retry).build().unwrap().0;
    let upload = Upload::open(&on_disk.0).await.unwrap().file_name("scan.bin");
    assert_eq!(upload.length(), 300_000);
    let sent = client.request(&PUT).multipart(&NewFile::new(upload).name("a")).send_raw().await.unwrap();
    assert_eq!(sent.attempts(), 2);
    let head = "--B\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"scan.bin\"\r\n\
                Content-Type: application/octet-stream\r\n\r\n";
    let tail = "\r\n--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\na\r\n--B--\r\n";
    for request in server.received() {
        let boundary = request.header("content-type").unwrap().split('=').nth(1).unwrap();
        // Nothing else has that letter.
        let [head, tail] = [head, tail].map(|text| text.replace('B', boundary));
        assert!(request.body == [head.as_bytes(), &content, tail.as_bytes()].concat(), "the body is whole");
        assert_eq!(request.header("content-length"), Some(request.body.len().to_string().as_str()));
        assert_eq!(request.header("transfer-encoding"), None);
    }
}

#[tokio::test]
async fn a_file_that_is_gone_or_shorter_fails_the_call() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let changes: [fn(&PathBuf); 2] =
        [|path| std::fs::write(path, "short").unwrap(), |path| std::fs::remove_file(path).unwrap()];
    for change in changes {
        let on_disk = OnDisk::new("changing", &vec![b'x'; 100_000]);
        let upload = Upload::open(&on_disk.0).await.unwrap();
        change(&on_disk.0);
        let error = client(&server).request(&POST).multipart(&NewFile::new(upload)).send_raw().await.unwrap_err();
        let Error::Transport(transport) = &error else { panic!("what was to be sent broke off: {error:?}") };
        assert!(!transport.is_connect() && transport.status().is_none(), "{error:?}");
        assert!(!common::printed(&error).contains("onboarding-uploads"), "the path is the service's own");
    }
    for path in [std::env::temp_dir(), std::env::temp_dir().join("onboarding-uploads-that-is-not-there")] {
        assert!(Upload::open(path).await.is_err());
    }
}

/// A signer that puts the length of what it signs into a header.
#[derive(Debug)]
struct Measure;

impl Signer for Measure {
    fn sign(&self, request: &mut SignableRequest<'_>) -> Result<(), SignError> {
        request.headers.insert("signature", HeaderValue::from(request.body.len()));
        Ok(())
    }
}

fn is_refused(error: &Error<NoDeclaredError>) -> bool {
    matches!(error, Error::Refused(_))
}

#[tokio::test]
async fn what_is_signed_is_at_hand() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let client = builder(&server).signer(Measure).build().unwrap().0;
    let body = NewFile::new(Upload::new(b"x".as_slice()));
    client.request(&POST).multipart(&body).send_raw().await.unwrap();
    let [request] = &server.received()[..] else { panic!("one request is sent") };
    assert_eq!(request.header("signature"), Some(request.body.len().to_string().as_str()));
    let on_disk = OnDisk::new("unsigned", b"x");
    let body = NewFile::new(Upload::open(&on_disk.0).await.unwrap());
    let error = client.request(&POST).multipart(&body).send_raw().await.unwrap_err();
    assert!(is_refused(&error), "{error:?}");
    assert_eq!(server.count(), 1, "nothing more was sent");
}

#[tokio::test]
async fn what_has_no_parts_is_refused() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let client = client(&server);
    let of = |upload: Upload| client.request(&POST).multipart(&NewFile::new(upload));
    let too_long = NewFile::new(Upload::new("x")).name("x".repeat(21));
    for request in [
        of(Upload::new("x").media_type("text/plain\r\nx-injected: 1")),
        of(Upload::new("x").media_type("")),
        client.request(&POST).multipart("a text"),
        client.request(&POST).multipart(&too_long),
        // A file has no JSON form unless it is text.
        client.request(&POST).json("application/json", &NewFile::new(Upload::new(b"\xff".as_slice()))),
    ] {
        let error = request.send_raw().await.unwrap_err();
        assert!(is_refused(&error), "{error:?}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_dropped_call_stops_sending() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let client = ClientBuilder::<common::Vendor>::default().base_url(base_url).retry(Retry::never()).build().unwrap().0;
    let on_disk = OnDisk::new("large", &vec![b'x'; 32 * 1024 * 1024]);
    let body = NewFile::new(Upload::open(&on_disk.0).await.unwrap());
    // The server accepts and does not read, so the call hangs once all buffers are full.
    let call = client.request(&POST).multipart(&body).send_raw();
    assert!(tokio::time::timeout(Duration::from_millis(300), call).await.is_err());
    let received = tokio::task::spawn_blocking(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = Vec::new();
        // It ends, or is broken off: either way nothing more comes.
        let _ = stream.read_to_end(&mut received);
        received.len()
    });
    let received =
        tokio::time::timeout(Duration::from_secs(20), received).await.expect("the connection ended").unwrap();
    assert!(received > 0 && received < 32 * 1024 * 1024, "{received} bytes came");
}

#[test]
fn nothing_of_a_file_is_shown() {
    let upload = Upload::new("s3cr3t").file_name("ann.pdf").media_type("application/pdf");
    assert_eq!(format!("{upload:?}"), "Upload { length: 6, .. }");
    assert_eq!(upload, upload.clone());
    assert_ne!(upload, upload.clone().file_name("bob.pdf"));
}
