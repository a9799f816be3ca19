//! Tests that prove the crate against the document: every call on the wire, every declared status, every documented payload.

use super::calls::{call_with, code, included, own_type, test_name, write_own_imports};
use super::proofs::{bodies, canaries, mutations};
use super::rust::code_of;
use super::source::Source;
use crate::contract::{Contract, Extent, Operation, ResponseBody, Status, Success, TypeUse, sample};
use crate::model::SchemaPlace;
use crate::payloads::Payloads;
use crate::proof::Proved;
use crate::text::{literal, raw_literal};

/// File names and texts.
pub(super) fn tests(contract: &Contract, payloads: &Payloads, proved: &Proved) -> Vec<(String, String)> {
    vec![
        ("main.rs".to_owned(), main(contract)),
        ("wire.rs".to_owned(), wire(contract, payloads)),
        ("statuses.rs".to_owned(), statuses(contract, payloads)),
        ("payloads.rs".to_owned(), round_trips(contract, payloads)),
        ("schemas.rs".to_owned(), super::schemas::schemas(contract)),
        ("bodies.rs".to_owned(), bodies(contract, proved)),
        ("mutations.rs".to_owned(), mutations(contract, proved)),
        ("canaries.rs".to_owned(), canaries(contract, proved)),
    ]
}

fn main(contract: &Contract) -> String {
    let mut source = Source::rust(&contract.vendor);
    source.module_doc("The crate against the document, over real HTTP on loopback.");
    source.blank();
    let package = contract.settings.package.name.replace('-', "_");
    source.lines([
        "#![allow(clippy::pedantic, deprecated, reason = \"generated: its form is reviewed in the generator\")]",
        "",
        "#[rustfmt::skip]",
        "mod bodies;",
        "#[rustfmt::skip]",
        "mod canaries;",
        "#[rustfmt::skip]",
        "mod mutations;",
        "#[rustfmt::skip]",
        "mod payloads;",
        "#[rustfmt::skip]",
        "mod statuses;",
        "#[rustfmt::skip]",
        "mod wire;",
        "",
    ]);
    let testing = if contract.settings.requires_signer() { "{Loopback, Unsigned}" } else { "Loopback" };
    let mut imports =
        [format!("use {package}::{{Client, Credentials, Retry}};"), format!("use onboarding_testing::{testing};")];
    imports.sort();
    source.lines(imports.iter().map(String::as_str));
    source.blank();
    let form = &contract.settings.credentials[0];
    let arguments: Vec<String> =
        form.fields.iter().map(|field| literal(&format!("the-{}", field.name)).to_string()).collect();
    source.doc("A client that calls the loopback server.");
    source.line("fn client(server: &Loopback) -> Client {");
    source.line("Client::builder()");
    source.line("    .base_url(server.base_url())");
    source.line(&format!("    .credentials(Credentials::{}({}))", form.constructor(), arguments.join(", ")));
    if contract.settings.requires_signer() {
        source.line("    // Signatures have tests of their own, and no two are the same.");
        source.line("    .signer(Unsigned)");
    }
    source.line("    // Each test is about one response.");
    source.line("    .retry(Retry::never())");
    source.line("    .build()");
    source.line("    .expect(\"a loopback address is a base URL\")");
    source.line("}");
    source.finish()
}

/// The prelude that the test files share.
fn preamble(contract: &Contract, about: &str, body: &str) -> Source {
    let body = &code_of(body);
    let mut source = Source::rust(&contract.vendor);
    source.module_doc(about);
    source.blank();
    let mut testing: Vec<&str> =
        ["Loopback", "assert_round_trip", "assert_same_json", "assert_wire", "read", "expect_error", "expect_success"]
            .into_iter()
            .filter(|name| {
                body.contains(&format!("{name}!"))
                    || body.contains(&format!("{name}("))
                    || body.contains(&format!("{name}::"))
            })
            .collect();
    testing.sort_unstable();
    source.line(&format!("use onboarding_testing::{{{}}};", testing.join(", ")));
    write_own_imports(&mut source, contract, body);
    if body.contains("client(&server)") {
        source.blank();
        source.line("use crate::client;");
    }
    source.blank();
    source
}

