//! Hostile texts in every place of a document, of `vendor.toml`, of the inventory and of file names: what comes out is findings, or
//! files in which the texts are comments, literals or plain text and nothing else.
//!
//! The places are found by walking the fixtures `texts/`, and that the fixtures have every key for text that the linter knows is
//! checked, too: a new key that no fixture has fails a test here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use build_tools::output::{OutputFile, is_generated};
use build_tools::spec::{SourceFile, VendorSources, parse_yaml, text_keys};
use build_tools::{Generated, generate};
use proc_macro2::{TokenStream, TokenTree};
use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use serde_json::Value;

/// What a text injects, if it can: it must never be a token of any file, or of any example.
const MARKERS: [&str; 2] = ["injected_marker", "compile_error"];

/// Texts that end what they may stand in, and go on as something else.
const HOSTILE: &[&str] = &[
    // The end of a comment, by every kind of line break.
    "a\nfn injected_marker() {}\r\nInjected(injected_marker),\rfn injected_marker() {}\u{b}x\u{c}x\u{85}x\u{2028}fn injected_marker() {}\u{2029}",
    "*/ fn injected_marker() {} /* \\",
    // The end of a literal.
    "\"); injected_marker!(x); (\"",
    "\"###); injected_marker!(); r###\"\u{0}\u{1b}]0;title\u{7}\u{9b}31m\u{202e}\u{2066}",
    "a)?; injected_marker!(); \"b\")?",
    "{injected_marker} {} {{ } {0:?}",
    "'; injected_marker!(x); '\\",
    // What rustdoc compiles and runs.
    "a\n\n```\ninjected_marker!();\n```\n\n~~~rust\ninjected_marker!();\n~~~\n\n````\ninjected_marker!();\n````\n\n    injected_marker!();\n\n\tinjected_marker!();",
    "```rust\ninjected_marker!();",
    "`odd ``` [`injected`] \\` <code> \\",
    // Blocks, links, tags, rows.
    "# Injected\n=====\n- - -\n> quoted\n| a | b |\n|---|---|\n1. one\n[x]: https://evil.example\n[^1]: note",
    "[crate::Nothing] ![x](javascript:x) <script>x</script> <!-- --> &lt; [a](https://evil.example) | `a|b` |",
    "--> <b>x</b> <!--",
    // Tables and keys of TOML.
    "a\"\nbuild = \"injected.rs\"\n[dependencies]\ninjected = \"*\"\n[[bin]]\n'''\"\"\"",
    // Paths.
    "../../../injected",
    "/injected/absolute",
    "onboarding_core::Map<types::Injected>",
    "",
    " ",
];

/// How many of them each place gets.
const TURNS: usize = 4;

fn fixture(name: &str) -> SourceFile {
    file_of("texts", name)
}

fn file_of(directory: &str, name: &str) -> SourceFile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(directory).join(name);
    SourceFile { path: format!("specs/texts/{name}"), text: fs::read_to_string(path).expect("the fixture can be read") }
}

