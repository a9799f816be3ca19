//! The arguments of `#[wire(…)]`: each is taken by what it means to the derive, and what is left is an error.

use proc_macro::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};

use crate::tokens::{Mistake, Reader, code, is_text, one};

/// The arguments of one `#[wire(…)]` that were not taken yet.
pub(crate) struct Arguments {
    all: Vec<Argument>,
    /// Where the attribute is, or what it is missing on.
    span: Span,
}

struct Argument {
    span: Span,
    form: Form,
}

enum Form {
    /// `"payment-reference"`
    Text(Literal),
    /// `private`
    Word(Ident),
    /// `max_length(35)`
    Call(Ident, Group),
    /// `tag = "type"`
    Setting(Ident, TokenStream),
    /// Anything else, such as `404` or `400..=499`.
    Other(TokenStream),
}

impl Arguments {
    /// Reads the attributes in front of an item, a field or a variant. Others than `wire` are not ours.
    pub(crate) fn read(reader: &mut Reader) -> Result<Self, Mistake> {
        let mut found: Option<Self> = None;
        while let Some(hash) = reader.punct('#') {
            let Some(attribute) = reader.group(Delimiter::Bracket) else {
                return Err(Mistake::new(hash.span(), "an attribute was expected"));
            };
            let mut within = Reader::within(&attribute);
            let span = within.span();
            if !within.word("wire") {
                continue;
            }
            let Some(arguments) = within.group(Delimiter::Parenthesis) else {
                return Err(Mistake::new(span, "`wire` takes its arguments in parentheses, as in `#[wire(sent)]`"));
            };
            if found.is_some() {
                return Err(Mistake::new(span, "`wire` is here twice: give all arguments in one"));
            }
            found = Some(Self { span, ..Self::within(&arguments) });
        }
        let span = reader.span();
        Ok(found.unwrap_or(Self { all: Vec::new(), span }))
    }

