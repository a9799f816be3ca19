//! `cargo xtask new-vendor` on workspaces of its own.

use std::fs;

use crate::tree::Tree;

const PETS: &str = r#"{
  "openapi": "3.0.0",
  "info": { "title": "Pets", "version": "1" },
  "servers": [{ "url": "https://pets.example/v1" }],
  "paths": {
    "/pets": {
      "get": { "responses": { "200": { "description": "All", "content": { "application/json": {
        "schema": { "type": "array", "items": { "type": "object", "properties": { "name": { "type": "string" } } } } } } } } },
      "post": { "requestBody": { "content": { "multipart/mixed": { "schema": { "type": "object" } } } },
        "responses": { "201": { "description": "Made" } } }
    }
  }
}"#;

const SEVERAL: &str = "\
openapi: 3.1.0
info: { title: Several files, version: '1' }
paths:
  /owners: { $ref: paths/owners.yaml }
";

/// The facade and the manifest of a workspace, as far as a new vendor has a place in them.
fn workspace() -> Tree {
    let tree = Tree::new();
    tree.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\n");
    tree.write(
        "crates/onboarding/Cargo.toml",
        "[package]\nname = \"onboarding\"\n\n[features]\nrustls = [\n    \"onboarding-acme?/rustls\",\n]\n\n[dependencies]\n",
    );
    tree.write(
        "crates/onboarding/src/lib.rs",
        "pub use onboarding_acme as acme;\n\n// What follows stays behind it.\n",
    );
    tree
}

#[test]
fn a_published_document_becomes_a_crate_that_generation_keeps() {
    let tree = workspace();
    tree.write("pets.json", PETS);
    let made = tree.run(&["new-vendor", "pets", &tree.path("pets.json").display().to_string()]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.starts_with("pets: 2 of 2 operations, "), "{}", made.stdout);
    assert!(made.stdout.contains("\n  multipart: 1, such as `POST /pets`, request body"), "{}", made.stdout);
    assert!(made.stdout.contains("cargo check -p onboarding-pets"), "{}", made.stdout);

    // The document is kept as it was published.
    assert_eq!(tree.read("specs/pets/upstream.json"), PETS);
    assert!(tree.read("specs/pets/LOSSES.md").contains("\n## multipart: 1\n"));
    assert!(tree.read("specs/pets/vendor.toml").contains("url = \"https://pets.example/v1\""));
    assert!(
        tree.read("crates/onboarding-pets/src/lib.rs")
            .contains("pub use crate::generated::client::{Client, Credentials, Environment};")
    );
    let operations = tree.read("crates/onboarding-pets/src/generated/operations/pets.rs");
    assert!(operations.contains("pub fn list_pets(&self)"), "{operations}");
    assert!(operations.contains("pub fn create_pets(&self)"), "{operations}");

    // Its places in the workspace and in the facade.
    assert!(tree.read("Cargo.toml").contains("onboarding-pets = { path = \"crates/onboarding-pets\""));
    let facade = tree.read("crates/onboarding/Cargo.toml");
    assert!(
        facade.contains("rustls = [\n    \"onboarding-acme?/rustls\",\n    \"onboarding-pets?/rustls\",\n]"),
        "{facade}"
    );
    assert!(facade.contains("pets = [\"dep:onboarding-pets\"]"), "{facade}");
    let library = tree.read("crates/onboarding/src/lib.rs");
    let entry = "pub use onboarding_acme as acme;\n#[cfg(feature = \"pets\")]\n#[doc(inline)]\npub use onboarding_pets as pets;\n\n// What follows";
    assert!(library.starts_with(entry), "{library}");

    let check = tree.run(&["generate", "--check", "pets"]);
    assert_eq!(check.code, Some(0), "{}{}", check.stdout, check.stderr);
    assert_eq!(tree.run(&["lint", "pets"]).code, Some(0));

    // What is lost is told of the document as it is, and `--check` finds where that is not so.
    let losses = tree.read("specs/pets/LOSSES.md");
    tree.replace("specs/pets/upstream.json", "multipart/mixed", "application/json");
    let check = tree.run(&["generate", "--check", "pets"]);
    assert_eq!(check.code, Some(4), "{}", check.stderr);
    assert!(check.stdout.contains("differs specs/pets/LOSSES.md"), "{}", check.stdout);
    assert_eq!(tree.read("specs/pets/LOSSES.md"), losses);
    let generated = tree.run(&["generate", "pets"]);
    assert_eq!(generated.code, Some(0), "{}", generated.stderr);
    assert!(
        tree.read("specs/pets/LOSSES.md").ends_with("\nNothing is lost.\n"),
        "{}",
        tree.read("specs/pets/LOSSES.md")
    );
    assert_eq!(tree.run(&["generate", "--check", "pets"]).code, Some(0));

    // A second time nothing is overwritten.
    tree.write("specs/pets/vendor.toml", "mine");
    let again = tree.run(&["new-vendor", "pets", &tree.path("pets.json").display().to_string()]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("is there already"), "{}", again.stderr);
    assert_eq!(tree.read("specs/pets/vendor.toml"), "mine");
}

