//! Which variant of a union a value is of.
//!
//! What tells the variants of a union apart is a table of texts, which the macros of this crate write. The table of a union with a
//! tag is the tag's name behind `#`, and then the tag's value for each variant. In the table of a union without one,
//!
//! | text | meaning |
//! |---|---|
//! | `\|` | the next variant begins |
//! | `/object` | one form that it has: the kind of its JSON, `integer` for a whole number, or `any` |
//! | `+name` | a member that it requires and no other variant has |
//! | `&name` | a member that it requires and some other variants have as well, but need not have |
//! | `:object` | the kind of that member, or of a list's items when no member stands before |
//! | `=value` | the value of that member, a constant |
//! | `~value` | a value of that member, or of the text itself, among others |
//! | `^date` | the format of the text |
//!
//! Of the variants with a form of the value's kind, the one is chosen of which the value has most: constants first, then members
//! that no other variant has, then all those that it shares with some; among equals the first. A variant that is told by such members,
//! of which the value has none, is not chosen unless it is the only one of that kind; one that nothing tells is chosen where no other
//! is. A constant that has another value says that the value is of another variant, and so does a text that is not among the listed
//! ones or not of the format, or a list whose first item is of another kind.

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::Segment;
use super::cursor::Cursor;
use super::fault::Fault;
use super::index::Kind;
use crate::{number, unknown};

/// More than all members together that a document gives an object.
const CONSTANT: usize = 1 << 20;

/// The choice of a union's variant, and then the variant.
impl<'de> EnumAccess<'de> for Cursor<'de, '_> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Fault> {
        Ok((seed.deserialize(Chooser(self))?, self))
    }
}

/// Chooses the variant that a value is of, from a table of what tells the variants apart.
struct Chooser<'de, 's>(Cursor<'de, 's>);

