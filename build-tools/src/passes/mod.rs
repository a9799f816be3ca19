//! Document to document: each pass is a named function in a file of its own, and reports what it changed.
//!
//! Every pass runs on every document, in the order of [`PASSES`]. One that finds nothing to change reports nothing; one that cannot
//! do its work stops the vendor, with the place in the document.

mod drop_unused_components;
pub(crate) mod joined;
mod merge_all_of;
mod resolve_shared;
mod spell_out_mappings;

use serde_json::Value;

pub(crate) use crate::spec::escape;

pub use self::{
    drop_unused_components::drop_unused_components, merge_all_of::merge_all_of, resolve_shared::resolve_shared,
    spell_out_mappings::spell_out_mappings,
};

/// One pass: its name, and what it does to the document. It returns a line for each change.
pub struct Pass {
    /// The name in reports.
    pub name: &'static str,
    /// How a person reviews what it changed.
    pub review: Review,
    /// Changes the document and reports what it changed, or why it could not.
    pub run: fn(&mut Value) -> Result<Vec<String>, PassError>,
}

/// How a person reviews what a pass changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    /// The document says the same in another form: how often is enough.
    Counted,
    /// The interface is another one than was written: every place is read.
    Listed,
}

/// What a pass changed at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The name of the pass.
    pub pass: &'static str,
    /// The place, and what was changed there.
    pub what: String,
}

/// Why a pass could not do its work.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct PassError {
    /// The place in the document, as a JSON pointer.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// The passes, in the order in which they run.
pub const PASSES: &[Pass] = &[
    Pass { name: "resolve-shared", review: Review::Counted, run: resolve_shared },
    Pass { name: "spell-out-mappings", review: Review::Counted, run: spell_out_mappings },
    Pass { name: "merge-all-of", review: Review::Listed, run: merge_all_of },
    Pass { name: "drop-unused-components", review: Review::Listed, run: drop_unused_components },
];

/// Runs all passes.
pub fn run(document: &mut Value) -> Result<Vec<Change>, PassError> {
    let mut changes = Vec::new();
    for pass in PASSES {
        let found = (pass.run)(document)?;
        changes.extend(found.into_iter().map(|what| Change { pass: pass.name, what }));
    }
    Ok(changes)
}
