//! The operations, a file for each tag: a method of the client each, and a type of its own for calls with optional parameters.

use std::collections::BTreeSet;

use super::example;
use super::limits::{rules, sentence};
use super::rust::{
    Scope, argument_reference, argument_type, code_of, definition, import_core, is_list, replace_in_code,
    status_body_type, success_type, type_text,
};
use super::source::{Source, write_use};
use crate::contract::{Body, Contract, Kind, Operation, Parameter, Provenance, Success, Tag, TypeUse};
use crate::text::{Inline, literal};

/// File names and texts, `mod.rs` among them.
pub(super) fn operations(contract: &Contract) -> Vec<(String, String)> {
    let used: Vec<&Tag> = contract
        .tags
        .iter()
        .filter(|tag| contract.operations.iter().any(|operation| operation.module == tag.module))
        .collect();
    let mut files = vec![("mod.rs".to_owned(), index(contract, &used))];
    for tag in used {
        files.push((format!("{}.rs", tag.module), file(contract, tag)));
    }
    files
}

fn index(contract: &Contract, tags: &[&Tag]) -> String {
    let mut source = Source::rust(&contract.vendor);
    source.module_doc_inline(&Inline::join([
        &Inline::prose("The operations, grouped as the vendor groups them. Each is a method of "),
        &Inline::link(&Inline::code("Client"), "crate::Client"),
        &Inline::prose("."),
    ]));
    source.module_doc("Calls with optional parameters have types of their own here: set what is wanted, then `send`.");
    source.blank();
    let mut modules: Vec<&str> = tags.iter().map(|tag| tag.module.as_str()).collect();
    modules.sort_unstable();
    for module in &modules {
        source.line(&format!("mod {module};"));
    }
    source.blank();
    for module in modules {
        let names: BTreeSet<String> = contract
            .operations
            .iter()
            .filter(|operation| operation.module == module && has_call_type(operation))
            .map(|operation| operation.type_stem.clone())
            .collect();
        if !names.is_empty() {
            write_use(&mut source, "pub use", &format!("self::{module}"), &names);
        }
    }
    source.finish()
}

/// Whether the call has anything optional or comes in pages, and so a type of its own.
pub(super) fn has_call_type(operation: &Operation) -> bool {
    has_setters(operation) || operation.paging.is_some()
}

/// Whether the call has anything optional.
fn has_setters(operation: &Operation) -> bool {
    operation.parameters.iter().any(|parameter| !parameter.required)
        || operation.body.as_ref().is_some_and(|body| !body.required)
}

fn file(contract: &Contract, tag: &Tag) -> String {
    let operations: Vec<&Operation> =
        contract.operations.iter().filter(|operation| operation.module == tag.module).collect();
    let mut body = Source::default();
    body.line("impl Client {");
    for operation in &operations {
        body.blank();
        write_method(&mut body, contract, operation);
    }
    body.line("}");
    for operation in operations.iter().filter(|operation| has_call_type(operation)) {
        body.blank();
        write_call(&mut body, operation);
    }
    let mut imports: BTreeSet<String> = ["Method".to_owned(), "Operation".to_owned()].into();
    let mut body = import_core(contract, body.finish(), &mut imports);
    for name in ["Bytes", "Call", "Download", "NoDeclaredError"] {
        let path = format!("onboarding_core::{name}");
        if code_of(&body).contains(&path) {
            body = replace_in_code(&body, &path, name);
            imports.insert(name.to_owned());
        }
    }
    let code = code_of(&body);
    if code.contains("Rule::") {
        imports.insert("Rule".to_owned());
    }
    let mut source = Source::rust(&contract.vendor);
    source.module_doc(&tag.description);
    source.blank();
    if operations.iter().any(|operation| has_call_type(operation)) {
        source.line("use onboarding_core::derive::Call;");
    }
    write_use(&mut source, "use", "onboarding_core", &imports);
    source.blank();
    let mut own: BTreeSet<String> = BTreeSet::new();
    own.insert("client::Client".to_owned());
    if code.contains("errors::") {
        own.insert("errors".to_owned());
    }
    if code.contains("types::") {
        own.insert("types".to_owned());
    }
    write_use(&mut source, "use", "crate::generated", &own);
    let mut text = source.finish();
    text.push('\n');
    text.push_str(&body);
    text
}

