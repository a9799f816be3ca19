//! The operations as the contract has them: parameters, bodies, statuses, and the error types that they share.

use serde_json::Value;

use super::definitions::TypeUse;
use crate::model::{Limits, SchemaPlace};
use crate::spec::{BodyEncoding, Location, PagingStyle, ParameterStyle};

/// A group of operations.
#[derive(Clone, Debug)]
pub struct Tag {
    /// Its name in the document.
    pub name: String,
    /// Its module.
    pub module: String,
    /// What it holds.
    pub description: String,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its place in the document, as a JSON pointer.
    pub pointer: String,
    /// The `operationId`, which names the method.
    pub id: String,
    /// The method's name in Rust.
    pub method_name: String,
    /// The stem of the types that belong to it alone.
    pub type_stem: String,
    /// The module of its tag.
    pub module: String,
    /// The HTTP method.
    pub method: Method,
    /// The path with placeholders.
    pub path: String,
    /// What it does, in a line.
    pub summary: String,
    /// What it does, in full.
    pub description: String,
    /// Title of the section in the vendor's documentation.
    pub title: String,
    /// Address of the vendor's documentation.
    pub url: String,
    /// Where method and path come from.
    pub provenance: Provenance,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
    /// Whether it needs credentials.
    pub authenticated: bool,
    /// Path parameters, in the order of the path.
    pub path_parameters: Vec<Parameter>,
    /// Query and header parameters, required ones first.
    pub parameters: Vec<Parameter>,
    /// What is sent.
    pub body: Option<Body>,
    /// The media type asked for.
    pub accept: String,
    /// What a success holds.
    pub success: Success,
    /// Every declared status, in order.
    pub statuses: Vec<Status>,
    /// How its pages are asked for; none where it returns no pages.
    pub paging: Option<PagedOperation>,
    /// The error type by the name that the call has for it; `None` when no error status is declared.
    pub error: Option<String>,
    /// The name of the type itself, which is another one where several operations share it.
    pub error_set: Option<String>,
}

/// How the pages of an operation are asked for.
#[derive(Clone, Debug)]
pub struct PagedOperation {
    /// In which way.
    pub style: &'static PagingStyle,
    /// The query parameter for the place of the page, where the style has one.
    pub at: Option<String>,
    /// The query parameter for the most items on a page, where the style has one.
    pub limit: Option<String>,
    /// The most items on a page when the call asks for no number, where documented.
    pub default_limit: Option<i64>,
    /// The most items on a page whatever is asked for, where the vendor says so.
    pub max_limit: Option<i64>,
    /// Whether each page but the last is filled.
    pub full_pages: bool,
}

/// What the vendor calls.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The `operationId`.
    pub id: String,
    /// What it tells, in a line.
    pub summary: String,
    /// What it tells, in full.
    pub description: String,
    /// The module of its tag.
    pub module: String,
    /// The type of the body.
    pub body: TypeUse,
    /// The schema of the body.
    pub schema: SchemaPlace,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the method of its name")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
    Options,
}

impl Method {
    /// The method as HTTP writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
        }
    }

    /// The method of a key of the document.
    pub(super) fn from_key(key: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete, Self::Head, Self::Options]
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(key))
    }
}

/// Where an operation's method and path come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// The vendor's page states them.
    Stated,
    /// The vendor's page lost them; another source has them.
    Restored,
    /// They follow from what is known, with this confidence.
    Inferred(String),
}

impl Operation {
    /// Its parameters, those in the path first.
    pub fn all_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.path_parameters.iter().chain(&self.parameters)
    }

    /// The parameters that must be given, in the order of the method's arguments.
    pub fn required_parameters(&self) -> impl Iterator<Item = &Parameter> {
        let required = self.parameters.iter().filter(|parameter| parameter.required);
        self.path_parameters.iter().chain(required)
    }
}

