//! What the document marks as sensitive, and values to look for that are put in each such place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::choice::chosen_variant;
use super::shape::{Shape, constant, map_values, required_names, shape, tag, tagged_variant, text, variants};
use crate::contract::{BodyKind, Contract, Held, Operation, ResponseBody, TypeUse, samples};
use crate::passes::escape;
use crate::spec::Pattern;

/// How many lists and maps within each other are looked through.
const MAX_NESTING: usize = 32;

/// The longest text that a generated test makes in order to break a rule, in characters.
const MAX_BROKEN_LENGTH: usize = 100_000;

/// Every sensitive place of a vendor's interface, with a canary in it.
pub(crate) struct Canaries {
    /// The bodies that hold one, by name.
    pub(crate) bodies: Vec<Body>,
    /// The operations that send or receive one.
    pub(crate) calls: Vec<Call>,
    /// What the document marks: `Type.member`, `operation?parameter`.
    pub(crate) marked: BTreeSet<String>,
    /// What of it has a canary.
    pub(crate) covered: BTreeSet<String>,
}

/// A value of a type, its sensitive places filled with canaries.
pub(crate) struct Body {
    /// The type in words, with a number behind where several values are needed to hold every variant.
    pub(crate) name: String,
    pub(crate) value: TypeUse,
    /// Whether it is sent, so that its rules are held against it.
    pub(crate) sent: bool,
    pub(crate) text: String,
    pub(crate) canaries: Vec<Canary>,
}

/// A canary in a body.
pub(crate) struct Canary {
    /// A JSON pointer.
    pub(crate) pointer: String,
    /// What is looked for.
    pub(crate) trace: Trace,
    /// The marked members that it stands for.
    pub(crate) members: Vec<String>,
}

/// What a canary leaves behind where it is shown, and how it can break a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    /// Letters and digits that stand nowhere else; `None` for what has too few values, such as a boolean. Whether that is shown is
    /// seen by changing it.
    pub(crate) text: Option<String>,
    /// A change by which it breaks a rule, as `onboarding_testing::canary` documents them.
    pub(crate) violation: Option<String>,
}

/// An operation that sends or receives canaries.
pub(crate) struct Call {
    /// The operation, its sensitive parameters filled with canaries.
    pub(crate) operation: Operation,
    /// Those parameters, by name.
    pub(crate) parameters: Vec<(String, Trace)>,
    /// The body that is sent.
    pub(crate) request: Option<String>,
    /// The bodies that come back, by status.
    pub(crate) responses: Vec<(String, String)>,
}

/// Fills every sensitive place.
pub(crate) fn canaries(contract: &Contract) -> Canaries {
    let mut planter = Planter { document: contract.model.json(), number: 0, canaries: Vec::new() };
    let bodies = bodies(contract, &mut planter);
    let mut names: BTreeMap<&TypeUse, &str> = BTreeMap::new();
    for body in bodies.iter().filter(|body| !body.canaries.is_empty()) {
        names.entry(&body.value).or_insert(&body.name);
    }
    let first = |value: &TypeUse| names.get(value).map(|name| (*name).to_owned());
    let mut marked = marked_members(contract.model.json());
    marked.extend(schemas(contract).filter_map(|(_, schema, _)| marked_body(contract.model.json(), schema)));
    let mut covered: BTreeSet<String> =
        bodies.iter().flat_map(|body| &body.canaries).flat_map(|canary| canary.members.clone()).collect();
    let mut calls = Vec::new();
    for operation in &contract.operations {
        let mut operation = operation.clone();
        let document_parameters = &contract.model.json()["paths"][operation.path.as_str()]
            [operation.method.as_str().to_lowercase()]["parameters"];
        let mut parameters = Vec::new();
        for parameter in operation.path_parameters.iter_mut().chain(&mut operation.parameters) {
            let own = document_parameters.as_array().into_iter().flatten();
            let own = own.clone().find(|other| text(other, "name") == parameter.wire);
            let Some(schema) = own.filter(|own| is_marked(contract.model.json(), own)).map(|own| &own["schema"]) else {
                continue;
            };
            let name = format!("{}?{}", operation.id, parameter.wire);
            marked.insert(name.clone());
            let schema = shape(contract.model.json(), schema).schema;
            let schema = schema.get("items").map_or(schema, |items| shape(contract.model.json(), items).schema);
            if let Some((value, trace)) = planter.value(schema)
                && trace.text.is_some()
            {
                covered.insert(name);
                parameter.sample = value;
                parameters.push((parameter.wire.clone(), trace));
            }
        }
        let request = operation.body.as_ref().and_then(|body| first(&body.value));
        let responses: Vec<(String, String)> = operation
            .statuses
            .iter()
            .filter_map(|status| match &status.body {
                ResponseBody::Json(value) => Some((status.code.clone(), first(value)?)),
                _ => None,
            })
            .collect();
        if !(parameters.is_empty() && request.is_none() && responses.is_empty()) {
            calls.push(Call { operation, parameters, request, responses });
        }
    }
    let bodies = bodies.into_iter().filter(|body| !body.canaries.is_empty()).collect();
    Canaries { bodies, calls, marked, covered }
}