/// Adds what a tree has to another: the items of lists, the members of objects.
fn add(document: &mut Value, more: &Value) {
    match (document, more) {
        (Value::Object(members), Value::Object(more)) => {
            for (key, value) in more {
                add(members.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(items), Value::Array(more)) => items.extend(more.iter().cloned()),
        (document, more) => *document = more.clone(),
    }
}

/// The fixtures as trees, so that texts can be put anywhere.
#[derive(Clone)]
struct Inputs {
    name: String,
    document: Value,
    settings: Value,
    documented: Value,
    unsound: Value,
    examples: BTreeMap<String, Value>,
}

impl Inputs {
    fn new() -> Self {
        let yaml = |name: &str| parse_yaml(&fixture(name)).expect("the fixture is sound").to_json();
        let settings: toml::Table = toml::from_str(&fixture("vendor.toml").text).expect("the fixture is sound");
        let payload = serde_json::json!({"type": "thing", "id": "t1", "value": "red"});
        Self {
            name: "texts".to_owned(),
            document: yaml("openapi.yaml"),
            settings: serde_json::to_value(settings).expect("TOML without dates is JSON"),
            documented: yaml("documented.yaml"),
            unsound: serde_json::json!([]),
            examples: BTreeMap::from([("get_thing.response.json".to_owned(), payload)]),
        }
    }

    fn sources(&self) -> VendorSources {
        // JSON is YAML; what YAML takes for a control character is an escape in it.
        let file = |name: &str, value: &Value| SourceFile {
            path: format!("specs/{}/{name}", self.name),
            text: escaped(value),
        };
        let settings: toml::Value = serde_json::from_value(self.settings.clone()).expect("JSON without null is TOML");
        VendorSources {
            name: self.name.clone(),
            openapi: file("openapi.yaml", &self.document),
            vendor_toml: SourceFile {
                path: format!("specs/{}/vendor.toml", self.name),
                text: toml::to_string(&settings).expect("it can be written"),
            },
            overlay: None,
            documented: Some(file("documented.yaml", &self.documented)),
            unsound: Some(file("unsound.yaml", &self.unsound)),
            examples: self
                .examples
                .iter()
                .map(|(name, payload)| (name.clone(), file(&format!("examples/{name}"), payload)))
                .collect(),
        }
    }

    /// Every place of a text: a value or a key in one of the trees, or a name.
    fn places(&self) -> Vec<Place> {
        let mut places = vec![Place::Vendor, Place::ExampleName];
        for (tree, root) in
            [(Tree::Document, &self.document), (Tree::Settings, &self.settings), (Tree::Documented, &self.documented)]
        {
            walk(root, "", &mut |pointer, is_key| places.push(Place::Within(tree, pointer.to_owned(), is_key)));
        }
        let payload = self.examples.values().next().expect("there is a payload");
        walk(payload, "", &mut |pointer, is_key| places.push(Place::Within(Tree::Example, pointer.to_owned(), is_key)));
        places
    }

    fn put(&mut self, place: &Place, text: &str) {
        match place {
            Place::Vendor => text.clone_into(&mut self.name),
            Place::ExampleName => {
                let payload = self.examples.pop_first().map(|(_, payload)| payload).unwrap_or_default();
                self.examples.insert(format!("get_thing.response.{text}.json"), payload);
            }
            Place::Within(tree, pointer, is_key) => {
                let root = match tree {
                    Tree::Document => &mut self.document,
                    Tree::Settings => &mut self.settings,
                    Tree::Documented => &mut self.documented,
                    Tree::Example => self.examples.values_mut().next().expect("there is a payload"),
                };
                put_within(root, pointer, *is_key, text);
            }
        }
    }
}

/// JSON in ASCII: every other character as an escape.
fn escaped(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        match character {
            ' '..='~' => text.push(character),
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tree {
    Document,
    Settings,
    Documented,
    Example,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// The name of the vendor's directory.
    Vendor,
    /// The name of an example's file.
    ExampleName,
    /// A value, or the key that leads to it.
    Within(Tree, String, bool),
}

fn walk(value: &Value, pointer: &str, visit: &mut dyn FnMut(&str, bool)) {
    match value {
        Value::String(_) => visit(pointer, false),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{pointer}/{index}"), visit);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                visit(&pointer, true);
                walk(member, &pointer, visit);
            }
        }
        _ => {}
    }
}

fn put_within(root: &mut Value, pointer: &str, is_key: bool, text: &str) {
    if !is_key {
        // Another place may have been changed on the way.
        if let Some(value) = root.pointer_mut(pointer) {
            *value = Value::String(text.to_owned());
        }
        return;
    }
    let (parent, key) = pointer.rsplit_once('/').expect("a key has a parent");
    let key = key.replace("~1", "/").replace("~0", "~");
    if let Some(Value::Object(members)) = root.pointer_mut(parent) {
        *members = std::mem::take(members)
            .into_iter()
            .map(|(name, value)| (if name == key { text.to_owned() } else { name }, value))
            .collect();
    }
}

/// What has to hold whatever the texts are.
fn check(inputs: &Inputs, outcome: Result<Generated, Vec<build_tools::spec::Finding>>) -> Result<bool, String> {
    let generated = match outcome {
        Ok(generated) => generated,
        Err(findings) => {
            // The last line of defence is not to be needed.
            let leaked = findings.iter().find(|finding| finding.rule == "invalid-output");
            return match leaked {
                Some(finding) => Err(finding.message.clone()),
                None if findings.is_empty() => Err("there is neither output nor a finding".to_owned()),
                None => Ok(false),
            };
        }
    };
    let package = inputs.settings["package"]["name"].as_str().unwrap_or_default();
    for file in &generated.files {
        check_file(inputs, package, file).map_err(|error| format!("{}: {error}", file.path))?;
    }
    for line in generated
        .report
        .lines()
        .iter()
        .map(String::as_str)
        .chain(generated.surface().values().flat_map(|text| text.lines()))
    {
        if let Some(character) = line.chars().find(|character| is_obeyed(*character)) {
            return Err(format!("a report or surface holds {character:?}"));
        }
    }
    Ok(true)
}

fn check_file(inputs: &Inputs, package: &str, file: &OutputFile) -> Result<(), String> {
    let within = file.path.strip_prefix(&format!("crates/{package}/")).ok_or("it lies outside of its crate")?;
    if !is_generated(within) || within.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err("it lies where nothing is generated".to_owned());
    }
    let is_name = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    if !is_name(package) {
        return Err("its crate has no name of a crate".to_owned());
    }
    if let Some(character) = file.contents.chars().find(|character| is_obeyed(*character) && *character != '\n') {
        return Err(format!("it holds {character:?}"));
    }
    match Path::new(within).extension().and_then(|extension| extension.to_str()) {
        Some("rs") => check_rust(&file.contents),
        Some("toml") => check_manifest(&file.contents),
        Some("md") => check_readme(inputs, &file.contents),
        Some("txt") => check_table(&file.contents),
        _ => Err("it is of no kind that is generated".to_owned()),
    }
}

/// Whether a terminal obeys the character, or a person does not see it.
fn is_obeyed(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The table of what is proved: each line begins as one of its kinds does, and the last says how many there are, so that no text
/// adds a line to it.
fn check_table(text: &str) -> Result<(), String> {
    const KINDS: [&str; 9] =
        ["body", "call", "marked", "members", "module", "onboarding-proofs", "part", "response", "type"];
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let (end, others) = lines.split_last().ok_or("the table is empty")?;
    let is_known = |line: &&str| line.starts_with(' ') || KINDS.contains(&line.split(' ').next().unwrap_or_default());
    if let Some(line) = others.iter().find(|line| !is_known(line)) {
        return Err(format!("a line of the table is of no kind: {line}"));
    }
    // The line that counts and the one with the version are not counted.
    let counted = format!("end lines={} ", others.len() - 1);
    if end.starts_with(&counted) { Ok(()) } else { Err(format!("the table ends with {end}, not with {counted}")) }
}

fn check_rust(text: &str) -> Result<(), String> {
    let tokens: TokenStream = text.parse().map_err(|error| format!("it is not Rust: {error}"))?;
    let mut documentation = String::new();
    check_tokens(tokens, &mut documentation)?;
    code_blocks(&documentation).iter().try_for_each(|(language, code)| check_example(language, code))
}

/// An example is compiled and not run, and no marker is a token of it.
fn check_example(language: &str, code: &str) -> Result<(), String> {
    if language != "no_run" {
        return Err(format!("an example is `{language}`"));
    }
    // A line that is not shown begins with a hash.
    let code: String = code.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let tokens: TokenStream = code.parse().map_err(|error| format!("an example is not Rust: {error}\n{code}"))?;
    check_tokens(tokens, &mut String::new())
}

/// No marker is a token; documentation is collected.
fn check_tokens(tokens: TokenStream, documentation: &mut String) -> Result<(), String> {
    let mut previous = Vec::new();
    for tree in tokens {
        match &tree {
            TokenTree::Ident(word) if MARKERS.iter().any(|marker| word == marker) => {
                return Err(format!("`{word}` is a token of it"));
            }
            TokenTree::Group(group) => {
                let trees: Vec<TokenTree> = group.stream().into_iter().collect();
                match trees.as_slice() {
                    [TokenTree::Ident(doc), TokenTree::Punct(_), TokenTree::Literal(line)] if doc == "doc" => {
                        let line: syn::LitStr = syn::parse_str(&line.to_string()).map_err(|error| error.to_string())?;
                        let line = line.value();
                        documentation.push_str(line.strip_prefix(' ').unwrap_or(&line));
                        documentation.push('\n');
                        previous.clear();
                        continue;
                    }
                    _ => check_tokens(group.stream(), documentation)?,
                }
            }
            _ => {}
        }
        // What stands between two comments separates them.
        previous.push(tree.to_string());
        if previous.len() == 3 {
            documentation.push_str("\n\n");
            previous.clear();
        }
    }
    documentation.push_str("\n\n");
    Ok(())
}

fn code_blocks(markdown: &str) -> Vec<(String, String)> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut is_within = false;
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.into_string(),
                    CodeBlockKind::Indented => "indented".to_owned(),
                };
                blocks.push((language, String::new()));
                is_within = true;
            }
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => is_within = false,
            Event::Text(text) if is_within => {
                if let Some((_, code)) = blocks.last_mut() {
                    code.push_str(&text);
                }
            }
            _ => {}
        }
    }
    blocks
}

