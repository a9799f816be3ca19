//! The client itself: what it is called, where it calls, and how it signs in.

use super::rust::literal;
use super::source::Source;
use crate::contract::{Contract, CredentialForm};
use crate::names::{member_name, type_name};

/// The text of `mod.rs`.
pub(super) fn module(contract: &Contract) -> String {
    let mut source = Source::rust(&contract.vendor);
    source.module_doc("Everything that is generated; `lib.rs` chooses what of it is public.");
    source.blank();
    source.lines([
        "pub(crate) mod client;",
        "pub mod errors;",
        "#[path = \"operations/mod.rs\"]",
        "pub mod calls;",
        "pub mod types;",
    ]);
    source.finish()
}

/// The text of `client.rs`.
pub(super) fn client(contract: &Contract) -> String {
    let vendor = &contract.settings.package.vendor;
    let environments = &contract.settings.environments;
    let mut source = Source::rust(&contract.vendor);
    source.module_doc(&format!("The client of {vendor}: where it calls, and how it signs in."));
    source.blank();
    let mut imports = vec!["BuildError", "ClientBuilder", "Secret", "VendorClient"];
    if environments.is_empty() {
        imports.retain(|name| *name != "BuildError");
    }
    source.line(&format!("use onboarding_core::{{{}}};", imports.join(", ")));
    source.blank();
    source.doc(&format!(
        "The client of {vendor}. Each operation is a method. Clones are cheap and share connections and settings."
    ));
    source.line("#[derive(Clone, Debug)]");
    source.lines(["pub struct Client {", "pub(crate) core: onboarding_core::Client,", "}"]);
    source.blank();
    source.line("impl Client {");
    if !environments.is_empty() {
        source.doc("A client of one of the vendor's installations, with default limits.");
        source.line("pub fn new(environment: Environment, credentials: Credentials) -> Result<Self, BuildError> {");
        source.line("Self::builder().environment(environment).credentials(credentials).build()");
        source.line("}");
        source.blank();
    }
    source.doc("Begins to build a client: where it calls, how it signs in, and its limits.");
    source.lines(["pub fn builder() -> ClientBuilder<Self> {", "ClientBuilder::default()", "}", ""]);
    source.doc(
        "The client below this one: requests that the vendor's document lacks go out by its `raw`, with the same credentials, \
         signatures, limits and retries.",
    );
    source.lines(["pub fn core(&self) -> &onboarding_core::Client {", "&self.core", "}", "}"]);
    source.blank();
    source.line("impl VendorClient for Client {");
    source.line(&format!("const VENDOR: &'static str = {};", literal(&contract.vendor)));
    source.line(&format!(
        "const USER_AGENT: &'static str = concat!({}, env!(\"CARGO_PKG_VERSION\"));",
        literal(&format!("{}/", contract.settings.package.name))
    ));
    let environment = if environments.is_empty() { "std::convert::Infallible" } else { "Environment" };
    source.line(&format!("type Environment = {environment};"));
    source.lines(["type Credentials = Credentials;", "", "fn from_core(core: onboarding_core::Client) -> Self {"]);
    source.lines(["Self { core }", "}", "}"]);
    if !environments.is_empty() {
        write_environments(&mut source, contract);
    }
    write_credentials(&mut source, contract);
    source.finish()
}

fn write_environments(source: &mut Source, contract: &Contract) {
    source.blank();
    source.doc("The installations that the vendor runs.");
    source.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]");
    source.line("#[non_exhaustive]");
    source.line("pub enum Environment {");
    for environment in &contract.settings.environments {
        source.doc(&format!("{} Calls {}.", environment.description, environment.url));
        source.line(&format!("{},", type_name(&environment.name)));
    }
    source.line("}");
    source.blank();
    source.lines([
        "impl onboarding_core::Environment for Environment {",
        "fn base_url(&self) -> &str {",
        "match self {",
    ]);
    for environment in &contract.settings.environments {
        source.line(&format!("Self::{} => {},", type_name(&environment.name), literal(&environment.url)));
    }
    source.lines(["}", "}", "}"]);
}

fn write_credentials(source: &mut Source, contract: &Contract) {
    source.blank();
    source.doc("What proves to the vendor who is calling. It never shows itself.");
    source.line("#[derive(Clone, Debug)]");
    source.line("pub struct Credentials(onboarding_core::Credentials);");
    source.blank();
    source.line("impl Credentials {");
    for form in &contract.settings.credentials {
        source.blank();
        write_form(source, form);
    }
    source.line("}");
    source.blank();
    source.lines([
        "impl From<Credentials> for onboarding_core::Credentials {",
        "fn from(credentials: Credentials) -> Self {",
        "credentials.0",
        "}",
        "}",
    ]);
}

fn write_form(source: &mut Source, form: &CredentialForm) {
    source.doc(&form.description);
    source.line("///");
    for field in &form.fields {
        source.doc(&format!("- `{}`: {}", member_name(&field.name), field.description));
    }
    let fields: Vec<String> = form.fields.iter().map(|field| member_name(&field.name)).collect();
    let arguments: Vec<String> = fields.iter().map(|field| format!("{field}: impl Into<Secret>")).collect();
    source.line(&format!("pub fn {}({}) -> Self {{", member_name(&form.name), arguments.join(", ")));
    for field in &fields {
        source.line(&format!("let {field} = {field}.into();"));
    }
    let mut headers = Vec::new();
    for (header, template) in &form.headers {
        let mut format_arguments = Vec::new();
        let mut pattern = template.clone();
        for (field, name) in form.fields.iter().zip(&fields) {
            let placeholder = format!("{{{}}}", field.name);
            if pattern.contains(&placeholder) {
                pattern = pattern.replace(&placeholder, "{}");
                format_arguments.push(format!("{name}.reveal()"));
            }
        }
        let value = match (pattern.as_str(), format_arguments.as_slice()) {
            ("{}", [_]) => member_name(template.trim_matches(['{', '}'])),
            _ => format!("format!({}, {})", literal(&pattern), format_arguments.join(", ")),
        };
        headers.push(format!(".header({}, {value})", literal(header)));
    }
    let line = format!("Self(onboarding_core::Credentials::none(){})", headers.concat());
    if line.len() <= 100 {
        source.line(&line);
    } else {
        source.line("Self(");
        source.line("onboarding_core::Credentials::none()");
        let last = headers.len().saturating_sub(1);
        for (index, header) in headers.iter().enumerate() {
            source.line(&format!("    {header}{}", if index == last { "," } else { "" }));
        }
        source.line(")");
    }
    source.line("}");
}
