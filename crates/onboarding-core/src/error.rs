//! What can go wrong with a call, keyed by the vendor's status where there is one.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::HeaderMap;

use crate::call_info::{CallInfo, CallOf};
use crate::credentials_error::CredentialsError;
use crate::decode::DecodeError;
use crate::ended_early::{EarlyEnd, EndedEarly};
use crate::problem_details::ProblemDetails;
use crate::refused::{Refused, RefusedCall};
use crate::response::RawResponse;
use crate::transport_error::{TransportError, TransportErrorKind};

/// Why a call failed. `E` has a variant for each error status that the operation declares.
///
/// Neither `Display` nor `Debug` shows a credential, a parameter or a body; those that came from the vendor are reached by
/// [`response`](Self::response) and by matching on [`declared`](Self::declared).
#[non_exhaustive]
pub enum Error<E> {
    /// The call was refused before anything was sent.
    Refused(RefusedCall),
    /// The call could not be signed in: no token was to be had, or the request could not be signed.
    Credentials(CredentialsError),
    /// No complete response came. Whether the vendor acted on the call is not known.
    Transport(TransportError),
    /// The vendor responded with an error status that the operation declares.
    Declared(Box<Declared<E>>),
    /// The vendor responded with a status that the operation does not declare.
    Undeclared(Box<RawResponse>),
    /// The vendor's body is not as declared for its status. The status may well be a success, or an error that the operation declares:
    /// then [`declared_status`](Self::declared_status) gives it, as if the body had been read.
    Malformed(Box<Malformed>),
    /// A list ended before all of it came: see [`Pages`](crate::Pages).
    EndedEarly(Box<EndedEarly>),
}

/// A declared error: the typed body, and the response that it came in.
#[derive(Clone)]
#[non_exhaustive]
pub struct Declared<E> {
    /// The error by status.
    pub error: E,
    /// The response as it came.
    pub response: RawResponse,
}

impl<E> fmt::Debug for Declared<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.response.fmt(formatter)
    }
}

/// A response whose body is not as declared, and what is wrong with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Malformed {
    /// The response as it came.
    pub response: RawResponse,
    /// Where the body departs from what is declared.
    pub source: DecodeError,
    pub(crate) is_declared_error: bool,
}

impl Malformed {
    /// Whether the status is an error that the operation declares; otherwise it is a success.
    pub const fn is_declared_error(&self) -> bool {
        self.is_declared_error
    }
}

impl<E> Error<E> {
    /// The error by status, when the operation declares the status that came.
    pub fn declared(&self) -> Option<&E> {
        match self {
            Self::Declared(declared) => Some(&declared.error),
            _ => None,
        }
    }

    /// The error status that came, when the operation declares it: also when its body could not be read, which is then
    /// [`Error::Malformed`] with the place that departs from the document.
    pub fn declared_status(&self) -> Option<StatusCode> {
        match self {
            Self::Declared(declared) => Some(declared.response.status),
            Self::Malformed(malformed) if malformed.is_declared_error => Some(malformed.response.status),
            _ => None,
        }
    }

