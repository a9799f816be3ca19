//! Validates what is sent against the limits that the vendor documents, before anything is sent.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use crate::exact::{ExactNumber, NumberLimit};
use crate::{DateTime, Decimal, DecimalNumber, JsonValue, Map, NaiveDate, Patch, Secret, Utc};
use regex_lite::Regex;

/// A value that can be held against rules.
pub trait Check {
    /// What rules apply to.
    fn subject(&self) -> Subject<'_> {
        Subject::Other
    }

    /// Whether everything within the value keeps its rules.
    #[inline]
    fn check(&self) -> Result<(), Violation> {
        Ok(())
    }

    /// Whether every item or value keeps the rule, when the value is a list or a map.
    fn check_items(&self, _rule: &Rule) -> Result<(), Violation> {
        Ok(())
    }

    /// Whether an item stands twice, when the value is a list.
    fn repeats(&self) -> bool {
        false
    }
}

/// What rules apply to.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'v> {
    /// A text, by its characters.
    Text(&'v str),
    /// A number, exactly; `None` for a double that is no number, which keeps no limit.
    Number(Option<ExactNumber>),
    /// `true` or `false`.
    Boolean(bool),
    /// A list, by the count of its items.
    Items(usize),
    /// An object, by the count of its members.
    Members(usize),
    /// Anything else.
    Other,
}

/// How many bytes of a path a [`Violation`] keeps: the inner end.
const MAX_PATH_BYTES: usize = 256;
/// Stands in a path for a key that the caller chose.
const CALLERS_KEY: &str = "[?]";

/// A member that breaks a rule. It never holds the value, nor a key that the caller chose: only documented names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    // Behind a pointer, since every member of every object that is sent is asked for one and next to none has it.
    broken: Box<Broken>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Broken {
    path: String,
    rule: String,
}

impl Violation {
    fn new(rule: String) -> Self {
        Self { broken: Box::new(Broken { path: String::new(), rule }) }
    }

    /// The same violation, seen from the object or list that holds the value.
    fn within(mut self, place: &str) -> Self {
        let inner = self.path();
        // What is nested so deep is told from within, and in a time that does not grow with the square of the depth.
        if inner.starts_with('…') {
            return self;
        }
        if inner.len() + place.len() >= MAX_PATH_BYTES {
            self.broken.path.insert(0, '…');
            return self;
        }
        self.broken.path = match inner {
            "" => place.to_owned(),
            inner if inner.starts_with('[') => format!("{place}{inner}"),
            inner => format!("{place}.{inner}"),
        };
        self
    }

    /// The member at fault, such as `payees[0].account-number`; empty for the whole body. A key that the caller chose is `[?]`, and what
    /// is beyond 256 bytes is left off in front, for which `…` stands.
    pub fn path(&self) -> &str {
        &self.broken.path
    }

    /// The rule that it breaks.
    pub fn rule(&self) -> &str {
        &self.broken.rule
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            "" => write!(formatter, "the value must be {}", self.rule()),
            path => write!(formatter, "`{path}` must be {}", self.rule()),
        }
    }
}

impl std::error::Error for Violation {}

/// A documented limit, named as in the vendor's document.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub(crate) limit: Limit,
    /// How many lists or maps deep the values are that it applies to: 0 for the value itself.
    pub(crate) depth: u8,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    MinLength(usize),
    MaxLength(usize),
    MinItems(usize),
    MaxItems(usize),
    MinProperties(usize),
    MaxProperties(usize),
    Minimum(NumberLimit),
    Maximum(NumberLimit),
    Above(NumberLimit),
    Below(NumberLimit),
    MultipleOf(NumberLimit),
    UniqueItems,
    Pattern {
        /// As the document has it.
        documented: &'static str,
        /// In the syntax of the engine.
        engine: &'static str,
    },
    Format(&'static str),
    Exactly(bool),
}

macro_rules! rules {
    ($($(#[$meta:meta])* $name:ident / $each:ident ($($argument:ident: $type:ty)?) = $limit:expr;)*) => {
        #[allow(
            missing_docs,
            clippy::missing_panics_doc,
            reason = "each is the keyword of its name, for the value itself or for each of its items; numbers are texts, so that \
                      none is rounded, and are read while the crate is compiled"
        )]
        impl Rule {
            $(
                pub const fn $name($($argument: $type)?) -> Self {
                    Self { limit: $limit, depth: 0 }
                }

                pub const fn $each($($argument: $type)?) -> Self {
                    Self { limit: $limit, depth: 1 }
                }
            )*
        }
    };
}

