//! What the vendors' crates offer is reviewed, and nothing that a caller or the vendor could notice changes without changing it.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use build_tools::generate;
use build_tools::spec::VendorSources;
use common::{sources, tiny, vendors};
use similar::{ChangeTag, TextDiff};

/// The most lines of a snapshot that a person reviews at once.
const MAX_LINES: usize = 400;

fn surface(sources: &VendorSources) -> BTreeMap<String, String> {
    match generate(sources) {
        Ok(generated) => generated.surface(),
        Err(findings) => {
            let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
            panic!("{}: {}", sources.name, findings.join("\n"))
        }
    }
}

fn snapshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/surface")
}

#[test]
fn the_surface_is_the_reviewed_one() {
    let mut meant = BTreeSet::new();
    for vendor in vendors() {
        for (name, text) in surface(&sources(&vendor)) {
            let path = snapshots().join(&vendor).join(format!("{name}.snap"));
            let (directory, file) = (path.parent(), path.file_stem());
            let (Some(directory), Some(file)) = (directory, file) else { panic!("{}: no file", path.display()) };
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(directory);
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(file.to_string_lossy().into_owned(), text));
            meant.insert(path);
        }
    }
    let stale: Vec<PathBuf> = files(&snapshots()).into_iter().filter(|path| !meant.contains(path)).collect();
    assert!(stale.is_empty(), "these are of nothing that is offered any more; remove them: {stale:#?}");
}

#[test]
fn no_file_is_too_long_to_be_reviewed() {
    let files = files(&snapshots());
    assert!(files.len() > vendors().len(), "the snapshots have gone missing");
    for path in files {
        let lines = fs::read_to_string(&path).expect("the snapshot can be read").lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines, which nobody reads at once", path.display());
    }
}

#[test]
fn whatever_a_caller_or_the_vendor_could_notice_changes_the_surface() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/surface.yaml"))
        .expect("the document can be read");
    let before = surface(&tiny(&document));
    for Edit { replaced, shown } in EDITS {
        let mut edited = document.clone();
        for (from, to) in *replaced {
            assert_eq!(edited.matches(from).count(), 1, "`{from}` is once in the document");
            edited = edited.replace(from, to);
        }
        let after = surface(&tiny(&edited));
        let mut found = BTreeMap::new();
        for name in before.keys().chain(after.keys()) {
            let text = |surface: &BTreeMap<String, String>| surface.get(name).cloned().unwrap_or_default();
            let (before, after) = (text(&before), text(&after));
            let difference = TextDiff::from_lines(&before, &after);
            let lines: Vec<String> = difference
                .iter_all_changes()
                .filter(|change| change.tag() != ChangeTag::Equal)
                .map(|change| format!("{}{}", change.tag(), change.value().trim_end()))
                .collect();
            if !lines.is_empty() {
                found.insert(name.as_str(), lines);
            }
        }
        let expected: BTreeMap<&str, Vec<String>> =
            shown.iter().map(|(file, lines)| (*file, lines.iter().map(|line| (*line).to_owned()).collect())).collect();
        assert_eq!(found, expected, "{replaced:?}");
    }
}

/// An edit of the document, and how the surface shows it.
struct Edit {
    /// Texts that are once in the document, and what is written in their places.
    replaced: &'static [(&'static str, &'static str)],
    /// The files that show it, each with the lines of its difference.
    shown: &'static [(&'static str, &'static [&'static str])],
}

