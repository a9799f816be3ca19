//! How a vendor's client is built, and what is refused while it is.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderMap, HeaderName};
use url::Url;

use crate::build_error::BuildError;
use crate::call_info::Vendor;
use crate::client::{Client, Shared};
use crate::credentials::{Credentials, SignIn};
use crate::header::checked_header;
use crate::http_client::{HttpClients, is_loopback};
use crate::limits::Limits;
use crate::observer::Observer;
use crate::request_hook::RequestHook;
use crate::retry::{Retry, RetryBudget};
use crate::runtime::{Runtime, SystemRuntime};
use crate::signer::Signer;
use crate::transport::Transport;
#[cfg(feature = "webhook")]
use crate::webhook::KeyCaches;
#[cfg(feature = "mock")]
use crate::{
    runtime::BoxFuture,
    transport::{TransportRequest, TransportResponse},
    transport_error::{TransportError, TransportErrorKind},
};

/// How long connecting may take unless the builder says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one attempt may take unless the builder says otherwise.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a whole call may take unless the builder says otherwise.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How many bytes of a response are held in memory unless the builder says otherwise.
const MAX_RESPONSE_BYTES: usize = 32 * 1024 * 1024;
/// How long a download may take, and how many bytes it may have, unless the builder says otherwise.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(15 * 60);
const MAX_DOWNLOAD_BYTES: u64 = 1024 * 1024 * 1024;
/// How long a base URL may be.
const MAX_BASE_URL_BYTES: usize = 4096;
/// Headers that the client or what carries the request sends, and what to do instead of giving them to the builder.
const RESERVED: [(&str, &str); 15] = [
    ("accept", "each operation sends its own"),
    ("accept-encoding", "the feature `compression` sends it"),
    ("connection", CARRIED),
    ("content-length", CARRIED),
    ("content-type", "each operation sends its own"),
    ("expect", CARRIED),
    ("host", "call `base_url`"),
    ("idempotency-key", "one key for all calls would make the vendor carry out only the first: give it to the call"),
    ("keep-alive", CARRIED),
    ("proxy-authorization", "set the proxy up by `http_client_builder`"),
    ("te", CARRIED),
    ("trailer", CARRIED),
    ("transfer-encoding", CARRIED),
    ("upgrade", CARRIED),
    ("user-agent", "call `user_agent`"),
];
const CARRIED: &str = "the HTTP client sends it where it is needed";

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
    /// Whether the vendor refuses requests that are not signed.
    const REQUIRES_SIGNER: bool = false;

    /// The headers of a response in which the vendor names the request; the first that came counts.
    const REQUEST_ID_HEADERS: &'static [&'static str] = &[];

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
    max_response_bytes: usize,
    download_timeout: Duration,
    max_download_bytes: u64,
    max_concurrent_calls: Option<usize>,
    rate_limit: Option<(u32, Duration)>,
    retry: Retry,
    signer: Option<Arc<dyn Signer>>,
    hooks: Vec<Arc<dyn RequestHook>>,
    observers: Vec<Arc<dyn Observer>>,
    runtime: Arc<dyn Runtime>,
    allow_http: bool,
    transport: TransportSetting,
}

/// What sends the requests.
enum TransportSetting {
    /// reqwest, set up as this crate does it.
    Default,
    /// reqwest, set up by the service.
    Reqwest(Box<reqwest::ClientBuilder>),
    /// An HTTP client of reqwest's that the service has built.
    Ready(reqwest::Client),
    /// Something else.
    Own(Box<dyn Transport>),
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
            max_response_bytes: MAX_RESPONSE_BYTES,
            download_timeout: DOWNLOAD_TIMEOUT,
            max_download_bytes: MAX_DOWNLOAD_BYTES,
            max_concurrent_calls: None,
            rate_limit: None,
            retry: Retry::default(),
            signer: None,
            hooks: Vec::new(),
            observers: Vec::new(),
            runtime: Arc::new(SystemRuntime),
            allow_http: false,
            transport: TransportSetting::Default,
        }
    }
}

impl<V: VendorClient> ClientBuilder<V> {
    const OF: &'static Vendor = &Vendor { name: V::VENDOR, request_id_headers: V::REQUEST_ID_HEADERS };

    /// Calls one of the vendor's installations.
    #[expect(clippy::needless_pass_by_value, reason = "environments are small enumerations, given by name")]
    pub fn environment(mut self, environment: V::Environment) -> Self {
        self.settings.base_url = Some(environment.base_url().to_owned());
        self
    }

