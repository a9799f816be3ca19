//! The table of what a vendor's document promises, `tests/generated/proofs.txt`, as a text that is read.
//!
//! A line is a key and what is said of it, in words with one blank between them; JSON stands behind ` = ` at the end. A line that
//! begins with a blank belongs to the last one that does not. In a word, `\u{20}` stands for a blank, and so for each character that
//! nobody would see; `~` alone is the pointer of the whole. Lines with `#` are prose.
//!
//! | line | what it says |
//! |---|---|
//! | `type T sent C = JSON` | a public type, `sent` or only `read`, and the schema of its component `C`, which is left out where it has the same name |
//! | `part C = JSON` | the schema of a component that has no type of its own |
//! | ` /member = JSON` | the schema of a member, in `properties` of the one before it |
//! | `members T` | how values of the type `T` are changed, wherever a response has them: |
//! | ` /member CHANGES > U = JSON` | its member; what is within it is found under `U`; JSON is its sample |
//! | `module M` | the responses of a module of operations follow |
//! | `response NAME TYPE CHANGES > U = JSON` | a response, its type and its own changes; without JSON it is the documented payload of that name |
//! | ` /data/0/member CHANGES > U` | a place of it that is changed in another way than its type says |
//! | `marked NAME .member ?parameter` | what the document marks as sensitive: members of a type, parameters of an operation, or all of it |
//! | `body TYPE sent = JSON` | a body whose sensitive places get canaries; `TYPE#2` is another one of that type, `read` one that is only read |
//! | ` /member CANARY RULE MEMBERS… = JSON` | a canary, how it can break a rule, the marked members that it stands for; its value, where that is not its text |
//! | `call OPERATION BODY 200=BODY… = JSON` | an operation that sends or receives canaries: its request and its responses; a request without any is JSON |
//! | ` PARAMETER CANARY` | a parameter of it that has one |
//! | `end lines=… strict=… …` | how many there are of everything, so that a table that was cut or edited is an error |
//!
//! Pointers are JSON pointers with `~*` for any item of a list and `~2` for any entry of a map; in those of places `~2` stands before
//! the key of an entry, which no error shows. `.` stands for no change, and behind `>` for nothing that is changed within. Without
//! `>`, what is within is found in the same list, behind the member's pointer. In JSON, the text `@T` stands for the sample of `T`,
//! made of its members' samples, and `@@` for `@`. [`mutation`](crate::mutation) says what the letters of changes mean,
//! [`canary`](crate::canary) how a rule is broken; `.` stands there for nothing to look for, and for no rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

/// The first line that is no prose: what the file is, and the version of its format.
const FORMAT: &str = "onboarding-proofs 1";

/// No table is longer, in bytes.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// As many values all samples of a table have at most, and as deep within each other as they are.
const MAX_NODES: usize = 5_000_000;
const MAX_DEPTH: usize = 128;

/// Stands before a key of a map in a pointer, and alone for any.
const KEY: &str = "~2";
/// Stands for any item of a list.
const ITEM: &str = "~*";

/// What a vendor's document promises.
#[derive(Debug)]
pub struct Table {
    /// The public types, and the schemas of their components.
    pub schemas: Vec<TypeSchema>,
    /// The schemas of components without a type, by name.
    pub parts: BTreeMap<String, Map<String, Value>>,
    /// The responses that are changed, by the module of their operation.
    pub modules: BTreeMap<String, Vec<Response>>,
    /// What the document marks as sensitive: `Type.member`, `operation?parameter`.
    pub marked: BTreeSet<String>,
    /// The bodies whose sensitive places hold canaries, by name.
    pub planted: BTreeMap<String, Planted>,
    /// The operations that send or receive canaries, by their ids.
    pub calls: BTreeMap<String, Call>,
}

/// A public type, and the schema of its component.
#[derive(Debug)]
pub struct TypeSchema {
    /// The name of the type.
    pub name: String,
    /// Whether it is sent.
    pub sent: bool,
    /// The name of the component.
    pub component: String,
    /// The component's schema.
    pub schema: Map<String, Value>,
}

/// A response and its places that are changed.
#[derive(Debug)]
pub struct Response {
    /// The payload's name.
    pub name: String,
    /// The name of its type.
    pub body: String,
    /// The response as it is documented.
    pub text: String,
    /// What is changed.
    pub places: Vec<Place>,
}