const EDITS: &[Edit] = &[
    Edit {
        replaced: &[("maxLength: 35", "maxLength: 36")],
        shown: &[(
            "types/things",
            &[
                "-    street_line: String = \"street-line\", redacted, at most 35 characters",
                "+    street_line: String = \"street-line\", redacted, at most 36 characters",
            ],
        )],
    },
    Edit {
        replaced: &[("maxLength: 9", "maxLength: 8")],
        shown: &[(
            "types/things",
            &[
                "-    words: Option<Vec<String>> = \"words\", each at most 9 characters",
                "+    words: Option<Vec<String>> = \"words\", each at most 8 characters",
            ],
        )],
    },
    Edit {
        replaced: &[("maxLength: 12", "maxLength: 13")],
        shown: &[(
            "types/things",
            &[
                "-identifier ThingId(String), at most 12 characters",
                "+identifier ThingId(String), at most 13 characters",
            ],
        )],
    },
    Edit {
        replaced: &[("maxItems: 3", "maxItems: 4")],
        shown: &[(
            "operations/things",
            &[
                "-    query kinds: [Kind] = \"kinds\", items joined by commas, at most 3 items",
                "+    query kinds: [Kind] = \"kinds\", items joined by commas, at most 4 items",
            ],
        )],
    },
    Edit {
        replaced: &[("maximum: 50", "maximum: 60")],
        shown: &[(
            "operations/things",
            &[
                "-    query page_size?: i64 = \"page-size\", at most 50, `10` by default",
                "+    query page_size?: i64 = \"page-size\", at most 60, `10` by default",
            ],
        )],
    },
    Edit {
        replaced: &[("default: 10", "default: 20")],
        shown: &[(
            "operations/things",
            &[
                "-    query page_size?: i64 = \"page-size\", at most 50, `10` by default",
                "+    query page_size?: i64 = \"page-size\", at most 50, `20` by default",
            ],
        )],
    },
    Edit {
        replaced: &[("x-sensitive: true, maxLength", "maxLength")],
        shown: &[(
            "types/things",
            &[
                "-    street_line: String = \"street-line\", redacted, at most 35 characters",
                "+    street_line: String = \"street-line\", at most 35 characters",
            ],
        )],
    },
    Edit {
        replaced: &[("x-sensitive: true, schema", "schema")],
        shown: &[(
            "operations/things",
            &[
                "-    header owner_mark?: String = \"owner-mark\", redacted",
                "+    header owner_mark?: String = \"owner-mark\"",
            ],
        )],
    },
    Edit {
        replaced: &[("Identifies a thing., maxLength", "Identifies a thing., x-sensitive: true, maxLength")],
        shown: &[
            (
                "operations/things",
                &["-    path thing_id: ThingId = \"thing-id\"", "+    path thing_id: ThingId = \"thing-id\", redacted"],
            ),
            (
                "types/things",
                &[
                    "-    holder: Option<ThingId> = \"holder\"",
                    "+    holder: Option<ThingId> = \"holder\", redacted",
                    "-    id: ThingId = \"id\"",
                    "+    id: ThingId = \"id\", redacted",
                    "-identifier ThingId(String), at most 12 characters",
                    "+identifier ThingId(String), redacted, at most 12 characters",
                ],
            ),
        ],
    },
    Edit {
        replaced: &[("name: page-size", "name: page_size")],
        shown: &[(
            "operations/things",
            &[
                "-    query page_size?: i64 = \"page-size\", at most 50, `10` by default",
                "+    query page_size?: i64 = \"page_size\", at most 50, `10` by default",
            ],
        )],
    },
    Edit {
        replaced: &[("town: {type: string", "Town: {type: string"), ("street-line, town,", "street-line, Town,")],
        shown: &[("types/things", &["-    town: String = \"town\"", "+    town: String = \"Town\""])],
    },
    Edit {
        replaced: &[("enum: [large, small]", "enum: [large, Small]")],
        shown: &[("types/things", &["-    Small = \"small\"", "+    Small = \"Small\""])],
    },
    Edit {
        replaced: &[("up: '#/components", "Up: '#/components"), ("enum: [up]", "enum: [Up]")],
        shown: &[(
            "types/things",
            &[
                "-    Up(UpStep) = \"up\"",
                "+    Up(UpStep) = \"Up\"",
                "-    \"sort\" is \"up\"",
                "+    \"sort\" is \"Up\"",
            ],
        )],
    },
    Edit {
        replaced: &[("explode: false", "explode: true")],
        shown: &[(
            "operations/things",
            &[
                "-    query kinds: [Kind] = \"kinds\", items joined by commas, at most 3 items",
                "+    query kinds: [Kind] = \"kinds\", once for each item, at most 3 items",
            ],
        )],
    },
    Edit {
        replaced: &[("format: date}", "format: date-time}")],
        shown: &[(
            "operations/things",
            &["-    query since?: NaiveDate = \"since\"", "+    query since?: Timestamp = \"since\""],
        )],
    },
    Edit {
        replaced: &[("format: decimal", "format: uuid")],
        shown: &[(
            "types/things",
            &["-    share: Option<Decimal> = \"share\"", "+    share: Option<String> = \"share\", a UUID"],
        )],
    },
    Edit {
        replaced: &[(
            "application/json: {schema: {$ref: '#/components/schemas/NewThing'",
            "application/merge-patch+json: {schema: {$ref: '#/components/schemas/NewThing'",
        )],
        shown: &[(
            "operations/things",
            &[
                "-    body: NewThing as json application/json",
                "+    body: NewThing as json application/merge-patch+json",
            ],
        )],
    },
    Edit {
        replaced: &[(
            "'404': {description: None., content: {application/json: {schema: {$ref: '#/components/schemas/Fault'",
            "'404': {description: None., content: {application/json: {schema: {$ref: '#/components/schemas/Conflict'",
        )],
        shown: &[("operations/things", &["-        404 NotFound(Fault)", "+        404 NotFound(Conflict)"])],
    },
    Edit {
        replaced: &[("'409'", "'410'")],
        shown: &[("operations/things", &["-        409 Conflict(Conflict)", "+        410 Gone(Conflict)"])],
    },
    Edit {
        replaced: &[(
            "'204': {description: Done.}",
            "'202': {description: Later., content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}",
        )],
        shown: &[("operations/things", &["-    204 -> ()", "+    202 -> Thing"])],
    },
    Edit {
        replaced: &[
            (
                "up: '#/components/schemas/UpStep', down: '#/components/schemas/DownStep'",
                "up: '#/components/schemas/DownStep', down: '#/components/schemas/UpStep'",
            ),
            ("enum: [down]", "enum: [UP]"),
            ("enum: [up]", "enum: [down]"),
            ("enum: [UP]", "enum: [up]"),
        ],
        shown: &[(
            "types/things",
            &[
                "-    \"sort\" is \"down\"",
                "+    \"sort\" is \"up\"",
                "-    Up(UpStep) = \"up\"",
                "-    Down(DownStep) = \"down\"",
                "+    Down(UpStep) = \"down\"",
                "+    Up(DownStep) = \"up\"",
                "-    \"sort\" is \"up\"",
                "+    \"sort\" is \"down\"",
            ],
        )],
    },
    Edit {
        replaced: &[("items: {$ref: '#/components/schemas/Thing'}", "items: {$ref: '#/components/schemas/ThingId'}")],
        shown: &[(
            "types/things",
            &[
                "-struct Thing",
                "-    id: ThingId = \"id\"",
                "-    kind: Option<Kind> = \"kind\"",
                "-    made_on: Option<NaiveDate> = \"made-on\"",
                "-    Things(Vec<Thing>) = array",
                "+    Things(Vec<ThingId>) = array",
            ],
        )],
    },
    Edit {
        replaced: &[("{title: Count, type: integer,", "{title: Count, type: boolean,")],
        shown: &[("types/things", &["-    Count(i64) = number", "+    Count(bool) = boolean"])],
    },
    Edit {
        replaced: &[("street-line, town, zone, step]", "street-line, town, step]")],
        shown: &[("types/things", &["-    zone: String = \"zone\"", "+    zone: Option<String> = \"zone\""])],
    },
    Edit {
        replaced: &[("[street-line, town,", "[town,")],
        shown: &[(
            "types/things",
            &[
                "-    street_line: String = \"street-line\", redacted, at most 35 characters",
                "+    street_line: Option<String> = \"street-line\", redacted, at most 35 characters",
            ],
        )],
    },
    Edit {
        replaced: &[("town: {type: string, description", "town: {type: string, nullable: true, description")],
        shown: &[(
            "types/things",
            &["-    town: String = \"town\"", "+    town: Option<String> = \"town\", always there"],
        )],
    },
    Edit {
        replaced: &[("remark: {type: string,", "remark: {type: string, nullable: true,")],
        shown: &[(
            "types/things",
            &[
                "-    remark: Option<String> = \"remark\", deprecated",
                "+    remark: Patch<String> = \"remark\", deprecated",
            ],
        )],
    },
    Edit {
        replaced: &[("zone, step]", "zone, step, remark]")],
        shown: &[(
            "types/things",
            &[
                "-struct NewThing, sent",
                "+struct NewThing, sent, builder NewThingBuilder",
                "-    remark: Option<String> = \"remark\", deprecated",
                "+    remark: String = \"remark\", deprecated",
            ],
        )],
    },
    Edit {
        replaced: &[(", deprecated: true", "")],
        shown: &[(
            "types/things",
            &["-    remark: Option<String> = \"remark\", deprecated", "+    remark: Option<String> = \"remark\""],
        )],
    },
    Edit {
        replaced: &[("      operationId: list_things\n", "      operationId: list_things\n      security: []\n")],
        shown: &[(
            "operations/things",
            &[
                "-list_things: GET /things, type ListThings",
                "+list_things: GET /things, type ListThings, without credentials",
            ],
        )],
    },
    Edit {
        replaced: &[("      operationId: list_things\n", "      operationId: list_things\n      deprecated: true\n")],
        shown: &[(
            "operations/things",
            &["-list_things: GET /things, type ListThings", "+list_things: GET /things, type ListThings, deprecated"],
        )],
    },
    Edit {
        replaced: &[("      operationId: list_things\n", "      operationId: list_things\n      x-rust-name: list\n")],
        shown: &[(
            "operations/things",
            &[
                "-list_things: GET /things, type ListThings",
                "+list: GET /things, type List",
                "-    errors ListThingsError",
                "+    errors ListError",
            ],
        )],
    },
    Edit {
        replaced: &[("town: {type: string,", "town: {type: string, x-rust-name: city,")],
        shown: &[("types/things", &["-    town: String = \"town\"", "+    city: String = \"town\""])],
    },
    Edit {
        replaced: &[("/things/{thing-id}:", "/things/{thing-id}/:")],
        shown: &[(
            "operations/things",
            &["-replace_thing: PUT /things/{thing-id}", "+replace_thing: PUT /things/{thing-id}/"],
        )],
    },
];

/// The snapshots below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.expect("the directory can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}
