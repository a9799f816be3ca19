//! A schema at a place, seen through its references.

use std::borrow::Borrow;

use indexmap::IndexMap;
use openapiv3::{AdditionalProperties, AnySchema, Discriminator, ReferenceOr, Schema, SchemaData, SchemaKind, Type};
use serde_json::Value;

use super::{CountRange, Extensions, Limits, Model};
use crate::passes::escape;
use crate::spec::COMPONENT_PREFIX;

/// How many references may stand behind each other; the linter refuses fewer than this already.
const MAX_REFERENCES: usize = 32;

/// A schema at a place of the document.
///
/// What ends in `_here` is said by the schema itself. The rest follows references, and every `allOf` that only wraps one.
#[derive(Clone, Debug)]
pub struct View<'m> {
    model: &'m Model,
    written: Written<'m>,
    /// The same in JSON, for what the typed document rounds.
    json: &'m Value,
    pointer: String,
}

/// How a schema is written.
#[derive(Clone, Copy, Debug)]
enum Written<'m> {
    Reference(&'m str),
    InPlace(&'m Schema),
    /// Not at all, where any value fits.
    Absent,
}

/// What a schema is. The first that fits is what it is: a union beside a `type` is a union.
#[derive(Clone, Debug)]
pub enum Shape<'m> {
    /// What the component of this name is.
    Reference(&'m str),
    /// One of several schemas.
    Union(Union<'m>),
    /// All of several schemas; one that is only a reference with something said beside it is here too.
    AllOf(Vec<View<'m>>),
    /// A text.
    Text {
        /// How it is written.
        format: Option<&'m str>,
    },
    /// An integer.
    Integer {
        /// How large it may be.
        format: Option<&'m str>,
    },
    /// A number.
    Number {
        /// How exact it is.
        format: Option<&'m str>,
    },
    /// `true` or `false`.
    Boolean,
    /// A list.
    List {
        /// What each item is.
        items: Option<View<'m>>,
    },
    /// An object with named members, of which it may have none.
    Object {
        /// The members, in the document's order.
        properties: Vec<(&'m str, View<'m>)>,
        /// The names of those that must be there.
        required: Vec<&'m str>,
        /// What other members are.
        additional: Additional<'m>,
    },
    /// An object of which no member is named.
    Map {
        /// What each value is.
        values: Additional<'m>,
    },
    /// Any value.
    Anything,
}

/// What a schema is, without what it is made of: the cases of [`Shape`], for what asks of each use of a schema and must not list its
/// members each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the case of `Shape` with its name")]
pub enum Category<'m> {
    Reference(&'m str),
    Union,
    AllOf,
    Text { format: Option<&'m str> },
    Integer { format: Option<&'m str> },
    Number { format: Option<&'m str> },
    Boolean,
    List,
    Object,
    Map,
    Anything,
}

/// What members without a name of their own are.
#[derive(Clone, Debug)]
pub enum Additional<'m> {
    /// The document does not say: they may come.
    Unsaid,
    /// There are none.
    Refused,
    /// Any values.
    Any,
    /// Values of this schema.
    Values(View<'m>),
}

/// A union.
#[derive(Clone, Debug)]
pub struct Union<'m> {
    /// `oneOf` or `anyOf`.
    pub keyword: &'static str,
    /// The variants.
    pub variants: Vec<View<'m>>,
    /// The member whose value tells the variants apart.
    pub tag: Option<&'m str>,
    /// Values of that member, and the references that they lead to.
    pub mapping: Vec<(&'m str, &'m str)>,
    /// Names in Rust for values of that member, which `x-rust-name` gives beside the mapping.
    names: Option<&'m Value>,
}

impl<'m> Union<'m> {
    /// The name in Rust that the document gives to a value of the tag.
    pub fn rust_name(&self, wire: &str) -> Option<&'m str> {
        self.names?.get(wire)?.as_str()
    }
}

impl<'m> View<'m> {
    /// The library has some schemas in boxes and others not.
    pub(super) fn new<S: Borrow<Schema>>(
        model: &'m Model,
        schema: &'m ReferenceOr<S>,
        json: &'m Value,
        pointer: String,
    ) -> Self {
        let written = match schema {
            ReferenceOr::Reference { reference } => Written::Reference(reference),
            ReferenceOr::Item(schema) => Written::InPlace(schema.borrow()),
        };
        Self { model, written, json, pointer }
    }

    /// Any value, at a place where the document has no schema.
    pub(super) fn absent(model: &'m Model, pointer: String) -> Self {
        Self { model, written: Written::Absent, json: &Value::Null, pointer }
    }

    /// Any value, in the place of this schema.
    pub fn anything(&self) -> Self {
        Self::absent(self.model, self.pointer.clone())
    }

    /// A reference that stands elsewhere than in a schema, such as in a mapping.
    pub fn reference_at(&self, reference: &'m str, pointer: String) -> Self {
        Self { model: self.model, written: Written::Reference(reference), json: &Value::Null, pointer }
    }

    /// The document.
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// The place, as a JSON pointer.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// A copy of the schema as the library has it.
    pub fn to_openapi(&self) -> ReferenceOr<Schema> {
        match self.written {
            Written::Reference(reference) => ReferenceOr::Reference { reference: reference.to_owned() },
            Written::InPlace(schema) => ReferenceOr::Item(schema.clone()),
            Written::Absent => ReferenceOr::Item(Schema {
                schema_data: SchemaData::default(),
                schema_kind: SchemaKind::Any(AnySchema::default()),
            }),
        }
    }

    /// The component that the schema refers to by `$ref`.
    pub fn reference(&self) -> Option<&'m str> {
        match self.written {
            Written::Reference(reference) => reference.strip_prefix(COMPONENT_PREFIX),
            Written::InPlace(_) | Written::Absent => None,
        }
    }

    /// The component that the schema refers to, by `$ref` or by an `allOf` with one entry that is a reference.
    pub fn component_name(&self) -> Option<&'m str> {
        self.reference().or_else(|| match self.schema()?.all_of() {
            [ReferenceOr::Reference { reference }] => reference.strip_prefix(COMPONENT_PREFIX),
            _ => None,
        })
    }

    /// The component that the schema refers to, as it is itself; `None` for what is no reference, or one that leads nowhere.
    pub fn target(&self) -> Option<View<'m>> {
        self.model.component(self.component_name()?)
    }

    /// The schema at the end of all `$ref`, where an `allOf` is one that only wraps a reference too; `None` where they lead nowhere or in
    /// a circle.
    pub fn in_place(&self) -> Option<View<'m>> {
        let mut view = self.clone();
        for _ in 0..=MAX_REFERENCES {
            let Some(name) = view.reference() else { return Some(view) };
            view = self.model.component(name)?;
        }
        None
    }

    /// The schema at the end of all references; `None` where they lead nowhere or in a circle.
    pub fn resolved(&self) -> Option<View<'m>> {
        let mut view = self.clone();
        for _ in 0..=MAX_REFERENCES {
            if view.component_name().is_none() {
                return Some(view);
            }
            view = view.target()?;
        }
        None
    }

    /// The schema and those that its references lead through, to the last.
    pub fn way(&self) -> Vec<View<'m>> {
        let mut way = vec![self.clone()];
        while way.len() <= MAX_REFERENCES
            && let Some(next) = way.last().and_then(View::target)
        {
            way.push(next);
        }
        way
    }

    fn schema(&self) -> Option<Parts<'m>> {
        match self.written {
            Written::InPlace(schema) => Some(Parts(schema)),
            Written::Reference(_) | Written::Absent => None,
        }
    }

    fn data(&self) -> Option<&'m SchemaData> {
        self.schema().map(|schema| &schema.0.schema_data)
    }

    /// What it is, as the document says here.
    pub fn description(&self) -> &'m str {
        self.data().and_then(|data| data.description.as_deref()).unwrap_or_default()
    }

    /// Its title.
    pub fn title(&self) -> &'m str {
        self.data().and_then(|data| data.title.as_deref()).unwrap_or_default()
    }

    /// Whether the vendor advises against it.
    pub fn deprecated(&self) -> bool {
        self.data().is_some_and(|data| data.deprecated)
    }

    /// The `x-` keywords.
    pub fn extensions(&self) -> Extensions {
        self.data().map(|data| Extensions::of(&data.extensions)).unwrap_or_default()
    }

    /// The name in Rust that the schema itself gives.
    pub fn rust_name(&self) -> Option<&'m str> {
        self.data()?.extensions.get("x-rust-name").and_then(Value::as_str)
    }

    /// Whether it is the address of one thing.
    pub fn is_resource(&self) -> bool {
        self.data().is_some_and(|data| data.extensions.contains_key("x-resource"))
    }

    /// Whether the schema itself allows null.
    pub fn nullable_here(&self) -> bool {
        self.data().is_some_and(|data| data.nullable)
    }

    /// Whether null fits: said here, or by a component on the way.
    pub fn is_nullable(&self) -> bool {
        self.way().iter().any(View::nullable_here)
    }

    /// Whether the schema itself is marked as sensitive.
    pub fn sensitive_here(&self) -> bool {
        self.data().and_then(|data| data.extensions.get("x-sensitive")).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Whether it is marked as sensitive, here or by a component on the way.
    pub fn is_sensitive(&self) -> bool {
        self.way().iter().any(View::sensitive_here)
    }

    /// The documented example.
    pub fn example(&self) -> Option<&'m Value> {
        self.json.get("example")
    }

    /// The documented default, null included.
    pub fn default(&self) -> Option<&'m Value> {
        self.json.get("default")
    }

    /// The documented values, where there are only these.
    pub fn values(&self) -> Option<&'m [Value]> {
        self.json.get("enum").and_then(Value::as_array).map(Vec::as_slice)
    }

    /// The only text that fits.
    pub fn only_text(&self) -> Option<&'m str> {
        match self.values() {
            Some([Value::String(text)]) => Some(text),
            _ => None,
        }
    }

    /// What the schema itself demands beyond its type, without what it refers to.
    pub fn limits(&self) -> Limits {
        Limits::of_json(self.json)
    }

    /// How many characters a text has: as [`View::limits`] has it, without the rest.
    pub fn length(&self) -> CountRange {
        CountRange::of_json(self.json, "minLength", "maxLength")
    }

    /// The regular expression that a text matches.
    pub fn pattern(&self) -> Option<&'m str> {
        self.json.get("pattern").and_then(Value::as_str)
    }

    /// The `format`, also where one is beside an `allOf`.
    pub fn format(&self) -> Option<&'m str> {
        self.json.get("format").and_then(Value::as_str)
    }

    /// The `type` and the `format` as the document has them.
    pub fn type_and_format(&self) -> (Option<&'m str>, Option<&'m str>) {
        match self.category() {
            Category::Text { format } => (Some("string"), format),
            Category::Integer { format } => (Some("integer"), format),
            Category::Number { format } => (Some("number"), format),
            Category::Boolean => (Some("boolean"), None),
            Category::List => (Some("array"), None),
            Category::Object | Category::Map => (Some("object"), None),
            Category::Reference(_) | Category::Union | Category::AllOf | Category::Anything => (None, None),
        }
    }

    /// Whether members have names of their own.
    pub fn has_properties(&self) -> bool {
        self.json.get("properties").is_some()
    }

    /// The named members, in the document's order.
    pub fn properties(&self) -> Vec<(&'m str, View<'m>)> {
        let Some(properties) = self.schema().and_then(Parts::properties) else { return Vec::new() };
        properties
            .iter()
            .map(|(name, schema)| {
                let json = self.json.get("properties").and_then(|members| members.get(name)).unwrap_or(&Value::Null);
                let pointer = format!("{}/properties/{}", self.pointer, escape(name));
                (name.as_str(), Self::new(self.model, schema, json, pointer))
            })
            .collect()
    }

    /// The member of that name.
    pub fn property(&self, name: &str) -> Option<View<'m>> {
        let (name, schema) = self.schema()?.properties()?.get_key_value(name)?;
        let json = self.json.get("properties")?.get(name)?;
        Some(Self::new(self.model, schema, json, format!("{}/properties/{}", self.pointer, escape(name))))
    }

    /// The names of the members that must be there.
    pub fn required(&self) -> Vec<&'m str> {
        self.schema().map_or_else(Vec::new, |schema| schema.required().iter().map(String::as_str).collect())
    }

    /// What members without a name of their own are.
    pub fn additional(&self) -> Additional<'m> {
        match self.schema().and_then(Parts::additional) {
            None => Additional::Unsaid,
            Some(AdditionalProperties::Any(false)) => Additional::Refused,
            Some(AdditionalProperties::Any(true)) => Additional::Any,
            Some(AdditionalProperties::Schema(schema)) => {
                let (json, pointer) = self.beside("additionalProperties");
                Additional::Values(Self::new(self.model, schema, json, pointer))
            }
        }
    }

    /// What each item of the list is.
    pub fn items(&self) -> Option<View<'m>> {
        let schema = self.schema()?.items()?;
        let (json, pointer) = self.beside("items");
        Some(Self::new(self.model, schema, json, pointer))
    }

    /// The schemas of an `allOf`.
    pub fn parts(&self) -> Vec<View<'m>> {
        self.several("allOf", self.schema().map_or(&[], |schema| schema.all_of()))
    }

    /// The union that it is.
    pub fn union(&self) -> Option<Union<'m>> {
        let (keyword, variants) = self.schema()?.variants()?;
        let discriminator: Option<&'m Discriminator> = self.data()?.discriminator.as_ref();
        let mapping = discriminator.into_iter().flat_map(|discriminator| &discriminator.mapping);
        Some(Union {
            keyword,
            variants: self.several(keyword, variants),
            tag: discriminator.map(|discriminator| discriminator.property_name.as_str()),
            mapping: mapping.map(|(wire, reference)| (wire.as_str(), reference.as_str())).collect(),
            names: discriminator.and_then(|discriminator| discriminator.extensions.get("x-rust-name")),
        })
    }

    /// The member whose value tells the variants of a union apart.
    pub fn tag(&self) -> Option<&'m str> {
        Some(self.data()?.discriminator.as_ref()?.property_name.as_str())
    }

    /// The component that a value of the tag leads to, with its name.
    pub fn tagged_variant(&self, wire: &str) -> Option<(&'m str, View<'m>)> {
        let reference = self.data()?.discriminator.as_ref()?.mapping.get(wire)?;
        let name = reference.strip_prefix(COMPONENT_PREFIX)?;
        Some((name, self.model.component(name)?))
    }

    /// What the schema is.
    pub fn shape(&self) -> Shape<'m> {
        match self.category() {
            Category::Reference(reference) => Shape::Reference(reference),
            Category::Union => self.union().map_or(Shape::Anything, Shape::Union),
            Category::AllOf => Shape::AllOf(self.parts()),
            Category::Text { format } => Shape::Text { format },
            Category::Integer { format } => Shape::Integer { format },
            Category::Number { format } => Shape::Number { format },
            Category::Boolean => Shape::Boolean,
            Category::List => Shape::List { items: self.items() },
            Category::Object => Shape::Object {
                properties: self.properties(),
                required: self.required(),
                additional: self.additional(),
            },
            Category::Map => Shape::Map { values: self.additional() },
            Category::Anything => Shape::Anything,
        }
    }

    /// What the schema is, without what it is made of.
    pub fn category(&self) -> Category<'m> {
        let schema = match self.written {
            Written::Absent => return Category::Anything,
            Written::Reference(reference) => {
                return Category::Reference(reference.strip_prefix(COMPONENT_PREFIX).unwrap_or(reference));
            }
            Written::InPlace(schema) => schema,
        };
        match &schema.schema_kind {
            SchemaKind::OneOf { .. } | SchemaKind::AnyOf { .. } => Category::Union,
            SchemaKind::AllOf { .. } => Category::AllOf,
            SchemaKind::Type(kind) => match kind {
                Type::String(_) => Category::Text { format: self.format() },
                Type::Number(_) => Category::Number { format: self.format() },
                Type::Integer(_) => Category::Integer { format: self.format() },
                Type::Object(_) => self.object(),
                Type::Array(_) => Category::List,
                Type::Boolean(_) => Category::Boolean,
            },
            // What has a keyword that its type does not know, such as a number that the library cannot hold.
            SchemaKind::Any(any) => self.mixed(any),
            SchemaKind::Not { .. } => Category::Anything,
        }
    }

    fn mixed(&self, any: &AnySchema) -> Category<'m> {
        if !any.one_of.is_empty() || !any.any_of.is_empty() {
            return Category::Union;
        }
        if !any.all_of.is_empty() {
            return Category::AllOf;
        }
        match any.typ.as_deref() {
            Some("string") => Category::Text { format: self.format() },
            Some("integer") => Category::Integer { format: self.format() },
            Some("number") => Category::Number { format: self.format() },
            Some("boolean") => Category::Boolean,
            Some("array") => Category::List,
            Some("object") => self.object(),
            Some(_) | None => Category::Anything,
        }
    }

    fn object(&self) -> Category<'m> {
        if self.has_properties() { Category::Object } else { Category::Map }
    }

    fn beside(&self, keyword: &str) -> (&'m Value, String) {
        (self.json.get(keyword).unwrap_or(&Value::Null), format!("{}/{keyword}", self.pointer))
    }

    fn several(&self, keyword: &str, schemas: &'m [ReferenceOr<Schema>]) -> Vec<View<'m>> {
        let (json, pointer) = self.beside(keyword);
        let at = |(index, schema)| {
            let json = json.get(index).unwrap_or(&Value::Null);
            Self::new(self.model, schema, json, format!("{pointer}/{index}"))
        };
        schemas.iter().enumerate().map(at).collect()
    }
}

