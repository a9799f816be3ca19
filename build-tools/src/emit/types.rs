//! The types, a file for each tag that alone uses them and one for those that several share.

use std::collections::{BTreeMap, BTreeSet};

use super::limits::{rules, rules_of_each, sentence};
use super::rust::{Scope, import_core, type_text, wrapped};
use super::source::Source;
use crate::contract::{
    Contract, Extra, Kind, Limits, ListPage, Mark, Member, PageForm, PathStep, Presence, TypeDefinition, TypeUse,
    Variant, VariantForm,
};
use crate::text::{Inline, literal};

/// File names and texts, `mod.rs` among them.
pub(super) fn types(contract: &Contract) -> Vec<(String, String)> {
    let mut modules: BTreeMap<&str, Vec<&TypeDefinition>> = BTreeMap::new();
    for definition in contract.types.values() {
        modules.entry(&definition.module).or_default().push(definition);
    }
    let mut files = vec![("mod.rs".to_owned(), index(contract, &modules))];
    for (module, definitions) in &modules {
        files.push((format!("{module}.rs"), file(contract, module, definitions)));
    }
    files
}

fn index(contract: &Contract, modules: &BTreeMap<&str, Vec<&TypeDefinition>>) -> String {
    let mut source = Source::rust(&contract.vendor);
    source.module_doc(&format!("What {} sends and is sent.", contract.settings.package.vendor));
    source.blank();
    for module in modules.keys() {
        source.line(&format!("mod {module};"));
    }
    source.blank();
    for (module, definitions) in modules {
        source.line(&format!("pub use self::{module}::{{"));
        let mut names: Vec<&str> = definitions.iter().map(|definition| definition.name.as_str()).collect();
        names.sort_unstable();
        write_names(&mut source, names);
        source.line("};");
    }
    source.finish()
}

fn file(contract: &Contract, module: &str, definitions: &[&TypeDefinition]) -> String {
    let mut body = Source::default();
    let mut macros = BTreeSet::new();
    let pages: BTreeMap<&str, &ListPage> = contract.pages.iter().map(|page| (page.name.as_str(), page)).collect();
    for definition in definitions {
        body.blank();
        macros.insert(write(&mut body, definition));
        let inner: Vec<&str> = wrapped(contract, &definition.name).into_iter().map(|(_, inner)| inner).collect();
        if !inner.is_empty() {
            body.blank();
            body.line(&format!("wraps! {{ {}: {} }}", definition.name, inner.join(", ")));
            macros.insert("wraps");
        }
        if let Some(page) = pages.get(definition.name.as_str()) {
            let item = type_text(&page.item, Scope::Types);
            let form = match &page.form {
                PageForm::Object { items, total } => {
                    let total = if total.is_empty() { String::new() } else { format!(", total {}", closure(total)) };
                    format!("= {items}{total}")
                }
                PageForm::Union(variants) => format!("= [{}]", variants.join(", ")),
            };
            body.blank();
            body.line(&format!("page! {{ {} of {item} {form} }}", page.name));
            macros.insert("page");
        }
        if let Some(batch) = contract.batches.iter().find(|batch| batch.name == definition.name) {
            let list = batch.list.as_ref().map_or_else(String::new, |list| format!(" = {}", literal(list)));
            body.blank();
            body.line(&format!("event_batch! {{ {} of {}{list} }}", batch.name, batch.event));
            macros.insert("event_batch");
        }
    }
    let mut imports: BTreeSet<String> = macros.iter().map(|name| (*name).to_owned()).collect();
    let body = import_core(contract, body.finish(), &mut imports);
    if body.contains("(Rule::") {
        imports.insert("Rule".to_owned());
    }
    let mut source = Source::rust(&contract.vendor);
    let about = match contract.tags.iter().find(|tag| tag.module == module) {
        Some(tag) => format!("Types of {}.", tag.name),
        None => "Types that several groups of operations share.".to_owned(),
    };
    source.module_doc(&about);
    source.blank();
    write_use(&mut source, "use", "onboarding_core", &imports);
    let own: BTreeSet<&str> = definitions.iter().map(|definition| definition.name.as_str()).collect();
    let foreign: BTreeSet<String> = definitions
        .iter()
        .flat_map(|definition| {
            let inner = wrapped(contract, &definition.name).into_iter().map(|(_, inner)| inner.to_owned());
            let batch = contract.batches.iter().find(|batch| batch.name == definition.name);
            mentioned(&definition.kind).into_iter().chain(inner).chain(batch.map(|batch| batch.event.clone()))
        })
        .filter(|name| !own.contains(name.as_str()))
        .collect();
    if !foreign.is_empty() {
        source.blank();
        write_use(&mut source, "use", "super", &foreign);
    }
    let mut text = source.finish();
    text.push('\n');
    text.push_str(&body);
    text
}

/// The way from a page to its total, as a closure that gives an `Option`.
fn closure(total: &[PathStep]) -> String {
    let mut text = "page".to_owned();
    for (index, step) in total.iter().enumerate() {
        text.push('.');
        text.push_str(&step.member);
        if !step.required && index + 1 < total.len() {
            text.push_str(".as_ref()?");
        }
    }
    match total.last() {
        Some(last) if last.required => format!("|page| Some({text})"),
        _ => format!("|page| {text}"),
    }
}

