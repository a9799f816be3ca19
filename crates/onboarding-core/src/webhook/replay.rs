//! Where several processes remember together which webhooks they have accepted.

use std::fmt;
use std::time::Duration;

use crate::runtime::BoxFuture;
use crate::signing::SignatureId;
use crate::token_store::StoreError;

/// How long a [`ReplayStore`] may take, unless
/// [`SignedWebhooks::with_replay_store_timeout`](super::SignedWebhooks::with_replay_store_timeout) says otherwise.
pub const REPLAY_STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// Remembers signatures for all processes that receive a vendor's webhooks, and across their restarts.
///
/// Without one, each process remembers its own: a webhook that one replica has accepted is accepted once more by each of the
/// others, and again after a restart, as long as the signature is good.
///
/// # Implementing it
///
/// Looking and remembering have to be one step: of any number of processes that ask for one signature at one time, exactly one is
/// told [`Sighting::First`]. In Redis or Valkey this is one command, and its reply `OK` is the first sighting, nil another:
///
/// ```text
/// SET webhook:<vendor>:<id in hexadecimal digits> 1 NX PX <keep in milliseconds>
/// ```
///
/// In SQL it is an insertion into a table whose key is the identity: `INSERT … ON CONFLICT DO NOTHING`, where one inserted row is
/// the first sighting. A store that is not asynchronous returns [`std::future::ready`].
///
/// What fails or takes too long accepts nothing: the webhook gets a status of 503, and the vendor delivers it again. When the store
/// has remembered the signature and its reply was lost, that same signature is refused; vendors sign a new delivery anew.
///
/// # What remains
///
/// A store that loses what it was given, such as a cache that evicts keys when its memory is short or a replica that takes over
/// before it has seen the last writes, accepts a replay. The clocks of the processes have to agree to within twice the policy's
/// [`clock_skew`](crate::signing::Policy::clock_skew).
pub trait ReplayStore: Send + Sync + fmt::Debug {
    /// Remembers a signature for at least so long, unless it is remembered already, and says which.
    fn remember<'a>(&'a self, id: &'a SignatureId, keep: Duration) -> BoxFuture<'a, Result<Sighting, StoreError>>;
}

/// Whether a signature was remembered before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// It was not, and is now.
    First,
    /// It was.
    Again,
}

/// Why a [`ReplayStore`] did not say whether a signature had been accepted before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayStoreError {
    /// The store failed.
    #[error("the store of accepted signatures failed")]
    Failed(#[source] StoreError),
    /// The store took longer than it may.
    #[error("the store of accepted signatures took longer than {} seconds", .0.as_secs_f32())]
    TimedOut(Duration),
}
