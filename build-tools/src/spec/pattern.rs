//! The patterns of a document: regular expressions as ECMA 262 has them, and how the client's engine checks them.
//!
//! The client checks with `regex-lite`, so a pattern is accepted if and only if that engine can be given one that matches the
//! same texts. Where the two write the same thing differently (`.`, `\s`, a bracket within a class), the pattern is translated;
//! what only one of them has (look-around, back references, `\p{…}`, flags) is refused with what to write instead. Everything
//! in the generator that asks whether a text fits asks here, so lint, samples, tests and client agree.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use regex_lite::{Regex, RegexBuilder};

/// How many bytes a compiled pattern may take. The client's engine allows more, so what is accepted here compiles there.
const MAX_COMPILED_BYTES: usize = 1 << 20;

/// How many compiled patterns are kept.
const MAX_KNOWN: usize = 64;

/// How many characters a pattern may have.
const MAX_LENGTH: usize = 10_000;

/// What `.` means: anything but a line terminator.
const DOT: &str = r"[^\n\r\u2028\u2029]";

/// What `\s` means: white space and line terminators.
const SPACE: &str = r"\t-\r \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF";

/// What `\S` means within a class: everything else.
const NOT_SPACE: &str = r"\x00-\x08\x0E-\x1F!-\u009F\u00A1-\u167F\u1681-\u1FFF\u200B-\u2027\u202A-\u202E\u2030-\u205E\u2060-\u2FFF\u3001-\uFEFE\uFF00-\u{10FFFF}";

/// A pattern that the client can check.
#[derive(Clone, Debug)]
pub struct Pattern {
    engine: String,
    regex: Regex,
}

/// Why a pattern cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// What is wrong, to complete "the pattern …".
    pub reason: String,
    /// What to write instead.
    pub help: &'static str,
}

impl Pattern {
    /// Reads a pattern of a document. It is compiled once, however many places ask for it one after the other.
    pub fn new(documented: &str) -> Result<Self, PatternError> {
        thread_local! {
            static KNOWN: RefCell<BTreeMap<String, Result<Pattern, PatternError>>> = const { RefCell::new(BTreeMap::new()) };
        }
        if let Some(known) = KNOWN.with_borrow(|known| known.get(documented).cloned()) {
            return known;
        }
        let pattern = Self::compiled(documented);
        KNOWN.with_borrow_mut(|known| {
            if known.len() >= MAX_KNOWN {
                known.clear();
            }
            known.insert(documented.chars().take(MAX_LENGTH + 1).collect(), pattern.clone());
        });
        pattern
    }

    fn compiled(documented: &str) -> Result<Self, PatternError> {
        #[cfg(test)]
        tests::COMPILED.with(|compiled| compiled.set(compiled.get() + 1));
        if documented.chars().nth(MAX_LENGTH).is_some() {
            return Err(error(&format!("has more than {MAX_LENGTH} characters"), IN_WORDS));
        }
        let mut translation =
            Translation { rest: documented.chars().peekable(), engine: String::new(), repeatable: false };
        translation.run()?;
        let engine = translation.engine;
        match RegexBuilder::new(&engine).size_limit(MAX_COMPILED_BYTES).build() {
            Ok(regex) => Ok(Self { engine, regex }),
            Err(refused) => Err(error(&format!("does not compile: {refused}"), IN_WORDS)),
        }
    }

    /// The same pattern as the client's engine takes it.
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// Whether some part of the text fits, as ECMA 262 has it: a pattern is not anchored unless it says so.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl std::error::Error for PatternError {}

const IN_WORDS: &str = "Write it in a simpler form, or leave `pattern` out and say in the description what is allowed.";
const RANGES: &str = "Write the characters out as ranges, such as `[A-Za-z\\u00C0-\\u024F]`, or leave `pattern` out and say in the \
                      description what is allowed.";
const ESCAPED: &str = "Write `^` and `$` for the ends of the text, and the plain letter for a letter.";

fn error(reason: &str, help: &'static str) -> PatternError {
    PatternError { reason: reason.to_owned(), help }
}

fn posix_class() -> PatternError {
    let help = "Write `[a-zA-Z]` for letters and `[0-9]` for digits.";
    error("has a class such as `[:alpha:]`, which ECMA 262 does not know", help)
}

/// A pattern on its way from one syntax to the other.
struct Translation<'p> {
    rest: Peekable<Chars<'p>>,
    engine: String,
    /// Whether a quantifier may follow.
    repeatable: bool,
}

