//! JSON Schemas of the types that the macros give their form, behind the feature `schemars`.
//!
//! A schema says what the Rust type is, as schemars' own derive would: what is open to values beyond the documented ones says
//! so, a member that may be left out accepts `null` where it is read, and limits stand where the type is held against them.
//! Nothing of the vendor's document is carried along for it. A constant is described by its one value, although reading does
//! not insist on it.
//!
//! The macros expand to one small impl a type, which lists what the type is made of; the schema is put together here.

/// The schema of a type; nothing without the feature `schemars`, so that vendor crates need not ask for it.
#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __json_schema {
    (object $Name:ident
        [$($tr:expr,)*]
        [$($cw:literal = $cv:literal,)*]
        [$($rt:ty = $rw:literal [$($rr:expr,)*],)*]
        [$($ot:ty = $ow:literal [$($or:expr,)*],)*]
        [$($nt:ty = $nw:literal [$($nr:expr,)*],)*]
        [$($et:ty [$($er:expr,)*])?]
    ) => {
        $crate::__json_schema! { @ $Name, generator => $crate::__private::schema::object(
            generator,
            &[$($tr),*],
            &[
                $($crate::__private::schema::Member::constant($cw, $cv),)*
                $($crate::__private::schema::Member::required::<$rt>($rw, &[$($rr),*]),)*
                $($crate::__private::schema::Member::optional::<$ot>($ow, &[$($or),*]),)*
                $($crate::__private::schema::Member::nullable::<$nt>($nw, &[$($nr),*]),)*
            ],
            &[$(($crate::__private::schema::of::<$et>, &[$($er),*]))?],
        ) }
    };
    (text_enum $Name:ident [$($wire:literal)*]) => {
        $crate::__json_schema! { @ $Name, _generator => $crate::__private::schema::text_enum(&[$($wire),*]) }
    };
    (identifier $Name:ident $Type:ty, [$($rule:expr),*]) => {
        $crate::__json_schema! { @ $Name, generator => $crate::__private::schema::identifier(
            $crate::__private::schema::of::<$Type>(generator),
            &[$($rule),*],
        ) }
    };
    (tagged $Name:ident $tag:literal [$($wire:literal: $Type:ty,)*]) => {
        $crate::__json_schema! { @ $Name, generator => $crate::__private::schema::tagged(
            generator,
            $tag,
            &[$(($wire, $crate::__private::schema::of::<$Type>)),*],
        ) }
    };
    (untagged $Name:ident [$($Type:ty [$($rule:expr),*],)*]) => {
        $crate::__json_schema! { @ $Name, generator => $crate::__private::schema::untagged(
            generator,
            &[$(($crate::__private::schema::of::<$Type>, &[$($rule),*])),*],
        ) }
    };
    (scalar $Name:ident $kind:literal $($format:literal)?) => {
        $crate::__json_schema! { @ $Name inline true, _generator => $crate::__private::schema::scalar($kind, &[$($format)?]) }
    };
    (@ $Name:ident $(inline $inline:literal)?, $generator:ident => $schema:expr) => {
        impl $crate::__private::schema::JsonSchema for $Name {
            $(fn inline_schema() -> bool {
                $inline
            })?

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(::core::stringify!($Name))
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(::core::concat!(::core::module_path!(), "::", ::core::stringify!($Name)))
            }

            fn json_schema(
                $generator: &mut $crate::__private::schema::SchemaGenerator,
            ) -> $crate::__private::schema::Schema {
                $schema
            }
        }
    };
}

/// The schema of a type; nothing without the feature `schemars`, so that vendor crates need not ask for it.
#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __json_schema {
    ($($ignored:tt)*) => {};
}

/// What the impls call.
#[cfg(feature = "schemars")]
pub mod described {
    use std::borrow::Cow;

    pub use schemars::{JsonSchema, Schema, SchemaGenerator};
    use serde_json::{Map, Value, json};

    use crate::check::Limit;
    use crate::exact::NumberLimit;
    use crate::{Decimal, JsonValue, Patch, Rule};

    /// Gives the schema of one type, or a reference to it.
    pub type Describe = fn(&mut SchemaGenerator) -> Schema;

