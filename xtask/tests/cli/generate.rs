//! `cargo xtask generate` on workspaces of its own.

use std::fs;

use crate::tree::Tree;

const CLIENT: &str = "crates/onboarding-acme/src/generated/client.rs";
const STALE: &str = "crates/onboarding-acme/src/generated/types/old.rs";

/// A document that the linter refuses.
fn break_document(tree: &Tree, vendor: &str) {
    let document = format!("specs/{vendor}/openapi.yaml");
    tree.replace(&document, "      operationId: get_widget\n", "");
}

#[test]
fn a_second_run_changes_nothing() {
    let tree = Tree::new();
    let first = tree.run(&["generate"]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stdout.contains(&format!("added {CLIENT}\n")), "{}", first.stdout);
    let written = tree.crates();

    let second = tree.run(&["generate"]);
    assert_eq!(second.code, Some(0));
    assert!(second.stdout.ends_with("files, up to date\n"), "{}", second.stdout);
    assert_eq!(tree.crates(), written);
    assert_eq!(tree.run(&["generate", "--check"]).code, Some(0));
}

#[test]
fn a_check_without_a_crate_writes_nothing() {
    let tree = Tree::new();
    let check = tree.run(&["generate", "--check"]);
    assert_eq!(check.code, Some(4));
    assert!(check.stdout.contains(&format!("missing {CLIENT}\n")), "{}", check.stdout);
    assert!(!tree.path("crates").exists());
}

#[test]
fn an_edit_by_hand_is_found_and_undone() {
    let tree = Tree::new();
    tree.run(&["generate"]);
    let written = tree.crates();
    tree.write(CLIENT, &format!("// mine\n{}", tree.read(CLIENT)));

    let check = tree.run(&["generate", "--check"]);
    assert_eq!(check.code, Some(4));
    assert!(check.stdout.contains(&format!("differs {CLIENT}\n")), "{}", check.stdout);
    assert!(check.stdout.contains("\n-// mine\n"), "{}", check.stdout);
    assert!(check.stdout.ends_with("run `cargo xtask generate acme`\n"), "{}", check.stdout);
    assert!(tree.read(CLIENT).starts_with("// mine"), "a check has written");

    let generate = tree.run(&["generate"]);
    assert_eq!(generate.code, Some(0));
    assert!(generate.stdout.contains(&format!("updated {CLIENT}\n")), "{}", generate.stdout);
    assert_eq!(tree.crates(), written);
}

#[test]
fn a_long_difference_is_cut() {
    let tree = Tree::new();
    tree.run(&["generate"]);
    tree.write(CLIENT, &"// mine\n".repeat(1000));
    let check = tree.run(&["generate", "--check"]);
    assert_eq!(check.code, Some(4));
    assert!(check.stdout.contains(" more lines\n"), "{}", check.stdout);
    assert!(check.stdout.lines().count() < 250);
}

#[test]
fn a_stale_file_is_found_and_deleted() {
    let tree = Tree::new();
    tree.run(&["generate"]);
    let written = tree.crates();
    tree.write(STALE, "pub struct Old;\n");

    let check = tree.run(&["generate", "--check"]);
    assert_eq!(check.code, Some(4));
    assert!(check.stdout.contains(&format!("stale {STALE}\n")), "{}", check.stdout);

    let generate = tree.run(&["generate"]);
    assert_eq!(generate.code, Some(0));
    assert!(generate.stdout.contains(&format!("deleted {STALE}\n")), "{}", generate.stdout);
    assert_eq!(tree.crates(), written);
}

#[test]
fn a_directory_that_becomes_empty_goes() {
    let tree = Tree::new();
    tree.run(&["generate"]);
    let written = tree.crates();
    tree.write("crates/onboarding-acme/src/generated/older/and/older.rs", "");
    assert_eq!(tree.run(&["generate"]).code, Some(0));
    assert_eq!(tree.crates(), written);
}

#[test]
fn files_of_others_stay() {
    let tree = Tree::new();
    let others = [
        "crates/onboarding-acme/src/lib.rs",
        "crates/onboarding-acme/tests/by_hand.rs",
        "crates/onboarding-acme/tests/snapshots/get_widget.snap",
    ];
    for path in others {
        tree.write(path, "mine\n");
    }
    assert_eq!(tree.run(&["generate"]).code, Some(0));
    for path in others {
        assert_eq!(tree.read(path), "mine\n");
    }
}

