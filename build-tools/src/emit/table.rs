//! The table of what the document promises, `proofs.txt`: read by `onboarding_testing::table`, which says what its lines mean.
//!
//! What is said of the members of a type is written once for all responses that have it, and so is its sample. A response has lines of
//! its own for places where it departs from that. No key has a running number, so a new member is a line of its type.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::calls::{code, type_name};
use super::schemas::documented;
use crate::contract::{Contract, Extent, ResponseBody, TypeUse, sample};
use crate::model::{Step, steps};
use crate::output::header;
use crate::passes::escape;
use crate::proof::canaries::{Body, BodyName, Call, Canaries};
use crate::proof::mutants::{self, KEY, Place};
use crate::proof::responses::Text;
use crate::proof::{Mutated, Proved};
use crate::spec::{COMPONENT_PREFIX, unescape};
use crate::text::is_hidden;

/// Stands for any item of a list.
const ITEM: &str = "~*";

/// What a reader should know before the first line.
const LEGEND: &str = "\
# What the document promises of each response, and what is put to the types of this crate. `onboarding_testing::table` says how a line is
# read, `onboarding_testing::mutation` what the letters mean: d left out, n null, s b i a o another kind of JSON, v another value, and so
# on; a small letter is decoded, a capital is an error at that place, with + at it or within it, and with ? whatever fits.
#
#   type T sent = JSON                the schema of a public type, which is sent or only read; part C: of a component without one
#    /member = JSON                   the schema of its member
#   members T                         what is changed in values of the type T, wherever a response has them
#    /member CHANGES > U = JSON       a member, the type of what is within it, and its sample; @T is the sample of T
#   response NAME TYPE CHANGES > U    a response; without a sample behind = it is the documented payload of that name
#    /data/0/member CHANGES > U       a place of it that is changed in another way than its type says
#   marked NAME .member ?parameter    what is sensitive: members of a type, parameters of an operation, or all of it
#   body TYPE sent = JSON             a body that is sent or read, in whose sensitive places canaries are put, which must show nowhere
#    /member CANARY RULE MEMBERS…     a canary, how it can break a rule, and the marked members that it stands for
#   call OPERATION BODY 200=BODY…     an operation that is called with canaries and responds with them
#    PARAMETER CANARY                 a parameter of it
";

/// Where what is said of a schema stands: a type, and a pointer within it.
type Location = (String, String);

/// What is said of a member of a type.
#[derive(Default)]
struct Member {
    changes: BTreeMap<String, usize>,
    within: BTreeMap<Location, usize>,
    sample: Option<Value>,
}

/// What is said of a place, and where that stands.
struct Said<'p> {
    place: &'p Place,
    /// The value at the place.
    value: &'p Value,
    location: Location,
    within: Location,
}

/// The places of a response by their pointers.
type Places<'p> = BTreeMap<&'p str, Said<'p>>;

/// The lines of all types.
#[derive(Default)]
struct Types {
    members: BTreeMap<Location, Member>,
    /// The value that each type's sample is.
    samples: BTreeMap<String, Value>,
}

