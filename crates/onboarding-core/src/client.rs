//! The client that every vendor's client wraps, and how it is built.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, redirect};
use url::{Host, Url};

use crate::credentials::{Authenticate, SignInHeaders};
use crate::limits::Limits;
use crate::observe::Observer;
use crate::operation::OperationRef;
use crate::retry::{Retry, RetryBudget};
use crate::runtime::{Runtime, SystemRuntime};
use crate::signer::Signer;
use crate::{Credentials, Operation, Request};

/// How long connecting may take unless the builder says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one attempt may take unless the builder says otherwise.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a whole call may take unless the builder says otherwise.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long a download may stay silent between two pieces.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// How many bytes of an answer are held in memory unless the builder says otherwise.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// A generated client: what the shared builder needs to know of it.
pub trait VendorClient: Sized {
    /// The vendor's name in logs.
    const VENDOR: &'static str;
    /// The `User-Agent` that is sent unless the service sets its own.
    const USER_AGENT: &'static str;
    /// The vendor's installations that have an address of their own.
    type Environment: Environment;
    /// The forms of credentials that the vendor knows.
    type Credentials: Into<Credentials>;

    /// Wraps the shared client.
    fn from_core(core: Client) -> Self;
}

/// One of a vendor's installations.
pub trait Environment {
    /// Its base URL.
    fn base_url(&self) -> &str;
}

/// For vendors whose installations all have addresses of their own: there is nothing to choose from.
impl Environment for std::convert::Infallible {
    fn base_url(&self) -> &str {
        match *self {}
    }
}

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Neither an environment nor a base URL was given.
    #[error("no base URL: call `environment` or `base_url`")]
    MissingBaseUrl,
    /// The base URL is not an absolute `http` or `https` URL without query, fragment and user name.
    #[error("the base URL is not usable: {reason}")]
    InvalidBaseUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The base URL is plain `http` on a host other than this machine.
    #[error("the base URL is plain http on another host: use https, or call `allow_http`")]
    InsecureBaseUrl,
    /// A header's name or value has characters that no header can carry. The value is not shown: it may be a secret.
    #[error("the header `{name}` has characters that no header can carry")]
    InvalidHeader {
        /// The header's name.
        name: String,
    },
    /// The HTTP client could not be set up, for example because no TLS roots were found.
    #[error("the HTTP client could not be set up")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Builds a vendor's client. Its `Debug` shows nothing of what it was given.
pub struct ClientBuilder<V> {
    settings: Settings,
    vendor: PhantomData<fn() -> V>,
}

/// What a builder was told, whoever the vendor is: nothing of it is compiled again for each vendor.
struct Settings {
    base_url: Option<String>,
    credentials: Credentials,
    user_agent: Option<String>,
    headers: Vec<(String, String)>,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    timeout: Duration,
    max_answer_bytes: usize,
    max_concurrent_calls: Option<usize>,
    rate_limit: Option<(u32, Duration)>,
    retry: Retry,
    signer: Option<Arc<dyn Signer>>,
    observer: Option<Arc<dyn Observer>>,
    runtime: Arc<dyn Runtime>,
    allow_http: bool,
    http_setup: Option<reqwest::ClientBuilder>,
}

impl<V> fmt::Debug for ClientBuilder<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientBuilder").finish_non_exhaustive()
    }
}

impl<V: VendorClient> Default for ClientBuilder<V> {
    fn default() -> Self {
        Self { settings: Settings::default(), vendor: PhantomData }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: None,
            credentials: Credentials::none(),
            user_agent: None,
            headers: Vec::new(),
            connect_timeout: CONNECT_TIMEOUT,
            attempt_timeout: ATTEMPT_TIMEOUT,
            timeout: TIMEOUT,
            max_answer_bytes: MAX_ANSWER_BYTES,
            max_concurrent_calls: None,
            rate_limit: None,
            retry: Retry::default(),
            signer: None,
            observer: None,
            runtime: Arc::new(SystemRuntime),
            allow_http: false,
            http_setup: None,
        }
    }
}

