//! Decoding as a call does it, and what it costs.

use std::cell::Cell;

use onboarding_core::{__private, DecodeError};
use peak_alloc::PeakAlloc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

thread_local! {
    static COST: Cell<Option<Cost>> = const { Cell::new(None) };
}

/// What decoding a body took.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cost {
    /// The most memory at a time, in bytes.
    pub(crate) memory: usize,
    /// How often a value or name was looked at.
    pub(crate) looks: usize,
}

/// Measures what decoding costs in this thread, from now until [`stop`].
pub(crate) fn start() {
    COST.set(Some(Cost::default()));
}

/// What the last decoding cost.
///
/// # Panics
///
/// When nothing is measured.
pub(crate) fn last() -> Cost {
    COST.get().expect("costs are measured")
}

/// Measures no more.
pub(crate) fn stop() {
    COST.set(None);
}

/// Decodes as a call does, and encodes what came of it; while costs are measured, notes what decoding took and forgets what came of it.
///
/// # Errors
///
/// When the text is not of the type.
///
/// # Panics
///
/// When what was decoded cannot be encoded.
pub(crate) fn decoded<T: DeserializeOwned + Serialize>(text: &str) -> Result<Value, DecodeError> {
    if COST.get().is_none() {
        let value = __private::body::<T>(text.as_bytes())?;
        return Ok(serde_json::to_value(value).expect("what was decoded can be encoded"));
    }
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let (decoded, looks) = __private::counted::<T>(text.as_bytes());
    COST.set(Some(Cost { memory: MEMORY.peak_usage().saturating_sub(before), looks }));
    decoded.map(|_| Value::Null)
}
