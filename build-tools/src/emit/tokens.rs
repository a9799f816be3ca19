//! Rust as token trees: names, documentation, imports and types, and the one step that makes a file of them.
//!
//! A text of a document is a literal or documentation here and can be nothing else: no emitter writes Rust as text. What is no
//! identifier becomes tokens that no Rust file can hold, so [`file`] refuses it with its text.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt as _, quote};

use super::layout;
use crate::contract::{Contract, Kind, Passed, Success, TypeUse};
use crate::names::is_keyword;
use crate::output::header;
use crate::text::{Inline, literal, paragraphs, table};

/// What the values of an example are.
const SAMPLES: &str = "With sample values, which fit the documented limits and are not the vendor's data:";

/// Columns after which prose is wrapped: what a line of 120 has behind one step of indentation and the mark of a comment.
const PROSE: usize = 112;

/// A name as an identifier.
pub(super) fn ident(name: &str) -> TokenStream {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.starts_with(|first: char| first.is_ascii_alphabetic());
    if is_plain && !is_keyword(name) {
        return Ident::new(name, Span::call_site()).into_token_stream();
    }
    match syn::parse_str::<Ident>(name) {
        Ok(identifier) if identifier == name => identifier.into_token_stream(),
        // No Rust file holds a hash before a literal.
        _ => {
            let name = literal(name);
            quote! { # #name }
        }
    }
}

/// Names behind each other as a path, `types::Payment`.
pub(super) fn path(names: &str) -> TokenStream {
    let names = names.split("::").map(ident);
    quote! { #(#names)::* }
}

/// A number as it is written, without the suffix of its type.
pub(super) fn number(text: &str) -> TokenStream {
    let (minus, digits) = match text.strip_prefix('-') {
        Some(digits) => (Some(quote! { - }), digits),
        None => (None, text),
    };
    let digits = digits.parse::<proc_macro2::Literal>().map_or_else(|_| ident(digits), ToTokens::into_token_stream);
    quote! { #minus #digits }
}

/// Documentation, line by line.
#[derive(Clone, Debug, Default)]
pub(super) struct Docs {
    lines: Vec<String>,
}

impl Docs {
    /// Documentation that begins with this text.
    pub(super) fn of(text: &str) -> Self {
        let mut docs = Self::default();
        docs.text(text);
        docs
    }

    /// Documentation that begins with this paragraph.
    pub(super) fn of_inline(paragraph: &Inline) -> Self {
        let mut docs = Self::default();
        docs.inline(paragraph);
        docs
    }

    /// The paragraphs of a text; blank lines separate them.
    pub(super) fn text(&mut self, text: &str) {
        for paragraph in paragraphs(text) {
            self.inline(&paragraph);
        }
    }

    /// A paragraph.
    pub(super) fn inline(&mut self, paragraph: &Inline) {
        self.block(paragraph.lines(PROSE));
    }

    /// A paragraph on one line, however long.
    pub(super) fn line(&mut self, paragraph: &Inline) {
        self.block([paragraph.line()]);
    }

    /// A list: names, and what each is. One without items is none.
    pub(super) fn list<'i>(&mut self, items: impl IntoIterator<Item = (&'i str, String)>) {
        let mut lines = Vec::new();
        for (name, text) in items {
            let item = Inline::join([&Inline::code(name), &Inline::prose(&format!(": {text}"))]);
            for (index, line) in item.lines(PROSE).into_iter().enumerate() {
                // Lines behind the first belong to the item wherever they begin.
                lines.push(if index == 0 { format!("- {line}") } else { line });
            }
        }
        self.block(lines);
    }

    /// A table.
    pub(super) fn table<const COLUMNS: usize>(&mut self, heading: [&'static str; COLUMNS], rows: &[[Inline; COLUMNS]]) {
        self.block(table(heading, rows));
    }

    /// A section with an example that is compiled and not run.
    pub(super) fn example(&mut self, example: &Example) {
        let mut lines = vec!["# Example".to_owned(), String::new()];
        if example.has_samples {
            lines.extend([SAMPLES.to_owned(), String::new()]);
        }
        lines.push("```no_run".to_owned());
        lines.extend(example.lines());
        lines.push("```".to_owned());
        self.block(lines);
    }

    fn block(&mut self, lines: impl IntoIterator<Item = String>) {
        let mut lines = lines.into_iter().peekable();
        if !self.lines.is_empty() && lines.peek().is_some() {
            self.lines.push(String::new());
        }
        self.lines.extend(lines);
    }

    /// The lines as comments write them, with the blank behind the mark.
    fn attributes(&self) -> impl Iterator<Item = proc_macro2::Literal> {
        self.lines.iter().map(|line| match line.as_str() {
            "" => proc_macro2::Literal::string(""),
            line => proc_macro2::Literal::string(&format!(" {line}")),
        })
    }

    /// The same as documentation of the file.
    pub(super) fn inner(&self) -> TokenStream {
        let lines = self.attributes();
        quote! { #(#![doc = #lines])* }
    }
}

impl ToTokens for Docs {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let lines = self.attributes();
        tokens.append_all(quote! { #(#[doc = #lines])* });
    }
}

/// An example in documentation: the body of an asynchronous function, of which the reader sees some statements.
#[derive(Clone, Debug)]
pub(super) struct Example {
    /// What the example imports, unseen.
    pub(super) imports: TokenStream,
    /// The function without its body, unseen.
    pub(super) function: TokenStream,
    /// What allows the statements that are shown, unseen.
    pub(super) allowed: TokenStream,
    /// The statements that are shown.
    pub(super) shown: TokenStream,
    /// Those behind them, unseen.
    pub(super) hidden: TokenStream,
    /// Whether values of the example were made up.
    pub(super) has_samples: bool,
}

impl Example {
    fn lines(&self) -> Vec<String> {
        let Self { imports, function, allowed, shown, hidden, .. } = self;
        let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let hide = |text: String| text.lines().map(|line| format!("# {line}")).collect::<Vec<_>>();
        let mut all = hide(statements(imports));
        all.push(format!("# {} {{", layout::flat(function)));
        all.extend(hide(layout::flat(allowed)));
        all.extend(lines(statements(shown)));
        all.extend(hide(statements(hidden)));
        all.push("# }".to_owned());
        all
    }
}

/// Statements as they are laid out, or their tokens when they are none: rustdoc would refuse what is no Rust.
fn statements(statements: &TokenStream) -> String {
    match syn::parse::Parser::parse2(syn::Block::parse_within, statements.clone()) {
        Ok(statements) => layout::statements(&statements, PROSE),
        Err(_) => statements.to_string(),
    }
}

/// What a file of a vendor crate imports, and how its types are named there.
#[derive(Debug)]
pub(super) struct Imports<'c> {
    contract: &'c Contract,
    scope: Scope,
    /// The names that are used, by the path that they come from.
    names: RefCell<BTreeMap<String, BTreeSet<String>>>,
    /// A text of samples, and the expression that stands for it.
    text: RefCell<Option<(String, TokenStream)>>,
}

/// Where a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Among the types: names stand alone.
    Types,
    /// Elsewhere in the crate: names of the vendor's types stand behind `types::`, so that none hides a name of the language or of
    /// the crate.
    Crate,
    /// In a test of the crate, which sees what is public.
    Tests,
    /// In an example of documentation, which imports all that is public.
    Example,
    /// Anywhere else: everything has its whole path, and nothing is imported.
    Paths,
}

/// How an argument of this type is given, or of several of them.
pub(super) fn passed(contract: &Contract, value: &TypeUse, is_list: bool) -> Passed {
    match value {
        _ if is_list => Passed::Slice,
        TypeUse::Scalar(scalar) => scalar.form().passed,
        TypeUse::List(_) => Passed::Slice,
        TypeUse::Named(name) => match contract.definition(name).map(|definition| &definition.kind) {
            Some(Kind::IntegerIdentifier { .. }) => Passed::Value,
            _ => Passed::Reference,
        },
        TypeUse::Boxed(_) | TypeUse::Map(_) | TypeUse::Nullable(_) => Passed::Reference,
    }
}

/// A type, whose names are written by `named` where they are the vendor's and by `runtime` where they are the runtime's.
fn type_tokens(
    value: &TypeUse,
    named: &dyn Fn(&str) -> TokenStream,
    runtime: &dyn Fn(&str) -> TokenStream,
) -> TokenStream {
    let within = |value: &TypeUse| type_tokens(value, named, runtime);
    match value {
        TypeUse::Named(name) => named(name),
        TypeUse::Boxed(name) => {
            let name = named(name);
            quote! { Box<#name> }
        }
        TypeUse::Scalar(scalar) => {
            let form = scalar.form();
            if form.is_of_runtime { runtime(form.rust) } else { ident(form.rust) }
        }
        TypeUse::List(item) => {
            let item = within(item);
            quote! { Vec<#item> }
        }
        TypeUse::Map(item) => {
            let (map, item) = (runtime("Map"), within(item));
            quote! { #map<#item> }
        }
        TypeUse::Nullable(value) => {
            let value = within(value);
            quote! { Option<#value> }
        }
    }
}

/// A type as a text names it, without paths.
pub(super) fn type_text(value: &TypeUse) -> String {
    layout::flat(type_tokens(value, &ident, &ident))
}

/// The attribute of what the vendor advises against.
pub(super) fn deprecated(is_deprecated: bool) -> Option<TokenStream> {
    is_deprecated.then(|| quote! { #[deprecated = "the vendor advises against it"] })
}

impl<'c> Imports<'c> {
    /// Nothing yet.
    pub(super) fn new(contract: &'c Contract, scope: Scope) -> Self {
        Self { contract, scope, names: RefCell::default(), text: RefCell::default() }
    }

    pub(super) fn contract(&self) -> &'c Contract {
        self.contract
    }

    pub(super) fn scope(&self) -> Scope {
        self.scope
    }

    /// A name of that path.
    pub(super) fn name(&self, from: &str, name: &str) -> TokenStream {
        self.names.borrow_mut().entry(from.to_owned()).or_default().insert(name.to_owned());
        ident(name.rsplit("::").next().unwrap_or_default())
    }

    /// An item of the runtime by its name alone; by its path where one of the vendor's types has that name.
    pub(super) fn runtime(&self, name: &str) -> TokenStream {
        match self.scope {
            Scope::Tests => self.name(&self.package(), name),
            Scope::Example => ident(name),
            Scope::Paths => path(&format!("{}::{name}", self.package())),
            Scope::Types | Scope::Crate if self.contract.definition(name).is_some() => {
                path(&format!("onboarding_core::{name}"))
            }
            Scope::Types | Scope::Crate => self.name("onboarding_core", name),
        }
    }

    /// A module of the crate: `types`, `errors`.
    pub(super) fn module(&self, name: &str) -> TokenStream {
        match self.scope {
            Scope::Types => self.name("super::super", name),
            Scope::Crate => self.name("crate::generated", name),
            Scope::Tests => self.name(&self.package(), name),
            Scope::Example => ident(name),
            Scope::Paths => path(&format!("{}::{name}", self.package())),
        }
    }

    /// One of the vendor's types.
    pub(super) fn named(&self, name: &str) -> TokenStream {
        if self.scope == Scope::Types {
            return self.name("super", name);
        }
        let (types, name) = (self.module("types"), ident(name));
        quote! { #types::#name }
    }

    /// An expression for a text of a sample: a literal, save [`Self::with_text`].
    pub(super) fn text(&self, text: &str) -> TokenStream {
        match &*self.text.borrow() {
            Some((other, expression)) if other == text => expression.clone(),
            _ => literal(text).into_token_stream(),
        }
    }

    /// What is written where another expression stands for a text of a sample.
    pub(super) fn with_text<T>(&self, text: &str, expression: &TokenStream, write: impl FnOnce() -> T) -> T {
        *self.text.borrow_mut() = Some((text.to_owned(), expression.clone()));
        let written = write();
        *self.text.borrow_mut() = None;
        written
    }

    /// A type.
    pub(super) fn type_of(&self, value: &TypeUse) -> TokenStream {
        type_tokens(value, &|name| self.named(name), &|name| self.runtime(name))
    }

    /// The type of an argument that must be given.
    pub(super) fn argument(&self, value: &TypeUse, is_list: bool) -> TokenStream {
        let whole = self.type_of(value);
        match (passed(self.contract, value, is_list), value) {
            (Passed::Value, _) => whole,
            (Passed::Text, _) => quote! { &str },
            (Passed::Slice, TypeUse::List(item)) if !is_list => {
                let item = self.type_of(item);
                quote! { &[#item] }
            }
            (Passed::Slice, _) => quote! { &[#whole] },
            (Passed::Reference, _) => quote! { &#whole },
        }
    }

    /// What a success holds.
    pub(super) fn success(&self, success: &Success) -> TokenStream {
        match success {
            Success::Nothing => quote! { () },
            Success::Json(value) => self.type_of(value),
            Success::JsonOrNothing(value) => {
                let value = self.type_of(value);
                quote! { Option<#value> }
            }
            Success::Text => quote! { String },
            Success::Download => self.runtime("Download"),
            Success::ByStatus(name) => {
                let (errors, name) = (self.module("errors"), ident(name));
                quote! { #errors::#name }
            }
        }
    }

    /// The crate as its tests name it.
    pub(super) fn package(&self) -> String {
        self.contract.settings.package.name.replace('-', "_")
    }

    /// The imports.
    pub(super) fn uses(&self) -> TokenStream {
        self.uses_without(&BTreeSet::new())
    }

    /// The imports, save of names that the file itself declares.
    pub(super) fn uses_without(&self, own: &BTreeSet<&str>) -> TokenStream {
        let names = self.names.borrow();
        let mut roots: Vec<(&String, Vec<TokenStream>)> = names
            .iter()
            .map(|(root, names)| {
                let foreign = names.iter().filter(|name| root != "super" || !own.contains(name.as_str()));
                (root, foreign.map(|name| path(name)).collect())
            })
            .collect();
        // What is the crate's own comes last, and a list behind what is deeper.
        roots.sort_by_key(|(root, names)| {
            let mut steps: Vec<String> = root.split("::").map(str::to_owned).collect();
            steps.push(if let [only] = names.as_slice() { only.to_string() } else { "{".to_owned() });
            (is_own(root), steps)
        });
        let uses = roots.into_iter().filter_map(|(root, names)| {
            let names = several(&names)?;
            let root = root.split("::").map(|part| match part {
                "crate" | "self" | "super" => Ident::new(part, Span::call_site()).into_token_stream(),
                part => ident(part),
            });
            Some(quote! { use #(#root)::*::#names; })
        });
        quote! { #(#uses)* }
    }
}

/// Names as an import has them behind its path; `None` where there are none.
pub(super) fn several(names: &[TokenStream]) -> Option<TokenStream> {
    match names {
        [] => None,
        [only] => Some(only.clone()),
        names => Some(quote! { {#(#names),*} }),
    }
}

/// Whether a path leads into the crate in which it stands.
fn is_own(root: &str) -> bool {
    ["crate", "self", "super"].iter().any(|start| root.split("::").next() == Some(start))
}

/// A file as it is written, with what was read back of it, so that it is read once.
pub(super) struct Written {
    pub(super) text: String,
    /// The tokens of the text.
    pub(super) tokens: TokenStream,
    /// The same as syntax.
    pub(super) file: syn::File,
}

#[cfg(test)]
impl Written {
    /// Reads a text.
    pub(super) fn read(text: String) -> Result<Self, String> {
        let tokens: TokenStream = text.parse().map_err(|error| format!("it is not valid Rust: {error}"))?;
        let file = syn::parse2(tokens.clone()).map_err(|error| format!("it is not valid Rust: {error}"))?;
        Ok(Self { text, tokens, file })
    }
}

/// A file: the two lines that say where it comes from, its documentation, and its items. An error says what is no Rust, or that the
/// text does not read as the tokens that it was made of.
pub(super) fn file(vendor: &str, docs: &Docs, items: &TokenStream) -> Result<Written, String> {
    let inner = docs.inner();
    let file: syn::File =
        syn::parse2(quote! { #inner #items }).map_err(|error| format!("it is not valid Rust: {error}"))?;
    let meant = file.to_token_stream();
    let mut text = String::new();
    for line in header(vendor) {
        let _ = writeln!(text, "// {line}");
    }
    let (docs, attributes): (Vec<_>, Vec<_>) =
        file.attrs.iter().cloned().partition(|attribute| attribute.path().is_ident("doc"));
    for attributes in [docs, attributes] {
        if !attributes.is_empty() {
            let _ = writeln!(text, "\n{}", layout::attributes(&attributes));
        }
    }
    if !file.items.is_empty() {
        let _ = writeln!(text, "\n{}", layout::items(&file.items));
    }
    match text.parse::<TokenStream>() {
        Ok(tokens) if layout::is_same(&tokens, &meant) => Ok(Written { text, tokens, file }),
        Ok(_) => Err("it does not read as it was meant".to_owned()),
        Err(error) => Err(format!("it is not valid Rust: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{Docs, Example, file, ident, path};
    use crate::text::literal;

    fn text(items: &proc_macro2::TokenStream) -> String {
        let text = file("tiny", &Docs::of("A file."), items).unwrap_or_else(|error| panic!("{error}")).text;
        let (head, items) = text.split_once("//! A file.\n\n").expect("the documentation stands before the items");
        assert_eq!(head.lines().count(), 3, "{head}");
        items.to_owned()
    }

    #[test]
    fn blank_lines_stand_between_what_is_more_than_a_line() {
        let docs = Docs::of("Gets it.");
        let items = quote! {
            use onboarding_core as runtime;
            use onboarding_core::{Call, Method};
            use crate::generated::types;
            impl Client {
                const A: u8 = 1;
                const B: u8 = 2;
                #docs
                pub fn get(&self) -> u8 { 1 }
                pub fn put(&self) {}
            }
            mod one;
            mod two;
        };
        let expected = "use onboarding_core as runtime;\nuse onboarding_core::{Call, Method};\n\nuse crate::generated::types;\n\n\
                        impl Client {\n    const A: u8 = 1;\n    const B: u8 = 2;\n\n    /// Gets it.\n    pub fn get(&self) -> u8 {\n        1\n    }\n\n    \
                        pub fn put(&self) {}\n}\n\nmod one;\nmod two;\n";
        assert_eq!(text(&items), expected);
    }

    #[test]
    fn an_example_hides_what_stands_around_it() {
        let mut docs = Docs::of("Gets it.");
        docs.example(&Example {
            imports: quote! { use tiny::*; },
            function: quote! { async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> },
            allowed: quote! { #[allow(deprecated)] },
            shown: quote! { let answer = client.get("a").send().await?; },
            hidden: quote! { drop(answer); Ok(()) },
            has_samples: true,
        });
        let expected = "/// Gets it.\n///\n/// # Example\n///\n/// With sample values, which fit the documented limits and are not the vendor's data:\n///\n/// ```no_run\n/// # use tiny::*;\n\
                        /// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {\n/// # #[allow(deprecated)]\n\
                        /// let answer = client.get(\"a\").send().await?;\n/// # drop(answer);\n/// # Ok(())\n/// # }\n/// ```\nfn a() {}\n";
        assert_eq!(text(&quote! { #docs fn a() {} }), expected);
    }

    #[test]
    fn what_is_no_identifier_is_refused_wherever_it_stands() {
        for name in ["", "a b", "a::b", "1", "fn", "\"", "a\n", "a;b", "'a", "r#"] {
            let name = ident(name);
            for items in [
                quote! { struct #name; },
                quote! { fn a() { b.#name() } },
                quote! { fn a() { b(#name) } },
                quote! { fn a() { b(types::#name::new(1)) } },
                quote! { type A = #name; },
                quote! { enum A { #name } },
            ] {
                assert!(file("tiny", &Docs::default(), &items).is_err(), "{items}");
            }
        }
        for name in ["a", "r#type", "Payment", "a_1"] {
            let name = ident(name);
            assert!(file("tiny", &Docs::default(), &quote! { fn a() { b.#name() } }).is_ok(), "{name}");
        }
        assert!(
            file("tiny", &Docs::default(), &{
                let path = path("types::a b");
                quote! { type A = #path; }
            })
            .is_err()
        );
    }

    #[test]
    fn a_text_is_a_literal_or_a_comment_whatever_it_holds() {
        for hostile in [
            "\"); injected!(); (\"",
            "*/ fn injected() {} /*",
            "a\nfn injected() {}",
            "/",
            "# x",
            "\\",
            "\u{0}\u{202e}",
        ] {
            let (docs, value) = (Docs::of(hostile), literal(hostile));
            let text = text(&quote! { #docs const A: &str = #value; });
            let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            let [syn::Item::Const(item)] = file.items.as_slice() else { panic!("{text}") };
            assert_eq!(*item.expr, syn::parse_quote! { #value }, "{text}");
            assert!(item.attrs.iter().all(|attribute| attribute.path().is_ident("doc")), "{text}");
        }
    }
}