/// An import, over several lines where it is long.
pub(super) fn write_use(source: &mut Source, keyword: &str, path: &str, names: &BTreeSet<String>) {
    let line = format!("{keyword} {path}::{};", braced(names));
    if line.len() <= 110 {
        source.line(&line);
        return;
    }
    source.line(&format!("{keyword} {path}::{{"));
    write_names(source, names.iter().map(String::as_str));
    source.line("};");
}

/// Names with a comma behind each, as many on a line as there is room for.
fn write_names<'n>(source: &mut Source, names: impl IntoIterator<Item = &'n str>) {
    let mut line = String::new();
    for name in names {
        if line.len() + name.len() > 110 {
            source.line(line.trim_end());
            line.clear();
        }
        line.push_str(name);
        line.push_str(", ");
    }
    source.line(line.trim_end());
}

pub(super) fn braced(names: &BTreeSet<String>) -> String {
    match names.len() {
        1 => names.iter().cloned().collect(),
        _ => format!("{{{}}}", names.iter().cloned().collect::<Vec<_>>().join(", ")),
    }
}

fn mentioned(kind: &Kind) -> Vec<String> {
    let named = |value: &crate::contract::TypeUse| value.named().map(str::to_owned);
    match kind {
        Kind::Object { members, extra, .. } => {
            let values = members.iter().map(|member| &member.value).chain(extra.iter().map(|extra| &extra.value));
            values.filter_map(named).collect()
        }
        Kind::TaggedUnion { variants, .. } | Kind::UntaggedUnion(variants) => {
            variants.iter().filter_map(|variant| named(&variant.value)).collect()
        }
        Kind::ResourceUrl { identifier, .. } => vec![identifier.clone()],
        Kind::StringEnum(_) | Kind::TextIdentifier | Kind::IntegerIdentifier { .. } => Vec::new(),
    }
}

/// Writes a type; returns the macro that gives it its form.
fn write(source: &mut Source, definition: &TypeDefinition) -> &'static str {
    let name = &definition.name;
    let macro_name = match &definition.kind {
        Kind::Object { .. } => "object",
        Kind::StringEnum(_) => "string_enum",
        Kind::TaggedUnion { .. } => "tagged_union",
        Kind::UntaggedUnion(_) => "untagged_union",
        Kind::TextIdentifier | Kind::IntegerIdentifier { .. } => "identifier",
        Kind::ResourceUrl { .. } => "resource_url",
    };
    source.line(&format!("{macro_name}! {{"));
    source.doc(&definition.description);
    if let Some(limits) = sentence(&definition.limits) {
        source.line("///");
        source.doc(&limits);
    }
    if definition.sensitive {
        source.line("///");
        source.doc("Personal or secret: `Debug` does not show it.");
    }
    if definition.deprecated {
        source.line("#[deprecated = \"the vendor advises against it\"]");
    }
    match &definition.kind {
        Kind::Object { constants, members, extra } => {
            let sent = if definition.sent { format!(": sent{}", checked(&definition.limits)) } else { String::new() };
            source.line(&format!("pub struct {name}{sent} {{"));
            if !constants.is_empty() {
                source.line("constant {");
                for constant in constants {
                    source.line(&format!(
                        "{}: {} = {},",
                        constant.name,
                        literal(&constant.value),
                        literal(&constant.wire)
                    ));
                }
                source.line("}");
            }
            let group = |presence: &[Presence]| -> Vec<&Member> {
                members.iter().filter(|member| presence.contains(&member.presence)).collect()
            };
            let rules = definition.sent;
            write_members(source, "required", rules, &group(&[Presence::Required, Presence::RequiredNullable]));
            write_members(source, "optional", rules, &group(&[Presence::Optional]));
            write_members(source, "nullable", rules, &group(&[Presence::ThreeState]));
            if let Some(extra) = extra {
                write_extra(source, extra, rules);
            }
            source.line("}");
        }
        Kind::StringEnum(variants) => {
            source.line(&format!("pub enum {name} {{"));
            for (variant, wire) in variants {
                source.line(&format!("{variant} = {},", literal(wire)));
            }
            source.line("}");
        }
        Kind::TaggedUnion { tag, variants } => {
            let sent = if definition.sent { ": sent" } else { "" };
            source.line(&format!("pub enum {name}{sent} by {} {{", literal(tag)));
            for variant in variants {
                write_variant(source, variant, &format!(" = {}", literal(&variant.wire)));
            }
            source.line("}");
        }
        Kind::UntaggedUnion(variants) => {
            let sent = match (definition.sent, definition.parameter) {
                (true, true) => ": sent parameter",
                (true, false) => ": sent",
                _ => "",
            };
            source.line(&format!("pub enum {name}{sent} {{"));
            for variant in variants {
                let forms = forms(variant);
                let rules = match checked(&variant.limits) {
                    // What is only read is not held against anything.
                    rules if definition.sent && !rules.is_empty() => format!(":{rules}"),
                    _ => String::new(),
                };
                let private = if variant.private { " private" } else { "" };
                write_variant(source, variant, &format!(" = {forms}{rules}{private}"));
            }
            source.line("}");
        }
        Kind::TextIdentifier if definition.sensitive => {
            source.line(&format!("pub struct {name}(private String){};", checked(&definition.limits)));
        }
        Kind::TextIdentifier => source.line(&format!("pub struct {name}(String){};", checked(&definition.limits))),
        Kind::IntegerIdentifier { unsigned } => {
            let integer = if *unsigned { "u64" } else { "i64" };
            source.line(&format!("pub struct {name}({integer}){};", checked(&definition.limits)));
        }
        Kind::ResourceUrl { template, identifier } => {
            source.line(&format!("pub struct {name}({}) -> {identifier};", literal(template)));
        }
    }
    source.line("}");
    macro_name
}