/// A place of a response, and its changes.
#[derive(Debug)]
pub struct Place {
    /// A JSON pointer, in which `~2` stands before the keys of maps.
    pub pointer: String,
    /// The changes.
    pub changes: Vec<Change>,
}

/// One change of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is changed; a capital is an error.
    pub letter: char,
    /// The number behind the letter.
    pub number: i64,
    /// The sign behind it: `+` for an error within the place, `?` for whatever fits.
    pub behind: Option<char>,
}

/// A body whose sensitive places hold canaries.
#[derive(Debug)]
pub struct Planted {
    /// The name of its type.
    pub body: String,
    /// Whether it is sent, so that its rules are held against it.
    pub sent: bool,
    /// The body.
    pub value: Value,
    /// The canaries.
    pub canaries: Vec<Canary>,
}

/// A canary in a body.
#[derive(Debug)]
pub struct Canary {
    /// A JSON pointer.
    pub pointer: String,
    /// What is looked for, if that can be found.
    pub trace: Option<String>,
    /// How it can break a rule, if it can.
    pub violation: Option<String>,
    /// The marked members that it stands for.
    pub members: Vec<String>,
}

/// An operation that sends or receives canaries.
#[derive(Debug)]
pub struct Call {
    /// The body that is sent, by its name.
    pub request: Option<String>,
    /// What is sent where that has no canary.
    pub other_request: Option<Value>,
    /// The responses: their statuses and bodies by name; `.` is none, `*` a text of all that must not show.
    pub responses: Vec<(u16, String)>,
    /// The parameters that hold canaries, and what is looked for.
    pub parameters: BTreeMap<String, String>,
}

/// Why a table cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct TableError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.what)
    }
}

/// What is said of a member, of a response or of a place in one.
#[derive(Debug)]
struct Said {
    line: usize,
    changes: Vec<Change>,
    within: Within,
    sample: Option<Value>,
}

/// Where the members of a value are found.
#[derive(Clone, Debug)]
enum Within {
    /// Where the value itself is, behind its pointer.
    Itself,
    /// Under a type, behind a pointer.
    Type(String, String),
    /// Nowhere: nothing in it is changed.
    Nothing,
}

/// The members of a type by their pointers.
type Members = BTreeMap<String, Said>;

/// A response as its lines say it.
struct Written {
    module: String,
    name: String,
    body: String,
    root: Said,
    places: Members,
}

/// A body as its lines say it.
struct WrittenBody {
    line: usize,
    name: String,
    sent: bool,
    sample: Value,
    /// The canaries, each with its value.
    canaries: Vec<(Canary, Value)>,
}

/// A call as its lines say it.
struct WrittenCall {
    line: usize,
    id: String,
    call: Call,
}

/// What the indented lines belong to.
enum Head {
    Nothing,
    Schema,
    Part(String),
    Type(String),
    Response,
    Body,
    Call,
}

/// A table as its lines say it.
#[derive(Default)]
struct Lines {
    schemas: Vec<TypeSchema>,
    parts: BTreeMap<String, Map<String, Value>>,
    types: BTreeMap<String, Members>,
    responses: Vec<Written>,
    marked: BTreeSet<String>,
    bodies: Vec<WrittenBody>,
    calls: Vec<WrittenCall>,
    /// The keys of lines that are not indented, for duplicates.
    keys: BTreeSet<String>,
    count: usize,
}

/// Reads a table. `payload` gives the text of a documented payload by its name.
///
/// # Errors
///
/// When a line is not understood or says what another one has said, when a name leads nowhere, or when the counts at the end are others.
pub fn parse(text: &str, payload: impl Fn(&str) -> Option<String>) -> Result<Table, TableError> {
    if text.len() > MAX_BYTES {
        return Err(TableError { line: 1, what: format!("the table has more than {MAX_BYTES} bytes") });
    }
    let mut lines = Lines::default();
    let mut head = Head::Nothing;
    let mut module = String::new();
    let mut has_format = false;
    let mut end = None;
    let mut number = 0;
    for line in text.lines() {
        number += 1;
        let fail = |what: String| TableError { line: number, what };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if !has_format {
            if line != FORMAT {
                return Err(fail(format!("the table is not of the format `{FORMAT}`")));
            }
            has_format = true;
            continue;
        }
        if end.is_some() {
            return Err(fail("nothing stands behind the end".to_owned()));
        }
        if let Some(counts) = line.strip_prefix("end ") {
            end = Some((number, counts));
            continue;
        }
        lines.count += 1;
        lines.read(line, number, &mut head, &mut module).map_err(fail)?;
    }
    let Some((line, counts)) = end else {
        return Err(TableError { line: number, what: "the table has no end".to_owned() });
    };
    let (table, found) = lines.resolved(payload)?;
    if counts != found {
        return Err(TableError { line, what: format!("the end says `{counts}`, and there are `{found}`") });
    }
    Ok(table)
}

