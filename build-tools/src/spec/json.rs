//! From JSON text (RFC 8259) to a tree with places.

use std::str::Chars;

use super::{
    SourceFile,
    finding::Finding,
    node::{Node, NodeValue, Span},
    positions::Positions,
    tree::{Builder, Numbers, Step, unreadable},
};

/// Why a text gave no tree.
pub(super) enum Refused {
    /// It is no JSON.
    NotJson(Box<Finding>),
    /// It is JSON, but such as no document may be: keys that are given twice, nesting that is too deep, ….
    Findings(Vec<Finding>),
}

/// Parses a JSON text. The content of a string is kept as it is meant, surrogate pairs included.
pub(super) fn parse_json(file: &SourceFile, numbers: Numbers) -> Result<Node, Refused> {
    let positions = Positions::new(&file.text);
    if let Some(finding) = unreadable(file, &positions) {
        return Err(Refused::Findings(vec![finding]));
    }
    let mut reader = Reader {
        text: &file.text,
        rest: file.text.trim_start_matches('\u{FEFF}').chars(),
        positions: &positions,
        builder: Builder::new(file, &positions, numbers),
    };
    match reader.document() {
        // What was refused on the way is among the findings.
        Ok(_) => reader.builder.finish().map_err(Refused::Findings),
        Err(Mistake { start, message }) => {
            let span = positions.span_of_bytes(start, start);
            let help = "Keep what is documented, and correct what keeps it from being JSON.".to_owned();
            let message = format!("this is not JSON: {message}");
            Err(Refused::NotJson(Box::new(Finding::new("syntax", &file.path, span, "", message, help))))
        }
    }
}

/// Where a text stops being JSON.
struct Mistake {
    /// Offset in bytes.
    start: usize,
    message: String,
}

