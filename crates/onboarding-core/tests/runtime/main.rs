//! The runtime over real HTTP on loopback.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../common/mod.rs"]
mod common;

mod encoding;
mod errors;
mod hatches;
mod limits;
mod retries;
mod shapes;
mod styles;
mod tokens;
mod whose;
