//! Tests that hold the crate against what the document promises: changed responses, and private values.

use std::collections::BTreeSet;

use serde_json::Value;

use super::calls::{call_with, code, included, own_type, test_name, write_own_imports};
use super::rust::code_of;
use super::source::{Source, braced};
use crate::contract::{Contract, Extent, ResponseBody, TypeUse, sample};
use crate::model::SchemaPlace;
use crate::proof::canaries::{Call, Canary};
use crate::proof::mutants::Place;
use crate::proof::responses::Text;
use crate::proof::{Mutated, Proved};
use crate::text::{literal, raw_literal};

/// `mutations.rs`.
pub(super) fn mutations(contract: &Contract, proved: &Proved) -> String {
    let mut body = Source::default();
    for (module, mutated) in &proved.mutated {
        let count: usize = mutated.iter().flat_map(|mutated| &mutated.places).map(Place::mutants).sum();
        body.blank();
        body.line("#[test]");
        body.line(&format!("fn {}() {{", test_name(module)));
        body.line(&format!("assert_mutants({count}, &["));
        for Mutated { response, places } in mutated {
            let text = match &response.text {
                Text::Documented(name) => included(contract, name),
                Text::Sample(text) => raw_literal(text).to_string(),
            };
            body.line("ResponseBody {");
            body.line(&format!("name: {},", literal(&response.name)));
            body.line(&format!("decode: decoded::<{}>,", own_type(&response.body)));
            body.line(&format!("text: {text},"));
            let places: Vec<String> =
                places.iter().map(|place| format!("\n{} {}", place.pointer, place.changes)).collect();
            body.line(&format!("places: {},", raw_literal(&places.concat())));
            body.line("},");
        }
        body.line("]);");
        body.line("}");
    }
    let body = body.finish();
    let mut source = Source::rust(&contract.vendor);
    source.module_doc(
        "Each response, changed in one place at a time, comes to what the document says. `onboarding_testing::mutation` tells what \
         the letters mean.",
    );
    source.blank();
    write_own_imports(&mut source, contract, &body);
    source.line("use onboarding_testing::mutation::{ResponseBody, assert_mutants, decoded};");
    source.blank();
    source.finish() + "\n" + &body
}

/// `canaries.rs`.
pub(super) fn canaries(contract: &Contract, proved: &Proved) -> String {
    let canaries = &proved.canaries;
    let mut body = Source::default();
    body.doc("What the document marks as sensitive, and the canaries that stand in its places.");
    body.line("const CANARIES: Canaries = Canaries {");
    let marked: Vec<String> = canaries.marked.iter().map(|name| format!("\n{name}")).collect();
    body.line(&format!("marked: {},", raw_literal(&marked.concat())));
    let parameters = canaries.calls.iter().flat_map(|call| {
        let texts = call.parameters.iter().filter_map(|(wire, trace)| Some((wire, trace.text.as_ref()?)));
        texts.map(|(wire, text)| {
            let name = format!("{}?{wire}", call.operation.id);
            format!("({}, {}),", literal(&name), literal(text))
        })
    });
    let parameters: Vec<String> = parameters.collect();
    if parameters.is_empty() {
        body.line("parameters: &[],");
    } else {
        body.line("parameters: &[");
        body.lines(parameters.iter().map(String::as_str));
        body.line("],");
    }
    body.line("bodies: &[");
    for canary_body in &canaries.bodies {
        let value = own_type(&canary_body.value);
        body.line("Body {");
        body.line(&format!("name: {},", literal(&canary_body.name)));
        body.line(&format!("show: shown::<{value}>,"));
        let refuse = if canary_body.sent { format!("Some(refused::<{value}>)") } else { "None".to_owned() };
        body.line(&format!("refuse: {refuse},"));
        body.line(&format!("text: {},", raw_literal(&canary_body.text)));
        let lines: Vec<String> = canary_body.canaries.iter().map(canary_line).collect();
        body.line(&format!("canaries: {},", raw_literal(&lines.concat())));
        body.line("},");
    }
    body.line("],");
    body.line("};");
    body.blank();
    body.line("#[test]");
    body.line("fn bodies() {");
    body.line("assert_silent(&CANARIES);");
    body.line("}");
    for call in &canaries.calls {
        watched_call(&mut body, contract, call);
    }
    let body = body.finish();
    let mut source = Source::rust(&contract.vendor);
    source.module_doc(
        "No value that the document marks as sensitive shows in `Debug`, in errors or in traces. `onboarding_testing::canary` tells \
         what the lines mean.",
    );
    source.blank();
    write_own_imports(&mut source, contract, &body);
    let code = code_of(&body);
    let used = |names: &[(&str, &str)]| -> BTreeSet<String> {
        names.iter().filter(|(_, mark)| code.contains(mark)).map(|(name, _)| (*name).to_owned()).collect()
    };
    let names = used(&[
        ("Body", "Body {"),
        ("Canaries", "Canaries"),
        ("Watch", "Watch::"),
        ("assert_silent", "assert_silent"),
        ("long", "long("),
        ("refused", "refused::<"),
        ("shown", "shown::<"),
    ]);
    source.line(&format!("use onboarding_testing::canary::{};", braced(&names)));
    let shared = used(&[("Loopback", "Loopback::"), ("read", "read(")]);
    if !shared.is_empty() {
        source.line(&format!("use onboarding_testing::{};", braced(&shared)));
    }
    if code.contains("client(&server)") {
        source.blank();
        source.line("use crate::client;");
    }
    source.blank();
    source.finish() + "\n" + &body
}

