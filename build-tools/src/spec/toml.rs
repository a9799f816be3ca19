//! From TOML text to a tree with places.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{
    SourceFile,
    finding::Finding,
    node::{Entry, Mapping, Node, NodeValue, Span},
    positions::Positions,
    tree::unreadable,
};

/// Parses a TOML text. Dates are kept as text, since no setting is one; tables come in the order in which the text names them.
pub(super) fn parse_toml(file: &SourceFile) -> Result<Node, Vec<Finding>> {
    let positions = Positions::new(&file.text);
    if let Some(finding) = unreadable(file, &positions) {
        return Err(vec![finding]);
    }
    // The parser bounds how deeply tables and lists are nested.
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    if !errors.is_empty() {
        let not_toml = |error: &toml::de::Error| {
            let range = error.span().unwrap_or_else(|| longest_key(&file.text));
            let span = positions.span_of_bytes(range.start, range.end);
            let message = format!("this is not TOML: {}", error.message());
            let help = "Correct the text; strings are in quotes, and a key is given once.".to_owned();
            Finding::new("syntax", &file.path, span, "", message, help)
        };
        return Err(errors.iter().map(not_toml).collect());
    }
    let mut root = of_table(table.get_ref(), Span::default(), &positions);
    // What is said of all of it points to its first key, not to the comment before that.
    let first = root.as_mapping().and_then(<[Entry]>::first).map(|entry| entry.key_span);
    root.span = Span { end: file.text.len(), ..first.unwrap_or_else(|| positions.span(0, 0)) };
    Ok(root)
}

fn of_value(value: &Spanned<DeValue<'_>>, positions: &Positions) -> Node {
    let span = positions.span_of_bytes(value.span().start, value.span().end);
    let value = match value.get_ref() {
        DeValue::String(text) => NodeValue::String(text.clone().into_owned()),
        DeValue::Boolean(value) => NodeValue::Bool(*value),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(integer) => NodeValue::Number(integer.into()),
            Err(_) => NodeValue::String(integer.as_str().to_owned()),
        },
        DeValue::Float(float) => match float.as_str().parse().ok().and_then(serde_json::Number::from_f64) {
            Some(number) => NodeValue::Number(number),
            None => NodeValue::String(float.as_str().to_owned()),
        },
        DeValue::Datetime(time) => NodeValue::String(time.to_string()),
        DeValue::Array(items) => NodeValue::Sequence(items.iter().map(|item| of_value(item, positions)).collect()),
        DeValue::Table(table) => return of_table(table, span, positions),
    };
    Node { value, span }
}

fn of_table(table: &DeTable<'_>, span: Span, positions: &Positions) -> Node {
    let entry = |(key, value): (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>)| Entry {
        key: key.get_ref().clone().into_owned(),
        key_span: positions.span_of_bytes(key.span().start, key.span().end),
        value: of_value(value, positions),
    };
    let mut entries: Vec<Entry> = table.iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.key_span);
    Node { value: NodeValue::Mapping(Mapping::new(entries)), span }
}

/// The line with the most dots: the parser does not say where a key has too many parts.
fn longest_key(text: &str) -> std::ops::Range<usize> {
    let mut longest = (0, 0..0);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let dots = line.matches('.').count();
        if dots > longest.0 {
            longest = (dots, start..start + line.trim_end().len());
        }
        start += line.len();
    }
    longest.1
}