struct Reader<'a> {
    text: &'a str,
    rest: Chars<'a>,
    positions: &'a Positions,
    builder: Builder<'a>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Step, Mistake> {
        if self.value()? == Step::Stop {
            return Ok(Step::Stop);
        }
        match self.next_token() {
            (_, None) => Ok(Step::Stop),
            (start, Some(_)) => Err(mistake(start, "something follows the end of the value")),
        }
    }

    /// Reads a value. The builder refuses what is nested too deeply before this could recurse too often.
    fn value(&mut self) -> Result<Step, Mistake> {
        let (start, next) = self.next_token();
        match next {
            Some('{') => {
                let span = self.bracket(start);
                if self.builder.open_mapping(span) == Step::Stop {
                    return Ok(Step::Stop);
                }
                self.elements('}', Self::member)
            }
            Some('[') => {
                let span = self.bracket(start);
                if self.builder.open_sequence(span) == Step::Stop {
                    return Ok(Step::Stop);
                }
                self.elements(']', Self::value)
            }
            Some('"') => {
                let text = self.string(start)?;
                let span = self.positions.span_of_bytes(start, self.offset());
                Ok(self.builder.insert(Node { value: NodeValue::String(text), span }))
            }
            Some('-' | '0'..='9') => self.number(start),
            Some('a'..='z' | 'A'..='Z') => self.word(start),
            Some(_) => Err(mistake(start, "a value is expected here")),
            None => Err(mistake(start, "the text ends where a value is expected")),
        }
    }

    /// Reads what is between brackets, up to the one that closes.
    fn elements(&mut self, end: char, element: fn(&mut Self) -> Result<Step, Mistake>) -> Result<Step, Mistake> {
        let mut is_first = true;
        loop {
            match self.next_token() {
                (start, Some(next)) if next == end => {
                    let span = self.bracket(start);
                    return Ok(self.builder.close(span));
                }
                (_, Some(_)) if is_first => {}
                (_, Some(',')) => {
                    self.rest.next();
                    if let (start, Some('}' | ']')) = self.next_token() {
                        return Err(mistake(start, "there is a comma before the closing bracket"));
                    }
                }
                (start, _) => return Err(mistake(start, &format!("a comma or `{end}` is expected here"))),
            }
            is_first = false;
            if element(self)? == Step::Stop {
                return Ok(Step::Stop);
            }
        }
    }

    fn member(&mut self) -> Result<Step, Mistake> {
        let (start, next) = self.next_token();
        if next != Some('"') {
            return Err(mistake(start, "a key in double quotes is expected here"));
        }
        let key = self.string(start)?;
        let span = self.positions.span_of_bytes(start, self.offset());
        if self.builder.key(key, span) == Step::Stop {
            return Ok(Step::Stop);
        }
        match self.next_token() {
            (_, Some(':')) => self.rest.next(),
            (start, _) => return Err(mistake(start, "a colon is expected here")),
        };
        self.value()
    }

    /// Reads a string, which begins with a quote.
    fn string(&mut self, start: usize) -> Result<String, Mistake> {
        self.rest.next();
        let mut text = String::new();
        loop {
            let here = self.offset();
            match self.rest.next() {
                None => return Err(mistake(start, "the string has no end")),
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape(here)?),
                Some(control) if control < ' ' => {
                    let message = format!("the control character U+{:04X} has to be an escape", u32::from(control));
                    return Err(mistake(here, &message));
                }
                Some(other) => text.push(other),
            }
        }
    }

    /// Reads what follows a backslash.
    fn escape(&mut self, start: usize) -> Result<char, Mistake> {
        Ok(match self.rest.next() {
            Some(same @ ('"' | '\\' | '/')) => same,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let first = self.code_unit(start)?;
                let mut units = vec![first];
                if (0xD800..0xDC00).contains(&first) && self.rest.as_str().starts_with("\\u") {
                    self.rest.nth(1);
                    units.push(self.code_unit(start)?);
                }
                match char::decode_utf16(units).collect::<Result<Vec<char>, _>>().as_deref() {
                    Ok([character]) => *character,
                    _ => return Err(mistake(start, "half of a surrogate pair is alone")),
                }
            }
            _ => return Err(mistake(start, "there is no such escape")),
        })
    }

    fn code_unit(&mut self, start: usize) -> Result<u16, Mistake> {
        let digits: String = self.rest.by_ref().take(4).collect();
        let is_complete = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u16::from_str_radix(&digits, 16)
            .ok()
            .filter(|_| is_complete)
            .ok_or_else(|| mistake(start, "four hexadecimal digits are expected after `\\u`"))
    }

    fn number(&mut self, start: usize) -> Result<Step, Mistake> {
        let rest = self.rest.as_str();
        let end = rest.find(|other: char| !matches!(other, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
        let text = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if !is_number(text) {
            return Err(mistake(start, "this is no number"));
        }
        self.skip(text.len());
        let span = self.positions.span_of_bytes(start, self.offset());
        Ok(self.builder.number(text, span))
    }

    fn word(&mut self, start: usize) -> Result<Step, Mistake> {
        let rest = self.rest.as_str();
        let words = [("null", NodeValue::Null), ("true", NodeValue::Bool(true)), ("false", NodeValue::Bool(false))];
        let followed =
            |word: &str| rest.strip_prefix(word).is_some_and(|after| !after.starts_with(char::is_alphanumeric));
        let Some((word, value)) = words.into_iter().find(|(word, _)| followed(word)) else {
            return Err(mistake(start, "a word other than `null`, `true` and `false` has to be in double quotes"));
        };
        self.skip(word.len());
        let span = self.positions.span_of_bytes(start, self.offset());
        Ok(self.builder.insert(Node { value, span }))
    }

    /// The offset and the first character of what follows the blanks.
    fn next_token(&mut self) -> (usize, Option<char>) {
        let rest = self.rest.as_str();
        self.rest = rest.trim_start_matches([' ', '\t', '\n', '\r']).chars();
        (self.offset(), self.rest.clone().next())
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.as_str().get(bytes..).unwrap_or_default().chars();
    }

    /// Goes past a bracket.
    fn bracket(&mut self, start: usize) -> Span {
        self.rest.next();
        self.positions.span_of_bytes(start, self.offset())
    }

    fn offset(&self) -> usize {
        self.text.len() - self.rest.as_str().len()
    }
}

fn mistake(start: usize, message: &str) -> Mistake {
    Mistake { start, message: message.to_owned() }
}

/// Whether a text is a number as JSON writes it: no plus, no zero before other digits, digits on both sides of a point.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
