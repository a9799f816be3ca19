//! Which cargo is run.

use std::env;
use std::ffi::OsString;

/// The cargo that runs this command, or else the one in the path.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
