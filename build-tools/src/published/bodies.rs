//! Bodies of requests and responses: one media type for each, and one response for each status.

use std::collections::BTreeMap;

use super::lowered::{Direction, NOT_DESCRIBED, Wish, described, entries, short};
use super::make::{Made, mapping_at};
use super::schemas::Schemas;
use super::shape::says_members;
use super::source::types;
use crate::spec::{Encoding, Node, encoding};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const BYTES: &str = "application/octet-stream";

/// The body of a request; none where the document names no media type.
pub(super) fn request<'d>(schemas: &mut Schemas<'d>, body: &'d Node, stem: &str, place: &str) -> Option<Node> {
    let place = format!("{place}, request body");
    let wish = Wish::new(format!("{stem}Request"), place.clone(), Direction::Sent);
    let (media_type, schema) = content(schemas, body, &wish)?;
    let required = body.get("required").and_then(Node::as_bool) == Some(true);
    let content = mapping_at(body.span, [(media_type, Made::at(body.span).with("schema", schema).node())]);
    let mut made = Made::at(body.span).flag("required", required).with("content", content);
    if let Some(text) = body.get("description").and_then(Node::as_str).filter(|text| !text.trim().is_empty()) {
        made = made.text("description", text);
    }
    Some(made.node())
}

/// The responses of an operation, by status.
pub(super) fn responses<'d>(
    schemas: &mut Schemas<'d>,
    operation: &'d Node,
    stem: &str,
    place: &str,
    method: &str,
) -> Node {
    let span = operation.span;
    let mut all: BTreeMap<String, Node> = BTreeMap::new();
    let mut default = None;
    let mut found: Vec<(&'d str, &'d Node)> =
        entries(operation.get("responses")).filter(|(status, _)| !status.starts_with("x-")).collect();
    found.sort_unstable_by_key(|(status, _)| *status);
    let successes = found.iter().filter(|(status, _)| status.starts_with('2')).count();
    for (status, response) in found {
        let code = status.to_ascii_uppercase();
        let place = format!("{place}, response `{}`", short(status));
        let Some(response) = schemas.source.object(response) else {
            schemas.lose("reference", &place, "refers to nothing in this document: left out", response.span);
            continue;
        };
        if code == "DEFAULT" {
            default = Some(response);
            continue;
        }
        if !is_status(&code) {
            schemas.lose("status", &place, "is no status: left out", response.span);
            continue;
        }
        let name = match code.as_bytes().first() {
            Some(b'2') if successes == 1 => format!("{stem}Response"),
            _ => format!("{stem}Response{code}"),
        };
        let made = response_of(schemas, response, name, &place, method);
        all.insert(code, made);
    }
    if let Some(response) = default {
        let place = format!("{place}, response `default`");
        // One type for all statuses that it is for.
        let made = response_of(schemas, response, format!("{stem}ResponseDefault"), &place, method);
        let has_success = all.keys().any(|code| code.starts_with(['2', '3']));
        for range in ["2XX", "4XX", "5XX"] {
            if range != "2XX" || !has_success {
                all.entry(range.to_owned()).or_insert_with(|| made.clone());
            }
        }
    }
    if !all.keys().any(|code| code.starts_with(['2', '3'])) {
        schemas.lose(
            "no-success",
            place,
            "no response for success is declared: any 2xx without a look at its body",
            span,
        );
        all.insert("2XX".to_owned(), Made::at(span).text("description", NOT_DESCRIBED).node());
    }
    mapping_at(span, all)
}

fn response_of<'d>(schemas: &mut Schemas<'d>, response: &'d Node, name: String, place: &str, method: &str) -> Node {
    let made = Made::at(response.span).text("description", &described(&[response]));
    if method == "head" {
        return made.node();
    }
    let wish = Wish::new(name, place.to_owned(), Direction::Read);
    match content(schemas, response, &wish) {
        Some((media_type, schema)) => {
            let content =
                mapping_at(response.span, [(media_type, Made::at(response.span).with("schema", schema).node())]);
            made.with("content", content).node()
        }
        None => made.node(),
    }
}

