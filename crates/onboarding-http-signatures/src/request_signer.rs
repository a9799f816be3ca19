//! Signs requests with one key, according to one profile.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use std::{fmt, mem};

use aws_lc_rs::rand;
use http::header::{CONTENT_LENGTH, DATE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri};

use super::component::Component;
use super::input::{self, Parameter, SIGNATURE, SIGNATURE_INPUT, SignatureInput};
use super::key::SigningKey;
use super::message::{Message, RequestHead};
use super::profile::{BodyDigest, OtherHeaders, Profile, When};
use super::sign_error::SignError;
use super::values::Values;

pub(crate) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;
type Nonces = Arc<dyn Fn() -> Result<String, SignError> + Send + Sync>;

/// Signs requests with one key, after one profile. A request may be signed again and again: each signature takes the place of
/// the one before, with a new time and nonce.
#[derive(Clone)]
pub struct RequestSigner {
    key: Arc<SigningKey>,
    key_id: String,
    profile: Arc<Profile>,
    clock: Clock,
    nonces: Nonces,
}

impl RequestSigner {
    /// A signer with the system's clock and random nonces of 128 bits.
    pub fn new(key: SigningKey, key_id: impl Into<String>, profile: Profile) -> Self {
        Self {
            key: Arc::new(key),
            key_id: key_id.into(),
            profile: Arc::new(profile),
            clock: Arc::new(SystemTime::now),
            nonces: Arc::new(random_nonce),
        }
    }

    /// The same signer with another clock.
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The same signer with another source of nonces. A nonce is used once: the receiver refuses one that it has seen.
    pub fn with_nonces(mut self, nonces: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.nonces = Arc::new(move || Ok(nonces()));
        self
    }

    /// Signs a request, of which nothing else may change afterwards. Its headers may have changed where it fails.
    pub fn sign_request<B: AsRef<[u8]>>(&self, request: &mut Request<B>) -> Result<(), SignError> {
        let mut headers = mem::take(request.headers_mut());
        let signed = self.sign_parts(request.method(), request.uri(), &mut headers, request.body().as_ref());
        *request.headers_mut() = headers;
        signed
    }

    /// The same for a request that is in parts. `uri` is the whole address, `body` is empty when there is none.
    pub fn sign_parts(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &mut HeaderMap,
        body: &[u8],
    ) -> Result<(), SignError> {
        let now = (self.clock)();
        self.prepare(headers, body, now)?;
        let message = Message::Request(RequestHead::sent(method, uri, headers));
        let mut values = Values::new(&message);
        let input = self.input(self.components(&mut values, body)?, now)?;
        let base = input.base_of(&mut values, self.profile.names).map_err(|error| SignError::new(error.to_string()))?;
        let signature = self.key.sign(base.as_bytes(), self.profile.ecdsa)?;
        let (input, signature) = input::to_headers(&self.profile.label, &input, &signature)
            .ok_or_else(|| SignError::new("the profile's label cannot be written"))?;
        headers.insert(SIGNATURE_INPUT, input);
        headers.insert(SIGNATURE, signature);
        Ok(())
    }

    /// The names of the headers that it adds or replaces.
    pub fn header_names(&self) -> Vec<HeaderName> {
        let profile = &*self.profile;
        let mut names = vec![SIGNATURE_INPUT, SIGNATURE];
        names.extend(profile.date.then_some(DATE));
        names.extend(profile.content_length.then_some(CONTENT_LENGTH));
        if let BodyDigest::WithBody(header, _) | BodyDigest::Always(header, _) = profile.digest {
            names.push(HeaderName::from_static(header.name()));
        }
        names.extend(profile.unsigned_headers.iter().map(|(name, _)| name.clone()));
        names
    }

