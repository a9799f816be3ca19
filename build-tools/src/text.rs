//! The only way from a text of a vendor's documents into a generated file: it comes out as prose of a comment, as a literal or as
//! plain text, and never as code.
//!
//! Nothing here trusts a text. `Inline` and `Literal` can be made by this module alone, so what an emitter writes from a
//! document is safe wherever it is written.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The longest fence that a text of a raw string literal may ask for: rustc takes no more.
const MAX_HASHES: usize = 255;

/// A text as a person can see it, on one line: line breaks, terminal escapes, and what is invisible or changes the direction of
/// writing are shown as escapes.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        push_visible(&mut shown, character);
    }
    shown
}

/// The same for a text of several lines: its line breaks and tabulators stay.
pub fn visible_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            other => push_visible(&mut shown, other),
        }
    }
    shown
}

/// A text of the same length in bytes without anything that a terminal obeys, for excerpts in which places are byte offsets.
pub fn visible_in_place(text: &str) -> String {
    let stand_in = |character: char| match character.len_utf8() {
        1 => "?",
        2 => "\u{b7}",
        3 => "\u{fffd}",
        _ => "\u{1f6ab}",
    };
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            other if is_hidden(other) => shown.push_str(stand_in(other)),
            other => shown.push(other),
        }
    }
    shown
}

fn push_visible(shown: &mut String, character: char) {
    match character {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        other if is_hidden(other) => shown.extend(other.escape_unicode()),
        other => shown.push(other),
    }
}

/// Whether a person does not see the character, or sees others in a wrong order because of it: control characters, line and
/// paragraph separators, marks of direction, what has no width, and what is no character.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}'
                | '\u{ffff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A literal of Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Literal(String);

impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl ToTokens for Literal {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        // What is written here is a literal; the tests below read it.
        let literal = self.0.parse().unwrap_or_else(|_| proc_macro2::Literal::string(&self.0));
        literal.to_tokens(tokens);
    }
}

/// A text as a string literal.
pub(crate) fn literal(text: &str) -> Literal {
    Literal(format!("{text:?}"))
}

/// A text as a string literal without escapes, where it can be one.
pub(crate) fn raw_literal(text: &str) -> Literal {
    if text.chars().any(|character| character != '\n' && is_hidden(character)) {
        return literal(text);
    }
    if !text.contains(['"', '\\']) {
        return Literal(format!("\"{text}\""));
    }
    let longest = text.split('"').skip(1).map(|part| part.bytes().take_while(|byte| *byte == b'#').count()).max();
    let hashes = longest.map_or(1, |longest| longest + 1);
    if hashes > MAX_HASHES {
        return literal(text);
    }
    let hashes = "#".repeat(hashes);
    Literal(format!("r{hashes}\"{text}\"{hashes}"))
}

/// Markdown within one paragraph: text, code and links, and nothing that could begin a block, a tag or a link of the text's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inline(String);

impl Inline {
    /// A text as it reads. What stands in backticks is code, an address is a link; all other punctuation is only itself.
    pub(crate) fn prose(text: &str) -> Self {
        let mut result = String::with_capacity(text.len());
        let mut rest = 0;
        for (start, end, fence) in code_spans(text) {
            push_prose(&mut result, &text[rest..start]);
            // Longer fences would open a block at the beginning of a line.
            if fence <= 2 {
                push_code(&mut result, &text[start + fence..end - fence]);
            } else {
                push_prose(&mut result, &text[start..end]);
            }
            rest = end;
        }
        push_prose(&mut result, &text[rest..]);
        Self(result)
    }

    /// A text as code.
    pub(crate) fn code(text: &str) -> Self {
        let mut result = String::with_capacity(text.len() + 2);
        push_code(&mut result, text);
        Self(result)
    }

    /// A link to an item that is in scope, shown by its path.
    pub(crate) fn item(path: &str) -> Self {
        let code = Self::code(path);
        if is_path(path) { Self(format!("[{}]", code.0)) } else { code }
    }

    /// A link to an item of the crate, by its path, which is the generator's own. What is no path is no link.
    pub(crate) fn link(label: &Self, path: &str) -> Self {
        if is_path(path) { Self(format!("[{}]({path})", label.0)) } else { label.clone() }
    }