/// The media type that is sent or asked for, and the schema of the body.
fn content<'d>(schemas: &mut Schemas<'d>, body: &'d Node, wish: &Wish) -> Option<(String, Node)> {
    let is_sent = wish.direction == Direction::Sent;
    let types: Vec<(&'d str, &'d Node)> = entries(body.get("content")).collect();
    let (media_type, media) = *types.iter().min_by_key(|(media_type, _)| rank(media_type, is_sent))?;
    let span = media.span;
    if types.len() > 1 {
        let message = format!("of {} media types, `{}` is used", types.len(), short(media_type));
        schemas.lose("media-types", &wish.place, message, span);
    }
    let schema = media.get("schema");
    let bytes = |media_type: &str| {
        let schema = Made::at(span).text("type", "string").text("format", "binary").node();
        Some((media_type.to_owned(), schema))
    };
    let binary = schema.is_some_and(|schema| schema.get("format").and_then(Node::as_str) == Some("binary"));
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence.contains('*') {
        // A wildcard leaves the choice: JSON where there is a value to write, bytes where there is none.
        return match schema.filter(|_| !binary && (essence == "*/*" || essence == "application/*")) {
            Some(schema) => Some((JSON.to_owned(), json(schemas, schema, wish))),
            None => bytes(BYTES),
        };
    }
    if essence.starts_with("multipart/") {
        if essence == MULTIPART && is_sent {
            return Some((MULTIPART.to_owned(), schemas.form(schema, true, wish, span)));
        }
        let message = "of multipart bodies, only `multipart/form-data` that is sent has parts: its bytes";
        schemas.lose("multipart", &wish.place, message, span);
        return bytes(BYTES);
    }
    match encoding(media_type) {
        Ok(Encoding::Json) if !binary => {
            let schema = match schema {
                Some(schema) => json(schemas, schema, wish),
                None => Made::at(span).node(),
            };
            Some((media_type.to_owned(), schema))
        }
        Ok(Encoding::Form) if is_sent && !binary => {
            Some((media_type.to_owned(), schemas.form(schema, false, wish, span)))
        }
        Ok(encoding) => {
            let is_text = encoding == Encoding::Text && !binary;
            if schema.is_some_and(|schema| has_parts(schemas, schema)) {
                let what = if is_text { "text" } else { "bytes" };
                let message = format!("values are not written as or read from `{}`: its {what}", short(media_type));
                schemas.lose("media-type", &wish.place, message, span);
            }
            if is_text {
                return Some((media_type.to_owned(), Made::at(span).text("type", "string").node()));
            }
            bytes(media_type)
        }
        // A JSON type with parameters that say more.
        Err(_) if matches!(encoding(&essence), Ok(Encoding::Json)) && schema.is_some() => {
            Some((essence, schema.map_or_else(|| Made::at(span).node(), |schema| json(schemas, schema, wish))))
        }
        Err(_) if encoding(&essence).is_ok() => bytes(&essence),
        Err(_) => bytes(BYTES),
    }
}

/// Whether a value consists of others, so that more is lost of it than its form.
fn has_parts(schemas: &Schemas<'_>, schema: &Node) -> bool {
    let flat = schemas.source.followed(schema);
    flat.is_some_and(|flat| {
        let kinds = flat.facets.iter().flat_map(|facet| types(facet));
        flat.facets.iter().any(|facet| says_members(facet))
            || kinds.into_iter().any(|kind| ["object", "array"].contains(&kind))
    })
}

fn json<'d>(schemas: &mut Schemas<'d>, schema: &'d Node, wish: &Wish) -> Node {
    let mut lowered = schemas.lower(schema, wish);
    if wish.direction == Direction::Sent {
        lowered.nullable = false;
    }
    lowered.node(None)
}

/// Which of several media types is used: the lowest.
fn rank(media_type: &str, is_sent: bool) -> (usize, String) {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let rank = match (essence.as_str(), encoding(&essence)) {
        (JSON, _) => 0,
        (_, Ok(Encoding::Json)) => 1,
        ("*/*" | "application/*", _) => 3,
        (FORM | MULTIPART, _) if is_sent => 2,
        (_, Ok(Encoding::Text)) => 4,
        _ => 5,
    };
    (rank, media_type.to_owned())
}

/// Whether a text is an HTTP status or a range of them.
fn is_status(code: &str) -> bool {
    let mut characters = code.chars();
    let class = characters.next().is_some_and(|first| ('2'..='5').contains(&first));
    let rest = characters.as_str();
    class && rest.len() == 2 && (rest == "XX" || rest.bytes().all(|byte| byte.is_ascii_digit()))
}