impl Lines {
    fn read(&mut self, line: &str, number: usize, head: &mut Head, module: &mut String) -> Result<(), String> {
        let (words, json) = match line.split_once(" = ") {
            Some((words, json)) => {
                (words, Some(serde_json::from_str(json).map_err(|error| format!("no JSON: {error}"))?))
            }
            None => (line, None),
        };
        if let Some(words) = words.strip_prefix(' ') {
            let mut words = Words(words.split(' '));
            let members = match head {
                Head::Schema => {
                    let schema = self.schemas.last_mut().ok_or("there is no type")?;
                    return read_member(words, json, &mut schema.schema);
                }
                Head::Part(name) => return read_member(words, json, self.parts.entry(name.clone()).or_default()),
                Head::Body => return self.read_canary(words, json),
                Head::Call if json.is_none() => return self.read_parameter(words),
                Head::Call => return Err("a parameter has no JSON".to_owned()),
                Head::Nothing => {
                    return Err("an indented line belongs to the one before it, and this to none".to_owned());
                }
                Head::Type(name) => self.types.entry(name.clone()).or_default(),
                Head::Response if json.is_some() => return Err("a place has no sample".to_owned()),
                Head::Response => &mut self.responses.last_mut().ok_or("there is no response")?.places,
            };
            let pointer = words.pointer()?;
            let said = words.said(number, json)?;
            return match members.insert(pointer.clone(), said) {
                Some(before) => Err(format!("line {} has said `{pointer}` already", before.line)),
                None => Ok(()),
            };
        }
        let mut words = Words(words.split(' '));
        let kind = words.word("the kind of the line")?;
        let name = words.word("a name")?;
        if !self.keys.insert(format!("{kind} {name}")) {
            return Err(format!("an earlier line is `{kind} {name}` already"));
        }
        match (kind.as_str(), &json) {
            ("type", Some(_)) => {
                let sent = words.sent()?;
                let component = words.next()?.unwrap_or_else(|| name.clone());
                words.end()?;
                self.schemas.push(TypeSchema { name, sent, component, schema: schema(json)? });
                *head = Head::Schema;
            }
            ("part", Some(_)) => {
                words.end()?;
                self.parts.insert(name.clone(), schema(json)?);
                *head = Head::Part(name);
            }
            ("members", None) => {
                words.end()?;
                *head = Head::Type(name);
            }
            ("module", None) => {
                words.end()?;
                *module = name;
                *head = Head::Nothing;
            }
            ("response", _) => {
                let body = words.word("a type")?;
                let root = words.said(number, json)?;
                let module = module.clone();
                self.responses.push(Written { module, name, body, root, places: Members::new() });
                *head = Head::Response;
            }
            ("marked", None) => {
                let mut marks = Vec::new();
                while let Some(mark) = words.next()? {
                    marks.push(format!("{name}{mark}"));
                }
                if marks.is_empty() {
                    marks.push(name);
                }
                self.marked.extend(marks);
                *head = Head::Nothing;
            }
            ("body", Some(_)) => {
                let sent = words.sent()?;
                words.end()?;
                let sample = json.unwrap_or_default();
                self.bodies.push(WrittenBody { line: number, name, sent, sample, canaries: Vec::new() });
                *head = Head::Body;
            }
            ("call", _) => {
                let request = Some(words.word("a body")?).filter(|body| body != ".");
                let mut responses = Vec::new();
                while let Some(response) = words.next()? {
                    let (status, body) = response.split_once('=').ok_or("a response is a status and a body")?;
                    let status = status.parse().map_err(|_| format!("`{status}` is no status"))?;
                    responses.push((status, body.to_owned()));
                }
                let call = Call { request, other_request: json, responses, parameters: BTreeMap::new() };
                self.calls.push(WrittenCall { line: number, id: name, call });
                *head = Head::Call;
            }
            _ => return Err(format!("`{kind}` is no kind of line")),
        }
        Ok(())
    }