    /// A link to a page, whose address is the document's. What is no address of a page is no link, and never the path of an item.
    pub(crate) fn page(label: &Self, address: &str) -> Self {
        if !["http://", "https://"].iter().any(|scheme| address.starts_with(scheme)) {
            return label.clone();
        }
        let mut page = String::with_capacity(address.len());
        for character in address.chars() {
            if is_in_address(character) && !"()[]{}".contains(character) {
                page.push(character);
            } else {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    let _ = write!(page, "%{byte:02X}");
                }
            }
        }
        Self(format!("[{}]({page})", label.0))
    }

    /// Code in which one word is a link, as for a type within another.
    pub(crate) fn code_with_link(before: &str, name: &str, target: &str, after: &str) -> Self {
        let html = |text: &str| {
            let mut result = String::new();
            for character in text.chars() {
                match character {
                    '<' => result.push_str("&lt;"),
                    '>' => result.push_str("&gt;"),
                    other if other.is_ascii_alphanumeric() || "_ ,:".contains(other) => result.push(other),
                    _ => {}
                }
            }
            result
        };
        let link = Self::link(&Self(html(name)), target);
        Self(format!("<code>{}{}{}</code>", html(before), link.0, html(after)))
    }

    /// Several one behind the other.
    pub(crate) fn join<'i>(parts: impl IntoIterator<Item = &'i Self>) -> Self {
        Self(parts.into_iter().map(|part| part.0.as_str()).collect())
    }

    /// The paragraph in lines of at most `width` columns where words allow it. No line begins with what begins a block.
    pub(crate) fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut columns = 0;
        for word in self.0.split_whitespace() {
            let length = word.chars().count();
            if line.is_empty() {
                line.push_str(&unblocked(word));
                columns = line.chars().count();
            } else if columns + 1 + length > width && !begins_block(word) {
                lines.push(std::mem::take(&mut line));
                line.push_str(word);
                columns = length;
            } else {
                line.push(' ');
                line.push_str(word);
                columns += 1 + length;
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// The paragraph on one line.
    pub(crate) fn line(&self) -> String {
        self.lines(usize::MAX).concat()
    }

    /// The paragraph as a cell of a table.
    pub(crate) fn cell(&self) -> String {
        let mut cell = String::with_capacity(self.0.len());
        let mut backslashes = 0;
        for character in self.0.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
            if character == '|' {
                // An odd number of backslashes keeps the bar within the cell.
                cell.push_str(if backslashes % 2 == 0 { "\\" } else { "\\\\" });
            }
            backslashes = if character == '\\' { backslashes + 1 } else { 0 };
            cell.push(character);
        }
        // A backslash at the end would take the bar behind the cell with it.
        if backslashes % 2 == 1 {
            cell.push('\\');
        }
        cell
    }
}

/// The lines of a table in Markdown.
pub(crate) fn table<const COLUMNS: usize>(heading: [&'static str; COLUMNS], rows: &[[Inline; COLUMNS]]) -> Vec<String> {
    let mut lines = vec![format!("| {} |", heading.join(" | ")), format!("|{}", "---|".repeat(COLUMNS))];
    lines.extend(rows.iter().map(|row| format!("| {} |", row.each_ref().map(Inline::cell).join(" | "))));
    lines
}

/// The paragraphs of a text: blank lines stand between them.
pub(crate) fn paragraphs(text: &str) -> Vec<Inline> {
    let mut paragraphs = Vec::new();
    let mut paragraph = String::new();
    let text = text.replace("\r\n", "\n");
    for line in text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
        if line.trim().is_empty() {
            paragraphs.push(std::mem::take(&mut paragraph));
            continue;
        }
        paragraph.push_str(line);
        paragraph.push(' ');
    }
    paragraphs.push(paragraph);
    paragraphs.retain(|paragraph| !paragraph.trim().is_empty());
    paragraphs.iter().map(|paragraph| Inline::prose(paragraph)).collect()
}

/// An example as a block of Markdown, between fences that are longer than any within it.
pub(crate) fn fenced(language: &'static str, code: &str) -> String {
    let longest = code.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let code = code.trim_matches(['\n', '\r', ' ', '\t']);
    format!("{fence}{language}\n{}\n{fence}\n", visible_lines(&code.replace("\r\n", "\n")))
}

