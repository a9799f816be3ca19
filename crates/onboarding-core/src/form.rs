//! Bodies as `application/x-www-form-urlencoded`: a pair for each member, and for a list a pair for each of its items, as `OpenAPI`
//! has it where no `encoding` says otherwise. What lies deeper has no place in a form, and neither has null.

use std::fmt;

use serde::Serialize;
use serde::ser::{Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use url::form_urlencoded;

/// Why a body has no form. It never holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoForm(pub(crate) &'static str);

const NESTED: NoForm = NoForm("an object or a list within a list has no place in a form");
const NULL: NoForm = NoForm("null has no place in a form");
const NO_OBJECT: NoForm = NoForm("only an object has a form");
const NO_NUMBER: NoForm = NoForm("a member is no number");

impl fmt::Display for NoForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for NoForm {}

impl serde::ser::Error for NoForm {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        // The message may hold a value.
        Self("a member has no place in a form")
    }
}

/// The body as a form, members in the order in which they are written.
pub(crate) fn encode<T: Serialize + ?Sized>(body: &T) -> Result<String, NoForm> {
    let mut form = Form(form_urlencoded::Serializer::new(String::new()));
    body.serialize(&mut form)?;
    Ok(form.0.finish())
}

struct Form(form_urlencoded::Serializer<'static, String>);

/// The members of the body.
struct Members<'f> {
    form: &'f mut Form,
    name: String,
}

/// What a member holds, written under its name.
struct Member<'f> {
    form: &'f mut Form,
    name: &'f str,
    /// Whether it is an item of a list.
    is_item: bool,
}

/// A member's name.
struct Name;

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), NoForm> {
        self.name = name.serialize(Name)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoForm> {
        value.serialize(Member { form: self.form, name: &self.name, is_item: false })
    }

    fn end(self) -> Result<(), NoForm> {
        Ok(())
    }
}

impl SerializeStruct for Members<'_> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), NoForm> {
        value.serialize(Member { form: self.form, name, is_item: false })
    }

    fn end(self) -> Result<(), NoForm> {
        Ok(())
    }
}

impl SerializeSeq for Member<'_> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), NoForm> {
        item.serialize(Member { form: self.form, name: self.name, is_item: true })
    }

    fn end(self) -> Result<(), NoForm> {
        Ok(())
    }
}

impl Member<'_> {
    fn pair(self, value: &str) {
        self.form.0.append_pair(self.name, value);
    }
}

/// What a serializer does with kinds of values that it has no use for.
macro_rules! refuses {
    ($error:expr => $($method:ident($($type:ty),*) -> $ok:ty;)*) => {
        $(fn $method(self $(, _: $type)*) -> Result<$ok, NoForm> {
            Err($error)
        })*
    };
}

/// The kinds that are refused in every place.
macro_rules! refuses_rare {
    ($error:expr, $ok:ty) => {
        refuses! { $error =>
            serialize_bytes(&[u8]) -> $ok;
            serialize_unit_struct(&'static str) -> $ok;
            serialize_tuple_struct(&'static str, usize) -> Impossible<$ok, NoForm>;
            serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Impossible<$ok, NoForm>;
            serialize_struct_variant(&'static str, u32, &'static str, usize) -> Impossible<$ok, NoForm>;
        }

        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &T,
        ) -> Result<$ok, NoForm> {
            Err($error)
        }

        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<$ok, NoForm> {
            value.serialize(self)
        }

        fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<$ok, NoForm> {
            value.serialize(self)
        }
    };
}

impl<'f> Serializer for &'f mut Form {
    type Ok = ();
    type Error = NoForm;
    type SerializeSeq = Impossible<(), NoForm>;
    type SerializeTuple = Impossible<(), NoForm>;
    type SerializeTupleStruct = Impossible<(), NoForm>;
    type SerializeTupleVariant = Impossible<(), NoForm>;
    type SerializeMap = Members<'f>;
    type SerializeStruct = Members<'f>;
    type SerializeStructVariant = Impossible<(), NoForm>;

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'f>, NoForm> {
        Ok(Members { form: self, name: String::new() })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members<'f>, NoForm> {
        Ok(Members { form: self, name: String::new() })
    }

    refuses! { NO_OBJECT =>
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Impossible<(), NoForm>;
        serialize_tuple(usize) -> Impossible<(), NoForm>;
    }
    refuses_rare! { NO_OBJECT, () }
}