    fn read_canary(&mut self, mut words: Words<'_>, json: Option<Value>) -> Result<(), String> {
        let pointer = words.pointer()?;
        let given = |word: String| Some(word).filter(|word| word != ".");
        let trace = given(words.word("what is looked for")?);
        let violation = given(words.word("a rule")?);
        let mut members = Vec::new();
        while let Some(member) = words.next()? {
            members.push(member);
        }
        let value = json.or_else(|| trace.clone().map(Value::from)).ok_or("a canary without a text has a value")?;
        let body = self.bodies.last_mut().ok_or("there is no body")?;
        if body.canaries.iter().any(|(other, _)| other.pointer == pointer) {
            return Err(format!("an earlier line has said `{pointer}` already"));
        }
        body.canaries.push((Canary { pointer, trace, violation, members }, value));
        Ok(())
    }

    fn read_parameter(&mut self, mut words: Words<'_>) -> Result<(), String> {
        let (name, trace) = (words.word("a parameter")?, words.word("what is looked for")?);
        words.end()?;
        let call = &mut self.calls.last_mut().ok_or("there is no call")?.call;
        match call.parameters.insert(name.clone(), trace) {
            Some(_) => Err(format!("an earlier line has said `{name}` already")),
            None => Ok(()),
        }
    }

    /// The table with all names followed, and its counts.
    fn resolved(self, payload: impl Fn(&str) -> Option<String>) -> Result<(Table, String), TableError> {
        let mut samples = Samples { types: &self.types, nodes: 0 };
        let mut modules: BTreeMap<String, Vec<Response>> = BTreeMap::new();
        let mut met = BTreeSet::new();
        let (mut strict, mut open, mut responses) = (0, 0, 0);
        for written in &self.responses {
            let fail = |what: String| TableError { line: written.root.line, what };
            let text = match &written.root.sample {
                Some(sample) => samples.value(sample, 0).map_err(fail)?.to_string(),
                None => payload(&written.name).ok_or_else(|| fail(format!("no payload is `{}`", written.name)))?,
            };
            let value: Value =
                serde_json::from_str(&text).map_err(|error| fail(format!("the payload is no JSON: {error}")))?;
            let places = self.places(written, &value, &mut met)?;
            let changes = || places.iter().flat_map(|place| &place.changes);
            let left_open = changes().filter(|change| change.behind == Some('?')).count();
            open += left_open;
            strict += changes().count() - left_open;
            responses += 1;
            let response = Response { name: written.name.clone(), body: written.body.clone(), text, places };
            modules.entry(written.module.clone()).or_default().push(response);
        }
        let members = self.types.values().flat_map(Members::values).filter(|said| !said.changes.is_empty());
        if let Some(unmet) = members.filter(|said| !met.contains(&said.line)).min_by_key(|said| said.line) {
            return Err(TableError {
                line: unmet.line,
                what: "no response has a place of which this is said".to_owned(),
            });
        }
        let mut planted = BTreeMap::new();
        let mut canaries = 0;
        for body in self.bodies {
            let fail = |what: String| TableError { line: body.line, what };
            let mut value = samples.value(&body.sample, 0).map_err(fail)?;
            for (canary, of) in &body.canaries {
                plant(&mut value, &canary.pointer, of.clone())
                    .ok_or_else(|| fail(format!("the body has no place `{}`", canary.pointer)))?;
            }
            canaries += body.canaries.len();
            let of = body.name.split('#').next().unwrap_or_default().to_owned();
            let canaries = body.canaries.into_iter().map(|(canary, _)| canary).collect();
            planted.insert(body.name, Planted { body: of, sent: body.sent, value, canaries });
        }
        let mut calls = BTreeMap::new();
        for WrittenCall { line, id, mut call } in self.calls {
            let fail = |what: String| TableError { line, what };
            if let Some(request) = call.other_request.take() {
                call.other_request = Some(samples.value(&request, 0).map_err(fail)?);
            }
            let bodies = call.responses.iter().map(|(_, body)| body).filter(|body| !matches!(body.as_str(), "." | "*"));
            if let Some(body) = bodies.chain(&call.request).find(|body| !planted.contains_key(*body)) {
                return Err(fail(format!("no body is `{body}`")));
            }
            calls.insert(id, call);
        }
        let counts = format!(
            "lines={} types={} parts={} responses={responses} strict={strict} open={open} marked={} bodies={} canaries={canaries} calls={}",
            self.count,
            self.schemas.len(),
            self.parts.len(),
            self.marked.len(),
            planted.len(),
            calls.len()
        );
        let Self { schemas, parts, .. } = self;
        Ok((Table { schemas, parts, modules, marked: self.marked, planted, calls }, counts))
    }

