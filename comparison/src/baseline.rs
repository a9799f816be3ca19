//! What plain progenitor makes of a vendor's document: the measure for size and build time, and for what is sent.
//!
//! Progenitor 0.15 cannot express every document. [`plain`] first brings a copy down to what it can, losing types and
//! statuses but, where possible, no operation. Nothing of this reaches a vendor crate.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use build_tools::model::{CallView, Category, Model, ParameterView, View};
use build_tools::spec::{Encoding, body_encoding};
use heck::ToUpperCamelCase;
use openapiv3::{
    AdditionalProperties, AnySchema, Components, Content, CookieStyle, HeaderStyle, Info, IntegerFormat, MediaType,
    NumberFormat, OpenAPI, Operation, Parameter, ParameterSchemaOrContent, PathItem, PathStyle, Paths, QueryStyle,
    ReferenceOr, RequestBody, Response, Responses, Schema, SchemaData, SchemaKind, StatusCode, StringFormat,
    StringType, Type, VariantOrUnknownOrEmpty,
};
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use syn::{ImplItem, ImplItemFn, Item};

/// The only media type for which progenitor reads and writes types.
const JSON: &str = "application/json";
/// The media type that progenitor sends without looking into it.
const BYTES: &str = "application/octet-stream";
/// The formats that become a Rust type. Others are refused, or are plain strings all the same.
const FORMATS: [&str; 8] = ["date", "date-time", "uuid", "int32", "int64", "float", "double", "binary"];

/// What plain progenitor generates.
#[derive(Clone, Debug)]
pub struct PlainOutput {
    /// The whole client, as one file.
    pub rust: String,
    /// The operations that progenitor refuses even so: `operation_id: reason`, sorted.
    pub left_out: Vec<String>,
}

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Progenitor fails on the components alone.
    #[error("progenitor refuses the schemas of the document: {0}; lower them further in `baseline.rs`")]
    Schemas(String),
    /// Each operation alone is fine, all together are not.
    #[error("progenitor refuses operations that are fine one by one: {0}; look for names that become equal")]
    Together(String),
    /// The output cannot be parsed.
    #[error("progenitor's output is not valid Rust")]
    Output(#[source] syn::Error),
}

/// How operations are called: by builders, as a caller of progenitor would choose, or by methods with an argument for each
/// parameter, whose signatures say what each is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A builder for each operation.
    Builder,
    /// A method for each operation.
    Positional,
}

/// Runs plain progenitor, in its builder style, on a copy of a document that all passes have gone over.
pub fn plain(document: &Model) -> Result<PlainOutput, BaselineError> {
    plain_in(Style::Builder, document)
}

/// The same in a style.
pub fn plain_in(style: Style, document: &Model) -> Result<PlainOutput, BaselineError> {
    let document = lower(document);
    let mut operations = operations(&document);
    let mut left_out = Vec::new();
    let mut outcome = attempt(style, &document);
    if outcome.is_err() {
        attempt(style, &with_only(&document, &[])).map_err(BaselineError::Schemas)?;
        let refused = refused(style, &document, &operations);
        operations.retain(|operation| !refused.iter().any(|(other, _)| other == operation));
        outcome = attempt(style, &with_only(&document, &operations));
        left_out = refused.iter().map(|(operation, reason)| format!("{}: {reason}", operation.id)).collect();
        left_out.sort();
    }
    let tokens = outcome.map_err(BaselineError::Together)?;
    let file = syn::parse_file(&tokens).map_err(BaselineError::Output)?;
    Ok(PlainOutput { rust: prettyplease::unparse(&file), left_out })
}

/// The dependencies that this output needs, as lines of a manifest.
pub fn dependencies(rust: &str) -> String {
    let mut dependencies = r#"bytes = "1"
futures-core = "0.3"
progenitor-client = "0.15"
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "stream"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
serde_urlencoded = "0.7"
"#
    .to_owned();
    for (path, line) in [
        ("chrono::", "chrono = { version = \"0.4\", default-features = false, features = [\"serde\", \"std\"] }\n"),
        ("regress::", "regress = \"0.12\"\n"),
        ("uuid::", "uuid = { version = \"1\", features = [\"serde\"] }\n"),
    ] {
        if rust.contains(path) {
            dependencies.push_str(line);
        }
    }
    dependencies
}

/// The methods of the client in plain progenitor's output.
pub(crate) fn client_methods(file: &syn::File) -> impl Iterator<Item = &ImplItemFn> {
    file.items
        .iter()
        .filter_map(|item| match item {
            Item::Impl(block) if block.trait_.is_none() => Some(block),
            _ => None,
        })
        .filter(|block| matches!(&*block.self_ty, syn::Type::Path(path) if path.path.is_ident("Client")))
        .flat_map(|block| &block.items)
        .filter_map(|item| match item {
            ImplItem::Fn(method) => Some(method),
            _ => None,
        })
}

