//! Bodies as `multipart/form-data` (RFC 7578): a part for each member, and for a list a part for each of its items, as `OpenAPI` has it
//! where no `encoding` says otherwise. A text, a number or a boolean is a part of text, an object one of JSON, an
//! [`Upload`](crate::Upload) one with a file name and a media type. A member that is null is left out.

use std::fmt::{self, Write as _};

use bytes::Bytes;
use http::HeaderValue;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::request_body::{Piece, RequestBody};
use crate::upload::{Collected, Upload};

/// Why a body has no parts. It never holds a value.
#[derive(Debug)]
pub(crate) struct NoParts(pub(crate) &'static str);

const NO_OBJECT: NoParts = NoParts("only an object has parts");
const NO_FORM: NoParts = NoParts("a member has no form");
const NO_MEDIA_TYPE: NoParts = NoParts("the media type of a file is none");

/// A body in parts, and its media type with the boundary between them.
pub(crate) fn encode<T: Serialize + ?Sized>(body: &T) -> Result<(HeaderValue, RequestBody), NoParts> {
    let boundary = format!("onboarding-{}", Uuid::new_v4().simple());
    let mark = format!("upload-{}-", Uuid::new_v4().simple());
    let (text, uploads) = Collected::during(&mark, || serde_json::to_string(body));
    let text = text.map_err(|_| NO_FORM)?;
    let members = serde_json::Deserializer::from_str(&text).deserialize_map(Members).map_err(|_| NO_OBJECT)?;
    let mut parts = Parts { boundary: &boundary, pieces: Vec::new(), text: String::new() };
    for (name, value) in members {
        match value.get().as_bytes().first() {
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(value.get()).map_err(|_| NO_FORM)?;
                for item in items {
                    parts.push(&name, item, &uploads)?;
                }
            }
            _ => parts.push(&name, value, &uploads)?,
        }
    }
    let pieces = parts.finish();
    let media_type = format!("multipart/form-data; boundary={boundary}");
    let media_type = HeaderValue::from_str(&media_type).map_err(|_| NO_FORM)?;
    Ok((media_type, RequestBody::of(pieces)))
}

/// The boundary of a body of that media type.
#[cfg(feature = "mock")]
pub(crate) fn boundary(media_type: &HeaderValue) -> Option<&str> {
    media_type.to_str().ok()?.strip_prefix("multipart/form-data; boundary=")
}

/// Whether two bodies, each with its boundary, are of one value.
#[cfg(feature = "mock")]
pub(crate) fn is_same((one, boundary): (&[u8], &str), (other, other_boundary): (&[u8], &str)) -> bool {
    let (mut one, mut other) = (one, other);
    while !one.is_empty() {
        match (one.strip_prefix(boundary.as_bytes()), other.strip_prefix(other_boundary.as_bytes())) {
            (Some(rest), Some(other_rest)) => (one, other) = (rest, other_rest),
            (None, None) if one.first() == other.first() => (one, other) = (&one[1..], &other[1..]),
            _ => return false,
        }
    }
    other.is_empty()
}

/// The members of an object in the order in which they are written.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// Parts being put together.
struct Parts<'b> {
    boundary: &'b str,
    pieces: Vec<Piece>,
    /// What stands behind the last piece.
    text: String,
}

impl Parts<'_> {
    /// Adds the part of one value.
    fn push(&mut self, name: &str, value: &RawValue, uploads: &Collected) -> Result<(), NoParts> {
        let raw = value.get();
        match raw.as_bytes().first() {
            Some(b'n') => {}
            Some(b'"') => {
                let text = String::deserialize(value).map_err(|_| NO_FORM)?;
                match uploads.get(&text) {
                    Some(upload) => return self.push_upload(name, upload),
                    None => self.push_text(name, "", &text),
                }
            }
            Some(b'{' | b'[') => self.push_text(name, "Content-Type: application/json\r\n", raw),
            _ => self.push_text(name, "", raw),
        }
        Ok(())
    }

    fn push_text(&mut self, name: &str, header: &str, text: &str) {
        self.begin(name);
        // Writing to a string cannot fail.
        let _ = write!(self.text, "\r\n{header}\r\n{text}\r\n");
    }

    fn push_upload(&mut self, name: &str, upload: &Upload) -> Result<(), NoParts> {
        let media_type = upload.told_media_type();
        let is_media_type = HeaderValue::from_str(media_type).is_ok() && media_type.contains('/');
        if !is_media_type {
            return Err(NO_MEDIA_TYPE);
        }
        self.begin(name);
        let file_name = Quoted(upload.told_name());
        let _ = write!(self.text, "; filename=\"{file_name}\"\r\nContent-Type: {media_type}\r\n\r\n");
        self.end_text();
        self.pieces.push(upload.piece());
        self.text.push_str("\r\n");
        Ok(())
    }

    fn begin(&mut self, name: &str) {
        let _ = write!(self.text, "--{}\r\nContent-Disposition: form-data; name=\"{}\"", self.boundary, Quoted(name));
    }

    fn end_text(&mut self) {
        self.pieces.push(Piece::Bytes(Bytes::from(std::mem::take(&mut self.text))));
    }

    fn finish(mut self) -> Vec<Piece> {
        let _ = write!(self.text, "--{}--\r\n", self.boundary);
        self.end_text();
        self.pieces
    }
}

/// A name between quotes, with what would end it percent-encoded, as browsers do (HTML, section 4.10.21.8).
struct Quoted<'n>(&'n str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '"' => formatter.write_str("%22")?,
                '\r' => formatter.write_str("%0D")?,
                '\n' => formatter.write_str("%0A")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}