/// The text of `proofs.txt`, or why it would not say what it should.
pub(super) fn table(contract: &Contract, proved: &Proved) -> Result<String, String> {
    let mut types = Types::default();
    let mut all: Vec<(&str, &Mutated, Places<'_>)> = Vec::new();
    for (module, mutated) in &proved.mutated {
        for mutated in mutated {
            let places = places(&mutated.response.body, &mutated.response.value, &mutated.places);
            types.count(&places);
            all.push((module, mutated, places));
        }
    }
    let mut body = String::new();
    let mut last = "";
    for (module, mutated, places) in &all {
        if *module != last {
            line(&mut body, &format!("module {}", word(module)));
            last = module;
        }
        types.response(&mut body, mutated, places)?;
    }
    let canaries = types.canaries(&mut body, contract, &proved.canaries);
    let (schemas, counted) = schemas(contract);
    let mut text = header(&contract.vendor).iter().fold(String::new(), |text, line| text + "# " + line + "\n");
    text.push_str("onboarding-proofs 1\n");
    text.push_str(LEGEND);
    let members = types.written();
    let count = schemas.lines().chain(members.lines()).chain(body.lines()).filter(|line| !line.is_empty()).count();
    text.extend([schemas.as_str(), &members, &body]);
    line(
        &mut text,
        &format!(
            "\nend lines={count} {counted} responses={} strict={} open={} {canaries}",
            all.len(),
            proved.proofs.mutants_strict,
            proved.proofs.mutants_open
        ),
    );
    Ok(text)
}

/// The schemas of the types, and of what they refer to, with their counts.
fn schemas(contract: &Contract) -> (String, String) {
    let mut text = String::new();
    let (mut types, mut parts) = (0, 0);
    for documented in documented(contract) {
        let component = word(documented.component);
        let schema = json(&documented.written.schema);
        if let Some(definition) = documented.definition {
            let side = if definition.sent { "sent" } else { "read" };
            let component = if definition.name == component { String::new() } else { format!(" {component}") };
            line(&mut text, &format!("type {} {side}{component} = {schema}", definition.name));
            types += 1;
        } else {
            line(&mut text, &format!("part {component} = {schema}"));
            parts += 1;
        }
        for (name, member) in &documented.written.members {
            line(&mut text, &format!(" /{} = {}", word(&escape(name)), json(member)));
        }
    }
    (text, format!("types={types} parts={parts}"))
}

/// The places of a value, each with what is said of it and where.
fn places<'p>(body: &TypeUse, value: &'p Value, all: &'p [Place]) -> Places<'p> {
    let body = type_name(body);
    let root = all.iter().find(|place| place.pointer.is_empty()).map_or("", |place| place.schema.as_str());
    let at = |pointer: &str| location(pointer, root, &body);
    let mut places = Places::new();
    for place in all {
        // What is no place of the value is no place of the table either, and found by their count.
        let value = value.pointer(&place.pointer.replace(KEY, "")).unwrap_or(&Value::Null);
        places.insert(&place.pointer, Said { place, value, location: at(&place.schema), within: at(&place.within) });
    }
    places
}

/// Where what is said of the schema at a pointer stands: under its component, or under the type of the body whose schema is at `root`.
fn location(pointer: &str, root: &str, body: &str) -> Location {
    let component = pointer
        .strip_prefix(COMPONENT_PREFIX.trim_start_matches('#'))
        .map(|rest| rest.split_once('/').unwrap_or((rest, "")));
    let (name, rest) = match component {
        Some((name, rest)) => (unescape(name), rest),
        None => (body.to_owned(), pointer.strip_prefix(root).unwrap_or(pointer).trim_start_matches('/')),
    };
    let mut place = String::new();
    for step in steps(rest) {
        place.push('/');
        place.push_str(match step {
            Step::Member(name) => name,
            Step::Item => ITEM,
            Step::Entry => KEY,
        });
    }
    (name, place)
}

impl Types {
    /// Counts what the places of a response say of the members of types.
    fn count(&mut self, places: &Places<'_>) {
        for (_, said) in places.iter().filter(|(pointer, _)| !pointer.is_empty()) {
            let member = self.members.entry(said.location.clone()).or_default();
            *member.changes.entry(said.place.changes.clone()).or_default() += 1;
            if inner(said.value).next().is_some() {
                *member.within.entry(said.within.clone()).or_default() += 1;
            }
        }
    }

    /// Writes a response, its sample, and its places of which its types do not say the same.
    fn response(&mut self, text: &mut String, mutated: &Mutated, places: &Places<'_>) -> Result<(), String> {
        let response = &mutated.response;
        let (name, body) = (word(&response.name), word(&type_name(&response.body)));
        let own = (type_name(&response.body), String::new());
        let (changes, within) = match places.get("") {
            Some(root) => (root.place.changes.as_str(), link(&root.within, &own)),
            None => (".", String::new()),
        };
        let sample = match &response.text {
            Text::Documented => String::new(),
            Text::Sample => format!(" = {}", json(&self.folded(&response.value, "", places))),
        };
        line(text, &format!("response {name} {body} {changes}{within}{sample}"));
        let base = places.get("").map_or(own, |root| root.within.clone());
        let mut covered = usize::from(places.contains_key(""));
        self.departures(text, &response.value, "", &base, places, &mut covered);
        if covered != places.len() {
            return Err(format!("of {} places of `{}` {covered} would be read", places.len(), response.name));
        }
        Ok(())
    }

    /// Writes the places within a value of which its type, at `base`, does not say the same.
    fn departures(
        &self,
        text: &mut String,
        value: &Value,
        pointer: &str,
        base: &Location,
        places: &Places<'_>,
        covered: &mut usize,
    ) {
        for (ways, value) in inner(value) {
            let at = |way: &Way| format!("{pointer}/{}", way.pointer);
            let of_type = |way: &Way| (base.0.clone(), format!("{}/{}", base.1, way.place));
            let is = ways.iter().find_map(|way| places.get(at(way).as_str()).map(|said| (way, said)));
            let would_be =
                ways.iter().find_map(|way| self.members.get_key_value(&of_type(way)).map(|(_, member)| (way, member)));
            let Some((way, said)) = is else {
                if let Some((way, _)) = would_be {
                    line(text, &format!(" {} . > .", word(&at(way))));
                }
                continue;
            };
            *covered += 1;
            let itself = of_type(way);
            let holds = inner(value).next().is_some();
            let same = would_be.is_some_and(|(would_be, member)| {
                would_be.place == way.place
                    && most(&member.changes) == Some(&said.place.changes)
                    && (!holds || most(&member.within).unwrap_or(&itself) == &said.within)
            });
            if !same {
                let within = if holds { link(&said.within, &itself) } else { String::new() };
                line(text, &format!(" {} {}{within}", word(&at(way)), said.place.changes));
            }
            self.departures(text, value, &at(way), &said.within, places, covered);
        }
    }

    /// A value in which each object that is the sample of its type is that type's name.
    fn folded(&mut self, value: &Value, pointer: &str, places: &Places<'_>) -> Value {
        match value {
            Value::String(text) if text.starts_with('@') => Value::from(format!("@{text}")),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| self.folded(item, &format!("{pointer}/{index}"), places)).collect()
            }
            Value::Object(members) => {
                let within = |pointer: &str| places.get(pointer).map(|said| &said.within);
                let name = within(pointer).filter(|within| within.1.is_empty()).map(|within| within.0.clone());
                let is_member = |name: &String, of: &str| {
                    let of = (of.to_owned(), format!("/{}", escape(name)));
                    places.get(format!("{pointer}{}", of.1).as_str()).is_some_and(|said| said.location == of)
                };
                let name = name.filter(|of| !members.is_empty() && members.keys().all(|name| is_member(name, of)));
                let is_first = name.as_ref().is_some_and(|name| !self.samples.contains_key(name));
                if let Some(name) = &name {
                    let sample = self.samples.entry(name.clone()).or_insert_with(|| value.clone());
                    if !is_first && sample == value {
                        return Value::from(format!("@{name}"));
                    }
                }
                let mut folded = Vec::with_capacity(members.len());
                for (name, member) in members {
                    let key = escape(name);
                    let entry = format!("{pointer}/{KEY}{key}");
                    let at = if places.contains_key(entry.as_str()) { entry } else { format!("{pointer}/{key}") };
                    folded.push((name.clone(), self.folded(member, &at, places)));
                }
                match name.filter(|_| is_first) {
                    Some(of) => {
                        for (name, sample) in folded {
                            self.members.entry((of.clone(), format!("/{}", escape(&name)))).or_default().sample =
                                Some(sample);
                        }
                        Value::from(format!("@{of}"))
                    }
                    None => folded.into_iter().collect(),
                }
            }
            other => other.clone(),
        }
    }

    /// Writes what is sensitive, the bodies and their canaries, and the calls that have them. Gives their counts.
    fn canaries(&mut self, text: &mut String, contract: &Contract, canaries: &Canaries) -> String {
        let mut marked: BTreeMap<&str, String> = BTreeMap::new();
        for name in &canaries.marked {
            let (of, mark) = name.split_at(name.find(['.', '?']).unwrap_or(name.len()));
            let marks = marked.entry(of).or_default();
            if !mark.is_empty() {
                marks.extend([" ", &word(mark)]);
            }
        }
        text.push('\n');
        for (of, marks) in marked {
            line(text, &format!("marked {}{marks}", word(of)));
        }
        for body in &canaries.bodies {
            self.body(text, body);
        }
        text.push('\n');
        for call in &canaries.calls {
            self.call(text, contract, call);
        }
        format!(
            "marked={} bodies={} canaries={} calls={}",
            canaries.marked.len(),
            canaries.bodies.len(),
            canaries.bodies.iter().map(|body| body.canaries.len()).sum::<usize>(),
            canaries.calls.len()
        )
    }

    fn body(&mut self, text: &mut String, body: &Body) {
        let sent = if body.sent { "sent" } else { "read" };
        let places = places(&body.name.value, &body.sample, &body.places);
        let sample = json(&self.folded(&body.sample, "", &places));
        line(text, &format!("body {} {sent} = {sample}", body_name(&body.name)));
        for canary in &body.canaries {
            let or_none = |text: &Option<String>| text.as_deref().map_or_else(|| ".".to_owned(), word);
            let (trace, violation) = (or_none(&canary.trace.text), or_none(&canary.trace.violation));
            let members: Vec<String> = canary.members.iter().map(|member| word(member)).collect();
            let value = body.planted.pointer(&canary.pointer).unwrap_or(&Value::Null);
            let is_text = value.as_str().is_some() && value.as_str() == canary.trace.text.as_deref();
            let value = if is_text { String::new() } else { format!(" = {}", json(value)) };
            line(text, &format!(" {} {trace} {violation} {}{value}", word(&canary.pointer), members.join(" ")));
        }
    }

    fn call(&mut self, text: &mut String, contract: &Contract, call: &Call) {
        let operation = &call.operation;
        let request = call.request.as_ref().map_or_else(|| ".".to_owned(), body_name);
        let responses: Vec<String> = responses(call).iter().map(|(code, body)| format!(" {code}={body}")).collect();
        // What is sent without canaries is there to be sent.
        let other = operation.body.as_ref().filter(|_| call.request.is_none()).map(|body| {
            let schema = contract.model.schema(&body.schema);
            let sample = sample(&schema, Extent::Everything);
            let (all, _) = mutants::places(&schema, &sample);
            format!(" = {}", json(&self.folded(&sample, "", &places(&body.value, &sample, &all))))
        });
        let other = other.unwrap_or_default();
        line(text, &format!("call {} {request}{}{other}", word(&operation.id), responses.concat()));
        for (wire, trace) in &call.parameters {
            if let Some(trace) = &trace.text {
                line(text, &format!(" {} {}", word(wire), word(trace)));
            }
        }
    }

    /// The lines of all types.
    fn written(&self) -> String {
        let mut text = String::new();
        let mut last = "";
        for ((name, place), member) in &self.members {
            if name != last {
                line(&mut text, &format!("\nmembers {}", word(name)));
                last = name;
            }
            let changes = most(&member.changes).map_or(".", String::as_str);
            let within = most(&member.within).map(|within| link(within, &(name.clone(), place.clone())));
            let sample = member.sample.as_ref().map(|sample| format!(" = {}", json(sample)));
            line(
                &mut text,
                &format!(" {} {changes}{}{}", word(place), within.unwrap_or_default(), sample.unwrap_or_default()),
            );
        }
        text
    }
}