fn join(preamble: Source, body: &str) -> String {
    let mut text = preamble.finish();
    text.push('\n');
    text.push_str(body);
    text
}

/// The documented payload, or else a value made from the schema, as an expression of type `&str`.
fn payload(contract: &Contract, payloads: &Payloads, name: &str, schema: Option<&SchemaPlace>) -> String {
    if payloads.has(name) {
        return included(contract, name);
    }
    let sample = schema.map(|schema| sample(&contract.model.schema(schema), Extent::Everything)).unwrap_or_default();
    raw_literal(&sample.to_string()).to_string()
}

/// Declares the body and gives the call expression.
fn call(source: &mut Source, contract: &Contract, payloads: &Payloads, operation: &Operation, client: &str) -> String {
    let text = |schema: &SchemaPlace| payload(contract, payloads, &format!("{}.request", operation.id), Some(schema));
    call_with(source, contract, operation, client, text)
}

fn first_success(operation: &Operation) -> Option<&Status> {
    operation.statuses.iter().find(|status| status.is_success())
}

fn media_type(status: &Status) -> &str {
    match status.media_type.as_str() {
        "" => "application/json",
        "*/*" => "application/octet-stream",
        media_type => media_type,
    }
}

fn response_body(contract: &Contract, payloads: &Payloads, operation: &Operation, status: &Status) -> String {
    match &status.body {
        ResponseBody::Nothing => "\"\"".to_owned(),
        ResponseBody::Text => "\"text\"".to_owned(),
        ResponseBody::Bytes => "\"bytes\"".to_owned(),
        ResponseBody::Json(_) => {
            let first = first_success(operation).is_some_and(|first| first.code == status.code);
            let name = if first {
                format!("{}.response", operation.id)
            } else {
                format!("{}.response.{}", operation.id, status.code)
            };
            payload(contract, payloads, &name, status.schema.as_ref())
        }
    }
}

fn wire(contract: &Contract, payloads: &Payloads) -> String {
    let mut body = Source::default();
    for operation in &contract.operations {
        body.blank();
        body.line("#[tokio::test]");
        body.line(&format!("async fn {}() {{", test_name(&operation.method_name)));
        let status = first_success(operation);
        let answered = match status {
            Some(status) => (
                code(operation, status),
                media_type(status).to_owned(),
                response_body(contract, payloads, operation, status),
            ),
            None => ("200".to_owned(), "application/json".to_owned(), "\"\"".to_owned()),
        };
        let json = status.is_some_and(|status| matches!(status.body, ResponseBody::Json(_)));
        if json {
            body.line(&format!("let documented = {};", answered.2));
        }
        let text = if json { "documented" } else { answered.2.as_str() };
        body.line(&format!(
            "let server = Loopback::responding({}, {}, {text}).await;",
            answered.0,
            literal(&answered.1)
        ));
        let call = call(&mut body, contract, payloads, operation, "client(&server)");
        let expected = ".send().await.expect(\"the documented response is decoded\")";
        match &operation.success {
            Success::Nothing => body.line(&format!("{call}{expected};")),
            Success::Json(_) | Success::ByStatus(_) => {
                body.line(&format!("let response = {call}{expected};"));
                if matches!(operation.success, Success::Json(_)) {
                    body.line("assert_same_json(documented, &response);");
                } else {
                    body.line("drop(response);");
                }
            }
            Success::JsonOrNothing(_) => {
                body.line(&format!("let response = {call}{expected};"));
                if status.is_some_and(|status| status.body == ResponseBody::Nothing) {
                    body.line("assert!(response.is_none(), \"nothing came\");");
                } else {
                    body.line("assert_same_json(documented, &response);");
                }
            }
            Success::Text => {
                body.line(&format!("let response = {call}{expected};"));
                body.line("assert_eq!(response, \"text\");");
            }
            Success::Download => {
                body.line(&format!("let file = {call}{expected};"));
                body.line("assert_eq!(file.bytes().await.expect(\"the file is read to its end\"), \"bytes\");");
            }
        }
        body.line(&format!("assert_wire!({}, server.request().await);", literal(&operation.method_name)));
        body.line("}");
    }
    let body = body.finish();
    join(
        preamble(
            contract,
            "Each operation as it is seen on the wire, called with its documented payload and every parameter.",
            &body,
        ),
        &body,
    )
}

