//! Remembers which signatures have been seen, so that none counts twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use aws_lc_rs::digest::{self, SHA256, SHA256_OUTPUT_LEN};

type Identity = [u8; SHA256_OUTPUT_LEN];

/// Bounded in size and in time: each signature is forgotten once it is too old to be accepted anyway.
#[derive(Debug)]
pub(super) struct ReplayCache {
    capacity: usize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    until: BTreeMap<Identity, SystemTime>,
    by_time: BTreeSet<(SystemTime, Identity)>,
}

/// What the cache says of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sighting {
    First,
    Again,
    /// The cache is full of signatures that are still good. Forgetting one would let it be replayed.
    Full,
}

impl ReplayCache {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, seen: Mutex::default() }
    }

    /// Notes a signature that is good until then. It is told by its key and its nonce, and without a nonce by all that it
    /// covers; not by its bytes, since whoever sees an ECDSA signature can write it in a second way.
    pub(super) fn note(
        &self,
        key_id: &str,
        nonce: Option<&str>,
        base: &str,
        now: SystemTime,
        until: SystemTime,
    ) -> Sighting {
        let identity = identity(key_id, nonce, base);
        // A panic elsewhere leaves nothing half-done here that matters.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget_before(now);
        if seen.until.contains_key(&identity) {
            Sighting::Again
        } else if seen.until.len() >= self.capacity {
            Sighting::Full
        } else {
            seen.until.insert(identity, until);
            seen.by_time.insert((until, identity));
            Sighting::First
        }
    }
}

impl Seen {
    fn forget_before(&mut self, now: SystemTime) {
        while let Some((until, identity)) = self.by_time.first().copied() {
            if until >= now {
                return;
            }
            self.by_time.remove(&(until, identity));
            self.until.remove(&identity);
        }
    }
}

fn identity(key_id: &str, nonce: Option<&str>, base: &str) -> Identity {
    let mut context = digest::Context::new(&SHA256);
    let (kind, text) = match nonce {
        Some(nonce) => (1, nonce),
        None => (0, base),
    };
    // The length keeps the parts apart.
    context.update(&key_id.len().to_be_bytes());
    context.update(key_id.as_bytes());
    context.update(&[kind]);
    context.update(text.as_bytes());
    let mut identity = [0; SHA256_OUTPUT_LEN];
    identity.copy_from_slice(context.finish().as_ref());
    identity
}