/// The same keyword wherever the typed document has it.
#[derive(Clone, Copy)]
struct Parts<'m>(&'m Schema);

impl<'m> Parts<'m> {
    fn all_of(self) -> &'m [ReferenceOr<Schema>] {
        match &self.0.schema_kind {
            SchemaKind::AllOf { all_of } => all_of,
            SchemaKind::Any(any) => &any.all_of,
            SchemaKind::Type(_) | SchemaKind::OneOf { .. } | SchemaKind::AnyOf { .. } | SchemaKind::Not { .. } => &[],
        }
    }

    fn variants(self) -> Option<(&'static str, &'m [ReferenceOr<Schema>])> {
        match &self.0.schema_kind {
            SchemaKind::OneOf { one_of } => Some(("oneOf", one_of)),
            SchemaKind::AnyOf { any_of } => Some(("anyOf", any_of)),
            SchemaKind::Any(any) if !any.one_of.is_empty() => Some(("oneOf", &any.one_of)),
            SchemaKind::Any(any) if !any.any_of.is_empty() => Some(("anyOf", &any.any_of)),
            SchemaKind::Any(_) | SchemaKind::Type(_) | SchemaKind::AllOf { .. } | SchemaKind::Not { .. } => None,
        }
    }

    fn properties(self) -> Option<&'m indexmap::IndexMap<String, ReferenceOr<Box<Schema>>>> {
        match &self.0.schema_kind {
            SchemaKind::Type(Type::Object(object)) => Some(&object.properties),
            SchemaKind::Any(any) => Some(&any.properties),
            _ => None,
        }
    }

    fn required(self) -> &'m [String] {
        match &self.0.schema_kind {
            SchemaKind::Type(Type::Object(object)) => &object.required,
            SchemaKind::Any(any) => &any.required,
            _ => &[],
        }
    }

    fn additional(self) -> Option<&'m AdditionalProperties> {
        match &self.0.schema_kind {
            SchemaKind::Type(Type::Object(object)) => object.additional_properties.as_ref(),
            SchemaKind::Any(any) => any.additional_properties.as_ref(),
            _ => None,
        }
    }

    fn items(self) -> Option<&'m ReferenceOr<Box<Schema>>> {
        match &self.0.schema_kind {
            SchemaKind::Type(Type::Array(array)) => array.items.as_ref(),
            SchemaKind::Any(any) => any.items.as_ref(),
            _ => None,
        }
    }
}

impl Model {
    /// The component schema of that name.
    pub fn component(&self, name: &str) -> Option<View<'_>> {
        let (name, schema) = self.schemas()?.get_key_value(name)?;
        Some(self.of_component(name, schema))
    }

    /// All component schemas by name, in the order of their names.
    pub fn components(&self) -> Vec<(&str, View<'_>)> {
        let mut components: Vec<(&str, View<'_>)> = self
            .schemas()
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.as_str(), self.of_component(name, schema)))
            .collect();
        components.sort_by_key(|(name, _)| *name);
        components
    }

    fn schemas(&self) -> Option<&IndexMap<String, ReferenceOr<Schema>>> {
        Some(&self.openapi.components.as_ref()?.schemas)
    }

    fn of_component<'m>(&'m self, name: &str, schema: &'m ReferenceOr<Schema>) -> View<'m> {
        self.view(schema, format!("/components/schemas/{}", escape(name)))
    }

    /// The view of a schema at a place.
    pub(super) fn view<'m>(&'m self, schema: &'m ReferenceOr<Schema>, pointer: String) -> View<'m> {
        View::new(self, schema, self.json.pointer(&pointer).unwrap_or(&Value::Null), pointer)
    }
}
