//! The manifest of a vendor crate.

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use crate::contract::Contract;
use crate::output::header;
use crate::text::visible;

/// The text of `Cargo.toml`.
pub(super) fn manifest(contract: &Contract) -> String {
    let mut manifest = DocumentMut::new();
    manifest["package"] = Item::Table(package(contract));
    manifest["features"] = Item::Table(features(contract));
    manifest["dependencies"] = Item::Table(inherited(["onboarding-core"]));
    manifest["dev-dependencies"] = Item::Table(inherited(["onboarding-testing", "serde_json", "tokio"]));
    let mut tests = ArrayOfTables::new();
    for (name, feature) in [("mocks", "mock"), ("schemas", "schemars")] {
        let mut test = Table::new();
        test["name"] = value(name);
        test["path"] = value(format!("tests/generated/{name}.rs"));
        test["required-features"] = value(list([feature]));
        tests.push(test);
    }
    manifest["test"] = Item::ArrayOfTables(tests);
    let mut lints = Table::new();
    lints["workspace"] = value(true);
    manifest["lints"] = Item::Table(lints);
    let [made, edit] = header(&contract.vendor);
    format!("# {made}\n# {edit}\n\n{manifest}")
}

fn package(contract: &Contract) -> Table {
    let name = contract.settings.package.name.as_str();
    let mut package = Table::new();
    package["name"] = value(name);
    package["description"] =
        value(one_line(&format!("Unofficial client of {}", contract.settings.package.description)));
    package["documentation"] = value(format!("https://docs.rs/{name}"));
    package["readme"] = value("README.md");
    package["keywords"] = value(list([contract.vendor.as_str(), "onboarding", "kyc", "api", "client"]));
    package["categories"] = value(list(["api-bindings"]));
    package["exclude"] = value(list(["tests"]));
    package["version"] = value(contract.settings.package.version.as_str());
    for key in ["edition", "rust-version", "license"] {
        package[key] = workspace();
    }
    // What docs.rs shows: everything there is.
    let mut shown = Table::new();
    shown["all-features"] = value(true);
    package["metadata"] = within("docs", within("rs", Item::Table(shown)));
    package
}

/// The features of every vendor crate, each with what it is for. They are those of the runtime, and the facade hands them on.
pub const FEATURES: [(&str, &str); 9] = [
    ("rustls", "TLS by rustls."),
    ("rustls-ring", "TLS by rustls with the cryptography of ring, for the HTTP client that the crate sets up."),
    ("native-tls", "TLS by the system's library."),
    ("http2", "HTTP/2, where the vendor's server speaks it."),
    ("compression", "Compressed responses: gzip, brotli and deflate."),
    ("blocking", "Calls from code that is not async."),
    ("metrics", "Metrics of calls, by the `metrics` crate."),
    ("mock", "What stands in for the vendor in the tests of a service."),
    ("schemars", "JSON Schemas of all types, by schemars."),
];

fn features(contract: &Contract) -> Table {
    let settings = &contract.settings;
    let offers = [
        ("signing", "HTTP message signatures.", settings.signing.is_some()),
        ("webhook", "Verifying the webhooks that the vendor delivers.", settings.webhook.is_some()),
    ];
    let default = settings.requires_signer().then_some("signing");
    let mut features = Table::new();
    features["default"] = value(["rustls"].into_iter().chain(default).collect::<Array>());
    let offered = offers.into_iter().filter(|(_, _, is_offered)| *is_offered).map(|(name, about, _)| (name, about));
    for (name, about) in FEATURES.into_iter().chain(offered) {
        features[name] = value(list([format!("onboarding-core/{name}").as_str()]));
        if let Some(mut key) = features.key_mut(name) {
            key.leaf_decor_mut().set_prefix(format!("# {about}\n"));
        }
    }
    features
}

/// A table that has nothing but another one.
fn within(name: &str, inner: Item) -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    table[name] = inner;
    Item::Table(table)
}

/// Dependencies as the workspace has them.
fn inherited<const COUNT: usize>(names: [&str; COUNT]) -> Table {
    let mut table = Table::new();
    for name in names {
        table[name] = workspace();
    }
    table
}

/// `key.workspace = true`
fn workspace() -> Item {
    let mut table = Table::new();
    table.set_dotted(true);
    table["workspace"] = value(true);
    Item::Table(table)
}

fn list<const COUNT: usize>(texts: [&str; COUNT]) -> Array {
    texts.into_iter().collect()
}

/// A description is one line wherever a registry shows it.
fn one_line(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