/// Where code stands in a text: from its first backtick to behind its last, and how many backticks begin it.
fn code_spans(text: &str) -> Vec<(usize, usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('`') {
        match runs.last_mut() {
            Some((start, length)) if *start + *length == at => *length += 1,
            _ => runs.push((at, 1)),
        }
    }
    // The runs of each length, the first at the end.
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, (_, length)) in runs.iter().enumerate().rev() {
        by_length.entry(*length).or_default().push(index);
    }
    let mut spans = Vec::new();
    let mut next = 0;
    while let Some((start, length)) = runs.get(next).copied() {
        let same = by_length.entry(length).or_default();
        while same.last().is_some_and(|index| *index <= next) {
            same.pop();
        }
        let Some(closing) = same.last().copied() else {
            next += 1;
            continue;
        };
        let end = runs[closing].0 + length;
        if !text[start + length..end - length].trim().is_empty() {
            spans.push((start, end, length));
        }
        next = closing + 1;
    }
    spans
}

/// Text in which punctuation is only itself.
fn push_prose(result: &mut String, text: &str) {
    let mut previous = ' ';
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(address) = address_at(rest) {
            result.push('<');
            result.push_str(address);
            result.push('>');
            rest = &rest[address.len()..];
            previous = '>';
            continue;
        }
        rest = &rest[character.len_utf8()..];
        let next = rest.chars().next().unwrap_or(' ');
        match character {
            blank if blank.is_whitespace() => result.push(' '),
            hidden if is_hidden(hidden) => result.extend(hidden.escape_unicode()),
            '[' | ']' | '<' | '>' | '*' | '~' | '`' => {
                result.push('\\');
                result.push(character);
            }
            '_' if !(previous.is_alphanumeric() && next.is_alphanumeric()) => result.push_str("\\_"),
            '\\' if next.is_ascii_punctuation() || next.is_whitespace() => result.push_str("\\\\"),
            '&' if is_entity(rest) => result.push_str("\\&"),
            other => result.push(other),
        }
        previous = character;
    }
}

/// Code, between as many backticks as it needs. What would need more than two is text.
fn push_code(result: &mut String, text: &str) {
    let text: Vec<&str> = text.split_whitespace().collect();
    let text: String = text.join(" ").chars().fold(String::new(), |mut shown, character| {
        push_visible(&mut shown, character);
        shown
    });
    let runs: Vec<usize> = text.split(|character| character != '`').map(str::len).collect();
    let Some(fence) = ["`", "``"].into_iter().find(|fence| !runs.contains(&fence.len())) else {
        return push_prose(result, &text);
    };
    if text.is_empty() {
        return;
    }
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    // Directly behind another backtick the fence would be a longer one.
    if result.ends_with('`') {
        result.push(' ');
    }
    result.push_str(&[fence, pad, &text, pad, fence].concat());
}

/// The address with which a text begins.
fn address_at(text: &str) -> Option<&str> {
    let scheme = ["http://", "https://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let length = text.find(|character| !is_in_address(character)).unwrap_or(text.len());
    let address = text[..length].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '*', '_', '~']);
    (address.len() > scheme.len()).then_some(address)
}

fn is_in_address(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%{}".contains(character)
}

