//! Verifies signed messages after a policy.
//!
//! What is asked of a message, in this order: one signature of the right label; the parameters that are wanted; a time that is
//! neither too old nor in the future; the parts that have to be covered; a body that matches its covered digest; a key that is
//! known, of an algorithm that is allowed; the signature itself; and that it has not been seen before. What is cheap comes
//! first, and a key is looked up only for a message that could be accepted.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::algorithm::{Algorithm, EcdsaEncoding};
use super::component::{Component, ComponentError};
use super::digest::{DigestError, DigestHeader};
use super::input::{self, CarriedSignature, ComponentNames, InvalidInput, Parameter, SignatureInput};
use super::message::Message;
use super::profile::{Covered, When};
use super::replay::{ReplayCache, Sighting};
use super::request_signer::Clock;
use super::verifying_key::{KeySet, VerifyingKey};

/// What is asked of a signed message, as plain data.
///
/// Start from [`rfc9421`](Self::rfc9421) or from the policy for a vendor, and change what differs. The parameters `created` and
/// `keyid` are always asked for: without them neither age nor key is known.
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
    /// How many signatures are remembered against replay. When all are still good, further messages are refused, so it has to
    /// hold as many as can come within the age and twice the skew. Zero turns the protection off.
    pub replay_capacity: usize,
}

