//! What is shown of values and errors, in every form in which it may end up in a log.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use onboarding_core::{__private, Check, DecodeError, Error, NoDeclaredError, Refused};
use serde::de::DeserializeOwned;

/// Decodes as a call does, and shows what came of it in both forms of `Debug`.
///
/// # Errors
///
/// When the text is not of the type.
pub(crate) fn shown<T: DeserializeOwned + fmt::Debug>(text: &str) -> Result<String, DecodeError> {
    __private::body::<T>(text.as_bytes()).map(|value| debugged(&value))
}

/// The error with which a value is refused that breaks a rule, in every form; `None` when it breaks none.
///
/// # Panics
///
/// When the text is not of the type.
pub(crate) fn refused<T: DeserializeOwned + Check>(text: &str) -> Option<String> {
    let value = __private::body::<T>(text.as_bytes()).expect("what is sent is of its type");
    let violation = value.check().err()?;
    Some(told(&Error::<NoDeclaredError>::Refused(Refused::Value { violation }.into())))
}

/// Both forms of `Debug`.
pub(crate) fn debugged(value: &dyn fmt::Debug) -> String {
    format!("{value:?}\n{value:#?}")
}

/// An error and what it came from, in every form.
pub fn told(error: &dyn StdError) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{error}\n{error:#}\n{error:?}\n{error:#?}");
        next = error.source();
    }
    text
}