/// The type of a call of this operation without optional parameters.
fn call_type(operation: &Operation) -> String {
    format!("onboarding_core::Call<{}, {}>", success_type(&operation.success), error_type(operation))
}

fn error_type(operation: &Operation) -> String {
    match &operation.error {
        Some(name) => format!("errors::{name}"),
        None => "onboarding_core::NoDeclaredError".to_owned(),
    }
}

/// What the method of an operation is given beside the client, each as `name: type`.
pub fn arguments(contract: &Contract, operation: &Operation) -> Vec<String> {
    let required = operation.parameters.iter().filter(|parameter| parameter.required);
    let mut arguments: Vec<String> = operation
        .path_parameters
        .iter()
        .chain(required)
        .map(|parameter| {
            format!("{}: {}", parameter.name, argument_type(contract, &parameter.value, is_list(parameter)))
        })
        .collect();
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        arguments.push(if body.encoding.is_typed {
            format!("body: {}", argument_type(contract, &body.value, false))
        } else {
            "body: onboarding_core::Bytes".to_owned()
        });
    }
    arguments
}

fn write_method(source: &mut Source, contract: &Contract, operation: &Operation) {
    write_docs(source, contract, operation);
    if operation.deprecated {
        source.line("#[deprecated = \"the vendor advises against it\"]");
    }
    let returned = if has_call_type(operation) { operation.type_stem.clone() } else { call_type(operation) };
    let arguments = arguments(contract, operation);
    // Compiled where it is called: decoding hangs on it, and a service uses few of the operations.
    source.line("#[inline]");
    let line = format!("pub fn {}({}) -> {returned} {{", operation.method_name, join_with_self(&arguments));
    if line.replace("onboarding_core::", "").len() <= 110 {
        source.line(&line);
    } else {
        source.line(&format!("pub fn {}(", operation.method_name));
        source.line("&self,");
        for argument in &arguments {
            source.line(&format!("{argument},"));
        }
        source.line(&format!(") -> {returned} {{"));
    }
    write_constant(source, contract, operation);
    let steps = steps(contract, operation);
    let (before, after) =
        if has_call_type(operation) { (format!("{}(", operation.type_stem), ")") } else { (String::new(), "") };
    let short = format!("{before}self.core.request(&OPERATION){}{after}", steps.concat());
    if short.len() <= 100 {
        source.line(&short);
    } else {
        if !before.is_empty() {
            source.line(&before);
        }
        source.line("self.core");
        source.line("    .request(&OPERATION)");
        let last = steps.len().saturating_sub(1);
        for (index, step) in steps.iter().enumerate() {
            let comma = if index == last && !after.is_empty() { "," } else { "" };
            source.line(&format!("    {step}{comma}"));
        }
        if !after.is_empty() {
            source.line(after);
        }
    }
    source.line("}");
}

/// Writes what every call of the operation has in common.
fn write_constant(source: &mut Source, contract: &Contract, operation: &Operation) {
    let constant = format!(
        "Operation::new({}, Method::{}, {})",
        literal(&operation.id),
        operation.method.as_str(),
        literal(&operation.path)
    );
    let mut marks = Vec::new();
    if !operation.authenticated {
        marks.push(".public()".to_owned());
    }
    if operation.deprecated {
        marks.push(".deprecated()".to_owned());
    }
    if let Some(header) = &contract.settings.idempotency_key
        && operation.parameters.iter().any(|parameter| parameter.is_one_in_header() && parameter.wire == *header)
    {
        marks.push(format!(".idempotency_key({})", literal(header)));
    }
    if operation.statuses.iter().any(|status| status.code.starts_with('3')) {
        marks.push(".redirects()".to_owned());
    }
    if operation.accept != "application/json" {
        marks.push(format!(".accept({})", literal(&operation.accept)));
    }
    let line = format!("{constant}{}", marks.concat());
    if line.len() <= 80 {
        source.line(&format!("static OPERATION: Operation = {line};"));
    } else if line.len() <= 105 {
        source.line("static OPERATION: Operation =");
        source.line(&format!("    {line};"));
    } else {
        source.line("static OPERATION: Operation = Operation::new(");
        source.line(&format!("{},", literal(&operation.id)));
        source.line(&format!("Method::{},", operation.method.as_str()));
        source.line(&format!("{},", literal(&operation.path)));
        source.line(if marks.is_empty() { ");" } else { ")" });
        let last = marks.len().saturating_sub(1);
        for (index, mark) in marks.iter().enumerate() {
            source.line(&format!("    {mark}{}", if index == last { ";" } else { "" }));
        }
    }
}

