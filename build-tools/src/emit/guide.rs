//! What the README of a vendor crate says of each thing that a service needs: a short text, and an example that is compiled as a test.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::ident;
use super::{example, layout};
use crate::contract::{Contract, Operation, ResponseBody, Success};

/// A section of the README.
pub(super) struct Section {
    /// Its heading.
    pub(super) heading: &'static str,
    /// What it says, in paragraphs.
    pub(super) text: String,
    /// The example, where there is one.
    pub(super) example: Option<String>,
}

/// The sections behind the first call.
pub(super) fn sections(contract: &Contract) -> Vec<Section> {
    let guide = Guide { contract, package: ident(&contract.settings.package.name.replace('-', "_")) };
    let sections = [
        guide.errors(),
        guide.lists(),
        Some(guide.retries()),
        guide.signing(),
        Some(guide.transport()),
        Some(guide.tracing()),
    ];
    sections.into_iter().flatten().collect()
}

/// The operation of the shortest call that gives a value and declares errors: examples of calls are calls of it.
pub(super) fn called(contract: &Contract) -> Option<&Operation> {
    shortest(contract, |operation| operation.error.is_some() && matches!(operation.success, Success::Json(_)))
}

/// The operation of the shortest call that gives a list in pages.
pub(super) fn paged(contract: &Contract) -> Option<&Operation> {
    shortest(contract, |operation| operation.paging.is_some())
}

fn shortest(contract: &Contract, is_fit: impl Fn(&Operation) -> bool) -> Option<&Operation> {
    let fit = contract.operations.iter().filter(|operation| !operation.deprecated && is_fit(operation));
    let calls = fit.map(|operation| (layout::flat(call(contract, operation)), operation));
    // A sample that may be none of its type has an error of its own.
    let plain = calls.filter(|(text, _)| !text.contains('?'));
    plain.min_by_key(|(text, operation)| (text.len(), operation.method_name.clone())).map(|(_, operation)| operation)
}

fn call(contract: &Contract, operation: &Operation) -> TokenStream {
    let (name, arguments) = (ident(&operation.method_name), example::arguments(contract, operation));
    quote! { client.#name(#(#arguments),*) }
}

struct Guide<'c> {
    contract: &'c Contract,
    package: proc_macro2::TokenStream,
}

