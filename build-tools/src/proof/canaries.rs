//! What the document marks as sensitive, and values to look for that are put in each such place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::choice::chosen_variant;
use super::mutants;
use super::shape::{followed, is_untagged, members, tagged_variant};
use crate::contract::{Contract, Held, Operation, ResponseBody, TypeUse, samples};
use crate::model::{Additional, Category, Model, ParameterView, Shape, View};
use crate::passes::escape;
use crate::spec::{Pattern, TextFormat, text_format};

/// How many lists and maps within each other are looked through.
const MAX_NESTING: usize = 32;

/// The longest text that a generated test makes in order to break a rule, in characters.
const MAX_BROKEN_LENGTH: usize = 100_000;

/// Every sensitive place of a vendor's interface, with a canary in it.
#[derive(Default)]
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
    pub(crate) name: BodyName,
    /// Whether it is sent, so that its rules are held against it.
    pub(crate) sent: bool,
    /// The value without canaries, and its places.
    pub(crate) sample: Value,
    pub(crate) places: Vec<mutants::Place>,
    /// The value with them.
    pub(crate) planted: Value,
    pub(crate) canaries: Vec<Canary>,
}

/// Which body it is: its type, and the number among those of that type, of which there are several where one value does not hold
/// every variant.
#[derive(Clone, Debug)]
pub(crate) struct BodyName {
    pub(crate) value: TypeUse,
    pub(crate) number: usize,
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
    pub(crate) request: Option<BodyName>,
    /// The bodies that come back, by status.
    pub(crate) responses: Vec<(String, BodyName)>,
}