fn check_manifest(text: &str) -> Result<(), String> {
    let manifest: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let keys = |value: &toml::Value| -> BTreeSet<String> {
        value.as_table().into_iter().flat_map(|table| table.keys().cloned()).collect()
    };
    let expected = |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    let tables = expected(&["dependencies", "dev-dependencies", "features", "lints", "package", "test"]);
    if manifest.keys().cloned().collect::<BTreeSet<_>>() != tables {
        return Err(format!("its tables are {:?}", manifest.keys().collect::<Vec<_>>()));
    }
    let package = expected(&[
        "categories",
        "description",
        "documentation",
        "edition",
        "exclude",
        "keywords",
        "license",
        "metadata",
        "name",
        "readme",
        "rust-version",
        "version",
    ]);
    if keys(&manifest["package"]) != package {
        return Err(format!("its package has {:?}", keys(&manifest["package"])));
    }
    let dependencies = (keys(&manifest["dependencies"]), keys(&manifest["dev-dependencies"]));
    if dependencies != (expected(&["onboarding-core"]), expected(&["onboarding-testing", "serde_json", "tokio"])) {
        return Err(format!("it depends on {dependencies:?}"));
    }
    let features = expected(&[
        "blocking",
        "compression",
        "default",
        "http2",
        "metrics",
        "mock",
        "native-tls",
        "rustls",
        "rustls-ring",
        "schemars",
        "signing",
        "webhook",
    ]);
    if !keys(&manifest["features"]).is_subset(&features) {
        return Err(format!("its features are {:?}", keys(&manifest["features"])));
    }
    Ok(())
}

