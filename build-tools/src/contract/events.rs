//! Which webhooks deliver several events at once, as the document describes their bodies.

use indexmap::IndexMap;

use super::calls::Webhook;
use super::definitions::{Kind, Presence, TypeDefinition, TypeUse};

/// The body of a delivery, which holds events.
#[derive(Clone, Debug)]
pub struct EventBatch {
    /// The type of the body, by Rust name.
    pub name: String,
    /// The type of an event, by Rust name.
    pub event: String,
    /// The member that lists the events, on the wire; none where the body is one event or a list of them.
    pub list: Option<String>,
}

/// What each type of a delivery's body holds.
pub(super) fn find(webhooks: &[Webhook], types: &IndexMap<String, TypeDefinition>) -> Vec<EventBatch> {
    let mut batches: Vec<EventBatch> = Vec::new();
    for webhook in webhooks {
        let body = match &webhook.body {
            TypeUse::List(event) => event,
            body => body,
        };
        let Some(name) = type_name(body).filter(|name| batches.iter().all(|other| other.name != *name)) else {
            continue;
        };
        let (event, list) = match events_of(name, types) {
            Some((event, list)) => (event, Some(list)),
            None => (name.to_owned(), None),
        };
        batches.push(EventBatch { name: name.to_owned(), event, list });
    }
    batches
}

/// What a body that lists events lists, and where: an object with one list, or a union of such objects and the event itself.
fn events_of(body: &str, types: &IndexMap<String, TypeDefinition>) -> Option<(String, String)> {
    let kind =
        |name: &str| types.values().find(|definition| definition.name == name).map(|definition| &definition.kind);
    let (event, list) = match kind(body)? {
        Kind::UntaggedUnion(variants) => {
            let names: Vec<&str> = variants.iter().map(|variant| type_name(&variant.value)).collect::<Option<_>>()?;
            let found = names.iter().find_map(|name| listed(kind(name)?))?;
            let fits = |name: &&str| *name == found.0 || kind(name).and_then(listed) == Some(found);
            names.iter().all(fits).then_some(found)?
        }
        kind => listed(kind)?,
    };
    // An event with such a member of its own could not be told from a list of events.
    let own = matches!(kind(event)?, Kind::Object { members, .. } if members.iter().any(|member| member.wire == list));
    (!own).then(|| (event.to_owned(), list.to_owned()))
}

/// The type that an object lists and the member that does so, when there is exactly one.
fn listed(kind: &Kind) -> Option<(&str, &str)> {
    let Kind::Object { members, .. } = kind else { return None };
    let mut lists = members.iter().filter(|member| member.presence == Presence::Required).filter_map(|member| {
        let TypeUse::List(event) = &member.value else { return None };
        Some((type_name(event)?, member.wire.as_str()))
    });
    let only = lists.next()?;
    lists.next().is_none().then_some(only)
}

fn type_name(value: &TypeUse) -> Option<&str> {
    match value {
        TypeUse::Named(name) | TypeUse::Boxed(name) => Some(name),
        _ => None,
    }
}