rules! {
    min_length / each_min_length (length: usize) = Limit::MinLength(length);
    max_length / each_max_length (length: usize) = Limit::MaxLength(length);
    min_items / each_min_items (count: usize) = Limit::MinItems(count);
    max_items / each_max_items (count: usize) = Limit::MaxItems(count);
    min_properties / each_min_properties (count: usize) = Limit::MinProperties(count);
    max_properties / each_max_properties (count: usize) = Limit::MaxProperties(count);
    minimum / each_minimum (number: &'static str) = Limit::Minimum(NumberLimit::new(number));
    maximum / each_maximum (number: &'static str) = Limit::Maximum(NumberLimit::new(number));
    above / each_above (number: &'static str) = Limit::Above(NumberLimit::new(number));
    below / each_below (number: &'static str) = Limit::Below(NumberLimit::new(number));
    multiple_of / each_multiple_of (number: &'static str) = Limit::MultipleOf(NumberLimit::step(number));
    unique_items / each_unique_items () = Limit::UniqueItems;
    pattern / each_pattern (pattern: &'static str) = Limit::Pattern { documented: pattern, engine: pattern };
    pattern_as / each_pattern_as (pattern: (&'static str, &'static str)) =
        Limit::Pattern { documented: pattern.0, engine: pattern.1 };
    format / each_format (format: &'static str) = Limit::Format(format);
    exactly / each_exactly (value: bool) = Limit::Exactly(value);
}

impl Rule {
    /// The rule for each of the items or map values of what it applied to, in lists of lists.
    pub const fn each(rule: Self) -> Self {
        Self { limit: rule.limit, depth: rule.depth.saturating_add(1) }
    }

    /// Holds the value, or what is as many lists and maps within it as the rule says, against the limit.
    fn apply(&self, value: &dyn Check) -> Result<(), Violation> {
        match self.depth.checked_sub(1) {
            None => self.hold(value),
            Some(depth) => value.check_items(&Self { limit: self.limit, depth }),
        }
    }

    fn hold(&self, value: &dyn Check) -> Result<(), Violation> {
        let kept = match (self.limit, value.subject()) {
            // A character has one to four bytes: most texts are known to be long or short enough without counting.
            (Limit::MinLength(length), Subject::Text(text)) => {
                text.len() >= length.saturating_mul(4)
                    || text.chars().nth(length.saturating_sub(1)).is_some()
                    || length == 0
            }
            (Limit::MaxLength(length), Subject::Text(text)) => {
                text.len() <= length || text.chars().nth(length).is_none()
            }
            (Limit::MinItems(count), Subject::Items(items)) => items >= count,
            (Limit::MaxItems(count), Subject::Items(items)) => items <= count,
            (Limit::MinProperties(count), Subject::Members(members)) => members >= count,
            (Limit::MaxProperties(count), Subject::Members(members)) => members <= count,
            (Limit::Minimum(limit), Subject::Number(number)) => is(number, &limit, Ordering::is_ge),
            (Limit::Maximum(limit), Subject::Number(number)) => is(number, &limit, Ordering::is_le),
            (Limit::Above(limit), Subject::Number(number)) => is(number, &limit, Ordering::is_gt),
            (Limit::Below(limit), Subject::Number(number)) => is(number, &limit, Ordering::is_lt),
            (Limit::MultipleOf(step), Subject::Number(number)) => {
                number.is_some_and(|number| number.is_multiple_of(step.number()))
            }
            (Limit::UniqueItems, Subject::Items(_)) => !value.repeats(),
            (Limit::Pattern { engine, .. }, Subject::Text(text)) => matches(engine, text),
            (Limit::Format(format), Subject::Text(text)) => has_format(format, text),
            (Limit::Exactly(value), Subject::Boolean(given)) => given == value,
            _ => true,
        };
        if kept { Ok(()) } else { Err(Violation::new(self.limit.to_string())) }
    }
}

fn is(number: Option<ExactNumber>, limit: &NumberLimit, allowed: fn(Ordering) -> bool) -> bool {
    number.is_some_and(|number| allowed(number.compare(limit.number())))
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinLength(length) => write!(formatter, "at least {length} characters long"),
            Self::MaxLength(length) => write!(formatter, "at most {length} characters long"),
            Self::MinItems(count) => write!(formatter, "a list of at least {count} items"),
            Self::MaxItems(count) => write!(formatter, "a list of at most {count} items"),
            Self::MinProperties(count) => write!(formatter, "an object of at least {count} members"),
            Self::MaxProperties(count) => write!(formatter, "an object of at most {count} members"),
            Self::Minimum(limit) => write!(formatter, "{limit} or more"),
            Self::Maximum(limit) => write!(formatter, "{limit} or less"),
            Self::Above(limit) => write!(formatter, "more than {limit}"),
            Self::Below(limit) => write!(formatter, "less than {limit}"),
            Self::MultipleOf(step) => write!(formatter, "a multiple of {step}"),
            Self::UniqueItems => formatter.write_str("a list in which no item stands twice"),
            Self::Pattern { documented, .. } => write!(formatter, "of the form `{documented}`"),
            Self::Format(format) => write!(formatter, "of the format `{format}`"),
            Self::Exactly(value) => write!(formatter, "`{value}`"),
        }
    }
}

/// Whether the text is of the form.
///
/// The generator accepts only patterns that this engine compiles. One that it does not compile, which can only be written by
/// hand, is reported once and checks nothing: refusing would refuse every value.
///
/// Compiling one takes longer than the rest of a call, so each is kept for the life of the process: there are as many as the
/// vendors' documents have.
fn matches(pattern: &'static str, text: &str) -> bool {
    static COMPILED: RwLock<BTreeMap<&'static str, Option<Regex>>> = RwLock::new(BTreeMap::new());
    let is_match = |compiled: &Option<Regex>| compiled.as_ref().is_none_or(|pattern| pattern.is_match(text));
    if let Some(compiled) = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
        return is_match(compiled);
    }
    let compiled = Regex::new(pattern).ok();
    if compiled.is_none() {
        tracing::error!(pattern, "a pattern does not compile and is not checked");
    }
    let matches = is_match(&compiled);
    COMPILED.write().unwrap_or_else(PoisonError::into_inner).insert(pattern, compiled);
    matches
}

fn has_format(format: &str, text: &str) -> bool {
    match format {
        "uuid" => {
            text.len() == 36
                && text.char_indices().all(|(index, character)| match index {
                    8 | 13 | 18 | 23 => character == '-',
                    _ => character.is_ascii_hexdigit(),
                })
        }
        "email" => text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
        }),
        "uri" => url::Url::parse(text).is_ok(),
        _ => true,
    }
}

/// Holds a member against its rules, and what is within it against those.
pub fn member(name: &str, value: &dyn Check, rules: &[Rule]) -> Result<(), Violation> {
    all(value, rules).and_then(|()| value.check()).map_err(|violation| violation.within(name))
}

/// Holds what is within a member without rules of its own against its rules.
#[inline]
pub fn within<T: Check>(name: &str, value: &T) -> Result<(), Violation> {
    value.check().map_err(|violation| violation.within(name))
}

/// Holds members beyond the documented ones against their rules: none may have the name of a documented one, which would then be
/// sent twice.
pub fn extra<T: Check>(extra: &Map<T>, rules: &[Rule], documented: &[&str]) -> Result<(), Violation> {
    match documented.iter().find(|name| extra.contains_key(**name)) {
        Some(name) => Err(Violation::new("set as the member that it is, not as a further one".to_owned()).within(name)),
        None => all(extra, rules).and_then(|()| extra.check()),
    }
}

/// Holds a value against rules of its own.
pub fn all(value: &dyn Check, rules: &[Rule]) -> Result<(), Violation> {
    rules.iter().try_for_each(|rule| rule.apply(value))
}

impl Check for str {
    fn subject(&self) -> Subject<'_> {
        Subject::Text(self)
    }
}

impl Check for String {
    fn subject(&self) -> Subject<'_> {
        Subject::Text(self)
    }
}