fn join_with_self(arguments: &[String]) -> String {
    std::iter::once("&self").chain(arguments.iter().map(String::as_str)).collect::<Vec<_>>().join(", ")
}

/// Whether a type has rules of its own, whatever uses it.
fn has_rules(contract: &Contract, value: &TypeUse) -> bool {
    let definition = value.named().and_then(|name| definition(contract, name));
    definition.is_some_and(|definition| match &definition.kind {
        Kind::UntaggedUnion(variants) => variants.iter().any(|variant| has_rules(contract, &variant.value)),
        _ => !rules(&definition.limits).is_empty(),
    })
}

/// The steps that put the request together.
fn steps(contract: &Contract, operation: &Operation) -> Vec<String> {
    let required = operation.parameters.iter().filter(|parameter| parameter.required);
    let mut steps: Vec<String> = operation
        .path_parameters
        .iter()
        .chain(required)
        .flat_map(|parameter| {
            let (function, separator) = (parameter.style.function, separator(parameter));
            let (wire, reference) = (literal(&parameter.wire), argument_reference(contract, parameter));
            // A slice has no fixed size: a reference to the reference can be handed on as a trait object.
            let checked = if is_list(parameter) { format!("&{reference}") } else { reference.clone() };
            let rules: Vec<String> = rules(&parameter.limits).iter().map(|rule| format!("Rule::{rule}")).collect();
            let is_held = !rules.is_empty() || has_rules(contract, &parameter.value);
            let check = is_held.then(|| match rules.as_slice() {
                [] => format!(".check({wire}, {checked}, &[])"),
                // Read while the crate is compiled.
                rules => format!(".check({wire}, {checked}, const {{ &[{}] }})", rules.join(", ")),
            });
            check.into_iter().chain([format!(".{function}({wire}, {separator}{reference})")])
        })
        .collect();
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        let by_value = !argument_type(contract, &body.value, false).starts_with('&');
        let reference = if by_value && body.encoding.is_typed { "&body" } else { "body" };
        steps.push(format!(".{}", body_step(body, reference)));
    }
    steps.push(match operation.success {
        Success::Nothing => ".returns_nothing()".to_owned(),
        Success::Json(_) => ".returns_json()".to_owned(),
        Success::JsonOrNothing(_) => ".returns_json_or_nothing()".to_owned(),
        Success::Text => ".returns_text()".to_owned(),
        Success::Download => ".returns_download()".to_owned(),
        Success::ByStatus(_) => ".returns_by_status()".to_owned(),
    });
    steps
}

/// The call of the runtime that gives a request its body.
fn body_step(body: &Body, argument: &str) -> String {
    let function = body.encoding.function;
    if body.encoding.takes_media_type {
        format!("{function}({}, {argument})", literal(&body.media_type))
    } else {
        format!("{function}({argument})")
    }
}

