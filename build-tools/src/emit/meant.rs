//! What each generated file is for, said without the emitters: from the contract, from which payloads are documented, and from what is
//! proved. Whatever else a file declares is a mistake, see [`outline`](super::outline).
//!
//! Whoever lets an emitter write something new says so here.

use std::collections::{BTreeMap, BTreeSet};

use super::calls::test_name;
use super::guide::{called, paged};
use super::mock;
use super::operations::{followed, has_call_type, has_followed};
use super::outline::{Block, Outline};
use super::testing;
use crate::contract::{Contract, CredentialForm, Environment, Given, Kind, Operation, TypeDefinition};
use crate::names::{response, sample_function};
use crate::payloads::Payloads;
use crate::proof::Proved;

/// The Rust files of the crate by their paths within it.
pub(super) fn rust_files(contract: &Contract, payloads: &Payloads, proved: &Proved) -> BTreeMap<String, Outline> {
    let mut files = BTreeMap::from([
        ("src/generated/mod.rs".to_owned(), own_modules(contract)),
        ("src/generated/client.rs".to_owned(), client(contract)),
        ("src/generated/errors.rs".to_owned(), errors(contract)),
        ("src/generated/offered.rs".to_owned(), Outline::default()),
    ]);
    files.extend(signing(contract).map(|(file, outline)| (format!("src/generated/{file}.rs"), outline)));
    let tags: BTreeSet<&str> = contract.operations.iter().map(|operation| operation.module.as_str()).collect();
    for tag in &tags {
        files.insert(format!("src/generated/operations/{tag}.rs"), operations(contract, tag));
    }
    files.insert("src/generated/operations/mod.rs".to_owned(), modules(tags.iter().copied()));
    let groups: BTreeSet<&str> = contract.types.values().map(|definition| definition.module.as_str()).collect();
    for group in &groups {
        files.insert(format!("src/generated/types/{group}.rs"), types(contract, group));
    }
    files.insert("src/generated/types/mod.rs".to_owned(), modules(groups));
    files.extend(mock(contract, &tags).map(|(file, outline)| (format!("src/generated/mock/{file}.rs"), outline)));
    for (name, outline) in tests(contract, payloads, proved) {
        files.insert(format!("tests/generated/{name}.rs"), outline);
    }
    files
}

/// The blocks of the README.
pub(super) fn readme(contract: &Contract) -> Vec<Block> {
    let heading = |text: &str| Block::Heading(text.to_owned());
    let code = |language: &str| Block::Code(language.to_owned());
    let mut blocks = vec![heading(&contract.settings.package.name), heading("Install"), code("toml")];
    blocks.extend([heading("Sign in"), code("no_run"), heading("First call"), code("no_run")]);
    let sections = [
        (called(contract).is_some(), "Errors"),
        (paged(contract).is_some(), "Lists"),
        (true, "Timeouts and retries"),
        (contract.settings.signing.is_some(), "Signing"),
        (true, "HTTP client"),
        (true, "Tracing and metrics"),
    ];
    let offered = sections.into_iter().filter(|(is_offered, _)| *is_offered);
    blocks.extend(offered.flat_map(|(_, name)| [heading(name), code("no_run")]));
    blocks.push(heading("Operations"));
    let tags = contract.tags.iter().filter(|tag| contract.operations.iter().any(|other| other.module == tag.module));
    // A heading may read otherwise than its text: quotes and dashes become typographic.
    blocks.extend(tags.map(|_| heading("")));
    let webhook = contract.settings.webhook.as_ref();
    if !contract.webhooks.is_empty() || webhook.is_some() {
        blocks.push(heading("Webhooks"));
    }
    let has_secret = webhook.is_some_and(|webhook| webhook.shared_secret.is_some());
    if has_secret || contract.settings.webhook_keys().is_some() {
        blocks.push(code("no_run"));
    }
    blocks.extend([heading(testing::HEADING), code("toml")]);
    blocks.extend(testing::example(contract).map(|_| code("no_run")));
    blocks
}

