//! What a vendor crate says of deliveries that hold several events.

use serde::de::DeserializeOwned;

/// The body of a delivery, which holds events.
///
/// With the feature `webhook`, a verified delivery gives them one by one, each decoded by itself: see `webhook::Events`.
pub trait EventBatch {
    /// One event.
    type Event: DeserializeOwned;

    /// The member of the body that lists the events. A body without it is a single event, and a body that is a list holds the
    /// events itself.
    const LIST: Option<&'static str>;
}
