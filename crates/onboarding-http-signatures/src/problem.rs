//! Why a component has no value in a message.

/// What is wrong with a component in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The message does not have it.
    #[error("is not in the message")]
    Missing,
    /// A request has no status, a response no address.
    #[error("does not go with this kind of message")]
    WrongKind,
    /// The value has characters outside printable ASCII.
    #[error("has characters outside printable ASCII")]
    NotAscii,
    /// The value is not a structured field, or its type is not known here.
    #[error("is not a structured field of a known type")]
    NotStructured,
    /// The query parameter occurs more than once.
    #[error("occurs more than once")]
    Repeated,
    /// The identifier itself occurs more than once in a signature.
    #[error("is named more than once")]
    NamedTwice,
    /// The value, or with it the text that is signed, is longer than is looked at: see [`limits`](super::limits).
    #[error("is too long")]
    TooLong,
}
