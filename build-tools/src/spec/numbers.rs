//! The numbers of a document and of its payloads.

use std::cmp::Ordering;

use serde_json::Number;

/// How two numbers compare; integers exactly.
pub(crate) fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    match (integer(one), integer(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

/// The value of a number that is written as an integer.
pub(crate) fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or(number.as_u64().map(i128::from))
}
