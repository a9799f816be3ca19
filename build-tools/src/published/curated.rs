//! What a published document becomes.

use super::loss::Loss;
use super::security::Scheme;
use crate::spec::Node;

/// A published document in the curated dialect.
#[derive(Clone, Debug)]
pub struct Curated {
    /// The document.
    pub root: Node,
    /// What it says less of.
    pub losses: Vec<Loss>,
    /// How callers prove who they are.
    pub schemes: Vec<Scheme>,
    /// The base URLs that are no template and no path: each with its description.
    pub servers: Vec<(String, String)>,
    /// How many operations the document has.
    pub published: usize,
    /// How many of them a client can call.
    pub callable: usize,
}