    /// The call that failed: vendor, operation, method and the path with its placeholders. `None` for an error that did not come from a
    /// client.
    pub fn call(&self) -> Option<CallInfo<'_>> {
        match self {
            Self::Refused(refused) => refused.call.as_ref().map(CallOf::info),
            Self::Credentials(error) => error.call(),
            Self::Transport(error) => error.call(),
            Self::EndedEarly(ended) => ended.call.as_ref().map(CallOf::info),
            Self::Declared(_) | Self::Undeclared(_) | Self::Malformed(_) => self.response()?.call(),
        }
    }

    /// The name of the vendor that was called.
    pub fn vendor(&self) -> Option<&'static str> {
        self.call().map(|call| call.vendor)
    }

    /// The name of the operation that was called.
    pub fn operation(&self) -> Option<&str> {
        self.call().map(|call| call.operation)
    }

    /// The vendor's name for the request, to be quoted to its support: where the vendor documents a header for it, and at least the head of
    /// a response came. Of a call that could not be signed in, the request for a token.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Credentials(error) => error.response()?.request_id(),
            Self::Transport(error) => error.request_id(),
            _ => self.response()?.request_id(),
        }
    }

    /// What the vendor says of the error, when its response is of the media type `application/problem+json` (RFC 9457), declared or not.
    pub fn problem(&self) -> Option<ProblemDetails> {
        self.response()?.problem()
    }

    /// The response as it came, when one came.
    pub fn response(&self) -> Option<&RawResponse> {
        match self {
            Self::Declared(declared) => Some(&declared.response),
            Self::Undeclared(response) => Some(response),
            Self::Malformed(malformed) => Some(&malformed.response),
            Self::Refused(_) | Self::Credentials(_) | Self::Transport(_) | Self::EndedEarly(_) => None,
        }
    }

    /// The status that came, or at least the head of a response: to the call or, when the call could not be signed in, to the request
    /// for a token ([`Error::Credentials`]).
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Credentials(error) => error.status(),
            _ => self.status_of_call(),
        }
    }

    /// The status of a response to the call itself.
    fn status_of_call(&self) -> Option<StatusCode> {
        match self {
            Self::Transport(error) => error.status(),
            Self::Declared(_) | Self::Undeclared(_) | Self::Malformed(_) => self.response().map(RawResponse::status),
            Self::Refused(_) | Self::Credentials(_) | Self::EndedEarly(_) => None,
        }
    }

    /// How long to wait before the call is made again, as far as anyone asked for it: the vendor by `Retry-After`, or this client until
    /// it asks for a token again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Credentials(error) => error.retry_after(),
            Self::Transport(error) => error.retry_after(),
            _ => self.response()?.retry_after,
        }
    }

    /// Why a list ended before all of it came, when that is the error.
    pub fn ended_early(&self) -> Option<EarlyEnd> {
        match self {
            Self::EndedEarly(ended) => Some(ended.reason),
            _ => None,
        }
    }

    /// How often the call was sent.
    pub fn attempts(&self) -> u32 {
        match self {
            Self::Refused(_) | Self::EndedEarly(_) => 0,
            Self::Credentials(error) => error.attempts(),
            Self::Transport(error) => error.attempts(),
            Self::Declared(declared) => declared.response.attempts,
            Self::Undeclared(response) => response.attempts,
            Self::Malformed(malformed) => malformed.response.attempts,
        }
    }

    /// The headers, when a response came or at least its head.
    pub fn headers(&self) -> Option<&HeaderMap> {
        match self {
            Self::Transport(error) => error.headers(),
            _ => self.response().map(RawResponse::headers),
        }
    }

    /// The body as it came, when a response came.
    pub fn bytes(&self) -> Option<&Bytes> {
        self.response().map(RawResponse::bytes)
    }

    /// Whether the time allowed has passed: of the call, of an attempt, or of what it takes to sign in.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Transport(error) => error.kind() == TransportErrorKind::Timeout,
            Self::Credentials(error) => error.is_timeout(),
            _ => false,
        }
    }

    /// Whether no connection was made, so that the vendor has seen nothing of the call.
    pub fn is_connect(&self) -> bool {
        match self {
            Self::Transport(error) => error.kind() == TransportErrorKind::Connect,
            Self::Credentials(error) => error.is_connect(),
            _ => false,
        }
    }

    /// Whether the vendor refused the credentials: it responded to the call with 401 or gave out no token for them, or a person has to sign
    /// in again. An outage of its token endpoint is none of it, nor is a failure of the store, of the signer or of the set-up.
    pub fn is_unauthorized(&self) -> bool {
        match self {
            Self::Credentials(error) => error.is_unauthorized(),
            _ => self.has_status(StatusCode::UNAUTHORIZED),
        }
    }

    /// Whether the credentials do not allow the call (403).
    pub fn is_forbidden(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN)
    }

    /// Whether the thing does not exist or cannot be seen (404).
    pub fn is_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND)
    }

    /// Whether the call contradicts the state of the thing (409).
    pub fn is_conflict(&self) -> bool {
        self.has_status(StatusCode::CONFLICT)
    }

    /// Whether the vendor asks to be called less often (429), also by its token endpoint. [`retry_after`](Self::retry_after) tells how
    /// long it asks for.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether what was sent is at fault: refused here, or by the vendor with 400 or 422.
    pub fn is_validation(&self) -> bool {
        let refused = matches!(self, Self::Refused(refused) if !matches!(refused.reason, Refused::NextPage | Refused::Url | Refused::Hook | Refused::Runtime | Refused::Blocking));
        refused || self.has_status(StatusCode::BAD_REQUEST) || self.has_status(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// Whether the vendor failed (500 to 599), its token endpoint included.
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.status_of_call() == Some(status)
    }
}

