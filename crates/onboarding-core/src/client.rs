//! The client that every vendor's client wraps, and what signs its calls in with its help.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName};
use url::Url;

use crate::call_info::Vendor;
use crate::credentials_error::CredentialsError;
use crate::in_flight::InFlight;
use crate::limits::Limits;
use crate::observer::Observer;
use crate::request_hook::RequestHook;
use crate::retry::{Retry, RetryBudget};
use crate::runtime::{BoxFuture, Runtime};
use crate::secret::Secret;
use crate::sign_in_headers::SignInHeaders;
use crate::signer::Signer;
use crate::transport::Transport;
#[cfg(feature = "webhook")]
use crate::webhook::KeyCaches;

/// Signs calls in with headers that change over time.
pub trait Authenticate: Send + Sync + fmt::Debug {
    /// The headers for the next attempt of a call.
    ///
    /// `refused` are the headers to which the vendor has just responded with 401, if it did: others are then needed. When the same come
    /// back, the call is not repeated. Many calls ask at once: whoever renews should do so once for all of them.
    fn sign_in<'a>(
        &'a self,
        client: &'a Client,
        refused: Option<&'a SignInHeaders>,
    ) -> BoxFuture<'a, Result<SignInHeaders, CredentialsError>>;

    /// The names of the headers that it sends: `authorization` unless it is written. Nobody else may send them, which is checked
    /// when the client is built.
    fn header_names(&self) -> Vec<HeaderName> {
        vec![AUTHORIZATION]
    }
}

/// The client that vendor clients wrap. Clones share connections and settings.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) vendor: &'static Vendor,
    pub(crate) base_url: Url,
    /// The base URL with a long path: what requests copy, so that theirs can be written in its place.
    pub(crate) roomy_url: Url,
    /// The base URL without its closing slash.
    pub(crate) base_text: String,
    pub(crate) sign_in_headers: SignInHeaders,
    /// Query parameters that sign in: the name, and the encoded pair.
    pub(crate) sign_in_query: Vec<(&'static str, Secret)>,
    pub(crate) authenticate: Option<Arc<dyn Authenticate>>,
    pub(crate) headers: HeaderMap,
    pub(crate) attempt_timeout: Duration,
    pub(crate) timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) download_timeout: Duration,
    pub(crate) max_download_bytes: u64,
    pub(crate) limits: Limits,
    pub(crate) retry: Retry,
    pub(crate) retry_budget: RetryBudget,
    pub(crate) signer: Option<Arc<dyn Signer>>,
    pub(crate) hooks: Vec<Arc<dyn RequestHook>>,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) transport: Box<dyn Transport>,
    /// The keys of the vendor's webhooks. What is in here has no client, which would hold itself.
    #[cfg(feature = "webhook")]
    pub(crate) key_caches: KeyCaches,
}

impl Client {
    /// The address that is called, without a closing slash.
    pub fn base_url(&self) -> &str {
        &self.shared.base_text
    }

    /// The vendor's name.
    pub fn vendor(&self) -> &'static str {
        self.shared.vendor.name
    }

    /// Waits until nothing of this client and its clones is under way: no call, no renewal of tokens, no download. Calls that begin
    /// meanwhile are waited for as well, so that a service stops taking in work first and then waits.
    ///
    /// It has no limit of its own: calls end in time, a download that nobody reads does not.
    pub async fn idle(&self) {
        self.shared.in_flight.idle().await;
    }

    /// Where the client takes time and chance from.
    pub fn runtime(&self) -> &dyn Runtime {
        &*self.shared.runtime
    }
}

/// Shows scheme and host of the base URL: its path may hold what identifies a customer, or a secret.
impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("vendor", &self.shared.vendor.name)
            .field("base_url", &self.shared.base_url.origin().ascii_serialization())
            .finish_non_exhaustive()
    }
}
