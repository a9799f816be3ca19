//! The real command on temporary workspaces.

mod coverage;
mod generate;
mod lint;
mod new_vendor;
mod tree;
