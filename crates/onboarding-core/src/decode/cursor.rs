//! The deserializer that reads values from an indexed text.
//!
//! It goes forward only, so every value is decoded once. Unions are chosen by looking at the members of their own object, before
//! anything is decoded. What decoding allocates is charged against a budget that grows with the body, before it is allocated.

use std::borrow::Cow;
use std::cell::Cell;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::Segment;
use super::fault::Fault;
use super::index::{Kind, Token};
use crate::number;

/// Names of newtype structs by which types of this crate ask a cursor for what serde has no word for.
///
/// Other deserializers take them for newtype structs, which tells those types that they have to do with another.
pub(crate) mod ask {
    /// For the choice of a union's variant.
    pub(crate) const UNION: &str = "onboarding_core::union";
    /// For the text of a number, or what a string holds.
    pub(crate) const NUMBER: &str = "onboarding_core::number";
    /// For the JSON text of a value.
    pub(crate) const TEXT: &str = "onboarding_core::text";
    /// For the value of a member beyond the documented ones, which is kept in a map.
    pub(crate) const FURTHER: &str = "onboarding_core::further";
}

/// How much memory may be charged for each byte of a body, beside its index and the body itself.
const PER_BYTE: usize = 16;

/// How much memory may be charged whatever the body's size.
const ALLOWANCE: usize = 16 * 1024 * 1024;

/// How deeply values may be decoded within each other. What is skipped or kept as it came may lie deeper, see
/// [`MAX_DEPTH`](super::index::MAX_DEPTH).
const MAX_DECODED_DEPTH: u32 = 64;

/// As much as serde's lists reserve at once.
const RESERVED_AT_ONCE: usize = 1024 * 1024;

/// As many entries as a node of a map holds.
const NODE: usize = 11;

/// What the memory allocator needs for itself.
const OVERHEAD: usize = 16;

/// What the cursors of one text share.
pub(crate) struct State<'de, 's> {
    text: &'de str,
    tokens: &'s [Token],
    /// How much memory may still be charged.
    budget: Cell<usize>,
    /// How much memory there is already for the value that comes next: it stands in its list, or in its object.
    place: Cell<usize>,
    depth: Cell<u32>,
    /// The object whose member is being read, and the one that has last been given a map for further members.
    object: Cell<u32>,
    with_further: Cell<u32>,
    /// How often a token was looked at.
    looks: Cell<usize>,
}

impl<'de, 's> State<'de, 's> {
    pub(crate) fn new(text: &'de str, tokens: &'s [Token]) -> Self {
        Self {
            text,
            tokens,
            budget: Cell::new(text.len().saturating_mul(PER_BYTE).saturating_add(ALLOWANCE)),
            place: Cell::new(0),
            depth: Cell::new(0),
            object: Cell::new(0),
            with_further: Cell::new(u32::MAX),
            looks: Cell::new(0),
        }
    }

    /// The value of the whole text.
    pub(crate) const fn root(&self) -> Cursor<'de, '_> {
        self.at(0)
    }

    /// The value whose token this is.
    pub(crate) const fn at(&self, token: u32) -> Cursor<'de, '_> {
        Cursor { state: self, token, is_key: false }
    }

    pub(crate) fn looks(&self) -> usize {
        self.looks.get()
    }

    fn token(&self, at: u32) -> Token {
        self.looks.set(self.looks.get() + 1);
        self.tokens[at as usize]
    }

    fn text_of(&self, token: Token) -> &'de str {
        &self.text[token.start as usize..token.end() as usize]
    }

    fn charge(&self, bytes: usize) -> Result<(), Fault> {
        match self.budget.get().checked_sub(bytes) {
            Some(left) => {
                self.budget.set(left);
                Ok(())
            }
            None => Err(Fault::of_body("decoding the body would take too much memory for its size")),
        }
    }

    fn credit(&self, bytes: usize) {
        self.budget.set(self.budget.get().saturating_add(bytes));
    }

    fn charge_text(&self, length: usize) -> Result<(), Fault> {
        if length == 0 { Ok(()) } else { self.charge(length.saturating_add(OVERHEAD)) }
    }
}

/// A value of the text, or a member's name.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'de, 's> {
    state: &'s State<'de, 's>,
    token: u32,
    is_key: bool,
}

impl<'de, 's> Cursor<'de, 's> {
    pub(crate) fn kind(self) -> Kind {
        Kind::of(self.state.text.as_bytes()[self.state.token(self.token).start as usize])
    }

