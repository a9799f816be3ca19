//! What a media type says about a body. The lists are closed: a body is decoded as JSON only when its media type says that it is
//! one JSON value, and what is on no list is bytes.

use super::headers::is_token;

/// How a body of a media type is encoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encoding {
    /// One JSON value, in UTF-8.
    Json,
    /// The pairs of an HTML form.
    Form,
    /// The parts of an HTML form, of which some are files.
    Multipart,
    /// Text, in UTF-8.
    Text,
    /// Anything else: bytes that are neither read nor written as a value.
    Bytes,
}

/// How a request body is written.
#[derive(Debug, Eq, PartialEq)]
pub struct BodyEncoding {
    /// The runtime's function that writes it.
    pub function: &'static str,
    /// Whether that function is given the media type; the others write the only one that they know.
    pub takes_media_type: bool,
    /// Whether it is given a value of a type; otherwise bytes.
    pub is_typed: bool,
    /// Whether members can be files.
    pub has_parts: bool,
    /// As what a mock shows the body that was sent.
    pub shown: Shown,
}

/// As what a mock shows a body to the condition of a test.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shown {
    /// The value, decoded.
    Value,
    /// Names and values of a form.
    Form,
    /// The bytes.
    Bytes,
}

impl Encoding {
    /// How a request body of this encoding is written: the only place that knows, so that one more is a row here, the media types
    /// that have it, and a function of the runtime.
    pub const fn of_request(self) -> &'static BodyEncoding {
        const TYPED: BodyEncoding = BodyEncoding {
            function: "json",
            takes_media_type: true,
            is_typed: true,
            has_parts: false,
            shown: Shown::Value,
        };
        match self {
            Self::Json => &TYPED,
            Self::Form => &BodyEncoding { function: "form", takes_media_type: false, shown: Shown::Form, ..TYPED },
            Self::Multipart => &BodyEncoding {
                function: "multipart",
                takes_media_type: false,
                has_parts: true,
                shown: Shown::Bytes,
                ..TYPED
            },
            Self::Text | Self::Bytes => {
                &BodyEncoding { function: "bytes", is_typed: false, shown: Shown::Bytes, ..TYPED }
            }
        }
    }

    /// Whether no response can have it.
    pub const fn is_only_sent(self) -> bool {
        matches!(self, Self::Form | Self::Multipart)
    }
}

/// Why a body of a media type has no form in the generated code.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MediaTypeMistake {
    /// What is wrong with it.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// The media types that are JSON without saying so by `+json`.
const JSON: [&str; 2] = ["application/json", "text/json"];

const FORM: &str = "application/x-www-form-urlencoded";

const MULTIPART: &str = "multipart/form-data";

/// The parameters that leave a JSON body one JSON value. Others may not: `application/json;stream=watch` is a sequence.
const JSON_PARAMETERS: [&str; 10] = [
    "api-version",
    "charset",
    "ext",
    "ieee754compatible",
    "odata",
    "odata.metadata",
    "odata.streaming",
    "profile",
    "v",
    "version",
];

/// Subtypes that are a sequence of values without an end that is known beforehand, whatever their names suggest.
const SEQUENCES: [&str; 16] = [
    "concatenated-json",
    "event-stream",
    "json-lines",
    "json-seq",
    "json-stream",
    "jsonl",
    "jsonlines",
    "jsonstream",
    "ld-json",
    "ldjson",
    "line-delimited-json",
    "ndjson",
    "newline-delimited-json",
    "stream+json",
    "streaming-json",
    "yaml-stream",
];

/// How a body of this media type is encoded.
///
/// # Errors
///
/// When it is no media type, or when it says by a parameter what the generated code does not do.
pub fn encoding(media_type: &str) -> Result<Encoding, MediaTypeMistake> {
    let mistake = |message: String, help: &str| MediaTypeMistake { message, help: help.to_owned() };
    let parsed = parse(media_type).ok_or_else(|| {
        mistake(
            format!("`{media_type}` is no media type"),
            "Write a type and a subtype, such as `application/json`, and parameters as `; name=value`.",
        )
    })?;
    let Parsed { kind, subtype, parameters } = parsed;
    let essence = format!("{kind}/{subtype}");
    if kind == "multipart" && (essence != MULTIPART || !parameters.is_empty()) {
        return Err(mistake(
            format!(
                "`{media_type}`: of multipart bodies, only `{MULTIPART}` is written, with a boundary that the client makes"
            ),
            "Write `multipart/form-data`, or name the one media type of the body; a file travels as `application/octet-stream`.",
        ));
    }
    let encoding = if is_sequence(&subtype) {
        Encoding::Bytes
    } else if JSON.contains(&essence.as_str()) || subtype.strip_suffix("+json").is_some_and(|name| !name.is_empty()) {
        Encoding::Json
    } else if essence == FORM {
        Encoding::Form
    } else if essence == MULTIPART {
        Encoding::Multipart
    } else if kind == "text" && subtype != "*" && subtype != "xml" && !subtype.ends_with("+xml") {
        // XML says within itself how it is encoded.
        Encoding::Text
    } else {
        Encoding::Bytes
    };
    for (name, value) in &parameters {
        if encoding != Encoding::Bytes && name == "charset" && !value.eq_ignore_ascii_case("utf-8") {
            return Err(mistake(
                format!("`{media_type}`: only UTF-8 is read and written"),
                "Write `charset=utf-8` if that is true; otherwise describe the body as bytes under \
                 `application/octet-stream`.",
            ));
        }
        if encoding == Encoding::Json && !JSON_PARAMETERS.contains(&name.as_str()) {
            return Err(mistake(
                format!("`{media_type}`: the parameter `{name}` may mean that the body is not one JSON value"),
                "Leave the parameter out if the body is one JSON value with it.",
            ));
        }
    }
    Ok(encoding)
}