/// The name of a body: its type, with a number behind where it is not the first.
fn body_name(name: &BodyName) -> String {
    let of = word(&type_name(&name.value));
    if name.number == 1 { of } else { format!("{of}#{}", name.number) }
}

/// The statuses that a call responds with, and their bodies: successes, each error, a status that is not declared, and a response
/// that is malformed. `.` is no body, `*` a text of all that must not show.
fn responses(call: &Call) -> Vec<(String, String)> {
    let operation = &call.operation;
    let mut responses: Vec<(String, String)> = Vec::new();
    let mut malformed = None;
    for status in &operation.statuses {
        let code = code(operation, status);
        let body = call.responses.iter().find(|(of, _)| *of == status.code).map(|(_, body)| body_name(body));
        match (&status.body, body) {
            (_, Some(body)) => responses.push((code.clone(), body)),
            (ResponseBody::Nothing, None) => responses.push((code.clone(), ".".to_owned())),
            _ => {}
        }
        // A text is no response where a type of the vendor is declared; elsewhere it may be one, and harmless.
        if matches!(&status.body, ResponseBody::Json(TypeUse::Named(_) | TypeUse::List(_))) && malformed.is_none() {
            malformed = Some(code);
        }
    }
    responses.extend(malformed.map(|code| (code, "*".to_owned())));
    let declared = |code: &str| {
        let range = format!("{}XX", &code[..1]);
        operation.statuses.iter().any(|status| status.code == code || status.code == range || status.code == "default")
    };
    responses
        .extend(["418", "599"].into_iter().find(|code| !declared(code)).map(|code| (code.to_owned(), "*".to_owned())));
    responses
}

