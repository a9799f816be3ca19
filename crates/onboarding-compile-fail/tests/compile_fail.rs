//! What the clients rule out at compile time.
//!
//! Each file of `compile_fail` is a mistake that does not compile, with the compiler's words beside it; the file of the same name
//! in `compile_pass` is the right form, which is part of this test and so compiles with it. `TRYBUILD=overwrite` writes the words
//! anew, to be reviewed.

#![allow(dead_code, reason = "the right forms are compiled, not called")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[path = "compile_pass/derive_dropped_option.rs"]
mod derive_dropped_option;
#[path = "compile_pass/derive_member_type.rs"]
mod derive_member_type;
#[path = "compile_pass/derive_union.rs"]
mod derive_union;
#[path = "compile_pass/derive_unknown_argument.rs"]
mod derive_unknown_argument;
#[path = "compile_pass/derive_wrong_item.rs"]
mod derive_wrong_item;
#[path = "compile_pass/foreign_credentials.rs"]
mod foreign_credentials;
#[path = "compile_pass/missing_argument.rs"]
mod missing_argument;
#[path = "compile_pass/missing_member.rs"]
mod missing_member;
#[path = "compile_pass/open_enum.rs"]
mod open_enum;
#[path = "compile_pass/secret_as_text.rs"]
mod secret_as_text;
#[path = "compile_pass/secret_compared.rs"]
mod secret_compared;
#[path = "compile_pass/secret_displayed.rs"]
mod secret_displayed;
#[path = "compile_pass/struct_literal.rs"]
mod struct_literal;
#[path = "compile_pass/unsent_call.rs"]
mod unsent_call;
#[path = "compile_pass/wrong_identifier.rs"]
mod wrong_identifier;

#[test]
fn mistakes_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}

#[test]
fn each_mistake_has_its_right_form() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let names = |folder: &str, extension: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(tests.join(folder)).expect("the folder is there");
        entries
            .map(|entry| entry.expect("its entries can be read").path())
            .filter(|path| path.extension().is_some_and(|other| other == extension))
            .filter_map(|path| path.file_stem().map(|name| name.to_string_lossy().into_owned()))
            .collect()
    };
    let mistakes = names("compile_fail", "rs");
    assert!(!mistakes.is_empty());
    assert_eq!(mistakes, names("compile_pass", "rs"));
    assert_eq!(mistakes, names("compile_fail", "stderr"), "trybuild takes a mistake without its words for a new one");
    let this = fs::read_to_string(tests.join("compile_fail.rs")).expect("this file can be read");
    for name in mistakes {
        assert!(this.contains(&format!("#[path = \"compile_pass/{name}.rs\"]")), "{name} is not compiled");
    }
}