    /// All places of a response: those of its types, save where its own lines say otherwise. The lines are added to those that were met.
    fn places(&self, written: &Written, value: &Value, met: &mut BTreeSet<usize>) -> Result<Vec<Place>, TableError> {
        let mut walk = Walk { types: &self.types, own: &written.places, met, places: Vec::new() };
        walk.said(&written.root, value, String::new(), (&written.body, ""));
        let places = walk.places;
        match written.places.values().find(|own| !met.contains(&own.line)) {
            Some(own) => Err(TableError { line: own.line, what: "the response has no such place".to_owned() }),
            None => Ok(places),
        }
    }
}

/// The places of a response being listed.
struct Walk<'t, 'm> {
    types: &'t BTreeMap<String, Members>,
    own: &'t Members,
    /// The lines that were met.
    met: &'m mut BTreeSet<usize>,
    places: Vec<Place>,
}

impl<'t> Walk<'t, '_> {
    /// A value of which `said` is said, itself under a type with a pointer.
    fn said(&mut self, said: &'t Said, value: &Value, pointer: String, itself: (&'t str, &str)) {
        let (name, base) = match &said.within {
            Within::Itself => itself,
            Within::Type(name, base) => (name.as_str(), base.as_str()),
            Within::Nothing => ("", ""),
        };
        self.met.insert(said.line);
        match value {
            Value::Array(items) => {
                let base = format!("{base}/{ITEM}");
                for (index, item) in items.iter().enumerate() {
                    self.inner(item, [format!("{pointer}/{index}")], &[(name, &base)]);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    let key = escaped(key);
                    let pointers = [format!("{pointer}/{key}"), format!("{pointer}/{KEY}{key}")];
                    self.inner(member, pointers, &[(name, &format!("{base}/{key}")), (name, &format!("{base}/{KEY}"))]);
                }
            }
            _ => {}
        }
        if !said.changes.is_empty() {
            self.places.push(Place { pointer, changes: said.changes.clone() });
        }
    }

    /// A value within another: at the first of the pointers of which something is said, by the response's own lines or by its type's.
    fn inner<const WAYS: usize>(&mut self, value: &Value, pointers: [String; WAYS], places: &[(&'t str, &String)]) {
        let types = self.types;
        let of_type = |place: &(&'t str, &String)| types.get(place.0).and_then(|members| members.get(place.1));
        for (pointer, place) in pointers.iter().zip(places) {
            if let Some(own) = self.own.get(pointer) {
                return self.said(own, value, pointer.clone(), (place.0, place.1));
            }
        }
        for (pointer, place) in pointers.into_iter().zip(places) {
            if let Some(said) = of_type(place) {
                return self.said(said, value, pointer, (place.0, place.1));
            }
        }
    }
}

/// The member of an object's schema.
fn read_member(mut words: Words<'_>, json: Option<Value>, schema: &mut Map<String, Value>) -> Result<(), String> {
    let pointer = words.pointer()?;
    words.end()?;
    let name = pointer.strip_prefix('/').map(unescaped).ok_or("a member has a name")?;
    let members = schema.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    let members = members.as_object_mut().ok_or("the schema's members are no object")?;
    match members.insert(name, whole_references(json.ok_or("a member has a schema")?)) {
        Some(_) => Err(format!("an earlier line has said `{pointer}` already")),
        None => Ok(()),
    }
}

/// The keywords of a schema.
fn schema(json: Option<Value>) -> Result<Map<String, Value>, String> {
    match json.map(whole_references) {
        Some(Value::Object(keywords)) => Ok(keywords),
        _ => Err("a schema is an object".to_owned()),
    }
}

/// A schema whose references are written in full: in the table they are names of components.
fn whole_references(schema: Value) -> Value {
    match schema {
        Value::Object(members) => {
            let whole = |(name, value): (String, Value)| match value {
                Value::String(to) if name == "$ref" => (name, Value::from(format!("#/components/schemas/{to}"))),
                value => (name, whole_references(value)),
            };
            Value::Object(members.into_iter().map(whole).collect())
        }
        Value::Array(items) => items.into_iter().map(whole_references).collect(),
        other => other,
    }
}

/// Puts a value in a place, which may be a new member of an object; `None` when there is no such place.
fn plant(whole: &mut Value, pointer: &str, value: Value) -> Option<()> {
    if let Some(place) = whole.pointer_mut(pointer) {
        *place = value;
        return Some(());
    }
    let (parent, name) = pointer.rsplit_once('/')?;
    whole.pointer_mut(parent)?.as_object_mut()?.insert(unescaped(name), value);
    Some(())
}

/// Samples with the names in them replaced.
struct Samples<'t> {
    types: &'t BTreeMap<String, Members>,
    nodes: usize,
}

impl Samples<'_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<Value, String> {
        self.nodes += 1;
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            return Err("the samples have no end".to_owned());
        }
        Ok(match value {
            Value::String(text) => match text.strip_prefix('@') {
                Some(rest) if rest.starts_with('@') => Value::from(rest),
                Some(name) => self.of_type(name, depth)?,
                None => value.clone(),
            },
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.value(item, depth + 1)).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let members = members.iter().map(|(name, member)| Ok((name.clone(), self.value(member, depth + 1)?)));
                Value::Object(members.collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }

    /// The members of a type that have samples.
    fn of_type(&mut self, name: &str, depth: usize) -> Result<Value, String> {
        let members = self.types.get(name).ok_or_else(|| format!("no type is `{name}`"))?;
        let mut object = Map::new();
        for (pointer, said) in members {
            if let Some(sample) = &said.sample {
                let name = pointer.strip_prefix('/').filter(|name| !name.contains('/'));
                let name = name.ok_or_else(|| format!("`{pointer}` is no member, and has a sample"))?;
                object.insert(unescaped(name), self.value(sample, depth + 1)?);
            }
        }
        if object.is_empty() {
            return Err(format!("`{name}` has no sample"));
        }
        Ok(Value::Object(object))
    }
}

