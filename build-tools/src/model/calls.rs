//! The operations of a document and what the vendor calls, with views of their schemas.

use openapiv3::{
    CookieStyle, HeaderStyle, MediaType, Operation, Parameter, ParameterData, ParameterSchemaOrContent, PathStyle,
    QueryStyle, ReferenceOr,
};
use serde_json::Value;

use super::{Extensions, Model, View};
use crate::passes::escape;

/// An operation or a webhook.
#[derive(Clone, Debug)]
pub struct CallView<'m> {
    model: &'m Model,
    /// Whether the vendor calls it: it stands under `x-webhooks`.
    pub is_webhook: bool,
    /// The path, or the name of the webhook.
    pub path: &'m str,
    /// The method in small letters.
    pub method: &'m str,
    /// The typed operation.
    pub operation: &'m Operation,
    /// The place, as a JSON pointer.
    pub pointer: String,
}

/// A parameter in place.
#[derive(Clone, Debug)]
pub struct ParameterView<'m> {
    /// `path`, `query`, `header` or `cookie`.
    pub place: &'static str,
    /// The `style`, which the document may leave out.
    pub style: &'static str,
    /// The typed parameter.
    pub data: &'m ParameterData,
    /// What its value is.
    pub schema: View<'m>,
    /// The place, as a JSON pointer.
    pub pointer: String,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct BodyView<'m> {
    /// What it is.
    pub description: &'m str,
    /// Whether it must be given.
    pub required: bool,
    /// The media type.
    pub media_type: &'m str,
    /// What it is made of.
    pub schema: View<'m>,
}

/// What comes with a status.
#[derive(Clone, Debug)]
pub struct ResponseView<'m> {
    /// `201`, `4XX` or `default`.
    pub code: String,
    /// What it means.
    pub description: &'m str,
    /// The media type and the schema of the body, where there is one.
    pub content: Option<(&'m str, View<'m>)>,
}

impl Model {
    /// Every operation and every webhook, in the order of the document.
    pub fn calls(&self) -> Vec<CallView<'_>> {
        let paths = self.openapi().paths.iter().filter_map(|(path, item)| Some((false, path, item.as_item()?)));
        let webhooks = self.webhooks.iter().map(|(name, item)| (true, name, item));
        paths
            .chain(webhooks)
            .flat_map(|(is_webhook, path, item)| {
                item.iter().map(move |(method, operation)| CallView::new(self, is_webhook, path, method, operation))
            })
            .collect()
    }

    /// The operation or webhook of a section of the document.
    pub(super) fn call(&self, section: &str, path: &str, method: &str) -> Option<CallView<'_>> {
        let (is_webhook, path, item) = match section {
            PATHS => {
                let (path, item) = self.openapi().paths.paths.get_key_value(path)?;
                (false, path, item.as_item()?)
            }
            WEBHOOKS => {
                let (name, item) = self.webhooks.get_key_value(path)?;
                (true, name, item)
            }
            _ => return None,
        };
        let (method, operation) = item.iter().find(|(other, _)| *other == method)?;
        Some(CallView::new(self, is_webhook, path, method, operation))
    }
}

/// Where the operations are, and where what the vendor calls is.
const PATHS: &str = "paths";
const WEBHOOKS: &str = "x-webhooks";

impl<'m> CallView<'m> {
    fn new(model: &'m Model, is_webhook: bool, path: &'m str, method: &'m str, operation: &'m Operation) -> Self {
        let section = if is_webhook { WEBHOOKS } else { PATHS };
        let pointer = format!("/{section}/{}/{method}", escape(path));
        Self { model, is_webhook, path, method, operation, pointer }
    }

    /// The `x-` keywords.
    pub fn extensions(&self) -> Extensions {
        Extensions::of(&self.operation.extensions)
    }

    /// The parameters that are written in place: the pass `resolve-shared` puts all of them there.
    pub fn parameters(&self) -> Vec<ParameterView<'m>> {
        let of = |(index, parameter): (usize, &'m ReferenceOr<Parameter>)| {
            let (place, style, data) = match parameter.as_item()? {
                Parameter::Query { parameter_data, style, .. } => ("query", query_style(style), parameter_data),
                Parameter::Header { parameter_data, style: HeaderStyle::Simple } => {
                    ("header", "simple", parameter_data)
                }
                Parameter::Path { parameter_data, style } => ("path", path_style(style), parameter_data),
                Parameter::Cookie { parameter_data, style: CookieStyle::Form } => ("cookie", "form", parameter_data),
            };
            let pointer = format!("{}/parameters/{index}", self.pointer);
            let schema = match &data.format {
                ParameterSchemaOrContent::Schema(schema) => self.model.view(schema, format!("{pointer}/schema")),
                ParameterSchemaOrContent::Content(_) => View::absent(self.model, format!("{pointer}/content")),
            };
            Some(ParameterView { place, style, data, schema, pointer })
        };
        self.operation.parameters.iter().enumerate().filter_map(of).collect()
    }

    /// What is sent.
    pub fn body(&self) -> Option<BodyView<'m>> {
        let body = self.operation.request_body.as_ref()?.as_item()?;
        let (media_type, media) = body.content.first()?;
        Some(BodyView {
            description: body.description.as_deref().unwrap_or_default(),
            required: body.required,
            media_type,
            schema: self.schema(media, media_type, "requestBody"),
        })
    }

    /// The declared statuses, in the order of the document; `default` is the last.
    pub fn responses(&self) -> Vec<ResponseView<'m>> {
        let responses = &self.operation.responses;
        let codes = responses.responses.iter().map(|(code, response)| (code.to_string(), response));
        let default = responses.default.iter().map(|response| ("default".to_owned(), response));
        codes
            .chain(default)
            .filter_map(|(code, response)| {
                let response = response.as_item()?;
                let content = response.content.first().map(|(media_type, media)| {
                    (media_type.as_str(), self.schema(media, media_type, &format!("responses/{code}")))
                });
                Some(ResponseView { code, description: &response.description, content })
            })
            .collect()
    }

    /// Whether credentials are asked for.
    pub fn is_authenticated(&self) -> bool {
        let security = self.operation.security.as_ref().or(self.model.openapi().security.as_ref());
        security.is_some_and(|schemes| !schemes.is_empty())
    }

    fn schema(&self, media: &'m MediaType, media_type: &str, within: &str) -> View<'m> {
        let pointer = format!("{}/{within}/content/{}/schema", self.pointer, escape(media_type));
        match &media.schema {
            Some(schema) => self.model.view(schema, pointer),
            None => View::absent(self.model, pointer),
        }
    }
}

const fn query_style(style: &QueryStyle) -> &'static str {
    match style {
        QueryStyle::Form => "form",
        QueryStyle::SpaceDelimited => "spaceDelimited",
        QueryStyle::PipeDelimited => "pipeDelimited",
        QueryStyle::DeepObject => "deepObject",
    }
}

const fn path_style(style: &PathStyle) -> &'static str {
    match style {
        PathStyle::Matrix => "matrix",
        PathStyle::Label => "label",
        PathStyle::Simple => "simple",
    }
}

impl ParameterView<'_> {
    /// The `x-` keywords.
    pub fn extensions(&self) -> Extensions {
        Extensions::of(&self.data.extensions)
    }

    /// Whether the document marks it as sensitive, the parameter itself or its value.
    pub fn is_sensitive(&self) -> bool {
        self.data.extensions.get("x-sensitive").and_then(Value::as_bool).unwrap_or_default()
            || self.schema.is_sensitive()
    }
}
