//! The `vendor.toml` that a published document suggests.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use super::curated::Curated;
use super::lowered::NOT_DESCRIBED;
use super::names::{Given, camel, snake};
use super::security::{Place, Scheme};
use crate::names::{Scope, is_keyword};
use crate::spec::Node;
use crate::text::visible;

/// The settings of a vendor whose directory has this name, of whose operations those are taken that fit one of the patterns.
pub(super) fn settings(vendor: &str, patterns: &[String], curated: &Curated) -> String {
    let title = curated.root.at("/info/title").and_then(Node::as_str).unwrap_or(vendor);
    let title = one_line(title);
    let package = format!("onboarding-{vendor}");
    let library = package.replace('-', "_");
    let mut document = DocumentMut::new();
    let forms = forms(&curated.schemes);
    let (sign_in, first_call) = examples(&library, curated, &forms);
    document["level"] = value("found");
    if !patterns.is_empty() {
        document["operations"] = value(patterns.iter().collect::<Array>());
    }
    document["sign-in"] = value(sign_in);
    document["first-call"] = value(first_call);
    let mut table = Table::new();
    table["name"] = value(package);
    table["version"] = value("0.1.0");
    table["vendor"] = value(title.clone());
    table["description"] = value(format!("{title}, by the document that it publishes."));
    table["documentation"] = value(documentation(curated));
    document["package"] = Item::Table(table);
    let mut environments = ArrayOfTables::new();
    for (name, url, description) in environments_of(curated) {
        let mut table = Table::new();
        table["name"] = value(name);
        table["url"] = value(url);
        table["description"] = value(description);
        environments.push(table);
    }
    if !environments.is_empty() {
        document["environments"] = Item::ArrayOfTables(environments);
    }
    let mut credentials = ArrayOfTables::new();
    for form in &forms {
        credentials.push(form.table());
    }
    document["credentials"] = Item::ArrayOfTables(credentials);
    format!(
        "# What OpenAPI cannot say about {title}: suggested from the published document, to be corrected by hand.\n\n{document}"
    )
}

/// A form of credentials.
struct Form {
    name: String,
    scheme: Option<String>,
    description: String,
    field: Option<(&'static str, &'static str)>,
    place: Option<Place>,
}

impl Form {
    fn table(&self) -> Table {
        let mut table = Table::new();
        table["name"] = value(self.name.as_str());
        if let Some(scheme) = &self.scheme {
            table["scheme"] = value(scheme.as_str());
        }
        table["description"] = value(self.description.as_str());
        let mut fields = Array::new();
        if let Some((name, description)) = self.field {
            let mut field = InlineTable::new();
            field.insert("name", name.into());
            field.insert("description", description.into());
            fields.push(field);
        }
        table["fields"] = value(fields);
        let sent = |key: &str, text: String| {
            let mut sent = InlineTable::new();
            sent.insert(key, text.into());
            value(sent)
        };
        match &self.place {
            Some(Place::Header(name)) => table["headers"] = sent(&name.to_ascii_lowercase(), "{key}".to_owned()),
            Some(Place::Query(name)) => table["query"] = sent(name, "{key}".to_owned()),
            Some(Place::Cookie(name)) => table["cookies"] = sent(name, "{key}".to_owned()),
            Some(Place::Basic) => table["headers"] = sent("authorization", "Basic {encoded}".to_owned()),
            Some(Place::Bearer) => table["headers"] = sent("authorization", "Bearer {token}".to_owned()),
            None => {}
        }
        table
    }
}

fn forms(schemes: &[Scheme]) -> Vec<Form> {
    let mut names = Given::default();
    let mut forms: Vec<Form> = schemes
        .iter()
        .map(|scheme| {
            let stem = snake(&scheme.name);
            let stem = if is_keyword(&stem) { format!("{stem}_credentials") } else { stem };
            let field = match scheme.place {
                Place::Basic => ("encoded", "User name and password with a colon between them, in Base64 (RFC 7617)."),
                Place::Bearer => ("token", "The access token."),
                _ => ("key", "The key."),
            };
            Form {
                name: names.operation(&stem),
                scheme: Some(scheme.name.clone()),
                description: one_line(&scheme.description),
                field: Some(field),
                place: Some(scheme.place.clone()),
            }
        })
        .collect();
    if forms.is_empty() {
        forms.push(Form {
            name: "none".to_owned(),
            scheme: None,
            description: "The document asks for no credentials.".to_owned(),
            field: None,
            place: None,
        });
    }
    forms
}

