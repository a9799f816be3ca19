//! What a generated file declares, read back from its text: the last defence against a text of a document that became code.
//!
//! [`meant`](super::meant) says without the emitters what each file is for. A file that declares anything else, calls another
//! macro, has another attribute, or holds another example is no output, whatever the reason.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use syn::{ImplItem, Item, UseTree};

use super::tokens::Written;

/// The derives.
const DERIVES: &[&str] = &[
    "Call",
    "Clone",
    "Copy",
    "Debug",
    "Eq",
    "Hash",
    "Identifier",
    "Mocked",
    "Object",
    "Ord",
    "Outcome",
    "PartialEq",
    "PartialOrd",
    "ResourceUrl",
    "Responses",
    "StatusError",
    "StringEnum",
    "TaggedUnion",
    "UntaggedUnion",
];

/// The macros that are called within functions.
const CALLED: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_wire",
    "concat",
    "expect_error",
    "expect_refusal",
    "expect_silence",
    "expect_success",
    "format",
    "matches",
    "vec",
];

/// The attributes, without blanks. Documentation and files of payloads are looked at on their own.
const ATTRIBUTES: &[&str] = &[
    "allow(clippy::pedantic,deprecated,reason=\"generated: its form is reviewed in the generator\")",
    "cfg(feature=\"mock\")",
    "cfg(feature=\"signing\")",
    "cfg(feature=\"webhook\")",
    "cfg_attr(rustfmt,rustfmt_skip)",
    "deprecated=\"the vendor advises against it\"",
    "doc(hidden)",
    "inline",
    "must_use",
    "must_use=\"nothing is mocked before `then`\"",
    "must_use=\"nothing is sent before `send`\"",
    "non_exhaustive",
    "path=\"operations/mod.rs\"",
    "rustfmt::skip",
    "test",
    "tokio::test",
];

/// The words that begin an item.
const ITEM_WORDS: &[&str] = &[
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "macro_rules",
    "mod",
    "static",
    "struct",
    "trait",
    "type",
    "union",
    "unsafe",
    "use",
];

/// What a Rust file declares and holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outline {
    /// Items by kind and name, behind what they stand in: `impl Client / fn get_thing`. How often each stands there.
    items: BTreeMap<String, usize>,
    /// The examples in its documentation.
    examples: usize,
}

impl Outline {
    /// Another item.
    pub(super) fn item(&mut self, path: impl Into<String>) {
        *self.items.entry(path.into()).or_default() += 1;
    }

    /// Several items that stand within one.
    pub(super) fn items_in<I: AsRef<str>>(&mut self, path: &str, items: impl IntoIterator<Item = I>) {
        for item in items {
            self.item(format!("{path} / {}", item.as_ref()));
        }
    }

    /// More examples.
    pub(super) fn examples(&mut self, count: usize) {
        self.examples += count;
    }

    /// How a file's outline is another than this one, which was meant.
    fn difference(&self, found: &Self) -> Option<String> {
        let count = |outline: &Self, item: &str| outline.items.get(item).copied().unwrap_or_default();
        for item in found.items.keys().chain(self.items.keys()) {
            let (meant, found) = (count(self, item), count(found, item));
            if meant != found {
                return Some(format!("it declares `{item}` {found} times, and {meant} were meant"));
            }
        }
        (self.examples != found.examples)
            .then(|| format!("it holds {} examples, and {} were meant", found.examples, self.examples))
    }
}

/// Whether a Rust file is what was meant, or else how it differs. `package` is the crate as Rust names it, `payloads` the way from
/// a test to the documented payloads.
pub(super) fn check(written: &Written, meant: &Outline, package: &str, payloads: &str) -> Result<(), String> {
    let mut found = Outline::default();
    for item in &written.file.items {
        read_item(item, "", package, &mut found)?;
    }
    let mut surroundings = Surroundings { payloads, examples: 0, documentation: String::new() };
    surroundings.read(written.tokens.clone())?;
    found.examples = surroundings.examples;
    meant.difference(&found).map_or(Ok(()), Err)
}

