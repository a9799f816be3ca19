//! The transport by reqwest: how it is set up, and an HTTP client for each tokio runtime that calls are made on.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::header::CONTENT_LENGTH;
use reqwest::redirect;
use tokio::runtime::{Handle, Id};
use url::{Host, Url};

use crate::build_error::BuildError;
use crate::runtime::{BoxFuture, caught};
use crate::transport::{ResponseBody, Transport, TransportRequest, TransportResponse};
use crate::transport_error::{TransportError, TransportErrorKind};

/// How long a download may stay silent between two pieces.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// For how many runtimes connections are kept.
const MAX_RUNTIMES: usize = 8;

/// An HTTP client for each of the runtimes that calls were made on last.
///
/// A pooled connection is driven by the runtime on which it was opened: a request that another runtime sends on it waits until somebody
/// drives the first one again, which may be never.
pub(crate) struct HttpClients {
    /// The one that was built first: for a runtime that no other can be built for.
    first: reqwest::Client,
    /// Builds another; `None` where the service gave a set-up, which is good for one, or the client itself.
    again: Option<Setup>,
    by_runtime: RwLock<Vec<(Id, reqwest::Client)>>,
}

/// What an HTTP client is set up with.
struct Setup {
    base_url: Url,
    connect_timeout: Duration,
}

impl HttpClients {
    pub(crate) fn new(
        given: Option<reqwest::ClientBuilder>,
        base_url: &Url,
        connect_timeout: Duration,
    ) -> Result<Self, BuildError> {
        let setup = Setup { base_url: base_url.clone(), connect_timeout };
        let again = given.is_none();
        let first = setup.build(given)?;
        Ok(Self { first, again: again.then_some(setup), by_runtime: RwLock::default() })
    }

    /// The one that the service has built.
    pub(crate) fn ready(client: reqwest::Client) -> Self {
        Self { first: client, again: None, by_runtime: RwLock::default() }
    }

    /// The one for the runtime that this is called on.
    fn current(&self) -> reqwest::Client {
        let (Some(setup), Ok(runtime)) = (&self.again, Handle::try_current()) else {
            return self.first.clone();
        };
        let runtime = runtime.id();
        let known = |clients: &[(Id, reqwest::Client)]| {
            clients.iter().find(|(id, _)| *id == runtime).map(|(_, client)| client.clone())
        };
        if let Some(client) = known(&self.by_runtime.read().unwrap_or_else(PoisonError::into_inner)) {
            return client;
        }
        let mut clients = self.by_runtime.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known(&clients) {
            return client;
        }
        let client = if clients.is_empty() {
            self.first.clone()
        } else {
            setup.build(None).unwrap_or_else(|_| self.first.clone())
        };
        if clients.len() == MAX_RUNTIMES {
            clients.remove(0);
        }
        clients.push((runtime, client.clone()));
        client
    }
}

impl fmt::Debug for HttpClients {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HttpClients").finish_non_exhaustive()
    }
}

impl Transport for HttpClients {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        let TransportRequest { method, url, headers, body, .. } = request;
        let mut request = reqwest::Request::new(method, url);
        *request.headers_mut() = headers;
        if let Some(body) = body {
            *request.body_mut() = Some(if let Some(bytes) = body.as_bytes() {
                bytes.clone().into()
            } else {
                // It would not be known of a stream, and some vendors take no body without it.
                request.headers_mut().insert(CONTENT_LENGTH, body.length().into());
                reqwest::Body::wrap_stream(body.into_chunks())
            });
        }
        let pending = self.current().execute(request);
        Box::pin(async move {
            let mut response = pending.await.map_err(transport_error)?;
            let (status, length) = (response.status(), response.content_length());
            let headers = std::mem::take(response.headers_mut());
            Ok(TransportResponse::streamed(status, headers, Pieces { stream: response.bytes_stream(), length }))
        })
    }
}

/// A body as reqwest gives it out.
struct Pieces<S> {
    stream: S,
    /// How much is still to come.
    length: Option<u64>,
}

impl<S: Stream<Item = reqwest::Result<Bytes>> + Send + Unpin> ResponseBody for Pieces<S> {
    fn poll_chunk(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        let polled = Pin::new(&mut self.stream).poll_next(context);
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            let read = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            self.length = self.length.map(|length| length.saturating_sub(read));
        }
        polled.map(|piece| piece.map(|piece| piece.map_err(transport_error)))
    }

    fn length(&self) -> Option<u64> {
        self.length
    }
}