/// What an escape means.
enum Escape {
    /// One character, and how it is written.
    Character(char, String),
    /// A set of characters, as the content of a class.
    Set(&'static str),
    /// The ends of words, which have no place in a class.
    Boundary(&'static str),
}

impl Translation<'_> {
    fn run(&mut self) -> Result<(), PatternError> {
        while let Some(character) = self.rest.next() {
            match character {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group()?,
                '*' | '+' | '?' => self.quantifier(&character.to_string())?,
                '{' => self.brace()?,
                '.' => self.item(DOT),
                '}' | ']' => self.item(&format!("\\{character}")),
                ')' => self.item(")"),
                '^' | '$' | '|' => {
                    self.engine.push(character);
                    self.repeatable = false;
                }
                other => self.item(other.encode_utf8(&mut [0; 4])),
            }
        }
        Ok(())
    }

    /// Writes what can be repeated.
    fn item(&mut self, text: &str) {
        self.engine.push_str(text);
        self.repeatable = true;
    }

    fn quantifier(&mut self, text: &str) -> Result<(), PatternError> {
        if !self.repeatable {
            return Err(error(
                "repeats nothing, or what is repeated already",
                "Put what is to be repeated in a group.",
            ));
        }
        self.engine.push_str(text);
        if self.rest.next_if_eq(&'?').is_some() {
            self.engine.push('?');
        }
        self.repeatable = false;
        Ok(())
    }

    /// A count in braces, or a brace that means itself.
    fn brace(&mut self) -> Result<(), PatternError> {
        let inner: String = self.rest.clone().take_while(|next| matches!(next, '0'..='9' | ',')).collect();
        let closed = self.rest.clone().nth(inner.len()) == Some('}');
        let (least, most) = inner.split_once(',').map_or((inner.as_str(), None), |(least, most)| (least, Some(most)));
        if !closed || inner.is_empty() || most.is_some_and(|most| most.contains(',')) {
            self.item("\\{");
            return Ok(());
        }
        if least.is_empty() {
            return Err(error("has a count without a lower bound", "Write `{0,5}` for up to five."));
        }
        self.rest.nth(inner.len());
        self.quantifier(&format!("{{{inner}}}"))
    }

    fn group(&mut self) -> Result<(), PatternError> {
        self.repeatable = false;
        if self.rest.next_if_eq(&'?').is_none() {
            self.engine.push('(');
            return Ok(());
        }
        match self.rest.next() {
            Some(':') => {}
            // A name means nothing here, and what the engine takes for a name is not the same.
            Some('<') if !matches!(self.rest.peek(), Some('=' | '!')) => {
                if !self.rest.by_ref().any(|next| next == '>') {
                    return Err(error("has a group whose name does not end", "Write `(?<name>…)`."));
                }
            }
            Some('=' | '!' | '<') => return Err(error("has a look-around, which cannot be checked", IN_WORDS)),
            _ => {
                let help = "Write out both cases, such as `[Aa]`; groups begin with `(`, `(?:` or `(?<name>`.";
                return Err(error("has a flag or a kind of group that ECMA 262 does not know", help));
            }
        }
        self.engine.push_str("(?:");
        Ok(())
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        match self.escaped(false)? {
            Escape::Character(_, written) => self.item(&written),
            Escape::Set(NOT_SPACE) => self.item(&format!("[^{SPACE}]")),
            Escape::Set(SPACE) => self.item(&format!("[{SPACE}]")),
            Escape::Set(set) => self.item(set),
            Escape::Boundary(boundary) => {
                self.engine.push_str(boundary);
                self.repeatable = false;
            }
        }
        Ok(())
    }

    /// Reads what follows a backslash.
    fn escaped(&mut self, in_class: bool) -> Result<Escape, PatternError> {
        let Some(character) = self.rest.next() else {
            return Err(error("ends with a backslash", "Write `\\\\` for a backslash."));
        };
        let back_reference = || Err(error("refers back to a group, which cannot be checked", IN_WORDS));
        let written = |character: char| Escape::Character(character, hexadecimal(character));
        Ok(match character {
            'd' => Escape::Set(r"\d"),
            'D' => Escape::Set(r"\D"),
            'w' => Escape::Set(r"\w"),
            'W' => Escape::Set(r"\W"),
            's' => Escape::Set(SPACE),
            'S' => Escape::Set(NOT_SPACE),
            'b' if in_class => written('\u{8}'),
            'b' => Escape::Boundary(r"\b"),
            'B' if !in_class => Escape::Boundary(r"\B"),
            't' => Escape::Character('\t', r"\t".to_owned()),
            'n' => Escape::Character('\n', r"\n".to_owned()),
            'r' => Escape::Character('\r', r"\r".to_owned()),
            'f' => Escape::Character('\u{C}', r"\f".to_owned()),
            'v' => Escape::Character('\u{B}', r"\v".to_owned()),
            '0' if !matches!(self.rest.peek(), Some('0'..='9')) => written('\0'),
            '0'..='9' | 'k' => return back_reference(),
            'c' => match self.rest.next() {
                Some(letter @ ('a'..='z' | 'A'..='Z')) => written(char::from(letter as u8 & 0x1F)),
                _ => return Err(error("has a `\\c` without a letter", "Write `\\x1B` for a control character.")),
            },
            'x' => written(self.hexadecimal_digits(2)?),
            'u' => match self.unicode_escape()? {
                one if u32::from(one) <= 0xFFFF => Escape::Character(one, format!("\\u{:04X}", u32::from(one))),
                other => written(other),
            },
            'p' | 'P' => {
                return Err(error("names characters by a property (`\\p{…}`), which cannot be checked", RANGES));
            }
            letter if letter.is_ascii_alphabetic() => {
                return Err(error(&format!("has the escape `\\{letter}`, which ECMA 262 does not know"), ESCAPED));
            }
            // The engine takes angle brackets for the ends of words, and escapes of nothing else than punctuation.
            sign if sign.is_ascii_punctuation() && !matches!(sign, '<' | '>' | '_') => {
                Escape::Character(sign, format!("\\{sign}"))
            }
            other => Escape::Character(other, other.to_string()),
        })
    }

    /// `4` digits or braces behind `\u`; the two halves of a surrogate pair are one character.
    fn unicode_escape(&mut self) -> Result<char, PatternError> {
        let malformed = || error("has a malformed `\\u`", "Write four hexadecimal digits, or `\\u{…}`.");
        if self.rest.next_if_eq(&'{').is_some() {
            let mut digits = String::new();
            for next in self.rest.by_ref() {
                if next == '}' {
                    return u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).ok_or_else(malformed);
                }
                if digits.len() >= 8 || !next.is_ascii_hexdigit() {
                    return Err(malformed());
                }
                digits.push(next);
            }
            return Err(malformed());
        }
        let high = self.unit(4)?;
        if !(0xD800..0xDC00).contains(&high) {
            return char::from_u32(high).ok_or_else(malformed);
        }
        if self.rest.next() != Some('\\') || self.rest.next() != Some('u') {
            return Err(malformed());
        }
        let low = self.unit(4)?;
        if !(0xDC00..0xE000).contains(&low) {
            return Err(malformed());
        }
        char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00)).ok_or_else(malformed)
    }

    fn hexadecimal_digits(&mut self, count: usize) -> Result<char, PatternError> {
        let help = "Write two hexadecimal digits behind `\\x`.";
        self.unit(count).ok().and_then(char::from_u32).ok_or_else(|| error("has a malformed `\\x`", help))
    }

    fn unit(&mut self, count: usize) -> Result<u32, PatternError> {
        let digits: String = self.rest.by_ref().take(count).collect();
        let is_complete = digits.len() == count && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_complete.then(|| u32::from_str_radix(&digits, 16).ok()).flatten();
        number.ok_or_else(|| error("has a malformed `\\u`", "Write four hexadecimal digits, or `\\u{…}`."))
    }

    fn class(&mut self) -> Result<(), PatternError> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            if !negated {
                return Err(error("has a class `[]` that nothing fits", IN_WORDS));
            }
            self.item(r"[\d\D]");
            return Ok(());
        }
        if self.rest.peek() == Some(&':') && self.rest.clone().skip(1).any(|next| next == ':') {
            return Err(posix_class());
        }
        let mut class = String::new();
        loop {
            let first = class.is_empty();
            let Some(left) = self.class_atom(first)? else {
                break;
            };
            // A hyphen makes a range of two characters, unless it is the last of the class.
            let is_range = self.rest.peek() == Some(&'-') && self.rest.clone().nth(1).is_some_and(|next| next != ']');
            if !is_range {
                push(&mut class, &left);
                continue;
            }
            self.rest.next();
            let Some(right) = self.class_atom(false)? else {
                break;
            };
            match (&left, &right) {
                (Escape::Character(low, _), Escape::Character(high, _)) if low > high => {
                    return Err(error("has a range whose end comes before its start", "Exchange the two ends."));
                }
                (Escape::Character(_, low), Escape::Character(_, high)) => {
                    class.push_str(low);
                    class.push('-');
                    class.push_str(high);
                }
                // Behind a set a hyphen means itself.
                _ => {
                    push(&mut class, &left);
                    class.push_str("\\-");
                    push(&mut class, &right);
                }
            }
        }
        self.item(&format!("[{}{class}]", if negated { "^" } else { "" }));
        Ok(())
    }

    /// The next character or set of a class; `None` at its end.
    fn class_atom(&mut self, first: bool) -> Result<Option<Escape>, PatternError> {
        let Some(character) = self.rest.next() else {
            return Err(error(
                "has a class that does not end",
                "Close the class with `]`, or write `\\[` for a bracket.",
            ));
        };
        Ok(match character {
            ']' => None,
            '\\' => match self.escaped(true)? {
                Escape::Boundary(_) => return Err(error("has a `\\B` within a class", ESCAPED)),
                escape => Some(escape),
            },
            // What means itself in one syntax and not in the other. A hyphen at either end does so in both.
            '-' if first || self.rest.peek() == Some(&']') => Some(Escape::Character('-', "-".to_owned())),
            '[' if self.rest.peek() == Some(&':') => return Err(posix_class()),
            '[' | '-' | '^' => Some(Escape::Character(character, format!("\\{character}"))),
            '&' | '~' if self.rest.peek() == Some(&character) => {
                Some(Escape::Character(character, format!("\\{character}")))
            }
            other => Some(Escape::Character(other, other.to_string())),
        })
    }
}