impl Check for Secret {
    fn subject(&self) -> Subject<'_> {
        Subject::Text(self.reveal())
    }
}

impl Check for i64 {
    fn subject(&self) -> Subject<'_> {
        Subject::Number(Some(ExactNumber::of_i64(*self)))
    }
}

impl Check for u64 {
    fn subject(&self) -> Subject<'_> {
        Subject::Number(Some(ExactNumber::of_u64(*self)))
    }
}

impl Check for f64 {
    fn subject(&self) -> Subject<'_> {
        Subject::Number(ExactNumber::of_f64(*self))
    }

    /// What is not finite has no JSON form: it would be sent as `null`.
    fn check(&self) -> Result<(), Violation> {
        if self.is_finite() { Ok(()) } else { Err(Violation::new("a finite number".to_owned())) }
    }
}

impl Check for Decimal {
    fn subject(&self) -> Subject<'_> {
        Subject::Number(Some(ExactNumber::of_decimal(self)))
    }
}

impl Check for DecimalNumber {
    fn subject(&self) -> Subject<'_> {
        Subject::Number(Some(ExactNumber::of_decimal(self)))
    }
}

impl Check for bool {
    fn subject(&self) -> Subject<'_> {
        Subject::Boolean(*self)
    }
}

impl Check for NaiveDate {}
impl Check for DateTime<Utc> {}
impl Check for JsonValue {}
impl Check for serde_json::Value {}

