//! Names that meet in Rust although they differ in the document. Those of types, members, parameters and documented values are
//! compared by the linter, those of variants where unions are made, all others here.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::names::Names;
use super::operations::Found;
use super::{Kind, Operation, Presence, Problems, Tag, TypeDefinition};
use crate::names::Scope;
use crate::passes::escape;

pub(super) fn check(tags: &[Tag], found: &Found, types: &IndexMap<String, TypeDefinition>, problems: &Problems<'_>) {
    check_modules(tags, problems);
    check_operations(found, problems);
    check_results(found, problems);
    for definition in types.values().filter(|definition| definition.sent) {
        check_setters(definition, problems);
    }
}

/// The modules of operations and types.
fn check_modules(tags: &[Tag], problems: &Problems<'_>) {
    let mut modules = Names::new(problems, "the module", "Give one of the tags another name.");
    for (index, tag) in tags.iter().enumerate() {
        let pointer = format!("/tags/{index}/name");
        if Scope::Module.is_taken(&tag.module) {
            problems.add(
                "reserved-rust-name",
                &pointer,
                format!(
                    "the tag `{}` becomes the module `{}`, which holds what several tags share",
                    tag.name, tag.module
                ),
                "Give the tag another name.".to_owned(),
            );
        }
        modules.claim(&tag.module, &format!("the tag `{}`", tag.name), &pointer);
    }
}

/// The client's methods, and the types of calls.
fn check_operations(found: &Found, problems: &Problems<'_>) {
    let help = "Give one of the operations an `x-rust-name`.";
    let mut methods = Names::new(problems, "the method", help);
    let mut calls = Names::new(problems, "the type of a call", help);
    for operation in &found.operations {
        let owner = format!("the operation `{}`", operation.id);
        let pointer = format!("{}/operationId", operation.pointer);
        let before = problems.count();
        methods.claim(&operation.method_name, &owner, &pointer);
        if problems.count() == before {
            calls.claim(&operation.type_stem, &owner, &pointer);
        }
    }
}

/// The types of errors, the names that operations have for them, and the types of what depends on the status.
fn check_results(found: &Found, problems: &Problems<'_>) {
    let help = "Give one of the operations an `x-rust-name`, or correct the name under `[errors]` in `vendor.toml`.";
    let mut results = Names::new(problems, "the type in `errors`", help);
    let operations: BTreeMap<&str, &Operation> =
        found.operations.iter().map(|operation| (operation.method_name.as_str(), operation)).collect();
    let mut claim = |name: &str, method: Option<&String>, what: &str| {
        if let Some(operation) = method.and_then(|method| operations.get(method.as_str())) {
            let pointer = format!("{}/responses", operation.pointer);
            results.claim(name, &format!("{what} of `{}`", operation.id), &pointer);
        }
    };
    for error in &found.errors {
        for (alias, method) in error.aliases.iter().zip(&error.operations) {
            claim(alias, Some(method), "the errors");
        }
    }
    for error in &found.errors {
        let what = if error.aliases.is_empty() { "the errors" } else { "what other operations share with the errors" };
        claim(&error.name, error.operations.first(), what);
    }
    for outcome in &found.outcomes {
        claim(&outcome.name, Some(&outcome.operation), "the responses");
    }
}

/// The methods of an object that is sent: setters, and those that clear a member.
fn check_setters(definition: &TypeDefinition, problems: &Problems<'_>) {
    let Kind::Object { members, .. } = &definition.kind else { return };
    let mut names = Names::new(problems, "the method", "Give one of the two an `x-rust-name`.");
    let object = format!("/components/schemas/{}", escape(&definition.component));
    let place = |wire: &str| format!("{object}/properties/{}", escape(wire));
    for member in members {
        names.claim(&member.name, &format!("the member `{}`", member.wire), &place(&member.wire));
    }
    for member in members.iter().filter(|member| member.presence == Presence::ThreeState) {
        names.claim(&member.clearing(), &format!("clearing the member `{}`", member.wire), &place(&member.wire));
    }
}
