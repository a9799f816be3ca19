//! The body of a request: bytes at hand, or pieces of which some are files on disk.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};

/// How much of a file is read at a time.
const CHUNK: usize = 64 * 1024;

/// The body of a request. A clone is sent from its beginning. `Debug` shows its length alone.
#[derive(Clone)]
pub struct RequestBody(Form);

#[derive(Clone)]
enum Form {
    Whole(Bytes),
    Pieces(Arc<[Piece]>),
}

/// A part of a body.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Bytes(Bytes),
    /// So many bytes of a file.
    File {
        path: Arc<Path>,
        length: u64,
    },
}

impl Piece {
    pub(crate) fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::File { length, .. } => *length,
        }
    }
}

impl RequestBody {
    /// Pieces behind each other; bytes at hand where no file is among them.
    pub(crate) fn of(pieces: Vec<Piece>) -> Self {
        let whole: Option<Vec<&[u8]>> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Bytes(bytes) => Some(&**bytes),
                Piece::File { .. } => None,
            })
            .collect();
        match whole {
            Some(whole) => Self(Form::Whole(whole.concat().into())),
            None => Self(Form::Pieces(pieces.into())),
        }
    }

    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        match &self.0 {
            Form::Whole(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Form::Pieces(pieces) => pieces.iter().map(Piece::length).fold(0, u64::saturating_add),
        }
    }

    /// All of it, where it is at hand; `None` where files on disk are part of it, which [`Self::into_chunks`] reads.
    pub const fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Form::Whole(bytes) => Some(bytes),
            Form::Pieces(_) => None,
        }
    }

    /// What it consists of, in order. Files are read as it goes, on a tokio runtime.
    pub fn into_chunks(self) -> RequestChunks {
        let pieces = match self.0 {
            Form::Whole(bytes) => Arc::new([Piece::Bytes(bytes)]),
            Form::Pieces(pieces) => pieces,
        };
        RequestChunks { pieces, next: 0, file: File::None }
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self(Form::Whole(bytes))
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RequestBody").field("length", &self.length()).finish_non_exhaustive()
    }
}

/// The chunks of a body. One of a file is an error where the file cannot be read, or has become shorter than it was.
pub struct RequestChunks {
    pieces: Arc<[Piece]>,
    /// The piece that is next, or that is being read.
    next: usize,
    file: File,
}

/// The file that is being read.
enum File {
    None,
    Opening(Pin<Box<dyn Future<Output = io::Result<tokio::fs::File>> + Send>>, u64),
    Open(tokio::fs::File, u64),
}

impl Stream for RequestChunks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            let this = &mut *self;
            match &mut this.file {
                File::None => match this.pieces.get(this.next) {
                    None => return Poll::Ready(None),
                    Some(Piece::Bytes(bytes)) => {
                        let bytes = bytes.clone();
                        this.next += 1;
                        if !bytes.is_empty() {
                            return Poll::Ready(Some(Ok(bytes)));
                        }
                    }
                    Some(Piece::File { path, length }) => {
                        let path = PathBuf::from(&**path);
                        this.file = File::Opening(Box::pin(tokio::fs::File::open(path)), *length);
                    }
                },
                File::Opening(opening, length) => match ready!(opening.as_mut().poll(context)) {
                    Ok(file) => this.file = File::Open(file, *length),
                    Err(error) => return Poll::Ready(Some(this.fail(error))),
                },
                File::Open(_, 0) => {
                    this.file = File::None;
                    this.next += 1;
                }
                File::Open(file, left) => {
                    let most = usize::try_from(*left).unwrap_or(CHUNK).min(CHUNK);
                    let mut chunk = vec![0; most];
                    let mut read = ReadBuf::new(&mut chunk);
                    let error = match ready!(Pin::new(file).poll_read(context, &mut read)) {
                        Ok(()) if !read.filled().is_empty() => {
                            let count = read.filled().len();
                            *left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
                            chunk.truncate(count);
                            return Poll::Ready(Some(Ok(chunk.into())));
                        }
                        Ok(()) => io::Error::new(io::ErrorKind::UnexpectedEof, "the file has become shorter"),
                        Err(error) => error,
                    };
                    return Poll::Ready(Some(this.fail(error)));
                }
            }
        }
    }
}

impl RequestChunks {
    /// Nothing follows an error.
    fn fail(&mut self, error: io::Error) -> io::Result<Bytes> {
        self.file = File::None;
        self.next = self.pieces.len();
        Err(error)
    }
}

impl fmt::Debug for RequestChunks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RequestChunks").finish_non_exhaustive()
    }
}