/// An operation by its name, and its place in the document.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    id: String,
    path: String,
    method: String,
}

fn operations(document: &OpenAPI) -> Vec<Place> {
    let items = document.paths.iter().filter_map(|(path, item)| Some((path, item.as_item()?)));
    let place = |path: &String, method: &str, operation: &Operation| Place {
        id: operation.operation_id.clone().unwrap_or_default(),
        path: path.clone(),
        method: method.to_owned(),
    };
    items.flat_map(|(path, item)| item.iter().map(move |(method, operation)| place(path, method, operation))).collect()
}

/// The document with these operations and no others.
fn with_only(document: &OpenAPI, operations: &[Place]) -> OpenAPI {
    let mut paths = Paths::default();
    for Place { path, method, .. } in operations {
        let item = document.paths.paths.get(path).and_then(ReferenceOr::as_item);
        let operation = item.and_then(|item| item.iter().find(|(other, _)| other == method));
        if let Some((_, operation)) = operation {
            put(&mut paths, path, method, operation.clone());
        }
    }
    OpenAPI { paths, ..document.clone() }
}

/// Puts an operation into its place.
fn put(paths: &mut Paths, path: &str, method: &str, operation: Operation) {
    let item = paths.paths.entry(path.to_owned()).or_insert_with(|| ReferenceOr::Item(PathItem::default()));
    let ReferenceOr::Item(item) = item else { return };
    let slot = match method {
        "get" => &mut item.get,
        "put" => &mut item.put,
        "post" => &mut item.post,
        "delete" => &mut item.delete,
        "options" => &mut item.options,
        "head" => &mut item.head,
        "patch" => &mut item.patch,
        _ => &mut item.trace,
    };
    *slot = Some(operation);
}

/// Which of the operations progenitor refuses, and why: found by halving, since one bad operation spoils the whole run.
fn refused(style: Style, document: &OpenAPI, operations: &[Place]) -> Vec<(Place, String)> {
    let Err(reason) = attempt(style, &with_only(document, operations)) else {
        return Vec::new();
    };
    if let [operation] = operations {
        return vec![(operation.clone(), reason)];
    }
    let (left, right) = operations.split_at(operations.len() / 2);
    let mut found = refused(style, document, left);
    found.extend(refused(style, document, right));
    found
}

/// Runs progenitor once. It panics on much of what it does not support; that, too, is only a reason.
fn attempt(style: Style, document: &OpenAPI) -> Result<String, String> {
    let interface = match style {
        Style::Builder => InterfaceStyle::Builder,
        Style::Positional => InterfaceStyle::Positional,
    };
    let mut settings = GenerationSettings::new();
    settings.with_interface(interface).with_tag(TagStyle::Merged);
    // Through text, so that progenitor's version of `syn` need not be ours.
    let run = || Generator::new(&settings).generate_tokens(document).map(|tokens| tokens.to_string());
    match silently(run) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            Err(format!("panic: {}", text.unwrap_or("without a message")))
        }
    }
}

/// Catches a panic of `run` without the message that would go to standard error. Other threads' messages are untouched.
fn silently<T>(run: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    thread_local! {
        static SILENT: Cell<bool> = const { Cell::new(false) };
    }
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !SILENT.get() {
                previous(info);
            }
        }));
    });
    SILENT.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    SILENT.set(false);
    outcome
}

/// A copy of the document that says only what progenitor can express.
fn lower(model: &Model) -> OpenAPI {
    let document = model.openapi();
    let schemas = document.components.as_ref().map(|components| components.schemas.clone()).unwrap_or_default();
    let mut components = Components { schemas, ..Components::default() };
    components.schemas.values_mut().for_each(lower_schema);
    free_component_names(&mut components);
    let mut paths = Paths::default();
    for call in model.calls().iter().filter(|call| !call.is_webhook) {
        put(&mut paths, call.path, call.method, lower_operation(call));
    }
    let Info { title, version, .. } = document.info.clone();
    OpenAPI {
        openapi: "3.0.3".to_owned(),
        info: Info { title, version, ..Info::default() },
        paths,
        components: Some(components),
        ..OpenAPI::default()
    }
}