fn transport_error(error: reqwest::Error) -> TransportError {
    let kind = if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else {
        TransportErrorKind::Interrupted
    };
    // The address holds parameters, which may be private.
    TransportError::new(kind, error.without_url())
}

impl Setup {
    /// Builds an HTTP client from what the service gave, or from nothing.
    fn build(&self, given: Option<reqwest::ClientBuilder>) -> Result<reqwest::Client, BuildError> {
        let builder = match given {
            Some(_) if lacks_provider() && self.base_url.scheme() == "https" => {
                return Err(BuildError::MissingProvider);
            }
            // reqwest wants it for plain http, too.
            Some(given) if lacks_provider() => with_tls(given)?,
            // Whom it trusts, and by what, is the service's decision.
            Some(given) => given,
            None => with_tls(reqwest::ClientBuilder::new())?,
        };
        // reqwest panics where another crate's features have left it without cryptography.
        match caught(|| self.apply(builder).build()) {
            Ok(built) => built.map_err(|error| BuildError::Transport(Box::new(error.without_url()))),
            Err(panicked) => Err(BuildError::Transport(Box::new(panicked))),
        }
    }

    /// What holds for every HTTP client, whatever it was set up with before.
    fn apply(&self, mut builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        if self.base_url.scheme() == "http" {
            // A proxy would read the credentials. One that the service names itself is its own decision where it has allowed plain
            // http; this machine is called without any.
            builder = if is_loopback(&self.base_url) {
                builder.no_proxy()
            } else {
                builder.proxy(reqwest::Proxy::custom(|_| None::<Url>))
            };
        }
        if let Some(Host::Domain(name)) = self.base_url.host()
            && is_loopback(&self.base_url)
        {
            // Whatever a name server says: `localhost` and what ends with it is this machine (RFC 6761, section 6.3).
            let this_machine = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
            builder = builder.resolve_to_addrs(name, &this_machine.map(|address| SocketAddr::new(address, 0)));
        }
        let builder = builder
            .connect_timeout(self.connect_timeout)
            .read_timeout(READ_TIMEOUT)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never());
        decompressing(builder)
    }
}

/// TLS as reqwest has it.
#[cfg(not(feature = "rustls-ring"))]
#[expect(clippy::unnecessary_wraps, reason = "setting TLS up may fail with another feature")]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, BuildError> {
    Ok(builder)
}

/// TLS by ring, for this HTTP client alone: a provider that is installed for the process is the service's affair. Trusted is whom the
/// system trusts, as with reqwest's own set-up.
#[cfg(feature = "rustls-ring")]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, BuildError> {
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let failed = |error: rustls::Error| BuildError::Transport(Box::new(error));
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_platform_verifier()
        .map_err(failed)?
        .with_no_client_auth();
    // reqwest adds nothing to what it is given.
    let spoken: &[&[u8]] = if cfg!(feature = "http2") { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
    tls.alpn_protocols.extend(spoken.iter().map(|name| name.to_vec()));
    Ok(builder.tls_backend_preconfigured(tls))
}

/// Whether reqwest would find no cryptography when it sets TLS up itself.
#[cfg(all(feature = "rustls-ring", not(any(feature = "rustls", feature = "native-tls"))))]
fn lacks_provider() -> bool {
    rustls::crypto::CryptoProvider::get_default().is_none()
}

/// Whether reqwest would find no cryptography when it sets TLS up itself.
#[cfg(not(all(feature = "rustls-ring", not(any(feature = "rustls", feature = "native-tls")))))]
const fn lacks_provider() -> bool {
    false
}

/// Responses are decompressed, whatever the builder was told before; never zstd, whose decoder takes up to 128 MiB for a response of
/// any size. The header that asks for it is added after the request was signed, so that no signature covers it.
#[cfg(feature = "compression")]
fn decompressing(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder.gzip(true).brotli(true).deflate(true).no_zstd()
}

/// Another crate's features of reqwest would otherwise add a header, after the request was signed.
#[cfg(not(feature = "compression"))]
fn decompressing(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder.no_gzip().no_brotli().no_deflate().no_zstd()
}

/// Whether an address is this machine's, by its name or number.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