impl<E> fmt::Debug for Error<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => formatter.debug_tuple("Refused").field(refused).finish(),
            Self::Credentials(error) => formatter.debug_tuple("Credentials").field(error).finish(),
            Self::Transport(error) => formatter.debug_tuple("Transport").field(error).finish(),
            Self::Declared(declared) => formatter.debug_tuple("Declared").field(declared).finish(),
            Self::Undeclared(response) => formatter.debug_tuple("Undeclared").field(response).finish(),
            Self::Malformed(malformed) => formatter.debug_tuple("Malformed").field(malformed).finish(),
            Self::EndedEarly(ended) => formatter.debug_tuple("EndedEarly").field(ended).finish(),
        }
    }
}

/// Says whose call it was, what became of it, and by which name the vendor knows it: nothing of that is private.
impl<E> fmt::Display for Error<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(call) = self.call() {
            write!(formatter, "{call}: ")?;
        }
        match self {
            Self::Refused(_) => formatter.write_str("the call was refused before anything was sent"),
            Self::Credentials(_) => formatter.write_str("the call could not be signed in"),
            Self::Transport(_) => formatter.write_str("no complete response came"),
            Self::Declared(declared) => write!(formatter, "the vendor responded with {}", declared.response.status),
            Self::Undeclared(response) => {
                write!(formatter, "the vendor responded with {}, which the operation does not declare", response.status)
            }
            Self::Malformed(malformed) => {
                write!(
                    formatter,
                    "the vendor responded with {} and a body that is not as declared",
                    malformed.response.status
                )
            }
            Self::EndedEarly(_) => formatter.write_str("the list ended before all of it came"),
        }?;
        match (self.request_id(), self.attempts()) {
            (None, 0 | 1) => Ok(()),
            (None, attempts) => write!(formatter, " ({attempts} attempts)"),
            (Some(id), 0 | 1) => write!(formatter, " (request id {id})"),
            (Some(id), attempts) => write!(formatter, " (request id {id}, {attempts} attempts)"),
        }
    }
}

