//! The same calls of two operations, once by a vendor crate and once by hand, and the server that responds to them.
//!
//! `overhead-time` and `overhead-allocations` make the calls, side by side, and print what each costs. They are two programs because
//! counting allocations takes time itself. The server is a third, so that its work is not counted.

mod by_hand;
mod processor;
mod server;

use std::hint::black_box;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use onboarding_griffin::types;
use onboarding_griffin::{Client, Credentials};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::by_hand::ByHand;
use crate::processor::stay_on;
pub use crate::server::serve;

/// What is called for, and what is sent to it.
const ORGANIZATION: &str = "og.IG9yZ2FuaXphdGlvbi1pZA";
const SECRET: &str = "the-secret";
const PLAIN_BODY: &str = include_str!("../bodies/create_legal_person.request.json");
const PATTERNS_BODY: &str = include_str!("../bodies/create_legal_person.patterns.json");

/// A call that is made on both sides.
#[derive(Clone, Copy, Debug)]
pub enum Call {
    /// Reads a list of about 2 KiB.
    Get,
    /// Sends a body of about 2 KiB and reads a shorter one.
    Post,
    /// The same with six telephone numbers and addresses of which the vendor documents a pattern: the vendor crate holds them
    /// against it, the other side does not.
    PostPatterns,
}

impl Call {
    /// All calls.
    pub const ALL: [Self; 3] = [Self::Get, Self::Post, Self::PostPatterns];

    /// The call as the table names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET, griffin's `list_legal_persons`",
            Self::Post => "POST, griffin's `create_legal_person`",
            Self::PostPatterns => "the same POST with 6 patterns",
        }
    }
}

/// Who makes a call.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    /// The vendor crate.
    Ours,
    /// reqwest and serde, as a careful person would write it.
    ByHand,
}

/// Both sides, ready to call.
pub struct Bench {
    runtime: tokio::runtime::Runtime,
    ours: Client,
    by_hand: ByHand,
    organization: types::OrganizationId,
    our_bodies: [types::NewLegalPerson; 2],
    their_bodies: [by_hand::NewLegalPerson; 2],
    base_url: String,
    server: Child,
}

impl Bench {
    /// Starts the server, and proves that both sides send the same and read the same.
    pub fn start() -> Result<Self> {
        let (server, base_url) = start_server()?;
        stay_on(0);
        let bench = Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            ours: Client::builder()
                .base_url(&base_url)
                .credentials(Credentials::api_key(SECRET))
                .user_agent(by_hand::USER_AGENT)
                .build()?,
            by_hand: ByHand::new(http_client()?, &base_url, SECRET)?,
            organization: ORGANIZATION.into(),
            our_bodies: [serde_json::from_str(PLAIN_BODY)?, serde_json::from_str(PATTERNS_BODY)?],
            their_bodies: [serde_json::from_str(PLAIN_BODY)?, serde_json::from_str(PATTERNS_BODY)?],
            base_url,
            server,
        };
        for call in Call::ALL {
            bench.prove_equal(call).with_context(|| format!("{} is not the same on both sides", call.name()))?;
        }
        Ok(bench)
    }

    /// Makes a call that often, one after the other.
    pub fn run(&self, side: Side, call: Call, times: usize) -> Result<()> {
        self.runtime.block_on(async {
            let with_patterns = usize::from(matches!(call, Call::PostPatterns));
            for _ in 0..times {
                match (side, call) {
                    (Side::Ours, Call::Get) => {
                        black_box(self.ours.list_legal_persons(&self.organization).send().await?);
                    }
                    (Side::Ours, Call::Post | Call::PostPatterns) => {
                        let body = &self.our_bodies[with_patterns];
                        black_box(self.ours.create_legal_person(&self.organization, body).send().await?);
                    }
                    (Side::ByHand, Call::Get) => {
                        black_box(self.by_hand.list_legal_persons(ORGANIZATION).await?);
                    }
                    (Side::ByHand, Call::Post | Call::PostPatterns) => {
                        let body = &self.their_bodies[with_patterns];
                        black_box(self.by_hand.create_legal_person(ORGANIZATION, body).await?);
                    }
                }
            }
            Ok(())
        })
    }

    fn prove_equal(&self, call: Call) -> Result<()> {
        let mut requests = Vec::new();
        for side in [Side::Ours, Side::ByHand] {
            self.run(side, call, 1)?;
            requests.push(self.runtime.block_on(last_request(&self.base_url))?);
        }
        ensure!(requests[0] == requests[1], "the requests differ:\n{:#?}\n{:#?}", requests[0], requests[1]);
        match call {
            Call::Get => same_reading::<types::LegalPersonList, by_hand::LegalPersonList>(server::LIST),
            Call::Post | Call::PostPatterns => {
                same_reading::<types::LegalPerson, by_hand::LegalPerson>(server::CREATED)
            }
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // It would end by itself with the last program that can call it; nothing is lost when that cannot be hurried.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Starts the server, which lies beside this program, and reads from it where it listens.
fn start_server() -> Result<(Child, String)> {
    let program = std::env::current_exe()?.with_file_name("overhead-server");
    let mut server = Command::new(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}: build the whole package", program.display()))?;
    let output = server.stdout.take().context("the server has no output")?;
    let mut address = String::new();
    BufReader::new(output).read_line(&mut address)?;
    Ok((server, format!("http://{}", address.trim())))
}

/// What the server received last: request line, headers in order of their names, and body. The two sides may write its members in
/// another order, which is no difference between JSON values.
async fn last_request(base_url: &str) -> Result<(String, Value)> {
    let text = reqwest::get(format!("{base_url}{}", server::LAST_REQUEST)).await?.text().await?;
    let (head, body) = text.split_once("\r\n\r\n").context("a request has a head")?;
    let mut lines: Vec<&str> = head.lines().collect();
    lines[1..].sort_unstable();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body)? };
    Ok((lines.join("\n"), body))
}

/// Both types read the text, and hold the same.
fn same_reading<Ours, Theirs>(text: &str) -> Result<()>
where
    Ours: DeserializeOwned + serde::Serialize,
    Theirs: DeserializeOwned + serde::Serialize,
{
    let documented: Value = serde_json::from_str(text)?;
    let ours = serde_json::to_value(serde_json::from_str::<Ours>(text)?)?;
    let theirs = serde_json::to_value(serde_json::from_str::<Theirs>(text)?)?;
    ensure!(ours == theirs && ours == documented, "what is read differs:\n{ours}\n{theirs}");
    Ok(())
}

/// The HTTP client by hand, set up as the vendor crate's builder does it.
fn http_client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(60))
        .timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change of the vendor's document that leaves the bench's bodies behind is seen where it is made.
    #[test]
    fn both_sides_read_the_bodies_and_hold_the_same() -> Result<()> {
        same_reading::<types::LegalPersonList, by_hand::LegalPersonList>(server::LIST)?;
        same_reading::<types::LegalPerson, by_hand::LegalPerson>(server::CREATED)?;
        for body in [PLAIN_BODY, PATTERNS_BODY] {
            same_reading::<types::NewLegalPerson, by_hand::NewLegalPerson>(body)?;
        }
        Ok(())
    }
}
