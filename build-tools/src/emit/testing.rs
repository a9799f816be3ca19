//! How a service is tested with the vendor's mock: a section of the README, whose example is a test of the crate as well.

use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::quote;

use super::example::parameter_argument;
use super::layout;
use super::mock::{is_sampled, method, setter};
use super::tokens::{Imports, Scope, ident};
use crate::contract::{Contract, Operation, Parameter, ResponseBody, Success, TypeUse};
use crate::names::{response, sample_function};
use crate::text::fenced;

/// The name of the test.
pub(super) const TEST: &str = "the_service_is_tested_without_the_vendor";

/// The heading of the section.
pub(super) const HEADING: &str = "Testing your service";

/// The section.
pub(super) fn section(contract: &Contract) -> String {
    let (name, version) = (&contract.settings.package.name, contract.settings.package.requirement());
    let mut text = format!(
        "## {HEADING}\n\n\
         With the feature `mock`, for tests alone, the module of that name stands in for the vendor, without a server:\n\n\
         ```toml\n[dev-dependencies]\n{name} = {{ version = \"{version}\", features = [\"mock\"] }}\n```\n\n"
    );
    if let Some(example) = example(contract) {
        let _ = writeln!(text, "{}", fenced("no_run", &example.text));
    }
    text.push_str(
        "- **Which calls are meant** is said by the parameters, `body`, `body_matching`, `absent(\"…\")` and `matching`; of several that \
         hold, the first that is not used up responds.\n\
         - **How they are responded to** is said by `then`: each status that the operation declares with its type, any other by `status`, \
         and `refuse`, `reset`, `never`, `cut_after`, `slowly` and `delayed` for what goes wrong on the way. A further `then` is for the \
         next call, so that a 429, a broken connection and a success are three of them.\n\
         - **How often** is said by `times`, `at_least` and `any_times`, and verified by `verify` and when the mock is dropped. A call that \
         nobody expected is a transport error, which no vendor can cause, and is told by member, without private values.\n\
         - **`mock::samples`** has a value of each type that is read, to be changed where the test needs it; **`mock::error`** builds each \
         error that a call can end with.\n\
         - Retries and timeouts are real: begin the test with `#[tokio::test(start_paused = true)]`, of tokio's feature \
         `test-util`, and none of them takes any time.\n",
    );
    if contract.settings.webhook.is_some() {
        text.push_str(
            "- **Webhooks**: with the feature `webhook` too, `mock::webhook` delivers them to the service, signed with keys of the test.\n",
        );
    }
    text.push('\n');
    text
}

/// A whole test.
pub(super) struct Test {
    /// The function, as tokens.
    pub(super) function: TokenStream,
    /// Its text.
    pub(super) text: String,
    /// How many imports it has.
    pub(super) imports: usize,
}

/// A whole test, where an operation returns a type that has a sample.
pub(super) fn example(contract: &Contract) -> Option<Test> {
    let operation = chosen(contract)?;
    let Success::Json(TypeUse::Named(returned)) = &operation.success else { return None };
    let status = operation.statuses.iter().find(|status| status.is_success())?;
    let imports = Imports::new(contract, Scope::Tests);
    let required: Vec<&Parameter> = operation.required_parameters().collect();
    let setters = required.iter().map(|parameter| {
        let (name, value) = (ident(&setter(parameter)), parameter_argument(&imports, parameter));
        quote! { .#name(#value) }
    });
    let arguments = required.iter().map(|parameter| parameter_argument(&imports, parameter));
    let (method, call) = (ident(&method(operation)), ident(&operation.method_name));
    let (status, sample) = (ident(&response(&status.code)), ident(&sample_function(returned)));
    let statements: TokenStream = quote! {
        let mock = Mock::new();
        mock.#method() #(#setters)* .then(|respond| respond.#status(&samples::#sample())).times(1);
        let client = mock.client();
        let response = client.#call(#(#arguments),*).send().await?;
        assert_eq!(response, samples::#sample());
        mock.verify();
        Ok(())
    };
    let (package, test) = (ident(&imports.package()), ident(TEST));
    let uses = imports.uses();
    let function = quote! {
        #[tokio::test]
        async fn #test() -> Result<(), Box<dyn std::error::Error>> {
            use #package::mock::{Mock, samples};
            #uses
            #statements
        }
    };
    let parsed: syn::ItemFn = syn::parse2(function.clone()).ok()?;
    let is_import = |statement: &&syn::Stmt| matches!(statement, syn::Stmt::Item(syn::Item::Use(_)));
    let imports = parsed.block.stmts.iter().filter(is_import).count();
    Some(Test { function, text: layout::items(&[syn::Item::Fn(parsed)]), imports })
}

/// The operation of the example: it returns a type that has a sample, and takes no body; one with parameters, if there is one.
fn chosen(contract: &Contract) -> Option<&Operation> {
    let is_shown = |operation: &&Operation| {
        let returned = match (&operation.success, operation.statuses.iter().find(|status| status.is_success())) {
            (Success::Json(TypeUse::Named(name)), Some(status)) if status.code.parse::<u16>().is_ok() => {
                matches!(status.body, ResponseBody::Json(_)).then_some(name)
            }
            _ => None,
        };
        returned.and_then(|name| contract.definition(name)).is_some_and(|definition| is_sampled(contract, definition))
            && operation.body.as_ref().is_none_or(|body| !body.required)
            && !operation.deprecated
    };
    let has_parameters = |operation: &&Operation| !operation.path_parameters.is_empty();
    let mut shown = contract.operations.iter().filter(is_shown);
    let first = shown.next()?;
    Some(std::iter::once(first).chain(shown).find(has_parameters).unwrap_or(first))
}
