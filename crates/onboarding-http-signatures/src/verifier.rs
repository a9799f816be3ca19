//! Verifies signed messages according to a policy.
//!
//! What is asked of a message, in this order: sizes within the limits; one signature of the right label; the parameters that
//! are wanted; a time that is neither too old nor in the future; the parts that have to be covered; a key that is known, of an
//! algorithm that is allowed; the signature itself; a body that matches its covered digest; and that the signature has not been
//! accepted before. Whoever has no key never makes the body hashed, and what the rest costs is bounded by [`limits`].
//!
//! [`limits`]: super::limits

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::algorithm::{Algorithm, EcdsaEncoding};
use super::component::{Component, ComponentError};
use super::digest::{DigestError, DigestHeader};
use super::input::{self, CarriedSignature, ComponentNames, InvalidInput, Parameter, SignatureInput};
use super::key_set::KeySet;
use super::limits::{LimitExceeded, MAX_BODY_BYTES, MAX_TARGET_BYTES};
use super::message::Message;
use super::profile::{Covered, When};
use super::replay::{Replay, ReplayCache, SignatureId};
use super::request_signer::Clock;
use super::values::Values;
use super::verifying_key::VerifyingKey;
use super::work::{self, Work};

/// What is asked of a signed message, as plain data.
///
/// Start from [`rfc9421`](Self::rfc9421), and change what differs. The crate of a vendor that signs its webhooks has the vendor's
/// policy. The parameters `created` and `keyid` are always asked for: without them neither age nor key is known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// The label of the signature; without one, the message has to have a single signature.
    pub label: Option<String>,
    /// The parts that have to be covered.
    pub required: Vec<Covered>,
    /// The header that vouches for the body. It has to be covered and to match when there is a body, or when the header is
    /// there. `None` leaves the body to the caller, as for a message whose body was not read.
    pub digest: Option<DigestHeader>,
    /// How many bytes a body may have.
    pub max_body_bytes: usize,
    /// The algorithms that a key may have.
    pub algorithms: Vec<Algorithm>,
    /// How ECDSA signatures may be written.
    pub ecdsa: Vec<EcdsaEncoding>,
    /// Parameters that have to be there, beside `created` and `keyid`.
    pub parameters: Vec<Parameter>,
    /// What the parameter `tag` has to be, when that matters.
    pub tag: Option<String>,
    /// How component names are written in what is signed.
    pub names: ComponentNames,
    /// How old a signature may be.
    pub max_age: Duration,
    /// How far the sender's clock may be off.
    pub clock_skew: Duration,
    /// How many signatures are remembered against replay, about 150 bytes each. When all are still good, further messages are
    /// refused, so it has to hold as many as can come within the age and twice the skew. Zero turns the protection off.
    ///
    /// They are remembered by this process until it ends: see [`Verifier`].
    pub replay_capacity: usize,
}

impl Policy {
    /// RFC 9421 with sound defaults for requests: method, whole address and body covered, at most five minutes old, seen once.
    pub fn rfc9421() -> Self {
        Self {
            label: None,
            required: vec![Covered::always("@method"), Covered::always("@target-uri")],
            digest: Some(DigestHeader::ContentDigest),
            max_body_bytes: MAX_BODY_BYTES,
            algorithms: vec![
                Algorithm::Ed25519,
                Algorithm::EcdsaP256Sha256,
                Algorithm::EcdsaP384Sha384,
                Algorithm::EcdsaP521Sha512,
            ],
            ecdsa: vec![EcdsaEncoding::Fixed],
            parameters: Vec::new(),
            tag: None,
            names: ComponentNames::Quoted,
            max_age: Duration::from_secs(300),
            clock_skew: Duration::from_secs(30),
            replay_capacity: 100_000,
        }
    }
}

