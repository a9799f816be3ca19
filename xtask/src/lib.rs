//! What the commands of this workspace share: where the workspace lies, how findings and tables are shown, how a command ends.
//!
//! The commands themselves are the binaries of this package and of `onboarding-comparison`.

mod cargo;
pub mod comparison;
pub mod markdown;
pub mod report;
mod status;
pub mod workspace;

pub use self::cargo::cargo;
pub use self::status::Status;
pub use self::workspace::{Places, Workspace};