#[test]
fn a_broken_vendor_does_not_stop_a_sound_one() {
    let tree = Tree::new();
    tree.run(&["generate"]);
    let before = tree.crates();
    tree.add_vendor("zeta");
    break_document(&tree, "acme");

    let generate = tree.run(&["generate"]);
    assert_eq!(generate.code, Some(1));
    assert!(generate.stderr.contains("missing-operation-id"), "{}", generate.stderr);
    assert!(generate.stderr.contains("specs/acme/openapi.yaml:"), "{}", generate.stderr);
    assert!(tree.path("crates/onboarding-zeta/src/generated/client.rs").is_file());
    let after = tree.crates();
    for (path, text) in &before {
        assert_eq!(after.get(path), Some(text), "{} was touched", path.display());
    }
}

#[test]
fn broken_weighs_more_than_out_of_date() {
    let tree = Tree::new();
    tree.add_vendor("zeta");
    break_document(&tree, "acme");
    let check = tree.run(&["generate", "--check"]);
    assert_eq!(check.code, Some(1));
    assert!(check.stdout.ends_with("run `cargo xtask generate zeta`\n"), "{}", check.stdout);
}

#[test]
fn an_unknown_vendor_is_told_with_those_known() {
    let tree = Tree::new();
    let run = tree.run(&["generate", "acne"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.starts_with("error: there is no vendor `acne` in "), "{}", run.stderr);
    assert!(run.stderr.ends_with("known are acme\n"), "{}", run.stderr);
    assert!(!tree.path("crates").exists());
}

#[test]
fn a_file_in_the_place_of_a_directory_leaves_everything_as_it_was() {
    let tree = Tree::new();
    let readme = "<!-- Generated by `cargo xtask generate`; edits are lost. -->\nold\n";
    tree.write("crates/onboarding-acme/README.md", readme);
    tree.write("crates/onboarding-acme/tests", "a file\n");
    let before = tree.crates();

    let generate = tree.run(&["generate"]);
    assert_eq!(generate.code, Some(1));
    assert!(generate.stderr.contains("nothing was changed"), "{}", generate.stderr);
    assert!(generate.stderr.contains("onboarding-acme/tests"), "{}", generate.stderr);
    assert_eq!(tree.crates(), before);
}

#[test]
fn a_directory_in_the_place_of_a_file_leaves_everything_as_it_was() {
    let tree = Tree::new();
    tree.run(&["generate"]);
    fs::remove_file(tree.path(CLIENT)).expect("the file is there");
    fs::create_dir(tree.path(CLIENT)).expect("its place is free");
    tree.write("crates/onboarding-acme/README.md", "old\n");
    let before = tree.crates();

    let generate = tree.run(&["generate"]);
    assert_eq!(generate.code, Some(1));
    assert!(generate.stderr.contains("client.rs is a directory where a file has to be"), "{}", generate.stderr);
    assert_eq!(tree.crates(), before);
}

#[test]
fn what_an_interrupted_run_left_is_stale() {
    let tree = Tree::new();
    tree.run(&["generate"]);
    let written = tree.crates();
    for left in ["Cargo.toml.xtask-old", "src/generated/client.rs.xtask-new", "tests/generated/wire.rs.xtask-new"] {
        tree.write(&format!("crates/onboarding-acme/{left}"), "half a fi");
    }
    assert_eq!(tree.run(&["generate", "--check"]).code, Some(4));
    assert_eq!(tree.run(&["generate"]).code, Some(0));
    assert_eq!(tree.crates(), written);
}

#[test]
fn two_vendors_cannot_share_a_crate() {
    let tree = Tree::new();
    tree.add_vendor("zeta");
    tree.replace("specs/zeta/vendor.toml", "onboarding-zeta", "onboarding-acme");
    let generate = tree.run(&["generate"]);
    assert_eq!(generate.code, Some(1));
    assert!(generate.stderr.contains("`onboarding-acme` is used by acme and zeta"), "{}", generate.stderr);
    assert!(!tree.path("crates").exists());
}

#[test]
fn a_crate_name_cannot_lead_elsewhere() {
    let tree = Tree::new();
    tree.replace("specs/acme/vendor.toml", "name = \"onboarding-acme\"", "name = \"../../elsewhere\"");
    let generate = tree.run(&["generate"]);
    assert_eq!(generate.code, Some(1));
    assert!(generate.stderr.contains("../../elsewhere"), "{}", generate.stderr);
    assert!(!tree.path("crates").exists());
}

#[test]
fn other_directories_can_hold_the_documents() {
    let tree = Tree::new();
    fs::rename(tree.path("specs"), tree.path("documents")).expect("a directory can be renamed");
    let documents = tree.path("documents");
    let generate = tree.run(&["generate", "--specs", documents.to_str().expect("UTF-8")]);
    assert_eq!(generate.code, Some(0), "{}", generate.stderr);
    assert!(tree.path(CLIENT).is_file());
}

const MANIFEST: &str = "crates/onboarding-acme/Cargo.toml";

#[test]
fn a_crate_that_was_written_by_hand_is_left_alone() {
    for (path, text) in [
        (MANIFEST, "[package]\nname = \"onboarding-acme\"\n"),
        ("crates/onboarding-acme/README.md", "# Mine\n"),
        (CLIENT, "pub struct Mine;\n"),
    ] {
        let tree = Tree::new();
        tree.write(path, text);
        let before = tree.crates();
        let run = tree.run(&["generate"]);
        assert_eq!(run.code, Some(1), "{path}: {}", run.stdout);
        assert!(run.stderr.contains("was not generated"), "{path}: {}", run.stderr);
        assert!(run.stderr.contains("specs/acme/vendor.toml:"), "{path}: {}", run.stderr);
        assert_eq!(tree.crates(), before, "{path}");
    }
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    for name in ["onboarding-core", "../escaped", "/tmp/escaped", "a/b", "..", "Acme", "bench", "tokio"] {
        let tree = Tree::new();
        tree.write("bench/Cargo.toml", "[package]\nname = \"bench\"\n");
        tree.write("crates/onboarding-core/src/lib.rs", "//! Mine.\n");
        tree.replace("specs/acme/vendor.toml", "onboarding-acme", name);
        let before = tree.crates();
        let run = tree.run(&["generate"]);
        assert_eq!(run.code, Some(1), "{name}: {}", run.stdout);
        assert!(run.stderr.contains("specs/acme/vendor.toml:"), "{name}: {}", run.stderr);
        assert_eq!(tree.crates(), before, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed_out_of_the_crate() {
    let tree = Tree::new();
    assert_eq!(tree.run(&["generate"]).code, Some(0));
    let generated = tree.path("crates/onboarding-acme/src/generated");
    fs::rename(&generated, tree.path("elsewhere")).expect("it can be moved");
    std::os::unix::fs::symlink(tree.path("elsewhere"), &generated).expect("a link can be made");
    tree.write("elsewhere/client.rs", "pub struct Mine;\n");
    let run = tree.run(&["generate"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert_eq!(tree.read("elsewhere/client.rs"), "pub struct Mine;\n");
}

#[test]
fn a_document_commands_no_terminal() {
    let tree = Tree::new();
    let document = tree.read("specs/acme/openapi.yaml");
    tree.write("specs/acme/openapi.yaml", &format!("{document}\nx-evil: \"\\e[2J\\u202e\"\n\u{1b}[31m: \u{202e}\n"));
    for arguments in [&["generate"][..], &["lint"], &["lint", "--format", "json"]] {
        let run = tree.run(arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}");
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{arguments:?}: {text:?}");
        }
    }
}

#[test]
fn each_crate_has_its_own_version() {
    let tree = Tree::new();
    let settings = "specs/acme/vendor.toml";
    tree.replace(settings, "version = \"0.1.0\"", "version = \"2.3.4-rc.1\"");
    assert_eq!(tree.run(&["generate"]).code, Some(0));
    assert!(tree.read(MANIFEST).contains("\nversion = \"2.3.4-rc.1\"\n"), "{}", tree.read(MANIFEST));

    tree.replace(settings, "version = \"2.3.4-rc.1\"", "version = \"2.3\"");
    let run = tree.run(&["lint"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("`2.3` is no version"), "{}", run.stdout);
    tree.replace(settings, "version = \"2.3\"\n", "");
    assert!(tree.run(&["lint"]).stdout.contains("missing-key specs/acme/vendor.toml"), "a version is required");
}