fn environments_of(curated: &Curated) -> Vec<(String, String, String)> {
    let mut names = Given::default();
    let first = curated.servers.iter().enumerate().map(|(index, (url, description))| {
        let lower = format!("{description} {url}").to_ascii_lowercase();
        let wanted = ["sandbox", "staging", "test", "demo"].into_iter().find(|word| lower.contains(word));
        let wanted = wanted.unwrap_or(if index == 0 { "production" } else { "other" });
        let description = if description.is_empty() { NOT_DESCRIBED.to_owned() } else { one_line(description) };
        (names.operation(wanted), url.clone(), description)
    });
    first.collect()
}

fn documentation(curated: &Curated) -> String {
    curated.servers.first().map_or_else(
        || "https://spec.openapis.org/oas/v3.0.3".to_owned(),
        |(url, _)| {
            let host = url.trim_start_matches("https://").split('/').next().unwrap_or_default();
            format!("https://{host}")
        },
    )
}

/// The README's lines for signing in, and its first call.
fn examples(library: &str, curated: &Curated, forms: &[Form]) -> (String, String) {
    let form = forms.first();
    let constructor = form.map_or("none", |form| form.name.as_str());
    let (argument, parameter) = match form.and_then(|form| form.field) {
        Some((name, _)) => (name, format!("{name}: &str")),
        None => ("", String::new()),
    };
    let environment = environments_of(curated).into_iter().next().map(|(name, ..)| camel(&name));
    let (imports, base, base_parameter) = match &environment {
        Some(name) => ("Client, Credentials, Environment", format!("Environment::{name}"), None),
        None => ("Client, Credentials", "base_url".to_owned(), Some("base_url: &str")),
    };
    let parameters: Vec<String> =
        base_parameter.map(str::to_owned).into_iter().chain((!parameter.is_empty()).then_some(parameter)).collect();
    let made = |credentials: &str| match &environment {
        Some(_) => format!("Client::new({base}, {credentials})?"),
        None => format!("Client::builder().base_url(base_url).credentials({credentials}).build()?"),
    };
    let sign_in = format!(
        "\nuse {library}::{{{imports}}};\n\nfn sign_in({}) -> Result<Client, Box<dyn std::error::Error>> {{\n    Ok({})\n}}\n",
        parameters.join(", "),
        made(&format!("Credentials::{constructor}({argument})")),
    );
    let variable = format!("{}_{}", snake(library.trim_start_matches("onboarding_")), argument).to_ascii_uppercase();
    let given = if argument.is_empty() { String::new() } else { format!("std::env::var(\"{variable}\")?") };
    let base_line = if environment.is_some() { "" } else { "    let base_url = &std::env::var(\"BASE_URL\")?;\n" };
    let call = first_call(curated).map_or_else(
        || "    println!(\"{client:?}\");\n".to_owned(),
        |id| format!("    client.{}().send().await?;\n", Scope::Method.name(id, None)),
    );
    let first_call = format!(
        "\nuse {library}::{{{imports}}};\n\n#[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    let credentials = \
         Credentials::{constructor}({given});\n{base_line}    let client = {};\n{call}    Ok(())\n}}\n",
        made("credentials"),
    );
    (sign_in, first_call)
}

/// The first operation that reads and needs nothing.
fn first_call(curated: &Curated) -> Option<&str> {
    let paths = curated.root.get("paths")?.as_mapping()?;
    paths.iter().find_map(|path| {
        let operation = path.value.get("get")?;
        let parameters = operation.get("parameters").and_then(Node::as_sequence).unwrap_or_default();
        let needs = parameters.iter().any(|parameter| parameter.get("required").and_then(Node::as_bool) == Some(true));
        let id = operation.get("operationId")?.as_str()?;
        (!needs && operation.get("requestBody").is_none() && operation.get("deprecated").is_none()).then_some(id)
    })
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // What stands for a character that was lost is none of a settings file's.
    visible(&line.chars().take(300).collect::<String>()).replace(char::REPLACEMENT_CHARACTER, "?")
}