#[test]
fn several_files_become_one_document() {
    let tree = workspace();
    tree.write("api/openapi.yaml", SEVERAL);
    tree.write(
        "api/paths/owners.yaml",
        "get:\n  responses:\n    '200':\n      description: All\n      content:\n        application/json: { schema: { $ref: ../schemas/owner.yaml } }\n",
    );
    tree.write("api/schemas/owner.yaml", "type: object\nproperties: { friend: { $ref: '#' } }\n");
    let made = tree.run(&["new-vendor", "owners", &tree.path("api/openapi.yaml").display().to_string()]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.starts_with("owners: 1 of 1 operations, 1 types, 0 losses\n"), "{}", made.stdout);
    let types = tree.read("crates/onboarding-owners/src/generated/types/owners.rs");
    assert!(types.contains("pub struct Owner {"), "{types}");
}

/// A slice is taken from standard input, is kept when it is generated again, and goes without a trace.
#[test]
fn a_part_of_a_document_has_what_it_needs_and_is_removed_in_one_command() {
    let tree = workspace();
    let shared = ["Cargo.toml", "crates/onboarding/Cargo.toml", "crates/onboarding/src/lib.rs"];
    let before = shared.map(|path| tree.read(path));
    let document = PETS.replace("\"/pets\": {", "\"/owners\": { \"get\": { \"tags\": [\"Owners\"], \"responses\": { \"200\": { \"description\": \"All\", \
        \"content\": { \"application/json\": { \"schema\": { \"$ref\": \"#/components/schemas/Owner\" } } } } } } },\n\"/pets\": {");
    let document = document.trim_end().trim_end_matches('}').to_owned()
        + ", \"components\": { \"schemas\": { \"Owner\": { \"type\": \"object\", \"properties\": { \"name\": { \"type\": \"string\" } } } } } }";
    let made = tree.run_with(&["new-vendor", "pets", "-", "--operations", "GET /p*"], &document);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.starts_with("pets: 1 of 1 operations, 1 types, "), "{}", made.stdout);
    assert_eq!(tree.read("specs/pets/upstream.json"), document, "the document is kept whole");
    assert!(tree.read("specs/pets/vendor.toml").contains("operations = [\"GET /p*\"]"));
    assert!(!tree.path("crates/onboarding-pets/src/generated/types/owners.rs").exists());
    let check = tree.run(&["generate", "--check", "pets"]);
    assert_eq!(check.code, Some(0), "{}{}", check.stdout, check.stderr);

    // Another part, and one that there is not.
    tree.replace("specs/pets/vendor.toml", "GET /p*", "Owners");
    assert_eq!(tree.run(&["generate", "pets"]).code, Some(0));
    assert!(tree.read("crates/onboarding-pets/src/generated/types/owners.rs").contains("pub struct Owner {"));
    tree.replace("specs/pets/vendor.toml", "[\"Owners\"]", "[\"Owners\", \"Nobody\"]");
    let refused = tree.run(&["generate", "pets"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("no operation fits `Nobody`"), "{}", refused.stderr);

    let dry = tree.run(&["remove-vendor", "pets", "--dry-run"]);
    assert!(dry.stdout.starts_with("would remove specs/pets and crates/onboarding-pets"), "{}", dry.stdout);
    let removed = tree.run(&["remove-vendor", "pets"]);
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    assert!(!tree.path("specs/pets").exists() && !tree.path("crates/onboarding-pets").exists());
    assert_eq!(shared.map(|path| tree.read(path)), before);
    let unknown = tree.run(&["remove-vendor", "../pets"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("there is no vendor"), "{}", unknown.stderr);
}

#[test]
fn nothing_is_written_on_a_dry_run_or_of_what_is_refused() {
    let tree = workspace();
    tree.write("pets.json", PETS);
    tree.write("old.yaml", "swagger: '2.0'\n");
    tree.write("broken.yaml", "openapi: [3.0.0\n");
    let before = (tree.read("Cargo.toml"), fs::read_dir(tree.path("specs")).expect("it is there").count());
    let run = |arguments: &[&str]| {
        let outcome = tree.run(arguments);
        assert!(!tree.path("crates/onboarding-pets").exists(), "{arguments:?}");
        let after = (tree.read("Cargo.toml"), fs::read_dir(tree.path("specs")).expect("it is there").count());
        assert_eq!(after, before, "{arguments:?}");
        outcome
    };
    let path = |file: &str| tree.path(file).display().to_string();
    let dry = run(&["new-vendor", "pets", &path("pets.json"), "--dry-run"]);
    assert_eq!(dry.code, Some(0), "{}", dry.stderr);
    assert!(dry.stdout.ends_with("nothing was written\n"), "{}", dry.stdout);
    for (name, file, said) in [
        ("pets", "old.yaml", "Swagger 2.0"),
        ("pets", "broken.yaml", "cannot be read"),
        ("pets", "gone.yaml", "cannot open"),
        ("Pets", "pets.json", "no name for a vendor"),
        ("../pets", "pets.json", "no name for a vendor"),
    ] {
        let refused = run(&["new-vendor", name, &path(file)]);
        assert_eq!(refused.code, Some(1), "{name} {file}");
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}