/// Whether a text is a path of Rust names.
fn is_path(text: &str) -> bool {
    text.split("::").all(|name| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Whether the text behind an ampersand makes it an entity.
fn is_entity(rest: &str) -> bool {
    let name = rest.trim_start_matches('#');
    let end = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    end > 0 && name[end..].starts_with(';')
}

/// Whether Markdown takes a line that begins with this word for a heading, an item, a rule, a row, a quotation, a fence, a tag or a
/// note. Prose is escaped, so the last four stand in code.
fn begins_block(word: &str) -> bool {
    word.chars().all(|character| "-=:|+*_#~".contains(character))
        || is_number_of_item(word)
        || [">", "```", "~~~", "[^"].iter().any(|start| word.starts_with(start))
        || (word.starts_with('<') && !word.starts_with("<http"))
}

fn is_number_of_item(word: &str) -> bool {
    word.strip_suffix(['.', ')']).is_some_and(|number| {
        !number.is_empty() && number.len() <= 9 && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The first word of a paragraph, so that it begins nothing else.
fn unblocked(word: &str) -> String {
    match word.char_indices().next_back() {
        Some((last, _)) if is_number_of_item(word) => format!("{}\\{}", &word[..last], &word[last..]),
        Some(_) if begins_block(word) => format!("\\{word}"),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    use quote::ToTokens as _;

    use super::{Inline, literal, paragraphs, raw_literal, visible, visible_in_place, visible_lines};

    /// What rustdoc reads: the names of its blocks and links, and the text with code between backticks.
    fn read(markdown: &str) -> (Vec<String>, String) {
        let (mut blocks, mut text) = (Vec::new(), String::new());
        // What rustdoc asks for, save that quotes and dashes stay as they are.
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS;
        for event in Parser::new_ext(markdown, options) {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => blocks.push(dest_url.into_string()),
                Event::Start(other) => {
                    let name = format!("{other:?}");
                    blocks.push(name.split(['(', ' ']).next().unwrap_or_default().to_owned());
                }
                Event::Text(part) => text.push_str(&part),
                Event::Code(part) => text.extend(["`", &part, "`"]),
                Event::SoftBreak => text.push(' '),
                Event::End(_) => {}
                other => blocks.push(format!("{other:?}")),
            }
        }
        (blocks, text)
    }

    /// Texts that mean something in Markdown when they are not escaped, each with what it has to read as.
    const HOSTILE: &[(&str, &str)] = &[
        ("# heading", "# heading"),
        ("====", "===="),
        ("one\n===", "one ==="),
        ("one\n---", "one ---"),
        ("- item", "- item"),
        ("1. item", "1. item"),
        ("```\nfn injected() {}\n```", "``` fn injected() {} ```"),
        ("~~~\nfn injected() {}\n~~~", "~~~ fn injected() {} ~~~"),
        ("    fn injected() {}", "fn injected() {}"),
        ("\tfn injected() {}", "fn injected() {}"),
        ("a | b\n--- | ---\nc | d", "a | b --- | --- c | d"),
        (":-- | --:", ":-- | --:"),
        ("> quoted", "> quoted"),
        ("<script>alert(1)</script> <!-- x -->", "<script>alert(1)</script> <!-- x -->"),
        ("[text](https://evil.example) ![image](x)", "[text](https://evil.example) ![image](x)"),
        ("[crate::Nothing] and [x]: y", "[crate::Nothing] and [x]: y"),
        ("\\[crate::Nothing\\] \\`not\\`", "\\[crate::Nothing\\] \\`not\\`"),
        ("[^1]: note", "[^1]: note"),
        ("&lt;b&gt; R&D", "&lt;b&gt; R&D"),
        ("*strong* _weak_ ~~gone~~ snake_case", "*strong* _weak_ ~~gone~~ snake_case"),
        ("odd ` backtick [x]", "odd ` backtick [x]"),
        ("`code` and ``co`de``", "`code` and `co`de`"),
        ("`one two`", "`one two`"),
        ("end\\", "end\\"),
        ("line\\\nbreak  \nbreak", "line\\ break break"),
        ("*/ fn injected() {}", "*/ fn injected() {}"),
        ("a\u{2028}b\u{b}c\rd", "a b c d"),
        ("\u{202e}evil\u{0}\u{1b}[31m", "\\u{202e}evil\\u{0}\\u{1b}[31m"),
        ("$x$ $$y$$ {#id} ==high==", "$x$ $$y$$ {#id} ==high=="),
        ("* * *", "* * *"),
        ("___", "___"),
        ("`a - b # c > d ~~~ e <div> f ``` g 1. h [^1]: i`", "`a - b # c > d ~~~ e <div> f ``` g 1. h [^1]: i`"),
    ];

    #[test]
    fn prose_is_a_paragraph_that_reads_as_it_was_written() {
        for (hostile, expected) in HOSTILE {
            let joined = hostile.replace("\n\n", "\n");
            for width in [1, 7, 12, 80] {
                let markdown = Inline::prose(&joined).lines(width).join("\n");
                let (blocks, text) = read(&markdown);
                let links = blocks.iter().filter(|block| block.starts_with("https://")).count();
                assert_eq!(text, *expected, "{hostile:?} at {width}: {markdown}");
                assert_eq!(blocks.len(), 1 + links, "{hostile:?} at {width}: {blocks:?}\n{markdown}");
                assert_eq!(blocks[0], "Paragraph", "{hostile:?}");
            }
        }
    }

    #[test]
    fn a_cell_stays_within_its_column() {
        for (hostile, _) in
            HOSTILE.iter().chain(&[("a|b", ""), ("a\\|b", ""), ("`a|b`", ""), ("`a\\|b`", ""), ("`a\\`", "")])
        {
            let cells = [Inline::prose(hostile).cell(), Inline::code(hostile).cell(), "end".to_owned()];
            let markdown = format!("| 1 | 2 | 3 |\n|---|---|---|\n| {} |\n", cells.join(" | "));
            let (blocks, text) = read(&markdown);
            let count = |name: &str| blocks.iter().filter(|block| *block == name).count();
            assert_eq!(
                (count("Table"), count("TableRow"), count("TableCell")),
                (1, 1, 6),
                "{hostile:?}: {blocks:?}\n{markdown}"
            );
            assert!(text.ends_with("end"), "{hostile:?}: {markdown}");
            let others = blocks.iter().filter(|block| !block.starts_with("Table") && !block.starts_with("https://"));
            assert_eq!(others.count(), 0, "{hostile:?}: {blocks:?}");
        }
    }

    #[test]
    fn only_blank_lines_separate_paragraphs() {
        let count = |text: &str| paragraphs(text).len();
        assert_eq!(count("one\ntwo\r\nthree\rfour"), 1);
        assert_eq!(count("one\n\ntwo\n \t\nthree\r\n\r\nfour\u{2029}\u{2029}five"), 5);
        assert_eq!(count(" \n\n "), 0);
    }

    #[test]
    fn addresses_are_links_without_the_punctuation_behind_them() {
        let (blocks, text) = read(&Inline::prose("see https://example.com/a, (http://b.example/c_d).").line());
        assert_eq!(blocks, ["Paragraph", "https://example.com/a", "http://b.example/c_d"]);
        assert_eq!(text, "see https://example.com/a, (http://b.example/c_d).");
    }

    #[test]
    fn a_link_leads_where_it_says_or_is_none() {
        let label = Inline::code("x");
        assert_eq!(
            Inline::page(&label, "https://a.example/b).[c](d \n").line(),
            "[`x`](https://a.example/b%29.%5Bc%5D%28d%20%0A)"
        );
        assert_eq!(Inline::link(&label, "crate::Client::x").line(), "[`x`](crate::Client::x)");
        for target in ["type", "object", "crate::Client::x"] {
            assert_eq!(Inline::page(&label, target).line(), "`x`", "an address of the document is no path");
        }
        for target in ["javascript:alert(1)", "crate::x) [y](z", "", "../up"] {
            assert_eq!(Inline::link(&label, target).line(), "`x`");
            assert_eq!(Inline::page(&label, target).line(), "`x`");
        }
    }

    #[test]
    fn literals_hold_what_they_were_given() {
        let texts = [
            "",
            "a\"b",
            "\\",
            "\r\n\t\0",
            "\u{202e}\u{2028}",
            "\"##",
            "{}",
            "'",
            "\u{301}",
            &"\"#".repeat(3),
            "line\nline",
        ];
        let hashes = format!("\"{}", "#".repeat(300));
        for text in texts.into_iter().chain([hashes.as_str()]) {
            for made in [literal(text), raw_literal(text)] {
                let token: syn::LitStr = syn::parse2(made.to_token_stream()).expect("it is a token");
                assert_eq!(token.value(), text, "{made}");
                let written = made.to_string();
                let read: syn::LitStr = syn::parse_str(&written).unwrap_or_else(|error| panic!("{written}: {error}"));
                assert_eq!(read.value(), text, "{written}");
                assert!(!written.contains(['\r', '\u{202e}', '\0']), "{written}");
            }
        }
        assert_eq!(raw_literal("{\"a\":1}").to_string(), "r#\"{\"a\":1}\"#");
    }

    #[test]
    fn what_is_printed_commands_no_terminal() {
        let text = "a\u{1b}[2Jb\u{9b}c\nd\te\u{202e}";
        assert_eq!(visible(text), "a\\u{1b}[2Jb\\u{9b}c\\nd\\te\\u{202e}");
        assert_eq!(visible_lines(text), "a\\u{1b}[2Jb\\u{9b}c\nd\te\\u{202e}");
        let in_place = visible_in_place(text);
        assert_eq!(in_place.len(), text.len());
        assert_eq!(in_place, "a?[2Jb·c\nd\te\u{fffd}");
    }
}
