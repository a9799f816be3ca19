//! How the vendor wants requests signed and vouches for its webhooks: constructors of what the runtime takes, from `vendor.toml`.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::{Docs, Imports, Scope, Written, file, number};
use crate::contract::{
    BodyDigest, ComponentNames, Contract, Covered, DigestAlgorithm, DigestHeader, DigestedWhen, EcdsaEncoding,
    SharedSecret, SignatureAlgorithm, SignatureParameter, SigningSettings, UnsignedHeaders, WebhookSignature, When,
};
use crate::text::literal;

/// Where the runtime has what signatures are made of.
const SIGNING: &str = "onboarding_core::signing";
/// Where it has what webhooks are verified with.
const WEBHOOK: &str = "onboarding_core::webhook";

/// The text of `signing.rs`, where requests are signed.
pub(super) fn signing(contract: &Contract) -> Option<Result<Written, String>> {
    let settings = contract.settings.signing.as_ref()?;
    let imports = Imports::new(contract, Scope::Crate);
    let docs = Docs::of(&format!("How {} wants requests signed.", contract.settings.package.vendor));
    let items = profile(&imports, settings);
    Some(finish(contract, &imports, &docs, &items))
}

/// The text of `webhook.rs`, where the vendor delivers webhooks.
pub(super) fn webhook(contract: &Contract) -> Option<Result<Written, String>> {
    let settings = contract.settings.webhook.as_ref()?;
    let imports = Imports::new(contract, Scope::Crate);
    let docs = Docs::of(&format!("How {} vouches for its webhooks.", contract.settings.package.vendor));
    let signed = settings.signature.as_ref().map(|signature| policy(&imports, signature));
    let scheme = settings.shared_secret.as_ref().map(|secret| scheme(&imports, secret));
    let items = quote! { #signed #scheme };
    Some(finish(contract, &imports, &docs, &items))
}

fn finish(contract: &Contract, imports: &Imports<'_>, docs: &Docs, items: &TokenStream) -> Result<Written, String> {
    let uses = imports.uses();
    file(&contract.vendor, docs, &quote! { #uses #items })
}

fn profile(imports: &Imports<'_>, settings: &SigningSettings) -> TokenStream {
    let docs = Docs::of(&settings.description);
    let profile = imports.name(SIGNING, "Profile");
    let components = components(imports, &settings.components);
    let label = literal(&settings.label);
    let other_headers = other_headers(imports, settings.all_headers_except.as_ref());
    let digest = digest(imports, settings.digest);
    let (date, content_length) = (settings.date, settings.content_length);
    let parameters = parameters(imports, &settings.parameters);
    let lifetime = settings.lifetime.map(|lifetime| {
        let lifetime = seconds(lifetime);
        quote! { profile.lifetime = #lifetime; }
    });
    let tag = optional_text(settings.tag.as_ref());
    let names = names(imports, settings.names);
    let ecdsa = ecdsa(imports, settings.ecdsa);
    let unsigned = unsigned_headers(imports, &settings.unsigned_headers);
    let unsigned_list = if unsigned.is_some() {
        quote! { UNSIGNED_HEADERS.to_vec() }
    } else {
        quote! { Vec::new() }
    };
    quote! {
        #docs
        pub fn profile() -> #profile {
            #components
            #unsigned
            let mut profile = #profile::rfc9421();
            profile.label = #label.to_owned();
            profile.components = COMPONENTS.to_vec();
            profile.other_headers = #other_headers;
            profile.digest = #digest;
            profile.date = #date;
            profile.content_length = #content_length;
            profile.parameters = #parameters;
            #lifetime
            profile.tag = #tag;
            profile.names = #names;
            profile.ecdsa = #ecdsa;
            profile.unsigned_headers = #unsigned_list;
            profile
        }
    }
}

fn policy(imports: &Imports<'_>, settings: &WebhookSignature) -> TokenStream {
    let docs = Docs::of(&settings.description);
    let policy = imports.name(SIGNING, "Policy");
    let components = components(imports, &settings.components);
    let label = optional_text(settings.label.as_ref());
    let digest = optional(settings.digest.map(|header| digest_header(imports, header)));
    let algorithms = settings.algorithms.iter().map(|algorithm| {
        let name = imports.name(SIGNING, "Algorithm");
        match algorithm {
            SignatureAlgorithm::Ed25519 => quote! { #name::Ed25519 },
            SignatureAlgorithm::EcdsaP256Sha256 => quote! { #name::EcdsaP256Sha256 },
            SignatureAlgorithm::EcdsaP384Sha384 => quote! { #name::EcdsaP384Sha384 },
            SignatureAlgorithm::EcdsaP521Sha512 => quote! { #name::EcdsaP521Sha512 },
            SignatureAlgorithm::HmacSha256 => quote! { #name::HmacSha256 },
            SignatureAlgorithm::RsaPssSha512 => quote! { #name::RsaPssSha512 },
        }
    });
    let encodings = if settings.ecdsa.is_empty() { &[EcdsaEncoding::Fixed][..] } else { &settings.ecdsa };
    let encodings = encodings.iter().map(|encoding| ecdsa(imports, *encoding));
    let parameters = parameters(imports, &settings.parameters);
    let tag = optional_text(settings.tag.as_ref());
    let names = names(imports, settings.names);
    let (max_age, clock_skew) = (seconds(settings.max_age), seconds(settings.clock_skew));
    quote! {
        #docs
        pub fn policy() -> #policy {
            #components
            let mut policy = #policy::rfc9421();
            policy.label = #label;
            policy.required = COMPONENTS.to_vec();
            policy.digest = #digest;
            policy.algorithms = vec![#(#algorithms),*];
            policy.ecdsa = vec![#(#encodings),*];
            policy.parameters = #parameters;
            policy.tag = #tag;
            policy.names = #names;
            policy.max_age = #max_age;
            policy.clock_skew = #clock_skew;
            policy
        }
    }
}

fn scheme(imports: &Imports<'_>, settings: &SharedSecret) -> TokenStream {
    let docs = Docs::of(&settings.description);
    let scheme = imports.name(WEBHOOK, "SharedSecretScheme");
    let signature = literal(&settings.signature);
    let delivery = settings.delivery_id.as_ref().map(|header| {
        let header = literal(header);
        quote! { .with_delivery_id(#header) }
    });
    let attempt = settings.attempt.as_ref().map(|header| {
        let header = literal(header);
        quote! { .with_attempt(#header) }
    });
    quote! {
        #docs
        pub const fn scheme() -> #scheme {
            #scheme::new(#signature) #delivery #attempt
        }
    }
}

/// The parts of a message as a constant, whose names the compiler checks.
fn components(imports: &Imports<'_>, components: &[Covered]) -> TokenStream {
    let covered = imports.name(SIGNING, "Covered");
    let count = number(&components.len().to_string());
    let parts = components.iter().map(|part| {
        let name = literal(&part.name);
        match part.when {
            When::Always => quote! { #covered::always(#name) },
            When::Present => quote! { #covered::when_present(#name) },
            When::Body => quote! { #covered::with_body(#name) },
        }
    });
    quote! { const COMPONENTS: [#covered; #count] = [#(#parts),*]; }
}

/// Headers that are added and not signed, as a constant whose names and values the compiler checks.
fn unsigned_headers(imports: &Imports<'_>, headers: &BTreeMap<String, String>) -> Option<TokenStream> {
    if headers.is_empty() {
        return None;
    }
    let (header_name, header_value) = (imports.runtime("HeaderName"), imports.runtime("HeaderValue"));
    let count = number(&headers.len().to_string());
    let headers = headers.iter().map(|(name, value)| {
        let (name, value) = (literal(name), literal(value));
        quote! { (#header_name::from_static(#name), #header_value::from_static(#value)) }
    });
    Some(quote! { const UNSIGNED_HEADERS: [(#header_name, #header_value); #count] = [#(#headers),*]; })
}

fn other_headers(imports: &Imports<'_>, except: Option<&UnsignedHeaders>) -> TokenStream {
    let other_headers = imports.name(SIGNING, "OtherHeaders");
    let Some(except) = except else {
        return quote! { #other_headers::Unsigned };
    };
    let list = |names: &[String]| {
        let names = names.iter().map(|name| literal(name));
        // An empty list has no type of its own.
        if names.len() == 0 {
            quote! { Vec::<String>::new() }
        } else {
            quote! { [#(#names),*] }
        }
    };
    let (names, prefixes) = (list(&except.names), list(&except.prefixes));
    quote! { #other_headers::signed_except(#names, #prefixes) }
}

fn digest(imports: &Imports<'_>, digest: Option<BodyDigest>) -> TokenStream {
    let body_digest = imports.name(SIGNING, "BodyDigest");
    let Some(BodyDigest { header, algorithm, when }) = digest else {
        return quote! { #body_digest::Never };
    };
    let header = digest_header(imports, header);
    let name = imports.name(SIGNING, "DigestAlgorithm");
    let algorithm = match algorithm {
        DigestAlgorithm::Sha256 => quote! { #name::Sha256 },
        DigestAlgorithm::Sha512 => quote! { #name::Sha512 },
    };
    match when {
        DigestedWhen::Body => quote! { #body_digest::WithBody(#header, #algorithm) },
        DigestedWhen::Always => quote! { #body_digest::Always(#header, #algorithm) },
    }
}

fn digest_header(imports: &Imports<'_>, header: DigestHeader) -> TokenStream {
    let name = imports.name(SIGNING, "DigestHeader");
    match header {
        DigestHeader::ContentDigest => quote! { #name::ContentDigest },
        DigestHeader::Digest => quote! { #name::Digest },
    }
}

fn parameters(imports: &Imports<'_>, parameters: &[SignatureParameter]) -> TokenStream {
    let parameters = parameters.iter().map(|parameter| {
        let name = imports.name(SIGNING, "Parameter");
        match parameter {
            SignatureParameter::Created => quote! { #name::Created },
            SignatureParameter::Expires => quote! { #name::Expires },
            SignatureParameter::KeyId => quote! { #name::KeyId },
            SignatureParameter::Nonce => quote! { #name::Nonce },
            SignatureParameter::Algorithm => quote! { #name::Algorithm },
            SignatureParameter::Tag => quote! { #name::Tag },
        }
    });
    if parameters.len() == 0 {
        quote! { Vec::new() }
    } else {
        quote! { vec![#(#parameters),*] }
    }
}

fn names(imports: &Imports<'_>, names: ComponentNames) -> TokenStream {
    let name = imports.name(SIGNING, "ComponentNames");
    match names {
        ComponentNames::Quoted => quote! { #name::Quoted },
        ComponentNames::Bare => quote! { #name::Bare },
    }
}

fn ecdsa(imports: &Imports<'_>, encoding: EcdsaEncoding) -> TokenStream {
    let name = imports.name(SIGNING, "EcdsaEncoding");
    match encoding {
        EcdsaEncoding::Fixed => quote! { #name::Fixed },
        EcdsaEncoding::Der => quote! { #name::Der },
    }
}

fn optional_text(text: Option<&String>) -> TokenStream {
    optional(text.map(|text| {
        let text = literal(text);
        quote! { #text.to_owned() }
    }))
}

fn optional(value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(|| quote! { None }, |value| quote! { Some(#value) })
}

fn seconds(count: u64) -> TokenStream {
    let count = number(&count.to_string());
    quote! { std::time::Duration::from_secs(#count) }
}