fn read_item(item: &Item, within: &str, package: &str, found: &mut Outline) -> Result<(), String> {
    let path = |label: String| if within.is_empty() { label } else { format!("{within} / {label}") };
    match item {
        Item::Const(item) => found.item(path(format!("const {}", item.ident))),
        Item::Static(item) => found.item(path(format!("static {}", item.ident))),
        Item::Fn(item) => {
            let path = path(format!("fn {}", item.sig.ident));
            read_body(&item.block, &path, found);
            found.item(path);
        }
        Item::Struct(item) => {
            let path = path(format!("struct {}", item.ident));
            found.items_in(&path, item.fields.iter().filter_map(|field| field.ident.as_ref()).map(ToString::to_string));
            found.item(path);
        }
        Item::Enum(item) => {
            let path = path(format!("enum {}", item.ident));
            found.items_in(&path, item.variants.iter().map(|variant| variant.ident.to_string()));
            found.item(path);
        }
        Item::Type(item) => found.item(path(format!("type {}", item.ident))),
        Item::Impl(item) => {
            let target = text_of(&item.self_ty);
            let path = path(match &item.trait_ {
                Some((of, _)) => format!("impl {} for {target}", text_of(of)),
                None => format!("impl {target}"),
            });
            for item in &item.items {
                read_impl_item(item, &path, found)?;
            }
            found.item(path);
        }
        Item::Mod(item) if item.content.is_none() => found.item(path(format!("mod {}", item.ident))),
        Item::Use(item) => {
            let root = match &item.tree {
                UseTree::Path(path) => path.ident.to_string(),
                UseTree::Rename(rename) => rename.ident.to_string(),
                _ => String::new(),
            };
            let roots = ["crate", "onboarding_core", "onboarding_testing", "self", "super", package];
            if !roots.contains(&root.as_str()) || text_of(item).contains('*') {
                return Err(format!("it imports `{}`", text_of(item)));
            }
        }
        other => return Err(format!("it declares `{}`", shortened(&text_of(other)))),
    }
    Ok(())
}

fn read_impl_item(item: &ImplItem, path: &str, found: &mut Outline) -> Result<(), String> {
    let label = match item {
        ImplItem::Const(item) => format!("const {}", item.ident),
        ImplItem::Type(item) => format!("type {}", item.ident),
        ImplItem::Fn(item) => {
            let label = format!("fn {}", item.sig.ident);
            read_body(&item.block, &format!("{path} / {label}"), found);
            label
        }
        other => return Err(format!("it declares `{}`", shortened(&text_of(other)))),
    };
    found.items_in(path, [label]);
    Ok(())
}

/// The items within a function.
fn read_body(block: &syn::Block, path: &str, found: &mut Outline) {
    let mut open: Vec<TokenStream> = block.stmts.iter().map(quote).collect();
    while let Some(stream) = open.pop() {
        let mut trees = stream.into_iter().peekable();
        while let Some(tree) = trees.next() {
            match tree {
                TokenTree::Group(group) => open.push(group.stream()),
                TokenTree::Ident(word) if ITEM_WORDS.iter().any(|other| word == other) => match trees.peek() {
                    // What is worked out by the compiler is no item.
                    Some(TokenTree::Group(_)) if word == "const" => {}
                    name => {
                        let name = name.map(|name| shortened(&name.to_string())).unwrap_or_default();
                        found.items_in(path, [format!("{word} {name}")]);
                    }
                },
                _ => {}
            }
        }
    }
}

/// What stands around the items, at any depth: attributes, calls of macros, and documentation.
struct Surroundings<'p> {
    payloads: &'p str,
    examples: usize,
    /// The documentation that is being read.
    documentation: String,
}

