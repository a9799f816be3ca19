//! How a command ends.

use std::process::ExitCode;

/// How a command ended, when it could do its work.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Status {
    /// Everything is as it should be.
    Fine,
    /// Something on disk is not what the documents give.
    OutOfDate,
    /// A document, a figure or a step is wrong.
    Broken,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Fine => ExitCode::SUCCESS,
            // 2 is clap's, 3 is left to the shell conventions of other tools.
            Status::OutOfDate => ExitCode::from(4),
            Status::Broken => ExitCode::FAILURE,
        }
    }
}
