//! Throws damaged documents at [`build_tools::lint()`] and [`build_tools::generate()`], and reports panics, hangs and memory.
//!
//! ```text
//! cargo run --release -p build-tools --example fuzz_generate -- 600          ten minutes
//! cargo run --release -p build-tools --example fuzz_generate -- 600 42       with another seed
//! cargo run --release -p build-tools --example fuzz_generate -- replay DIR   one saved input again
//! ```
//!
//! The inputs are the vendors' documents, the constructs, the published documents of the tests and the linter's fixtures, changed as
//! trees (members dropped, renamed, moved, replaced, made recursive or huge) and as texts (bytes, lines, pieces of others). The same seed
//! gives the same inputs. What fails is saved under `target/fuzz/generate/`; the input that is being tried is under `current/` there, so
//! that what aborts the process, such as an exhausted stack, is found, too. The exit code is 1 when anything failed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to its user")]

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use build_tools::published::Published;
use build_tools::spec::{Severity, SourceFile, VendorSources, parse_yaml};
use serde_json::{Map, Value, json};

/// How long one input may take: the largest documents take well under a second.
const HANG: Duration = Duration::from_secs(20);

/// How much memory one input may take, in bytes.
const MEMORY: u64 = 1 << 30;

const HEAD: &str = "\
openapi: 3.0.3
info: {title: Tiny, version: '1', description: A tiny interface.}
servers: [{url: https://tiny.example}]
security: [{bearer: []}]
tags: [{name: Things, description: All things.}]
";

const SETTINGS: &str = r#"
sign-in = "use onboarding_tiny::Client;"
first-call = "use onboarding_tiny::Client;"
[package]
name = "onboarding-tiny"
version = "0.1.0"
vendor = "Tiny"
description = "Tiny, an interface for tests."
documentation = "https://tiny.example/docs"
[[credentials]]
name = "token"
scheme = "bearer"
description = "A token."
fields = [{ name = "token", description = "The token." }]
headers = { authorization = "Bearer {token}" }
"#;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let saved = root.join("target/fuzz/generate");
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [first, directory] = arguments.as_slice()
        && first == "replay"
    {
        attempt(&load(Path::new(directory)));
        println!("it neither panics nor hangs");
        return ExitCode::SUCCESS;
    }
    let number = |index: usize, default: u64| arguments.get(index).map_or(Some(default), |text| text.parse().ok());
    let (Some(seconds), Some(seed)) = (number(0, 60), number(1, 1)) else {
        eprintln!("usage: fuzz_generate [SECONDS [SEED]] | replay DIR");
        return ExitCode::FAILURE;
    };
    let corpus = corpus(&root);
    println!("{} documents to begin with, seed {seed}, {seconds} s", corpus.len());
    let figures = run(&corpus, Duration::from_secs(seconds), seed, &saved);
    println!(
        "inputs {} (generated {}, refused {}), panics {}, hangs {}, memory peak {} MiB, slowest {} ms",
        figures.inputs,
        figures.generated,
        figures.inputs - figures.generated - figures.panics - figures.hangs,
        figures.panics,
        figures.hangs,
        figures.peak >> 20,
        figures.slowest.as_millis(),
    );
    if figures.panics + figures.hangs + figures.greedy == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Debug, Default)]
struct Figures {
    inputs: u64,
    generated: u64,
    panics: u64,
    hangs: u64,
    /// Inputs that took too much memory.
    greedy: u64,
    peak: u64,
    slowest: Duration,
}

