//! Names that meet in Rust although they differ in the document. Those of types, members, parameters and documented values are
//! compared by the linter, those of variants where unions are made, all others here.

use indexmap::IndexMap;

use super::names::Names;
use super::operations::Found;
use super::{Kind, Presence, Problems, Tag, TypeDefinition};
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

/// The types of errors, and of what depends on the status.
fn check_results(found: &Found, problems: &Problems<'_>) {
    let help = "Give one of the operations an `x-rust-name`, or correct the name under `[errors]` in `vendor.toml`.";
    let mut results = Names::new(problems, "the type in `errors`", help);
    let errors = found.errors.iter().map(|error| (&error.name, error.operations.first()));
    let outcomes = found.outcomes.iter().map(|outcome| (&outcome.name, Some(&outcome.operation)));
    for (name, method) in errors.chain(outcomes) {
        let operation = method.and_then(|method| found.operations.iter().find(|other| other.method_name == *method));
        if let Some(operation) = operation {
            let pointer = format!("{}/responses", operation.pointer);
            results.claim(name, &format!("a response of `{}`", operation.id), &pointer);
        }
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
