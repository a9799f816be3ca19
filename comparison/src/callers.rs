//! Libraries that call every operation of a client: what decoding and encoding cost the service that uses them.
//!
//! A library that offers generic or inlined functions is cheap to build because its callers build them. So the bench measures
//! both: the client, and the client with a caller of everything that it can do.

use std::fmt::Write as _;

use build_tools::call_arguments;
use build_tools::contract::Contract;
use syn::{ReturnType, Type};

use crate::baseline::client_methods;

/// What both sides begin with.
const HEAD: &str =
    "#![allow(deprecated, reason = \"every operation is called\")]\n\nuse std::future::Future;\nuse std::pin::Pin;\n\n";

/// The caller of our crate.
pub(crate) fn ours(contract: &Contract) -> String {
    let package = contract.settings.package.name.replace('-', "_");
    let mut text = format!("{HEAD}use {package}::Client;\n");
    for operation in &contract.operations {
        let arguments: Vec<(String, String)> = call_arguments(contract, operation)
            .into_iter()
            .map(|(name, kind)| (name, kind.replacen('&', "&'a ", 1)))
            .collect();
        write_caller(&mut text, &operation.method_name, &arguments);
    }
    text
}

/// The caller of plain progenitor's client, whose text this is. What an operation needs is left out: the builder notices when it
/// runs, which it never does, and is compiled all the same.
pub(crate) fn plain(package: &str, rust: &str) -> Result<String, syn::Error> {
    let mut text = format!("{HEAD}use {}::Client;\n", package.replace('-', "_"));
    for method in client_methods(&syn::parse_file(rust)?).filter(|method| is_builder(&method.sig.output)) {
        write_caller(&mut text, &method.sig.ident.to_string(), &[]);
    }
    Ok(text)
}

/// Whether what a method returns is `builder::Name<'_>`.
fn is_builder(output: &ReturnType) -> bool {
    let ReturnType::Type(_, returned) = output else { return false };
    matches!(&**returned, Type::Path(path) if path.path.segments.first().is_some_and(|first| first.ident == "builder"))
}

/// A function that is compiled whole: a boxed future, unlike an `async fn`, is not left to whoever awaits it.
fn write_caller(text: &mut String, method: &str, arguments: &[(String, String)]) {
    let names: Vec<&str> = arguments.iter().map(|(name, _)| name.as_str()).collect();
    let _ = write!(text, "\npub fn {method}<'a>(client: &'a Client");
    for (name, kind) in arguments {
        let _ = write!(text, ", {name}: {kind}");
    }
    let _ = write!(
        text,
        ") -> Pin<Box<dyn Future<Output = ()> + 'a>> {{\n    \
         Box::pin(async move {{ drop(client.{method}({}).send().await) }})\n}}\n",
        names.join(", ")
    );
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn every_builder_of_the_client_is_called() {
        let rust = "impl Client { pub fn new(url: &str) -> Self { Self } pub fn get(&self) -> builder::Get<'_> { builder::Get } } \
                    impl Other { pub fn put(&self) -> builder::Put<'_> { builder::Put } }";
        let text = plain("plain-acme", rust).expect("it is Rust");
        assert!(text.contains("use plain_acme::Client;"), "{text}");
        assert!(text.contains("client.get().send().await"), "{text}");
        assert_eq!(text.matches("pub fn").count(), 1, "{text}");
        syn::parse_file(&text).expect("it is Rust");
    }
}