/// The encoding of a body that its media type and the `type` and `format` of its schema give together: what is `format: binary`
/// is bytes, whatever the bytes are.
///
/// # Errors
///
/// When the two do not fit together.
pub fn body_encoding(
    media_type: &str,
    schema_type: Option<&str>,
    format: Option<&str>,
) -> Result<Encoding, MediaTypeMistake> {
    let encoding = encoding(media_type)?;
    let text = schema_type == Some("string");
    if text && format == Some("binary") {
        return Ok(Encoding::Bytes);
    }
    let (message, help) = match encoding {
        Encoding::Json | Encoding::Form => return Ok(encoding),
        Encoding::Multipart if schema_type.is_none_or(|schema_type| schema_type == "object") => return Ok(encoding),
        Encoding::Multipart => (
            format!("a body of `{media_type}` has a part for each member, but its schema is no object"),
            "Write an object with a member for each part; a file is `type: string` with `format: binary`.",
        ),
        Encoding::Text if text => return Ok(encoding),
        Encoding::Text => (
            format!("a body of `{media_type}` is text, but its schema is not"),
            "Write `type: string`, or `format: binary` with it; what the text holds belongs to the description.",
        ),
        Encoding::Bytes => {
            let sequence = parse(media_type).is_some_and(|parsed| is_sequence(&parsed.subtype));
            let what = if sequence { "is a sequence of values" } else { "is neither JSON, a form nor text" };
            (
                format!("a body of `{media_type}` {what}, but its schema is not `format: binary`"),
                "Write `type: string` and `format: binary`: the body is then read and sent as bytes.",
            )
        }
    };
    Err(MediaTypeMistake { message, help: help.to_owned() })
}

/// A media type in lower case: type, subtype, and parameters without their quotes.
struct Parsed {
    kind: String,
    subtype: String,
    parameters: Vec<(String, String)>,
}

/// By RFC 9110, section 8.3.1; wildcards are tokens too.
fn parse(media_type: &str) -> Option<Parsed> {
    let mut pieces = media_type.split(';');
    let (kind, subtype) = pieces.next()?.trim().split_once('/')?;
    if !is_token(kind) || !is_token(subtype) {
        return None;
    }
    let mut parameters = Vec::new();
    for piece in pieces {
        let (name, value) = piece.trim().split_once('=')?;
        let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let is_value = quoted.map_or_else(
            || is_token(value),
            |text| text.chars().all(|other| matches!(other, ' '..='~') && other != '"' && other != '\\'),
        );
        if !is_token(name) || !is_value {
            return None;
        }
        parameters.push((name.to_ascii_lowercase(), quoted.unwrap_or(value).to_owned()));
    }
    Some(Parsed { kind: kind.to_ascii_lowercase(), subtype: subtype.to_ascii_lowercase(), parameters })
}

/// Whether a subtype is that of a sequence, with or without `x-` or the name of a vendor before it.
fn is_sequence(subtype: &str) -> bool {
    SEQUENCES.iter().any(|name| {
        subtype.strip_suffix(name).is_some_and(|before| {
            // `application/vnd.acme.stream+json` is one value of the kind that its vendor calls a stream.
            let is_whole = before.is_empty() || before == "x-";
            is_whole || (*name != "stream+json" && before.ends_with(['-', '.', '+']))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Encoding, encoding};

    #[test]
    fn only_what_is_one_json_value_is_json() {
        for media_type in [
            "application/json",
            "Application/JSON",
            "application/json;charset=UTF-8",
            "application/json; charset=\"utf-8\"",
            "application/json; odata.metadata=minimal; odata.streaming=true",
            "application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"",
            "application/problem+json",
            "application/vnd.acme.stream+json",
            "application/geo+json",
            "text/json",
        ] {
            assert_eq!(encoding(media_type), Ok(Encoding::Json), "{media_type}");
        }
        for media_type in [
            "application/x-ndjson",
            "application/ndjson",
            "application/vnd.acme.ndjson",
            "application/jsonl",
            "application/x-jsonlines",
            "application/json-seq",
            "application/geo+json-seq",
            "application/stream+json",
            "application/x-stream+json",
            "application/x-json-stream",
            "application/x-ldjson",
            "text/event-stream",
            "text/event-stream; charset=utf-8",
            "text/x-ndjson",
            "application/json5x",
            "application/jsonpath",
            "application/json-patch",
            "application/x-json",
            "application/xml",
            "application/soap+xml",
            "text/xml",
            "application/pdf",
            "application/octet-stream",
            "image/*",
            "text/*",
            "*/*",
        ] {
            assert_eq!(encoding(media_type), Ok(Encoding::Bytes), "{media_type}");
        }
        for media_type in ["text/plain", "text/plain; charset=utf-8", "text/csv; header=present", "text/html"] {
            assert_eq!(encoding(media_type), Ok(Encoding::Text), "{media_type}");
        }
        assert_eq!(encoding("application/x-www-form-urlencoded"), Ok(Encoding::Form));
        assert_eq!(encoding("Multipart/Form-Data"), Ok(Encoding::Multipart));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for media_type in [
            "",
            "json",
            "application/",
            "/json",
            "+json",
            "application/+json ; x",
            "application/js on",
            "application/json; charset",
            "application/json; charset=latin 1",
            "application/json; charset=iso-8859-1",
            "application/json; stream=watch",
            "application/json; boundary=NL",
            "text/plain; charset=windows-1252",
            "multipart/form-data; boundary=x",
            "multipart/mixed",
        ] {
            assert!(encoding(media_type).is_err(), "{media_type}");
        }
    }
}
