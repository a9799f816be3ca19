//! Work that is linear in a document: four times as much of anything takes about four times as much memory and processor time.
//!
//! What is measured is the sum of all bytes that are ever allocated, which is the same on every machine, and the processor time of
//! the thread, which does not count what others do. Linear work gives 4, quadratic work 16; the bounds are far from both.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use build_tools::spec::{SourceFile, VendorSources};
use nix::time::{ClockId, clock_gettime};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

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

fn vendor(document: &str) -> VendorSources {
    VendorSources {
        name: "tiny".to_owned(),
        openapi: SourceFile { path: "openapi.yaml".to_owned(), text: format!("{HEAD}{document}") },
        vendor_toml: SourceFile { path: "vendor.toml".to_owned(), text: SETTINGS.to_owned() },
        overlay: None,
        documented: None,
        examples: BTreeMap::new(),
        unsound: None,
    }
}

/// The same as its vendor might publish it.
fn published(document: &str) -> VendorSources {
    let VendorSources { openapi, .. } = vendor(document);
    VendorSources { openapi: SourceFile { path: "upstream.yaml".to_owned(), ..openapi }, ..vendor(document) }
}

/// An operation that sends and receives a schema.
fn operation(path: &str, id: &str, schema: &str) -> String {
    format!(
        "  {path}:
    post:
      operationId: {id}
      tags: [Things]
      summary: Create a thing
      description: Creates a thing.
      externalDocs: {{url: https://tiny.example/docs, description: Things}}
      requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}
      responses:
        '200': {{description: Created., content: {{application/json: {{schema: {schema}}}}}}}
"
    )
}

const SECURITY: &str = "  securitySchemes: {bearer: {type: http, scheme: bearer, description: A token.}}\n  schemas:\n";

/// A document of one operation on the component `Root`, and further schemas.
fn rooted(schemas: &str) -> String {
    let operation = operation("/things", "create_thing", "{$ref: '#/components/schemas/Root'}");
    format!("paths:\n{operation}components:\n{SECURITY}{schemas}")
}

/// So many lines.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0..count {
        writeln!(text, "{}", line(number)).expect("writing to a string cannot fail");
    }
    text
}

fn members(count: usize) -> String {
    let names: Vec<String> = (0..count).step_by(2).map(|number| format!("m{number}")).collect();
    let members = lines(count, |number| format!("        m{number}: {{type: string, description: A member.}}"));
    rooted(&format!(
        "    Root:\n      description: All.\n      type: object\n      required: [{}]\n      properties:\n{members}",
        names.join(", ")
    ))
}

fn tagged_variants(count: usize) -> String {
    let list = lines(count, |number| format!("        - {{$ref: '#/components/schemas/V{number}'}}"));
    let mapping = lines(count, |number| format!("          v{number}: '#/components/schemas/V{number}'"));
    let variants = lines(count, |number| {
        format!(
            "    V{number}: {{description: A variant., type: object, required: [kind], properties: \
             {{kind: {{type: string, enum: [v{number}], description: Which.}}}}}}"
        )
    });
    rooted(&format!(
        "    Root:\n      description: One of many.\n      oneOf:\n{list}      discriminator:\n        propertyName: kind\n        \
         mapping:\n{mapping}{variants}"
    ))
}

fn untagged_variants(count: usize) -> String {
    let list = lines(count, |number| format!("        - {{$ref: '#/components/schemas/V{number}'}}"));
    let variants = lines(count, |number| {
        format!(
            "    V{number}: {{description: A variant., type: object, required: [own{number}, all], properties: \
             {{all: {{type: string, description: Everywhere.}}, own{number}: {{type: string, description: Here only.}}}}}}"
        )
    });
    rooted(&format!("    Root:\n      description: One of many.\n      anyOf:\n{list}{variants}"))
}

/// Components that each hold the next.
fn chain(count: usize) -> String {
    let links = lines(count, |number| {
        let next = number + 1;
        format!(
            "    C{number}: {{description: Leads on., type: object, properties: {{next: {{$ref: '#/components/schemas/C{next}'}}}}}}"
        )
    });
    rooted(&format!(
        "    Root: {{description: All., type: object, properties: {{next: {{$ref: '#/components/schemas/C0'}}}}}}\n{links}    \
         C{count}: {{description: The last., type: object, properties: {{end: {{type: boolean, description: Yes.}}}}}}\n"
    ))
}

fn components(count: usize) -> String {
    let members = lines(count, |number| format!("        m{number}: {{$ref: '#/components/schemas/C{number}'}}"));
    let components = lines(count, |number| {
        format!(
            "    C{number}: {{description: One of many., type: object, properties: {{a: {{type: string, description: A.}}}}}}"
        )
    });
    rooted(&format!("    Root:\n      description: All.\n      type: object\n      properties:\n{members}{components}"))
}

fn operations(count: usize) -> String {
    let operations = lines(count, |number| {
        operation(&format!("/things{number}"), &format!("create_thing{number}"), "{type: string}")
    });
    format!(
        "paths:\n{operations}components:\n{SECURITY}    Unused: {{type: string, description: Nobody reaches it.}}\n"
    )
}

/// Operations whose names begin alike, and differ in underscores and behind what a name is cut to.
fn names_alike(count: usize) -> String {
    let operations = lines(count, |number| {
        let id: String = (0..12).map(|bit| if number >> bit & 1 == 1 { "aB" } else { "ab" }).collect();
        let long = format!("{}{number}", "LongName".repeat(40));
        let first = operation(&format!("/short{number}"), &id, "{type: string}");
        format!("{first}{}", operation(&format!("/long{number}"), &long, "{type: string}"))
    });
    format!(
        "paths:\n{operations}components:\n{SECURITY}    Unused: {{type: string, description: Nobody reaches it.}}\n"
    )
}

