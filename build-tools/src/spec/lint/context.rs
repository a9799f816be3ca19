//! What the rules ask about a document.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ptr,
    rc::Rc,
};

use super::{composition::MAX_ALL_MEMBERS, grammar::Kind, walk::Site};
use crate::spec::{
    Document, Node, OperationEntry, Span,
    operations::operations,
    pointer::join,
    reference::{self, MAX_REFERENCES, only_part},
};

/// The document, with everything that more than one rule asks for worked out once.
pub(super) struct Context<'d> {
    pub(super) document: &'d Document,
    /// Every object, parents before children.
    pub(super) sites: Vec<Site<'d>>,
    /// Every operation and webhook.
    pub(super) operations: Vec<Operation<'d>>,
    /// What the object schemas have in total, by address: many questions are about the same few.
    objects: BTreeMap<usize, Rc<Object<'d>>>,
    /// What has been worked out about the kinds of schemas, by address.
    kinds: RefCell<BTreeMap<usize, JsonKinds>>,
}

/// An operation or a webhook.
pub(super) struct Operation<'d> {
    pub(super) entry: OperationEntry,
    pub(super) node: &'d Node,
    /// Where findings about all of it point: the key with the method.
    pub(super) span: Span,
    /// Its own parameters and those of its path, resolved.
    pub(super) parameters: Vec<ParameterUse<'d>>,
}

/// A parameter where an operation or a path declares it.
pub(super) struct ParameterUse<'d> {
    /// The parameter itself, not a reference to it.
    pub(super) node: &'d Node,
    pub(super) name: &'d str,
    pub(super) location: &'d str,
    /// Where it is declared for the operation: its name, or the reference.
    pub(super) span: Span,
    pub(super) pointer: String,
    /// Whether the path declares it, for all of its operations.
    pub(super) shared: bool,
}

/// A member of an object, its own or by `allOf`.
#[derive(Clone, Copy)]
pub(super) struct Member<'d> {
    pub(super) name: &'d str,
    pub(super) schema: &'d Node,
    pub(super) span: Span,
}

/// What an object schema has in total, once `allOf` is followed.
#[derive(Clone, Default)]
pub(super) struct Object<'d> {
    pub(super) members: Vec<Member<'d>>,
    pub(super) required: BTreeSet<&'d str>,
    /// The index of the first member of each name.
    by_name: BTreeMap<&'d str, usize>,
}

impl<'d> Object<'d> {
    /// An object of which only what it requires is known.
    pub(super) fn requiring(required: BTreeSet<&'d str>) -> Object<'d> {
        Object { required, ..Object::default() }
    }

    /// The first member of that name.
    pub(super) fn member(&self, name: &str) -> Option<&Member<'d>> {
        self.members.get(*self.by_name.get(name)?)
    }
}

/// The kinds of JSON values that a schema accepts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct JsonKinds(u8);

impl JsonKinds {
    const STRING: JsonKinds = JsonKinds(1);
    const NUMBER: JsonKinds = JsonKinds(2);
    const BOOLEAN: JsonKinds = JsonKinds(4);
    const OBJECT: JsonKinds = JsonKinds(8);
    const ARRAY: JsonKinds = JsonKinds(16);
    const NULL: JsonKinds = JsonKinds(32);
    const ALL: JsonKinds = JsonKinds(63);

    fn of_type(name: &str) -> JsonKinds {
        match name {
            "string" => JsonKinds::STRING,
            "number" | "integer" => JsonKinds::NUMBER,
            "boolean" => JsonKinds::BOOLEAN,
            "object" => JsonKinds::OBJECT,
            "array" => JsonKinds::ARRAY,
            _ => JsonKinds::ALL,
        }
    }

    fn or(self, other: JsonKinds) -> JsonKinds {
        JsonKinds(self.0 | other.0)
    }

    fn and(self, other: JsonKinds) -> JsonKinds {
        JsonKinds(self.0 & other.0)
    }

    /// Whether some value is of a kind in both, apart from null.
    pub(super) fn overlap(self, other: JsonKinds) -> bool {
        self.0 & other.0 & !JsonKinds::NULL.0 != 0
    }

    pub(super) fn is_exactly_string(self) -> bool {
        self.0 & !JsonKinds::NULL.0 == JsonKinds::STRING.0
    }

    pub(super) fn is_exactly_object(self) -> bool {
        self.0 & !JsonKinds::NULL.0 == JsonKinds::OBJECT.0
    }

