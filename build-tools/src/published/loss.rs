//! What is lost on the way to the curated dialect.

use crate::spec::Span;

/// Something of the published document that the curated one says less of, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What kind of thing it is, such as `tuple`.
    pub construct: &'static str,
    /// Where it is, for a person.
    pub place: String,
    /// What became of it.
    pub message: String,
    /// Where it is in the text.
    pub span: Span,
}