/// A body for each type that is sent or received as a whole, and more where one value does not hold every variant.
fn bodies(contract: &Contract, planter: &mut Planter<'_>) -> Vec<Body> {
    let mut roots: BTreeMap<&TypeUse, (&Value, bool)> = BTreeMap::new();
    for (value, schema, sent) in schemas(contract) {
        roots.entry(value).or_insert((schema, false)).1 |= sent;
    }
    let mut held = Held::default();
    let mut bodies = Vec::new();
    for (value, (schema, sent)) in roots {
        for (index, mut sample) in samples(contract.model.json(), schema, &mut held).into_iter().enumerate() {
            planter.plant(schema, &mut sample, "", false, &[]);
            let number = if index == 0 { String::new() } else { format!(" {}", index + 1) };
            bodies.push(Body {
                name: format!("{}{number}", in_words(value)),
                value: value.clone(),
                sent,
                text: sample.to_string(),
                canaries: std::mem::take(&mut planter.canaries),
            });
        }
    }
    bodies
}

/// Every body: its type, its schema, and whether it is sent.
fn schemas(contract: &Contract) -> impl Iterator<Item = (&TypeUse, &Value, bool)> {
    let statuses = contract.operations.iter().flat_map(|operation| &operation.statuses);
    let responses = statuses.filter_map(|status| match (&status.body, &status.schema) {
        (ResponseBody::Json(value), Some(schema)) => Some((value, schema, false)),
        _ => None,
    });
    let webhooks = contract.webhooks.iter().map(|webhook| (&webhook.body, &webhook.schema, false));
    let requests = contract.operations.iter().filter_map(|operation| operation.body.as_ref());
    let requests = requests.filter(|body| body.kind != BodyKind::Bytes).map(|body| (&body.value, &body.schema, true));
    responses.chain(webhooks).chain(requests)
}

/// The component that a body is or lists, where it is marked and has no members that are.
fn marked_body(document: &Value, schema: &Value) -> Option<String> {
    let Shape { schema: target, sensitive, name, .. } = shape(document, schema);
    match target.get("items").or_else(|| map_values(target)) {
        Some(inner) => marked_body(document, inner),
        None => name.filter(|_| sensitive && target.get("properties").is_none()).map(str::to_owned),
    }
}

fn in_words(value: &TypeUse) -> String {
    match value {
        TypeUse::Named(name) | TypeUse::Boxed(name) => name.clone(),
        TypeUse::List(item) => format!("list of {}", in_words(item)),
        TypeUse::Map(item) => format!("map of {}", in_words(item)),
        TypeUse::Nullable(value) => in_words(value),
        other => format!("{other:?}"),
    }
}

/// The members that the document marks, themselves or by what they hold. A constant is the same for everybody and tells nothing.
fn marked_members(document: &Value) -> BTreeSet<String> {
    let components = document.pointer("/components/schemas").and_then(Value::as_object);
    let mut marked = BTreeSet::new();
    for (component, schema) in components.into_iter().flatten() {
        let required = required_names(schema);
        let all = is_marked(document, schema);
        for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let is_constant = required.contains(name.as_str()) && constant(member).is_some();
            if !is_constant && (all || is_marked(document, member)) {
                marked.insert(format!("{component}.{name}"));
            }
        }
    }
    marked
}

/// Whether a schema or parameter is marked: itself, by its component, or by what it is a list or map of.
fn is_marked(document: &Value, schema: &Value) -> bool {
    is_marked_within(document, schema, 0)
}

/// `depth` is how many lists and maps are within each other; more than that are one that holds itself.
fn is_marked_within(document: &Value, schema: &Value, depth: usize) -> bool {
    if depth > MAX_NESTING {
        return false;
    }
    let Shape { schema: target, sensitive, .. } = shape(document, schema);
    let inner = ["items", "schema"].into_iter().filter_map(|key| target.get(key));
    sensitive
        || inner
            .chain(map_values(target))
            .any(|inner| !std::ptr::eq(inner, schema) && is_marked_within(document, inner, depth + 1))
}

/// Puts canaries into values.
struct Planter<'d> {
    document: &'d Value,
    /// How many there are; each has its own number in it.
    number: u32,
    /// Those of the present value.
    canaries: Vec<Canary>,
}