fn statuses(contract: &Contract, payloads: &Payloads) -> String {
    let mut body = Source::default();
    for operation in &contract.operations {
        body.blank();
        body.line("#[tokio::test]");
        body.line(&format!("async fn {}() {{", test_name(&operation.method_name)));
        let call = call(&mut body, contract, payloads, operation, "client");
        body.line(&format!("let call = async |client: Client| {call}.send().await;"));
        for status in &operation.statuses {
            let code = code(operation, status);
            let response = response_body(contract, payloads, operation, status);
            let media_type = literal(media_type(status));
            if status.is_success() {
                body.line(&format!("expect_success!(call, client, {code}, {media_type}, {response});"));
            } else if let (Some(error), Some(set)) = (&operation.error, &operation.error_set) {
                let variant = contract
                    .errors
                    .iter()
                    .find(|other| other.name == *set)
                    .and_then(|error| error.variants.iter().find(|variant| variant.code == status.code));
                if let Some(variant) = variant {
                    let fields = if matches!(variant.body, ResponseBody::Json(_)) { "(_)" } else { "" };
                    body.line(&format!(
                        "expect_error!(call, client, {code}, {media_type}, {response}, errors::{error}::{}{fields});",
                        variant.name
                    ));
                }
            }
        }
        body.line("}");
    }
    let body = body.finish();
    let mut preamble = preamble(contract, "Each declared status of each operation gives its variant.", &body);
    if !code_of(&body).contains("client(&server)") {
        preamble.line("use crate::client;");
        preamble.blank();
    }
    join(preamble, &body)
}

fn round_trips(contract: &Contract, payloads: &Payloads) -> String {
    let mut body = Source::default();
    for (name, _) in payloads.sound() {
        let mut parts = name.split('.');
        let id = parts.next().unwrap_or_default();
        let side = parts.next().unwrap_or_default();
        let rest = parts.next();
        let value: Option<TypeUse> = match contract.operations.iter().find(|operation| operation.id == id) {
            Some(operation) if side == "request" => operation.body.as_ref().map(|body| body.value.clone()),
            Some(operation) => {
                let status = match rest {
                    Some(code) => operation.statuses.iter().find(|status| status.code == code),
                    None => operation
                        .statuses
                        .iter()
                        .find(|status| status.is_success() && matches!(status.body, ResponseBody::Json(_)))
                        .or_else(|| first_success(operation)),
                };
                match status.map(|status| &status.body) {
                    Some(ResponseBody::Json(value)) => Some(value.clone()),
                    _ => None,
                }
            }
            None => contract.webhooks.iter().find(|webhook| webhook.id == id).map(|webhook| webhook.body.clone()),
        };
        let value = value.map_or_else(|| "JsonValue".to_owned(), |value| own_type(contract, &value));
        body.blank();
        body.line("#[test]");
        body.line(&format!("fn {}() {{", test_name(&crate::names::payload(name))));
        body.line(&format!("assert_round_trip::<{value}>({});", included(contract, name)));
        body.line("}");
    }
    let body = body.finish();
    let about = match payloads.unsound_count() {
        0 => "Each documented payload is decoded into its type and encoded back to equal JSON.".to_owned(),
        count => format!(
            "Each documented payload is decoded into its type and encoded back to equal JSON, save {count} that \
             `examples/unsound.yaml` lists with reasons."
        ),
    };
    join(preamble(contract, &about, &body), &body)
}
