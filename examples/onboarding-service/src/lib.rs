//! A service that onboards the customers of a broker at Upvest, to be copied: it lists them, creates them, reads and offboards one, and
//! receives what the vendor tells of them.
//!
//! Its tests in `tests/service/` need neither the vendor nor a server.

pub mod config;
pub mod failure;
pub mod metrics;
pub mod routes;
pub mod shutdown;
pub mod trace;
pub mod webhook;
