//! Expressions that make a value, as a person would write them, for documentation and tests.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use serde_json::Value;

use super::tokens::{Imports, Scope, ident, number, passed};
use super::wrapped::wrapped;
use crate::contract::{
    Body, Contract, Extent, Kind, Operation, Parameter, Passed, Presence, Scalar, TypeUse, Written, sample,
};
use crate::spec::{Encoding, encoding};
use crate::text::literal;

/// An expression for a value of that type, like the sample.
fn expression(imports: &Imports<'_>, value: &TypeUse, sample: &Value) -> TokenStream {
    match value {
        TypeUse::Named(name) => named(imports, name, sample),
        TypeUse::Boxed(name) => {
            let value = named(imports, name, sample);
            quote! { Box::new(#value) }
        }
        TypeUse::Scalar(scalar) => self::scalar(imports, *scalar, sample),
        TypeUse::List(item) => {
            let first = sample.get(0).map(|first| owned(imports, item, first));
            quote! { vec![#first] }
        }
        TypeUse::Map(item) => {
            let name = imports.runtime("Map");
            let Some((key, first)) = sample.as_object().and_then(|object| object.iter().next()) else {
                return quote! { #name::new() };
            };
            let (key, first) = (literal(key), owned(imports, item, first));
            quote! { #name::from([(#key.to_owned(), #first)]) }
        }
        TypeUse::Nullable(_) if sample.is_null() => quote! { None },
        TypeUse::Nullable(value) => {
            let value = owned(imports, value, sample);
            quote! { Some(#value) }
        }
    }
}

/// A value without parts.
fn scalar(imports: &Imports<'_>, scalar: Scalar, sample: &Value) -> TokenStream {
    let text = match sample {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => scalar.sample_text().to_owned(),
    };
    let (form, text) = (scalar.form(), imports.text(&text));
    let type_name = || imports.runtime(form.rust);
    match form.written {
        Written::Parsed => {
            let (name, handled) = (type_name(), handled(imports));
            quote! { #text.parse::<#name>() #handled }
        }
        Written::From => {
            let name = type_name();
            quote! { #name::from(#text) }
        }
        Written::New => {
            let name = type_name();
            quote! { #name::new(#text) }
        }
        Written::Literal => match scalar {
            Scalar::Boolean => sample.as_bool().unwrap_or(true).into_token_stream(),
            Scalar::Integer => number(&sample.as_i64().unwrap_or(1).to_string()),
            Scalar::Unsigned => number(&sample.as_u64().unwrap_or(1).to_string()),
            Scalar::Number => number(&format!("{:?}", sample.as_f64().unwrap_or(1.5))),
            _ => text,
        },
    }
}

/// What becomes of an error where a sample might not be a value of its type: documentation hands it on, a test fails.
fn handled(imports: &Imports<'_>) -> TokenStream {
    if imports.scope() == Scope::Example {
        quote! { ? }
    } else {
        quote! { .unwrap() }
    }
}

/// The same where no conversion takes place: a text is a `String` there.
pub(super) fn owned(imports: &Imports<'_>, value: &TypeUse, sample: &Value) -> TokenStream {
    let made = expression(imports, value, sample);
    if *value == TypeUse::Scalar(Scalar::Text) {
        quote! { #made.to_owned() }
    } else {
        made
    }
}

fn named(imports: &Imports<'_>, name: &str, sample: &Value) -> TokenStream {
    let Some(found) = imports.contract().definition(name) else {
        // Refused as what it is, no type.
        return ident(name);
    };
    let name = imports.named(name);
    let variant = |variant: &str, value: &TypeUse| {
        let (variant, value) = (ident(variant), owned(imports, value, sample));
        quote! { #name::#variant(#value) }
    };
    match &found.kind {
        Kind::TextIdentifier | Kind::ResourceUrl { .. } => {
            let text = imports.text(sample.as_str().unwrap_or("text"));
            quote! { #name::from(#text) }
        }
        Kind::IntegerIdentifier { unsigned } => {
            let value = if *unsigned {
                sample.as_u64().unwrap_or(1).to_string()
            } else {
                sample.as_i64().unwrap_or(1).to_string()
            };
            let value = number(&value);
            quote! { #name(#value) }
        }
        Kind::StringEnum(variants) => {
            let wire = sample.as_str().unwrap_or_default();
            let chosen = variants.iter().find(|(_, other)| other == wire).or(variants.first());
            let variant = ident(chosen.map_or("", |(variant, _)| variant));
            quote! { #name::#variant }
        }
        Kind::TaggedUnion { tag, variants } => {
            let wire = sample[tag.as_str()].as_str().unwrap_or_default();
            let chosen = variants.iter().find(|variant| variant.wire == wire).or(variants.first());
            chosen.map(|chosen| variant(&chosen.name, &chosen.value)).unwrap_or_default()
        }
        Kind::UntaggedUnion(variants) => {
            variants.first().map(|first| variant(&first.name, &first.value)).unwrap_or_default()
        }
        // What it wraps can be given in its place.
        Kind::Object { .. } if !wrapped(imports.contract(), &found.name).is_empty() => {
            let inner = innermost(imports, &found.name, sample);
            quote! { #name::new(#inner) }
        }
        Kind::Object { members, .. } => {
            let required = members
                .iter()
                .filter(|member| matches!(member.presence, Presence::Required | Presence::RequiredNullable));
            let arguments = required.map(|member| {
                let sample = &sample[member.wire.as_str()];
                let argument = match (member.presence, &member.value) {
                    (Presence::RequiredNullable, value) => {
                        let value = owned(imports, value, sample);
                        quote! { Some(#value) }
                    }
                    (_, TypeUse::Named(name)) => innermost(imports, name, sample),
                    (_, value) => expression(imports, value, sample),
                };
                (ident(&member.name), argument)
            });
            if found.builder.is_some() {
                let setters = arguments.map(|(name, argument)| quote! { .#name(#argument) });
                let handled = handled(imports);
                return quote! { #name::builder() #(#setters)* .build() #handled };
            }
            let arguments = arguments.map(|(_, argument)| argument);
            quote! { #name::new(#(#arguments),*) }
        }
    }
}

/// What a value of that type can be made from by `into`: what it wraps, or else itself.
fn innermost(imports: &Imports<'_>, name: &str, sample: &Value) -> TokenStream {
    let (mut name, mut sample) = (name, sample);
    for (wire, inner) in wrapped(imports.contract(), name) {
        (name, sample) = (inner, &sample[wire]);
    }
    named(imports, name, sample)
}

/// The arguments of a call in documentation, with the least that must be given.
pub(super) fn arguments(contract: &Contract, operation: &Operation) -> Vec<TokenStream> {
    let imports = &Imports::new(contract, Scope::Example);
    let required = operation.required_parameters();
    let mut arguments: Vec<TokenStream> = required.map(|parameter| parameter_argument(imports, parameter)).collect();
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        let sample = sample(&contract.model.schema(&body.schema), Extent::Required);
        arguments.push(match &body.value {
            _ if !body.encoding.is_typed => raw_body(imports, body, &sample),
            TypeUse::List(item) => {
                let first = sample.get(0).map(|first| owned(imports, item, first));
                quote! { &[#first] }
            }
            TypeUse::Named(name) if !wrapped(contract, name).is_empty() => {
                let inner = innermost(imports, name, &sample);
                quote! { &#inner.into() }
            }
            value => {
                let value = owned(imports, value, &sample);
                quote! { &#value }
            }
        });
    }
    arguments
}

/// A body that is sent as it is.
fn raw_body(imports: &Imports<'_>, body: &Body, sample: &Value) -> TokenStream {
    let is_text = encoding(&body.media_type) == Ok(Encoding::Text);
    let (bytes, text) = (imports.runtime("Bytes"), literal(sample.as_str().filter(|_| is_text).unwrap_or("bytes")));
    quote! { #bytes::from(#text) }
}

/// One argument with the parameter's sample.
pub(super) fn parameter_argument(imports: &Imports<'_>, parameter: &Parameter) -> TokenStream {
    let value = owned(imports, &parameter.value, &parameter.sample);
    if parameter.style.is_list {
        return quote! { &[#value] };
    }
    match passed(imports.contract(), &parameter.value, false) {
        Passed::Text => expression(imports, &parameter.value, &parameter.sample),
        Passed::Slice | Passed::Reference => quote! { &#value },
        Passed::Value => value,
    }
}

/// One value for a setter, with the parameter's sample; for a list two, so that it is seen how they travel.
pub(super) fn setter_argument(imports: &Imports<'_>, parameter: &Parameter) -> TokenStream {
    let value = expression(imports, &parameter.value, &parameter.sample);
    match parameter.style.is_list {
        true if parameter.limits.items.most == Some(1) => quote! { [#value] },
        true => quote! { [#value, #value] },
        false => value,
    }
}