impl Policy {
    /// RFC 9421 with sound defaults for requests: method, whole address and body covered, at most five minutes old, seen once.
    pub fn rfc9421() -> Self {
        Self {
            label: None,
            required: vec![Covered::always("@method"), Covered::always("@target-uri")],
            digest: Some(DigestHeader::ContentDigest),
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

    /// Upvest's form of draft 6, with which it signs its webhooks: component names without quotation marks in what is signed,
    /// and the body's digest in `digest`.
    ///
    /// Documented: the header names, the bare component names, keys on P-521 from the vendor's key endpoint. From the vendor's
    /// own proxy, whose older versions sign in this form: the label `sig1`, `digest: SHA-256=<base64>`, ECDSA signatures as
    /// ASN.1. Guesses: that a webhook covers `@method`, `@path`, a query where there is one, and the digest; that it carries
    /// `created`; that it is at most five minutes old on arrival. ECDSA signatures at fixed length are taken too, and Ed25519,
    /// since the vendor knows both; neither makes a signature easier to forge.
    pub fn upvest_webhooks() -> Self {
        Self {
            label: Some("sig1".to_owned()),
            required: vec![Covered::always("@method"), Covered::always("@path"), Covered::when_present("@query")],
            digest: Some(DigestHeader::Digest),
            algorithms: vec![Algorithm::EcdsaP521Sha512, Algorithm::Ed25519],
            ecdsa: vec![EcdsaEncoding::Der, EcdsaEncoding::Fixed],
            parameters: Vec::new(),
            tag: None,
            names: ComponentNames::Bare,
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
pub struct Verifier {
    policy: Policy,
    clock: Clock,
    replay: Option<ReplayCache>,
}

/// A signature that could be accepted if its key says so.
pub(crate) struct Candidate {
    carried: CarriedSignature,
    key_id: String,
    created: SystemTime,
}

impl Candidate {
    #[cfg(feature = "webhook")]
    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }
}

impl Verifier {
    /// A verifier with the system's clock.
    pub fn new(policy: Policy) -> Self {
        let replay = (policy.replay_capacity > 0).then(|| ReplayCache::new(policy.replay_capacity));
        Self { policy, clock: Arc::new(SystemTime::now), replay }
    }

    /// The same verifier with another clock.
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Verifies a message with one of these keys. A message is accepted once.
    pub fn verify(&self, message: &Message<'_>, body: &[u8], keys: &KeySet) -> Result<Verified, VerifyError> {
        let candidate = self.candidate(message, body)?;
        let key = keys.get(&candidate.key_id).ok_or(VerifyError::UnknownKey)?;
        self.accept(candidate, message, key)
    }

    /// All that can be asked without a key.
    pub(crate) fn candidate(&self, message: &Message<'_>, body: &[u8]) -> Result<Candidate, VerifyError> {
        let policy = &self.policy;
        let carried = input::carried(message.headers(), policy.label.as_deref()).map_err(VerifyError::Malformed)?;
        let mut carried = carried.into_iter();
        let carried = match (carried.next(), carried.next()) {
            (Some(only), None) => only,
            (None, _) => return Err(VerifyError::NoSignature),
            (Some(_), Some(_)) => return Err(VerifyError::Ambiguous),
        };
        let key_id = required(Parameter::KeyId, carried.input.text(Parameter::KeyId))?.to_owned();
        let created = required(Parameter::Created, carried.input.time(Parameter::Created))?;
        self.check_parameters(&carried.input)?;
        self.check_time(created, carried.input.time(Parameter::Expires))?;
        self.check_coverage(&carried.input, message, body)?;
        Ok(Candidate { carried, key_id, created })
    }

    /// What is left once the key is known.
    pub(crate) fn accept(
        &self,
        candidate: Candidate,
        message: &Message<'_>,
        key: &VerifyingKey,
    ) -> Result<Verified, VerifyError> {
        let policy = &self.policy;
        let Candidate { carried: CarriedSignature { label, input, signature }, key_id, created } = candidate;
        let named = input.text(Parameter::Algorithm);
        if !policy.algorithms.contains(&key.algorithm()) || named.is_some_and(|named| named != key.algorithm().name()) {
            return Err(VerifyError::Algorithm);
        }
        let base = input.base(message, policy.names).map_err(VerifyError::Component)?;
        if !key.verifies(base.as_bytes(), &signature, &policy.ecdsa) {
            return Err(VerifyError::WrongSignature);
        }
        if let Some(replay) = &self.replay {
            let until = later(later(created, policy.max_age), policy.clock_skew);
            match replay.note(&key_id, input.text(Parameter::Nonce), &base, (self.clock)(), until) {
                Sighting::First => {}
                Sighting::Again => return Err(VerifyError::Replayed),
                Sighting::Full => return Err(VerifyError::ReplayCacheFull),
            }
        }
        Ok(Verified { label, key_id, created, input })
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

    fn check_time(&self, created: SystemTime, expires: Option<SystemTime>) -> Result<(), VerifyError> {
        let (now, skew) = ((self.clock)(), self.policy.clock_skew);
        if created > later(now, skew) {
            Err(VerifyError::FromTheFuture)
        } else if now > later(later(created, self.policy.max_age), skew) {
            Err(VerifyError::TooOld)
        } else if expires.is_some_and(|expires| now > later(expires, skew)) {
            Err(VerifyError::Expired)
        } else {
            Ok(())
        }
    }

    fn check_coverage(&self, input: &SignatureInput, message: &Message<'_>, body: &[u8]) -> Result<(), VerifyError> {
        let covers = |wanted: &Component| input.components().iter().any(|covered| covered.is_same(wanted));
        for part in &self.policy.required {
            let wanted = match part.when {
                When::Always => true,
                When::Present => part.component.is_present(message),
                When::Body => !body.is_empty(),
            };
            if wanted && !covers(&part.component) {
                return Err(VerifyError::NotCovered(part.component.to_string()));
            }
        }
        let Some(digest) = self.policy.digest else {
            return Ok(());
        };
        let header = Component::known(digest.name());
        if body.is_empty() && !header.is_present(message) {
            return Ok(());
        }
        if !covers(&header) {
            return Err(VerifyError::NotCovered(header.to_string()));
        }
        digest.verify(message.headers(), body).map_err(VerifyError::Digest)
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

/// The time so much later; a time that no clock can hold is as good as the latest.
fn later(time: SystemTime, by: Duration) -> SystemTime {
    time.checked_add(by).unwrap_or(time)
}