/// What is checked of a value, in brackets, or nothing.
pub(super) fn checked(limits: &Limits) -> String {
    bracketed(&rules(limits))
}

/// Rules in brackets, or nothing.
fn bracketed(rules: &[String]) -> String {
    if rules.is_empty() { String::new() } else { format!(" [{}]", rules.join(", ")) }
}

fn write_members(source: &mut Source, group: &str, with_rules: bool, members: &[&Member]) {
    if members.is_empty() {
        return;
    }
    source.line(&format!("{group} {{"));
    for member in members {
        write_description(source, &member.description, &member.value);
        if let Some(limits) = sentence(&member.limits) {
            source.line("///");
            source.doc(&limits);
        }
        if member.deprecated {
            source.line("#[deprecated = \"the vendor advises against it\"]");
        }
        let mut value = type_text(&member.value, Scope::Types);
        if member.presence == Presence::RequiredNullable {
            value = format!("Option<{value}>");
        }
        let name = match member.presence {
            Presence::ThreeState => format!("{} / {}", member.name, member.clearing()),
            _ => member.name.clone(),
        };
        let private = if member.private { "private " } else { "" };
        // What is only read is not held against anything.
        let rules = if with_rules { checked(&member.limits) } else { String::new() };
        source.line(&format!("{name}: {value} = {private}{}{rules},", literal(&member.wire)));
    }
    source.line("}");
}

/// Members beyond those with names of their own.
fn write_extra(source: &mut Source, extra: &Extra, with_rules: bool) {
    source.line("extra {");
    source.doc("Members beyond the documented ones, by name. `Debug` does not show them.");
    for text in [Some(extra.description.as_str()), sentence(&extra.limits).as_deref()].into_iter().flatten() {
        if !text.is_empty() {
            source.line("///");
            source.doc(&format!("Each: {text}"));
        }
    }
    // What is only read is not held against anything.
    let rules = if with_rules { bracketed(&rules_of_each(&extra.limits)) } else { String::new() };
    let equals = if rules.is_empty() { "" } else { " =" };
    source.line(&format!("extra: {}{equals}{rules}", type_text(&extra.value, Scope::Types)));
    source.line("}");
}

/// What tells the variant from the others.
fn forms(variant: &Variant) -> String {
    let forms: Vec<String> = variant.forms.iter().map(form).collect();
    forms.join(" | ")
}

fn form(form: &VariantForm) -> String {
    let among = |values: &[String]| {
        let values: Vec<String> = values.iter().map(|value| format!("~ {}", literal(value))).collect();
        values.join(" ")
    };
    let marks: Vec<String> = form
        .marks
        .iter()
        .map(|mark| match mark {
            Mark::Member(name) => literal(name).to_string(),
            Mark::SharedMember(name) => format!("& {}", literal(name)),
            Mark::MemberOfKind(name, kind) => format!("{}: {kind}", literal(name)),
            Mark::Constant(name, value) => format!("{} = {}", literal(name), literal(value)),
            Mark::MemberAmong(name, values) => format!("{} {}", literal(name), among(values)),
            Mark::Among(values) => among(values),
            Mark::Items(kind) => format!(": {kind}"),
            Mark::Format(format) => format!("^ {}", literal(format)),
        })
        .collect();
    format!("{}{}", form.kind, bracketed(&marks))
}

fn write_variant(source: &mut Source, variant: &Variant, behind: &str) {
    let value = type_text(&variant.value, Scope::Types);
    write_description(source, &variant.description, &variant.value);
    if let Some(limits) = sentence(&variant.limits) {
        source.line("///");
        source.doc(&limits);
    }
    source.line(&format!("{}({value}){behind},", variant.name));
}

/// What the document says in place, or else where to read on.
fn write_description(source: &mut Source, description: &str, value: &TypeUse) {
    if !description.is_empty() {
        return source.doc(description);
    }
    source.doc_inline(&match value.named() {
        Some(name) => Inline::join([&Inline::prose("See "), &Inline::item(name), &Inline::prose(".")]),
        None => Inline::join([
            &Inline::prose("A value of the form "),
            &Inline::code(&type_text(value, Scope::Types).replace("onboarding_core::", "")),
            &Inline::prose("."),
        ]),
    });
}
