//! Components: those that are still to be made, and those that are.

use super::lowered::Wish;
use super::make::Made;
use super::shape::Shape;
use super::source::Flat;
use crate::spec::Span;

/// A component that is still to be made.
pub(super) struct Work<'d> {
    pub(super) name: String,
    pub(super) flat: Flat<'d>,
    pub(super) shape: Shape<'d>,
    pub(super) wish: Wish,
    /// The JSON pointer, where the document has a name for it.
    pub(super) pointer: Option<String>,
}

/// A component that is made.
pub(super) struct Component {
    pub(super) made: Made,
    pub(super) span: Span,
    /// Members that must be there, and the component that each of them is.
    pub(super) required: Vec<(String, Option<String>)>,
    /// Components of which one is what it is.
    pub(super) variants: Vec<String>,
}

pub(super) fn plain(made: Made, span: Span) -> Component {
    Component { made, span, required: Vec::new(), variants: Vec::new() }
}