/// Why a message was refused. It never holds a signature, a header's value or a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The message has no signature, or none with the wanted label.
    #[error("the message has no signature of the wanted label")]
    NoSignature,
    /// The message has more than one signature, and the policy names no label.
    #[error("the message has more than one signature, and no label is asked for")]
    Ambiguous,
    /// A header of the signature could not be read.
    #[error("the signature's headers could not be read")]
    Malformed(#[source] InvalidInput),
    /// A parameter is missing.
    #[error("the signature's parameter `{0}` is missing")]
    MissingParameter(&'static str),
    /// The parameter `tag` is not the wanted one.
    #[error("the signature is for something else: its parameter `tag` is not the wanted one")]
    WrongTag,
    /// The signature is from the future.
    #[error("the signature was made in the future")]
    FromTheFuture,
    /// The signature is older than is allowed.
    #[error("the signature is older than is allowed")]
    TooOld,
    /// The signature has ended.
    #[error("the signature has expired")]
    Expired,
    /// A part that has to be covered is not.
    #[error("the signature does not cover {0}")]
    NotCovered(String),
    /// A part that is covered has no value in the message.
    #[error("the signature covers what the message does not have")]
    Component(#[source] ComponentError),
    /// The body does not match its digest.
    #[error("the body is not vouched for")]
    Digest(#[source] DigestError),
    /// The body has more bytes than the policy allows.
    #[error("the body has more than {limit} bytes")]
    BodyTooLarge {
        /// How many it may have.
        limit: usize,
    },
    /// Another part of the message is larger than is looked at.
    #[error(transparent)]
    Limit(LimitExceeded),
    /// No key has the identifier that the signature names.
    #[error("no key has the identifier that the signature names")]
    UnknownKey,
    /// The key's algorithm is not allowed, or not the one that the signature names.
    #[error("the algorithm is not allowed, or not the one that the key has")]
    Algorithm,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    WrongSignature,
    /// The signature has been seen before.
    #[error("the signature has been seen before")]
    Replayed,
    /// The memory of signatures is full, so that a replay could not be told.
    #[error("too many signatures have come in to tell a replay")]
    ReplayCacheFull,
    /// The clock of this machine has gone back, behind a time at which later signatures were accepted. Whether this one was
    /// accepted too is forgotten.
    #[error("the clock has gone back, so that a replay cannot be told")]
    ClockWentBack,
}

impl VerifyError {
    /// Whether nothing is known against the message: the same message, sent again later or signed anew, may be accepted.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::ReplayCacheFull | Self::ClockWentBack)
    }
}

/// A signature that was verified.
#[derive(Clone, Debug)]
pub struct Verified {
    label: String,
    key_id: String,
    created: SystemTime,
    input: SignatureInput,
}

impl Verified {
    /// The signature's label.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The identifier of the key that made it.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// When it was made.
    pub const fn created(&self) -> SystemTime {
        self.created
    }

    /// What it covers, with its parameters. Nothing else of the message is vouched for.
    pub const fn input(&self) -> &SignatureInput {
        &self.input
    }
}

/// Verifies signed messages after a policy, and remembers them against replay.
///
/// What it remembers is this process's: share one verifier within it. A message that was accepted before the process started, or
/// by another process, is accepted once more while it is good, which is for the policy's age and skew. Where that matters,
/// [`Authentic::hand_over`] gives what a store that processes share has to remember. A clock that is set back does no
/// harm: what may have been forgotten is refused with [`VerifyError::ClockWentBack`].
pub struct Verifier {
    policy: Policy,
    clock: Clock,
    replay: ReplayCache,
}

/// A signature against which nothing is known but that its key has not been asked yet.
#[must_use = "nothing is verified yet"]
pub struct Candidate<'v, 'm> {
    verifier: &'v Verifier,
    values: Values<'m>,
    body: &'m [u8],
    carried: CarriedSignature,
    key_id: String,
    created: SystemTime,
}

/// A signature that is the key's, and may have been accepted before.
#[must_use = "whether it was accepted before is not known yet"]
pub struct Authentic<'v> {
    verifier: &'v Verifier,
    verified: Verified,
    id: SignatureId,
    /// The last moment at which it can be accepted.
    until: SystemTime,
}

/// A signature that is accepted unless another memory than this process's has it already.
#[derive(Clone, Debug)]
#[must_use = "it counts only where it was not accepted before"]
pub struct HandedOver {
    /// What was verified.
    pub verified: Verified,
    /// What tells it from all others.
    pub id: SignatureId,
    /// How long it has to be remembered, whichever clock is ahead.
    pub keep: Duration,
}

impl Verifier {
    /// A verifier with the system's clock.
    pub fn new(policy: Policy) -> Self {
        let replay = ReplayCache::new(policy.replay_capacity);
        Self { policy, clock: Arc::new(SystemTime::now), replay }
    }

    /// The same verifier with another clock.
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What it asks of messages.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Verifies a message with one of these keys. A message is accepted once.
    pub fn verify(&self, message: &Message<'_>, body: &[u8], keys: &KeySet) -> Result<Verified, VerifyError> {
        let candidate = self.candidate(message, body)?;
        let key = keys.get(candidate.key_id()).ok_or(VerifyError::UnknownKey)?;
        candidate.authenticate(key)?.accept()
    }

    /// The first of the three steps of [`verify`](Self::verify): all that can be asked without a key. The body is not looked at.
    pub fn candidate<'v, 'm>(
        &'v self,
        message: &'m Message<'m>,
        body: &'m [u8],
    ) -> Result<Candidate<'v, 'm>, VerifyError> {
        let policy = &self.policy;
        if body.len() > policy.max_body_bytes {
            return Err(VerifyError::BodyTooLarge { limit: policy.max_body_bytes });
        }
        if message.target_length() > MAX_TARGET_BYTES {
            return Err(VerifyError::Limit(LimitExceeded::bytes("the request's target", MAX_TARGET_BYTES)));
        }
        let carried = input::carried(message.headers(), policy.label.as_deref()).map_err(|error| match error {
            InvalidInput::Limit(exceeded) => VerifyError::Limit(exceeded),
            error => VerifyError::Malformed(error),
        })?;
        let mut carried = carried.into_iter();
        let carried = match (carried.next(), carried.next()) {
            (Some(only), None) => only,
            (None, _) => return Err(VerifyError::NoSignature),
            (Some(_), Some(_)) => return Err(VerifyError::Ambiguous),
        };
        let key_id = required(Parameter::KeyId, carried.input.text(Parameter::KeyId))?.to_owned();
        let created = required(Parameter::Created, carried.input.time(Parameter::Created))?;
        let mut values = Values::new(message);
        self.check_parameters(&carried.input)?;
        self.check_time((self.clock)(), created, &carried.input)?;
        self.check_coverage(&carried.input, &mut values, body)?;
        Ok(Candidate { verifier: self, values, body, carried, key_id, created })
    }

    fn check_parameters(&self, input: &SignatureInput) -> Result<(), VerifyError> {
        for parameter in &self.policy.parameters {
            if input.text(*parameter).is_none() && input.time(*parameter).is_none() {
                return Err(VerifyError::MissingParameter(parameter.name()));
            }
        }
        match &self.policy.tag {
            Some(tag) if input.text(Parameter::Tag) != Some(tag.as_str()) => Err(VerifyError::WrongTag),
            _ => Ok(()),
        }
    }

    fn check_time(&self, now: SystemTime, created: SystemTime, input: &SignatureInput) -> Result<(), VerifyError> {
        let (max_age, skew) = (self.policy.max_age, self.policy.clock_skew);
        if later(created, now) > skew {
            Err(VerifyError::FromTheFuture)
        } else if later(now, created) > max_age.saturating_add(skew) {
            Err(VerifyError::TooOld)
        } else if input.time(Parameter::Expires).is_some_and(|expires| later(now, expires) > skew) {
            Err(VerifyError::Expired)
        } else {
            Ok(())
        }
    }

    /// The last moment at which a signature can be accepted.
    fn end(&self, created: SystemTime, input: &SignatureInput) -> SystemTime {
        let (max_age, skew) = (self.policy.max_age, self.policy.clock_skew);
        let by_age = created.checked_add(max_age.saturating_add(skew));
        let by_expiry = input.time(Parameter::Expires).and_then(|expires| expires.checked_add(skew));
        by_age.into_iter().chain(by_expiry).min().unwrap_or_else(far_future)
    }

    fn check_coverage(&self, input: &SignatureInput, values: &mut Values<'_>, body: &[u8]) -> Result<(), VerifyError> {
        let covers = |wanted: &Component| input.components().iter().any(|covered| covered.is_same(wanted));
        for part in &self.policy.required {
            let wanted = match part.when {
                When::Always => true,
                When::Present => part.component.is_present(values),
                When::Body => !body.is_empty(),
            };
            if wanted && !covers(&part.component) {
                return Err(VerifyError::NotCovered(part.component.to_string()));
            }
        }
        match self.digest_header(values, body) {
            Some(header) if !covers(&header) => Err(VerifyError::NotCovered(header.to_string())),
            _ => Ok(()),
        }
    }

    /// The header that has to vouch for the body, if one has to.
    fn digest_header(&self, values: &mut Values<'_>, body: &[u8]) -> Option<Component> {
        let header = Component::from_static(self.policy.digest?.name());
        (!body.is_empty() || header.is_present(values)).then_some(header)
    }

    fn check_body(&self, values: &mut Values<'_>, body: &[u8]) -> Result<(), VerifyError> {
        match self.policy.digest {
            Some(digest) if self.digest_header(values, body).is_some() => {
                digest.verify(values.message().headers(), body).map_err(|error| match error {
                    DigestError::Limit(exceeded) => VerifyError::Limit(exceeded),
                    error => VerifyError::Digest(error),
                })
            }
            _ => Ok(()),
        }
    }
}

impl<'v> Candidate<'v, '_> {
    /// The identifier of the key that is said to have made it.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The second step: whether signature and body are this key's.
    pub fn authenticate(self, key: &VerifyingKey) -> Result<Authentic<'v>, VerifyError> {
        let Self { verifier, mut values, body, carried, key_id, created } = self;
        let policy = &verifier.policy;
        let CarriedSignature { label, input, signature } = carried;
        let named = input.text(Parameter::Algorithm);
        if !policy.algorithms.contains(&key.algorithm()) || named.is_some_and(|named| named != key.algorithm().name()) {
            return Err(VerifyError::Algorithm);
        }
        let base = input.base_of(&mut values, policy.names).map_err(VerifyError::Component)?;
        work::count(Work::Signature);
        if !key.verifies(base.as_bytes(), &signature, &policy.ecdsa) {
            return Err(VerifyError::WrongSignature);
        }
        // Only what the sender has signed is worth hashing.
        verifier.check_body(&mut values, body)?;
        let id = SignatureId::new(&key_id, input.text(Parameter::Nonce), &base);
        let until = verifier.end(created, &input);
        Ok(Authentic { verifier, verified: Verified { label, key_id, created, input }, id, until })
    }
}