impl<T: Check + ?Sized> Check for &T {
    fn subject(&self) -> Subject<'_> {
        (**self).subject()
    }

    fn check(&self) -> Result<(), Violation> {
        (**self).check()
    }

    fn check_items(&self, rule: &Rule) -> Result<(), Violation> {
        (**self).check_items(rule)
    }

    fn repeats(&self) -> bool {
        (**self).repeats()
    }
}

impl<T: Check> Check for Box<T> {
    fn subject(&self) -> Subject<'_> {
        (**self).subject()
    }

    fn check(&self) -> Result<(), Violation> {
        (**self).check()
    }
}

impl<T: Check> Check for Option<T> {
    fn subject(&self) -> Subject<'_> {
        self.as_ref().map_or(Subject::Other, Check::subject)
    }

    #[inline]
    fn check(&self) -> Result<(), Violation> {
        self.as_ref().map_or(Ok(()), Check::check)
    }

    fn check_items(&self, rule: &Rule) -> Result<(), Violation> {
        self.as_ref().map_or(Ok(()), |value| value.check_items(rule))
    }

    fn repeats(&self) -> bool {
        self.as_ref().is_some_and(Check::repeats)
    }
}

impl<T: Check> Check for Patch<T> {
    fn subject(&self) -> Subject<'_> {
        self.value().map_or(Subject::Other, Check::subject)
    }

    #[inline]
    fn check(&self) -> Result<(), Violation> {
        self.value().map_or(Ok(()), Check::check)
    }

    fn check_items(&self, rule: &Rule) -> Result<(), Violation> {
        self.value().map_or(Ok(()), |value| value.check_items(rule))
    }

    fn repeats(&self) -> bool {
        self.value().is_some_and(Check::repeats)
    }
}

impl<T: Check + PartialEq> Check for [T] {
    fn subject(&self) -> Subject<'_> {
        Subject::Items(self.len())
    }

    fn check(&self) -> Result<(), Violation> {
        for (index, item) in self.iter().enumerate() {
            item.check().map_err(|violation| violation.within(&format!("[{index}]")))?;
        }
        Ok(())
    }

    fn check_items(&self, rule: &Rule) -> Result<(), Violation> {
        for (index, item) in self.iter().enumerate() {
            rule.apply(item).map_err(|violation| violation.within(&format!("[{index}]")))?;
        }
        Ok(())
    }

    fn repeats(&self) -> bool {
        self.iter().enumerate().any(|(index, item)| self[..index].contains(item))
    }
}

impl<T: Check + PartialEq> Check for Vec<T> {
    fn subject(&self) -> Subject<'_> {
        Subject::Items(self.len())
    }

    fn check(&self) -> Result<(), Violation> {
        self.as_slice().check()
    }

    fn check_items(&self, rule: &Rule) -> Result<(), Violation> {
        self.as_slice().check_items(rule)
    }

    fn repeats(&self) -> bool {
        self.as_slice().repeats()
    }
}