/// Operations with parameters, which share their errors and succeed with several statuses.
fn shared_errors(count: usize) -> String {
    let parameters =
        "      parameters:\n        - {name: some-key, in: header, description: A key., schema: {type: string}}\n";
    let statuses = "        '201': {description: Made., content: {application/json: {schema: {type: integer}}}}\n        '404': \
                    {description: None., content: {application/json: {schema: {type: string}}}}\n        4XX: {description: Other.}\n";
    let all = operations(count).replace("      requestBody:", &format!("{parameters}      requestBody:"));
    all.replace("      responses:\n", &format!("      responses:\n{statuses}"))
}

fn values(count: usize) -> String {
    let values = lines(count, |number| format!("        - value_{number}"));
    rooted(&format!("    Root:\n      description: One of many.\n      type: string\n      enum:\n{values}"))
}

/// Variants in place that nothing tells apart, each with a member in a form of its own, and enumerations as unions.
fn alike_variants(count: usize) -> String {
    let variants = lines(count, |number| {
        format!(
            "        - {{type: object, properties: {{all: {{type: string, maxLength: {}}}, own{number}: {{type: string}}}}}}",
            number + 1
        )
    });
    let texts = lines(count, |number| format!("            - {{const: v{number}}}"));
    rooted(&format!(
        "    Root:\n      anyOf:\n{variants}        - type: object\n          properties:\n            text:\n              oneOf:\n{}",
        texts.replace("            - ", "                - ")
    ))
}

/// Schemas in place within each other, and compositions of the same components by all of them.
fn in_place(count: usize) -> String {
    let members = lines(count, |number| {
        format!(
            "        m{number}: {{allOf: [{{$ref: '#/components/schemas/Base'}}, {{type: object, properties: {{a: {{type: array, \
             items: {{type: object, properties: {{b{number}: {{type: string}}}}}}}}}}}}]}}"
        )
    });
    rooted(&format!(
        "    Base: {{type: object, properties: {{id: {{type: string, readOnly: true}}}}}}\n    Root:\n      type: object\n      \
         properties:\n{members}"
    ))
}

/// Mistakes of many kinds, none of which is found by looking at all others.
fn mistakes(count: usize) -> String {
    let schemas = lines(count, |number| {
        format!(
            "    M{number}: {{description: Wrong., type: object, required: [no, no], colour: red, properties: {{a: \
             {{$ref: '#/components/schemas/Missing{number}'}}, b: {{type: string, title: B, minLength: 9, maxLength: 1}}}}}}"
        )
    });
    let security = lines(count, |number| format!("        - {{unknown{number}: []}}"));
    let operation = operation("/things", "create_thing", "{type: string}");
    format!("paths:\n{operation}      security:\n{security}components:\n{SECURITY}{schemas}")
}

/// The bytes that are allocated and the time that the processor takes.
fn cost(sources: &VendorSources, is_generated: bool) -> (usize, Duration) {
    let time = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("the system tells it"));
    let region = Region::new(ALLOCATOR);
    let begun = time();
    if is_generated {
        let generated = build_tools::generate(sources);
        let findings: Vec<String> = generated.err().iter().flatten().map(ToString::to_string).take(3).collect();
        assert!(findings.is_empty(), "{findings:?}");
    } else {
        assert!(!build_tools::lint(sources).is_empty(), "nothing is found");
    }
    (region.change().bytes_allocated, time().saturating_sub(begun))
}

/// One test, since the allocator counts for all threads.
#[test]
fn four_times_as_much_takes_about_four_times_as_much() {
    type Document = fn(usize) -> String;
    type Sources = fn(&str) -> VendorSources;
    let curated: [(&str, Document, usize, bool); 8] = [
        ("members", members, 250, true),
        ("tagged variants", tagged_variants, 60, true),
        ("untagged variants", untagged_variants, 60, true),
        ("a chain", chain, 100, true),
        ("components", components, 100, true),
        ("operations", operations, 20, true),
        ("values", values, 400, true),
        ("mistakes", mistakes, 150, false),
    ];
    let found: [(&str, Document, usize); 11] = [
        ("published members", members, 250),
        ("published tagged variants", tagged_variants, 60),
        ("published untagged variants", untagged_variants, 60),
        ("published alike variants", alike_variants, 100),
        ("published chain", chain, 100),
        ("published components", components, 100),
        ("published operations", operations, 20),
        ("published names alike", names_alike, 40),
        ("published shared errors", shared_errors, 40),
        ("published values", values, 400),
        ("published schemas in place", in_place, 60),
    ];
    let curated =
        curated.map(|(name, document, count, is_generated)| (name, document, count, is_generated, vendor as Sources));
    let found = found.map(|(name, document, count)| (name, document, count, true, published as Sources));
    // Whatever is made once is made before.
    cost(&vendor(&members(10)), true);
    let mut failures = Vec::new();
    for (name, document, count, is_generated, sources) in curated.into_iter().chain(found) {
        let (few, many) =
            (cost(&sources(&document(count)), is_generated), cost(&sources(&document(4 * count)), is_generated));
        let tenths = |few: u128, many: u128| many * 10 / few.max(1);
        let bytes = tenths(few.0 as u128, many.0 as u128);
        let time = tenths(few.1.as_micros(), many.1.as_micros());
        println!(
            "{name}: bytes {} -> {} (x {bytes} / 10), time {:?} -> {:?} (x {time} / 10)",
            few.0, many.0, few.1, many.1
        );
        if bytes > 60 || time > 90 {
            failures.push(format!("{name}: {count} to {}: bytes x {bytes} / 10, time x {time} / 10", 4 * count));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
