//! Remembers which signatures have been accepted, so that none counts twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use aws_lc_rs::digest::{self, SHA256, SHA256_OUTPUT_LEN};

/// What tells a signature from all others, without holding anything of the message.
///
/// It is a hash of the key's identifier and the nonce, and without a nonce of all that the signature covers; not of the
/// signature's bytes, since whoever sees an ECDSA signature can write it in a second way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignatureId([u8; SHA256_OUTPUT_LEN]);

/// The accepted signatures of one process, bounded in number, and the highest time at which one was accepted.
///
/// A signature is forgotten once that time is past its end. So is what such a signature could be accepted by again: what ended
/// before the highest time is refused, wherever the clock has gone since. The time of an accepted signature is close to what the
/// vendor's clock says, so that a clock which was wrong for a while does not shut out what comes after it.
#[derive(Debug)]
pub(super) struct ReplayCache {
    capacity: usize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    highest: Option<SystemTime>,
    until: BTreeMap<SignatureId, SystemTime>,
    by_time: BTreeSet<(SystemTime, SignatureId)>,
}

/// Why a signature cannot be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replay {
    /// It has been accepted before.
    Again,
    /// The cache is full of signatures that are still good. Forgetting one would let it be replayed.
    Full,
    /// It ended before the highest time, so that it may have been forgotten.
    ClockWentBack,
}

impl ReplayCache {
    /// A cache of so many signatures; with none it keeps only the highest time.
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, seen: Mutex::default() }
    }

    /// Remembers a signature that is good until then.
    pub(super) fn remember(&self, id: SignatureId, now: SystemTime, until: SystemTime) -> Result<(), Replay> {
        // A panic elsewhere leaves nothing half-done here that matters.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.advance(now, until)?;
        if seen.until.contains_key(&id) {
            Err(Replay::Again)
        } else if seen.until.len() >= self.capacity {
            Err(Replay::Full)
        } else {
            seen.until.insert(id, until);
            seen.by_time.insert((until, id));
            Ok(())
        }
    }

    /// Takes note of the time alone, for a signature that is remembered elsewhere.
    pub(super) fn advance(&self, now: SystemTime, until: SystemTime) -> Result<(), Replay> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).advance(now, until)
    }
}

impl Seen {
    fn advance(&mut self, now: SystemTime, until: SystemTime) -> Result<(), Replay> {
        let highest = self.highest.map_or(now, |highest| highest.max(now));
        if until < highest {
            return Err(Replay::ClockWentBack);
        }
        self.highest = Some(highest);
        while let Some((until, id)) = self.by_time.first().copied() {
            if until >= highest {
                break;
            }
            self.by_time.remove(&(until, id));
            self.until.remove(&id);
        }
        Ok(())
    }
}

impl SignatureId {
    pub(super) fn new(key_id: &str, nonce: Option<&str>, base: &str) -> Self {
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
        let mut id = [0; SHA256_OUTPUT_LEN];
        id.copy_from_slice(context.finish().as_ref());
        Self(id)
    }

    /// The hash.
    pub const fn as_bytes(&self) -> &[u8; SHA256_OUTPUT_LEN] {
        &self.0
    }
}

/// The hash in 64 hexadecimal digits.
impl fmt::Display for SignatureId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for SignatureId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SignatureId({self})")
    }
}
