//! Names that become one in Rust although they differ in the document: each scope with all that has a name in it. What the linter
//! can see by itself (components, members, parameters, documented values) it has reported by the same scopes, with better places.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::Settings;
use super::calls::{Found, Operation, Tag};
use super::definitions::{Kind, Presence, TypeDefinition};
use super::problems::Problems;
use crate::names::Scope;
use crate::passes::escape;

pub(super) fn check(
    tags: &[Tag],
    found: &Found,
    types: &IndexMap<String, TypeDefinition>,
    settings: &Settings,
    problems: &Problems<'_>,
) {
    check_modules(tags, problems);
    check_operations(found, problems);
    check_results(found, settings, problems);
    let component = |definition: &TypeDefinition| format!("/components/schemas/{}", escape(&definition.component));
    let claims = types.values().map(|definition| {
        problems.claim(format!("the component `{}`", definition.component), &definition.name, component(definition))
    });
    problems.report_clashes(Scope::Type, claims, "Give one of the two an `x-rust-name`.");
    for definition in types.values() {
        check_type(definition, &component(definition), problems);
    }
}

/// The modules of operations and types.
fn check_modules(tags: &[Tag], problems: &Problems<'_>) {
    let pointer = |index: usize| format!("/tags/{index}/name");
    for (index, tag) in tags.iter().enumerate().filter(|(_, tag)| Scope::Module.is_taken(&tag.module)) {
        problems.add(
            "reserved-rust-name",
            &pointer(index),
            format!("the tag `{}` becomes the module `{}`, which holds what several tags share", tag.name, tag.module),
            "Give the tag an `x-rust-name`.".to_owned(),
        );
    }
    let tags = tags.iter().enumerate();
    let claims =
        tags.map(|(index, tag)| problems.claim(format!("the tag `{}`", tag.name), &tag.module, pointer(index)));
    problems.report_clashes(Scope::Module, claims, "Give one of the tags an `x-rust-name`.");
}

/// The client's methods, and the types of calls.
fn check_operations(found: &Found, problems: &Problems<'_>) {
    let help = "Give one of the operations an `x-rust-name`.";
    let claims = |name: fn(&Operation) -> &str| {
        found.operations.iter().map(move |operation| {
            let pointer = format!("{}/operationId", operation.pointer);
            problems.claim(format!("the operation `{}`", operation.id), name(operation), pointer)
        })
    };
    problems.report_clashes(Scope::Method, claims(|operation| &operation.method_name), help);
    // Of methods that differ, the types may still be the same: `get_a1` and `get_a_1`.
    let mut methods: BTreeSet<&str> = BTreeSet::new();
    let differ = claims(|operation| &operation.type_stem)
        .zip(&found.operations)
        .filter(|(_, operation)| methods.insert(&operation.method_name));
    problems.report_clashes(Scope::CallType, differ.map(|(claim, _)| claim), help);
}

/// The types of errors, the names that operations have for them, and the types of what depends on the status.
fn check_results(found: &Found, settings: &Settings, problems: &Problems<'_>) {
    let help = "Give one of the operations an `x-rust-name`, or correct the name under `[errors]` in `vendor.toml`.";
    let operations: BTreeMap<&str, &Operation> =
        found.operations.iter().map(|operation| (operation.method_name.as_str(), operation)).collect();
    let claim = |name: &str, method: &str, what: &str| {
        let operation = operations.get(method)?;
        let owner = format!("{what} of the operation `{}`", operation.id);
        Some(problems.claim(owner, name, format!("{}/responses", operation.pointer)))
    };
    let errors = found.errors.iter().flat_map(|error| {
        let own = if error.aliases.is_empty() { std::slice::from_ref(&error.name) } else { error.aliases.as_slice() };
        own.iter().zip(&error.operations).filter_map(|(name, method)| claim(name, method, "the error type"))
    });
    let outcomes = found
        .outcomes
        .iter()
        .filter_map(|outcome| claim(&outcome.name, &outcome.operation, "what depends on the status"));
    let shared = found.errors.iter().filter(|error| !error.aliases.is_empty()).filter_map(|error| {
        if settings.errors.contains_key(&error.name) {
            let pointer = format!("/errors/{}", escape(&error.name));
            return Some(problems.claim_of_setting("the shared error type".to_owned(), &error.name, pointer));
        }
        claim(&error.name, error.operations.first()?, "what others share with the error type")
    });
    problems.report_clashes(Scope::Result, errors.chain(outcomes).chain(shared), help);
}

/// The members of an object with the methods that clear them, or the variants of an enumeration.
fn check_type(definition: &TypeDefinition, component: &str, problems: &Problems<'_>) {
    match &definition.kind {
        Kind::Object { constants, members, .. } => {
            let place = |wire: &str| format!("{component}/properties/{}", escape(wire));
            let member = |wire: &str, name: &str| problems.claim(format!("the member `{wire}`"), name, place(wire));
            let constants = constants.iter().map(|constant| member(&constant.wire, &constant.name));
            let cleared = members.iter().filter(|member| member.presence == Presence::ThreeState).map(|member| {
                let owner = format!("clearing the member `{}`", member.wire);
                problems.claim(owner, &member.clearing(), place(&member.wire))
            });
            let members = members.iter().map(|one| member(&one.wire, &one.name));
            let help = "Give one of the two an `x-rust-name`.";
            problems.report_clashes(Scope::Member, constants.chain(members).chain(cleared), help);
        }
        Kind::StringEnum(values) => {
            let claims = values.iter().enumerate().map(|(index, (name, wire))| {
                problems.claim(format!("the value `{wire}`"), name, format!("{component}/enum/{index}"))
            });
            problems.report_clashes(
                Scope::Variant,
                claims,
                "Name the values with `x-enum-varnames`, a list as long as `enum`.",
            );
        }
        _ => {}
    }
}
