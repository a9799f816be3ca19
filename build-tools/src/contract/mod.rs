//! What the vendor's interface is, independent of `OpenAPI` and of Rust syntax: operations, types, errors, and their names.
//!
//! Order never depends on the order of keys in the document. Operations follow the document's list of tags, then path and
//! method; types follow their names; members follow `required`, then their names.

mod calls;
mod collisions;
mod credentials;
mod definitions;
mod events;
mod forms;
mod operations;
mod paging;
mod problems;
mod sample;
mod scalars;
mod settings;
mod types;
mod uploads;
mod uses;

use std::collections::BTreeMap;

use indexmap::IndexMap;

pub use self::calls::{
    Body, ErrorType, Method, Operation, OutcomeType, PagedOperation, Parameter, Provenance, ResponseBody, Status,
    StatusVariant, Success, Tag, Webhook,
};
pub use self::definitions::{
    Constant, Extra, Kind, Mark, Member, Presence, TypeDefinition, TypeUse, Variant, VariantForm,
};
pub use self::events::EventBatch;
pub use self::paging::{ListPage, PageForm, PathStep};
use self::problems::Problems;
pub(crate) use self::sample::is_possible;
pub use self::sample::{Extent, Held, sample, samples};
pub use self::scalars::{Passed, Scalar, Written};
pub use self::settings::{
    BodyDigest, ComponentNames, Covered, CredentialField, CredentialForm, DigestAlgorithm, DigestHeader, DigestedWhen,
    EcdsaEncoding, Environment, Given, Level, Package, Paging, REFRESH_TOKEN, Settings, SharedSecret,
    SignatureAlgorithm, SignatureParameter, SigningSettings, TokenField, TokenRequestBody, TokenRequestSettings,
    TokenSettings, UnsignedHeaders, WebhookSettings, WebhookSignature, When,
};
pub use crate::model::{Bound, CountRange, Limits, PatternLimit};
use crate::model::{Extensions, Model};
use crate::names::Scope;
use crate::spec::{Document, Finding};

/// Everything that the emitters need.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Name of the vendor's directory.
    pub vendor: String,
    /// `vendor.toml`.
    pub settings: Settings,
    /// The document's description.
    pub description: String,
    /// The groups of operations, in reading order.
    pub tags: Vec<Tag>,
    /// The operations, in canonical order.
    pub operations: Vec<Operation>,
    /// What the vendor calls.
    pub webhooks: Vec<Webhook>,
    /// The types by component name.
    pub types: IndexMap<String, TypeDefinition>,
    /// The component of each type, by its Rust name.
    components: BTreeMap<String, String>,
    /// The error types, by name.
    pub errors: Vec<ErrorType>,
    /// The success types of operations that declare several, by name.
    pub outcomes: Vec<OutcomeType>,
    /// The types that are pages, by Rust name.
    pub pages: Vec<ListPage>,
    /// What the bodies of webhooks hold.
    pub batches: Vec<EventBatch>,
    /// The document after all passes.
    pub model: Model,
    /// The document as it was written, for what is proved against it.
    pub curated: Model,
}

impl Contract {
    /// The definition of a type by its Rust name.
    pub fn definition(&self, name: &str) -> Option<&TypeDefinition> {
        self.types.get(self.components.get(name)?)
    }
}

/// Builds the contract from the document after all passes. `curated` is the document as written; `source` is the same and `places` the
/// `vendor.toml`, to point into.
pub fn build(
    source: &Document,
    curated: Model,
    model: Model,
    settings: Settings,
    places: Option<&Document>,
    vendor: &str,
) -> Result<Contract, Vec<Finding>> {
    let problems = Problems::new(source, places);
    let tags: Vec<Tag> = model
        .openapi()
        .tags
        .iter()
        .map(|tag| Tag {
            module: Scope::Module.name(&tag.name, Extensions::of(&tag.extensions).rust_name.as_deref()),
            description: tag.description.clone().unwrap_or_default(),
            name: tag.name.clone(),
        })
        .collect();
    let mut types = types::collect(&model, &problems);
    let mut found = operations::collect(&model, &tags, &settings, &problems);
    uses::settle(&mut types, &found, &tags);
    uploads::check(&types, &found, &problems);
    collisions::check(&tags, &found, &types, &settings, &problems);
    credentials::check(&model, &settings, &problems);
    let pages = paging::find(&settings, &mut found.operations, &types, &problems);
    let components = types.iter().map(|(component, definition)| (definition.name.clone(), component.clone())).collect();
    let description = model.openapi().info.description.clone().unwrap_or_default();
    let findings = problems.into_findings();
    if !findings.is_empty() {
        return Err(findings);
    }
    let batches = events::find(&found.webhooks, &types);
    Ok(Contract {
        vendor: vendor.to_owned(),
        settings,
        description,
        tags,
        operations: found.operations,
        webhooks: found.webhooks,
        types,
        components,
        errors: found.errors,
        outcomes: found.outcomes,
        pages,
        batches,
        model,
        curated,
    })
}
