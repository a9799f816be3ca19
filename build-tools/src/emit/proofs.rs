//! Tests that hold the crate against what the document promises: changed responses, and private values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::calls::{call_with, own_type, test_name, type_name, write_own_imports};
use super::rust::code_of;
use super::source::{Source, braced};
use crate::contract::{Contract, TypeUse};
use crate::proof::Proved;
use crate::proof::canaries::Call;
use crate::text::literal;

/// `bodies.rs`: each type that a proof is about, by the name that the table has for it.
pub(super) fn bodies(contract: &Contract, proved: &Proved) -> String {
    let mut types: BTreeMap<String, (&TypeUse, bool, bool)> = BTreeMap::new();
    for mutated in proved.mutated.values().flatten() {
        let value = &mutated.response.body;
        types.entry(type_name(value)).or_insert((value, false, false)).1 = true;
    }
    for body in &proved.canaries.bodies {
        let value = &body.name.value;
        types.entry(type_name(value)).or_insert((value, false, false)).2 |= body.sent;
    }
    let mut body = Source::default();
    body.doc("What the document promises, and the types that are to keep it.");
    body.line("pub(crate) fn proofs() -> &'static Proofs {");
    let (package, vendor) = (literal(&contract.settings.package.name), literal(&contract.vendor));
    body.line(&format!("Proofs::of({package}, {vendor}, BODIES)"));
    body.line("}");
    body.blank();
    body.line("const BODIES: &[Body] = &[");
    for (name, (value, is_read, is_sent)) in types {
        let kind = match (is_read, is_sent) {
            (_, false) => "read",
            (false, true) => "sent",
            (true, true) => "both",
        };
        body.line(&format!("Body::{kind}::<{}>({}),", own_type(contract, value), literal(&name)));
    }
    body.line("];");
    let body = body.finish();
    let mut source = Source::rust(&contract.vendor);
    source.module_doc("The types that the proofs are about, by the names that `proofs.txt` has for them.");
    source.blank();
    write_own_imports(&mut source, contract, &body);
    source.line("use onboarding_testing::proofs::{Body, Proofs};");
    source.blank();
    source.finish() + "\n" + &body
}

/// `mutations.rs`: a test for each module of operations.
pub(super) fn mutations(contract: &Contract, proved: &Proved) -> String {
    let mut source = Source::rust(&contract.vendor);
    source.module_doc("Each response, changed in one place at a time, comes to what `proofs.txt` says.");
    source.blank();
    if !proved.mutated.is_empty() {
        source.line("use onboarding_testing::mutation::assert_mutants;");
        source.blank();
        source.line("use crate::bodies::proofs;");
    }
    for module in proved.mutated.keys() {
        source.blank();
        source.line("#[test]");
        source.line(&format!("fn {}() {{", test_name(module)));
        source.line(&format!("assert_mutants(proofs(), {});", literal(module)));
        source.line("}");
    }
    source.finish()
}

/// `canaries.rs`: a test of all bodies, and one for each operation that sends or receives what is sensitive.
pub(super) fn canaries(contract: &Contract, proved: &Proved) -> String {
    let mut body = Source::default();
    body.line("#[test]");
    body.line("fn bodies() {");
    body.line("assert_silent(proofs());");
    body.line("}");
    for call in &proved.canaries.calls {
        watched_call(&mut body, contract, call);
    }
    let body = body.finish();
    let mut source = Source::rust(&contract.vendor);
    source.module_doc("No value that the document marks as sensitive shows in `Debug`, in errors or in traces.");
    source.blank();
    write_own_imports(&mut source, contract, &body);
    let code = code_of(&body);
    let used = |names: &[(&str, &str)]| -> BTreeSet<String> {
        names.iter().filter(|(_, mark)| code.contains(mark)).map(|(name, _)| (*name).to_owned()).collect()
    };
    let names = used(&[("Watch", "Watch::"), ("assert_silent", "assert_silent"), ("long", "long(")]);
    source.line(&format!("use onboarding_testing::canary::{};", braced(&names)));
    let shared =
        used(&[("expect_refusal", "expect_refusal!("), ("expect_silence", "expect_silence!("), ("read", "read(")]);
    if !shared.is_empty() {
        source.line(&format!("use onboarding_testing::{};", braced(&shared)));
    }
    source.blank();
    source.line("use crate::bodies::proofs;");
    if code.contains("client(&server)") {
        source.line("use crate::client;");
    }
    source.blank();
    source.finish() + "\n" + &body
}

/// A test that calls an operation with canaries and responds with canaries.
fn watched_call(source: &mut Source, contract: &Contract, call: &Call) {
    let operation = &call.operation;
    source.blank();
    source.line("#[tokio::test]");
    source.line(&format!("async fn {}() {{", test_name(&operation.method_name)));
    source.line(&format!("let watch = Watch::new(proofs(), {});", literal(&operation.id)));
    let expression = call_with(source, contract, operation, "client(&server)", |_| "&watch.request()".to_owned());
    source.line(&format!("expect_silence!(watch, server, {expression});"));
    for refusal in refusals(contract, call) {
        source.line(&format!("expect_refusal!(watch, server, {refusal});"));
    }
    source.line("}");
}

/// The call once for each sensitive parameter that has a rule, which it breaks there.
fn refusals(contract: &Contract, call: &Call) -> Vec<String> {
    let mut refusals = Vec::new();
    for (wire, trace) in &call.parameters {
        let (Some(text), Some(violation)) = (&trace.text, &trace.violation) else {
            continue;
        };
        let mut operation = call.operation.clone();
        let parameters = operation.path_parameters.iter_mut().chain(&mut operation.parameters);
        for parameter in parameters.filter(|parameter| parameter.wire == *wire) {
            let broken = if violation == "p" { format!("{text} !") } else { text.clone() };
            parameter.sample = Value::String(broken);
        }
        let mut expression =
            call_with(&mut Source::default(), contract, &operation, "client(&server)", |_| String::new());
        if let Some(length) = violation.strip_prefix('l') {
            expression = {
                let text = literal(text);
                expression.replace(&text.to_string(), &format!("long({text}, {length}).as_str()"))
            };
        }
        refusals.push(expression);
    }
    refusals
}
