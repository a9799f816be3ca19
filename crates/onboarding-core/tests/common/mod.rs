//! What the tests share: a TCP server on loopback that does as it is told, a vendor's client, and time that does not pass by itself.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use onboarding_core::{
    BoxFuture, Client, ClientBuilder, Credentials, Environment, Retry, Runtime, Timestamp, VendorClient,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A value that must never be printed.
pub const SECRET: &str = "s3cr3t-0f-ann";

/// A vendor of which nothing is known but its client.
#[derive(Clone, Debug)]
pub struct Vendor(pub Client);

/// The vendor's only installation.
#[derive(Clone, Copy, Debug)]
pub struct Nowhere;

impl Environment for Nowhere {
    fn base_url(&self) -> &'static str {
        "https://vendor.invalid"
    }
}

impl VendorClient for Vendor {
    const VENDOR: &'static str = "vendor";
    const USER_AGENT: &'static str = "onboarding-test/0";
    const REQUEST_ID_HEADERS: &'static [&'static str] = &["x-request-id", "x-trace"];
    type Environment = Nowhere;
    type Credentials = Credentials;

    fn from_core(core: Client) -> Self {
        Self(core)
    }
}

/// Begins a client of the server.
pub fn builder(server: &Server) -> ClientBuilder<Vendor> {
    ClientBuilder::default().base_url(server.base_url())
}

/// A client of the server that repeats nothing.
pub fn client(server: &Server) -> Client {
    builder(server).retry(Retry::never()).build().unwrap().0
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    /// The path and query of the request line.
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target().split('?').next().unwrap()
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// What the server does once it has read a request.
#[derive(Clone, Debug)]
pub enum Step {
    Send(Vec<u8>),
    Pause(Duration),
    /// Sends one byte at a time, with a pause after each.
    Trickle(Vec<u8>, Duration),
    /// Sends zeros for as long as the client reads, but no more than that.
    Flood(u64),
    /// Breaks the connection off instead of closing it.
    Reset,
}

/// A whole response with this status line, these header lines and this body.
pub fn response(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<Step> {
    let body = body.as_ref();
    let mut head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    vec![Step::Send([head.as_bytes(), body].concat())]
}

/// A JSON response.
pub fn json(status: u16, body: impl AsRef<[u8]>) -> Vec<Step> {
    response(&format!("{status} Status"), &[("content-type", "application/json")], body)
}

type Handler = dyn Fn(usize, &Received) -> Vec<Step> + Send + Sync;

/// A server on loopback. Every request has a connection of its own.
pub struct Server {
    address: std::net::SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Starts a server that asks `handler` what to do with each request, which are numbered from 0.
    pub async fn start(handler: impl Fn(usize, &Received) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (log, handler) = (received.clone(), Arc::new(handler) as Arc<Handler>);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, log.clone(), handler.clone()));
            }
        });
        Self { address, received }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests that came so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    /// How many requests came for a path.
    pub fn count_of(&self, path: &str) -> usize {
        self.received.lock().unwrap().iter().filter(|request| request.path() == path).count()
    }
}

async fn serve(mut stream: TcpStream, log: Arc<Mutex<Vec<Received>>>, handler: Arc<Handler>) {
    let Some(request) = read_request(&mut stream).await else {
        return;
    };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(request.clone());
        log.len() - 1
    };
    for step in handler(number, &request) {
        let sent = match step {
            Step::Send(bytes) => stream.write_all(&bytes).await,
            Step::Pause(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
            Step::Trickle(bytes, pause) => trickle(&mut stream, &bytes, pause).await,
            Step::Flood(bytes) => flood(&mut stream, bytes).await,
            Step::Reset => stream.set_zero_linger(),
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn trickle(stream: &mut TcpStream, bytes: &[u8], pause: Duration) -> std::io::Result<()> {
    for byte in bytes {
        stream.write_all(&[*byte]).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

async fn flood(stream: &mut TcpStream, bytes: u64) -> std::io::Result<()> {
    let zeros = vec![b'0'; 64 * 1024];
    for _ in 0..bytes / zeros.len() as u64 {
        stream.write_all(&zeros).await?;
    }
    Ok(())
}

async fn read_request(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
    };
    let mut request =
        Received { head: String::from_utf8(bytes[..end].to_vec()).unwrap(), body: bytes[end + 4..].to_vec() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    while request.body.len() < length {
        stream.read_buf(&mut request.body).await.ok().filter(|length| *length > 0)?;
    }
    Some(request)
}

/// Time that passes when someone sleeps or the test says so, and chance that is always one half.
#[derive(Clone, Debug)]
pub struct FakeRuntime {
    begun: Instant,
    passed: Arc<Mutex<(Duration, Vec<Duration>)>>,
}

impl FakeRuntime {
    pub fn new() -> Self {
        Self { begun: Instant::now(), passed: Arc::default() }
    }

    /// The time of day at which every test begins.
    pub fn start() -> Timestamp {
        "2024-11-06T08:49:37Z".parse().unwrap()
    }

    pub fn pass(&self, time: Duration) {
        self.passed.lock().unwrap().0 += time;
    }

    /// How long was slept, each time.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.passed.lock().unwrap().1.clone()
    }
}

impl Runtime for FakeRuntime {
    fn now(&self) -> Timestamp {
        Self::start() + self.passed.lock().unwrap().0
    }

    fn instant(&self) -> Instant {
        self.begun + self.passed.lock().unwrap().0
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut passed = self.passed.lock().unwrap();
        passed.0 += duration;
        passed.1.push(duration);
        Box::pin(tokio::task::yield_now())
    }

    fn random(&self) -> f64 {
        0.5
    }
}

/// Everything that an error prints, with its sources.
pub fn printed(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(text, " {error} {error:?}");
        source = error.source();
    }
    text
}
