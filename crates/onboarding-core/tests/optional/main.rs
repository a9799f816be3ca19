//! What the transport does by features that are off by default.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../common/mod.rs"]
mod common;

mod blocking;
mod compression;
mod http2;
mod ring;
