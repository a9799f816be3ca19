//! How Rust is laid out: syntax trees as text in lines of at most [`WIDTH`] columns, in the form that rustfmt gives them with the
//! workspace's settings. No process is started, so that generation stays pure; each crate's tests of form are rustfmt's own check.
//!
//! What can be broken into lines is a [`Piece`]: it stands on one line where that fits, or else as its kind is broken. All else is
//! written on one line by [`flat`]. Nothing is lost here unseen: whoever asks for a text of a file [compares](is_same) it with what it was
//! made of.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Block, Expr, Fields, ImplItem, Item, Signature, Stmt, Token, UseTree, Visibility};

/// The columns of a line.
pub(super) const WIDTH: usize = 120;

/// One step of indentation.
const INDENT: usize = 4;

/// The lines from which on the last call of a chain is broken within its brackets, before the chain is broken at its dots.
const MANY: usize = 5;

/// Items as text, each group of them apart from the next by a blank line.
pub(super) fn items(items: &[Item]) -> String {
    let mut lines = Vec::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 && !belong_together(&items[index - 1], item) {
            lines.push(Piece::blank());
        }
        lines.push(self::item(item));
    }
    print(&Piece::lines(lines), WIDTH)
}

/// Statements as text in lines of so many columns.
pub(super) fn statements(statements: &[Stmt], width: usize) -> String {
    print(&Piece::lines(statements.iter().map(statement).collect()), width)
}

/// Documentation and other attributes of a file, in lines.
pub(super) fn attributes(attributes: &[Attribute]) -> String {
    print(&Piece::lines(attributes.iter().map(attribute).collect()), WIDTH)
}

/// A part of a text that may be on one line or on several.
struct Piece {
    /// The columns that it takes on one line; none where it always has several.
    width: Option<usize>,
    /// The lines that its brackets take at least where it does not fit on one.
    height: usize,
    kind: Kind,
}

enum Kind {
    /// Is never broken.
    Text(String),
    /// Several behind each other.
    Row(Vec<Piece>),
    /// Several lines.
    Lines(Vec<Piece>),
    /// Lines within braces.
    Block(Vec<Piece>),
    /// Items within brackets.
    List { open: &'static str, items: Vec<Piece>, close: &'static str, form: Form },
    /// What begins a chain of calls, and a line for each call.
    Chain(Box<Piece>, Vec<Piece>),
    /// What is assigned to what is before the equals sign.
    Assignment(String, Box<Piece>),
}

/// How a list is broken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A line for each item, with a comma behind each.
    Lines,
    /// A line for each item, with a comma behind each but the last.
    Arguments,
    /// As many items on a line as fit.
    Packed,
    /// The only item on a line of its own, as in a block.
    Braced,
}

impl Piece {
    fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { width: Some(text.chars().count()), height: 1, kind: Kind::Text(text) }
    }

    fn blank() -> Self {
        Self::text("")
    }

    fn row<const COUNT: usize>(pieces: [Self; COUNT]) -> Self {
        let height = pieces.iter().map(|piece| piece.height).max().unwrap_or(1);
        Self { width: pieces.iter().map(|piece| piece.width).sum(), height, kind: Kind::Row(pieces.into()) }
    }

    fn lines(lines: Vec<Self>) -> Self {
        let width = if let [only] = lines.as_slice() { only.width } else { None };
        Self { width, height: lines.len(), kind: Kind::Lines(lines) }
    }

    fn block(lines: Vec<Self>) -> Self {
        Self { width: lines.is_empty().then_some("{}".len()), height: lines.len() + 2, kind: Kind::Block(lines) }
    }

    fn list(open: &'static str, items: Vec<Self>, close: &'static str) -> Self {
        let inner: Option<usize> = items.iter().map(|item| item.width).sum();
        let brackets =
            if items.is_empty() { open.trim_end().len() + close.trim_start().len() } else { open.len() + close.len() };
        let commas = ", ".len() * items.len().saturating_sub(1);
        let height = match items.as_slice() {
            [] => 1,
            [only] if only.is_hugged() => only.height,
            items => items.len() + 2,
        };
        let width = inner.map(|inner| inner + brackets + commas);
        Self { width, height, kind: Kind::List { open, items, close, form: Form::Lines } }
    }

    fn formed(mut self, as_is: Form) -> Self {
        if let Kind::List { form, .. } = &mut self.kind {
            *form = as_is;
        }
        self
    }

    fn assignment(left: String, right: Self) -> Self {
        let width = right.width.map(|width| left.chars().count() + " = ".len() + width);
        Self { width, height: right.height, kind: Kind::Assignment(left, Box::new(right)) }
    }

    /// The columns of what surely is on its first line.
    fn lead(&self) -> usize {
        match &self.kind {
            Kind::Text(_) => self.width.unwrap_or_default(),
            Kind::List { open, .. } => open.trim_end().len(),
            Kind::Block(_) => 1,
            Kind::Row(pieces) => lead(pieces, 0),
            Kind::Chain(head, _) => head.lead(),
            Kind::Lines(_) | Kind::Assignment(..) => 0,
        }
    }

    /// Whether it may begin on the line of the bracket around it, as its only item.
    fn is_hugged(&self) -> bool {
        match &self.kind {
            Kind::List { form, .. } => *form != Form::Braced,
            Kind::Block(_) => true,
            Kind::Row(pieces) => {
                pieces.iter().rfind(|piece| !matches!(piece.kind, Kind::Text(_))).is_some_and(Self::is_hugged)
            }
            Kind::Chain(head, links) => {
                let beside = beside(head, links);
                let is_many = |last: &Self| beside > 0 || last.height >= MANY;
                links.len() - beside < 2 && links.last().is_some_and(|last| last.is_hugged() && is_many(last))
            }
            Kind::Text(_) | Kind::Lines(_) | Kind::Assignment(..) => false,
        }
    }
}