impl<E> std::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(refused) => Some(&refused.reason),
            Self::Credentials(error) => Some(error),
            Self::Transport(error) => Some(error),
            Self::Malformed(malformed) => Some(&malformed.source),
            Self::EndedEarly(ended) => Some(&ended.reason),
            Self::Declared(_) | Self::Undeclared(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http::StatusCode;
    use http::header::HeaderMap;

    use super::{Declared, EarlyEnd, EndedEarly, Error, Malformed, Refused, TransportError, TransportErrorKind};
    use crate::check::Violation;
    use crate::credentials_error::{CredentialsError, CredentialsErrorKind, StoreTimedOut};
    use crate::decode::DecodeError;
    use crate::runtime::Panicked;
    use crate::{NoDeclaredError, RawResponse, Rule, SignError};

    /// What an error says of itself.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[expect(clippy::struct_excessive_bools, reason = "each is what one predicate says")]
    struct Says {
        status: Option<u16>,
        retry_after: Option<u64>,
        timeout: bool,
        connect: bool,
        unauthorized: bool,
        forbidden: bool,
        not_found: bool,
        conflict: bool,
        rate_limited: bool,
        validation: bool,
        server_error: bool,
        /// How many errors stand below it.
        sources: usize,
    }

    fn said(error: &Error<()>) -> Says {
        let mut sources = 0;
        let mut source = std::error::Error::source(error);
        while let Some(below) = source {
            sources += 1;
            source = below.source();
        }
        Says {
            status: error.status().map(|status| status.as_u16()),
            retry_after: error.retry_after().map(|pause| pause.as_secs()),
            timeout: error.is_timeout(),
            connect: error.is_connect(),
            unauthorized: error.is_unauthorized(),
            forbidden: error.is_forbidden(),
            not_found: error.is_not_found(),
            conflict: error.is_conflict(),
            rate_limited: error.is_rate_limited(),
            validation: error.is_validation(),
            server_error: error.is_server_error(),
            sources,
        }
    }

    fn response(status: u16, body: &'static str) -> RawResponse {
        RawResponse {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
            attempts: 1,
            retry_after: Some(Duration::from_secs(7)).filter(|_| status == 429),
            call: None,
        }
    }

    /// What a status of the call itself says.
    fn of_call(status: u16) -> Says {
        Says {
            status: Some(status),
            retry_after: (status == 429).then_some(7),
            unauthorized: status == 401,
            forbidden: status == 403,
            not_found: status == 404,
            conflict: status == 409,
            rate_limited: status == 429,
            validation: matches!(status, 400 | 422),
            server_error: matches!(status, 500..=599),
            ..Says::default()
        }
    }

    const STATUSES: [u16; 14] = [200, 307, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504];
    const TRANSPORT_KINDS: [TransportErrorKind; 5] = [
        TransportErrorKind::Connect,
        TransportErrorKind::Timeout,
        TransportErrorKind::ResponseTooLarge,
        TransportErrorKind::Interrupted,
        TransportErrorKind::Rejected,
    ];
    const CREDENTIALS_KINDS: [CredentialsErrorKind; 10] = [
        CredentialsErrorKind::MissingValue { name: "client_id" },
        CredentialsErrorKind::UnusableValue,
        CredentialsErrorKind::SecondFactorRequired,
        CredentialsErrorKind::SignInAgain,
        CredentialsErrorKind::Refused,
        CredentialsErrorKind::Unavailable,
        CredentialsErrorKind::Malformed,
        CredentialsErrorKind::Store,
        CredentialsErrorKind::Signing,
        CredentialsErrorKind::Other,
    ];

    /// Every kind of failure with what it has to say. The matches are exhaustive: a new kind has to choose.
    fn table(failure: &Error<()>) -> Says {
        match failure {
            Error::Refused(refused) => Says {
                validation: match refused.reason {
                    Refused::PathParameter { .. }
                    | Refused::HeaderParameter { .. }
                    | Refused::QueryParameter { .. }
                    | Refused::Query { .. }
                    | Refused::Body { .. }
                    | Refused::Value { .. }
                    | Refused::Address => true,
                    Refused::NextPage | Refused::Url | Refused::Hook | Refused::Runtime | Refused::Blocking => false,
                },
                sources: 1,
                ..Says::default()
            },
            Error::Transport(error) => {
                let status = error.status().map_or_else(Says::default, |status| of_call(status.as_u16()));
                let (timeout, connect) = match error.kind() {
                    TransportErrorKind::Timeout => (true, false),
                    TransportErrorKind::Connect => (false, true),
                    TransportErrorKind::ResponseTooLarge
                    | TransportErrorKind::Interrupted
                    | TransportErrorKind::Rejected => (false, false),
                };
                Says { timeout, connect, sources: 1, ..status }
            }
            Error::Declared(declared) => of_call(declared.response.status.as_u16()),
            Error::Undeclared(response) => of_call(response.status.as_u16()),
            Error::Malformed(malformed) => Says { sources: 1, ..of_call(malformed.response.status.as_u16()) },
            Error::EndedEarly(_) => Says { sources: 1, ..Says::default() },
            Error::Credentials(error) => {
                let status = error.status().map(|status| status.as_u16());
                Says {
                    status,
                    retry_after: (status == Some(429)).then_some(7),
                    unauthorized: match error.kind() {
                        CredentialsErrorKind::SecondFactorRequired | CredentialsErrorKind::SignInAgain => true,
                        CredentialsErrorKind::Refused => matches!(status, None | Some(400 | 401 | 403)),
                        CredentialsErrorKind::MissingValue { .. }
                        | CredentialsErrorKind::UnusableValue
                        | CredentialsErrorKind::Unavailable
                        | CredentialsErrorKind::Malformed
                        | CredentialsErrorKind::Store
                        | CredentialsErrorKind::Signing
                        | CredentialsErrorKind::Other => false,
                    },
                    rate_limited: status == Some(429),
                    server_error: matches!(status, Some(500..=599)),
                    sources: 1,
                    ..Says::default()
                }
            }
        }
    }

    #[test]
    fn every_failure_of_a_call_says_what_it_is() {
        let violation: Violation = crate::__private::all(&"long", &[Rule::max_length(1)]).unwrap_err();
        let mut failures: Vec<Error<()>> = [
            Refused::PathParameter { name: "id" },
            Refused::HeaderParameter { name: "x-id" },
            Refused::QueryParameter { name: "ids" },
            Refused::Query { reason: "it has none" },
            Refused::Body { reason: "it has none" },
            Refused::Value { violation },
            Refused::Address,
            Refused::NextPage,
            Refused::Url,
            Refused::Hook,
            Refused::Runtime,
            Refused::Blocking,
        ]
        .into_iter()
        .map(|refused| Error::Refused(refused.into()))
        .collect();
        let ended = EndedEarly { reason: EarlyEnd::RepeatedPage, position: None, call: None };
        failures.push(Error::EndedEarly(Box::new(ended)));
        for kind in TRANSPORT_KINDS {
            failures.push(Error::Transport(TransportError::of(kind)));
            failures.extend(
                STATUSES.map(|status| Error::Transport(TransportError::of(kind).with_head(response(status, "")))),
            );
        }
        for status in STATUSES {
            failures.push(Error::Declared(Box::new(Declared { error: (), response: response(status, "") })));
            failures.push(Error::Undeclared(Box::new(response(status, ""))));
            let source = DecodeError::new("", "expected an object");
            let malformed = Malformed { response: response(status, ""), source, is_declared_error: status >= 400 };
            failures.push(Error::Malformed(Box::new(malformed)));
        }
        for kind in CREDENTIALS_KINDS {
            failures.push(Error::Credentials(CredentialsError::of(kind)));
            failures.extend(STATUSES.map(|status| {
                Error::Credentials(
                    CredentialsError::of(kind).with_response(response(status, r#"{"error":"invalid_grant"}"#)),
                )
            }));
        }
        for failure in &failures {
            assert_eq!(said(failure), table(failure), "{failure:?}");
        }
    }

    #[test]
    fn the_cause_of_a_failed_sign_in_can_be_reached() {
        let below = |kind| Error::<NoDeclaredError>::Transport(TransportError::of(kind));
        let unavailable = |kind| CredentialsError::of(CredentialsErrorKind::Unavailable).because(below(kind));
        for kind in TRANSPORT_KINDS {
            let expected = Says {
                timeout: kind == TransportErrorKind::Timeout,
                connect: kind == TransportErrorKind::Connect,
                // The credentials' error, the token request's, and what became of the connection.
                sources: 3,
                ..Says::default()
            };
            assert_eq!(said(&Error::Credentials(unavailable(kind))), expected, "{kind:?}");
            // An `Authenticate` of the service's own that signs in by another client.
            let custom = CredentialsError::new(below(kind));
            assert_eq!(said(&Error::Credentials(custom)), expected, "{kind:?}");
        }
        let interrupted = TransportError::of(TransportErrorKind::Interrupted).with_head(response(502, ""));
        let error = CredentialsError::of(CredentialsErrorKind::Unavailable).because(interrupted);
        assert_eq!(
            said(&Error::Credentials(error)),
            Says { status: Some(502), server_error: true, sources: 2, ..Says::default() }
        );
        let store = |source: SignError| CredentialsError::of(CredentialsErrorKind::Store).because(source);
        let failing = Says { sources: 2, ..Says::default() };
        assert_eq!(said(&Error::Credentials(store(SignError::new("the disk is full")))), failing);
        let late = CredentialsError::of(CredentialsErrorKind::Store).because(StoreTimedOut(Duration::from_secs(5)));
        assert_eq!(said(&Error::Credentials(late)), Says { timeout: true, ..failing });
        let panicked = CredentialsError::of(CredentialsErrorKind::Signing).because(Panicked);
        assert_eq!(said(&Error::Credentials(panicked)), failing);
        let waiting = unavailable(TransportErrorKind::Interrupted).asking_again_after(Duration::from_secs(9));
        assert_eq!(Error::<()>::Credentials(waiting).retry_after(), Some(Duration::from_secs(9)));
    }

    #[test]
    fn a_400_of_the_token_endpoint_is_about_the_credentials_unless_it_says_otherwise() {
        for (body, about_credentials) in [
            (r#"{"error":"invalid_grant"}"#, true),
            (r#"{"error":"invalid_client"}"#, true),
            (r#"{"error":"unauthorized_client"}"#, true),
            (r#"{"errors":[]}"#, true),
            ("", true),
            (r#"{"error":"invalid_request"}"#, false),
            (r#"{"error":"invalid_scope"}"#, false),
            (r#"{"error":"unsupported_grant_type"}"#, false),
            (r#"{"error":"temporarily_unavailable"}"#, false),
        ] {
            let error = CredentialsError::of(CredentialsErrorKind::Refused).with_response(response(400, body));
            assert_eq!(error.is_unauthorized(), about_credentials, "{body}");
        }
    }
}
