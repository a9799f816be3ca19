//! Other programs, run to their end.

use std::ffi::OsStr;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// Runs a command to its end and returns what it printed, or an error with what it printed to standard error when it failed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().display().to_string();
    let arguments: Vec<&OsStr> = command.get_args().collect();
    let arguments = arguments.join(OsStr::new(" ")).display().to_string();
    let output = command.output().with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        bail!("`{name} {arguments}` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