impl Surroundings<'_> {
    fn read(&mut self, stream: TokenStream) -> Result<(), String> {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let punct = |index: usize, wanted: char| matches!(trees.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
        let group = |index: usize| match trees.get(index) {
            Some(TokenTree::Group(group)) => Some(group),
            _ => None,
        };
        let mut index = 0;
        while let Some(tree) = trees.get(index) {
            let inner = usize::from(punct(index, '#') && punct(index + 1, '!'));
            if let (true, Some(attribute)) = (punct(index, '#'), group(index + 1 + inner)) {
                self.read_attribute(&attribute.stream())?;
                index += 2 + inner;
                continue;
            }
            self.end_documentation()?;
            if let (TokenTree::Ident(name), true, Some(arguments)) = (tree, punct(index + 1, '!'), group(index + 2)) {
                self.read_call(&name.to_string(), &arguments.stream())?;
            }
            if let TokenTree::Group(group) = tree {
                self.read(group.stream())?;
                self.end_documentation()?;
            }
            index += 1;
        }
        self.end_documentation()
    }

    fn read_attribute(&mut self, attribute: &TokenStream) -> Result<(), String> {
        let trees: Vec<TokenTree> = attribute.clone().into_iter().collect();
        if let [TokenTree::Ident(doc), TokenTree::Punct(_), TokenTree::Literal(text)] = trees.as_slice()
            && doc == "doc"
        {
            let syn::Lit::Str(line) = syn::Lit::new(text.clone()) else {
                return Err(format!("its documentation is `{}`", shortened(&text.to_string())));
            };
            let line = line.value();
            self.documentation.push_str(line.strip_prefix(' ').unwrap_or(&line));
            self.documentation.push('\n');
            return Ok(());
        }
        let text = without_blanks(attribute);
        let is_meant = match trees.as_slice() {
            [TokenTree::Ident(derive), TokenTree::Group(derives)] if derive == "derive" => {
                derives.stream().into_iter().all(|tree| match tree {
                    TokenTree::Ident(name) => DERIVES.iter().any(|other| name == other),
                    TokenTree::Punct(comma) => comma.as_char() == ',',
                    _ => false,
                })
            }
            [TokenTree::Ident(wire), TokenTree::Group(arguments)] if wire == "wire" => is_data(arguments.stream()),
            _ => ATTRIBUTES.contains(&text.as_str()),
        };
        if is_meant { Ok(()) } else { Err(format!("it has the attribute `{}`", shortened(&text))) }
    }

    fn read_call(&self, name: &str, arguments: &TokenStream) -> Result<(), String> {
        let file = || syn::parse2::<syn::LitStr>(arguments.clone()).map(|file| file.value()).unwrap_or_default();
        let is_meant = match name {
            "env" => file() == "CARGO_PKG_VERSION",
            "include_str" => {
                let file = file();
                file == "../../src/generated/types/mod.rs"
                    || file.strip_prefix(self.payloads).is_some_and(|name| !name.contains(['/', '\\']))
            }
            name => CALLED.contains(&name),
        };
        if is_meant { Ok(()) } else { Err(format!("it calls `{name}!({})`", shortened(&arguments.to_string()))) }
    }

    fn end_documentation(&mut self) -> Result<(), String> {
        if self.documentation.is_empty() {
            return Ok(());
        }
        let documentation = std::mem::take(&mut self.documentation);
        let blocks = blocks(&documentation)?;
        for block in &blocks {
            match block {
                Block::Code(language) if language == "no_run" => self.examples += 1,
                Block::Heading(heading) if heading == "Example" => {}
                other => return Err(format!("its documentation has {other:?}")),
            }
        }
        Ok(())
    }
}

/// Whether tokens are names, literals and lists of them: nothing that could be evaluated.
fn is_data(stream: TokenStream) -> bool {
    stream.into_iter().all(|tree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis && is_data(group.stream()),
        TokenTree::Punct(punct) => [',', '=', '.', '?'].contains(&punct.as_char()),
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
    })
}

/// A block of Markdown that is more than a paragraph, a list or a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Code between fences, by the word behind the first.
    Code(String),
    /// A heading, by its text.
    Heading(String),
}

