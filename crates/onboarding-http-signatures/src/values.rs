//! The values of a message, each parsed at most once however many components ask for it.

use std::collections::BTreeMap;

use http::header::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sfv::{Dictionary, FieldType, Item, List, Parser};

use super::limits::MAX_COVERED_HEADER_BYTES;
use super::message::Message;
use super::problem::Problem;
use super::work::{self, Work};

/// What stays as it is in the value of a query parameter: the set of `application/x-www-form-urlencoded`.
pub(super) const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// The type of a structured field.
#[derive(Clone, Copy)]
pub(super) enum FieldKind {
    Dictionary,
    List,
    Item,
}

/// What was looked at of a message.
pub(crate) struct Values<'m> {
    message: &'m Message<'m>,
    /// By name, and whether they are those of the request that a response is for.
    fields: BTreeMap<(String, bool), Field<'m>>,
    query: Option<BTreeMap<String, Result<String, Problem>>>,
}

/// A header field with all of its lines.
pub(super) struct Field<'m> {
    lines: Vec<&'m [u8]>,
    too_long: bool,
    text: Option<Result<String, Problem>>,
    dictionary: Option<Result<Dictionary, Problem>>,
}

impl<'m> Values<'m> {
    pub(crate) const fn new(message: &'m Message<'m>) -> Self {
        Self { message, fields: BTreeMap::new(), query: None }
    }

    pub(super) const fn message(&self) -> &'m Message<'m> {
        self.message
    }

    /// A header field of the message, or of the request that it is a response to.
    pub(super) fn field(&mut self, name: &str, of_request: bool) -> Result<&mut Field<'m>, Problem> {
        let headers = match self.message {
            Message::Response(response) if of_request => response.request.as_ref().ok_or(Problem::Missing)?.headers,
            message => message.headers(),
        };
        let read = || {
            let lines = headers.get_all(name).iter().map(HeaderValue::as_bytes).map(<[u8]>::trim_ascii);
            let lines: Vec<&[u8]> = lines.collect();
            let length: usize = lines.iter().map(|line| line.len() + ", ".len()).sum();
            Field { lines, too_long: length > MAX_COVERED_HEADER_BYTES, text: None, dictionary: None }
        };
        let field = self.fields.entry((name.to_owned(), of_request)).or_insert_with(read);
        if field.lines.is_empty() {
            Err(Problem::Missing)
        } else if field.too_long {
            Err(Problem::TooLong)
        } else {
            Ok(field)
        }
    }

    /// The value of the one query parameter with that name; both encoded as they are signed.
    pub(super) fn query_parameter(&mut self, name: &str) -> Result<String, Problem> {
        let request = match self.message {
            Message::Request(request) => Some(request),
            Message::Response(response) => response.request.as_ref(),
        };
        let query = request.and_then(|request| request.query).unwrap_or_default();
        let parameters = self.query.get_or_insert_with(|| query_parameters(query));
        parameters.get(name).cloned().unwrap_or(Err(Problem::Missing))
    }
}

impl<'m> Field<'m> {
    /// The lines, without the white space around them.
    pub(super) fn lines(&self) -> &[&'m [u8]] {
        &self.lines
    }

    /// The lines as one text.
    pub(super) fn text(&mut self) -> Result<&str, Problem> {
        let lines = &self.lines;
        let joined = || String::from_utf8(lines.join(&b", "[..])).map_err(|_| Problem::NotAscii);
        self.text.get_or_insert_with(joined).as_ref().map(String::as_str).map_err(|problem| *problem)
    }

    /// The lines as one dictionary.
    pub(super) fn dictionary(&mut self) -> Result<&Dictionary, Problem> {
        if self.dictionary.is_none() {
            self.dictionary = Some(parsed(self.text()?));
        }
        match &self.dictionary {
            Some(Ok(dictionary)) => Ok(dictionary),
            Some(Err(problem)) => Err(*problem),
            None => Err(Problem::NotStructured),
        }
    }

    /// The lines parsed and written anew.
    pub(super) fn canonical(&mut self, kind: FieldKind) -> Result<String, Problem> {
        let text = match kind {
            FieldKind::Dictionary => self.dictionary()?.serialize(),
            FieldKind::List => parsed::<List>(self.text()?)?.serialize(),
            FieldKind::Item => Some(parsed::<Item>(self.text()?)?.serialize()),
        };
        Ok(text.unwrap_or_default())
    }
}

fn parsed<T: FieldType>(text: &str) -> Result<T, Problem> {
    work::count(Work::Field);
    Parser::new(text).parse().map_err(|_| Problem::NotStructured)
}

fn query_parameters(query: &str) -> BTreeMap<String, Result<String, Problem>> {
    work::count(Work::Query);
    let mut parameters = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = utf8_percent_encode(&value, FORM).to_string();
        parameters
            .entry(utf8_percent_encode(&name, FORM).to_string())
            .and_modify(|value| *value = Err(Problem::Repeated))
            .or_insert(Ok(value));
    }
    parameters
}