    /// Adds the headers that the signature covers or that announce it.
    fn prepare(&self, headers: &mut HeaderMap, body: &[u8], now: SystemTime) -> Result<(), SignError> {
        let profile = &*self.profile;
        headers.remove(SIGNATURE);
        headers.remove(SIGNATURE_INPUT);
        if profile.date {
            headers.insert(DATE, http_date(now)?);
        }
        if profile.content_length && !body.is_empty() {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        }
        match profile.digest {
            BodyDigest::Never => {}
            BodyDigest::WithBody(header, _) if body.is_empty() => {
                headers.remove(header.name());
            }
            BodyDigest::WithBody(header, algorithm) | BodyDigest::Always(header, algorithm) => {
                let value = HeaderValue::try_from(header.value(algorithm, body))
                    .map_err(|_| SignError::new("the digest cannot be written"))?;
                headers.insert(HeaderName::from_static(header.name()), value);
            }
        }
        for (name, value) in &profile.unsigned_headers {
            headers.insert(name, value.clone());
        }
        Ok(())
    }

    /// What the signature of this request covers.
    fn components(&self, values: &mut Values<'_>, body: &[u8]) -> Result<Vec<Component>, SignError> {
        let profile = &*self.profile;
        let message = values.message();
        let mut covered = |when: When, component: &Component| match when {
            When::Always => true,
            When::Present => component.is_present(values),
            When::Body => !body.is_empty(),
        };
        let mut components: Vec<Component> = profile
            .components
            .iter()
            .filter(|part| covered(part.when, &part.component))
            .map(|part| part.component.clone())
            .collect();
        if let OtherHeaders::SignedExcept { names, prefixes } = &profile.other_headers {
            let named: BTreeSet<String> = components.iter().map(|component| component.name().to_owned()).collect();
            let mut present: Vec<&str> = message.headers().keys().map(HeaderName::as_str).collect();
            present.sort_unstable();
            for name in present {
                if named.contains(name)
                    || names.iter().any(|other| other == name)
                    || prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
                {
                    continue;
                }
                let component =
                    Component::new(name).map_err(|_| SignError::new("a header has a name that cannot be signed"))?;
                components.push(component);
            }
        }
        Ok(components)
    }

    /// What the signature covers, with its parameters.
    fn input(&self, components: Vec<Component>, now: SystemTime) -> Result<SignatureInput, SignError> {
        let unwritable = |error: input::InvalidParameter| SignError::new(error.to_string());
        let mut input = SignatureInput::new(components);
        for parameter in &self.profile.parameters {
            input = match parameter {
                Parameter::Created => input.with_time(Parameter::Created, now),
                Parameter::Expires => {
                    let expires = now.checked_add(self.profile.lifetime);
                    let expires = expires.ok_or_else(|| SignError::new("the lifetime is too long"))?;
                    input.with_time(Parameter::Expires, expires)
                }
                Parameter::KeyId => input.with_text(Parameter::KeyId, &self.key_id),
                Parameter::Nonce => input.with_text(Parameter::Nonce, &(self.nonces)()?),
                Parameter::Algorithm => input.with_text(Parameter::Algorithm, self.key.algorithm().name()),
                Parameter::Tag => match &self.profile.tag {
                    Some(tag) => input.with_text(Parameter::Tag, tag),
                    None => Ok(input),
                },
            }
            .map_err(unwritable)?;
        }
        Ok(input)
    }
}

impl fmt::Debug for RequestSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RequestSigner")
            .field("key", &self.key)
            .field("label", &self.profile.label)
            .finish_non_exhaustive()
    }
}

/// How long after 1970 the year 10000 begins.
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);

/// A date as headers have it (RFC 9110, section 5.6.7).
fn http_date(time: SystemTime) -> Result<HeaderValue, SignError> {
    // A date has four digits for the year.
    let is_writable = time.duration_since(SystemTime::UNIX_EPOCH).is_ok_and(|since| since < YEAR_10000);
    let date = is_writable.then(|| httpdate::fmt_http_date(time));
    date.and_then(|date| HeaderValue::try_from(date).ok())
        .ok_or_else(|| SignError::new("the time cannot be written as a date"))
}

fn random_nonce() -> Result<String, SignError> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| SignError::new("the system gives no random numbers"))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
