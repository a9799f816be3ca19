//! One construct each: a tiny document in, the Rust text that it becomes out.
//!
//! Each file under `constructs/` holds the parts of a document that matter; the rest is filled in here.

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use build_tools::generate;
use common::tiny;

#[test]
fn each_construct_becomes_the_reviewed_text() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/constructs");
    let mut names: Vec<String> = fs::read_dir(directory.clone())
        .expect("there are constructs")
        .map(|entry| entry.expect("the directory can be read").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 15, "constructs have gone missing");
    for name in names {
        let document = fs::read_to_string(directory.join(&name)).expect("the construct can be read");
        let mut text = String::new();
        match generate(&tiny(&document)) {
            Ok(generated) => {
                for change in generated.report.lines() {
                    let _ = writeln!(text, "// report: {change}");
                }
                let shown = ["types/things.rs", "operations/things.rs", "generated/errors.rs"];
                for file in generated.files.iter().filter(|file| shown.iter().any(|end| file.path.ends_with(end))) {
                    let _ = writeln!(text, "// {}\n{}", file.path, without_docs(&file.contents));
                }
            }
            Err(findings) => {
                for finding in findings {
                    let _ = writeln!(text, "{finding}\n  help: {}", finding.help);
                }
            }
        }
        insta::assert_snapshot!(name.trim_end_matches(".yaml"), text);
    }
}

/// Documentation of operations is the same for every construct, so only its types are shown.
fn without_docs(text: &str) -> String {
    text.lines().skip(3).filter(|line| !line.trim_start().starts_with("///")).collect::<Vec<_>>().join("\n")
}

/// Signing in, with everything that a flow can have.
#[test]
fn credentials_become_the_reviewed_text() {
    let document =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/constructs/required_and_constant.yaml"))
            .expect("the construct can be read");
    let mut sources = tiny(&document);
    sources.vendor_toml.text.push_str(
        r#"
[[credentials]]
name = "password"
scheme = "bearer"
description = "A user."
fields = [
    { name = "user", description = "The user." },
    { name = "device", given = "optionally", description = "The device." },
    { name = "code", given = "when-asked", description = "Asks for a code." },
]
headers = { authorization = "Bearer {access_token}", x-user = "{user}" }

[credentials.tokens]
access-token = "/token"
refresh-token = "/refresh"
expires-in = "/expires"
second-factor = "/factor"
single-use-refresh-token = true

[credentials.tokens.sign-in]
path = "/sign-in"
above-base = 1
body = "json"
accept = "application/vnd.tiny+json"
once = true
headers = { x-user = "{user}" }
fields = { kind = "password", user = "{user}", device = "{device}", code = "{code}", keep = true }

[credentials.tokens.refresh]
path = "/refresh"
body = "form"
fields = { token = "{refresh_token}" }
"#,
    );
    let generated = generate(&sources).expect("it is sound");
    let client = generated.files.iter().find(|file| file.path.ends_with("client.rs")).expect("there is a client");
    let (_, credentials) = client.contents.split_once("impl Credentials {").expect("there are credentials");
    insta::assert_snapshot!("credentials", credentials);
}

/// A list comes in pages where it is an object with its items, and where the vendor may also send the items alone; by number, by cursor,
/// by link and by header.
#[test]
fn lists_become_the_reviewed_text() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/lists.yaml"))
        .expect("the document can be read");
    let mut sources = tiny(&document);
    sources.vendor_toml.text.push_str(
        r#"
[[paging]]
style = "offset"
at = "offset"
limit = "limit"
items = ["data"]
total = ["total"]

[[paging]]
style = "cursor"
at = "after"
items = ["rows"]
next = ["last"]

[[paging]]
style = "link"
items = ["entries"]
next = ["links", "next"]

[[paging]]
style = "header"

[[paging]]
style = "number"
at = "page"
limit = "limit"
max-limit = 50
full-pages = true
items = ["data"]
"#,
    );
    let generated = generate(&sources).expect("it is sound");
    let shown = ["types/things.rs", "operations/things.rs"];
    let files = generated.files.iter().filter(|file| shown.iter().any(|end| file.path.ends_with(end)));
    let text: Vec<String> = files.map(|file| without_docs(&file.contents)).collect();
    insta::assert_snapshot!("lists", text.join("\n"));
}

/// A key in the query and in a cookie travels where its scheme says; a form of credentials that sends it elsewhere is refused.
#[test]
fn a_key_travels_where_its_scheme_says() {
    let document =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/constructs/required_and_constant.yaml"))
            .expect("the construct can be read");
    let mut sources = tiny(&document);
    let scheme = "bearer: {type: http, scheme: bearer, description: A token.}";
    let keys = "bearer: {type: apiKey, in: query, name: api key, description: A key.}\n    \
                session: {type: apiKey, in: cookie, name: SESSION, description: A session.}";
    assert!(sources.openapi.text.contains(scheme));
    sources.openapi.text = sources.openapi.text.replace(scheme, keys);
    let findings = generate(&sources).expect_err("the key is sent as a header");
    let errors: Vec<_> = findings.iter().filter(|finding| finding.rule == "vendor-settings").collect();
    let [finding] = errors.as_slice() else { panic!("{findings:?}") };
    assert_eq!(
        finding.message,
        "credentials `token`: the scheme asks for a query parameter `api key`, which `vendor.toml` does not send"
    );
    assert_eq!(finding.pointer, "/credentials/0/scheme");
    let sent = "headers = { authorization = \"Bearer {token}\" }";
    sources.vendor_toml.text = sources.vendor_toml.text.replace(sent, "query = { \"api key\" = \"{token}\" }");
    sources.vendor_toml.text.push_str(
        r#"
[[credentials]]
name = "session"
scheme = "session"
description = "A session."
fields = [{ name = "id", description = "The session." }]
cookies = { SESSION = "{id}" }
headers = { x-session = "{id}" }
"#,
    );
    let generated = generate(&sources).expect("it is sound");
    let client = generated.files.iter().find(|file| file.path.ends_with("client.rs")).expect("there is a client");
    for line in [".query(\"api key\", token)", ".header(\"x-session\", id.clone()).cookie(\"SESSION\", id.clone())"] {
        assert!(client.contents.contains(line), "{line}: {}", client.contents);
    }
}

/// A mistake in the settings is shown where it stands.
#[test]
fn a_mistake_in_the_settings_has_a_place() {
    let document =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/constructs/required_and_constant.yaml"))
            .expect("the construct can be read");
    let mut sources = tiny(&document);
    sources.vendor_toml.text = sources.vendor_toml.text.replace("Bearer {token}", "Bearer {tokne}");
    let findings = generate(&sources).expect_err("a field is misspelt");
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(finding.message, "`{tokne}` is none of the fields");
    let line = sources.vendor_toml.text.lines().nth(finding.span.line - 1).expect("the line is there");
    assert!(line.contains("{tokne}"), "{line}");
}