    /// The JSON text of the value.
    pub(crate) fn text(self) -> &'de str {
        self.state.text_of(self.state.token(self.token))
    }

    /// What a string holds, or `None` for another kind.
    pub(crate) fn string(self) -> Result<Option<Cow<'de, str>>, Fault> {
        let token = self.state.token(self.token);
        let text = self.state.text_of(token);
        if token.is_escaped() { unescaped(text).map(Some) } else { Ok(quoted(text).map(Cow::Borrowed)) }
    }

    /// The members of an object, in the order of the text; none for another kind.
    pub(crate) fn members(self) -> impl Iterator<Item = (Self, Self)> + use<'de, 's> {
        let (mut at, end) = if self.kind() == Kind::Object { self.within() } else { (0, 0) };
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let (name, value) = (self.at(at), self.at(at + 1));
                at = self.state.token(at + 1).next;
                (name, value)
            })
        })
    }

    /// The items of a list, in the order of the text; none for another kind.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> + use<'de, 's> {
        let (mut at, end) = if self.kind() == Kind::Array { self.within() } else { (0, 0) };
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let item = self.at(at);
                at = self.state.token(at).next;
                item
            })
        })
    }

    /// The value of the member of that name; the last one when it stands more than once.
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        self.members().filter(|(key, _)| key.is_named(name)).last().map(|(_, value)| value)
    }

    /// Whether a member's name is this.
    pub(crate) fn is_named(self, name: &str) -> bool {
        let text = self.text();
        match text.len() {
            length if length < name.len() + 2 => false,
            length if length == name.len() + 2 => &text.as_bytes()[1..=name.len()] == name.as_bytes(),
            _ => matches!(self.string(), Ok(Some(Cow::Owned(text))) if text == name),
        }
    }

    const fn at(self, token: u32) -> Self {
        Self { state: self.state, token, is_key: false }
    }

    /// The first token within the value, and the one behind the last.
    fn within(self) -> (u32, u32) {
        (self.token + 1, self.state.token(self.token).next)
    }

    /// The error that the value is of another kind.
    #[cold]
    fn mismatch<'v, V: Visitor<'v>>(self, visitor: &V) -> Fault {
        Fault::expected(visitor, self.kind().name())
    }

    /// Decodes a string, or a member's name.
    fn visit_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.string()? {
            Some(text) => {
                // Most names are compared and forgotten; those that a map keeps are charged with its entries.
                if !self.is_key {
                    self.state.charge_text(text.len())?;
                }
                match text {
                    Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                    Cow::Owned(text) => visitor.visit_string(text),
                }
            }
            None => Err(self.mismatch(&visitor)),
        }
    }

    /// Decodes a whole number: `5`, `5.0` and `5e0` are the same.
    fn visit_integer<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        // A map's keys may be numbers, in quotes.
        let text = if self.is_key { self.text().trim_matches('"') } else { self.text() };
        if self.kind() != Kind::Number && !self.is_key {
            return Err(self.mismatch(&visitor));
        }
        match number::integer(text) {
            Ok(number) => match (i64::try_from(number), u64::try_from(number)) {
                (Ok(number), _) => visitor.visit_i64(number),
                (_, Ok(number)) => visitor.visit_u64(number),
                _ => Err(Fault::expected(&visitor, "a value out of bounds")),
            },
            Err(number::NotInteger::Fraction) => Err(Fault::expected(&visitor, "a number with a fraction")),
            Err(number::NotInteger::OutOfBounds) => Err(Fault::expected(&visitor, "a value out of bounds")),
        }
    }

    fn visit_float<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.kind() != Kind::Number {
            return Err(self.mismatch(&visitor));
        }
        match number::float(self.text()) {
            Some(number) => visitor.visit_f64(number),
            None => Err(Fault::expected(&visitor, "a number with more digits than can be held")),
        }
    }

    fn visit_object<V: Visitor<'de>>(
        self,
        visitor: V,
        documented: Option<&'static [&'static str]>,
    ) -> Result<V::Value, Fault> {
        if self.kind() != Kind::Object {
            return Err(self.mismatch(&visitor));
        }
        // What does not lie in a place of its list or object lies behind a pointer.
        self.state.charge(size_of::<V::Value>().saturating_sub(self.state.place.take()))?;
        let (next, end) = self.within();
        self.deeper(|| visitor.visit_map(Members { object: self, next, end, documented, count: 0 }))
    }

    fn visit_array<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let count = self.items().count();
        self.visit_items(visitor, count)
    }

    fn visit_items<V: Visitor<'de>>(self, visitor: V, count: usize) -> Result<V::Value, Fault> {
        if self.kind() != Kind::Array {
            return Err(self.mismatch(&visitor));
        }
        let (next, end) = self.within();
        self.deeper(|| {
            let mut items = Items { list: self, next, end, index: 0, left: count, room: 0 };
            let value = visitor.visit_seq(&mut items)?;
            if items.next < items.end { Err(Fault::new("the list has too many items")) } else { Ok(value) }
        })
    }

    /// Decodes what lies within this value.
    fn deeper<T>(self, decode: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        let depth = &self.state.depth;
        if depth.get() == MAX_DECODED_DEPTH {
            return Err(Fault::new(super::index::TOO_DEEP));
        }
        depth.set(depth.get() + 1);
        let decoded = decode();
        depth.set(depth.get() - 1);
        decoded
    }
}