fn push(class: &mut String, part: &Escape) {
    match part {
        Escape::Character(_, written) => class.push_str(written),
        Escape::Set(set) | Escape::Boundary(set) => class.push_str(set),
    }
}

/// A character by its number, in the form that both syntaxes know.
fn hexadecimal(character: char) -> String {
    match u32::from(character) {
        number @ ..=0xFF => format!("\\x{number:02X}"),
        number => format!("\\u{{{number:X}}}"),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{MAX_KNOWN, Pattern};

    thread_local! {
        /// How many patterns this thread has compiled.
        pub(super) static COMPILED: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn a_pattern_is_compiled_once_and_only_so_many_are_kept() {
        for _ in 0..1_000 {
            assert!(Pattern::new("^[a-z]{3}$").is_ok_and(|pattern| pattern.is_match("abc")));
            assert!(Pattern::new("(?=a)").is_err());
        }
        assert_eq!(COMPILED.get(), 2);
        for number in 0..10 * MAX_KNOWN {
            assert!(Pattern::new(&format!("^{number}$")).is_ok());
        }
        assert_eq!(COMPILED.get(), 2 + 10 * MAX_KNOWN);
    }

    /// Texts that fit and that do not, as the `RegExp` of ECMA 262 (sections 22.2.1 and 22.2.2) has them.
    #[test]
    fn patterns_mean_what_ecma_262_says() {
        let cases: [(&str, &[&str], &[&str]); 38] = [
            ("^[A-Z]{2}$", &["GB"], &["gb", "GBP", "GB\n"]),
            (r"^\d+$", &["12"], &["\u{661}", ""]),
            (r"^\w$", &["a", "_", "9"], &["é", "-"]),
            (r"^\s$", &[" ", "\t", "\u{a0}", "\u{feff}", "\u{2028}", "\u{3000}"], &["a", "\u{200b}", "\u{85}"]),
            (r"^\S+$", &["a", "\u{200b}", "😀"], &["a b", "\u{a0}", ""]),
            (r"^[^\s]$", &["a", "\u{85}"], &["\u{a0}", "\u{2029}"]),
            (r"^[\S]$", &["a", "\u{10ffff}", "\0"], &["\u{a0}", "\u{205f}", "\r", " "]),
            (r"^[\D]$", &["a"], &["1"]),
            ("^.$", &["a", "\u{85}", "😀"], &["\n", "\r", "\u{2028}", "\u{2029}", ""]),
            ("b", &["abc"], &["ac"]),
            (r"^a\/b\-c\.\@$", &["a/b-c.@"], &["a/b-cx@"]),
            (r"^[\w\-\.\/]+$", &["a-b./"], &["a b"]),
            (r"^[\w-.]+$", &["a-."], &["a,"]),
            (r"^[a-z0-9-]+$", &["a-9"], &["a_"]),
            (r"^[-a]+$", &["-a"], &["b"]),
            (r"^[a-c-e]+$", &["b-e"], &["d"]),
            (r"^[[]$", &["["], &["]"]),
            (r"^[a[b]$", &["[", "b"], &["c"]),
            (r"^[a&&b]+$", &["a&b"], &["c"]),
            (r"^[~~]$", &["~"], &["a"]),
            (r"^[a^]$", &["^"], &["b"]),
            (r"^[\^a]$", &["^"], &["b"]),
            ("^[^]$", &["\n", "a"], &[""]),
            (r"^[\b]$", &["\u{8}"], &["b"]),
            (r"\bcat\b", &["a cat"], &["cats"]),
            (r"^\<b\>$", &["<b>"], &["b"]),
            (r"^\_\ \#\'\:$", &["_ #':"], &["_"]),
            (r"^\x41\u0042\u{43}$", &["ABC"], &["abc"]),
            (r"^[\u00C0-\u024F]+$", &["Łé"], &["L"]),
            (r"^\uD83D\uDE00$", &["😀"], &["😁"]),
            (r"^\cJ\0$", &["\n\0"], &["J0"]),
            (r"^\t\r\n\f\v$", &["\t\r\n\u{c}\u{b}"], &["trnfv"]),
            ("^(?<year>[0-9]{4})-(?:0[1-9]|1[0-2])$", &["2024-12"], &["2024-13"]),
            ("^a{2,}b{0,1}?c{3}$", &["aaccc", "aaabccc"], &["abccc"]),
            ("^{a}]$", &["{a}]"], &["a"]),
            ("^a{$", &["a{"], &["a"]),
            ("^(|a)$", &["", "a"], &["b"]),
            ("^[€-₿]$", &["₿"], &["$"]),
        ];
        for (documented, fitting, others) in cases {
            let pattern = Pattern::new(documented).unwrap_or_else(|error| panic!("{documented}: {error}"));
            for text in fitting {
                assert!(pattern.is_match(text), "{text:?} is of the form {documented} ({})", pattern.engine());
            }
            for text in others {
                assert!(!pattern.is_match(text), "{text:?} is not of the form {documented} ({})", pattern.engine());
            }
        }
    }

    #[test]
    fn what_needs_no_translation_stays_as_it_is_written() {
        for documented in
            ["^[A-Z]{2}$", r"^\d{1,14}$", "^[a-z0-9-]+$", r"^a\/b\-c\.$", r"^[\w\-.]+$", "^([0-9]{8,15})?$", r"^\x41$"]
        {
            assert_eq!(Pattern::new(documented).map(|pattern| pattern.engine), Ok(documented.to_owned()));
        }
    }

    /// What the engine takes for something else, or cannot do, is refused with a reason.
    #[test]
    fn what_cannot_be_checked_is_refused() {
        let cases = [
            (r"^[\p{L} ]+$", "names characters by a property (`\\p{…}`), which cannot be checked"),
            (r"^\P{Lu}$", "names characters by a property (`\\p{…}`), which cannot be checked"),
            ("^(?!0)[0-9]+$", "has a look-around, which cannot be checked"),
            ("(?=a)", "has a look-around, which cannot be checked"),
            ("(?<=a)b", "has a look-around, which cannot be checked"),
            ("(?<!a)b", "has a look-around, which cannot be checked"),
            (r"^(a)\1$", "refers back to a group, which cannot be checked"),
            (r"^(?<x>a)\k<x>$", "refers back to a group, which cannot be checked"),
            ("(?i)abc", "has a flag or a kind of group that ECMA 262 does not know"),
            ("(?>a)", "has a flag or a kind of group that ECMA 262 does not know"),
            ("(?P<a>b)", "has a flag or a kind of group that ECMA 262 does not know"),
            (r"\Aabc", "has the escape `\\A`, which ECMA 262 does not know"),
            (r"abc\Z", "has the escape `\\Z`, which ECMA 262 does not know"),
            (r"abc\z", "has the escape `\\z`, which ECMA 262 does not know"),
            ("a++", "repeats nothing, or what is repeated already"),
            ("a{1000}{1000}", "repeats nothing, or what is repeated already"),
            ("*a", "repeats nothing, or what is repeated already"),
            ("(a|*)", "repeats nothing, or what is repeated already"),
            ("^a{,5}$", "has a count without a lower bound"),
            ("[[:alpha:]]", "has a class such as `[:alpha:]`, which ECMA 262 does not know"),
            ("[:alpha:]", "has a class such as `[:alpha:]`, which ECMA 262 does not know"),
            ("[]", "has a class `[]` that nothing fits"),
            ("[a", "has a class that does not end"),
            ("[z-a]", "has a range whose end comes before its start"),
            ("(a", "does not compile: "),
            ("a)", "does not compile: "),
            ("a{2,1}", "does not compile: "),
            ("\\", "ends with a backslash"),
            (r"\uD83D", "has a malformed `\\u`"),
            (r"\u{110000}", "has a malformed `\\u`"),
            (r"\xZ1", "has a malformed `\\x`"),
        ];
        for (documented, reason) in cases {
            let refused = Pattern::new(documented).expect_err(documented);
            assert!(refused.reason.starts_with(reason), "{documented}: {refused}");
            assert!(!refused.help.is_empty());
        }
    }

    /// Compiling is bounded, whatever the counts multiply to.
    #[test]
    fn huge_patterns_are_refused() {
        for documented in
            ["((a{1000}){1000}){1000}", r"^([\s\S]{1,1000}){1,1000}$", "(((a{99}){99}){99}){99}", "a{4294967295}"]
        {
            assert!(Pattern::new(documented).is_err(), "{documented}");
        }
        assert!(Pattern::new(&"(".repeat(5_000)).is_err());
        assert!(Pattern::new(&format!("{}a{}", "(".repeat(60), ")".repeat(60))).is_err());
        assert!(Pattern::new(&"a".repeat(10_001)).is_err());
        assert!(Pattern::new("^.{1,2000}$").is_ok(), "as long as texts of documents are");
    }
}