fn modules<'m>(names: impl IntoIterator<Item = &'m str>) -> Outline {
    let mut outline = Outline::default();
    for name in names {
        outline.item(format!("mod {name}"));
    }
    outline
}

fn own_modules(contract: &Contract) -> Outline {
    let signing = signing(contract).map(|(module, _)| module);
    modules(["calls", "client", "errors", "mock", "offered", "types"].into_iter().chain(signing))
}

/// How requests are signed and webhooks are vouched for, where `vendor.toml` says it.
fn signing(contract: &Contract) -> impl Iterator<Item = (&'static str, Outline)> {
    let signing = contract.settings.signing.iter().map(|signing| {
        let mut outline = Outline::default();
        outline.item("fn profile");
        outline.items_in("fn profile", ["const COMPONENTS"]);
        outline.items_in("fn profile", (!signing.unsigned_headers.is_empty()).then_some("const UNSIGNED_HEADERS"));
        ("signing", outline)
    });
    let webhook = contract.settings.webhook.iter().map(|webhook| {
        let mut outline = Outline::default();
        if webhook.signature.is_some() {
            outline.items_in("fn policy", ["const COMPONENTS"]);
            outline.item("fn policy");
        }
        if webhook.shared_secret.is_some() {
            outline.item("fn scheme");
        }
        ("webhook", outline)
    });
    signing.chain(webhook)
}

/// What stands in for the vendor in tests.
fn mock(contract: &Contract, tags: &BTreeSet<&str>) -> impl Iterator<Item = (String, Outline)> {
    let mut own = modules(["calls", "responses", "samples"]);
    own.item("struct Mock");
    implementation(&mut own, "Mock", ["fn new"]);
    implementation(&mut own, "Default for Mock", ["fn default"]);
    implementation(&mut own, "std::ops::Deref for Mock", ["fn deref", "type Target"]);
    let mut samples = Outline::default();
    for definition in mock::sampled(contract) {
        samples.item(format!("fn {}", sample_function(&definition.name)));
    }
    if contract.settings.webhook.is_some() {
        own.item("mod webhook");
    }
    let mut files = vec![("mod".to_owned(), own), ("samples".to_owned(), samples)];
    files.extend(contract.settings.webhook.as_ref().map(|webhook| {
        let mut outline = Outline::default();
        if webhook.signature.is_some() {
            outline.item("fn signer");
        }
        for (name, _) in mock::deliveries(contract) {
            outline.item(format!("fn {name}"));
        }
        ("webhook".to_owned(), outline)
    }));
    files.extend(["calls", "responses"].map(|directory| (format!("{directory}/mod"), modules(tags.iter().copied()))));
    for tag in tags {
        let operations: Vec<&Operation> =
            contract.operations.iter().filter(|operation| operation.module == *tag).collect();
        let (mut calls, mut responses) = (Outline::default(), Outline::default());
        let methods = operations.iter().map(|operation| format!("fn {}", mock::method(operation)));
        implementation(&mut calls, "mock::Mock", methods);
        for operation in operations {
            let name = &operation.type_stem;
            calls.item(format!("struct {name}"));
            responses.item(format!("struct {name}"));
            let setters = operation.all_parameters().map(|parameter| format!("fn {}", mock::setter(parameter)));
            let mut setters: Vec<String> = setters.collect();
            if let Some(body) = &operation.body {
                let without = (!body.required).then_some("fn without_body");
                setters.extend(["fn body", "fn body_matching"].into_iter().chain(without).map(str::to_owned));
            }
            if !setters.is_empty() {
                implementation(&mut calls, name, setters);
            }
            let statuses = operation.statuses.iter().map(|status| format!("fn {}", response(&status.code)));
            if !operation.statuses.is_empty() {
                implementation(&mut responses, name, statuses);
            }
        }
        files.extend([(format!("calls/{tag}"), calls), (format!("responses/{tag}"), responses)]);
    }
    files.into_iter()
}