/// The columns from the beginning of these pieces to where the line may end, before so many others.
fn lead(pieces: &[Piece], behind: usize) -> usize {
    let mut columns = 0;
    for piece in pieces {
        columns += piece.lead();
        if !matches!(piece.kind, Kind::Text(_)) {
            return columns;
        }
    }
    columns + behind
}

/// How many of these links are on the line of what begins their chain: the first where that is no longer than the indentation.
fn beside(head: &Piece, links: &[Piece]) -> usize {
    usize::from(!links.is_empty() && head.width.is_some_and(|width| width <= INDENT))
}

fn print(piece: &Piece, width: usize) -> String {
    let mut printer = Printer { text: String::new(), column: 0, width };
    printer.print(piece, 0, 0);
    printer.text
}

struct Printer {
    text: String,
    column: usize,
    width: usize,
}

impl Printer {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.column = 0;
        self.indent(indent);
    }

    fn indent(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.column += indent;
    }

    /// Prints a piece, behind which so many columns are taken on its last line.
    fn print(&mut self, piece: &Piece, indent: usize, behind: usize) {
        if piece.width.is_some_and(|width| self.column + width + behind <= self.width) {
            return self.print_flat(piece);
        }
        match &piece.kind {
            Kind::Text(text) => self.push(text),
            Kind::Row(pieces) => {
                for (index, piece) in pieces.iter().enumerate() {
                    self.print(piece, indent, lead(&pieces[index + 1..], behind));
                }
            }
            Kind::Lines(lines) => self.print_lines(lines, indent, behind),
            Kind::Block(lines) => {
                self.push("{");
                self.line(indent + INDENT);
                self.print_lines(lines, indent + INDENT, 0);
                self.line(indent);
                self.push("}");
            }
            Kind::List { open, items, close, form } => {
                self.push(open.trim_end());
                match items.as_slice() {
                    [] => {}
                    [only] if *form != Form::Braced && only.is_hugged() => {
                        self.print(only, indent, close.len() + behind);
                    }
                    items if *form == Form::Packed => self.print_packed(items, indent),
                    items => {
                        for (index, item) in items.iter().enumerate() {
                            self.line(indent + INDENT);
                            self.print(item, indent + INDENT, 1);
                            if *form == Form::Lines || index + 1 < items.len() {
                                self.push(",");
                            }
                        }
                        self.line(indent);
                    }
                }
                self.push(close.trim_start());
            }
            Kind::Chain(head, links) => self.print_chain(head, links, indent, behind),
            Kind::Assignment(left, right) => {
                self.push(left);
                self.push(" =");
                let fits = |column: usize| right.width.is_some_and(|width| column + width + behind <= self.width);
                let begins = |column: usize| match &right.kind {
                    Kind::Chain(head, _) => head.width.is_some_and(|width| column + width <= self.width),
                    _ => true,
                };
                let (beside, below) = (self.column + 1, indent + INDENT);
                if !fits(beside) && (fits(below) || !begins(beside) && begins(below)) {
                    self.line(indent + INDENT);
                    self.print(right, indent + INDENT, behind);
                } else {
                    self.push(" ");
                    self.print(right, indent, behind);
                }
            }
        }
    }

    fn print_lines(&mut self, lines: &[Piece], indent: usize, behind: usize) {
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                self.text.push('\n');
                self.column = 0;
                // Blank lines have no blanks.
                let is_blank = matches!(&line.kind, Kind::Text(text) if text.is_empty());
                self.indent(if is_blank { 0 } else { indent });
            }
            self.print(line, indent, if index + 1 == lines.len() { behind } else { 0 });
        }
    }

    fn print_packed(&mut self, items: &[Piece], indent: usize) {
        self.line(indent + INDENT);
        for (index, item) in items.iter().enumerate() {
            let width =
                item.width.unwrap_or_default() + if index + 1 == items.len() { " ,".len() } else { " , ".len() };
            if index > 0 && self.column + width > self.width {
                self.line(indent + INDENT);
            } else if index > 0 {
                self.push(" ");
            }
            self.print(item, indent + INDENT, 1);
            self.push(",");
        }
        self.line(indent);
    }

    fn print_chain(&mut self, head: &Piece, links: &[Piece], indent: usize, behind: usize) {
        let (beside, below) = links.split_at(beside(head, links));
        let start = self.text.len();
        if let Some((last, others)) = links.split_last()
            && self.is_last_broken(head, others, last, indent, behind)
        {
            for piece in [head].into_iter().chain(others) {
                self.print_flat(piece);
            }
            return self.print(last, indent, behind);
        }
        self.print(head, indent, lead(beside, 0));
        for link in beside {
            self.print(link, indent, 0);
        }
        // What ends with a bracket on a line of its own has the links below that bracket.
        let is_broken = self.text[start..].contains('\n');
        let indent = if is_broken { indent } else { indent + INDENT };
        for (index, link) in below.iter().enumerate() {
            self.line(indent);
            self.print(link, indent, if index + 1 == below.len() { behind } else { 0 });
        }
    }

    /// Whether a chain is one line but for the brackets of its last link, which take many lines or do not fit on one of their own.
    fn is_last_broken(&self, head: &Piece, others: &[Piece], last: &Piece, indent: usize, behind: usize) -> bool {
        let before: Option<usize> = [head].into_iter().chain(others).map(|piece| piece.width).sum();
        let begins = before.is_some_and(|before| self.column + before + last.lead() <= self.width);
        let fits = last.width.is_some_and(|width| indent + INDENT + width + behind <= self.width);
        begins
            && last.is_hugged()
            && (last.height >= MANY || !fits || !others.is_empty() && others.len() == beside(head, others))
    }

    fn print_flat(&mut self, piece: &Piece) {
        match &piece.kind {
            Kind::Text(text) => self.push(text),
            Kind::Row(pieces) | Kind::Lines(pieces) => {
                for piece in pieces {
                    self.print_flat(piece);
                }
            }
            Kind::Block(_) => self.push("{}"),
            Kind::List { open, items, close, .. } => {
                self.push(if items.is_empty() { open.trim_end() } else { open });
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.push(", ");
                    }
                    self.print_flat(item);
                }
                self.push(if items.is_empty() { close.trim_start() } else { close });
            }
            Kind::Chain(head, links) => {
                self.print_flat(head);
                for link in links {
                    self.print_flat(link);
                }
            }
            Kind::Assignment(left, right) => {
                self.push(left);
                self.push(" = ");
                self.print_flat(right);
            }
        }
    }
}