    /// The schema of a type as another one uses it.
    pub fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }

    /// A member of an object.
    pub struct Member<'r> {
        name: &'static str,
        value: MemberValue,
        required: bool,
        rules: &'r [Rule],
    }

    enum MemberValue {
        Constant(&'static str),
        /// The value where the type is written, and where it is read.
        Described {
            written: Describe,
            read: Describe,
        },
    }

    impl<'r> Member<'r> {
        /// A member with one fixed value.
        pub fn constant(name: &'static str, value: &'static str) -> Self {
            Self { name, value: MemberValue::Constant(value), required: true, rules: &[] }
        }

        /// A member that is always there.
        pub fn required<T: JsonSchema>(name: &'static str, rules: &'r [Rule]) -> Self {
            Self { name, value: MemberValue::Described { written: of::<T>, read: of::<T> }, required: true, rules }
        }

        /// A member that is left out when there is no value, and may be null where it is read.
        pub fn optional<T: JsonSchema>(name: &'static str, rules: &'r [Rule]) -> Self {
            let value = MemberValue::Described { written: of::<T>, read: of::<Option<T>> };
            Self { name, value, required: false, rules }
        }

        /// A member with three states.
        pub fn nullable<T: JsonSchema>(name: &'static str, rules: &'r [Rule]) -> Self {
            let value = MemberValue::Described { written: of::<Patch<T>>, read: of::<Patch<T>> };
            Self { name, value, required: false, rules }
        }
    }

    /// The schema of an object. `extra` is what members beyond these are, and their rules, where it keeps them.
    pub fn object(
        generator: &mut SchemaGenerator,
        rules: &[Rule],
        members: &[Member<'_>],
        extra: &[(Describe, &[Rule])],
    ) -> Schema {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for member in members {
            let mut schema = match member.value {
                MemberValue::Constant(value) => constant(value),
                MemberValue::Described { written, .. } if generator.contract().is_serialize() => written(generator),
                MemberValue::Described { read, .. } => read(generator),
            };
            limit(&mut schema, member.rules);
            properties.insert(member.name.to_owned(), schema.to_value());
            if member.required {
                required.push(Value::from(member.name));
            }
        }
        let mut schema = typed("object");
        if !properties.is_empty() {
            schema.insert("properties".to_owned(), Value::Object(properties));
        }
        if !required.is_empty() {
            schema.insert("required".to_owned(), Value::Array(required));
        }
        for (describe, rules) in extra {
            schema.insert("additionalProperties".to_owned(), describe(generator).to_value());
            limit(&mut schema, rules);
        }
        limit(&mut schema, rules);
        schema
    }

    /// The schema of a text of which some values are documented.
    pub fn text_enum(documented: &[&str]) -> Schema {
        let mut schema = Schema::default();
        schema.insert(
            "anyOf".to_owned(),
            json!([
                { "type": "string", "enum": documented },
                { "type": "string", "description": "A value that the vendor did not document." },
            ]),
        );
        schema
    }

    /// The schema of an identifier, which is this on the wire.
    pub fn identifier(mut schema: Schema, rules: &[Rule]) -> Schema {
        limit(&mut schema, rules);
        schema
    }

    /// The schema of a union told apart by the value of `tag`.
    pub fn tagged(generator: &mut SchemaGenerator, tag: &str, variants: &[(&str, Describe)]) -> Schema {
        let with_tag = |schema: &mut Schema, value: Schema| {
            schema.insert("type".to_owned(), Value::from("object"));
            schema.insert("properties".to_owned(), json!({ tag: value }));
            schema.insert("required".to_owned(), json!([tag]));
        };
        let mut alternatives = Vec::new();
        for (wire, describe) in variants {
            let mut schema = describe(generator);
            with_tag(&mut schema, constant(wire));
            alternatives.push(schema.to_value());
        }
        let mut tag_of_others = typed("string");
        let documented: Vec<&str> = variants.iter().map(|(wire, _)| *wire).collect();
        tag_of_others.insert("not".to_owned(), json!({ "enum": documented }));
        let mut others = typed("object");
        with_tag(&mut others, tag_of_others);
        others.insert("description".to_owned(), Value::from("A variant that the vendor did not document."));
        alternatives.push(others.to_value());
        let mut schema = Schema::default();
        schema.insert("oneOf".to_owned(), Value::Array(alternatives));
        schema
    }

    /// The schema of a union told apart by form.
    pub fn untagged(generator: &mut SchemaGenerator, variants: &[(Describe, &[Rule])]) -> Schema {
        let mut alternatives = Vec::new();
        for (describe, rules) in variants {
            let mut schema = describe(generator);
            limit(&mut schema, rules);
            alternatives.push(schema.to_value());
        }
        alternatives.push(json!({ "description": "A form that the vendor did not document." }));
        let mut schema = Schema::default();
        schema.insert("anyOf".to_owned(), Value::Array(alternatives));
        schema
    }

    /// The schema of a value without parts, and its format where it has one.
    pub fn scalar(kind: &'static str, format: &[&'static str]) -> Schema {
        let mut schema = typed(kind);
        for format in format {
            schema.insert("format".to_owned(), Value::from(*format));
        }
        schema
    }

    fn typed(kind: &'static str) -> Schema {
        let mut schema = Schema::default();
        schema.insert("type".to_owned(), Value::from(kind));
        schema
    }

    fn constant(value: &str) -> Schema {
        let mut schema = typed("string");
        schema.insert("const".to_owned(), Value::from(value));
        schema
    }

    /// Adds the limits that the value is held against.
    fn limit(schema: &mut Schema, rules: &[Rule]) {
        for rule in rules {
            let (keyword, value) = keyword(rule.limit);
            if rule.depth == 0 {
                schema.insert(keyword.to_owned(), value);
                continue;
            }
            let inner = (1..rule.depth).fold(elements(schema.as_object_mut()), |inner, _| elements(inner));
            if let Some(inner) = inner {
                inner.insert(keyword.to_owned(), value);
            }
        }
    }

    /// The schema of a list's items or of a map's values.
    fn elements(schema: Option<&mut Map<String, Value>>) -> Option<&mut Map<String, Value>> {
        let schema = schema?;
        let keyword = if schema.contains_key("items") { "items" } else { "additionalProperties" };
        schema.get_mut(keyword)?.as_object_mut()
    }

    fn keyword(limit: Limit) -> (&'static str, Value) {
        match limit {
            Limit::MinLength(length) => ("minLength", length.into()),
            Limit::MaxLength(length) => ("maxLength", length.into()),
            Limit::MinItems(count) => ("minItems", count.into()),
            Limit::MaxItems(count) => ("maxItems", count.into()),
            Limit::MinProperties(count) => ("minProperties", count.into()),
            Limit::MaxProperties(count) => ("maxProperties", count.into()),
            Limit::Minimum(number) => ("minimum", plain(&number)),
            Limit::Maximum(number) => ("maximum", plain(&number)),
            Limit::Above(number) => ("exclusiveMinimum", plain(&number)),
            Limit::Below(number) => ("exclusiveMaximum", plain(&number)),
            Limit::MultipleOf(step) => ("multipleOf", plain(&step)),
            Limit::UniqueItems => ("uniqueItems", Value::Bool(true)),
            Limit::Pattern { documented, .. } => ("pattern", documented.into()),
            Limit::Format(format) => ("format", format.into()),
            Limit::Exactly(value) => ("const", value.into()),
        }
    }

    fn plain(limit: &NumberLimit) -> Value {
        // The texts of numbers are those of JSON.
        limit.to_string().parse().map_or(Value::Null, Value::Number)
    }

    impl<T: JsonSchema> JsonSchema for Patch<T> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            Option::<T>::schema_name()
        }

        fn schema_id() -> Cow<'static, str> {
            Option::<T>::schema_id()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            Option::<T>::json_schema(generator)
        }
    }

    macro_rules! same_schema {
        ($($Type:ty as $Other:ty;)*) => {
            $(impl JsonSchema for $Type {
                fn inline_schema() -> bool {
                    <$Other>::inline_schema()
                }

                fn schema_name() -> Cow<'static, str> {
                    <$Other>::schema_name()
                }

                fn schema_id() -> Cow<'static, str> {
                    <$Other>::schema_id()
                }

                fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                    <$Other>::json_schema(generator)
                }
            })*
        };
    }

    same_schema! {
        Decimal as rust_decimal::Decimal;
        JsonValue as Value;
    }
}
