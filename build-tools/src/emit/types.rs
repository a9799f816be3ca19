//! The types, a file for each tag that alone uses them and one for those that several share: plain items, whose derives read
//! from `#[wire(…)]` what they are on the wire.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::limits::{attributes, attributes_of_each, sentence};
use super::tokens::{Docs, Imports, Scope, Written, deprecated, file, ident, several, type_text};
use super::wrapped::wrapped;
use crate::contract::{
    Constant, Contract, EventBatch, Extra, Kind, ListPage, Mark, Member, PageForm, PathStep, Presence, TypeDefinition,
    TypeUse, Variant, VariantForm,
};
use crate::text::{Inline, literal};

/// What documentation says of what is kept out of `Debug`.
const PRIVATE: &str = "Personal data: `Debug` shows `[redacted]`.";

/// File names and files, `mod.rs` among them. Each is made when it is asked for.
pub(super) fn types(contract: &Contract) -> impl Iterator<Item = (String, Result<Written, String>)> {
    let mut modules: BTreeMap<&str, Vec<&TypeDefinition>> = BTreeMap::new();
    for definition in contract.types.values() {
        modules.entry(&definition.module).or_default().push(definition);
    }
    let index = index(contract, &modules);
    let modules = modules
        .into_iter()
        .map(|(module, definitions)| (format!("{module}.rs"), types_of_tag(contract, module, &definitions)));
    std::iter::once(("mod.rs".to_owned(), index)).chain(modules)
}

