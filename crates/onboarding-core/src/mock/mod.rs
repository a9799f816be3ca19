//! What stands in for a vendor in the tests of a service: a [`Mock`] that responds to the calls of a real client without a server, and the
//! errors that a call can end with, built in place.
//!
//! Services meet it as the module `mock` of a vendor's crate, with a method for each operation. A mock says first which calls it is about
//! and then how they are responded to:
//!
//! ```
//! use onboarding_core::mock::Mock;
//! # use onboarding_core::{Client, Credentials, Method, VendorClient};
//! # #[derive(Debug)]
//! # struct Vendor(Client);
//! # impl VendorClient for Vendor {
//! #     const VENDOR: &'static str = "acme";
//! #     const USER_AGENT: &'static str = "acme/1";
//! #     type Environment = std::convert::Infallible;
//! #     type Credentials = Credentials;
//! #     fn from_core(client: Client) -> Self {
//! #         Self(client)
//! #     }
//! # }
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!
//! let acme: Mock<Vendor> = Mock::new("https://api.acme.example", Credentials::none());
//! acme.raw(Method::GET, "/things/{id}").path("id", 7).then(|respond| respond.status(200).json(&["a", "b"])).times(1);
//!
//! let client = acme.client();
//! let response = client.0.raw(Method::GET, "/things/{id}").path("id", &7).send_raw().await?;
//! assert_eq!(response.bytes(), r#"["a","b"]"#);
//! acme.verify();
//! # Ok(())
//! # }
//! ```
//!
//! # Which expectation responds
//!
//! A call is responded to by the first expectation, in the order in which they were said, that is about its operation, whose conditions
//! all hold, and that is not used up. A call that none responds to fails with a [`TransportError`](crate::TransportError) of the kind
//! [`Rejected`](crate::TransportErrorKind::Rejected), which no vendor can cause and which is not repeated; its text says for each
//! expectation of the operation what was expected and what was received, and [`verify`](Mock::verify) says so again.
//!
//! # Time
//!
//! Retries, timeouts and pauses are those of the client. In a test that begins with `#[tokio::test(start_paused = true)]` none of them
//! takes any time.

mod difference;
pub mod error;
mod expectation;
mod form;
mod received;
mod reply;
mod sample;
mod script;
mod vendor;
#[cfg(feature = "webhook")]
pub mod webhook;
mod when;

pub use self::expectation::Expected;
pub use self::form::Form;
pub use self::reply::{Reply, Then};
pub use self::sample::sample;
pub use self::script::Unmatched;
pub use self::vendor::{Mock, MockTransport};
pub use self::when::{Mocked, When};