impl Guide<'_> {
    fn errors(&self) -> Option<Section> {
        let (contract, package) = (self.contract, &self.package);
        let operation = called(contract)?;
        let call = call(contract, operation);
        let error = ident(operation.error.as_deref()?);
        let set = contract.errors.iter().find(|set| Some(&set.name) == operation.error_set.as_ref())?;
        let variant = set.variants.first()?;
        let name = ident(&variant.name);
        let (pattern, body) = match variant.body {
            ResponseBody::Nothing => (quote! { errors::#error::#name }, quote! { println!("there is no more to it") }),
            _ => (quote! { errors::#error::#name(body) }, quote! { println!("{body:?}") }),
        };
        let example = quote! {
            use #package::{Client, types, *};
            async fn handled(client: &Client) -> Result<(), AnyError> {
                let error = match #call.send().await {
                    Ok(found) => {
                        println!("{found:?}");
                        return Ok(());
                    }
                    Err(error) => error,
                };
                match (error.declared(), error.declared_status()) {
                    (Some(#pattern), _) => #body,
                    (_, Some(status)) => println!("declared as well: {status}"),
                    _ if error.is_timeout() || error.is_rate_limited() => println!("later: {:?}", error.retry_after()),
                    _ => return Err(error.into()),
                }
                Ok(())
            }
        };
        let text = "An error has a variant for each status that the operation declares, of the type in `errors` that the table below names \
                    beside it: `error.declared()` gives it. `declared_status` gives the status also where its body could not be read. All other \
                    responses keep status, headers and bytes, and predicates such as `is_not_found` and `is_timeout` hold for every kind of \
                    error. `?` makes an `AnyError` of any of them, whichever the operation or vendor; it says whose it is, and `downcast_ref` \
                    finds the declared error again.";
        Some(section("Errors", text, example))
    }

    fn lists(&self) -> Option<Section> {
        let (contract, package) = (self.contract, &self.package);
        let call = call(contract, paged(contract)?);
        let example = quote! {
            use #package::{Client, types, *};
            async fn listed(client: &Client) -> Result<(), AnyError> {
                let mut items = #call.items();
                while let Some(item) = items.next().await {
                    let item = item?;
                    println!("{item:?}");
                }
                match #call.items().collect().await {
                    Ok(all) => println!("{} items", all.len()),
                    Err(incomplete) => println!("{} items came: {}", incomplete.items.len(), incomplete.error),
                }
                Ok(())
            }
        };
        let text = "`items()` and `pages()` of a list fetch each page when it is wanted. A list that ends before all of it came, because \
                    the vendor repeats a page or has fewer items than it says, is an error at its end; `collect` keeps what came before \
                    it, and `position` says where to go on.";
        Some(section("Lists", text, example))
    }

    fn retries(&self) -> Section {
        let package = &self.package;
        let of_call = called(self.contract).map(|operation| {
            let call = call(self.contract, operation);
            quote! {
                async fn hurried(client: &Client) -> Result<(), AnyError> {
                    #call.timeout(Duration::from_secs(5)).send().await?;
                    Ok(())
                }
            }
        });
        let example = quote! {
            use std::time::Duration;
            use #package::{Client, types, *};
            fn patient() -> ClientBuilder<Client> {
                Client::builder().timeout(Duration::from_secs(90)).retry(Retry::default().max_attempts(5))
            }
            #of_call
        };
        let key = self.contract.settings.idempotency_key.as_ref().map_or(
            "",
            |_| " An idempotency key that the call does not set is made by the client, and the same on every attempt.",
        );
        let text = format!(
            "A call may take 60 seconds with all its attempts, and each attempt 30. One that failed for the time being is sent again, up to three \
             times in all, where that is safe: where its method says so, where it has an idempotency key, or where no connection was \
             made.{key} `Retry-After` is respected."
        );
        section("Timeouts and retries", &text, example)
    }

    fn signing(&self) -> Option<Section> {
        let signing = self.contract.settings.signing.as_ref()?;
        let package = &self.package;
        let example = quote! {
            use #package::signing::{self, RequestSigner, SigningKey};
            use #package::{Client, ClientBuilder};
            fn signed(pem: &str) -> Result<ClientBuilder<Client>, Box<dyn std::error::Error>> {
                let key = SigningKey::from_pem(pem)?;
                Ok(Client::builder().signer(RequestSigner::new(key, "key-id", signing::profile())))
            }
        };
        let text = if signing.required {
            "The vendor refuses requests that are not signed. `signing::profile()` is the form in which it wants them."
        } else {
            "With the feature `signing`, requests are signed in the form in which the vendor wants them: `signing::profile()`."
        };
        let mut section = section("Signing", text, example);
        if !signing.required {
            section.example =
                section.example.map(|code| format!("# #[cfg(feature = \"signing\")]\n# mod example {{\n{code}\n# }}"));
        }
        Some(section)
    }

    fn transport(&self) -> Section {
        let package = &self.package;
        let example = quote! {
            use #package::runtime::{
                BoxFuture, HeaderMap, StatusCode, Transport, TransportError, TransportRequest, TransportResponse,
            };
            use #package::{Client, ClientBuilder};
            #[derive(Debug)]
            struct Offline;
            impl Transport for Offline {
                fn send(&self, _: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
                    Box::pin(async { Ok(TransportResponse::new(StatusCode::NOT_FOUND, HeaderMap::new(), "")) })
                }
            }
            fn offline() -> ClientBuilder<Client> {
                Client::builder().transport(Offline)
            }
        };
        let text = "HTTP/2 is the feature `http2`, and compressed responses are the feature `compression`, whose limits hold for what is \
                    decompressed. reqwest is set up by `http_client_builder`, or given ready by `http_client`; anything else that sends requests is given by `transport`. With the feature \
                    `blocking`, `runtime::SendBlocking` sends calls from code that is not async.";
        section("HTTP client", text, example)
    }

    fn tracing(&self) -> Section {
        let package = &self.package;
        let example = quote! {
            use #package::runtime::{CallEnd, CallInfo, Observer};
            use #package::{Client, ClientBuilder};
            #[derive(Debug)]
            struct Times;
            impl Observer for Times {
                fn after(&self, call: &CallInfo<'_>, end: &CallEnd) {
                    println!("call {} of {} took {:?}", call.id, call.operation, end.elapsed);
                }
            }
            fn observed() -> ClientBuilder<Client> {
                Client::builder().observer(Times)
            }
        };
        let text = "Each call is a span of the `tracing` crate and each attempt one within it, with OpenTelemetry's names and no value that is \
                    sent or received. An `Observer` is told of each call, attempt and retry, and where the vendor departs from its document; with \
                    the feature `metrics`, `runtime::Metrics` is one that records them by the `metrics` crate. A `RequestHook` adds headers, \
                    such as those of a trace, before a request is signed. `client.idle()` waits for all that is under way.";
        section("Tracing and metrics", text, example)
    }
}

/// How a service receives the vendor's webhooks, where the crate can verify them.
pub(super) fn receiving(contract: &Contract) -> Option<String> {
    let webhook = contract.settings.webhook.as_ref()?;
    let package = ident(&contract.settings.package.name.replace('-', "_"));
    let handled = match contract.batches.first() {
        Some(batch) => {
            let batch = ident(&batch.name);
            quote! {
                for event in delivery.events::<types::#batch>() {
                    match event {
                        Ok(event) => println!("{event:?}"),
                        Err(error) => println!("{}: {}", error.path(), error.reason()),
                    }
                }
            }
        }
        None => TokenStream::new(),
    };
    let (given, end) = match contract.batches.first() {
        Some(_) => (quote! { () }, quote! { Ok(()) }),
        None => (quote! { JsonValue }, quote! { Ok(delivery.json()?) }),
    };
    let example = if contract.settings.webhook_keys().is_some() {
        quote! {
            use #package::webhook::{self, ReceivedRequest, SignedWebhooks, WebhookError};
            use #package::{Client, types, *};
            fn receiver(client: &Client) -> SignedWebhooks {
                SignedWebhooks::new(webhook::policy(), client.webhook_keys())
            }
            async fn receive(webhooks: &SignedWebhooks, request: &ReceivedRequest<'_>) -> Result<(), WebhookError> {
                let delivery = webhooks.verify(request).await?;
                #handled
                Ok(())
            }
        }
    } else if webhook.shared_secret.is_some() {
        quote! {
            use #package::runtime::HeaderMap;
            use #package::webhook::{self, SharedSecretWebhooks};
            use #package::*;
            fn receive(secret: &Secret, headers: &HeaderMap, body: &[u8]) -> Result<#given, Box<dyn std::error::Error>> {
                let webhooks = SharedSecretWebhooks::new(webhook::scheme(), secret)?;
                let delivery = webhooks.verify(headers, body)?;
                #handled
                #end
            }
        }
    } else {
        return None;
    };
    let code = laid_out(example)?;
    Some(format!("# #[cfg(feature = \"webhook\")]\n# mod example {{\n{code}\n# }}"))
}

fn section(heading: &'static str, text: &str, example: TokenStream) -> Section {
    Section { heading, text: text.to_owned(), example: laid_out(example) }
}

/// The example as text; none where it is no Rust.
fn laid_out(example: TokenStream) -> Option<String> {
    let file: syn::File = syn::parse2(example).ok()?;
    Some(layout::items(&file.items).trim_end().to_owned())
}