/// The first two examples are those that `vendor.toml` gives; the others are made by the generator.
fn check_readme(inputs: &Inputs, text: &str) -> Result<(), String> {
    let setting = |key: &str| inputs.settings[key].as_str().unwrap_or_default().trim().to_owned();
    let blocks = code_blocks(text);
    let [(toml, _), (sign_in, sign_in_code), (first_call, first_call_code), others @ ..] = blocks.as_slice() else {
        return Err(format!("its examples are {blocks:?}"));
    };
    let languages = [toml, sign_in, first_call].map(String::as_str);
    let codes = [sign_in_code.trim(), first_call_code.trim()];
    if languages != ["toml", "no_run", "no_run"] || codes != [setting("sign-in"), setting("first-call")] {
        return Err(format!("its examples are {blocks:?}"));
    }
    // One for each section, whatever the document says.
    if others.len() > 10 {
        return Err(format!("it has {} examples", blocks.len()));
    }
    others.iter().try_for_each(|(language, code)| match language.as_str() {
        "toml" => toml::from_str::<toml::Table>(code).map(drop).map_err(|error| error.to_string()),
        language => check_example(language, code),
    })
}

/// The tokens of the library without literals and comments: what no prose can change.
fn skeleton(generated: &Generated) -> String {
    fn push(tokens: TokenStream, text: &mut String) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (index, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => {
                    let is_doc = group.stream().into_iter().next().is_some_and(|first| first.to_string() == "doc");
                    let is_attribute = index > 0 && matches!(&trees[index - 1], TokenTree::Punct(_));
                    if !(is_doc && is_attribute) {
                        text.push('(');
                        push(group.stream(), text);
                        text.push(')');
                    }
                }
                TokenTree::Literal(_) => text.push('_'),
                // The mark of an attribute, documentation among them.
                TokenTree::Punct(punct) if "#!".contains(punct.as_char()) => {}
                other => {
                    text.push_str(&other.to_string());
                    text.push(' ');
                }
            }
        }
    }
    let mut text = String::new();
    for file in generated.files.iter().filter(|file| file.path.contains("/src/generated/")) {
        text.push_str(&file.path);
        push(file.contents.parse().expect("it is Rust"), &mut text);
    }
    text
}