/// What stands between the quotes of a string; `None` for another kind.
fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

/// What a string holds, given its JSON text; `None` for another kind.
pub(crate) fn string(text: &str) -> Result<Option<Cow<'_, str>>, Fault> {
    match quoted(text) {
        Some(inner) if inner.contains('\\') => unescaped(text).map(Some),
        inner => Ok(inner.map(Cow::Borrowed)),
    }
}

/// What a string with escape sequences holds, given its JSON text.
fn unescaped(text: &str) -> Result<Cow<'_, str>, Fault> {
    let fault = |_| Fault::new("the string has an escape sequence that is no character");
    serde_json::from_str(text).map(Cow::Owned).map_err(fault)
}

macro_rules! integers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.visit_integer(visitor)
        })*
    };
}

macro_rules! strings {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.visit_string(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Cursor<'de, '_> {
    type Error = Fault;

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    strings! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind() {
            Kind::Null => visitor.visit_unit(),
            Kind::Boolean => self.deserialize_bool(visitor),
            Kind::Number => match (self.text().parse(), self.text().parse()) {
                (Ok(number), _) => visitor.visit_i64(number),
                (_, Ok(number)) => visitor.visit_u64(number),
                _ => self.visit_float(visitor),
            },
            Kind::String => self.visit_string(visitor),
            // What takes any value does not ask how many items there are, and grows as it goes.
            Kind::Array => self.visit_items(visitor, 0),
            Kind::Object => self.visit_object(visitor, None),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.text() {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_float(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_float(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind() {
            Kind::Array => self.visit_array(visitor),
            _ => self.visit_string(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind() {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind() {
            Kind::Null => visitor.visit_unit(),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        match name {
            ask::UNION => visitor.visit_enum(self),
            ask::NUMBER => match self.kind() {
                Kind::Number => visitor.visit_borrowed_str(self.text()),
                _ => self.visit_string(visitor),
            },
            ask::TEXT => {
                let text = self.text();
                self.state.charge_text(text.len())?;
                // Bytes, since no deserializer of JSON hands over those of its own.
                visitor.visit_borrowed_bytes(text.as_bytes())
            }
            ask::FURTHER => {
                let object = self.state.object.get();
                let is_first = self.state.with_further.replace(object) != object;
                self.state.charge(entry_room(size_of::<V::Value>(), is_first))?;
                visitor.visit_newtype_struct(self)
            }
            // Types of `serde_json` that only its own deserializer reads, such as `RawValue`.
            name if name.starts_with("$serde_json::") => {
                let text = self.text();
                self.state.charge_text(text.len())?;
                let mut deserializer = serde_json::Deserializer::from_str(text);
                deserializer.deserialize_newtype_struct(name, visitor).map_err(Fault::custom)
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_array(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.visit_array(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.visit_array(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_object(visitor, None)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        documented: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.visit_object(visitor, Some(documented))
    }

    /// Enumerations that are no types of this crate: the name of a variant, or an object whose one member has its name.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut members = self.members();
        match (self.kind(), members.next(), members.next()) {
            (Kind::String, ..) => visitor.visit_enum(Variant { name: self, content: None }),
            (Kind::Object, Some((name, content)), None) => {
                self.deeper(|| visitor.visit_enum(Variant { name, content: Some(content) }))
            }
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

/// The members of an object.
struct Members<'de, 's> {
    object: Cursor<'de, 's>,
    next: u32,
    end: u32,
    /// The names that may be shown; `None` in a map, whose keys are data and whose entries have no place of their own yet.
    documented: Option<&'static [&'static str]>,
    count: usize,
}

impl Members<'_, '_> {
    /// Where the value is that was read last.
    #[cold]
    fn segment(&self, name: u32) -> Segment {
        let name = self.object.at(name);
        let documented = self.documented.unwrap_or_default().iter().find(|documented| name.is_named(documented));
        documented.map_or(Segment::Further, |name| Segment::Member(name))
    }

    /// Charges for an entry of a map before it is made.
    fn charge_entry(&self, name: Cursor<'_, '_>, size: usize) -> Result<(), Fault> {
        self.object.state.charge_text(name.text().len())?;
        if self.count == 1 || self.count > NODE {
            self.object.state.charge(entry_room(size, self.count == 1))?;
        }
        Ok(())
    }
}

/// How much memory an entry of a map takes: the first one a whole node, later ones with nodes that are half full at least.
const fn entry_room(size: usize, is_first: bool) -> usize {
    let entry = size.saturating_add(size_of::<String>());
    entry.saturating_mul(if is_first { NODE } else { 3 }).saturating_add(OVERHEAD)
}

impl<'de> MapAccess<'de> for Members<'de, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        if self.next >= self.end {
            return Ok(None);
        }
        self.count += 1;
        let name = Cursor { is_key: true, ..self.object.at(self.next) };
        self.next += 1;
        seed.deserialize(name).map(Some).map_err(|fault| fault.within(Segment::Further))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let value = self.object.at(self.next);
        let name = self.next - 1;
        if self.documented.is_none() {
            self.charge_entry(self.object.at(name), size_of::<V::Value>())?;
        }
        self.object.state.place.set(size_of::<V::Value>());
        self.object.state.object.set(self.object.token);
        self.next = self.object.state.token(self.next).next;
        seed.deserialize(value).map_err(|fault| fault.within(self.segment(name)))
    }
}

/// The items of a list.
struct Items<'de, 's> {
    list: Cursor<'de, 's>,
    next: u32,
    end: u32,
    index: usize,
    left: usize,
    /// As many items as the list has been given room for.
    room: usize,
}

impl Items<'_, '_> {
    /// Charges for room as serde's lists take it: for all items at once up to a limit, then for twice as many as before.
    fn make_room(&mut self, size: usize) -> Result<(), Fault> {
        let state = self.list.state;
        if size > 0 && self.index == self.room {
            let room = match self.room {
                0 if self.left > 0 => self.left.min(RESERVED_AT_ONCE / size).max(1),
                room => room.saturating_mul(2).max(4),
            };
            // While the items move, there is room for them twice.
            state.charge(room.saturating_mul(size))?;
            state.credit(self.room * size);
            self.room = room;
        }
        Ok(())
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'de, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if self.next >= self.end {
            return Ok(None);
        }
        self.make_room(size_of::<T::Value>())?;
        let item = self.list.at(self.next);
        item.state.place.set(size_of::<T::Value>());
        self.next = item.state.token(self.next).next;
        let index = self.index;
        self.index += 1;
        self.left = self.left.saturating_sub(1);
        seed.deserialize(item).map(Some).map_err(|fault| fault.within(Segment::Item(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        (self.left > 0).then_some(self.left)
    }
}

/// A variant of a foreign enumeration.
struct Variant<'de, 's> {
    name: Cursor<'de, 's>,
    content: Option<Cursor<'de, 's>>,
}

impl<'de, 's> EnumAccess<'de> for Variant<'de, 's> {
    type Error = Fault;
    type Variant = Content<'de, 's>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self::Variant), Fault> {
        Ok((seed.deserialize(self.name)?, Content(self.content)))
    }
}

/// What a variant of a foreign enumeration holds.
struct Content<'de, 's>(Option<Cursor<'de, 's>>);

impl<'de> VariantAccess<'de> for Content<'de, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        self.0.map_or(Ok(()), serde::Deserialize::deserialize)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        match self.0 {
            Some(content) => seed.deserialize(content).map_err(|fault| fault.within(Segment::Further)),
            None => Err(Fault::new("the variant holds nothing")),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Some(content) => content.visit_array(visitor).map_err(|fault| fault.within(Segment::Further)),
            None => Err(Fault::new("the variant holds nothing")),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        documented: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Some(content) => {
                content.visit_object(visitor, Some(documented)).map_err(|fault| fault.within(Segment::Further))
            }
            None => Err(Fault::new("the variant holds nothing")),
        }
    }
}

impl<'de> VariantAccess<'de> for Cursor<'de, '_> {
    type Error = Fault;

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self)
    }

    // A union's variants hold one value each.
    fn unit_variant(self) -> Result<(), Fault> {
        Err(Fault::new("a union's variant holds a value"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.visit_array(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        documented: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.visit_object(visitor, Some(documented))
    }
}