    /// Arguments within an argument.
    pub(crate) fn within(group: &Group) -> Self {
        let all = Reader::within(group).parts().iter().filter_map(|part| argument(part)).collect();
        Self { all, span: group.span() }
    }

    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// Takes a word; whether it was there.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, Mistake> {
        let taken = self.take_once(&format!("`{name}`"), |form| match form {
            Form::Word(word) if word.to_string() == name => Some(word.clone()),
            _ => None,
        });
        Ok(taken?.is_some())
    }

    /// Takes the text, such as the name on the wire.
    pub(crate) fn text(&mut self) -> Result<Option<Literal>, Mistake> {
        self.take_once("a text", |form| match form {
            Form::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// Takes the text, which must be there.
    pub(crate) fn required_text(&mut self, what: &str) -> Result<Literal, Mistake> {
        let span = self.span;
        self.text()?.ok_or_else(|| Mistake::new(span, format!("{what} is missing, as in `#[wire(\"name\")]`")))
    }

    /// Takes `name = …`.
    pub(crate) fn setting(&mut self, name: &str) -> Result<Option<TokenStream>, Mistake> {
        self.take_once(&format!("`{name}`"), |form| match form {
            Form::Setting(word, value) if word.to_string() == name => Some(value.clone()),
            _ => None,
        })
    }

    /// Takes `name(…)`.
    pub(crate) fn call(&mut self, name: &str) -> Result<Option<Group>, Mistake> {
        self.take_once(&format!("`{name}`"), |form| match form {
            Form::Call(word, arguments) if word.to_string() == name => Some(arguments.clone()),
            _ => None,
        })
    }

    /// Takes all `name(…)`, in order.
    pub(crate) fn calls(&mut self, name: &str) -> Vec<Group> {
        self.take(|form| match form {
            Form::Call(word, arguments) if word.to_string() == name => Some(arguments.clone()),
            _ => None,
        })
    }

    /// Takes what is neither a word nor a text nor a call, such as a number.
    pub(crate) fn other(&mut self) -> Result<Option<TokenStream>, Mistake> {
        self.take_once("it", |form| match form {
            Form::Other(tokens) => Some(tokens.clone()),
            _ => None,
        })
    }

    /// Takes the words and calls of these names in order, and the arguments of the calls.
    pub(crate) fn named(&mut self, names: &[&str]) -> Vec<(Ident, Option<Group>)> {
        let is_named = |word: &Ident| names.contains(&word.to_string().as_str());
        self.take(|form| match form {
            Form::Word(word) if is_named(word) => Some((word.clone(), None)),
            Form::Call(word, arguments) if is_named(word) => Some((word.clone(), Some(arguments.clone()))),
            _ => None,
        })
    }

    /// Takes the word, whichever it is.
    pub(crate) fn word(&mut self) -> Result<Option<Ident>, Mistake> {
        self.take_once("the word", |form| match form {
            Form::Word(word) => Some(word.clone()),
            _ => None,
        })
    }

    /// Takes all texts, in order.
    pub(crate) fn texts(&mut self) -> Vec<Literal> {
        self.take(|form| match form {
            Form::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// Takes all calls that are left, which are rules: a list of `Rule`s in brackets. The compiler knows which rules there are.
    pub(crate) fn rules(&mut self) -> Result<TokenStream, Mistake> {
        let calls = self.take(|form| match form {
            Form::Call(rule, arguments) => Some((rule.clone(), arguments.clone())),
            _ => None,
        });
        let mut seen = Vec::new();
        let mut rules = TokenStream::new();
        for (rule, arguments) in calls {
            let text = rule.to_string();
            if text != "each" && seen.contains(&text) {
                return Err(Mistake::new(rule.span(), format!("`{text}` is here twice")));
            }
            seen.push(text);
            rules.extend(code("@,", [rule_call(rule, &arguments)?]));
        }
        Ok(code("[@]", [rules]))
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), Mistake> {
        match self.all.into_iter().next() {
            None => Ok(()),
            Some(left) => {
                let what = match left.form {
                    Form::Text(text) => text.to_string(),
                    Form::Word(word) | Form::Call(word, _) | Form::Setting(word, _) => word.to_string(),
                    Form::Other(tokens) => tokens.to_string(),
                };
                Err(Mistake::new(left.span, format!("`{what}` has no meaning here, or is here twice")))
            }
        }
    }

    fn take<T>(&mut self, take: impl Fn(&Form) -> Option<T>) -> Vec<T> {
        let mut taken = Vec::new();
        self.all.retain(|argument| match take(&argument.form) {
            Some(value) => {
                taken.push(value);
                false
            }
            None => true,
        });
        taken
    }

    fn take_once<T>(&mut self, what: &str, take: impl Fn(&Form) -> Option<T>) -> Result<Option<T>, Mistake> {
        let mut found = self.all.iter().filter(|argument| take(&argument.form).is_some());
        if let (Some(_), Some(second)) = (found.next(), found.next()) {
            return Err(Mistake::new(second.span, format!("{what} is here twice")));
        }
        Ok(self.take(take).pop())
    }
}

fn argument(tokens: &[TokenTree]) -> Option<Argument> {
    let span = tokens.first()?.span();
    let form = match tokens {
        [text @ TokenTree::Literal(literal)] if is_text(text) => Form::Text(literal.clone()),
        [TokenTree::Ident(word)] => Form::Word(word.clone()),
        [TokenTree::Ident(word), TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            Form::Call(word.clone(), group.clone())
        }
        [TokenTree::Ident(word), TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => {
            Form::Setting(word.clone(), value.iter().cloned().collect())
        }
        other => Form::Other(other.iter().cloned().collect()),
    };
    Some(Argument { span, form })
}

/// `max_length(35)` as a call of the runtime; `each(…)` holds another rule.
fn rule_call(rule: Ident, arguments: &Group) -> Result<TokenStream, Mistake> {
    let arguments = if rule.to_string() == "each" {
        let mut inner = Arguments::within(arguments);
        let calls = inner.take(|form| match form {
            Form::Call(rule, arguments) => Some((rule.clone(), arguments.clone())),
            _ => None,
        });
        inner.finish()?;
        match <[_; 1]>::try_from(calls) {
            Ok([(rule, arguments)]) => rule_call(rule, &arguments)?,
            Err(_) => {
                return Err(Mistake::new(arguments.span(), "`each` takes one rule, as in `each(max_length(35))`"));
            }
        }
    } else {
        arguments.stream()
    };
    Ok(code("::onboarding_core::Rule::@(@)", [one(rule), arguments]))
}
