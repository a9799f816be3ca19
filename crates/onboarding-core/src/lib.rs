//! The runtime behind the `onboarding-*` vendor clients.
//!
//! A generated operation describes its request as plain data ([`Operation`], [`Request`]) and names how its response is decoded;
//! one function (`execute.rs`) sends the requests of every [`Client`]. Everything that every vendor needs lives here once: building the
//! client, encoding of paths, queries, headers and bodies, errors that keep status, headers and bytes, decoding with the path of the
//! member that failed, and types that keep private values out of logs.
//!
//! Services depend on a vendor crate and meet this one only through what that crate re-exports.

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
compile_error!(
    "onboarding-core does not run on wasm32-unknown-unknown: tokio has no clock there, and reqwest lets the browser follow redirects and \
     knows neither proxies nor certificates, so that neither deadlines nor what keeps credentials to one host would hold"
);

mod any_error;
#[cfg(feature = "blocking")]
mod blocking;
mod build_error;
mod builder;
mod call;
mod call_info;
#[cfg(feature = "metrics")]
mod call_metrics;
mod check;
mod client;
mod credentials;
mod credentials_error;
mod curl;
mod decimal;
mod decode;
mod download;
mod ended_early;
mod error;
mod event_batch;
mod exact;
mod execute;
mod follow;
mod form;
mod header;
mod http_client;
mod in_flight;
mod incomplete;
mod json_value;
mod limits;
mod link_header;
mod macros;
mod missing_members;
#[cfg(feature = "mock")]
pub mod mock;
mod multipart;
mod number;
mod observe;
mod observer;
mod operation;
mod page;
mod parameter;
mod patch;
mod problem_details;
mod received;
mod refused;
mod renewal;
mod request;
mod request_body;
mod request_hook;
mod response;
mod retry;
mod runtime;
mod schema;
mod secret;
mod sign_in_headers;
mod signer;
#[cfg(feature = "signing")]
pub mod signing;
mod status_error;
mod token_flow;
mod token_source;
mod token_store;
mod transport;
mod transport_error;
mod unknown;
mod upload;
mod utc_date_time;
#[cfg(feature = "webhook")]
pub mod webhook;

#[doc(hidden)]
pub mod __private;

/// The derives that give vendor types their form on the wire.
///
/// ```
/// use onboarding_core::{Decimal, derive::Object};
///
/// /// A payment to be registered.
/// #[derive(Clone, PartialEq, Object)]
/// #[non_exhaustive]
/// #[wire(sent)]
/// pub struct NewPayment {
///     /// How much to pay.
///     #[wire(required, "payment-amount")]
///     pub payment_amount: Decimal,
///     /// Text for the recipient's statement.
///     #[wire(optional, "payment-reference", private, min_length(1), max_length(35))]
///     pub payment_reference: Option<String>,
/// }
///
/// let payment = NewPayment::new("12.50".parse::<Decimal>()?).payment_reference("Rent");
/// assert_eq!(serde_json::to_string(&payment)?, r#"{"payment-amount":"12.50","payment-reference":"Rent"}"#);
/// assert!(!format!("{payment:?}").contains("Rent"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use onboarding_derive as derive;

pub use bytes::Bytes;
pub use chrono::{DateTime, NaiveDate, Utc};
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
/// The type that [`Decimal`] and [`DecimalNumber`] give for arithmetic.
pub use rust_decimal;
pub use url::Url;

pub use crate::any_error::{AnyDeclared, AnyError};
#[cfg(feature = "blocking")]
pub use crate::blocking::{Blocking, SendBlocking, block_on};
pub use crate::build_error::BuildError;
pub use crate::builder::{ClientBuilder, Environment, VendorClient};
pub use crate::call::Call;
pub use crate::call_info::CallInfo;
#[cfg(feature = "metrics")]
pub use crate::call_metrics::Metrics;
pub use crate::check::{Check, Rule, Subject, Violation};
pub use crate::client::{Authenticate, Client};
pub use crate::credentials::Credentials;
pub use crate::credentials_error::{CredentialsError, CredentialsErrorKind};
pub use crate::decimal::{Decimal, DecimalNumber, ParseDecimalError};
pub use crate::decode::DecodeError;
pub use crate::download::Download;
pub use crate::ended_early::{EarlyEnd, EndedEarly};
pub use crate::error::{Declared, Error, Malformed};
pub use crate::event_batch::EventBatch;
pub use crate::exact::ExactNumber;
pub use crate::follow::Follow;
pub use crate::incomplete::Incomplete;
pub use crate::json_value::{EncodeError, JsonValue};
pub use crate::missing_members::MissingMembers;
pub use crate::observer::{AttemptEnd, CallEnd, Drift, Observer, RetryReason};
pub use crate::operation::Operation;
pub use crate::page::{Items, Page, Pages, Paging};
pub use crate::parameter::Parameter;
pub use crate::patch::Patch;
pub use crate::problem_details::ProblemDetails;
pub use crate::refused::{Refused, RefusedCall};
pub use crate::request::Request;
pub use crate::request_body::{RequestBody, RequestChunks};
pub use crate::request_hook::RequestHook;
pub use crate::response::{Headers, RawResponse, Response};
pub use crate::retry::Retry;
pub use crate::runtime::{BoxFuture, Runtime, SystemRuntime};
pub use crate::secret::Secret;
pub use crate::sign_in_headers::SignInHeaders;
pub use crate::signer::{SignError, SignableRequest, Signer};
pub use crate::status_error::{NoDeclaredError, Outcome, StatusError};
pub use crate::token_flow::{Expiry, FieldValue, TokenFlow, TokenRequest};
pub use crate::token_source::TokenSource;
pub use crate::token_store::{MemoryStore, StoreError, StoreLock, TokenStore, Tokens};
pub use crate::transport::{ResponseBody, Transport, TransportRequest, TransportResponse};
pub use crate::transport_error::{TransportError, TransportErrorKind};
pub use crate::upload::Upload;
pub use crate::utc_date_time::UtcDateTime;

/// A point in time.
pub type Timestamp = DateTime<Utc>;

/// An object whose keys the vendor or the caller chooses.
pub type Map<T> = std::collections::BTreeMap<String, T>;