fn write_docs(source: &mut Source, contract: &Contract, operation: &Operation) {
    source.doc(&format!("{}.", operation.summary.trim_end_matches('.')));
    if !operation.description.is_empty() {
        source.line("///");
        source.doc(&operation.description);
    }
    for note in notes(operation) {
        source.line("///");
        source.doc(&note);
    }
    let described: Vec<&Parameter> = operation
        .path_parameters
        .iter()
        .chain(operation.parameters.iter().filter(|parameter| parameter.required))
        .collect();
    if !described.is_empty() {
        source.line("///");
        for parameter in described {
            let limits = sentence(&parameter.limits).map(|limits| format!(" {limits}")).unwrap_or_default();
            source.doc_item(&parameter.name, &format!("{}{limits}", parameter.description));
        }
    }
    source.line("///");
    let rows: Vec<[Inline; 3]> = operation
        .statuses
        .iter()
        .map(|status| {
            let body = match status_body_type(&status.body) {
                Some(text) => link(&text),
                None if status.media_type.is_empty() => Inline::default(),
                None => Inline::code(&status.media_type),
            };
            [Inline::prose(&status.code), Inline::prose(&status.description), body]
        })
        .collect();
    source.doc_table(["status", "meaning", "body"], &rows);
    source.line("///");
    if let Some(error) = &operation.error {
        source.doc_line(&Inline::join([
            &Inline::prose("Errors by status: "),
            &Inline::link(&Inline::code(error), &format!("crate::errors::{error}")),
            &Inline::prose("."),
        ]));
        source.line("///");
    }
    source.doc_line(&Inline::join([
        &Inline::code(&format!("{} {}", operation.method.as_str(), operation.path)),
        &Inline::prose(&format!(", under \"{}\" in ", operation.title)),
        &Inline::page(&Inline::prose("the vendor's documentation"), &operation.url),
        &Inline::prose("."),
    ]));
    source.line("///");
    let package = contract.settings.package.name.replace('-', "_");
    let mut lines = vec![
        format!("# use {package}::{{Client, types, *}};"),
        "# async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {".to_owned(),
    ];
    if operation.deprecated {
        lines.push("# #[allow(deprecated)]".to_owned());
    }
    let (pattern, used) = match operation.success {
        Success::Nothing => ("", ""),
        Success::Download => ("let file = ", "# drop(file);"),
        _ => ("let response = ", "# drop(response);"),
    };
    let arguments = example::arguments(contract, operation);
    let call = format!("{pattern}client.{}({}).send().await?;", operation.method_name, arguments.join(", "));
    lines.extend(formatted(&call).lines().map(str::to_owned));
    if !used.is_empty() {
        lines.push(used.to_owned());
    }
    lines.extend(["# Ok(())".to_owned(), "# }".to_owned()]);
    source.doc_example(&lines);
}

/// A statement as rustfmt would break it into lines, or as it is when it cannot be read.
fn formatted(statement: &str) -> String {
    match syn::parse_file(&format!("async fn example() {{ {statement} }}")) {
        Ok(file) => {
            let text = prettyplease::unparse(&file);
            let lines: Vec<&str> = text.lines().collect();
            // What stands between the braces, four columns to the left.
            let inner = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
            inner.iter().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
        }
        Err(_) => statement.to_owned(),
    }
}

/// A type as a link, through lists and maps.
fn link(text: &str) -> Inline {
    let text = text.replace("onboarding_core::", "");
    match text.split_once("types::") {
        Some((before, behind)) => {
            let end = behind.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(behind.len());
            let (name, after) = behind.split_at(end);
            let target = format!("crate::types::{name}");
            if before.is_empty() {
                Inline::link(&Inline::code(name), &target)
            } else {
                Inline::code_with_link(before, name, &target, after)
            }
        }
        None => Inline::code(&text),
    }
}

/// What a caller should know besides what the operation does.
fn notes(operation: &Operation) -> Vec<String> {
    let mut notes = Vec::new();
    match &operation.provenance {
        Provenance::Stated => {}
        Provenance::Restored => notes.push(
            "Provenance: the vendor's page does not state method and path of this operation; they are restored from another \
             source."
                .to_owned(),
        ),
        Provenance::Inferred(confidence) => notes.push(format!(
            "Provenance: no source states method and path of this operation; they are inferred, with {confidence} confidence."
        )),
    }
    if !operation.authenticated {
        notes.push("Sent without credentials.".to_owned());
    }
    if let Some(body) = operation.body.as_ref().filter(|body| !body.encoding.is_typed) {
        notes.push(format!("The body is sent as it is given, as `{}`.", body.media_type));
    }
    notes
}