/// The words of a line that are still to be read.
struct Words<'l>(std::str::Split<'l, char>);

impl Words<'_> {
    fn word(&mut self, what: &str) -> Result<String, String> {
        let word = self.0.next().filter(|word| !word.is_empty()).ok_or_else(|| format!("{what} is missing"))?;
        unworded(word)
    }

    fn sent(&mut self) -> Result<bool, String> {
        match self.word("`sent` or `read`")?.as_str() {
            "sent" => Ok(true),
            "read" => Ok(false),
            other => Err(format!("`{other}` is neither `sent` nor `read`")),
        }
    }

    fn next(&mut self) -> Result<Option<String>, String> {
        self.0.next().map(unworded).transpose()
    }

    fn pointer(&mut self) -> Result<String, String> {
        let word = self.word("a pointer")?;
        match word.as_str() {
            "~" => Ok(String::new()),
            pointer if pointer.starts_with('/') => Ok(word),
            _ => Err(format!("`{word}` is no pointer")),
        }
    }

    /// Changes, and where the inner ones are found.
    fn said(&mut self, line: usize, sample: Option<Value>) -> Result<Said, String> {
        let changes = changes(&self.word("the changes")?)?;
        let within = match self.0.next() {
            None => Within::Itself,
            Some(">") => match self.word("a type")?.as_str() {
                "." => Within::Nothing,
                name => {
                    let base = name.find('/').unwrap_or(name.len());
                    Within::Type(name[..base].to_owned(), name[base..].to_owned())
                }
            },
            Some(other) => return Err(format!("`{other}` is not understood")),
        };
        self.end()?;
        Ok(Said { line, changes, within, sample })
    }

    fn end(&mut self) -> Result<(), String> {
        self.0.next().map_or(Ok(()), |word| Err(format!("`{word}` stands behind the end of the line")))
    }
}

/// A word with the escapes in it replaced.
fn unworded(word: &str) -> Result<String, String> {
    let mut text = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((before, behind)) = rest.split_once("\\u{") {
        let (code, behind) = behind.split_once('}').ok_or("an escape has no end")?;
        let character = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        text.push_str(before);
        text.push(character.ok_or_else(|| format!("`{code}` is no character"))?);
        rest = behind;
    }
    text.push_str(rest);
    Ok(text)
}