impl<V: VendorClient> ClientBuilder<V> {
    /// Calls one of the vendor's installations.
    #[expect(clippy::needless_pass_by_value, reason = "environments are small enumerations, given by name")]
    pub fn environment(mut self, environment: V::Environment) -> Self {
        self.settings.base_url = Some(environment.base_url().to_owned());
        self
    }

    /// Calls another address, such as a proxy, an installation of one's own or a test server. A path in it stays in front of every
    /// operation's path.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.settings.base_url = Some(base_url.into());
        self
    }

    /// Signs every call in with these credentials, save those that the vendor documents as public.
    pub fn credentials(mut self, credentials: impl Into<V::Credentials>) -> Self {
        self.settings.credentials = credentials.into().into();
        self
    }

    /// Sends this `User-Agent` instead of the crate's own name and version.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.settings.user_agent = Some(user_agent.into());
        self
    }

    /// Sends one more header with every call.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.headers.push((name.into(), value.into()));
        self
    }

    /// How long connecting may take: 10 seconds by default.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.settings.connect_timeout = limit;
        self
    }

    /// How long one attempt may take, from connecting to the last byte: 30 seconds by default. For downloads it covers the time
    /// to the head of the answer.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.settings.attempt_timeout = limit;
        self
    }

    /// How long a whole call may take, with signing in, every attempt and the pauses between them: 60 seconds by default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.settings.timeout = limit;
        self
    }

    /// How many bytes of an answer are held in memory: 32 MiB by default. A longer answer is an error; downloads are streams and
    /// have no such limit.
    pub fn max_answer_bytes(mut self, limit: usize) -> Self {
        self.settings.max_answer_bytes = limit;
        self
    }

    /// How many calls may be in flight at once; further ones wait for their turn. Unlimited by default.
    pub fn max_concurrent_calls(mut self, limit: usize) -> Self {
        self.settings.max_concurrent_calls = Some(limit);
        self
    }

    /// How many attempts may be made in a time, spread evenly over it; further ones wait for their turn. Unlimited by default.
    pub fn rate_limit(mut self, attempts: u32, per: Duration) -> Self {
        self.settings.rate_limit = Some((attempts, per));
        self
    }

    /// How calls are repeated that failed and may be repeated.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.settings.retry = retry;
        self
    }

    /// Signs every request, those for tokens included.
    pub fn signer(mut self, signer: impl Signer + 'static) -> Self {
        self.settings.signer = Some(Arc::new(signer));
        self
    }

    /// Tells the observer of every call.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.settings.observer = Some(Arc::new(observer));
        self
    }

    /// Takes time and chance from elsewhere than this machine, for tests.
    pub fn runtime(mut self, runtime: impl Runtime + 'static) -> Self {
        self.settings.runtime = Arc::new(runtime);
        self
    }

    /// Allows plain `http` on hosts other than this machine. Credentials and personal data then travel in the clear.
    pub fn allow_http(mut self) -> Self {
        self.settings.allow_http = true;
        self
    }

    /// Sets the HTTP client up by reqwest's own builder: proxies, client certificates, roots. Redirects are not followed and
    /// answers not decompressed, whatever it says.
    pub fn http_client_builder(mut self, builder: reqwest::ClientBuilder) -> Self {
        self.settings.http_setup = Some(builder);
        self
    }

    /// Builds the client. Nothing is sent.
    pub fn build(self) -> Result<V, BuildError> {
        self.settings.build(V::VENDOR, V::USER_AGENT).map(V::from_core)
    }
}