#[test]
fn the_fixture_is_sound_and_has_every_key_for_text() {
    let inputs = Inputs::new();
    if let Err(findings) = generate(&inputs.sources()) {
        panic!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }
    let mut keys = BTreeSet::new();
    for root in [&inputs.document, &inputs.settings, &inputs.documented] {
        walk(root, "", &mut |pointer, is_key| {
            if is_key {
                keys.insert(pointer.rsplit('/').next().unwrap_or_default().to_owned());
            }
        });
    }
    // OAuth's own are texts that nothing reads.
    let unread = ["authorizationUrl", "openIdConnectUrl", "refreshUrl", "scopes", "tokenUrl"];
    let missing: Vec<&str> =
        text_keys().into_iter().filter(|key| !keys.contains(*key) && !unread.contains(key)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "put them into a file under tests/fixtures/texts");
}

/// Hostile texts in each place alone, in turn, and in prose all of them at once. Prose is taken as it is, and changes nothing but
/// comments.
#[test]
fn a_text_in_any_place_is_refused_or_only_text() {
    let inputs = Inputs::new();
    let unchanged = skeleton(&generate(&inputs.sources()).expect("the fixture is sound"));
    let places = inputs.places();
    let (mut generated_count, mut refused_count, mut prose) = (0, 0, 0);
    let mut failures = Vec::new();
    let everything = HOSTILE.join(" and ");
    for (index, place) in places.iter().enumerate() {
        let is_prose = matches!(place, Place::Within(Tree::Document | Tree::Settings, pointer, false)
            if ["description", "summary", "vendor"].iter().any(|key| pointer.ends_with(&format!("/{key}"))));
        let turn = |step: usize| HOSTILE[(index * TURNS + step) % HOSTILE.len()];
        let all = is_prose.then_some(everything.as_str());
        for hostile in (0..TURNS).map(turn).chain(all) {
            let mut inputs = inputs.clone();
            inputs.put(place, hostile);
            let outcome = generate(&inputs.sources());
            if is_prose && !hostile.trim().is_empty() {
                prose += 1;
                match &outcome {
                    Ok(generated) if skeleton(generated) == unchanged => {}
                    Ok(_) => failures.push(format!("{place:?}, {hostile:?}: the code changed")),
                    Err(findings) => failures.push(format!("{place:?}, {hostile:?}: {findings:?}")),
                }
            }
            match check(&inputs, outcome) {
                Ok(true) => generated_count += 1,
                Ok(false) => refused_count += 1,
                Err(error) => failures.push(format!("{place:?}, {hostile:?}: {error}")),
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures[..failures.len().min(20)].join("\n"));
    // Were the walk to miss a branch, or lint to refuse everything, this would prove nothing.
    let counts =
        format!("{} places, {prose} of prose, {generated_count} generated, {refused_count} refused", places.len());
    assert!(places.len() > 600 && prose > 300 && generated_count > 600 && refused_count > 800, "{counts}");
}

fn hostile_text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        3 => proptest::sample::select(HOSTILE).prop_map(str::to_owned),
        2 => proptest::sample::select(
            &["`", "``", "```", "~~~", "\n", "\r", "\n\n", "    ", "\t", "#", "\"", "\\", "*/", "/*", "//", "|", "[", "](", ")", "<", ">",
              "{", "}", "&#91;", "-", "1.", "=", "_", "*", "$", "!", "\u{2028}", "\u{202e}", "\u{0}", "https://a.b/", " ", "x",
              "injected_marker!();"][..],
        ).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(fragment, 0..12).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Texts put together at random in every place of prose at once, and in a few others.
    #[test]
    fn texts_everywhere_at_once_are_only_text(
        texts in proptest::collection::vec(hostile_text(), 16),
        others in proptest::collection::vec((any::<proptest::sample::Index>(), hostile_text()), 0..2),
    ) {
        let mut inputs = Inputs::new();
        let places = inputs.places();
        for (index, place) in places.iter().enumerate() {
            if let Place::Within(Tree::Document | Tree::Settings, pointer, false) = place
                && ["description", "summary", "vendor", "documentation"].iter().any(|key| pointer.ends_with(&format!("/{key}")))
            {
                inputs.put(place, &format!("x{}", texts[index % texts.len()]));
            }
        }
        for (index, text) in &others {
            inputs.put(&places[index.index(places.len())], text);
        }
        if let Err(error) = check(&inputs, generate(&inputs.sources())) {
            prop_assert!(false, "{}", error);
        }
    }
}

/// A crate in whose every place of prose stand all hostile texts, and whose names are those of `names/`, compiles, documents itself
/// without a warning, and has no other examples than those that were meant.
#[test]
fn a_crate_of_hostile_prose_compiles_and_documents_itself() {
    let mut inputs = Inputs::new();
    let everything = HOSTILE.join(" and ");
    for place in inputs.places() {
        if let Place::Within(Tree::Document | Tree::Settings, pointer, false) = &place
            && ["description", "summary", "vendor"].iter().any(|key| pointer.ends_with(&format!("/{key}")))
        {
            inputs.put(&place, &format!("x {everything}"));
        }
    }
    let names = parse_yaml(&file_of("names", "openapi.yaml")).expect("the fixture is sound").to_json();
    add(&mut inputs.document, &names);
    let generated = generate(&inputs.sources()).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    let _ = fs::remove_dir_all(&root);
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("a directory can be made");
        fs::write(path, text).expect("a file can be written");
    };
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies in the workspace");
    let read = |path: &str| fs::read_to_string(workspace.join(path)).expect("the file is there");
    write("Cargo.toml", &workspace_manifest(&read("Cargo.toml"), workspace));
    write("Cargo.lock", &read("Cargo.lock"));
    write("crates/onboarding-texts/src/lib.rs", &read("crates/onboarding-griffin/src/lib.rs"));
    for file in &generated.files {
        write(&file.path, &file.contents);
    }
    for (name, payload) in &inputs.examples {
        write(&format!("specs/texts/examples/{name}"), &payload.to_string());
    }
    let cargo = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .args(["--offline", "--package", "onboarding-texts"])
            .current_dir(&root)
            // What the workspace has built already is not built again.
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target directory"),
            )
            .env("RUSTDOCFLAGS", "-D warnings")
            .output()
            .expect("cargo starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo {}: {text}", arguments.join(" "));
        assert!(!text.contains("warning: `onboarding-texts`"), "cargo {}: {text}", arguments.join(" "));
        text
    };
    cargo(&["test", "--no-run", "--tests"]);
    cargo(&["doc", "--no-deps"]);
    let examples = cargo(&["test", "--doc"]);
    let readme = generated.files.iter().find(|file| file.path.ends_with("/README.md")).expect("there is a README");
    let in_readme = readme.contents.lines().filter(|line| *line == "```no_run").count();
    let meant = generated.contract.operations.len() + in_readme;
    assert!(examples.contains(&format!("{meant} passed; 0 failed; 0 ignored")), "{meant} were meant: {examples}");
}

/// The workspace's manifest for one crate elsewhere: the same dependencies and lints.
fn workspace_manifest(text: &str, workspace: &Path) -> String {
    let mut manifest: toml::Table = toml::from_str(text).expect("the workspace's manifest is TOML");
    let table = manifest["workspace"].as_table_mut().expect("there is a workspace");
    table.insert("members".to_owned(), toml::Value::Array(vec!["crates/onboarding-texts".into()]));
    for (_, dependency) in table["dependencies"].as_table_mut().expect("there are dependencies") {
        if let Some(path) = dependency.get_mut("path") {
            let own = workspace.join(path.as_str().expect("a path is text"));
            *path = toml::Value::String(own.display().to_string());
        }
    }
    manifest.retain(|key, _| key == "workspace");
    manifest.to_string()
}