/// An implementation and what it consists of.
fn implementation<I: AsRef<str>>(outline: &mut Outline, header: &str, items: impl IntoIterator<Item = I>) {
    let path = format!("impl {header}");
    outline.items_in(&path, items);
    outline.item(path);
}

fn client(contract: &Contract) -> Outline {
    let mut outline = Outline::default();
    outline.item("struct Client");
    outline.item("struct Client / core");
    let environments = &contract.settings.environments;
    let new = (!environments.is_empty()).then_some("fn new");
    let follow = has_followed(contract).then_some("fn follow");
    let keys = contract.settings.webhook_keys().map(|_| "fn webhook_keys");
    let methods = ["fn builder", "fn core", "fn idle"].into_iter().chain(new).chain(follow).chain(keys);
    implementation(&mut outline, "Client", methods);
    let vendor_client = ["const USER_AGENT", "const VENDOR", "fn from_core", "type Credentials", "type Environment"];
    let signer = contract.settings.requires_signer().then_some("const REQUIRES_SIGNER");
    let request_id = (!contract.settings.request_id_headers.is_empty()).then_some("const REQUEST_ID_HEADERS");
    implementation(&mut outline, "VendorClient for Client", vendor_client.into_iter().chain(signer).chain(request_id));
    if !environments.is_empty() {
        outline.item("enum Environment");
        outline.items_in("enum Environment", environments.iter().map(Environment::variant));
        implementation(&mut outline, "runtime::Environment for Environment", ["fn base_url"]);
    }
    let forms = &contract.settings.credentials;
    outline.item("struct Credentials");
    implementation(&mut outline, "Credentials", forms.iter().map(|form| format!("fn {}", form.constructor())));
    implementation(&mut outline, "From<Credentials> for runtime::Credentials", ["fn from"]);
    implementation(&mut outline, "From<runtime::Credentials> for Credentials", ["fn from"]);
    for form in forms.iter().filter(|form| form.tokens.is_some()) {
        sign_in(&mut outline, form);
    }
    outline
}

fn sign_in(outline: &mut Outline, form: &CredentialForm) {
    let name = form.sign_in_type();
    outline.item(format!("static {}", form.flow()));
    outline.item(format!("struct {name}"));
    let fields = form.fields.iter().filter(|field| field.given != Given::Always);
    let mut methods: Vec<String> = fields.map(|field| format!("fn {}", field.argument())).collect();
    methods.extend(["fn store".to_owned(), "fn store_timeout".to_owned()]);
    if form.tokens.as_ref().is_some_and(|tokens| tokens.authorize_url.is_some()) {
        methods.push("fn authorize_url".to_owned());
    }
    implementation(outline, &name, methods);
    implementation(outline, &format!("From<{name}> for Credentials"), ["fn from"]);
}

fn errors(contract: &Contract) -> Outline {
    let mut outline = Outline::default();
    let errors = contract.errors.iter().map(|error| (&error.name, &error.variants));
    let outcomes = contract.outcomes.iter().map(|outcome| (&outcome.name, &outcome.variants));
    for (name, variants) in errors.chain(outcomes) {
        let path = format!("enum {name}");
        outline.items_in(&path, variants.iter().map(|variant| &variant.name));
        outline.item(path);
    }
    for alias in contract.errors.iter().flat_map(|error| &error.aliases) {
        outline.item(format!("type {alias}"));
    }
    outline
}