/// A way to name a value within another.
struct Way {
    /// The segment of its pointer in a response.
    pointer: String,
    /// The segment of its pointer in a type.
    place: String,
}

/// The values within a value, each with the ways to name it: an entry of a map has the name of a member, too.
fn inner(value: &Value) -> impl Iterator<Item = (Vec<Way>, &Value)> {
    let items = value.as_array().into_iter().flatten().enumerate();
    let items = items.map(|(index, item)| (vec![Way { pointer: index.to_string(), place: ITEM.to_owned() }], item));
    let members = value.as_object().into_iter().flatten().map(|(name, member)| {
        let name = escape(name);
        let entry = Way { pointer: format!("{KEY}{name}"), place: KEY.to_owned() };
        (vec![Way { pointer: name.clone(), place: name }, entry], member)
    });
    items.chain(members)
}

/// What is counted most often, and first among equals.
fn most<T>(counts: &BTreeMap<T, usize>) -> Option<&T> {
    let most = counts.values().max()?;
    counts.iter().find(|(_, count)| *count == most).map(|(what, _)| what)
}

/// Where what is within a value is said, unless that is where the value itself is.
fn link(within: &Location, itself: &Location) -> String {
    if within == itself { String::new() } else { format!(" > {}{}", word(&within.0), word_of_place(&within.1)) }
}

fn word_of_place(place: &str) -> String {
    if place.is_empty() { String::new() } else { word(place) }
}

/// A text as a word: what is blank or cannot be seen is an escape, and the pointer of the whole is `~`.
fn word(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_whitespace() || is_hidden(character) || character == '\\' || text == "=" {
            word.extend(character.escape_unicode());
        } else {
            word.push(character);
        }
    }
    if word.is_empty() { "~".to_owned() } else { word }
}

/// A value as JSON in which everything can be seen.
fn json(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        if is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