fn canary_line(canary: &Canary) -> String {
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| ".".to_owned());
    let (trace, violation) = (word(&canary.trace.text), word(&canary.trace.violation));
    format!("\n{} {trace} {violation} {}", canary.pointer, canary.members.join(" "))
}

/// A test that calls an operation with canaries and responds with canaries: a success, each error, a status that is not declared, and
/// a response that is malformed.
fn watched_call(source: &mut Source, contract: &Contract, call: &Call) {
    let operation = &call.operation;
    let mut responses: Vec<(String, String)> = Vec::new();
    let mut malformed = None;
    for status in &operation.statuses {
        let code = code(operation, status);
        let body = call.responses.iter().find(|(of, _)| *of == status.code).map(|(_, body)| body.clone());
        match (&status.body, body) {
            (_, Some(body)) => responses.push((code.clone(), body)),
            (ResponseBody::Nothing, None) => responses.push((code.clone(), ".".to_owned())),
            _ => {}
        }
        // A text is no response where a type of the vendor is declared; elsewhere it may be one, and harmless.
        if matches!(&status.body, ResponseBody::Json(TypeUse::Named(_) | TypeUse::List(_))) && malformed.is_none() {
            malformed = Some(code);
        }
    }
    responses.extend(malformed.map(|code| (code, "*".to_owned())));
    let declared = |code: &str| {
        let range = format!("{}XX", &code[..1]);
        operation.statuses.iter().any(|status| status.code == code || status.code == range || status.code == "default")
    };
    responses
        .extend(["418", "599"].into_iter().find(|code| !declared(code)).map(|code| (code.to_owned(), "*".to_owned())));
    let responses: Vec<String> = responses.iter().map(|(code, body)| format!("({code}, {})", literal(body))).collect();
    source.blank();
    source.line("#[tokio::test]");
    source.line(&format!("async fn {}() {{", test_name(&operation.method_name)));
    source.line(&format!("let responses = [{}];", responses.join(", ")));
    let request = call.request.as_ref().map_or_else(|| "None".to_owned(), |name| format!("Some({})", literal(name)));
    source.line(&format!("let watch = Watch::new(&CANARIES, {}, {request}, &responses);", literal(&operation.id)));
    let text = |schema: &SchemaPlace| match &call.request {
        Some(name) => format!("&watch.text({})", literal(name)),
        None => raw_literal(&sample(&contract.model.schema(schema), Extent::Everything).to_string()).to_string(),
    };
    let expression = call_with(source, contract, operation, "client(&server)", text);
    source.line("for (status, response) in responses {");
    source.line("let server = Loopback::responding(status, \"application/json\", &watch.text(response)).await;");
    source.line(&format!("let call = {expression};"));
    source.line("watch.sees(&call);");
    source.line("watch.ends(&server, call.send().await).await;");
    source.line("}");
    let refusals = refusals(contract, call);
    if !refusals.is_empty() {
        source.line("let server = Loopback::responding(200, \"application/json\", \"\").await;");
        for refusal in refusals {
            source.line(&format!("watch.refused({refusal}.send().await);"));
        }
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