fn operations(contract: &Contract, tag: &str) -> Outline {
    let mut outline = Outline::default();
    let operations: Vec<&Operation> = contract.operations.iter().filter(|operation| operation.module == tag).collect();
    implementation(&mut outline, "Client", operations.iter().map(|operation| format!("fn {}", operation.method_name)));
    for operation in operations {
        outline.examples(1);
        outline.item(format!("impl Client / fn {} / static OPERATION", operation.method_name));
        if has_call_type(operation) {
            outline.item(format!("struct {}", operation.type_stem));
            let optional = operation.parameters.iter().filter(|parameter| !parameter.required);
            let mut setters: Vec<String> = optional.map(|parameter| format!("fn {}", parameter.name)).collect();
            setters.extend(operation.body.iter().filter(|body| !body.required).map(|_| "fn body".to_owned()));
            if !setters.is_empty() {
                implementation(&mut outline, &operation.type_stem, setters);
            }
        }
        if let Some(url) = followed(contract, operation) {
            implementation(
                &mut outline,
                &format!("Follow<Client> for types::{}", url.name),
                ["fn follow", "type Call"],
            );
        }
    }
    outline
}

fn types(contract: &Contract, module: &str) -> Outline {
    let mut outline = Outline::default();
    for definition in contract.types.values().filter(|definition| definition.module == module) {
        one_type(&mut outline, definition);
        if contract.batches.iter().any(|batch| batch.name == definition.name) {
            implementation(&mut outline, &format!("EventBatch for {}", definition.name), ["const LIST", "type Event"]);
        }
    }
    outline
}

fn one_type(outline: &mut Outline, definition: &TypeDefinition) {
    let path = match &definition.kind {
        Kind::Object { members, extra, .. } => {
            let path = format!("struct {}", definition.name);
            outline.items_in(&path, members.iter().map(|member| &member.name));
            outline.items_in(&path, extra.iter().map(|_| "extra"));
            path
        }
        Kind::StringEnum(variants) => {
            let path = format!("enum {}", definition.name);
            outline.items_in(&path, variants.iter().map(|(name, _)| name.as_str()).chain(["Unknown"]));
            path
        }
        Kind::TaggedUnion { variants, .. } | Kind::UntaggedUnion(variants) => {
            let path = format!("enum {}", definition.name);
            outline.items_in(&path, variants.iter().map(|variant| variant.name.as_str()).chain(["Unknown"]));
            path
        }
        Kind::TextIdentifier | Kind::IntegerIdentifier { .. } | Kind::ResourceUrl { .. } => {
            format!("struct {}", definition.name)
        }
    };
    outline.item(path);
}

fn tests(contract: &Contract, payloads: &Payloads, proved: &Proved) -> Vec<(&'static str, Outline)> {
    let functions = |names: Vec<String>| {
        let mut outline = Outline::default();
        for name in names {
            outline.item(format!("fn {}", test_name(&name)));
        }
        outline
    };
    let methods = || contract.operations.iter().map(|operation| operation.method_name.clone()).collect();
    let mut main = modules(["bodies", "canaries", "mutations", "payloads", "statuses", "wire"]);
    main.item("fn client");
    let canaries = &proved.canaries;
    let calls = canaries.calls.iter().map(|call| call.operation.method_name.clone());
    let mut watched = functions(calls.collect());
    watched.item("fn bodies");
    let mut mocks = functions(methods());
    mocks.item("fn client");
    mocks.item("fn every_sample_is_of_its_type");
    if let Some(example) = testing::example(contract) {
        let path = format!("fn {}", testing::TEST);
        let package = contract.settings.package.name.replace('-', "_");
        mocks.items_in(&path, (0..example.imports).map(|_| format!("use {package}")));
        mocks.item(path);
    }
    let mut bodies = Outline::default();
    bodies.item("fn proofs");
    bodies.item("const BODIES");
    let mut schemas = functions(vec!["every_type_has_the_schema_of_its_component".to_owned()]);
    schemas.item("const TYPES");
    vec![
        ("main", main),
        ("bodies", bodies),
        ("wire", functions(methods())),
        ("statuses", functions(methods())),
        ("payloads", functions(payloads.sound().map(|(name, _)| crate::names::payload(name)).collect())),
        ("mutations", functions(proved.mutated.keys().cloned().collect())),
        ("canaries", watched),
        ("mocks", mocks),
        ("schemas", schemas),
    ]
}