/// Turns a constant into plain text where typify would give its type the name of a component: it calls the type of the member
/// `type` of `EmailTemplate` `EmailTemplateType`, taken or not, and the output would not compile.
fn free_component_names(components: &mut Components) {
    let taken: BTreeSet<String> = components.schemas.keys().map(|name| name.to_upper_camel_case()).collect();
    for (component, schema) in &mut components.schemas {
        let ReferenceOr::Item(schema) = schema else { continue };
        let properties = match &mut schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => &mut object.properties,
            SchemaKind::Any(any) => &mut any.properties,
            SchemaKind::Type(
                Type::String(_) | Type::Number(_) | Type::Integer(_) | Type::Boolean(_) | Type::Array(_),
            )
            | SchemaKind::OneOf { .. }
            | SchemaKind::AllOf { .. }
            | SchemaKind::AnyOf { .. }
            | SchemaKind::Not { .. } => continue,
        };
        for (property, schema) in properties {
            if taken.contains(&format!("{component} {property}").to_upper_camel_case())
                && let ReferenceOr::Item(schema) = schema
            {
                forget_values(schema);
            }
        }
    }
}

/// Leaves out which values there are.
fn forget_values(schema: &mut Schema) {
    match &mut schema.schema_kind {
        SchemaKind::Type(Type::String(text)) => text.enumeration.clear(),
        SchemaKind::Type(Type::Number(number)) => number.enumeration.clear(),
        SchemaKind::Type(Type::Integer(integer)) => integer.enumeration.clear(),
        SchemaKind::Type(Type::Boolean(boolean)) => boolean.enumeration.clear(),
        SchemaKind::Any(any) => any.enumeration.clear(),
        SchemaKind::Type(Type::Object(_) | Type::Array(_))
        | SchemaKind::OneOf { .. }
        | SchemaKind::AllOf { .. }
        | SchemaKind::AnyOf { .. }
        | SchemaKind::Not { .. } => {}
    }
}

fn lower_operation(call: &CallView<'_>) -> Operation {
    let Operation { operation_id, summary, description, deprecated, .. } = call.operation.clone();
    let body = call.body().map(|body| {
        ReferenceOr::Item(RequestBody {
            description: Some(body.description.to_owned()).filter(|description| !description.is_empty()),
            content: lower_content(body.media_type, &body.schema, Direction::Sent),
            required: true,
            ..RequestBody::default()
        })
    });
    Operation {
        operation_id,
        summary,
        description,
        deprecated,
        parameters: call.parameters().iter().map(|parameter| ReferenceOr::Item(lower_parameter(parameter))).collect(),
        request_body: body,
        responses: lower_responses(call),
        ..Operation::default()
    }
}

/// Lists that are joined, and lists in headers, become the joined text.
fn lower_parameter(parameter: &ParameterView<'_>) -> Parameter {
    let is_list = parameter.schema.in_place().is_some_and(|schema| schema.category() == Category::List);
    let is_joined = parameter.data.explode == Some(false) || parameter.place == "header";
    let mut schema = if is_list && is_joined { text(None) } else { parameter.schema.to_openapi() };
    lower_schema(&mut schema);
    let mut parameter_data = parameter.data.clone();
    parameter_data.format = ParameterSchemaOrContent::Schema(schema);
    (parameter_data.deprecated, parameter_data.example, parameter_data.explode) = (None, None, None);
    parameter_data.examples.clear();
    parameter_data.extensions.clear();
    match parameter.place {
        "path" => Parameter::Path { parameter_data, style: PathStyle::default() },
        "header" => Parameter::Header { parameter_data, style: HeaderStyle::default() },
        "cookie" => Parameter::Cookie { parameter_data, style: CookieStyle::default() },
        _ => Parameter::Query {
            parameter_data,
            allow_reserved: false,
            style: QueryStyle::default(),
            allow_empty_value: None,
        },
    }
}

/// A text of this format.
fn text(format: Option<StringFormat>) -> ReferenceOr<Schema> {
    let format = format.map_or(VariantOrUnknownOrEmpty::Empty, VariantOrUnknownOrEmpty::Item);
    let kind = Type::String(StringType { format, ..StringType::default() });
    ReferenceOr::Item(Schema { schema_data: SchemaData::default(), schema_kind: SchemaKind::Type(kind) })
}

/// One shape for success and one for failure. Where the failures differ, none is typed: progenitor can take only one.
fn lower_responses(call: &CallView<'_>) -> Responses {
    let lowered = call.responses().into_iter().map(|response| {
        let content = response.content.as_ref();
        let content = content.map(|(media_type, schema)| lower_content(media_type, schema, Direction::Read));
        let description = response.description.to_owned();
        (response.code, Response { description, content: content.unwrap_or_default(), ..Response::default() })
    });
    let (successes, failures): (Vec<_>, Vec<_>) = lowered.partition(|(code, _)| code.starts_with('2'));
    let is_typed = |(_, response): &&(String, Response)| response.content.contains_key(JSON);
    let shape = successes.iter().find(is_typed).or(successes.first()).map(|(_, response)| response.content.clone());
    let uniform = failures.windows(2).all(|pair| pair[0].1.content == pair[1].1.content);
    let mut kept = Responses::default();
    let successes = successes.into_iter().filter(|(_, response)| Some(&response.content) == shape.as_ref());
    for (code, response) in successes.chain(failures.into_iter().filter(|_| uniform)) {
        // `default` counts as a success, too, and would be a second shape.
        if let Some(code) = status(&code) {
            kept.responses.insert(code, ReferenceOr::Item(response));
        }
    }
    kept
}

