//! All generator logic: the texts of a vendor's directory in, the files of a vendor crate out.
//!
//! [`lint()`] and [`generate()`] run the stages: [`spec`] loads and lints (a document as its vendor publishes it goes through
//! [`published`]), [`passes`] rewrite the document, [`model`] types it, [`contract`] says what the interface is, and `emit` writes the
//! files. The other modules serve several stages. None of them reads the clock, the environment, the network or the disk: `xtask` hands
//! in texts and writes what comes back.

pub mod spec;

mod graph;

pub mod names;

pub mod published;

pub mod text;

mod example_code;

pub mod passes;

pub mod model;

pub mod contract;

mod payloads;

mod proof;

mod emit;

pub mod output;

mod lint;

mod report;

mod generate;

pub use self::emit::{FEATURES, arguments as call_arguments};
pub use self::generate::{Generated, generate};
pub use self::lint::lint;
pub use self::payloads::Payloads;
pub use self::proof::Proofs;
pub use self::report::Report;