    pub(super) fn is_exactly_array(self) -> bool {
        self.0 & !JsonKinds::NULL.0 == JsonKinds::ARRAY.0
    }

    /// Whether every value is a text, a number or a boolean.
    pub(super) fn is_scalar(self) -> bool {
        let scalars = JsonKinds::STRING.or(JsonKinds::NUMBER).or(JsonKinds::BOOLEAN);
        self.0 & !scalars.0 == 0
    }

    pub(super) fn allows_null(self) -> bool {
        self.0 & JsonKinds::NULL.0 != 0
    }

    /// The same kinds without null.
    pub(super) fn without_null(self) -> JsonKinds {
        JsonKinds(self.0 & !JsonKinds::NULL.0)
    }

    pub(super) fn is_anything(self) -> bool {
        self.0 | JsonKinds::NULL.0 == JsonKinds::ALL.0
    }
}

impl<'d> Context<'d> {
    pub(super) fn new(document: &'d Document, sites: Vec<Site<'d>>) -> Context<'d> {
        let (objects, kinds) = (BTreeMap::new(), RefCell::default());
        let mut context = Context { document, sites, operations: Vec::new(), objects, kinds };
        let has_members = |node: &Node| ["properties", "required", "allOf"].iter().any(|key| node.get(key).is_some());
        let mut members = 0;
        for site in context.sites.iter().filter(|site| site.kind == Kind::Schema && has_members(site.node)) {
            // What only wraps a reference is what it refers to, and what is joined in place is a mistake of its own.
            if wrapped(site.node).is_some() || members > MAX_ALL_MEMBERS {
                continue;
            }
            let object = context.collected(site.node);
            // Those of the schema itself are as many as the text has; those that are joined may be more.
            if site.node.get("allOf").is_some() {
                members += object.members.len();
            }
            context.objects.insert(ptr::from_ref(site.node).addr(), object);
        }
        context.operations = operations(document)
            .into_iter()
            .filter_map(|entry| {
                let node = document.root.at(&entry.pointer)?;
                let span = document.locate(&entry.pointer);
                let parameters = context.parameters(&entry, node);
                Some(Operation { entry, node, span, parameters })
            })
            .collect();
        context
    }

    /// Every object of a kind; references to such objects are left out.
    pub(super) fn objects(&self, kind: Kind) -> impl Iterator<Item = &Site<'d>> {
        self.sites.iter().filter(move |site| site.kind == kind && !site.is_reference())
    }

    /// The object around a site.
    pub(super) fn parent(&self, site: &Site<'d>) -> Option<&Site<'d>> {
        self.sites.get(site.parent?)
    }

    /// The end of a chain of references; `None` when it leads nowhere or round in a circle.
    pub(super) fn follow(&self, node: &'d Node) -> Option<&'d Node> {
        reference::follow(&self.document.root, node)
    }

    /// As [`Context::follow`], and through `allOf` with a single item, which only adds a description or `nullable`.
    pub(super) fn unwrap(&self, node: &'d Node) -> Option<&'d Node> {
        let mut node = self.follow(node)?;
        for _ in 0..MAX_REFERENCES {
            match only_part(node).filter(|_| node.get("properties").is_none()) {
                Some(only) => node = self.follow(only)?,
                None => return Some(node),
            }
        }
        None
    }

    /// The `type` that a schema has in the end.
    pub(super) fn type_of(&self, node: &'d Node) -> Option<&'d str> {
        self.unwrap(node)?.get("type")?.as_str()
    }

    /// The members of an object schema, `allOf` included.
    pub(super) fn object(&self, node: &'d Node) -> Rc<Object<'d>> {
        let mut node = self.follow(node).unwrap_or(node);
        for _ in 0..MAX_REFERENCES {
            let Some(inner) = wrapped(node).and_then(|inner| self.follow(inner)) else {
                break;
            };
            node = inner;
        }
        let known = self.objects.get(&ptr::from_ref(node).addr());
        known.map(Rc::clone).unwrap_or_default()
    }

    fn collected(&self, node: &'d Node) -> Rc<Object<'d>> {
        let mut object = Object::default();
        self.collect_object(node, &mut object, &mut BTreeSet::new(), MAX_REFERENCES);
        for (index, member) in object.members.iter().enumerate() {
            object.by_name.entry(member.name).or_insert(index);
        }
        Rc::new(object)
    }

    /// `depth` is how much further the composition may go; beyond it, it is reported as `unsupported`.
    fn collect_object(&self, node: &'d Node, object: &mut Object<'d>, visited: &mut BTreeSet<usize>, depth: usize) {
        let (Some(node), Some(depth)) = (self.follow(node), depth.checked_sub(1)) else {
            return;
        };
        if !visited.insert(ptr::from_ref(node).addr()) {
            return;
        }
        for part in node.get("allOf").and_then(Node::as_sequence).unwrap_or_default() {
            self.collect_object(part, object, visited, depth);
        }
        for entry in node.get("properties").and_then(Node::as_mapping).unwrap_or_default() {
            object.members.push(Member { name: &entry.key, schema: &entry.value, span: entry.key_span });
        }
        let required = node.get("required").and_then(Node::as_sequence).unwrap_or_default();
        object.required.extend(required.iter().filter_map(Node::as_str));
    }

    /// The kinds of JSON values that a schema accepts, judged by types alone.
    pub(super) fn json_kinds(&self, node: &'d Node) -> JsonKinds {
        self.collect_kinds(node, MAX_REFERENCES)
    }

    /// A schema that is met again while it is worked out accepts anything, and so does one beyond `depth`.
    fn collect_kinds(&self, node: &'d Node, depth: usize) -> JsonKinds {
        let (Some(node), Some(depth)) = (self.follow(node), depth.checked_sub(1)) else {
            return JsonKinds::ALL;
        };
        let identity = ptr::from_ref(node).addr();
        if let Some(kinds) = self.kinds.borrow().get(&identity) {
            return *kinds;
        }
        self.kinds.borrow_mut().insert(identity, JsonKinds::ALL);
        let mut kinds = node.get("type").and_then(Node::as_str).map_or(JsonKinds::ALL, JsonKinds::of_type);
        for part in node.get("allOf").and_then(Node::as_sequence).unwrap_or_default() {
            kinds = kinds.and(self.collect_kinds(part, depth));
        }
        for union in ["oneOf", "anyOf"] {
            if let Some(variants) = node.get(union).and_then(Node::as_sequence) {
                let mut either = JsonKinds::default();
                for variant in variants {
                    either = either.or(self.collect_kinds(variant, depth));
                }
                kinds = kinds.and(either);
            }
        }
        if node.get("nullable").and_then(Node::as_bool) == Some(true) {
            kinds = kinds.or(JsonKinds::NULL);
        }
        self.kinds.borrow_mut().insert(identity, kinds);
        kinds
    }

    /// The schemas of a document by name.
    pub(super) fn schema_names(&self) -> impl Iterator<Item = &'d str> {
        let schemas = self.document.root.at("/components/schemas").and_then(Node::as_mapping).unwrap_or_default();
        schemas.iter().map(|entry| entry.key.as_str())
    }

    fn parameters(&self, entry: &OperationEntry, node: &'d Node) -> Vec<ParameterUse<'d>> {
        let mut uses = Vec::new();
        let path_pointer = entry.pointer.rsplit_once('/').map_or("", |(path, _)| path);
        let path_item = self.document.root.at(path_pointer);
        self.collect_parameters(path_item, path_pointer, true, &mut uses);
        self.collect_parameters(Some(node), &entry.pointer, false, &mut uses);
        uses
    }

    fn collect_parameters(
        &self,
        holder: Option<&'d Node>,
        pointer: &str,
        shared: bool,
        uses: &mut Vec<ParameterUse<'d>>,
    ) {
        let Some(list) = holder.and_then(|holder| holder.get("parameters")).and_then(Node::as_sequence) else {
            return;
        };
        let list_pointer = join(pointer, "parameters");
        for (index, item) in list.iter().enumerate() {
            let Some(node) = self.follow(item) else {
                continue;
            };
            let text = |key: &str| node.get(key).and_then(Node::as_str);
            let (Some(name), Some(location)) = (text("name"), text("in")) else {
                continue;
            };
            let span = item.get("$ref").or(item.get("name")).map_or(item.span, |named| named.span);
            let pointer = join(&list_pointer, &index.to_string());
            uses.push(ParameterUse { node, name, location, span, pointer, shared });
        }
    }
}

/// The reference that a schema only wraps, to describe it or to allow null.
fn wrapped(node: &Node) -> Option<&Node> {
    let is_other = ["properties", "required"].iter().any(|key| node.get(key).is_some());
    only_part(node).filter(|only| !is_other && only.get("$ref").is_some())
}
