//! Tokens, and where they are kept.

use std::any::Any;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::runtime::BoxFuture;
use crate::{Secret, Timestamp};

/// Tokens that a vendor gave out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tokens {
    /// What signs calls in.
    pub access_token: Secret,
    /// What new tokens are had with.
    pub refresh_token: Option<Secret>,
    /// When the access token ends; `None` when nothing tells.
    pub expires_at: Option<Timestamp>,
}

impl Tokens {
    /// An access token alone.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self { access_token: access_token.into(), refresh_token: None, expires_at: None }
    }

    /// The same tokens with a refresh token.
    pub fn refresh_token(mut self, refresh_token: impl Into<Secret>) -> Self {
        self.refresh_token = Some(refresh_token.into());
        self
    }

    /// The same tokens with the end of the access token.
    pub fn expires_at(mut self, expires_at: Timestamp) -> Self {
        self.expires_at = Some(expires_at);
        self
    }
}

/// Why a store failed. Errors are printed: it must hold no token.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// What a lock is held by: dropping it releases the lock.
pub type StoreLock = Box<dyn Any + Send>;

/// Keeps the tokens of one sign-in, for example in a database that several processes share.
pub trait TokenStore: Send + Sync + fmt::Debug {
    /// The tokens that were saved last.
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, StoreError>>;

    /// Saves tokens in place of those before.
    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Keeps other processes from renewing the tokens until what it returns is dropped.
    ///
    /// Needed when processes share a store and the vendor's refresh tokens are good for one use: two that are used at once lock both
    /// processes out. Within a process the tokens are renewed by one task at a time in any case.
    fn lock(&self) -> BoxFuture<'_, Result<StoreLock, StoreError>> {
        Box::pin(std::future::ready(Ok(Box::new(()) as StoreLock)))
    }
}

/// Keeps tokens in memory, until the client is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Option<Tokens>>);

impl TokenStore for MemoryStore {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, StoreError>> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(Ok(tokens)))
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), StoreError>> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens.clone());
        Box::pin(std::future::ready(Ok(())))
    }
}