/// Values that are written as their `Display` says.
macro_rules! displayed {
    ($($method:ident: $type:ty;)*) => {
        $(fn $method(self, value: $type) -> Result<(), NoForm> {
            self.pair(&value.to_string());
            Ok(())
        })*
    };
}

impl<'f> Serializer for Member<'f> {
    type Ok = ();
    type Error = NoForm;
    type SerializeSeq = Member<'f>;
    type SerializeTuple = Impossible<(), NoForm>;
    type SerializeTupleStruct = Impossible<(), NoForm>;
    type SerializeTupleVariant = Impossible<(), NoForm>;
    type SerializeMap = Impossible<(), NoForm>;
    type SerializeStruct = Impossible<(), NoForm>;
    type SerializeStructVariant = Impossible<(), NoForm>;

    displayed! {
        serialize_bool: bool;
        serialize_i8: i8;
        serialize_i16: i16;
        serialize_i32: i32;
        serialize_i64: i64;
        serialize_u8: u8;
        serialize_u16: u16;
        serialize_u32: u32;
        serialize_u64: u64;
        serialize_char: char;
    }

    fn serialize_f32(self, value: f32) -> Result<(), NoForm> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), NoForm> {
        // The same text as in JSON, which is short for large and small numbers too.
        let number = serde_json::Number::from_f64(value).ok_or(NO_NUMBER)?;
        self.pair(&number.to_string());
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), NoForm> {
        self.pair(value);
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), NoForm> {
        self.pair(variant);
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Member<'f>, NoForm> {
        if self.is_item { Err(NESTED) } else { Ok(self) }
    }

    refuses! { NULL =>
        serialize_none() -> ();
        serialize_unit() -> ();
    }
    refuses! { NESTED =>
        serialize_tuple(usize) -> Impossible<(), NoForm>;
        serialize_map(Option<usize>) -> Impossible<(), NoForm>;
        serialize_struct(&'static str, usize) -> Impossible<(), NoForm>;
    }
    refuses_rare! { NESTED, () }
}

impl Serializer for Name {
    type Ok = String;
    type Error = NoForm;
    type SerializeSeq = Impossible<String, NoForm>;
    type SerializeTuple = Impossible<String, NoForm>;
    type SerializeTupleStruct = Impossible<String, NoForm>;
    type SerializeTupleVariant = Impossible<String, NoForm>;
    type SerializeMap = Impossible<String, NoForm>;
    type SerializeStruct = Impossible<String, NoForm>;
    type SerializeStructVariant = Impossible<String, NoForm>;

    fn serialize_str(self, name: &str) -> Result<String, NoForm> {
        Ok(name.to_owned())
    }

    refuses! { NESTED =>
        serialize_bool(bool) -> String;
        serialize_i8(i8) -> String;
        serialize_i16(i16) -> String;
        serialize_i32(i32) -> String;
        serialize_i64(i64) -> String;
        serialize_u8(u8) -> String;
        serialize_u16(u16) -> String;
        serialize_u32(u32) -> String;
        serialize_u64(u64) -> String;
        serialize_f32(f32) -> String;
        serialize_f64(f64) -> String;
        serialize_char(char) -> String;
        serialize_none() -> String;
        serialize_unit() -> String;
        serialize_unit_variant(&'static str, u32, &'static str) -> String;
        serialize_seq(Option<usize>) -> Impossible<String, NoForm>;
        serialize_tuple(usize) -> Impossible<String, NoForm>;
        serialize_map(Option<usize>) -> Impossible<String, NoForm>;
        serialize_struct(&'static str, usize) -> Impossible<String, NoForm>;
    }
    refuses_rare! { NESTED, String }
}