impl Planter<'_> {
    /// `sensitive` says that the value lies within what is marked, `members` which marked members it lies within.
    fn plant(&mut self, schema: &Value, value: &mut Value, pointer: &str, sensitive: bool, members: &[String]) {
        let found = shape(self.document, schema);
        let sensitive = sensitive || found.sensitive;
        let schema = found.schema;
        if tag(schema).is_some() {
            let reference = schema["discriminator"]["mapping"].get(text(value, tag(schema).unwrap_or_default()));
            let component = reference.and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
            if let Some(variant) = tagged_variant(self.document, schema, value) {
                let sensitive = sensitive || is_marked(self.document, variant);
                self.members(component, variant, value, pointer, sensitive, members, tag(schema));
            }
        } else if variants(schema).is_some() {
            if let Some((_, variant)) = chosen_variant(self.document, schema, value) {
                self.plant(variant, value, pointer, sensitive, members);
            }
        } else if let (Some(items), Some(values)) = (schema.get("items"), value.as_array_mut()) {
            for (index, value) in values.iter_mut().enumerate() {
                self.plant(items, value, &format!("{pointer}/{index}"), sensitive, members);
            }
        } else if let (Some(values), true) = (map_values(schema), value.is_object()) {
            for (name, value) in value.as_object_mut().into_iter().flatten() {
                self.plant(values, value, &format!("{pointer}/{}", escape(name)), sensitive, members);
            }
        } else if schema.get("properties").is_some() {
            self.members(found.name, schema, value, pointer, sensitive, members, None);
        } else if sensitive {
            let (pointer, schema) = match value.as_object() {
                // An object of which nothing is documented gets a member to hold the canary.
                Some(_) => (format!("{pointer}/key"), &Value::Null),
                None => (pointer.to_owned(), schema),
            };
            if let Some((canary, trace)) = self.value(schema) {
                match value.as_object_mut() {
                    Some(object) => drop(object.insert("key".to_owned(), canary)),
                    None => *value = canary,
                }
                // What no member holds is the whole of a body: its component stands for it.
                let of_body = found.name.filter(|_| members.is_empty()).map(str::to_owned);
                self.canaries.push(Canary {
                    pointer,
                    trace,
                    members: members.iter().cloned().chain(of_body).collect(),
                });
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a place in two trees, and what is known of it")]
    fn members(
        &mut self,
        component: Option<&str>,
        schema: &Value,
        value: &mut Value,
        pointer: &str,
        sensitive: bool,
        members: &[String],
        tag: Option<&str>,
    ) {
        let mut properties: Vec<(&String, &Value)> =
            schema.get("properties").and_then(Value::as_object).into_iter().flatten().collect();
        properties.sort_by_key(|(name, _)| *name);
        let required = required_names(schema);
        for (name, member) in properties {
            let is_constant = tag == Some(name) || (required.contains(name.as_str()) && constant(member).is_some());
            let Some(value) = value.get_mut(name).filter(|_| !is_constant) else {
                continue;
            };
            let mut members = members.to_vec();
            // Of a list it may be the items that are marked.
            if sensitive || is_marked(self.document, member) {
                members.push(format!("{}.{name}", component.unwrap_or_default()));
            }
            self.plant(member, value, &format!("{pointer}/{}", escape(name)), sensitive, &members);
        }
    }

    /// A canary that a schema allows, and what to look for.
    fn value(&mut self, schema: &Value) -> Option<(Value, Trace)> {
        self.number += 1;
        let number = self.number;
        let found = |value: Value, text: String| {
            let violation = violation(schema, &text);
            Some((value, Trace { text: Some(text), violation }))
        };
        match (text(schema, "type"), text(schema, "format")) {
            // Days and times have to be some; nobody alive was born in such a year.
            ("string", "date") => found(json!(format!("{}-07-17", 1000 + number)), format!("{}-07-17", 1000 + number)),
            ("string", "date-time") => {
                found(json!(format!("{}-07-17T00:00:00Z", 1000 + number)), format!("{}-07-17", 1000 + number))
            }
            ("string", "decimal") => found(json!(format!("70{number:06}.25")), format!("70{number:06}")),
            ("string", "uuid") => {
                let text = format!("ca9a7e00-0000-4000-8000-{number:012}");
                found(json!(text), text)
            }
            ("integer", _) => found(json!(7_000_000_000_u64 + u64::from(number)), format!("700{number:07}")),
            ("number", _) => found(json!(7_000_000.5 + f64::from(number)), format!("70{number:05}")),
            ("boolean", _) => Some((json!(true), Trace { text: None, violation: None })),
            ("string" | "", format) => {
                let name = format!("canary{number:04}");
                let pair = [b"QXZ"[number as usize / 26 % 3], b'A' + (number % 26) as u8].map(char::from);
                let digits = format!("70{number:08}");
                let short = format!("qz{number:04}");
                let candidates = [
                    (if format == "uri" { format!("https://example.com/{name}") } else { name.clone() }, &name),
                    (format!("{name}@example.com"), &name),
                    (short.clone(), &short),
                    (digits.clone(), &digits),
                    (String::from_iter(pair), &String::from_iter(pair)),
                ];
                let needs_address = format == "email";
                let (text, trace) = candidates
                    .into_iter()
                    .map(|(text, trace)| (lengthened(schema, text), trace))
                    .find(|(text, _)| is_allowed(schema, text) && (!needs_address || text.contains('@')))?;
                found(json!(text), trace.clone())
            }
            _ => None,
        }
    }
}

fn limit(schema: &Value, key: &str) -> Option<usize> {
    schema.get(key).and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok())
}

fn lengthened(schema: &Value, mut text: String) -> String {
    while text.len() < limit(schema, "minLength").unwrap_or(0).min(MAX_BROKEN_LENGTH) {
        text.push('x');
    }
    text
}

/// Whether a text is within the limits of a schema.
fn is_allowed(schema: &Value, candidate: &str) -> bool {
    let pattern = text(schema, "pattern");
    candidate.len() <= limit(schema, "maxLength").unwrap_or(usize::MAX)
        && (pattern.is_empty() || Pattern::new(pattern).is_ok_and(|pattern| pattern.is_match(candidate)))
}

/// A change by which a canary breaks a rule, where there is one: beyond its length (`l9`), of another form (`p`), or negative (`m`).
fn violation(schema: &Value, trace: &str) -> Option<String> {
    if matches!(text(schema, "type"), "integer" | "number") {
        let is_bounded = schema.get("minimum").and_then(Value::as_f64).is_some_and(|least| least >= 0.0);
        return is_bounded.then(|| "m".to_owned());
    }
    if let Some(length) = limit(schema, "maxLength").filter(|length| *length <= MAX_BROKEN_LENGTH) {
        return Some(format!("l{length}"));
    }
    let other = format!("{trace} !");
    let is_broken = !text(schema, "pattern").is_empty() && !is_allowed(schema, &other);
    (is_broken || matches!(text(schema, "format"), "uuid" | "email" | "uri")).then(|| "p".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::{Planter, marked_members};
    use crate::contract::{Held, samples};

    /// A document whose root has every way to be marked.
    fn document() -> Value {
        json!({ "components": { "schemas": {
            "Person": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "address": { "allOf": [{ "$ref": "#/components/schemas/Address" }] },
                    "age": { "type": "integer", "minimum": 0, "x-sensitive": true },
                    "born": { "type": "string", "format": "date", "x-sensitive": true },
                    "country": { "type": "string", "pattern": "^[A-Z]{2}$", "x-sensitive": true },
                    "kind": { "type": "string", "enum": ["person"], "x-sensitive": true },
                    "married": { "type": "boolean", "x-sensitive": true },
                    "names": { "type": "array", "items": { "$ref": "#/components/schemas/Name" } },
                    "notes": { "type": "object", "additionalProperties": true, "x-sensitive": true },
                    "page": { "type": "integer" },
                },
            },
            "Address": {
                "type": "object",
                "x-sensitive": true,
                "properties": { "city": { "type": "string", "maxLength": 8 } },
            },
            "Name": { "type": "string", "x-sensitive": true },
        } } })
    }

    #[test]
    fn every_marked_place_gets_a_canary_of_its_form() {
        let document = document();
        let schema = json!({ "$ref": "#/components/schemas/Person" });
        let mut value = samples(&document, &schema, &mut Held::default()).remove(0);
        let mut planter = Planter { document: &document, number: 0, canaries: Vec::new() };
        planter.plant(&schema, &mut value, "", false, &[]);
        assert_eq!(
            value,
            json!({
                "address": { "city": "qz0001" },
                "age": 7_000_000_002_u64,
                "born": "1003-07-17",
                "country": "QE",
                "kind": "person",
                "married": true,
                "names": ["canary0006"],
                "notes": { "key": "canary0007" },
                "page": 1,
            })
        );
        let covered: BTreeSet<String> = planter.canaries.iter().flat_map(|canary| canary.members.clone()).collect();
        assert_eq!(covered, marked_members(&document));
        let violations: Vec<Option<&str>> =
            planter.canaries.iter().map(|canary| canary.trace.violation.as_deref()).collect();
        assert_eq!(violations, [Some("l8"), Some("m"), None, Some("p"), None, None, None]);
    }
}
