//! One document: its text, its tree, and how to get about in it.

use super::{
    SourceFile, VendorSources, dialect,
    finding::Finding,
    node::{Node, Span},
    pointer,
    toml::parse_toml,
    yaml::{parse_payload, parse_yaml},
};
use crate::output::OutputFile;
use crate::published::{Curated, FITS, Slice, curate, nothing_fits, overlay};

/// A document that could be parsed; whether it makes sense is for [`lint`](crate::lint()) to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The text and where it came from.
    pub file: SourceFile,
    /// The tree of the text.
    pub root: Node,
}

/// The document of a vendor.
pub(crate) struct Loaded {
    /// What later stages read.
    pub(crate) document: Document,
    /// What is written beside a document that was taken as its vendor publishes it.
    pub(crate) beside: Vec<OutputFile>,
}

impl Document {
    /// Parses a text of YAML or JSON; the findings say why it cannot be parsed. The tree is one of `OpenAPI` 3.0, also where the text
    /// is of version 3.1, and one of the curated dialect where the text is as its vendor publishes it.
    pub fn load(file: &SourceFile) -> Result<Document, Vec<Finding>> {
        let mut root = parse_yaml(file)?;
        if file.is_published() {
            let curated = Self::curated(file, &root, &mut Slice::default())?;
            return Ok(Document { file: file.clone(), root: curated.root });
        }
        dialect::lower(&mut root);
        Ok(Document { file: file.clone(), root })
    }

    /// Parses the document of a vendor as [`Document::load`] does, corrects a published one by its overlay, and takes the part of a published one that its `vendor.toml` names.
    pub(crate) fn of_vendor(sources: &VendorSources) -> Result<Loaded, Vec<Finding>> {
        let file = &sources.openapi;
        if !file.is_published() {
            return match &sources.overlay {
                None => Self::load(file).map(|document| Loaded { document, beside: Vec::new() }),
                Some(overlay) => {
                    let message = "only a document as its vendor publishes it is corrected by an overlay".to_owned();
                    let help = format!("Correct `{}` itself, and delete this file.", file.path);
                    Err(vec![Finding::new("overlay-form", &overlay.path, Span::default(), "", message, help)])
                }
            };
        }
        // What is wrong with the settings is told with all else that is.
        let settings = Self::load_toml(&sources.vendor_toml).ok();
        let patterns = settings.as_ref().and_then(|settings| settings.root.get("operations")?.as_sequence());
        let patterns = patterns.unwrap_or_default().iter().map(|pattern| pattern.as_str().unwrap_or("*").to_owned());
        let mut slice = Slice::of(patterns.collect());
        let mut root = parse_yaml(file)?;
        if let Some(corrections) = &sources.overlay {
            overlay(&mut root, file, corrections)?;
        }
        let curated = Self::curated(file, &root, &mut slice)?;
        let mistake = |settings: &Document, index: usize, pattern: &str| {
            settings.finding("vendor-settings", &format!("/operations/{index}"), nothing_fits(pattern), FITS.to_owned())
        };
        let unmatched = settings
            .iter()
            .flat_map(|settings| slice.unmatched().map(move |(index, pattern)| mistake(settings, index, pattern)));
        let mistakes: Vec<Finding> = unmatched.collect();
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let beside = curated.beside(&sources.name, file);
        Ok(Loaded { document: Document { file: file.clone(), root: curated.root }, beside })
    }

    fn curated(file: &SourceFile, root: &Node, slice: &mut Slice) -> Result<Curated, Vec<Finding>> {
        curate(root, slice)
            .map_err(|(message, help)| vec![Finding::new("unsupported", &file.path, root.span, "", message, help)])
    }

    /// Parses a text of TOML.
    pub fn load_toml(file: &SourceFile) -> Result<Document, Vec<Finding>> {
        let root = parse_toml(file)?;
        Ok(Document { file: file.clone(), root })
    }

    /// Parses a documented payload, to point into it.
    pub(super) fn payload(file: &SourceFile) -> Result<Document, Vec<Finding>> {
        let root = parse_payload(file)?;
        Ok(Document { file: file.clone(), root })
    }

    /// What a reference within the document, such as `#/components/schemas/Client`, points at.
    ///
    /// One step only: when the target is a reference itself, that reference is returned.
    pub fn resolve(&self, reference: &str) -> Option<&Node> {
        self.root.at(reference.strip_prefix('#')?)
    }

    /// Where to point a person who is told about `pointer`: the value if it is a scalar, otherwise the key that leads
    /// to it; for what does not exist, its deepest ancestor that does.
    pub fn locate(&self, pointer: &str) -> Span {
        let mut span = Span { end: self.root.span.start, ..self.root.span };
        let mut node = &self.root;
        for key in pointer::split(pointer).into_iter().flatten() {
            let key_span = node.entry(&key).map(|entry| entry.key_span);
            let Some(child) = node.child(&key) else {
                break;
            };
            span = match key_span {
                Some(key_span) if child.is_container() || child.is_null() => key_span,
                _ => child.span,
            };
            node = child;
        }
        span
    }

    /// A finding about the place that `pointer` leads to, see [`Document::locate`].
    pub fn finding(&self, rule: &'static str, pointer: &str, message: String, help: String) -> Finding {
        Finding::new(rule, &self.file.path, self.locate(pointer), pointer, message, help)
    }
}