/// Fills every sensitive place.
pub(crate) fn canaries(contract: &Contract) -> Canaries {
    let mut planter = Planter::default();
    let bodies = bodies(contract, &mut planter);
    let mut names: BTreeMap<&TypeUse, &BodyName> = BTreeMap::new();
    for body in bodies.iter().filter(|body| !body.canaries.is_empty()) {
        names.entry(&body.name.value).or_insert(&body.name);
    }
    let first = |value: &TypeUse| names.get(value).map(|name| (*name).clone());
    let mut marked = marked_members(&contract.model);
    marked.extend(schemas(contract).filter_map(|(_, schema, _)| marked_body(&schema)));
    let mut covered: BTreeSet<String> =
        bodies.iter().flat_map(|body| &body.canaries).flat_map(|canary| canary.members.clone()).collect();
    let mut calls = Vec::new();
    let documented: BTreeMap<String, Vec<ParameterView<'_>>> =
        contract.model.calls().into_iter().map(|call| (call.pointer.clone(), call.parameters())).collect();
    for operation in &contract.operations {
        let mut operation = operation.clone();
        let mut parameters = Vec::new();
        planter.begin(&operation.id);
        for parameter in operation.path_parameters.iter_mut().chain(&mut operation.parameters) {
            let own = documented.get(&operation.pointer).into_iter().flatten();
            let mut own =
                own.filter(|own| own.data.name == parameter.wire && own.place == parameter.style.location.as_str());
            let Some(own) = own.next().filter(|own| own.is_sensitive() || is_marked(&own.schema)) else {
                continue;
            };
            let name = format!("{}?{}", operation.id, parameter.wire);
            marked.insert(name.clone());
            let schema = followed(&own.schema).schema;
            let schema = schema.items().map_or(schema, |items| followed(&items).schema);
            if let Some((value, trace)) = planter.value(&schema, &name)
                && trace.text.is_some()
            {
                covered.insert(name);
                parameter.sample = value;
                parameters.push((parameter.wire.clone(), trace));
            }
        }
        let request = operation.body.as_ref().and_then(|body| first(&body.value));
        let responses: Vec<(String, BodyName)> = operation
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
fn bodies(contract: &Contract, planter: &mut Planter) -> Vec<Body> {
    let mut roots: BTreeMap<&TypeUse, (View<'_>, bool)> = BTreeMap::new();
    for (value, schema, sent) in schemas(contract) {
        roots.entry(value).or_insert((schema, false)).1 |= sent;
    }
    let mut held = Held::default();
    let mut bodies = Vec::new();
    for (value, (schema, sent)) in roots {
        for (index, sample) in samples(&schema, &mut held).into_iter().enumerate() {
            let name = BodyName { value: value.clone(), number: index + 1 };
            let mut filled = sample.clone();
            planter.begin(&format!("{name:?}"));
            planter.plant(&schema, &mut filled, "", false, &[]);
            let (places, _) = mutants::places(&schema, &sample);
            let canaries = std::mem::take(&mut planter.canaries);
            bodies.push(Body { name, sent, sample, places, planted: filled, canaries });
        }
    }
    bodies
}

/// Every body: its type, its schema, and whether it is sent.
fn schemas(contract: &Contract) -> impl Iterator<Item = (&TypeUse, View<'_>, bool)> {
    let statuses = contract.operations.iter().flat_map(|operation| &operation.statuses);
    let responses = statuses.filter_map(|status| match (&status.body, &status.schema) {
        (ResponseBody::Json(value), Some(schema)) => Some((value, schema, false)),
        _ => None,
    });
    let webhooks = contract.webhooks.iter().map(|webhook| (&webhook.body, &webhook.schema, false));
    let requests = contract.operations.iter().filter_map(|operation| operation.body.as_ref());
    let requests = requests.filter(|body| body.encoding.is_typed).map(|body| (&body.value, &body.schema, true));
    let places = responses.chain(webhooks).chain(requests);
    places.map(|(value, schema, sent)| (value, contract.model.schema(schema), sent))
}

/// The component that a body is or lists, where it is marked and has no members that are.
fn marked_body(schema: &View<'_>) -> Option<String> {
    let found = followed(schema);
    match inner(&found.schema) {
        Some(inner) => marked_body(&inner),
        None => found.component.filter(|_| found.sensitive && !found.schema.has_properties()).map(str::to_owned),
    }
}

/// What a list or a map is of.
fn inner<'m>(schema: &View<'m>) -> Option<View<'m>> {
    match schema.category() {
        Category::List => schema.items(),
        Category::Map => match schema.additional() {
            Additional::Values(values) => Some(values),
            Additional::Unsaid | Additional::Refused | Additional::Any => None,
        },
        Category::Reference(_)
        | Category::Union
        | Category::AllOf
        | Category::Text { .. }
        | Category::Integer { .. }
        | Category::Number { .. }
        | Category::Boolean
        | Category::Object
        | Category::Anything => None,
    }
}

/// The members that the document marks, themselves or by what they hold. A constant is the same for everybody and tells nothing.
fn marked_members(model: &Model) -> BTreeSet<String> {
    let mut marked = BTreeSet::new();
    for (component, schema) in model.components() {
        let all = is_marked(&schema);
        for (name, member, required) in members(&schema) {
            let is_constant = required && member.only_text().is_some();
            if !is_constant && (all || is_marked(&member)) {
                marked.insert(format!("{component}.{name}"));
            }
        }
    }
    marked
}

/// Whether a schema is marked: itself, by its component, or by what it is a list or map of.
fn is_marked(schema: &View<'_>) -> bool {
    let mut schema = schema.clone();
    // More lists and maps within each other than that are one that holds itself.
    for _ in 0..=MAX_NESTING {
        let found = followed(&schema);
        if found.sensitive {
            return true;
        }
        let Some(inner) = inner(&found.schema) else { return false };
        schema = inner;
    }
    false
}

/// Puts canaries into values.
#[derive(Default)]
struct Planter {
    /// What the present value is, which decides with the place what its canaries look like: they stay when another place gets one.
    whole: String,
    /// What is looked for in the present value.
    traces: BTreeSet<String>,
    /// The canaries of the present value.
    canaries: Vec<Canary>,
}

/// How many canaries are tried until one is found that the value does not hold yet; of pairs of letters there are only so many.
const MAX_TRIES: u32 = 100;

impl Planter {
    /// Begins with another value.
    fn begin(&mut self, whole: &str) {
        *self = Self { whole: whole.to_owned(), ..Self::default() };
    }

    /// `sensitive` says that the value lies within what is marked, `names` which marked members it lies within.
    fn plant(&mut self, schema: &View<'_>, value: &mut Value, pointer: &str, sensitive: bool, names: &[String]) {
        let found = followed(schema);
        let sensitive = sensitive || found.sensitive;
        let schema = found.schema;
        if is_untagged(&schema) {
            if let Some((_, variant)) = chosen_variant(&schema, value) {
                self.plant(&variant, value, pointer, sensitive, names);
            }
            return;
        }
        match (schema.shape(), &mut *value) {
            (Shape::Union(union), _) => {
                if let Some((component, variant)) = tagged_variant(&schema, value) {
                    let holder = Holder { component: Some(component), object: &variant, tag: union.tag };
                    self.members(&holder, value, pointer, sensitive || is_marked(&variant), names);
                }
            }
            (Shape::List { items: Some(items) }, Value::Array(values)) => {
                for (index, value) in values.iter_mut().enumerate() {
                    self.plant(&items, value, &format!("{pointer}/{index}"), sensitive, names);
                }
            }
            (Shape::Map { values: Additional::Values(values) }, Value::Object(members)) => {
                for (name, value) in members {
                    self.plant(&values, value, &format!("{pointer}/{}", escape(name)), sensitive, names);
                }
            }
            (Shape::Object { .. }, _) => {
                let holder = Holder { component: found.component, object: &schema, tag: None };
                self.members(&holder, value, pointer, sensitive, names);
            }
            (
                Shape::Reference(_)
                | Shape::AllOf(_)
                | Shape::Text { .. }
                | Shape::Integer { .. }
                | Shape::Number { .. }
                | Shape::Boolean
                | Shape::List { .. }
                | Shape::Map { .. }
                | Shape::Anything,
                _,
            ) if sensitive => {
                // What no member holds is the whole of a body: its component stands for it.
                let of_body = found.component.filter(|_| names.is_empty()).map(str::to_owned);
                self.replace(&schema, value, pointer, names.iter().cloned().chain(of_body).collect());
            }
            _ => {}
        }
    }

    /// Puts a canary in the place of a value, or into an object of which nothing is documented.
    fn replace(&mut self, schema: &View<'_>, value: &mut Value, pointer: &str, members: Vec<String>) {
        if let Value::Object(object) = value {
            if let Some((canary, trace)) = self.value(&schema.anything(), &format!("{pointer}/key")) {
                object.insert("key".to_owned(), canary);
                self.canaries.push(Canary { pointer: format!("{pointer}/key"), trace, members });
            }
        } else if let Some((canary, trace)) = self.value(schema, pointer) {
            *value = canary;
            self.canaries.push(Canary { pointer: pointer.to_owned(), trace, members });
        }
    }

    fn members(
        &mut self,
        holder: &Holder<'_, '_>,
        value: &mut Value,
        pointer: &str,
        sensitive: bool,
        names: &[String],
    ) {
        for (name, member, required) in members(holder.object) {
            let is_constant = holder.tag == Some(name) || (required && member.only_text().is_some());
            let Some(value) = value.get_mut(name).filter(|_| !is_constant) else {
                continue;
            };
            let mut names = names.to_vec();
            // Of a list it may be the items that are marked.
            if sensitive || is_marked(&member) {
                names.push(format!("{}.{name}", holder.component.unwrap_or_default()));
            }
            self.plant(&member, value, &format!("{pointer}/{}", escape(name)), sensitive, &names);
        }
    }

    /// A canary that a schema allows, and what to look for: always the same one at the same place.
    fn value(&mut self, schema: &View<'_>, place: &str) -> Option<(Value, Trace)> {
        let number = number_of(&format!("{} {place}", self.whole));
        let mut found = None;
        for attempt in 0..MAX_TRIES {
            let (value, trace) = canary(schema, number + attempt)?;
            let is_new = trace.text.as_ref().is_none_or(|text| self.traces.insert(text.clone()));
            found = Some((value, trace));
            if is_new {
                break;
            }
        }
        found
    }
}

/// A number below a million from a text, by FNV-1a.
fn number_of(text: &str) -> u32 {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % 1_000_000
}

/// The canary with a number that a schema allows, and what to look for.
fn canary(schema: &View<'_>, number: u32) -> Option<(Value, Trace)> {
    let found = |value: Value, text: String| {
        let violation = violation(schema, &text);
        Some((value, Trace { text: Some(text), violation }))
    };
    let format = schema.format().and_then(text_format);
    match schema.category() {
        Category::Integer { .. } => found(json!(7_000_000_000_u64 + u64::from(number)), format!("700{number:07}")),
        Category::Number { .. } => {
            found(json!(7_000_000.5 + f64::from(number % 100_000)), format!("70{:05}", number % 100_000))
        }
        Category::Boolean => Some((json!(true), Trace { text: None, violation: None })),
        Category::Text { .. } | Category::Reference(_) | Category::Union | Category::AllOf | Category::Anything => {
            let name = format!("canary{number:06}");
            let pair = [b"QXZ"[number as usize / 26 % 3], b'A' + (number % 26) as u8].map(char::from);
            let digits = format!("70{number:08}");
            let short = format!("qz{:04}", number % 10_000);
            let pair = String::from_iter(pair);
            let candidates = match format.and_then(|format| format.canary) {
                Some(canary) => vec![canary(number)],
                None => vec![
                    (name.clone(), name.clone()),
                    (format!("{name}@example.com"), name),
                    (short.clone(), short),
                    (digits.clone(), digits),
                    (pair.clone(), pair),
                ],
            };
            let (text, trace) = candidates
                .into_iter()
                .map(|(text, trace)| (lengthened(schema, text), trace))
                .find(|(text, _)| is_allowed(schema, text) && format.is_none_or(|format| (format.is)(text)))?;
            found(json!(text), trace)
        }
        Category::List | Category::Object | Category::Map => None,
    }
}

/// What holds members: an object, or the variant of a union.
struct Holder<'h, 'm> {
    component: Option<&'m str>,
    object: &'h View<'m>,
    /// The member that says which variant it is.
    tag: Option<&'m str>,
}

fn as_count(limit: Option<u64>) -> Option<usize> {
    limit.and_then(|limit| usize::try_from(limit).ok())
}

fn lengthened(schema: &View<'_>, mut text: String) -> String {
    while text.len() < as_count(schema.length().least).unwrap_or(0).min(MAX_BROKEN_LENGTH) {
        text.push('x');
    }
    text
}

/// Whether a text is within the limits of a schema.
fn is_allowed(schema: &View<'_>, candidate: &str) -> bool {
    candidate.len() <= as_count(schema.length().most).unwrap_or(usize::MAX)
        && schema.pattern().is_none_or(|pattern| Pattern::new(pattern).is_ok_and(|pattern| pattern.is_match(candidate)))
}

/// A change by which a canary breaks a rule, where there is one: beyond its length (`l9`), of another form (`p`), or negative (`m`).
fn violation(schema: &View<'_>, trace: &str) -> Option<String> {
    if matches!(schema.category(), Category::Integer { .. } | Category::Number { .. }) {
        let least = schema.limits().minimum.and_then(|least| least.value.as_f64());
        return least.is_some_and(|least| least >= 0.0).then(|| "m".to_owned());
    }
    if let Some(length) = as_count(schema.length().most).filter(|length| *length <= MAX_BROKEN_LENGTH) {
        return Some(format!("l{length}"));
    }
    let other = format!("{trace} !");
    let is_broken = schema.pattern().is_some() && !is_allowed(schema, &other);
    let is_checked = schema.format().and_then(text_format).is_some_and(TextFormat::is_limit);
    (is_broken || is_checked).then(|| "p".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::{Planter, marked_members};
    use crate::contract::{Held, samples};
    use crate::model::Model;

    /// A document whose root has every way to be marked.
    fn document() -> Model {
        Model::of_schemas(&json!({
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
            "Root": { "$ref": "#/components/schemas/Person" },
        }))
    }

    #[test]
    fn every_marked_place_gets_a_canary_of_its_form() {
        let document = document();
        let schema = document.component("Root").expect("it is there");
        let mut value = samples(&schema, &mut Held::default()).remove(0);
        let mut planter = Planter::default();
        let sample = value.clone();
        planter.begin("Person");
        planter.plant(&schema, &mut value, "", false, &[]);
        for (name, same) in [("kind", true), ("page", true), ("address", false), ("age", false), ("born", false)] {
            assert_eq!(value[name] == sample[name], same, "{name}: {value}");
        }
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).expect("a text");
        assert!(text("/address/city").starts_with("qz"), "within eight characters: {value}");
        assert!(text("/born").ends_with("-07-17"), "a day: {value}");
        assert!(text("/country").len() == 2 && text("/names/0").starts_with("canary"), "{value}");
        assert!(text("/notes/key").starts_with("canary"), "{value}");
        assert!(value["age"].as_u64() >= Some(7_000_000_000) && value["married"] == true, "{value}");
        let mut again = sample.clone();
        again["more"] = json!("text");
        planter.begin("Person");
        planter.plant(&schema, &mut again, "", false, &[]);
        assert_eq!(again["names"], value["names"], "a canary depends on its place alone");
        let covered: BTreeSet<String> = planter.canaries.iter().flat_map(|canary| canary.members.clone()).collect();
        assert_eq!(covered, marked_members(&document));
        let violations: Vec<Option<&str>> =
            planter.canaries.iter().map(|canary| canary.trace.violation.as_deref()).collect();
        assert_eq!(violations, [Some("l8"), Some("m"), None, Some("p"), None, None, None]);
    }
}