    /// Calls another address, such as a proxy, an installation of one's own or a test server. A path in it stays in front of every
    /// operation's path.
    ///
    /// It is `https`, through the proxy that `HTTPS_PROXY` or `ALL_PROXY` names, if one does: the proxy sees the host, not the
    /// request. Plain `http` is taken for this machine only (`localhost`, `127.0.0.1`, `[::1]`), and never goes through a proxy,
    /// which would see the credentials.
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

    /// Sends one more header with every call. Not one that the credentials, the signer or the client itself send.
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
    /// to the head of the response.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.settings.attempt_timeout = limit;
        self
    }

    /// How long a whole call may take, with signing in, every attempt and the pauses between them: 60 seconds by default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.settings.timeout = limit;
        self
    }

    /// How many bytes of a response are held in memory: 32 MiB by default. A longer response is an error.
    pub fn max_response_bytes(mut self, limit: usize) -> Self {
        self.settings.max_response_bytes = limit;
        self
    }

    /// How long a download may take from its head to its last byte: 15 minutes by default.
    pub fn download_timeout(mut self, limit: Duration) -> Self {
        self.settings.download_timeout = limit;
        self
    }

    /// How many bytes a download may have: 1 GiB by default.
    pub fn max_download_bytes(mut self, limit: u64) -> Self {
        self.settings.max_download_bytes = limit;
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

    /// Has the hook add headers to every request before it is signed. Further hooks are called after it.
    pub fn request_hook(mut self, hook: impl RequestHook + 'static) -> Self {
        self.settings.hooks.push(Arc::new(hook));
        self
    }

    /// Tells the observer of every call. Further observers are told after it.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.settings.observers.push(Arc::new(observer));
        self
    }

    /// Takes time and chance from elsewhere than this machine, for tests.
    pub fn runtime(mut self, runtime: impl Runtime + 'static) -> Self {
        self.settings.runtime = Arc::new(runtime);
        self
    }

    /// Allows plain `http` on hosts other than this machine. Credentials and personal data then travel in the clear, though not
    /// through a proxy that only the environment names: one that is wanted is set up by
    /// [`http_client_builder`](Self::http_client_builder).
    pub fn allow_http(mut self) -> Self {
        self.settings.allow_http = true;
        self
    }

    /// Sets the HTTP client up by reqwest's own builder: proxies, client certificates, roots. Redirects are not followed, responses
    /// decompressed by the feature `compression` alone, and this machine not called through a proxy, whatever it says.
    ///
    /// Such a builder makes one HTTP client, which all tokio runtimes share: a connection that was opened on one of them cannot be used
    /// while nobody drives that one. Otherwise each runtime has connections of its own.
    ///
    /// With the feature `rustls-ring` and without `rustls`, `https` needs a provider of rustls that the process has installed
    /// (`rustls::crypto::ring::default_provider().install_default()`): [`BuildError::MissingProvider`].
    ///
    /// Nothing else of this interface names a type of reqwest, save [`http_client`](Self::http_client). A new major version of it changes
    /// these two methods alone.
    pub fn http_client_builder(mut self, builder: reqwest::ClientBuilder) -> Self {
        self.settings.transport = TransportSetting::Reqwest(Box::new(builder));
        self
    }

    /// Sends requests by an HTTP client that the service has built, for example to share its connections with calls of its own. It is taken
    /// as it is, in place of what [`http_client_builder`](Self::http_client_builder) was given. Credentials, signatures, retries, deadlines,
    /// limits, errors and spans are as with any other client.
    ///
    /// What this crate sets up otherwise is no longer promised:
    ///
    /// - **Redirects** are followed unless the client was built with `redirect::Policy::none()`: reqwest then repeats the request elsewhere,
    ///   and leaves out the credentials of some headers only. Set this.
    /// - **Repeating**: unless it was built with `retry::never()`, reqwest repeats by itself what a server of HTTP/2 has refused to handle.
    /// - **Proxies**: plain `http`, this machine included, goes through one that the environment or the client names, which reads it.
    /// - **This machine**: `localhost` is what the resolver says.
    /// - **Times**: [`connect_timeout`](Self::connect_timeout), and the minute that a download may be silent, are not set. The deadlines of
    ///   attempts, calls and downloads hold.
    /// - **Headers** that the client has as its defaults, its cookies among them, are added after the signature.
    /// - **Compression** is as the client and the features of reqwest have it, whatever the feature `compression` says. Limits hold for what
    ///   is decompressed.
    /// - **TLS** is the client's, and an `https` base URL is taken whatever features this crate has.
    /// - **Runtimes** share its connections, as with `http_client_builder`.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.settings.transport = TransportSetting::Ready(client);
        self
    }

    /// Sends requests by something other than reqwest, also in place of what [`http_client_builder`](Self::http_client_builder) was
    /// given. Credentials, signatures, retries, timeouts, limits, errors and spans are as with any other client.
    ///
    /// What is below it is the transport's own: TLS and whom it trusts, proxies (none should see plain http),
    /// [`connect_timeout`](Self::connect_timeout), how long a download may be silent, connections and the runtime that they belong to, and
    /// that a redirect is not followed. An `https` base URL is then taken whatever features this crate has.
    ///
    /// ```
    /// use onboarding_core::{
    ///     BoxFuture, HeaderMap, StatusCode, Transport, TransportError, TransportRequest, TransportResponse,
    /// };
    ///
    /// /// Responds to everything with an empty list.
    /// #[derive(Debug)]
    /// struct Empty;
    ///
    /// impl Transport for Empty {
    ///     fn send(&self, _: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
    ///         Box::pin(async { Ok(TransportResponse::new(StatusCode::OK, HeaderMap::new(), "[]")) })
    ///     }
    /// }
    /// ```
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.settings.transport = TransportSetting::Own(Box::new(transport));
        self
    }

    /// Signs every call in with these credentials, of whatever form.
    #[cfg(feature = "mock")]
    pub(crate) fn core_credentials(mut self, credentials: Credentials) -> Self {
        self.settings.credentials = credentials;
        self
    }

    /// Builds the client. Nothing is sent.
    pub fn build(self) -> Result<V, BuildError> {
        self.settings.build(Self::OF, V::USER_AGENT, V::REQUIRES_SIGNER).map(V::from_core)
    }
}

