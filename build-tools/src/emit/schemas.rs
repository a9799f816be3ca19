//! The test that the types' JSON Schemas are those of the document, and the schemas of the document.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::calls::{test, test_file};
use super::tokens::{Imports, Scope, Written};
use crate::contract::{Contract, TypeDefinition};
use crate::model::WrittenSchema;
use crate::text::literal;

/// The text of `schemas.rs`, which names the types. What they are compared with is in the table.
pub(super) fn schemas(contract: &Contract) -> Result<Written, String> {
    let imports = &Imports::new(contract, Scope::Tests);
    let [assert_schemas, described] =
        ["assert_schemas", "Described"].map(|name| imports.name("onboarding_testing::schemas", name));
    let types: BTreeSet<&str> = contract.types.values().map(|definition| definition.name.as_str()).collect();
    let types = types.into_iter().map(|name| {
        let (of, name) = (imports.named(name), literal(name));
        quote! { #described::of::<#of>(#name) }
    });
    let types: Vec<TokenStream> = types.collect();
    let [package, vendor] = [&contract.settings.package.name, &contract.vendor].map(|name| literal(name));
    let body = quote! {
        let exported = include_str!("../../src/generated/types/mod.rs");
        #assert_schemas(#package, #vendor, exported, TYPES);
    };
    let test = test("every_type_has_the_schema_of_its_component", &body);
    let types = quote! { const TYPES: &[#described] = &[#(#types),*]; };
    let about = "Each public type's JSON Schema is that of its component, which `proofs.txt` has.";
    test_file(imports, about, &[test, types])
}

/// The schema of a component, before any pass.
pub(super) struct Documented<'d> {
    pub(super) component: &'d str,
    /// Its type; `None` for what others refer to that has none.
    pub(super) definition: Option<&'d TypeDefinition>,
    pub(super) written: WrittenSchema,
}

/// Every component that has a type, and those that these refer to: other names for types in place, and parts of objects.
///
/// `onboarding-testing` compares the types with them, and says in which ways they may differ.
pub(super) fn documented(contract: &Contract) -> Vec<Documented<'_>> {
    let curated = &contract.curated;
    let types: BTreeMap<&str, &TypeDefinition> =
        contract.types.values().map(|definition| (definition.component.as_str(), definition)).collect();
    let parts = curated.led_to(&types.keys().copied().collect()).into_iter();
    let parts = parts.map(|component| Documented { component, definition: None, written: curated.written(component) });
    let types = types.into_iter().map(|(component, definition)| {
        // What two parts say of one member is compared as it holds together.
        let model = if curated.has_overlaps(component) { &contract.model } else { curated };
        Documented { component, definition: Some(definition), written: model.written(component) }
    });
    parts.chain(types).collect()
}
