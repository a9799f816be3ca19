//! 10,000 calls at 256 in flight over one client, to a server on loopback that fails two in a hundred:
//! `cargo run --release -p onboarding-core --example load`.
//!
//! It proves by counting on both sides that every call ends in exactly one outcome, that none is lost and that no unsafe call is
//! carried out twice, and prints figures.

#![allow(clippy::print_stdout, reason = "it is run for its figures")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use onboarding_core::{
    Client, ClientBuilder, Credentials, Environment, Error, JsonValue, Method, NoDeclaredError, Operation, VendorClient,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const CALLS: u64 = 10_000;
const IN_FLIGHT: u64 = 256;

static GET: Operation = Operation::new("get", Method::GET, "/things/{id}");
static POST: Operation = Operation::new("create", Method::POST, "/things/{id}");

/// A vendor of which nothing is known but its client.
struct Vendor(Client);

impl VendorClient for Vendor {
    const VENDOR: &'static str = "load";
    const USER_AGENT: &'static str = "onboarding-load/0";
    type Environment = Nowhere;
    type Credentials = Credentials;

    fn from_core(core: Client) -> Self {
        Self(core)
    }
}

/// The vendor has no address of its own.
enum Nowhere {}

impl Environment for Nowhere {
    fn base_url(&self) -> &str {
        match *self {}
    }
}

/// How often the server carried each unsafe call out.
type Created = Arc<Mutex<BTreeMap<u64, u32>>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let (created, requests) = (Created::default(), Arc::new(AtomicU64::new(0)));
    tokio::spawn(accept(listener, created.clone(), requests.clone()));

    let client = ClientBuilder::<Vendor>::default()
        .base_url(base_url)
        .credentials(Credentials::none().header("authorization", "Bearer load"))
        .timeout(Duration::from_secs(20))
        .build()?
        .0;
    let next = Arc::new(AtomicU64::new(0));
    let before = resident_kib();
    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        workers.spawn(work(client.clone(), next.clone()));
    }
    let mut outcomes: BTreeMap<u64, &'static str> = BTreeMap::new();
    let mut halfway = None;
    while let Some(worker) = workers.join_next().await {
        halfway = halfway.or_else(resident_kib);
        for (id, outcome) in worker? {
            assert!(outcomes.insert(id, outcome).is_none(), "call {id} ended twice");
        }
    }
    let elapsed = begun.elapsed();
    let after = resident_kib();

    assert_eq!(outcomes.len() as u64, CALLS, "every call ended");
    let created = created.lock().map_err(|_| "the server has panicked")?;
    assert!(created.values().all(|times| *times == 1), "an unsafe call was carried out twice");
    for (id, outcome) in &outcomes {
        if id % 2 == 1 && *outcome == "success" {
            assert!(created.contains_key(id), "call {id} succeeded without being carried out");
        }
    }
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for outcome in outcomes.values() {
        *totals.entry(outcome).or_default() += 1;
    }
    println!("calls          {CALLS}, {IN_FLIGHT} in flight");
    println!("requests       {}", requests.load(Ordering::Relaxed));
    for (outcome, total) in totals {
        println!("{outcome:<14} {total}");
    }
    println!(
        "elapsed        {elapsed:?}, {:.0} calls a second",
        f64::from(u32::try_from(CALLS)?) / elapsed.as_secs_f64()
    );
    if let (Some(before), Some(halfway), Some(after)) = (before, halfway, after) {
        println!("resident       {before} KiB before, {halfway} KiB at the first worker's end, {after} KiB after");
    }
    Ok(())
}

/// Makes calls until all are made. Even ones are safe, odd ones are not.
async fn work(client: Client, next: Arc<AtomicU64>) -> Vec<(u64, &'static str)> {
    let mut outcomes = Vec::new();
    loop {
        let id = next.fetch_add(1, Ordering::Relaxed);
        if id >= CALLS {
            return outcomes;
        }
        let operation = if id.is_multiple_of(2) { &GET } else { &POST };
        let call = client.request(operation).path("id", &id).returns_json::<JsonValue, NoDeclaredError>();
        let outcome = match call.send().await {
            Ok(_) => "success",
            Err(Error::Transport(_)) => "transport",
            Err(Error::Undeclared(_)) => "status",
            Err(Error::Malformed(_)) => "malformed",
            Err(_) => "other",
        };
        outcomes.push((id, outcome));
    }
}

async fn accept(listener: TcpListener, created: Created, requests: Arc<AtomicU64>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, created.clone(), requests.clone()));
    }
}

/// Responds to the requests of one connection, and fails one in fifty: with 503, by cutting the body, or by breaking off.
async fn serve(mut stream: TcpStream, created: Created, requests: Arc<AtomicU64>) {
    let mut bytes = Vec::new();
    loop {
        while !bytes.ends_with(b"\r\n\r\n") {
            if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
                return;
            }
        }
        let head = String::from_utf8_lossy(&bytes).into_owned();
        bytes.clear();
        let number = requests.fetch_add(1, Ordering::Relaxed);
        let fault = (number % 50 == 49).then_some(number / 50 % 3);
        if fault == Some(0) {
            let refusal = b"HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n";
            if stream.write_all(refusal).await.is_err() {
                return;
            }
            continue;
        }
        let id = head.split(' ').nth(1).and_then(|path| path.rsplit('/').next()).and_then(|id| id.parse().ok());
        if let (true, Some(id), Ok(mut created)) = (head.starts_with("POST"), id, created.lock()) {
            *created.entry(id).or_default() += 1;
        }
        let response: &[u8] = match fault {
            Some(1) => b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{",
            Some(_) => b"",
            None => b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"ok\":true}",
        };
        if stream.write_all(response).await.is_err() || fault.is_some() {
            return;
        }
    }
}

/// The memory that the process holds, where the system tells.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().split(' ').next()?.parse().ok()
}