/// A status or a range of them.
fn status(code: &str) -> Option<StatusCode> {
    match code.strip_suffix("XX") {
        Some(class) => class.parse().ok().map(StatusCode::Range),
        None => code.parse().ok().map(StatusCode::Code),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Sent,
    Read,
}

/// One media type: JSON under its plain name, a form as it is, everything else as bytes.
fn lower_content(media_type: &str, schema: &View<'_>, direction: Direction) -> Content {
    let (kind, format) = schema.type_and_format();
    let (name, schema) = match body_encoding(media_type, kind, format) {
        Ok(Encoding::Json) => (JSON, schema.to_openapi()),
        Ok(Encoding::Form) if direction == Direction::Sent => (media_type, schema.to_openapi()),
        _ => (BYTES, text(Some(StringFormat::Binary))),
    };
    let mut media = MediaType { schema: Some(schema), ..MediaType::default() };
    media.schema.iter_mut().for_each(lower_schema);
    Content::from([(name.to_owned(), media)])
}

fn lower_schema(schema: &mut ReferenceOr<Schema>) {
    if let ReferenceOr::Item(schema) = schema {
        lower_in_place(schema);
    }
}

fn lower_boxed(schema: &mut ReferenceOr<Box<Schema>>) {
    if let ReferenceOr::Item(schema) = schema {
        lower_in_place(schema);
    }
}

/// Keeps what progenitor understands, and of the formats those that become a type. Titles would merge types, defaults would stop
/// generation.
fn lower_in_place(schema: &mut Schema) {
    let SchemaData { nullable, description, discriminator, .. } = std::mem::take(&mut schema.schema_data);
    schema.schema_data = SchemaData { nullable, description, discriminator, ..SchemaData::default() };
    match &mut schema.schema_kind {
        SchemaKind::Type(Type::String(text)) => lower_format(&mut text.format, |format| match format {
            StringFormat::Date | StringFormat::DateTime | StringFormat::Binary => true,
            StringFormat::Password | StringFormat::Byte => false,
        }),
        SchemaKind::Type(Type::Number(number)) => lower_format(&mut number.format, |format| match format {
            NumberFormat::Float | NumberFormat::Double => true,
        }),
        SchemaKind::Type(Type::Integer(integer)) => lower_format(&mut integer.format, |format| match format {
            IntegerFormat::Int32 | IntegerFormat::Int64 => true,
        }),
        SchemaKind::Type(Type::Boolean(_)) => {}
        SchemaKind::Type(Type::Array(list)) => list.items.iter_mut().for_each(lower_boxed),
        SchemaKind::Type(Type::Object(object)) => {
            (object.min_properties, object.max_properties) = (None, None);
            object.properties.values_mut().for_each(lower_boxed);
            object.additional_properties.iter_mut().for_each(lower_additional);
        }
        SchemaKind::OneOf { one_of: parts }
        | SchemaKind::AllOf { all_of: parts }
        | SchemaKind::AnyOf { any_of: parts } => {
            parts.iter_mut().for_each(lower_schema);
        }
        SchemaKind::Not { .. } => schema.schema_kind = SchemaKind::Any(AnySchema::default()),
        SchemaKind::Any(any) => {
            (any.min_properties, any.max_properties, any.not) = (None, None, None);
            any.format = any.format.take().filter(|format| FORMATS.contains(&format.as_str()));
            any.properties.values_mut().for_each(lower_boxed);
            any.additional_properties.iter_mut().for_each(lower_additional);
            any.items.iter_mut().for_each(lower_boxed);
            any.one_of.iter_mut().chain(&mut any.all_of).chain(&mut any.any_of).for_each(lower_schema);
        }
    }
}

fn lower_format<F>(format: &mut VariantOrUnknownOrEmpty<F>, is_kept: impl FnOnce(&F) -> bool) {
    let is_kept = match format {
        VariantOrUnknownOrEmpty::Item(format) => is_kept(format),
        VariantOrUnknownOrEmpty::Unknown(format) => FORMATS.contains(&format.as_str()),
        VariantOrUnknownOrEmpty::Empty => true,
    };
    if !is_kept {
        *format = VariantOrUnknownOrEmpty::Empty;
    }
}

fn lower_additional(additional: &mut AdditionalProperties) {
    match additional {
        AdditionalProperties::Any(_) => {}
        AdditionalProperties::Schema(schema) => lower_schema(schema),
    }
}