#[cfg(feature = "mock")]
impl Client {
    /// A client that no request is ever sent by.
    pub(crate) fn unconnected() -> Self {
        static NOBODY: Vendor = Vendor { name: "none", request_id_headers: &[] };

        #[derive(Debug)]
        struct Unconnected;

        impl Transport for Unconnected {
            fn send(&self, _: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
                Box::pin(async { Err(TransportError::of(TransportErrorKind::Rejected)) })
            }
        }

        let settings = Settings {
            base_url: Some("https://unconnected.invalid".to_owned()),
            transport: TransportSetting::Own(Box::new(Unconnected)),
            ..Settings::default()
        };
        settings.build(&NOBODY, "none", false).unwrap_or_else(|error| panic!("the address is a base URL: {error}"))
    }
}

impl Settings {
    fn build(
        self,
        vendor: &'static Vendor,
        user_agent: &'static str,
        requires_signer: bool,
    ) -> Result<Client, BuildError> {
        let base_url = checked_base_url(self.base_url.as_deref(), self.allow_http)?;
        // A set-up of the service's own may have brought TLS along by reqwest's features.
        if base_url.scheme() == "https" && !HAS_TLS && matches!(self.transport, TransportSetting::Default) {
            return Err(BuildError::MissingTls);
        }
        if requires_signer && self.signer.is_none() {
            return Err(BuildError::MissingSigner);
        }
        self.check_limits()?;
        let reqwest = |given| HttpClients::new(given, &base_url, self.connect_timeout);
        let transport: Box<dyn Transport> = match self.transport {
            TransportSetting::Default => Box::new(reqwest(None)?),
            TransportSetting::Reqwest(setup) => Box::new(reqwest(Some(*setup))?),
            TransportSetting::Ready(client) => Box::new(HttpClients::ready(client)),
            TransportSetting::Own(transport) => transport,
        };
        let SignIn { headers: sign_in_headers, query: sign_in_query, authenticate } = self.credentials.into_parts()?;
        let mut sent = Vec::new();
        let from_credentials = "the credentials send it: leave it out, or give it to `credentials`";
        sent.extend(sign_in_headers.names().map(|name| (name.clone(), from_credentials)));
        if let Some(authenticate) = &authenticate {
            sent.extend(authenticate.header_names().into_iter().map(|name| (name, from_credentials)));
        }
        if let Some(signer) = &self.signer {
            let names = signer.header_names().into_iter();
            sent.extend(names.map(|name| (name, "the signer sends it: leave it out")));
        }
        for name in self.hooks.iter().flat_map(|hook| hook.header_names()) {
            if let Some(remedy) = remedy(&name, &sent) {
                return Err(BuildError::HeaderTwice { name: name.as_str().to_owned(), remedy });
            }
            sent.push((name, "a request hook sends it: leave it out of one of them"));
        }
        let headers = checked_headers(self.user_agent.as_deref().unwrap_or(user_agent), &self.headers, &sent)?;
        Ok(Client {
            shared: Arc::new(Shared {
                vendor,
                roomy_url: with_room(&base_url),
                base_text: base_url.as_str().trim_end_matches('/').to_owned(),
                base_url,
                sign_in_headers,
                sign_in_query,
                authenticate,
                headers,
                attempt_timeout: self.attempt_timeout,
                timeout: self.timeout,
                max_response_bytes: self.max_response_bytes,
                download_timeout: self.download_timeout,
                max_download_bytes: self.max_download_bytes,
                limits: Limits::new(self.max_concurrent_calls, self.rate_limit),
                retry_budget: RetryBudget::new(&self.retry),
                retry: self.retry,
                signer: self.signer,
                hooks: self.hooks,
                observers: self.observers,
                in_flight: Arc::default(),
                runtime: self.runtime,
                transport,
                #[cfg(feature = "webhook")]
                key_caches: KeyCaches::default(),
            }),
        })
    }