/// A module for each tag. Every type is also found without its module, which documentation does not show again.
fn index(contract: &Contract, modules: &BTreeMap<&str, Vec<&TypeDefinition>>) -> Result<Written, String> {
    let mut docs = Docs::of(&format!(
        "What {} sends and receives: a module for each group of operations.",
        contract.settings.package.vendor
    ));
    docs.inline(&Inline::join([
        &Inline::prose("Each type is also here by its name alone, as in "),
        &Inline::code("types::Name"),
        &Inline::prose("."),
    ]));
    let names = modules.keys().map(|module| ident(module));
    let exported = modules.iter().map(|(module, definitions)| {
        let module = ident(module);
        let mut names: Vec<&str> = definitions.iter().map(|definition| definition.name.as_str()).collect();
        names.extend(definitions.iter().filter_map(|definition| definition.builder.as_deref()));
        names.sort_unstable();
        let names = several(&names.into_iter().map(ident).collect::<Vec<_>>());
        quote! {
            #[doc(hidden)]
            pub use self::#module::#names;
        }
    });
    let items = quote! { #(pub mod #names;)* #(#exported)* };
    file(&contract.vendor, &docs, &items)
}

fn types_of_tag(contract: &Contract, module: &str, definitions: &[&TypeDefinition]) -> Result<Written, String> {
    let imports = Imports::new(contract, Scope::Types);
    let items: Vec<TokenStream> =
        definitions.iter().map(|definition| Emitter { contract, imports: &imports, definition }.item()).collect();
    let own: BTreeSet<&str> = definitions.iter().map(|definition| definition.name.as_str()).collect();
    let uses = imports.uses_without(&own);
    let about = match contract.tags.iter().find(|tag| tag.module == module) {
        Some(tag) => format!("Types of {}.", tag.name),
        None => "Types that several groups of operations share.".to_owned(),
    };
    file(&contract.vendor, &Docs::of(&about), &quote! { #uses #(#items)* })
}

/// Writes one type.
#[derive(Clone, Copy)]
struct Emitter<'c> {
    contract: &'c Contract,
    imports: &'c Imports<'c>,
    definition: &'c TypeDefinition,
}

impl Emitter<'_> {
    fn item(self) -> TokenStream {
        let docs = documentation(Docs::of(&self.definition.description), self.sentence(), self.definition.sensitive);
        let deprecated = deprecated(self.definition.deprecated);
        let item = match &self.definition.kind {
            Kind::Object { constants, members, extra } => self.object(constants, members, extra.as_deref()),
            Kind::StringEnum(variants) => self.string_enum(variants),
            Kind::TaggedUnion { tag, variants } => self.tagged_union(tag, variants),
            Kind::UntaggedUnion(variants) => self.untagged_union(variants),
            Kind::TextIdentifier => self.text_identifier(),
            Kind::IntegerIdentifier { unsigned } => self.integer_identifier(*unsigned),
            Kind::ResourceUrl { template, identifier } => self.resource_url(template, identifier),
        };
        let batch = self.contract.batches.iter().find(|batch| batch.name == self.definition.name);
        let batch = batch.map(|batch| self.event_batch(batch));
        quote! { #docs #deprecated #item #batch }
    }

    fn sentence(self) -> Option<String> {
        sentence(&self.definition.limits)
    }

    fn name(self) -> TokenStream {
        ident(&self.definition.name)
    }

    /// A derive of the runtime.
    fn derive(self, name: &str) -> TokenStream {
        self.imports.name("onboarding_core::derive", name)
    }

    fn sent(self) -> Option<TokenStream> {
        self.definition.sent.then(|| quote! { sent })
    }

    fn object(self, constants: &[Constant], members: &[Member], extra: Option<&Extra>) -> TokenStream {
        let (name, derive) = (self.name(), self.derive("Object"));
        let mut arguments: Vec<TokenStream> = self.sent().into_iter().collect();
        arguments.extend(self.definition.builder.as_deref().map(|builder| {
            let builder = ident(builder);
            quote! { builder = #builder }
        }));
        arguments.extend(constants.iter().map(|constant| {
            let (wire, value) = (literal(&constant.wire), literal(&constant.value));
            quote! { constant(#wire, #value) }
        }));
        let inner: Vec<TokenStream> = wrapped(self.contract, &self.definition.name)
            .into_iter()
            .map(|(_, inner)| self.imports.named(inner))
            .collect();
        if !inner.is_empty() {
            arguments.push(quote! { from(#(#inner),*) });
        }
        arguments.extend(self.page().map(|page| page_argument(&page.form)));
        // What is only read is not validated.
        if self.definition.sent {
            arguments.extend(attributes(&self.definition.limits));
        }
        let wire = wire(&arguments);
        let of = |presences: &'static [Presence]| {
            members.iter().filter(|member| presences.contains(&member.presence)).map(|member| self.member(member))
        };
        let required = of(&[Presence::Required, Presence::RequiredNullable]);
        let (optional, nullable) = (of(&[Presence::Optional]), of(&[Presence::ThreeState]));
        let extra = extra.map(|extra| self.extra(extra));
        quote! {
            #[derive(Clone, PartialEq, #derive)]
            #[non_exhaustive]
            #wire
            pub struct #name { #(#required)* #(#optional)* #(#nullable)* #extra }
        }
    }

    fn member(self, member: &Member) -> TokenStream {
        let docs =
            documentation(description(&member.description, &member.value), sentence(&member.limits), member.private);
        let deprecated = deprecated(member.deprecated);
        let name = ident(&member.name);
        let value = self.imports.type_of(&member.value);
        let (kind, value) = match member.presence {
            Presence::Required => (quote! { required }, value),
            Presence::RequiredNullable => (quote! { required }, quote! { Option<#value> }),
            Presence::Optional => (quote! { optional }, quote! { Option<#value> }),
            Presence::ThreeState => {
                let patch = self.imports.runtime("Patch");
                (quote! { nullable }, quote! { #patch<#value> })
            }
        };
        let wire_name = literal(&member.wire);
        let mut arguments = vec![kind, quote! { #wire_name }];
        if member.presence == Presence::ThreeState {
            let clear = ident(&member.clearing());
            arguments.push(quote! { clear = #clear });
        }
        arguments.extend(member.private.then(|| quote! { private }));
        // What is only read is not validated.
        if self.definition.sent {
            arguments.extend(attributes(&member.limits));
        }
        let wire = wire(&arguments);
        quote! { #docs #deprecated #wire pub #name: #value, }
    }

    /// Members beyond those with fields of their own.
    fn extra(self, extra: &Extra) -> TokenStream {
        let mut docs = Docs::of(&format!("Members beyond the documented ones, by name. {PRIVATE}"));
        for text in [Some(extra.description.clone()), sentence(&extra.limits)].into_iter().flatten() {
            if !text.is_empty() {
                docs.text(&format!("Each: {text}"));
            }
        }
        let mut arguments = vec![quote! { extra }];
        // What is only read is not validated.
        if self.definition.sent {
            arguments.extend(attributes_of_each(&extra.limits));
        }
        let wire = wire(&arguments);
        let (map, value) = (self.imports.runtime("Map"), self.imports.type_of(&extra.value));
        quote! { #docs #wire pub extra: #map<#value>, }
    }

    fn string_enum(self, variants: &[(String, String)]) -> TokenStream {
        let (name, derive) = (self.name(), self.derive("StringEnum"));
        let variants = variants.iter().map(|(variant, wire)| {
            let docs = match wire.trim() {
                "" => Docs::of("A text without characters that are seen."),
                _ => Docs::of_inline(&Inline::code(wire)),
            };
            let (variant, wire) = (ident(variant), literal(wire));
            quote! { #docs #[wire(#wire)] #variant, }
        });
        let unknown = Docs::of("A value that the vendor did not document when this crate was generated.");
        quote! {
            #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, #derive)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants)*
                #unknown
                #[wire(unknown)]
                Unknown(String),
            }
        }
    }

    fn tagged_union(self, tag: &str, variants: &[Variant]) -> TokenStream {
        let tag = literal(tag);
        let arguments: Vec<TokenStream> = self.sent().into_iter().chain([quote! { tag = #tag }]).collect();
        let variants = variants.iter().map(|variant| {
            let wire = literal(&variant.wire);
            self.variant(variant, &[quote! { #wire }])
        });
        let about = "A variant that the vendor did not document when this crate was generated, as it came.";
        self.union("TaggedUnion", &arguments, variants, about)
    }

    fn untagged_union(self, variants: &[Variant]) -> TokenStream {
        let mut arguments: Vec<TokenStream> = self.sent().into_iter().collect();
        arguments.extend((self.definition.sent && self.definition.parameter).then(|| quote! { parameter }));
        arguments.extend(self.page().map(|page| page_argument(&page.form)));
        let variants = variants.iter().map(|variant| {
            let mut arguments: Vec<TokenStream> = variant.forms.iter().map(form).collect();
            arguments.extend(variant.private.then(|| quote! { private }));
            // What is only read is not validated.
            if self.definition.sent {
                arguments.extend(attributes(&variant.limits));
            }
            self.variant(variant, &arguments)
        });
        let about = "A form that the vendor did not document when this crate was generated, as it came.";
        self.union("UntaggedUnion", &arguments, variants, about)
    }

    fn union(
        self,
        derive: &str,
        arguments: &[TokenStream],
        variants: impl Iterator<Item = TokenStream>,
        about_unknown: &str,
    ) -> TokenStream {
        let (name, derive, wire) = (self.name(), self.derive(derive), wire(arguments));
        let (unknown, json) = (Docs::of(about_unknown), self.imports.runtime("JsonValue"));
        quote! {
            #[derive(Clone, PartialEq, #derive)]
            #[non_exhaustive]
            #wire
            pub enum #name {
                #(#variants)*
                #unknown
                #[wire(unknown)]
                Unknown(#json),
            }
        }
    }

    fn variant(self, variant: &Variant, arguments: &[TokenStream]) -> TokenStream {
        let docs = documentation(
            description(&variant.description, &variant.value),
            sentence(&variant.limits),
            variant.private,
        );
        let (name, value, wire) = (ident(&variant.name), self.imports.type_of(&variant.value), wire(arguments));
        quote! { #docs #wire #name(#value), }
    }

    fn text_identifier(self) -> TokenStream {
        let (name, derive) = (self.name(), self.derive("Identifier"));
        // The derive writes the `Debug` of what is private.
        let debug = (!self.definition.sensitive).then(|| quote! { Debug, });
        let private = self.definition.sensitive.then(|| quote! { private });
        let arguments: Vec<TokenStream> = private.into_iter().chain(attributes(&self.definition.limits)).collect();
        let wire = wire(&arguments);
        quote! {
            #[derive(Clone, #debug PartialEq, Eq, PartialOrd, Ord, Hash, #derive)]
            #wire
            pub struct #name(String);
        }
    }

    fn integer_identifier(self, unsigned: bool) -> TokenStream {
        let (name, derive) = (self.name(), self.derive("Identifier"));
        let integer = if unsigned {
            quote! { u64 }
        } else {
            quote! { i64 }
        };
        let wire = wire(&attributes(&self.definition.limits));
        quote! {
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, #derive)]
            #wire
            pub struct #name(pub #integer);
        }
    }

    fn resource_url(self, template: &str, identifier: &str) -> TokenStream {
        let (name, derive) = (self.name(), self.derive("ResourceUrl"));
        let (template, identifier) = (literal(template), self.imports.named(identifier));
        quote! {
            #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, #derive)]
            #[wire(template = #template, identifier = #identifier)]
            pub struct #name(String);
        }
    }

    fn event_batch(self, batch: &EventBatch) -> TokenStream {
        let (name, of, event) = (self.name(), self.imports.runtime("EventBatch"), self.imports.named(&batch.event));
        let list = batch.list.as_deref().map(literal);
        let list = list.map_or_else(|| quote! { None }, |list| quote! { Some(#list) });
        quote! {
            impl #of for #name {
                type Event = #event;
                const LIST: Option<&'static str> = #list;
            }
        }
    }

    /// The list of which this type is a page.
    fn page(&self) -> Option<&ListPage> {
        self.contract.pages.iter().find(|page| page.name == self.definition.name)
    }
}

/// What the document says in place, or else where to read on.
fn description(description: &str, value: &TypeUse) -> Docs {
    if !description.is_empty() {
        return Docs::of(description);
    }
    Docs::of_inline(&match value.named() {
        Some(name) => Inline::join([&Inline::prose("See "), &see(name), &Inline::prose(".")]),
        None => Inline::join([
            &Inline::prose("A value of the form "),
            &Inline::code(&type_text(value)),
            &Inline::prose("."),
        ]),
    })
}

/// Documentation with what a value must fit, and that it is kept out of `Debug`.
fn documentation(mut docs: Docs, limits: Option<String>, private: bool) -> Docs {
    let notes: Vec<String> = limits.into_iter().chain(private.then(|| PRIVATE.to_owned())).collect();
    if !notes.is_empty() {
        docs.text(&notes.join(" "));
    }
    docs
}

/// The attribute that says what a type, a member or a variant is on the wire, where there is something to say.
fn wire(arguments: &[TokenStream]) -> Option<TokenStream> {
    (!arguments.is_empty()).then(|| quote! { #[wire(#(#arguments),*)] })
}

fn page_argument(page: &PageForm) -> TokenStream {
    match page {
        PageForm::Union(_) => quote! { page },
        PageForm::Object { items, total, next } => {
            let items = ident(items);
            let total = way("total", total);
            let next = way("next", next);
            quote! { page(items = #items #total #next) }
        }
    }
}

/// The way to a member, `, total = meta?.total`, with a question mark behind what may be missing. Behind the total there is none: it is
/// given as an `Option` anyway.
fn way(what: &str, steps: &[PathStep]) -> Option<TokenStream> {
    let last = if what == "total" { steps.len().saturating_sub(1) } else { steps.len() };
    let what = ident(what);
    let names = steps.iter().enumerate().map(|(index, step)| {
        let member = ident(&step.member);
        if step.required || index == last {
            member
        } else {
            quote! { #member? }
        }
    });
    (!steps.is_empty()).then(|| quote! { , #what = #(#names).* })
}

/// A kind of JSON, and what tells a variant from others of that kind.
fn form(form: &VariantForm) -> TokenStream {
    let kind = ident(form.kind);
    let texts = |values: &[String]| values.iter().map(|value| literal(value)).collect::<Vec<_>>();
    let marks: Vec<TokenStream> = form
        .marks
        .iter()
        .map(|mark| match mark {
            Mark::Member(name) => {
                let name = literal(name);
                quote! { member(#name) }
            }
            Mark::SharedMember(name) => {
                let name = literal(name);
                quote! { shared(#name) }
            }
            Mark::MemberOfKind(name, kind) => {
                let (name, kind) = (literal(name), ident(kind));
                quote! { member(#name, #kind) }
            }
            Mark::Constant(name, value) => {
                let (name, value) = (literal(name), literal(value));
                quote! { member(#name, #value) }
            }
            Mark::MemberAmong(name, values) => {
                let (name, values) = (literal(name), texts(values));
                quote! { member(#name, one_of(#(#values),*)) }
            }
            Mark::Among(values) => {
                let values = texts(values);
                quote! { one_of(#(#values),*) }
            }
            Mark::Items(kind) => {
                let kind = ident(kind);
                quote! { items(#kind) }
            }
            Mark::Format(format) => {
                let format = literal(format);
                quote! { format(#format) }
            }
        })
        .collect();
    if marks.is_empty() {
        kind
    } else {
        quote! { #kind(#(#marks),*) }
    }
}

/// A type as a link. A derive macro that is in scope may have its name, which by its path it has not.
fn see(name: &str) -> Inline {
    if crate::names::is_derive(name) {
        Inline::link(&Inline::code(name), &format!("crate::types::{name}"))
    } else {
        Inline::item(name)
    }
}