/// A parameter in path, query or header.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name on the wire.
    pub wire: String,
    /// The name in Rust.
    pub name: String,
    /// Where it is, and how it is written there.
    pub style: &'static ParameterStyle,
    /// What it is.
    pub description: String,
    /// What it must fit beyond its type; of the whole list for lists.
    pub limits: Limits,
    /// The type of its value; of one item for lists.
    pub value: TypeUse,
    /// The documented default.
    pub default: Option<Value>,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it must not be shown.
    pub private: bool,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
    /// A value that fits, on the wire; of one item for lists.
    pub sample: Value,
}

impl Parameter {
    /// Whether it is in the path.
    pub fn is_in_path(&self) -> bool {
        self.style.location == Location::Path
    }

    /// Whether it is one value in the query.
    pub fn is_one_in_query(&self) -> bool {
        self.style.location == Location::Query && !self.style.is_list
    }

    /// Whether it is one value in a header.
    pub fn is_one_in_header(&self) -> bool {
        self.style.location == Location::Header && !self.style.is_list
    }
}

/// What an operation sends.
#[derive(Clone, Debug)]
pub struct Body {
    /// The type.
    pub value: TypeUse,
    /// How it is encoded.
    pub encoding: &'static BodyEncoding,
    /// The media type.
    pub media_type: String,
    /// Whether it must be given.
    pub required: bool,
    /// What it is.
    pub description: String,
    /// The schema.
    pub schema: SchemaPlace,
}

/// What a success holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Success {
    /// Nothing.
    Nothing,
    /// JSON.
    Json(TypeUse),
    /// JSON, or nothing.
    JsonOrNothing(TypeUse),
    /// Text.
    Text,
    /// A file.
    Download,
    /// What the status says: the name of an outcome type.
    ByStatus(String),
}

/// A declared status.
#[derive(Clone, Debug)]
pub struct Status {
    /// `201`, `4XX` or `default`.
    pub code: String,
    /// What it means.
    pub description: String,
    /// What comes with it.
    pub body: ResponseBody,
    /// The media type of the body.
    pub media_type: String,
    /// The schema of the body, when it is JSON.
    pub schema: Option<SchemaPlace>,
}

impl Status {
    /// Whether it is a success. A redirect that the document declares is what the operation is for.
    pub fn is_success(&self) -> bool {
        self.code.starts_with(['2', '3'])
    }
}

/// What comes with a status.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResponseBody {
    /// Nothing.
    Nothing,
    /// JSON.
    Json(TypeUse),
    /// Text.
    Text,
    /// Bytes.
    Bytes,
}

/// An error type: a variant for each status.
#[derive(Clone, Debug)]
pub struct ErrorType {
    /// The name in Rust.
    pub name: String,
    /// The variants.
    pub variants: Vec<StatusVariant>,
    /// The operations that share it, by method name.
    pub operations: Vec<String>,
    /// The names that those operations have for it, in the same order; none where it is the type of one operation, which names it.
    pub aliases: Vec<String>,
}

/// The success type of an operation that declares several.
#[derive(Clone, Debug)]
pub struct OutcomeType {
    /// The name in Rust.
    pub name: String,
    /// The variants.
    pub variants: Vec<StatusVariant>,
    /// The operation, by method name.
    pub operation: String,
}

/// A variant of an error or outcome type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatusVariant {
    /// The name in Rust.
    pub name: String,
    /// `404`, `4XX` or `default`.
    pub code: String,
    /// What comes with it.
    pub body: ResponseBody,
}

/// What was found in the document's operations.
pub(super) struct Found {
    pub(super) operations: Vec<Operation>,
    pub(super) webhooks: Vec<Webhook>,
    pub(super) errors: Vec<ErrorType>,
    pub(super) outcomes: Vec<OutcomeType>,
    /// Where types are entered from.
    pub(super) roots: Vec<Root>,
}

/// A type that an operation or webhook names.
pub(super) struct Root {
    pub(super) name: String,
    pub(super) sent: bool,
    pub(super) parameter: bool,
    pub(super) module: String,
}