/// Whether no blank line is between two items: imports of one kind, and modules.
fn belong_together(first: &Item, second: &Item) -> bool {
    let kind = |item: &Item| match item {
        Item::Use(item) => Some((true, is_own(&item.tree))),
        Item::Mod(_) => Some((false, false)),
        _ => None,
    };
    kind(first).is_some_and(|first| kind(second) == Some(first))
}

/// Whether an import leads into the crate in which it is.
fn is_own(tree: &UseTree) -> bool {
    matches!(tree, UseTree::Path(path) if ["crate", "self", "super"].iter().any(|word| path.ident == word))
}

fn item(item: &Item) -> Piece {
    match item {
        Item::Use(item) => {
            let vis = flat_with_blank(&item.vis);
            declaration(
                &item.attrs,
                Piece::row([Piece::text(format!("{vis}use ")), use_tree(&item.tree), Piece::text(";")]),
            )
        }
        Item::Static(item) => {
            let (vis, name, ty) = (&item.vis, &item.ident, &item.ty);
            assigned(&item.attrs, quote! { #vis static #name: #ty }, expression(&item.expr))
        }
        Item::Const(item) => {
            let (vis, name, ty) = (&item.vis, &item.ident, &item.ty);
            assigned(&item.attrs, quote! { #vis const #name: #ty }, expression(&item.expr))
        }
        Item::Type(item) => {
            let (vis, name, generics) = (&item.vis, &item.ident, &item.generics);
            assigned(&item.attrs, quote! { #vis type #name #generics }, leaf(&item.ty))
        }
        Item::Fn(item) => {
            let head = signature(&item.vis, &item.sig);
            declaration(&item.attrs, Piece::row([head, Piece::text(" "), block(&item.block)]))
        }
        Item::Struct(item) => {
            let (vis, name, generics) = (&item.vis, &item.ident, &item.generics);
            let end = if matches!(item.fields, Fields::Named(_)) { "" } else { ";" };
            let head = Piece::text(flat(quote! { #vis struct #name #generics }));
            declaration(&item.attrs, Piece::row([head, fields(&item.fields), Piece::text(end)]))
        }
        Item::Enum(item) => {
            let (vis, name, generics) = (&item.vis, &item.ident, &item.generics);
            let variants = item.variants.iter().map(|variant| {
                let name = Piece::text(variant.ident.to_string());
                declaration(&variant.attrs, Piece::row([name, fields(&variant.fields), Piece::text(",")]))
            });
            let head = Piece::text(format!("{} ", flat(quote! { #vis enum #name #generics })));
            declaration(&item.attrs, Piece::row([head, Piece::block(variants.collect())]))
        }
        Item::Impl(whole) => {
            let syn::ItemImpl { generics, trait_, self_ty, .. } = whole;
            let of = trait_.as_ref().map(|(path, of)| quote! { #path #of });
            let mut lines = Vec::new();
            for (index, item) in whole.items.iter().enumerate() {
                let is_long = |item: &ImplItem| matches!(item, ImplItem::Fn(_));
                if index > 0 && (is_long(item) || is_long(&whole.items[index - 1])) {
                    lines.push(Piece::blank());
                }
                lines.push(impl_item(item));
            }
            let head = Piece::text(format!("{} ", flat(quote! { impl #generics #of #self_ty })));
            declaration(&whole.attrs, Piece::row([head, Piece::block(lines)]))
        }
        Item::Mod(item) if item.content.is_none() => {
            let (vis, name) = (&item.vis, &item.ident);
            declaration(&item.attrs, Piece::text(flat(quote! { #vis mod #name; })))
        }
        // What no emitter writes.
        other => leaf(other),
    }
}

fn impl_item(item: &ImplItem) -> Piece {
    match item {
        ImplItem::Const(item) => {
            let (vis, name, ty) = (&item.vis, &item.ident, &item.ty);
            assigned(&item.attrs, quote! { #vis const #name: #ty }, expression(&item.expr))
        }
        ImplItem::Type(item) => {
            let (vis, name, generics) = (&item.vis, &item.ident, &item.generics);
            assigned(&item.attrs, quote! { #vis type #name #generics }, leaf(&item.ty))
        }
        ImplItem::Fn(item) => {
            let head = signature(&item.vis, &item.sig);
            declaration(&item.attrs, Piece::row([head, Piece::text(" "), block(&item.block)]))
        }
        other => leaf(other),
    }
}

/// An item with its attributes before it.
fn declaration(attributes: &[Attribute], item: Piece) -> Piece {
    Piece::lines(attributes.iter().map(attribute).chain([item]).collect())
}

fn assigned(attributes: &[Attribute], left: TokenStream, right: Piece) -> Piece {
    declaration(attributes, Piece::row([Piece::assignment(flat(left), right), Piece::text(";")]))
}

/// Documentation as a comment, any other attribute with its arguments.
fn attribute(attribute: &Attribute) -> Piece {
    let is_inner = matches!(attribute.style, syn::AttrStyle::Inner(_));
    if let syn::Meta::NameValue(value) = &attribute.meta
        && value.path.is_ident("doc")
        && let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &value.value
        && !text.value().contains(['\n', '\r'])
    {
        return Piece::text(format!("{}{}", if is_inner { "//!" } else { "///" }, text.value()));
    }
    let open = if is_inner { "#![" } else { "#[" };
    let syn::Meta::List(list) = &attribute.meta else {
        return Piece::text(format!("{open}{}]", flat(&attribute.meta)));
    };
    let form = if list.path.is_ident("derive") { Form::Packed } else { Form::Arguments };
    let arguments = arguments(list.tokens.clone()).formed(form);
    Piece::row([Piece::text(format!("{open}{}", flat(&list.path))), arguments, Piece::text("]")])
}

/// The arguments of an attribute, in parentheses, with those of arguments.
fn arguments(tokens: TokenStream) -> Piece {
    let mut items = Vec::new();
    let mut trees = tokens.into_iter().peekable();
    while trees.peek().is_some() {
        let item: Vec<TokenTree> = trees
            .by_ref()
            .take_while(|tree| !matches!(tree, TokenTree::Punct(comma) if comma.as_char() == ','))
            .collect();
        items.push(match item.as_slice() {
            [name, TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
                Piece::row([leaf(name), arguments(group.stream())])
            }
            item => Piece::text(flat(item.iter().cloned().collect::<TokenStream>())),
        });
    }
    Piece::list("(", items, ")").formed(Form::Arguments)
}

fn use_tree(tree: &UseTree) -> Piece {
    match tree {
        UseTree::Path(path) => Piece::row([Piece::text(format!("{}::", path.ident)), use_tree(&path.tree)]),
        UseTree::Group(group) => match group.items.iter().collect::<Vec<_>>().as_slice() {
            [only] => use_tree(only),
            several => Piece::list("{", several.iter().map(|tree| use_tree(tree)).collect(), "}").formed(Form::Packed),
        },
        other => leaf(other),
    }
}

fn fields(fields: &Fields) -> Piece {
    match fields {
        Fields::Named(fields) => {
            let fields = fields.named.iter().map(|field| {
                let syn::Field { attrs, vis, ident, ty, .. } = field;
                declaration(attrs, Piece::text(flat(quote! { #vis #ident: #ty, })))
            });
            Piece::row([Piece::text(" "), Piece::block(fields.collect())])
        }
        Fields::Unnamed(fields) => Piece::list("(", fields.unnamed.iter().map(leaf).collect(), ")"),
        Fields::Unit => Piece::text(""),
    }
}

fn signature(vis: &Visibility, signature: &Signature) -> Piece {
    let Signature { constness, asyncness, ident, generics, inputs, output, .. } = signature;
    let head = flat(quote! { #vis #constness #asyncness fn #ident #generics });
    let returned =
        if matches!(output, syn::ReturnType::Default) { String::new() } else { format!(" {}", flat(output)) };
    Piece::row([Piece::text(head), Piece::list("(", inputs.iter().map(leaf).collect(), ")"), Piece::text(returned)])
}

fn block(block: &Block) -> Piece {
    Piece::block(block.stmts.iter().map(statement).collect())
}

fn statement(statement: &Stmt) -> Piece {
    match statement {
        Stmt::Local(local) => {
            let left = &local.pat;
            match &local.init {
                Some(init) if init.diverge.is_none() => {
                    assigned(&local.attrs, quote! { let #left }, expression(&init.expr))
                }
                _ => leaf(local),
            }
        }
        Stmt::Item(item) => self::item(item),
        Stmt::Expr(value, end) => Piece::row([expression(value), Piece::text(if end.is_some() { ";" } else { "" })]),
        Stmt::Macro(call) => {
            let end = Piece::text(if call.semi_token.is_some() { ";" } else { "" });
            declaration(&call.attrs, Piece::row([macro_call(&call.mac), end]))
        }
    }
}

fn expression(value: &Expr) -> Piece {
    match value {
        Expr::Call(call) => {
            Piece::row([expression(&call.func), Piece::list("(", call.args.iter().map(expression).collect(), ")")])
        }
        Expr::MethodCall(_) | Expr::Field(_) | Expr::Await(_) | Expr::Try(_) => chain(value),
        Expr::Reference(reference) => {
            let mark = if reference.mutability.is_some() { "&mut " } else { "&" };
            Piece::row([Piece::text(mark), expression(&reference.expr)])
        }
        Expr::Array(array) => Piece::list("[", array.elems.iter().map(expression).collect(), "]"),
        Expr::Tuple(tuple) if tuple.elems.len() > 1 => {
            Piece::list("(", tuple.elems.iter().map(expression).collect(), ")")
        }
        Expr::Macro(call) => macro_call(&call.mac),
        Expr::Closure(closure) => {
            let mut head = closure.clone();
            *head.body = Expr::Verbatim(TokenStream::new());
            Piece::row([Piece::text(format!("{} ", flat(&head))), expression(&closure.body)])
        }
        Expr::Struct(made) if made.rest.is_none() => {
            let fields = made.fields.iter().map(|field| match field.colon_token {
                Some(_) => Piece::row([Piece::text(format!("{}: ", flat(&field.member))), expression(&field.expr)]),
                None => leaf(field),
            });
            Piece::row([Piece::text(flat(&made.path)), Piece::list(" { ", fields.collect(), " }")])
        }
        Expr::Const(constant) => match constant.block.stmts.as_slice() {
            [Stmt::Expr(only, None)] => Piece::list("const { ", vec![expression(only)], " }").formed(Form::Braced),
            _ => Piece::row([Piece::text("const "), block(&constant.block)]),
        },
        Expr::Block(of) => block(&of.block),
        Expr::Match(of) => {
            let arms = of.arms.iter().map(|arm| {
                let syn::Arm { attrs, pat, body, .. } = arm;
                let head = Piece::text(format!("{} => ", flat(pat)));
                declaration(attrs, Piece::row([head, expression(body), Piece::text(",")]))
            });
            Piece::row([Piece::text("match "), expression(&of.expr), Piece::text(" "), Piece::block(arms.collect())])
        }
        Expr::ForLoop(of) => {
            let head = Piece::text(format!("for {} in ", flat(&of.pat)));
            Piece::row([head, expression(&of.expr), Piece::text(" "), block(&of.body)])
        }
        other => leaf(other),
    }
}

/// Calls and fields behind each other, with what they begin with.
fn chain(value: &Expr) -> Piece {
    let (mut links, mut marks, mut value) = (Vec::new(), String::new(), value);
    let head = loop {
        let mut link = |pieces: [Piece; 2]| {
            let [name, arguments] = pieces;
            links.push(Piece::row([name, arguments, Piece::text(std::mem::take(&mut marks))]));
        };
        value = match value {
            Expr::MethodCall(call) => {
                let (name, turbofish) = (&call.method, &call.turbofish);
                let arguments = Piece::list("(", call.args.iter().map(expression).collect(), ")");
                link([Piece::text(flat(quote! { .#name #turbofish })), arguments]);
                &call.receiver
            }
            Expr::Field(field) => {
                link([Piece::text(format!(".{}", flat(&field.member))), Piece::text("")]);
                &field.base
            }
            Expr::Await(awaited) => {
                link([Piece::text(".await"), Piece::text("")]);
                &awaited.base
            }
            Expr::Try(tried) => {
                marks.push('?');
                &tried.expr
            }
            other => break other,
        };
    };
    links.reverse();
    let head = Piece::row([expression(head), Piece::text(marks)]);
    let behind: Option<usize> = links.iter().map(|link| link.width).sum();
    let width = head.width.and_then(|width| Some(width + behind?));
    Piece { width, height: links.len() + 1, kind: Kind::Chain(Box::new(head), links) }
}

fn macro_call(call: &syn::Macro) -> Piece {
    let name = Piece::text(format!("{}!", flat(&call.path)));
    let arguments = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
    let (open, close) = match &call.delimiter {
        syn::MacroDelimiter::Paren(_) => ("(", ")"),
        syn::MacroDelimiter::Bracket(_) => ("[", "]"),
        syn::MacroDelimiter::Brace(_) => return leaf(call),
    };
    match arguments {
        // A comma behind the last argument may be one argument more.
        Ok(arguments) => {
            let arguments = Piece::list(open, arguments.iter().map(expression).collect(), close);
            Piece::row([name, arguments.formed(Form::Arguments)])
        }
        Err(_) => leaf(call),
    }
}

/// What is never broken.
fn leaf(tokens: &impl ToTokens) -> Piece {
    Piece::text(flat(tokens))
}

fn flat_with_blank(tokens: &impl ToTokens) -> String {
    let text = flat(tokens);
    if text.is_empty() { text } else { text + " " }
}

/// Operators of several characters.
const OPERATORS: &[&str] = &["..=", "::", "->", "=>", "==", "!=", "<=", ">=", "..", "&&", "||", "+="];

/// Words that are no names of functions: brackets behind them begin something else.
const KEYWORDS: &[&str] = &["as", "else", "for", "if", "in", "let", "match", "move", "mut", "return", "where", "while"];

/// Tokens on one line, with blanks where rustfmt has them. Less-than and greater-than signs are those around types.
pub(super) fn flat(tokens: impl ToTokens) -> String {
    let mut line = Line::default();
    line.push_all(tokens.to_token_stream());
    line.text
}

/// Whether tokens are the same but for commas before closing brackets.
pub(super) fn is_same(left: &TokenStream, right: &TokenStream) -> bool {
    let mut open = vec![(trees(left.clone()), trees(right.clone()))];
    while let Some((left, right)) = open.pop() {
        if left.len() != right.len() {
            return false;
        }
        for pair in left.into_iter().zip(right) {
            let is_same = match pair {
                (TokenTree::Group(left), TokenTree::Group(right)) => {
                    open.push((trees(left.stream()), trees(right.stream())));
                    left.delimiter() == right.delimiter()
                }
                (TokenTree::Ident(left), TokenTree::Ident(right)) => left == right,
                (TokenTree::Punct(left), TokenTree::Punct(right)) => left.as_char() == right.as_char(),
                (TokenTree::Literal(left), TokenTree::Literal(right)) => left.to_string() == right.to_string(),
                _ => false,
            };
            if !is_same {
                return false;
            }
        }
    }
    true
}

/// Tokens without a comma at their end.
fn trees(tokens: TokenStream) -> Vec<TokenTree> {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    trees.pop_if(|last| matches!(last, TokenTree::Punct(comma) if comma.as_char() == ','));
    trees
}

/// What the last token was, as far as it matters for a blank behind it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    /// Nothing before, or what has no blank behind it: an opening bracket, a prefix, a dot.
    #[default]
    Open,
    /// A name, a literal or a closing bracket.
    Value,
    /// A word of the language.
    Keyword,
    /// A path's separator.
    Separator,
    /// Whatever has a blank behind it.
    Operator,
}

#[derive(Default)]
struct Line {
    text: String,
    last: Last,
    /// Whether the parameters of a closure are open.
    in_closure: bool,
}

impl Line {
    fn push_all(&mut self, tokens: TokenStream) {
        let mut trees = tokens.into_iter().peekable();
        while let Some(tree) = trees.next() {
            match tree {
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    let last = if KEYWORDS.contains(&word.as_str()) { Last::Keyword } else { Last::Value };
                    self.push(&word, self.last != Last::Open && self.last != Last::Separator, last);
                }
                TokenTree::Literal(literal) => {
                    self.push(&literal.to_string(), self.last != Last::Open, Last::Value);
                }
                TokenTree::Group(group) => self.push_group(&group),
                TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                    self.push("'", self.last != Last::Open, Last::Open);
                }
                TokenTree::Punct(punct) => {
                    let mut operator = punct.as_char().to_string();
                    let mut joint = punct.spacing() == proc_macro2::Spacing::Joint;
                    while joint && let Some(TokenTree::Punct(next)) = trees.peek() {
                        let longer = format!("{operator}{}", next.as_char());
                        if !OPERATORS.iter().any(|known| known.starts_with(&longer)) {
                            break;
                        }
                        joint = next.spacing() == proc_macro2::Spacing::Joint;
                        operator = longer;
                        trees.next();
                    }
                    self.push_operator(&operator);
                }
            }
        }
    }

    fn push(&mut self, text: &str, has_blank: bool, last: Last) {
        if has_blank {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.last = last;
    }

    fn push_group(&mut self, group: &proc_macro2::Group) {
        let is_apart = matches!(self.last, Last::Keyword | Last::Operator);
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace if self.last == Last::Separator => ("{", "}"),
            Delimiter::Brace if group.stream().is_empty() => ("{", "}"),
            Delimiter::Brace => ("{ ", " }"),
            Delimiter::None => ("", ""),
        };
        let is_block = group.delimiter() == Delimiter::Brace && self.last == Last::Value;
        self.push(open, is_apart || is_block, Last::Open);
        let in_closure = std::mem::take(&mut self.in_closure);
        self.push_all(group.stream());
        self.in_closure = in_closure;
        self.push(close, false, Last::Value);
    }

    fn push_operator(&mut self, operator: &str) {
        let is_behind = self.last != Last::Open;
        let (has_blank, last) = match operator {
            "," | ";" | ":" => (false, Last::Operator),
            "." | "<" | ".." | "..=" => (false, Last::Open),
            "?" | ">" => (false, Last::Value),
            "::" => (is_behind && self.last != Last::Value, Last::Separator),
            "!" => (is_behind && self.last != Last::Value, Last::Open),
            "&" | "*" | "-" | "#" => (is_behind && self.last != Last::Separator, Last::Open),
            "|" if self.in_closure => (false, Last::Operator),
            "|" => (is_behind, Last::Open),
            _ => (is_behind, Last::Operator),
        };
        if operator == "|" {
            self.in_closure = !self.in_closure;
        }
        self.push(operator, has_blank, last);
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::{ToTokens as _, quote};

    use super::{flat, is_same, items, statements};

    fn of_items(tokens: &TokenStream) -> String {
        let file: syn::File = syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error}: {tokens}"));
        let text = items(&file.items);
        let read: TokenStream = text.parse().unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(is_same(&read, &file.to_token_stream()), "{text}");
        text
    }

    fn of_statements(tokens: &TokenStream, width: usize) -> String {
        let parsed = syn::parse::Parser::parse2(syn::Block::parse_within, tokens.clone());
        statements(&parsed.unwrap_or_else(|error| panic!("{error}: {tokens}")), width)
    }

    #[test]
    fn what_fits_is_on_one_line_and_what_does_not_is_broken_at_its_brackets_and_dots() {
        let call = quote! { let response = client.list(&types::Id::from("an-id"), vec![1, 2]).send().await?; };
        let by_width = [
            (80, "let response = client.list(&types::Id::from(\"an-id\"), vec![1, 2]).send().await?;"),
            (75, "let response =\n    client.list(&types::Id::from(\"an-id\"), vec![1, 2]).send().await?;"),
            (
                65,
                "let response = client\n    .list(&types::Id::from(\"an-id\"), vec![1, 2])\n    .send()\n    .await?;",
            ),
            (
                30,
                "let response = client\n    .list(\n        &types::Id::from(\n            \"an-id\",\n        ),\n        vec![1, 2],\n    )\n    \
                 .send()\n    .await?;",
            ),
        ];
        for (width, expected) in by_width {
            assert_eq!(of_statements(&call, width), expected, "{width}");
        }
        let only = quote! { Self(self.core.request(&types::Thing::new("a", "b"))) };
        let expected = "Self(self.core.request(&types::Thing::new(\n    \"a\",\n    \"b\",\n)))";
        assert_eq!(of_statements(&only, 45), expected, "what is alone in its brackets begins beside them");
        let assigned = quote! { let operation = Operation::new("an id", "a path"); };
        assert_eq!(of_statements(&assigned, 45), "let operation =\n    Operation::new(\"an id\", \"a path\");");
        let made = quote! { let made = Thing { name: "a", size: Some(1) }; };
        assert_eq!(of_statements(&made, 30), "let made = Thing {\n    name: \"a\",\n    size: Some(1),\n};");
        assert_eq!(
            of_statements(&quote! { let call = async |client: Client| client.get().await; }, 80),
            "let call = async |client: Client| client.get().await;"
        );
        let looped = quote! { for (a, b) in [(1, 2)] { match a { Self::One => "a", _ => "b" } } };
        let expected =
            "for (a, b) in [(1, 2)] {\n    match a {\n        Self::One => \"a\",\n        _ => \"b\",\n    }\n}";
        assert_eq!(of_statements(&looped, 80), expected);
    }

    #[test]
    fn items_are_laid_out_with_their_documentation_and_attributes() {
        let many: Vec<TokenStream> =
            (0..6).map(|index| format!("ANameOfTwentyLetter{index}").parse().unwrap()).collect();
        let text = of_items(&quote! {
            use a::{#(#many),*};
            #[doc = " A thing."]
            #[derive(Clone, PartialEq)]
            #[wire(sent, object(member("one of several members"), member("one of several members")), member("one of several members"))]
            pub struct Thing { #[doc = " Its name."] pub name: Option<Vec<&'static str>>, }
            pub struct Id(pub(crate) u64);
            pub enum Kind { #[wire(400..=499)] One, Two(types::Two), }
            impl<T: Clone + Send> From<T> for Thing {
                const A: u8 = 1;
                const B: u8 = 2;
                #[inline]
                fn from(first_of_the_arguments: impl Fn() -> Option<T> + 'static, second_of_the_arguments: &[T]) -> Result<Self, Error> { call!(a, b) }
                fn empty() {}
            }
        });
        let expected = "\
use a::{
    ANameOfTwentyLetter0, ANameOfTwentyLetter1, ANameOfTwentyLetter2, ANameOfTwentyLetter3, ANameOfTwentyLetter4,
    ANameOfTwentyLetter5,
};

/// A thing.
#[derive(Clone, PartialEq)]
#[wire(
    sent,
    object(member(\"one of several members\"), member(\"one of several members\")),
    member(\"one of several members\")
)]
pub struct Thing {
    /// Its name.
    pub name: Option<Vec<&'static str>>,
}

pub struct Id(pub(crate) u64);

pub enum Kind {
    #[wire(400..=499)]
    One,
    Two(types::Two),
}

impl<T: Clone + Send> From<T> for Thing {
    const A: u8 = 1;
    const B: u8 = 2;

    #[inline]
    fn from(
        first_of_the_arguments: impl Fn() -> Option<T> + 'static,
        second_of_the_arguments: &[T],
    ) -> Result<Self, Error> {
        call!(a, b)
    }

    fn empty() {}
}";
        assert_eq!(text, expected);
    }

    #[test]
    fn blanks_are_where_rustfmt_has_them() {
        for text in [
            "let a: Map<Vec<types::B>> = c?.d::<E>()?;",
            "pub(crate) fn a(&self, b: &mut [u8]) -> impl Fn(A) -> B + Send + 'static;",
            "#[wire(pages(number, \"a\", c = d?.e))]",
            "use a::{b, c::d};",
            "a.map(|x| -1).then(async || ())[0]",
            "A { b: !c, d } = *e",
        ] {
            let tokens: TokenStream = text.parse().unwrap();
            assert_eq!(flat(tokens), text);
        }
    }

    #[test]
    fn what_is_lost_or_changed_is_seen() {
        let tokens = |text: &str| text.parse::<TokenStream>().unwrap();
        assert!(is_same(&tokens("f(a, b,)"), &tokens("f(a, b)")));
        for other in ["f(a, b); g()", "f(a)", "f(a, c)", "f[a, b]", "f(a; b)", "f(a, \"b\")", "f(a, (b))"] {
            assert!(!is_same(&tokens("f(a, b)"), &tokens(other)), "{other}");
        }
    }
}
