//! A published document with everything that a crate is generated from.

use super::bundle::bundle;
use super::curate;
use super::curated::Curated;
use super::library::library;
use super::loss::Loss;
use super::settings::settings;
use super::slice::{FITS, Slice, nothing_fits};
use crate::generate::{Generated, generate_loaded};
use crate::output::OutputFile;
use crate::spec::{Document, Finding, SourceFile, VendorSources, parse_yaml};

/// A document as its vendor publishes it, and what the curated one says less of.
#[derive(Clone, Debug)]
pub struct Published {
    /// The texts that the vendor's directory holds: the document, in one file, and the `vendor.toml` that it suggests.
    pub sources: VendorSources,
    /// What is written beside the document.
    pub beside: Vec<OutputFile>,
    /// What the curated document says less of.
    pub losses: Vec<Loss>,
    /// How many operations the document, or the part of it that is taken, has.
    pub operations: usize,
    /// How many of them a client can call.
    pub callable: usize,
}

/// Why a text is no published document.
#[derive(Clone, Debug)]
pub enum NotPublished {
    /// It, or a file that it refers to, cannot be read: the file, and what is wrong with it.
    Unreadable(SourceFile, Vec<Finding>),
    /// It is no `OpenAPI` 3: a sentence that says what it is, and one that says what to do.
    Other(String, String),
}

impl Published {
    /// Reads a document as a vendor publishes it; with it comes the document in the curated dialect. Of the operations those are taken
    /// whose id, path, method and path, or tag fits one of the patterns, in which an asterisk is any text; without patterns all are.
    /// `beside` gives the text of a file that the document refers to, by its path from the document's directory, with forward slashes
    /// and without `..`; what it does not give is a loss.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is no `OpenAPI` 3, or has no operation for a pattern.
    pub fn read(
        vendor: &str,
        text: String,
        patterns: &[String],
        beside: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<(Self, Document), NotPublished> {
        let parse =
            |file: &SourceFile| parse_yaml(file).map_err(|findings| NotPublished::Unreadable(file.clone(), findings));
        let mut openapi = SourceFile::published(vendor, text);
        let mut root = parse(&openapi)?;
        if let Some(text) = bundle(&root, beside).map_err(|(file, why)| NotPublished::Unreadable(file, why))? {
            openapi = SourceFile::published(vendor, text);
            root = parse(&openapi)?;
        }
        let mut slice = Slice::of(patterns.to_vec());
        let curated = curate(&root, &mut slice).map_err(|(message, help)| NotPublished::Other(message, help))?;
        if let Some((_, pattern)) = slice.unmatched().next() {
            return Err(NotPublished::Other(nothing_fits(pattern), FITS.to_owned()));
        }
        drop(root);
        let text = settings(vendor, patterns, &curated);
        let beside = curated.beside(vendor, &openapi);
        let vendor_toml = SourceFile { path: format!("specs/{vendor}/vendor.toml"), text };
        let Curated { root, losses, published: operations, callable, .. } = curated;
        let document = Document { file: openapi.clone(), root };
        let sources = VendorSources { name: vendor.to_owned(), openapi, vendor_toml, ..VendorSources::default() };
        Ok((Self { sources, beside, losses, operations, callable }, document))
    }

    /// Generates the crate from the document that [`read`](Self::read) gave. Among the files is `src/lib.rs`, which is written once: it
    /// is the vendor's own from then on.
    ///
    /// # Errors
    ///
    /// All that stands in the way.
    pub fn generate(&self, document: Document) -> Result<Generated, Vec<Finding>> {
        let mut generated = generate_loaded(&self.sources, Ok(document))?;
        let path = format!("crates/{}/src/lib.rs", generated.contract.settings.package.name);
        generated.files.push(OutputFile::new(path, library(&generated.contract)));
        generated.beside.clone_from(&self.beside);
        Ok(generated)
    }
}
