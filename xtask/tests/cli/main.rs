//! The real command on temporary workspaces.

mod coverage;
mod generate;
mod lint;
mod tree;