/// The blocks of a text as rustdoc reads it, or what should not be in any text.
pub(super) fn blocks(markdown: &str) -> Result<Vec<Block>, String> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION;
    let mut blocks = Vec::new();
    let mut in_heading = false;
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                blocks.push(Block::Heading(String::new()));
                in_heading = true;
            }
            Event::End(pulldown_cmark::TagEnd::Heading(_)) => in_heading = false,
            Event::Text(text) | Event::Code(text) if in_heading => {
                if let Some(Block::Heading(heading)) = blocks.last_mut() {
                    heading.push_str(&text);
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                blocks.push(Block::Code(language.into_string()));
            }
            Event::Start(Tag::Link { dest_url, .. })
                if !["crate::", "Self::", "http://", "https://"].iter().any(|start| dest_url.starts_with(start)) =>
            {
                return Err(format!("a link to `{dest_url}`"));
            }
            Event::Start(
                Tag::CodeBlock(CodeBlockKind::Indented)
                | Tag::Image { .. }
                | Tag::FootnoteDefinition(_)
                | Tag::BlockQuote(_),
            )
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::Rule => return Err(format!("a block that no emitter writes: {event:?}")),
            Event::InlineHtml(tag) if !["<code>", "</code>"].contains(&&*tag) => {
                return Err(format!("the tag `{tag}`"));
            }
            Event::Html(tag)
                if !tag.starts_with("<!-- Generated by ") && !tag.starts_with("<!-- To change this file, ") =>
            {
                return Err(format!("the tag `{tag}`"));
            }
            _ => {}
        }
    }
    Ok(blocks)
}

fn quote(tokens: &impl quote::ToTokens) -> TokenStream {
    tokens.to_token_stream()
}

/// Tokens as text without blanks.
fn text_of(tokens: &impl quote::ToTokens) -> String {
    without_blanks(&tokens.to_token_stream())
}

fn without_blanks(tokens: &TokenStream) -> String {
    let mut text = String::new();
    for tree in tokens.clone() {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.extend([open, &without_blanks(&group.stream()), close]);
            }
            other => text.push_str(&other.to_string()),
        }
    }
    text
}