    /// Refuses limits that would let no call through, or that nobody can mean.
    fn check_limits(&self) -> Result<(), BuildError> {
        let positive = "longer than nothing";
        let at_least_one = "at least 1";
        let rules = [
            ("connect_timeout", positive, !self.connect_timeout.is_zero()),
            ("attempt_timeout", positive, !self.attempt_timeout.is_zero()),
            ("timeout", positive, !self.timeout.is_zero()),
            ("download_timeout", positive, !self.download_timeout.is_zero()),
            ("max_response_bytes", at_least_one, self.max_response_bytes > 0),
            ("max_download_bytes", at_least_one, self.max_download_bytes > 0),
            ("max_concurrent_calls", at_least_one, self.max_concurrent_calls != Some(0)),
            (
                "rate_limit",
                "at least 1 attempt in a time that is longer than nothing",
                self.rate_limit.is_none_or(|(attempts, per)| attempts > 0 && !per.is_zero()),
            ),
            ("retry", "at least 1 attempt", self.retry.allows_an_attempt()),
        ];
        match rules.into_iter().find(|(_, _, kept)| !kept) {
            Some((setting, rule, _)) => Err(BuildError::InvalidLimit { setting, rule }),
            None => Ok(()),
        }
    }
}

/// The same address with a path as long as most requests have, since a copy of an address has room for nothing more.
fn with_room(base_url: &Url) -> Url {
    let mut url = base_url.clone();
    url.set_path(&"/".repeat(128));
    url
}

/// Whether this crate was compiled with TLS.
const HAS_TLS: bool = cfg!(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"));

/// The headers of every call. None may be given twice, or beside one that is sent in any case.
fn checked_headers(
    user_agent: &str,
    given: &[(String, String)],
    sent: &[(HeaderName, &'static str)],
) -> Result<HeaderMap, BuildError> {
    let invalid = |header: String| move || BuildError::InvalidHeader { header };
    let mut headers = HeaderMap::new();
    let (name, value) = checked_header("user-agent", user_agent).ok_or_else(invalid("`user_agent`".to_owned()))?;
    headers.insert(name, value);
    for (index, (name, value)) in given.iter().enumerate() {
        let place = format!("number {} of the headers given to `header`", index + 1);
        let (name, mut value) = checked_header(name, value).ok_or_else(invalid(place))?;
        if let Some(remedy) = remedy(&name, sent) {
            return Err(BuildError::HeaderTwice { name: name.as_str().to_owned(), remedy });
        }
        // It may hold a key, so no layer below shall print it.
        value.set_sensitive(true);
        if headers.insert(name, value).is_some() {
            return Err(BuildError::RepeatedHeader { number: index + 1 });
        }
    }
    Ok(headers)
}

/// What to do instead of sending the header, when it is sent in any case.
fn remedy(name: &HeaderName, sent: &[(HeaderName, &'static str)]) -> Option<&'static str> {
    let reserved = RESERVED.into_iter().find(|(reserved, _)| name == *reserved).map(|(_, remedy)| remedy);
    let taken = sent.iter().find(|(sent, _)| sent == name).map(|(_, remedy)| *remedy);
    taken.or(reserved)
}

fn checked_base_url(given: Option<&str>, allow_http: bool) -> Result<Url, BuildError> {
    let invalid = |reason: &str| BuildError::InvalidBaseUrl { reason: reason.to_owned() };
    let given = given.ok_or(BuildError::MissingBaseUrl)?;
    if given.len() > MAX_BASE_URL_BYTES {
        return Err(invalid("it is longer than 4096 bytes"));
    }
    // Parsing would drop some of them and encode the others.
    if given.contains(|character: char| character.is_control() || character.is_whitespace()) {
        return Err(invalid("it holds a space or a control character"));
    }
    let url = Url::parse(given).map_err(|error| invalid(&error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("it holds a user name or password: use credentials"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("it holds a query or a fragment"));
    }
    if url.port() == Some(0) {
        return Err(invalid("its port is 0"));
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_http || is_loopback(&url) => {}
        "http" => return Err(BuildError::InsecureBaseUrl),
        _ => return Err(invalid("its scheme is neither http nor https")),
    }
    Ok(url)
}