/// The type of a call with optional parameters or with pages: its methods for sending come from a derive, its setters are written here.
fn write_call(source: &mut Source, operation: &Operation) {
    let method = Inline::code(&operation.method_name);
    let link = Inline::link(&method, &format!("crate::Client::{}", operation.method_name));
    let send = Inline::link(&Inline::code("send"), "Self::send");
    let items = Inline::link(&Inline::code("items"), "Self::items");
    source.doc_line(&if has_setters(operation) {
        Inline::join([
            &Inline::prose("A call of "),
            &link,
            &Inline::prose(": set what is optional, then "),
            &send,
            &Inline::prose("."),
        ])
    } else {
        Inline::join([
            &Inline::prose("A call of "),
            &link,
            &Inline::prose(": "),
            &send,
            &Inline::prose(" it for one page, or take the "),
            &items,
            &Inline::prose(" of all."),
        ])
    });
    source.line("#[derive(Debug, Call)]");
    source.line("#[must_use = \"nothing is sent before `send`\"]");
    if let Some(paged) = &operation.paging {
        let names = [&paged.at, &paged.limit].into_iter().flatten().map(|name| literal(name).to_string());
        let arguments: Vec<String> = std::iter::once(paged.style.name.to_owned())
            .chain(names)
            .chain(paged.default_limit.map(|limit| limit.to_string()))
            .collect();
        source.line(&format!("#[wire(pages({}))]", arguments.join(", ")));
    }
    source.line(&format!("pub struct {}(pub(crate) {});", operation.type_stem, call_type(operation)));
    if !has_setters(operation) {
        return;
    }
    source.blank();
    source.line(&format!("impl {} {{", operation.type_stem));
    for parameter in operation.parameters.iter().filter(|parameter| !parameter.required) {
        source.blank();
        write_setter(source, parameter);
    }
    if let Some(body) = operation.body.as_ref().filter(|body| !body.required) {
        source.blank();
        source.doc(if body.description.is_empty() { "What is sent." } else { &body.description });
        let value = match (body.encoding.is_typed, &body.value) {
            (false, _) => "impl Into<onboarding_core::Bytes>".to_owned(),
            (_, TypeUse::List(item)) => format!("&[{}]", type_text(item, Scope::Crate)),
            (_, value) => format!("&{}", type_text(value, Scope::Crate)),
        };
        source.line(&format!("pub fn body(self, body: {value}) -> Self {{"));
        source.line(&format!("Self(self.0.{})", body_step(body, "body")));
        source.line("}");
    }
    source.line("}");
}

/// What is between the items of a list, as the argument before them.
fn separator(parameter: &Parameter) -> String {
    parameter.style.separator.map_or_else(String::new, |separator| format!("{separator:?}, "))
}

/// The setter of an optional parameter.
fn write_setter(source: &mut Source, parameter: &Parameter) {
    source.doc(&parameter.description);
    if let Some(limits) = sentence(&parameter.limits) {
        source.line("///");
        source.doc(&limits);
    }
    if parameter.deprecated {
        source.line("#[deprecated = \"the vendor advises against it\"]");
    }
    let value = type_text(&parameter.value, Scope::Crate);
    let (argument, given) = if parameter.style.is_list {
        (format!("values: impl IntoIterator<Item = impl Into<{value}>>"), "values")
    } else {
        (format!("value: impl Into<{value}>"), "value.into()")
    };
    let rules: Vec<String> = rules(&parameter.limits).iter().map(|rule| format!("Rule::{rule}")).collect();
    let rules = if rules.is_empty() { "&[]".to_owned() } else { format!("const {{ &[{}] }}", rules.join(", ")) };
    source.line(&format!("pub fn {}(self, {argument}) -> Self {{", parameter.name));
    let (function, wire, separator) = (parameter.style.function, literal(&parameter.wire), separator(parameter));
    source.line(&format!("Self(self.0.{function}::<{value}>({wire}, {separator}{given}, {rules}))"));
    source.line("}");
}
