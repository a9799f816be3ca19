//! What a published document becomes.

use super::loss::{Loss, losses_file};
use super::security::Scheme;
use crate::output::OutputFile;
use crate::spec::{LOSSES, Node, SourceFile};

/// A published document in the curated dialect.
#[derive(Clone, Debug)]
pub(crate) struct Curated {
    /// The document.
    pub(crate) root: Node,
    /// What it says less of.
    pub(crate) losses: Vec<Loss>,
    /// How callers prove who they are.
    pub(crate) schemes: Vec<Scheme>,
    /// The base URLs that are no template and no path: each with its description.
    pub(crate) servers: Vec<(String, String)>,
    /// How many operations the document, or the slice of it that is taken, has.
    pub(crate) published: usize,
    /// How many of them a client can call.
    pub(crate) callable: usize,
}

impl Curated {
    /// The files that tell a person, beside the published document, what became of it.
    pub(crate) fn beside(&self, vendor: &str, openapi: &SourceFile) -> Vec<OutputFile> {
        let losses = losses_file(vendor, &self.losses, self.published, self.callable);
        vec![OutputFile::new(openapi.beside(LOSSES), losses)]
    }
}
