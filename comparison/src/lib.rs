//! The vendor crates beside plain progenitor's clients of the same documents: what each costs, and what each sends.
//!
//! The commands `cargo xtask bench` and `cargo xtask differential` run this crate. It stands apart from the generator, so that
//! linting and generating build neither progenitor nor anything that only measures.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "these are commands, which talk to their user")]

pub mod baseline;
pub mod bench;
mod callers;
mod command;
pub mod differential;
mod overhead;
mod program;
