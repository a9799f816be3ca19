//! Files that are sent as a part of a multipart body.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::Check;
use crate::request_body::Piece;

/// A file to be sent: bytes at hand, or a file on disk that is read while it is sent.
///
/// ```
/// use onboarding_core::Upload;
///
/// let scan = Upload::new(b"%PDF-1.7".as_slice()).file_name("passport.pdf").media_type("application/pdf");
/// assert_eq!(scan.length(), 8);
/// assert_eq!(format!("{scan:?}"), "Upload { length: 8, .. }");
/// ```
///
/// A call with it can be repeated like any other: the file is read anew. While it is sent, the limits of the call's time hold, so
/// long files may need a longer [`timeout`](crate::Call::timeout) and `attempt_timeout`.
#[derive(Clone, PartialEq)]
pub struct Upload {
    piece: Piece,
    file_name: Option<Arc<str>>,
    media_type: Option<Arc<str>>,
}

impl Upload {
    /// A file of these bytes.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { piece: Piece::Bytes(bytes.into()), file_name: None, media_type: None }
    }

    /// A file on disk, by its own name. It is read piece by piece each time that it is sent, as long as it is now; one that has become
    /// shorter by then fails the call.
    ///
    /// # Errors
    ///
    /// When there is no such file, when it cannot be looked at, or when it is no regular file.
    pub async fn open(path: impl AsRef<Path> + Send) -> std::io::Result<Self> {
        let path = path.as_ref();
        let found = tokio::fs::metadata(path).await?;
        if !found.is_file() {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        let file_name = path.file_name().map(|name| name.to_string_lossy().into());
        Ok(Self { piece: Piece::File { path: path.into(), length: found.len() }, file_name, media_type: None })
    }

    /// The name that the vendor is told. Without one it is `file`.
    #[must_use]
    pub fn file_name(mut self, name: impl AsRef<str>) -> Self {
        self.file_name = Some(name.as_ref().into());
        self
    }

    /// The media type that the vendor is told, such as `application/pdf`. Without one it is `application/octet-stream`.
    #[must_use]
    pub fn media_type(mut self, media_type: impl AsRef<str>) -> Self {
        self.media_type = Some(media_type.as_ref().into());
        self
    }

    /// How many bytes are sent.
    pub fn length(&self) -> u64 {
        self.piece.length()
    }

    pub(crate) fn piece(&self) -> Piece {
        self.piece.clone()
    }

    pub(crate) fn told_name(&self) -> &str {
        self.file_name.as_deref().unwrap_or("file")
    }

    pub(crate) fn told_media_type(&self) -> &str {
        self.media_type.as_deref().unwrap_or("application/octet-stream")
    }
}

impl From<Bytes> for Upload {
    fn from(bytes: Bytes) -> Self {
        Self::new(bytes)
    }
}

impl From<Vec<u8>> for Upload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Upload").field("length", &self.length()).finish_non_exhaustive()
    }
}

impl Check for Upload {}

thread_local! {
    /// The files of the body that is being encoded, and what stands for each in its text.
    static COLLECTED: RefCell<Option<Collected>> = const { RefCell::new(None) };
}

/// The files of a body.
pub(crate) struct Collected {
    /// What stands for a file, with its index behind: a text that nobody else can know.
    mark: String,
    uploads: Vec<Upload>,
}

impl Collected {
    /// What `write` gives, and the files that were written meanwhile.
    pub(crate) fn during<T>(mark: &str, write: impl FnOnce() -> T) -> (T, Self) {
        /// Puts back what was there before, also when `write` panics.
        struct Restored(Option<Collected>);
        impl Drop for Restored {
            fn drop(&mut self) {
                COLLECTED.set(self.0.take());
            }
        }
        let empty = || Self { mark: mark.to_owned(), uploads: Vec::new() };
        let _restored = Restored(COLLECTED.replace(Some(empty())));
        let written = write();
        (written, COLLECTED.take().unwrap_or_else(empty))
    }

    /// The file that a text stands for.
    pub(crate) fn get(&self, text: &str) -> Option<&Upload> {
        self.uploads.get(text.strip_prefix(&self.mark)?.parse::<usize>().ok()?)
    }
}

/// Within a multipart body it is a part. Elsewhere it is its text, so that tests can write down what they send; what is no text, or
/// not at hand, is an error there.
impl Serialize for Upload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mark = COLLECTED.with_borrow_mut(|collected| {
            collected.as_mut().map(|collected| {
                collected.uploads.push(self.clone());
                format!("{}{}", collected.mark, collected.uploads.len() - 1)
            })
        });
        if let Some(mark) = mark {
            return serializer.serialize_str(&mark);
        }
        match &self.piece {
            Piece::Bytes(bytes) if let Ok(text) = std::str::from_utf8(bytes) => serializer.serialize_str(text),
            Piece::Bytes(_) | Piece::File { .. } => {
                Err(ser::Error::custom("a file has no form outside of a multipart body"))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Upload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Upload;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Upload, E> {
                Ok(Upload::new(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

crate::__json_schema!(scalar Upload "string" "binary");