/// The changes of a place, read from their letters; `.` is none.
pub(crate) fn changes(letters: &str) -> Result<Vec<Change>, String> {
    let mut changes = Vec::new();
    let mut rest = if letters == "." { "" } else { letters };
    while let Some(letter) = rest.chars().next() {
        if !"dnsbiaovclpfmzruke".contains(letter.to_ascii_lowercase()) {
            return Err(format!("`{letter}` of `{letters}` is no change"));
        }
        rest = &rest[1..];
        let digits = rest.len() - rest.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == '-').len();
        let number = match &rest[..digits] {
            "" if "lmr".contains(letter) => return Err(format!("`{letter}` of `{letters}` has no number")),
            "" => 0,
            number => number.parse().map_err(|_| format!("`{number}` of `{letters}` is no number"))?,
        };
        let behind = rest[digits..].chars().next().filter(|sign| matches!(sign, '?' | '+'));
        rest = &rest[digits + usize::from(behind.is_some())..];
        changes.push(Change { letter, number, behind });
    }
    Ok(changes)
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Change, Place, Table, TableError, parse};

    const TABLE: &str = r#"# Prose.
onboarding-proofs 1
type Person sent = {"type":"object"}
 /address = {"$ref":"Address"}
type Address read address = {"type":"object"}
part Name = {"type":"string"}

members Address
 /city dnBIAO = "@@home"
members Person
 /address dnSBIAu > Address = "@Address"
 /full\u{20}name DNBIAOl5 = "text"
 /notes dnSBIAe = {"a/b":"c"}
 /notes/~2 NBIAO
members Vec<Person>
 /~* NSBIAu > Person
module persons
response get_person.response Person NSBIAu = "@Person"
 /notes/~2a~1b NBIAOv?
response list_persons.response Vec<Person> NSBIO
 /1/address . > .
marked Address .city
marked Person .address .notes
marked get_person ?name
body Person sent = "@Person"
 /address/city canary1 l5 Address.city Person.address
 /notes/key qz2 . Person.notes
body Address read = "@Address"
 /city 700 m Address.city = 700
call get_person Person 200=Address 204=. 418=*
 name canary3