/// Tries inputs until the time is over. A hang ends it: the thread that hangs cannot be stopped.
fn run(corpus: &[VendorSources], limit: Duration, seed: u64, saved: &Path) -> Figures {
    let last_panic = Arc::new(Mutex::new(String::new()));
    let told = Arc::clone(&last_panic);
    panic::set_hook(Box::new(move |information| {
        if let Ok(mut told) = told.lock() {
            *told = information.to_string();
        }
    }));
    let mut figures = Figures::default();
    let mut chance = Chance(seed);
    let (inputs, tried) = mpsc::channel::<VendorSources>();
    let (report, outcomes) = mpsc::channel::<Option<bool>>();
    // As small a stack as `xtask` gives to each vendor.
    thread::spawn(move || {
        for sources in tried {
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| attempt(&sources))).ok();
            if report.send(outcome).is_err() {
                return;
            }
        }
    });
    let mut causes: BTreeMap<String, u64> = BTreeMap::new();
    let begun = Instant::now();
    while begun.elapsed() < limit {
        let sources = input(corpus, &mut chance);
        save(&saved.join("current"), &sources);
        reset_peak();
        figures.inputs += 1;
        let started = Instant::now();
        if inputs.send(sources.clone()).is_err() {
            break;
        }
        let outcome = outcomes.recv_timeout(HANG);
        figures.slowest = figures.slowest.max(started.elapsed());
        let peak = peak();
        figures.peak = figures.peak.max(peak);
        if peak > MEMORY {
            figures.greedy += 1;
            println!("memory: {} MiB, see {}", peak >> 20, keep(saved, "memory", figures.inputs, &sources));
        }
        match outcome {
            Ok(Some(generated)) => figures.generated += u64::from(generated),
            Ok(None) => {
                figures.panics += 1;
                let cause = last_panic.lock().map(|cause| cause.clone()).unwrap_or_default();
                let count = causes.entry(cause.clone()).or_default();
                *count += 1;
                if *count == 1 {
                    println!("panic: {cause}\n  see {}", keep(saved, "panic", figures.inputs, &sources));
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                figures.hangs += 1;
                println!("hang: see {}", keep(saved, "hang", figures.inputs, &sources));
                break;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    figures
}

/// Takes the document as a vendor might have published it: what is `OpenAPI` 3 gives a crate.
fn attempt_published(text: &str) {
    let beside = &mut |_: &str| Err("there is one file".to_owned());
    let Ok((published, document)) = Published::read("found", text.to_owned(), &[], beside) else { return };
    if let Err(refused) = published.generate(document) {
        let errors: Vec<String> = refused
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| format!("{finding} at {}", finding.pointer))
            .collect();
        panic!("a published document gives no crate: {}", errors.join("; "));
    }
}

/// Lints and generates; whether a crate came of it.
fn attempt(sources: &VendorSources) -> bool {
    attempt_published(&sources.openapi.text);
    let findings = build_tools::lint(sources);
    for finding in &findings {
        assert!(finding.message.chars().count() <= 600 && finding.help.chars().count() <= 600, "a finding is too long");
        assert!(finding.span.line > 0 && finding.span.column > 0, "a finding has no place: {finding}");
    }
    match build_tools::generate(sources) {
        Ok(generated) => {
            assert!(!generated.files.is_empty(), "a crate has no files");
            true
        }
        Err(refused) => {
            assert!(!refused.is_empty(), "a document is refused without a finding");
            // Only a mistake of the generator itself shows as late as in its output.
            assert!(refused.iter().all(|finding| finding.rule != "invalid-output"), "{}", refused[0]);
            false
        }
    }
}

/// The documents to begin with.
fn corpus(root: &Path) -> Vec<VendorSources> {
    let mut corpus = Vec::new();
    for directory in entries(&root.join("specs")).into_iter().filter(|path| path.join("openapi.yaml").exists()) {
        corpus.push(load(&directory));
    }
    let tests = root.join("build-tools/tests");
    for path in entries(&tests.join("constructs")) {
        corpus.push(tiny(format!("{HEAD}{}", read(&path))));
    }
    for path in entries(&tests.join("published")) {
        corpus.push(tiny(read(&path)));
    }
    for path in entries(&tests.join("fixtures/lint/rules")) {
        corpus.push(tiny(read(&path)));
    }
    for directory in entries(&tests.join("fixtures/lint/whole")) {
        corpus.push(load(&directory));
    }
    corpus
}

fn tiny(text: String) -> VendorSources {
    VendorSources {
        name: "tiny".to_owned(),
        openapi: SourceFile { path: "specs/tiny/openapi.yaml".to_owned(), text },
        vendor_toml: SourceFile { path: "specs/tiny/vendor.toml".to_owned(), text: SETTINGS.to_owned() },
        overlay: None,
        documented: None,
        examples: BTreeMap::new(),
        unsound: None,
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// A vendor's directory.
fn load(directory: &Path) -> VendorSources {
    let name = directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let file = |file: &str| SourceFile { path: format!("specs/{name}/{file}"), text: read(&directory.join(file)) };
    let optional = |path: &str| directory.join(path).exists().then(|| file(path));
    let payloads = entries(&directory.join("examples")).into_iter().filter_map(|path| {
        let payload = path.file_name()?.to_str()?.to_owned();
        (path.extension()? == "json").then(|| (payload.clone(), file(&format!("examples/{payload}"))))
    });
    VendorSources {
        openapi: file("openapi.yaml"),
        vendor_toml: file("vendor.toml"),
        overlay: None,
        documented: optional("documented.yaml"),
        unsound: optional("examples/unsound.yaml"),
        examples: payloads.collect(),
        name,
    }
}

fn keep(saved: &Path, kind: &str, number: u64, sources: &VendorSources) -> String {
    let directory = saved.join(format!("{kind}-{number}"));
    save(&directory, sources);
    directory.display().to_string()
}

/// Writes an input as a vendor's directory, so that `cargo xtask lint --specs` takes it, too.
fn save(directory: &Path, sources: &VendorSources) {
    let _ = fs::remove_dir_all(directory);
    let _ = fs::create_dir_all(directory.join("examples"));
    let write = |path: &str, text: &str| {
        let _ = fs::write(directory.join(path), text);
    };
    write("openapi.yaml", &sources.openapi.text);
    write("vendor.toml", &sources.vendor_toml.text);
    if let Some(file) = &sources.documented {
        write("documented.yaml", &file.text);
    }
    if let Some(file) = &sources.unsound {
        write("examples/unsound.yaml", &file.text);
    }
    for (name, file) in &sources.examples {
        write(&format!("examples/{name}"), &file.text);
    }
}

/// The most memory that the process has taken since the last reset, in bytes; 0 where the system does not tell.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or_default() * 1024
}

fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// `SplitMix64`: the same seed gives the same inputs everywhere.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % count).unwrap_or_default()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.below(items.len())]
    }
}

/// An input: a document of the corpus, changed.
fn input(corpus: &[VendorSources], chance: &mut Chance) -> VendorSources {
    // The vendors' own documents are large: most inputs are made of small ones.
    let large = corpus.iter().take_while(|sources| sources.name != "tiny").count();
    let index = if chance.one_in(20) { chance.below(corpus.len()) } else { large + chance.below(corpus.len() - large) };
    let mut sources = corpus[index].clone();
    let donor = chance.of(&corpus[large..]).clone();
    let changes = 1 + chance.below(4);
    if chance.one_in(4) {
        sources.openapi.text = changed_text(&sources.openapi.text, &donor.openapi.text, changes, chance);
    } else if let (Ok(tree), Ok(other)) = (parse_yaml(&sources.openapi), parse_yaml(&donor.openapi)) {
        let (mut tree, other) = (tree.to_json(), other.to_json());
        for _ in 0..changes {
            change_tree(&mut tree, &other, chance);
        }
        sources.openapi.text = tree.to_string();
        if chance.one_in(8) {
            sources.openapi.text = changed_text(&sources.openapi.text, &donor.openapi.text, 1, chance);
        }
    }
    if chance.one_in(4) {
        sources.vendor_toml.text = changed_text(&sources.vendor_toml.text, &donor.vendor_toml.text, changes, chance);
    }
    if chance.one_in(4)
        && let Some(file) = sources.examples.values_mut().next()
    {
        file.text = changed_text(&file.text, "{\"a\": [1e400, \"\\ud83d\"]}", changes, chance);
    }
    if chance.one_in(10)
        && let Some(file) = &mut sources.documented
    {
        file.text = changed_text(&file.text, "- {operations: 1}", changes, chance);
    }
    sources
}

/// Words that mean something somewhere, and texts that somebody may trip over.
const WORDS: &[&str] = &[
    "$ref",
    "allOf",
    "oneOf",
    "anyOf",
    "items",
    "properties",
    "required",
    "enum",
    "type",
    "nullable",
    "discriminator",
    "mapping",
    "propertyName",
    "additionalProperties",
    "minLength",
    "maxLength",
    "minItems",
    "pattern",
    "format",
    "default",
    "example",
    "x-resource",
    "x-rust-name",
    "x-sensitive",
    "x-enum-varnames",
    "title",
    "schema",
    "content",
    "parameters",
    "responses",
    "security",
    "tags",
    "object",
    "array",
    "string",
    "integer",
    "number",
    "boolean",
    "application/json",
    "text/plain",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "200",
    "4XX",
    "default",
    "path",
    "query",
    "header",
    "date",
    "date-time",
    "decimal",
    "password",
    "uuid",
    "uri",
    "email",
    "binary",
    "#/components/schemas/Thing",
    "#/components/schemas/",
    "#",
    "",
    " ",
    "\u{1b}[2J",
    "\"",
    "\\",
    "`",
    "```\nfn main() {}\n```",
    "*/",
    "//",
    "\n",
    "\u{2028}",
    "\u{202e}",
    "😀",
    "ä",
    "\u{0}",
    "{",
    "}",
    "{id}",
    "/{id}/",
    "[",
    "|",
    "&a",
    "*a",
    "!!str",
    "new",
    "self",
    "Self",
    "type",
    "crate",
    "Vec",
    "Unknown",
    "~1",
    "~0",
    "%",
    "^(a+)+$",
    "[a-z]{1000}",
    "-1",
    "1e308",
    "~",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999",
    "true",
    "null",
    "<!--",
    "---",
    "...",
    "build = 'x'",
];

fn number(chance: &mut Chance) -> Value {
    match chance.below(10) {
        0 => json!(0),
        1 => json!(-1),
        2 => json!(1),
        3 => json!(u64::MAX),
        4 => json!(i64::MIN),
        5 => json!(2_000_000_000_u64),
        6 => json!(0.1),
        7 => json!(1e300),
        8 => json!(100_000),
        _ => json!(chance.next() >> chance.below(64)),
    }
}

fn scalar(chance: &mut Chance) -> Value {
    match chance.below(6) {
        0 => Value::Null,
        1 => Value::Bool(chance.one_in(2)),
        2 => number(chance),
        3 => Value::String(chance.of(WORDS).repeat(1 + chance.below(3))),
        4 if chance.one_in(20) => Value::String(chance.of(WORDS).repeat(10_000)),
        _ => Value::String((*chance.of(WORDS)).to_owned()),
    }
}

/// Changes one place of a tree.
fn change_tree(tree: &mut Value, donor: &Value, chance: &mut Chance) {
    let names = component_names(tree);
    let piece = any_place(&mut donor.clone(), chance, 12).clone();
    let own = any_place(&mut tree.clone(), chance, 12).clone();
    let depth = 1 + chance.below(14);
    let place = any_place(tree, chance, depth);
    let reference = |chance: &mut Chance| match names.as_slice() {
        [] => json!({ "$ref": "#/components/schemas/Nobody" }),
        names => json!({ "$ref": format!("#/components/schemas/{}", chance.of(names)) }),
    };
    match chance.below(14) {
        0 => *place = scalar(chance),
        1 => *place = piece,
        2 => *place = own,
        3 => *place = reference(chance),
        4 => *place = json!([place.clone(), place.clone()]),
        5 => *place = json!({ "type": "array", "items": place.clone() }),
        6 => *place = json!({ "allOf": [reference(chance), place.clone()] }),
        7 => *place = json!({ (*chance.of(&["oneOf", "anyOf", "allOf"])): [reference(chance), reference(chance)] }),
        8 => *place = json!({ "type": "object", "additionalProperties": reference(chance) }),
        _ => match place {
            Value::Object(members) => change_members(members, &own, chance),
            Value::Array(items) => change_items(items, &piece, chance),
            Value::Number(_) => *place = number(chance),
            Value::String(text) => {
                *text = if chance.one_in(2) {
                    (*chance.of(WORDS)).to_owned()
                } else {
                    format!("{text}{}", chance.of(WORDS))
                };
            }
            other => *other = scalar(chance),
        },
    }
}

fn component_names(tree: &Value) -> Vec<String> {
    let schemas = tree.pointer("/components/schemas").and_then(Value::as_object);
    schemas.map(|schemas| schemas.keys().cloned().collect()).unwrap_or_default()
}

fn change_members(members: &mut Map<String, Value>, piece: &Value, chance: &mut Chance) {
    let keys: Vec<String> = members.keys().cloned().collect();
    let Some(key) = (!keys.is_empty()).then(|| chance.of(&keys).clone()) else {
        members.insert((*chance.of(WORDS)).to_owned(), scalar(chance));
        return;
    };
    match chance.below(6) {
        0 => drop(members.remove(&key)),
        1 => {
            if let Some(value) = members.remove(&key) {
                members.insert((*chance.of(WORDS)).to_owned(), value);
            }
        }
        2 => drop(members.insert((*chance.of(WORDS)).to_owned(), piece.clone())),
        3 => drop(members.insert((*chance.of(WORDS)).to_owned(), scalar(chance))),
        4 => {
            let other = members.get(chance.of(&keys)).cloned().unwrap_or_default();
            members.insert(key, other);
        }
        _ => {
            // Many of the same kind, now and then very many.
            let value = members.get(&key).cloned().unwrap_or_default();
            let count = if chance.one_in(30) { 300 } else { 5 };
            for number in 0..count {
                members.insert(format!("{key}{number}"), value.clone());
            }
        }
    }
}

fn change_items(items: &mut Vec<Value>, piece: &Value, chance: &mut Chance) {
    let index = chance.below(items.len());
    match chance.below(5) {
        0 if !items.is_empty() => drop(items.remove(index)),
        1 if !items.is_empty() => items.push(items[index].clone()),
        2 => items.push(piece.clone()),
        3 => items.reverse(),
        _ => items.push(scalar(chance)),
    }
}

/// Some place of a tree, down to a depth.
fn any_place<'t>(tree: &'t mut Value, chance: &mut Chance, depth: usize) -> &'t mut Value {
    let children = match tree {
        Value::Object(members) => members.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    };
    if depth == 0 || children == 0 || chance.one_in(12) {
        return tree;
    }
    let index = chance.below(children);
    let child = match tree {
        Value::Object(members) => members.values_mut().nth(index),
        Value::Array(items) => items.get_mut(index),
        _ => None,
    };
    any_place(child.expect("the index is below the number of children"), chance, depth - 1)
}

/// Changes a text without regard to what it means.
fn changed_text(text: &str, donor: &str, changes: usize, chance: &mut Chance) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..changes {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(40)).min(bytes.len());
        match chance.below(9) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..at, chance.of(WORDS).bytes())),
            2 => {
                let piece = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, piece));
            }
            3 => {
                let from = chance.below(donor.len() + 1);
                let to = (from + chance.below(200)).min(donor.len());
                drop(bytes.splice(at..end, donor.as_bytes()[from..to].iter().copied()));
            }
            4 if at < bytes.len() => bytes[at] = u8::try_from(chance.below(256)).unwrap_or_default(),
            5 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            6 => drop(bytes.splice(at..at, "[".repeat(1 + chance.below(300)).into_bytes())),
            7 => {
                // A line twice, or a line less.
                let begin = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1);
                let line =
                    bytes[begin..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| begin + end + 1);
                let piece = bytes[begin..line].to_vec();
                drop(bytes.splice(
                    begin..if chance.one_in(2) { line } else { begin },
                    if chance.one_in(2) { piece } else { Vec::new() },
                ));
            }
            _ => drop(bytes.splice(at..end, number(chance).to_string().into_bytes())),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
