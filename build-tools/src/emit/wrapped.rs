//! Objects whose only required member is another object: that object can be given in their place.

use crate::contract::{Contract, Kind, Member, Presence, TypeDefinition, TypeUse};

/// How many objects within each other are looked through for what an object can be made from.
const MAX_WRAPPED: usize = 8;

/// What an object that is sent can be made from in place of its only required member: that member's type, then what that is made
/// from in the same way, each with the member's name on the wire.
pub(super) fn wrapped<'c>(contract: &'c Contract, name: &str) -> Vec<(&'c str, &'c str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut name = name;
    while let Some((wire, inner)) = only_required(contract, name) {
        if found.len() == MAX_WRAPPED || found.iter().any(|(_, before)| *before == inner) {
            break;
        }
        found.push((wire, inner));
        name = inner;
    }
    found
}

/// The only required member of an object that is sent, where it is another such object.
fn only_required<'c>(contract: &'c Contract, name: &str) -> Option<(&'c str, &'c str)> {
    let sent_members = |name: &str| match contract.definition(name) {
        Some(TypeDefinition { kind: Kind::Object { members, .. }, sent: true, .. }) => Some(members),
        _ => None,
    };
    let mut required = sent_members(name)?
        .iter()
        .filter(|member| matches!(member.presence, Presence::Required | Presence::RequiredNullable));
    match (required.next(), required.next()) {
        (Some(Member { presence: Presence::Required, value: TypeUse::Named(inner), wire, .. }), None) => {
            sent_members(inner).map(|_| (wire.as_str(), inner.as_str()))
        }
        _ => None,
    }
}
