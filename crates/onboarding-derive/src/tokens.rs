//! Tokens to read and to write.

use std::iter::Peekable;

use proc_macro::token_stream::IntoIter;
use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// What is wrong with an item, and where.
pub(crate) struct Mistake {
    span: Span,
    message: String,
}

impl Mistake {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }

    /// The error as code.
    pub(crate) fn compile_error(self) -> TokenStream {
        let mut tokens: TokenStream = "::core::compile_error!".parse().unwrap_or_default();
        let message = TokenTree::from(Literal::string(&self.message));
        tokens.extend([TokenTree::from(Group::new(Delimiter::Brace, message.into()))]);
        let spanned = |tree: TokenTree| match tree {
            TokenTree::Group(group) => {
                let inner = group.stream().into_iter().map(|tree| with_span(tree, self.span)).collect();
                with_span(Group::new(group.delimiter(), inner).into(), self.span)
            }
            other => with_span(other, self.span),
        };
        tokens.into_iter().map(spanned).collect()
    }
}

fn with_span(mut tree: TokenTree, span: Span) -> TokenTree {
    tree.set_span(span);
    tree
}

/// Tokens that are read one after the other.
pub(crate) struct Reader {
    trees: Peekable<IntoIter>,
    /// Where something is missing at the end.
    end: Span,
}

impl Reader {
    /// The tokens of a stream; what is missing at its end is missing at `end`.
    pub(crate) fn new(stream: TokenStream, end: Span) -> Self {
        Self { trees: stream.into_iter().peekable(), end }
    }

    /// The tokens within a group.
    pub(crate) fn within(group: &Group) -> Self {
        Self::new(group.stream(), group.span_close())
    }

    pub(crate) fn is_empty(&mut self) -> bool {
        self.trees.peek().is_none()
    }

    /// Where the next token is, or else where tokens end.
    pub(crate) fn span(&mut self) -> Span {
        self.trees.peek().map_or(self.end, TokenTree::span)
    }

    /// Takes this punctuation mark, if it is next.
    pub(crate) fn punct(&mut self, wanted: char) -> Option<Punct> {
        match self.trees.next_if(|tree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == wanted))? {
            TokenTree::Punct(punct) => Some(punct),
            _ => None,
        }
    }

    /// Takes this word, if it is next.
    pub(crate) fn word(&mut self, wanted: &str) -> bool {
        self.trees.next_if(|tree| matches!(tree, TokenTree::Ident(word) if word.to_string() == wanted)).is_some()
    }

    /// Takes a name, if one is next.
    pub(crate) fn ident(&mut self) -> Option<Ident> {
        match self.trees.next_if(|tree| matches!(tree, TokenTree::Ident(_)))? {
            TokenTree::Ident(ident) => Some(ident),
            _ => None,
        }
    }

    /// Takes a group with this delimiter, if one is next.
    pub(crate) fn group(&mut self, delimiter: Delimiter) -> Option<Group> {
        match self.trees.next_if(|tree| matches!(tree, TokenTree::Group(group) if group.delimiter() == delimiter))? {
            TokenTree::Group(group) => Some(group),
            _ => None,
        }
    }

    /// Takes all up to a comma that is not within angle brackets, and the comma.
    pub(crate) fn until_comma(&mut self) -> Vec<TokenTree> {
        let mut taken = Vec::new();
        let mut depth = 0_usize;
        let mut before = ' ';
        for tree in self.trees.by_ref() {
            let mark = match &tree {
                TokenTree::Punct(punct) => punct.as_char(),
                _ => ' ',
            };
            match mark {
                ',' if depth == 0 => return taken,
                '<' => depth += 1,
                // Not the end of an arrow.
                '>' if before != '-' => depth = depth.saturating_sub(1),
                _ => {}
            }
            before = mark;
            taken.push(tree);
        }
        taken
    }

    /// The parts between commas.
    pub(crate) fn parts(mut self) -> Vec<Vec<TokenTree>> {
        let mut parts = Vec::new();
        while !self.is_empty() {
            parts.push(self.until_comma());
        }
        parts
    }
}

/// Whether a token is a text in quotes.
pub(crate) fn is_text(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Literal(literal) if literal.to_string().starts_with(['"', 'r']))
}

/// Code with places in it that are marked `@`, one for each of the streams.
///
/// The code is part of this crate and therefore sound.
pub(crate) fn code(code: &str, streams: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let mut streams = streams.into_iter();
    fill(code.parse().unwrap_or_default(), &mut streams)
}

fn fill(code: TokenStream, streams: &mut impl Iterator<Item = TokenStream>) -> TokenStream {
    let mut filled = TokenStream::new();
    for tree in code {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '@' => filled.extend(streams.next().unwrap_or_default()),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), fill(group.stream(), streams));
                inner.set_span(group.span());
                filled.extend([TokenTree::from(inner)]);
            }
            other => filled.extend([other]),
        }
    }
    filled
}

/// A punctuation mark alone.
pub(crate) fn punct(mark: char) -> TokenTree {
    Punct::new(mark, Spacing::Alone).into()
}

/// One token as a stream.
pub(crate) fn one(tree: impl Into<TokenTree>) -> TokenStream {
    tree.into().into()
}