call other . 200=Person = {"of":"@Address"}
end lines=29 types=2 parts=1 responses=2 strict=81 open=1 marked=4 bodies=2 canaries=3 calls=2
"#;

    fn read(text: &str) -> Result<Table, TableError> {
        let listed = r#"[{"full name":"one"},{"address":{"city":"two"},"full name":"two","notes":{"k":"v"}}]"#;
        parse(text, |name| (name == "list_persons.response").then(|| listed.to_owned()))
    }

    #[test]
    fn types_samples_and_departures_are_put_together() {
        let table = read(TABLE).expect("the table is sound");
        let [person, list] = table.modules["persons"].as_slice() else { panic!("two responses") };
        assert_eq!(person.text, r#"{"address":{"city":"@home"},"full name":"text","notes":{"a/b":"c"}}"#);
        let pointers = |places: &[Place]| {
            let mut pointers: Vec<String> =
                places.iter().map(|place| format!("{} {}", place.pointer, place.changes.len())).collect();
            pointers.sort();
            pointers
        };
        assert_eq!(
            pointers(&person.places),
            [" 6", "/address 7", "/address/city 6", "/full name 7", "/notes 7", "/notes/~2a~1b 6"]
        );
        assert_eq!(
            pointers(&list.places),
            [" 5", "/0 6", "/0/full name 7", "/1 6", "/1/full name 7", "/1/notes 7", "/1/notes/~2k 5"]
        );
        let [schema, other] = table.schemas.as_slice() else { panic!("two types") };
        let expected = r##"{"properties":{"address":{"$ref":"#/components/schemas/Address"}},"type":"object"}"##;
        assert_eq!(
            serde_json::to_value(&schema.schema).expect("JSON"),
            serde_json::from_str::<Value>(expected).expect("JSON")
        );
        assert_eq!((other.name.as_str(), other.component.as_str(), other.sent), ("Address", "address", false));
        assert!(table.parts.keys().eq(["Name"]));
        let planted = &table.planted["Person"];
        let expected = r#"{"address":{"city":"canary1"},"full name":"text","notes":{"a/b":"c","key":"qz2"}}"#;
        assert_eq!((planted.value.to_string().as_str(), planted.sent), (expected, true));
        assert_eq!(table.planted["Address"].value.to_string(), r#"{"city":700}"#);
        let marked = ["Address.city", "Person.address", "Person.notes", "get_person?name"];
        assert!(table.marked.iter().eq(marked));
        let call = &table.calls["get_person"];
        assert_eq!(call.responses, [(200, "Address".to_owned()), (204, ".".to_owned()), (418, "*".to_owned())]);
        assert_eq!(call.parameters["name"], "canary3");
        let request = table.calls["other"].other_request.as_ref().map(ToString::to_string);
        assert_eq!(request.as_deref(), Some(r#"{"of":{"city":"@home"}}"#));
        let name = person.places.iter().find(|place| place.pointer == "/full name").expect("the name is a place");
        assert_eq!(name.changes.last(), Some(&Change { letter: 'l', number: 5, behind: None }));
    }

    #[test]
    fn no_line_can_be_left_out_repeated_or_moved_behind_the_end() {
        let lines: Vec<&str> = TABLE.lines().collect();
        let of = |lines: &[&str]| read(&(lines.join("\n") + "\n"));
        assert!(of(&lines).is_ok());
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let mut without = lines.clone();
            without.remove(index);
            assert!(of(&without).is_err(), "without `{line}`");
            let mut twice = lines.clone();
            twice.insert(index, line);
            assert!(of(&twice).is_err(), "with `{line}` twice");
            let mut behind = lines.clone();
            behind.push(line);
            assert!(of(&behind).is_err(), "with `{line}` behind the end");
            assert!(of(&lines[..index]).is_err(), "cut before `{line}`");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (before, after, line, what) in [
            ("proofs 1", "proofs 2", 2, "the table is not of the format `onboarding-proofs 1`"),
            ("strict=81", "strict=82", 33, "the end says `lines=29 types=2 parts=1 responses=2 strict=82 open=1 "),
            ("open=1", "open=0", 33, "the end says"),
            ("NBIAOv?", "NBIAOv", 33, "the end says"),
            (" /notes/~2 NBIAO", " /notes/~2 NBIA", 33, "the end says"),
            (" /notes dnSBIAe", " /address dnSBIAe", 13, "line 11 has said `/address` already"),
            ("members Person", "members Address", 10, "an earlier line is `members Address` already"),
            ("/1/address", "/2/address", 21, "the response has no such place"),
            ("types=2", "types=3", 33, "the end says"),
            ("{\"$ref\":\"Address\"}", "1, 2", 4, "no JSON"),
            (" /address =", " /address /city =", 4, "`/city` stands behind the end"),
            ("sent = {", "seen = {", 3, "`seen` is neither `sent` nor `read`"),
            ("part Name = {\"type\":\"string\"}", "part Name = []", 6, "a schema is an object"),
            ("part", "type", 6, "`sent` or `read`"),
            ("canaries=3", "canaries=2", 33, "the end says"),
            ("marked=4", "marked=5", 33, "the end says"),
            ("200=Address", "200=Adress", 30, "no body is `Adress`"),
            ("/notes/key", "/note/key", 25, "the body has no place `/note/key`"),
            ("/notes/key", "/address/city", 27, "an earlier line has said `/address/city` already"),
            ("204=.", "204", 30, "a response is a status and a body"),
            ("body Address read", "body Address", 28, "`sent` or `read` is missing"),
            (" name canary3", " name", 31, "what is looked for is missing"),
            ("members Vec<", "members Other\n /x n\nmembers Vec<", 16, "no response has a place of which this is said"),
            ("NSBIO", "NSBXO", 20, "`X` of `NSBXO` is no change"),
            ("l5", "l", 12, "`l` of `DNBIAOl` has no number"),
            ("\"@Address\"", "\"@Adress\"", 18, "no type is `Adress`"),
            ("\"@Address\"", "\"@Person\"", 18, "the samples have no end"),
            ("= \"text\"", "= text", 12, "no JSON"),
            ("list_persons.response", "list_person.response", 20, "no payload is `list_person.response`"),
            ("module", "modules", 17, "`modules` is no kind of line"),
            ("response get", " response get", 18, "an indented line belongs to the one before it"),
            ("Person NSBIAu =", "Person NSBIAu Person =", 18, "`Person` is not understood"),
            (" /~* NSBIAu", " ~* NSBIAu", 16, "`~*` is no pointer"),
            ("\\u{20}", "\\u{20", 12, "an escape has no end"),
        ] {
            let text = TABLE.replacen(before, after, 1);
            assert_ne!(text, TABLE, "{before}");
            let error = read(&text).expect_err(after);
            assert!(error.line == line && error.what.contains(what), "{after}: {error}");
        }
    }
}