impl Authentic<'_> {
    /// The third step: accepts the signature unless this process has accepted it before.
    pub fn accept(self) -> Result<Verified, VerifyError> {
        let Self { verifier, verified, id, until } = self;
        // Looking up the key may have taken its time.
        let now = (verifier.clock)();
        verifier.check_time(now, verified.created, &verified.input)?;
        if verifier.policy.replay_capacity > 0 {
            verifier.replay.remember(id, now, until).map_err(VerifyError::from)?;
        }
        Ok(verified)
    }

    /// The third step where several processes remember together: leaves it to their store whether the signature has been accepted
    /// before.
    pub fn hand_over(self) -> Result<HandedOver, VerifyError> {
        let Self { verifier, verified, id, until } = self;
        let now = (verifier.clock)();
        verifier.check_time(now, verified.created, &verified.input)?;
        verifier.replay.advance(now, until).map_err(VerifyError::from)?;
        // From the moment at which the first clock accepts it to that at which the last one no longer does, where each of these
        // clocks and the sender's may be off by the skew.
        let policy = &verifier.policy;
        let keep = policy.max_age.saturating_add(policy.clock_skew.saturating_mul(4));
        Ok(HandedOver { verified, id, keep })
    }
}

/// Shows the key's identifier alone: the rest may be private.
impl fmt::Debug for Candidate<'_, '_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Candidate").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Authentic<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Authentic").field("verified", &self.verified).finish_non_exhaustive()
    }
}

impl From<Replay> for VerifyError {
    fn from(replay: Replay) -> Self {
        match replay {
            Replay::Again => Self::Replayed,
            Replay::Full => Self::ReplayCacheFull,
            Replay::ClockWentBack => Self::ClockWentBack,
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").field("policy", &self.policy).finish_non_exhaustive()
    }
}

fn required<T>(parameter: Parameter, value: Option<T>) -> Result<T, VerifyError> {
    value.ok_or(VerifyError::MissingParameter(parameter.name()))
}

/// How much later one time is than another; nothing when it is not.
fn later(time: SystemTime, than: SystemTime) -> Duration {
    time.duration_since(than).unwrap_or_default()
}

/// When a signature ends whose end no clock can hold: with the year 9999.
fn far_future() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(253_402_300_799)
}