/// As much of a text as a message needs.
fn shortened(text: &str) -> String {
    const LENGTH: usize = 80;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Outline, Written, blocks, check};

    const FILE: &str = "\
//! A file.
use onboarding_core::derive::{Object, UntaggedUnion};
impl Client {
    /// Gets it.
    ///
    /// # Example
    ///
    /// ```no_run
    /// client.get().await?;
    /// ```
    #[inline]
    pub fn get(&self) -> Call {
        static OPERATION: Operation = Operation::new(\"get\");
        self.core.request(&OPERATION).header(\"a\", format!(\"{}\", 1))
    }
}
/// A thing.
#[derive(Clone, PartialEq, Object)]
#[wire(sent, page(items = data, total = meta?.total))]
pub struct Thing {
    /// Its name.
    #[wire(required, \"name\", min_length(1))]
    pub name: String,
    #[wire(nullable, \"size\", clear = clear_size)]
    pub size: Patch<i64>,
}
#[derive(UntaggedUnion)]
pub enum Value {
    /// A number.
    #[wire(number)]
    Number(f64),
    #[wire(object(member(\"kind\", \"text\")))]
    Text(String),
}
";

    fn meant() -> Outline {
        let mut outline = Outline::default();
        for item in ["impl Client", "impl Client / fn get", "impl Client / fn get / static OPERATION"] {
            outline.item(item);
        }
        outline.item("struct Thing");
        outline.items_in("struct Thing", ["name", "size"]);
        outline.item("enum Value");
        outline.items_in("enum Value", ["Number", "Text"]);
        outline.examples(1);
        outline
    }

    fn checked(text: &str) -> Result<(), String> {
        check(&Written::read(text.to_owned())?, &meant(), "onboarding_tiny", "../examples/")
    }

    #[test]
    fn a_file_as_it_was_meant_is_output() {
        assert_eq!(checked(FILE), Ok(()));
    }

    #[test]
    fn whatever_else_is_in_a_file_is_found() {
        let intruders = [
            // Behind a comment that was ended.
            ("    /// A number.\n", "    /// A number.\nInjected(bool),\n"),
            ("    /// Its name.\n", "    /// Its name.\ninjected: bool,\n"),
            ("    /// Gets it.\n", "    /// Gets it.\npub fn injected() {}\n"),
            ("        static", "        fn injected() {}\n        static"),
            ("//! A file.\n", "//! A file.\n#![allow(warnings)]\n"),
            ("use onboarding_core", "pub mod injected { }\nuse onboarding_core"),
            ("use onboarding_core", "mod injected;\nuse onboarding_core"),
            ("use onboarding_core", "use std::process::exit;\nuse onboarding_core"),
            ("use onboarding_core", "use onboarding_core::*;\nuse onboarding_core"),
            ("use onboarding_core", "macro_rules! injected { () => {} }\nuse onboarding_core"),
            ("use onboarding_core", "extern crate injected;\nuse onboarding_core"),
            (
                "#[derive(Clone, PartialEq, Object)]\n",
                "#[derive(Clone, PartialEq, Object)]\n#[path = \"/etc/passwd\"]\n",
            ),
            ("#[derive(Clone, PartialEq, Object)]\n", "#[derive(Clone, PartialEq, injected::Object)]\n"),
            ("min_length(1)", "min_length({ injected() })"),
            ("min_length(1)", "min_length(injected!())"),
            ("/// A thing.\n", "injected! { pub struct A {} }\n/// A thing.\n"),
            ("#[inline]", "#[derive(Injected)]"),
            ("format!(\"{}\", 1)", "format!(\"{}\", include_str!(\"/etc/passwd\"))"),
            ("format!(\"{}\", 1)", "env!(\"HOME\")"),
            ("format!(\"{}\", 1)", "include_str!(\"../examples/../../secret.json\")"),
            ("format!(\"{}\", 1)", "std::process::Command::new!(\"sh\")"),
            // What rustdoc would compile, and what it would not show as text.
            ("    /// Gets it.\n", "    /// Gets it.\n    ///\n    /// ```\n    /// injected();\n    /// ```\n"),
            ("    /// Gets it.\n", "    /// Gets it.\n    ///\n    ///     injected();\n"),
            ("    /// Gets it.\n", "    /// Gets it.\n    ///\n    /// ```no_run\n    /// injected();\n    /// ```\n"),
            ("    /// Gets it.\n", "    /// # Injected\n"),
            ("    /// A number.\n", "    /// <script>injected()</script>\n"),
            ("    /// A number.\n", "    /// [x](javascript:injected())\n"),
            ("    /// A number.\n", "    /// ![x](https://a.example)\n"),
            // What is missing.
            ("        static OPERATION: Operation = Operation::new(\"get\");\n", ""),
            ("    #[wire(object(member(\"kind\", \"text\")))]\n    Text(String),\n", ""),
            ("/// ```no_run\n", "/// ```ignore\n"),
        ];
        for (from, to) in intruders {
            let text = FILE.replacen(from, to, 1);
            assert_ne!(text, FILE, "{from}");
            assert!(checked(&text).is_err(), "{to}");
        }
        assert!(checked("fn f( {").is_err());
    }

    #[test]
    fn the_blocks_of_a_text_are_those_of_rustdoc() {
        let text = "# One\n\n```toml\na = 1\n```\n\ntext\n\n````no_run\n```\n````\n";
        let expected =
            [Block::Heading("One".to_owned()), Block::Code("toml".to_owned()), Block::Code("no_run".to_owned())];
        assert_eq!(blocks(text), Ok(expected.to_vec()));
        assert!(blocks("<div>").is_err());
        assert!(blocks("> quoted").is_err());
    }
}