impl<T: Check> Check for Map<T> {
    fn subject(&self) -> Subject<'_> {
        Subject::Members(self.len())
    }

    fn check(&self) -> Result<(), Violation> {
        for value in self.values() {
            value.check().map_err(|violation| violation.within(CALLERS_KEY))?;
        }
        Ok(())
    }

    fn check_items(&self, rule: &Rule) -> Result<(), Violation> {
        for value in self.values() {
            rule.apply(value).map_err(|violation| violation.within(CALLERS_KEY))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Check, Rule, Violation, all, member};
    use crate::Map;

    #[test]
    fn limits_are_inclusive_and_count_characters() {
        let rules = [Rule::min_length(1), Rule::max_length(3)];
        for (text, kept) in [("", false), ("é", true), ("éèê", true), ("éèêë", false)] {
            assert_eq!(all(&text, &rules).is_ok(), kept, "{text}");
        }
        for (number, kept) in [(0_i64, false), (1, true), (9, true), (10, false)] {
            assert_eq!(all(&number, &[Rule::minimum("1"), Rule::maximum("9")]).is_ok(), kept, "{number}");
        }
        for (value, kept) in [(false, true), (true, false)] {
            assert_eq!(all(&value, &[Rule::exactly(false)]).is_ok(), kept, "{value}");
        }
    }

    #[test]
    fn formats_and_patterns() {
        let cases = [
            (Rule::format("uuid"), "497f6eca-6276-4993-bfeb-53cbbbba6f08", true),
            (Rule::format("uuid"), "497f6eca62764993bfeb53cbbbba6f08", false),
            (Rule::format("email"), "ann@example.com", true),
            (Rule::format("email"), "ann", false),
            (Rule::format("uri"), "https://example.com", true),
            (Rule::format("uri"), "example", false),
            (Rule::pattern("^[A-Z]{2}$"), "GB", true),
            (Rule::pattern("^[A-Z]{2}$"), "gb", false),
            (Rule::pattern_as((".", "[^\\r]")), "\r", false),
            // What does not compile checks nothing: it must not refuse every value.
            (Rule::pattern(r"^\p{L}+$"), "Zoë", true),
        ];
        for (rule, text, kept) in cases {
            assert_eq!(all(&text, &[rule]).is_ok(), kept, "{rule:?} {text}");
        }
    }

    #[test]
    fn a_violation_names_the_member_and_the_rule_and_not_the_value() {
        let names = vec!["Ann".to_owned(), "Bartholomew".to_owned()];
        let violation = member("names", &names, &[Rule::each_max_length(5)]).unwrap_err();
        assert_eq!(violation.path(), "names[1]");
        assert_eq!(violation.to_string(), "`names[1]` must be at most 5 characters long");
        let violation = member("names", &vec![1_i64, 1], &[Rule::unique_items()]).unwrap_err();
        assert_eq!(violation.to_string(), "`names` must be a list in which no item stands twice");
    }

    /// Something that is checked itself.
    #[derive(PartialEq)]
    struct Short(&'static str);

    impl Check for Short {
        fn check(&self) -> Result<(), Violation> {
            member("text", &self.0, &[Rule::max_length(3)])
        }
    }

    #[test]
    fn a_violation_shows_no_key_that_the_caller_chose() {
        let secret = "ann@example.com\u{1b}[2J".repeat(1000);
        let map = |value: &str| Map::from([(secret.clone(), value.to_owned())]);
        let each = member("labels", &map("long"), &[Rule::each_max_length(3)]).unwrap_err();
        assert_eq!(each.path(), "labels[?]");
        let nested = Map::from([(secret.clone(), vec![Map::from([(secret.clone(), Short("long"))])])]);
        let nested = member("labels", &nested, &[]).unwrap_err();
        assert_eq!(nested.path(), "labels[?][0][?].text");
        for violation in [each, nested] {
            assert!(!format!("{violation} {violation:?}").contains("ann@example.com"));
        }
    }

    #[test]
    fn the_path_of_a_violation_is_bounded() {
        let mut violation = all(&"long", &[Rule::max_length(3)]).unwrap_err();
        for _ in 0..100_000 {
            violation = violation.within("a-member-of-a-tree");
        }
        assert!(violation.path().len() < 300, "{}", violation.path().len());
        assert!(violation.path().starts_with("…a-member-of-a-tree.a-member"), "{violation}");
    }
}