impl<'de> Deserializer<'de> for Chooser<'de, '_> {
    type Error = Fault;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        table: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let index: serde::de::value::U32Deserializer<Fault> = choose(self.0, name, table)?.into_deserializer();
        index.deserialize_u32(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Fault> {
        Err(Fault::new("a union is chosen from its table"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The index of the variant; the number of variants when the value is of none of them.
fn choose(value: Cursor<'_, '_>, union: &'static str, table: &'static [&'static str]) -> Result<u32, Fault> {
    match table.split_first() {
        Some((first, values)) if let Some(tag) = first.strip_prefix('#') => by_tag(value, union, tag, values),
        _ => by_form(value, union, table),
    }
}

fn by_tag(
    value: Cursor<'_, '_>,
    union: &'static str,
    tag: &'static str,
    values: &'static [&'static str],
) -> Result<u32, Fault> {
    if value.kind() != Kind::Object {
        return Err(Fault::expected(&"an object", value.kind().name()));
    }
    let member = value.member(tag).ok_or_else(|| Fault::missing(tag))?;
    let text = member.string().map_err(|fault| fault.within(Segment::Member(tag)))?;
    let Some(text) = text else {
        return Err(Fault::expected(&"a string", member.kind().name()).within(Segment::Member(tag)));
    };
    let found = values.iter().position(|value| *value == text);
    if found.is_none() {
        unknown::note(union, &text);
    }
    Ok(index(found.unwrap_or(values.len())))
}

fn by_form(value: Cursor<'_, '_>, union: &'static str, table: &'static [&'static str]) -> Result<u32, Fault> {
    let members = members(value, table);
    let mut looked_up = members.iter().copied();
    let text = if value.kind() == Kind::String { value.string()? } else { None };
    let mut variants = 0;
    let mut candidates = Candidates::default();
    let mut form: Option<Form> = None;
    for entry in table {
        let (mark, rest) = entry.split_at_checked(1).unwrap_or((entry, ""));
        match (mark, &mut form) {
            ("|", _) => variants += 1,
            ("/", _) => {
                candidates.consider(form.take());
                form = Some(Form::new(variants - 1, has_kind(value, rest)));
            }
            ("+", Some(form)) => form.needs(looked_up.next().flatten()),
            ("&", Some(form)) => form.needs_among_others(looked_up.next().flatten()),
            (":", Some(form)) => match form.member {
                Member::None => form.fits &= value.items().next().is_none_or(|item| has_kind(item, rest)),
                Member::Present(member) if !has_kind(member, rest) => form.lacks(),
                Member::Present(_) | Member::Absent => {}
            },
            ("=", Some(form)) => {
                if let Member::Present(member) = form.member {
                    match member.string() {
                        Ok(Some(text)) if text == rest => form.score += CONSTANT,
                        Ok(Some(_)) => form.fits = false,
                        // A constant of another kind is a fault of the variant, not another variant.
                        _ => {}
                    }
                }
            }
            ("~", Some(form)) => match form.member {
                Member::None => form.is_listed = Some(form.is_listed == Some(true) || text.as_deref() == Some(rest)),
                Member::Present(member) if matches!(member.string(), Ok(Some(text)) if text == rest) => {
                    form.score += CONSTANT;
                }
                Member::Present(_) | Member::Absent => {}
            },
            ("^", Some(form)) => form.fits &= text.as_deref().is_some_and(|text| has_format(text, rest)),
            _ => {}
        }
    }
    candidates.consider(form);
    let chosen = candidates.chosen();
    if chosen.is_none() {
        unknown::note(union, "");
    }
    Ok(index(chosen.unwrap_or(variants)))
}

/// The forms that a value may have.
#[derive(Default)]
struct Candidates {
    /// How well the value has the best form so far, and the variant of that form.
    best: Option<((usize, usize), usize)>,
    /// The variants with a form of the value's kind: how many, and the last that nothing speaks against.
    of_kind: usize,
    possible: Option<usize>,
}

impl Candidates {
    fn consider(&mut self, form: Option<Form<'_, '_>>) {
        let Some(form) = form.filter(|form| form.has_kind) else {
            return;
        };
        self.of_kind += 1;
        if form.fits && form.is_listed != Some(false) {
            self.possible = Some(form.variant);
            let degree = form.degree();
            if let Some(degree) = degree
                && self.best.is_none_or(|(best, _)| degree > best)
            {
                self.best = Some((degree, form.variant));
            }
        }
    }

    /// A form that is the only one of its kind is told by its kind.
    fn chosen(self) -> Option<usize> {
        self.best.map(|(_, variant)| variant).or(self.possible.filter(|_| self.of_kind == 1))
    }
}

/// How far a value has one form of a variant.
struct Form<'de, 's> {
    variant: usize,
    has_kind: bool,
    /// Whether nothing speaks against the form.
    fits: bool,
    /// How many members tell it from all others, and how well the value has them.
    members: usize,
    score: usize,
    /// How many members it needs that some others have too, and how many of them the value has.
    shared: usize,
    shared_found: usize,
    member: Member<'de, 's>,
    is_shared: bool,
    /// Whether the text is one of those that are listed, if any are.
    is_listed: Option<bool>,
}

/// The member that the entries of the table are about.
#[derive(Clone, Copy)]
enum Member<'de, 's> {
    None,
    Absent,
    Present(Cursor<'de, 's>),
}

impl<'de, 's> Form<'de, 's> {
    const fn new(variant: usize, has_kind: bool) -> Self {
        Self {
            variant,
            has_kind,
            fits: true,
            members: 0,
            score: 0,
            shared: 0,
            shared_found: 0,
            member: Member::None,
            is_shared: false,
            is_listed: None,
        }
    }

    fn needs(&mut self, found: Option<Cursor<'de, 's>>) {
        self.members += 1;
        self.score += usize::from(found.is_some());
        self.is_shared = false;
        self.member = found.map_or(Member::Absent, Member::Present);
    }

    fn needs_among_others(&mut self, found: Option<Cursor<'de, 's>>) {
        self.shared += 1;
        self.shared_found += usize::from(found.is_some());
        self.is_shared = true;
        self.member = found.map_or(Member::Absent, Member::Present);
    }

    /// The member is there, but it is not the one that tells the form.
    fn lacks(&mut self) {
        if self.is_shared {
            self.shared_found -= 1;
        } else {
            self.score -= 1;
        }
        self.member = Member::Absent;
    }

    /// How well the value has the form; `None` when nothing says that it has it.
    fn degree(&self) -> Option<(usize, usize)> {
        let has_shared = self.shared_found == self.shared;
        let is_told = match (self.members, self.shared) {
            (0, 0) => true,
            (_, 0) => self.score > 0,
            (..) => self.score > 0 || has_shared,
        };
        is_told.then_some((self.score, if has_shared { self.shared } else { 0 }))
    }
}

/// The value's members that the table asks for, in the order in which it does.
fn members<'de, 's>(value: Cursor<'de, 's>, table: &'static [&'static str]) -> Vec<Option<Cursor<'de, 's>>> {
    let names: Vec<&str> = table.iter().filter_map(|entry| entry.strip_prefix(['+', '&'])).collect();
    let mut found = vec![None; names.len()];
    if !names.is_empty() {
        for (key, member) in value.members() {
            let Ok(Some(key)) = key.string() else {
                continue;
            };
            for (name, found) in names.iter().zip(&mut found) {
                if key == *name {
                    *found = Some(member);
                }
            }
        }
    }
    found
}

fn has_kind(value: Cursor<'_, '_>, kind: &str) -> bool {
    match kind {
        "any" => true,
        "integer" => value.kind() == Kind::Number && number::is_integral(value.text()),
        kind => value.kind().name() == kind,
    }
}

fn has_format(text: &str, format: &str) -> bool {
    match format {
        "date" => text.parse::<crate::NaiveDate>().is_ok(),
        "date-time" => text.parse::<crate::Timestamp>().is_ok(),
        "decimal" => number::decimal(text).is_some(),
        _ => true,
    }
}

fn index(variant: usize) -> u32 {
    u32::try_from(variant).unwrap_or(u32::MAX)
}