impl Settings {
    fn build(self, vendor: &'static str, user_agent: &'static str) -> Result<Client, BuildError> {
        let base_url = checked_base_url(self.base_url.as_deref(), self.allow_http)?;
        let mut headers = HeaderMap::new();
        let user_agent = self.user_agent.unwrap_or_else(|| user_agent.to_owned());
        for (name, value) in std::iter::once(("user-agent".to_owned(), user_agent)).chain(self.headers) {
            let (name, value) = checked_header(&name, &value)?;
            headers.insert(name, value);
        }
        let http = self
            .http_setup
            .unwrap_or_default()
            .connect_timeout(self.connect_timeout)
            .read_timeout(READ_TIMEOUT)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            // Another crate's features of reqwest would otherwise add a header here, after the request was signed.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .build()
            .map_err(|error| BuildError::Transport(Box::new(error)))?;
        let (sign_in_headers, authenticate) = self.credentials.into_parts()?;
        Ok(Client {
            shared: Arc::new(Shared {
                vendor,
                base_text: base_url.as_str().trim_end_matches('/').to_owned(),
                base_url,
                sign_in_headers,
                authenticate,
                headers,
                attempt_timeout: self.attempt_timeout,
                timeout: self.timeout,
                max_answer_bytes: self.max_answer_bytes,
                limits: Limits::new(self.max_concurrent_calls, self.rate_limit),
                retry_budget: RetryBudget::new(&self.retry),
                retry: self.retry,
                signer: self.signer,
                observer: self.observer,
                runtime: self.runtime,
                http,
            }),
        })
    }
}

/// A header as it travels; characters that none can carry are refused, and the value is not shown.
pub(crate) fn checked_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), BuildError> {
    let refused = || BuildError::InvalidHeader { name: name.to_owned() };
    let wire_name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
    Ok((wire_name, HeaderValue::from_str(value).map_err(|_| refused())?))
}

fn checked_base_url(given: Option<&str>, allow_http: bool) -> Result<Url, BuildError> {
    let invalid = |reason: &str| BuildError::InvalidBaseUrl { reason: reason.to_owned() };
    let url = Url::parse(given.ok_or(BuildError::MissingBaseUrl)?).map_err(|error| invalid(&error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("it holds a user name or password: use credentials"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("it holds a query or a fragment"));
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_http || is_loopback(&url) => {}
        "http" => return Err(BuildError::InsecureBaseUrl),
        _ => return Err(invalid("its scheme is neither http nor https")),
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The client that vendor clients wrap. Clones share connections and settings.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) vendor: &'static str,
    pub(crate) base_url: Url,
    /// The base URL without its closing slash.
    pub(crate) base_text: String,
    pub(crate) sign_in_headers: SignInHeaders,
    pub(crate) authenticate: Option<Arc<dyn Authenticate>>,
    pub(crate) headers: HeaderMap,
    pub(crate) attempt_timeout: Duration,
    pub(crate) timeout: Duration,
    pub(crate) max_answer_bytes: usize,
    pub(crate) limits: Limits,
    pub(crate) retry: Retry,
    pub(crate) retry_budget: RetryBudget,
    pub(crate) signer: Option<Arc<dyn Signer>>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) http: reqwest::Client,
}

impl Client {
    /// Begins the request of an operation.
    pub fn request(&self, operation: &'static Operation) -> Request {
        Request::new(self.clone(), OperationRef::Generated(operation))
    }

    /// Begins a request that the vendor's document lacks: `path` stands below the base URL and may hold `{placeholders}`.
    ///
    /// It is signed in, signed, limited and repeated like any other call.
    ///
    /// ```no_run
    /// # async fn example(client: onboarding_core::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use onboarding_core::Method;
    ///
    /// let answer = client.raw(Method::GET, "/things/{id}").path("id", &17).query("full", &true).send_raw().await?;
    /// assert_eq!(answer.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn raw(&self, method: Method, path: &'static str) -> Request {
        Request::new(self.clone(), OperationRef::Own(Arc::new(Operation::new("raw", method, path))))
    }

    /// The address that is called, without a closing slash.
    pub fn base_url(&self) -> &str {
        &self.shared.base_text
    }

    /// The vendor's name.
    pub fn vendor(&self) -> &'static str {
        self.shared.vendor
    }

    /// Where the client takes time and chance from.
    pub fn runtime(&self) -> &dyn Runtime {
        &*self.shared.runtime
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("vendor", &self.shared.vendor)
            .field("base_url", &self.shared.base_text)
            .finish_non_exhaustive()
    }
}
