//! The mock of a vendor.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use http::Method;

use super::expectation::Target;
use super::reply::Then;
use super::script::Shared;
use super::when::{Mocked, When};
use crate::builder::{ClientBuilder, VendorClient};
use crate::credentials::Credentials;
use crate::runtime::BoxFuture;
use crate::signer::{SignError, SignableRequest, Signer};
use crate::transport::{Transport, TransportRequest, TransportResponse};
use crate::transport_error::{TransportError, TransportErrorKind};

/// Stands in for a vendor: responds to the calls of real clients as it was told to, without a server.
///
/// When it is dropped it [verifies](Self::verify) that everything that was expected has happened and nothing else; while its thread
/// is panicking it prints what is wrong instead, since that may well be the reason.
pub struct Mock<V> {
    shared: Arc<Shared>,
    base_url: &'static str,
    credentials: Credentials,
    vendor: PhantomData<fn() -> V>,
}

impl<V: VendorClient> Mock<V> {
    /// A mock that expects nothing yet. Its clients have this base URL and sign in with these credentials; nothing is sent there.
    pub fn new(base_url: &'static str, credentials: Credentials) -> Self {
        Self { shared: Arc::new(Shared::of(V::VENDOR)), base_url, credentials, vendor: PhantomData }
    }

    /// A client whose calls this mock responds to. It is signed in already.
    ///
    /// # Panics
    ///
    /// When it cannot be built, which the generated tests rule out.
    #[track_caller]
    pub fn client(&self) -> V {
        self.builder().build().unwrap_or_else(|error| panic!("the mock's client cannot be built: {error}"))
    }

    /// The same client before it is built, to set what the service sets: retries, timeouts, an observer.
    pub fn builder(&self) -> ClientBuilder<V> {
        let builder = ClientBuilder::default()
            .base_url(self.base_url)
            .core_credentials(self.credentials.clone())
            .allow_http()
            .transport(self.transport());
        if V::REQUIRES_SIGNER { builder.signer(Unsigned) } else { builder }
    }
}

impl<V> Mock<V> {
    /// What carries requests to this mock, for a client that the service under test builds itself: see
    /// [`ClientBuilder::transport`]. Such a client signs in as it always does; what it asks for a token with is mocked by
    /// [`raw`](Self::raw).
    pub fn transport(&self) -> MockTransport {
        MockTransport { shared: self.shared.clone() }
    }

    /// Mocks requests by method and path, with `{placeholders}` where it differs: those that no operation is for, such as requests for
    /// tokens and those of `client.core().raw(…)`.
    pub fn raw(&self, method: Method, path: impl Into<String>) -> When<Then> {
        When::request(self.shared.clone(), Target::Request(method, path.into()))
    }

    /// Mocks an operation: how generated code begins.
    #[doc(hidden)]
    pub fn when<R>(&self, operation: Mocked) -> When<R> {
        When::operation(self.shared.clone(), operation)
    }

    /// Verifies that each expectation was called as often as it says, and that every call was expected.
    ///
    /// # Panics
    ///
    /// When that is not so. The text says what was expected and what was received, by member and without private values.
    #[track_caller]
    pub fn verify(&self) {
        if let Some(problems) = self.shared.problems() {
            self.shared.is_told.store(true, Ordering::Relaxed);
            panic!("{problems}");
        }
    }
}

impl<V> Drop for Mock<V> {
    #[expect(clippy::print_stderr, reason = "a test that fails already is told why, and only that test sees it")]
    fn drop(&mut self) {
        if self.shared.is_told.load(Ordering::Relaxed) {
            return;
        }
        match self.shared.problems() {
            Some(problems) if thread::panicking() => eprintln!("{problems}"),
            Some(problems) => panic!("{problems}"),
            None => {}
        }
    }
}

impl<V> fmt::Debug for Mock<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mock").field("vendor", &self.shared.vendor).finish_non_exhaustive()
    }
}

/// Carries the requests of a client to a [`Mock`].
#[derive(Clone)]
pub struct MockTransport {
    shared: Arc<Shared>,
}

impl Transport for MockTransport {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            match self.shared.respond(&request) {
                Ok(reply) => reply.play().await,
                Err(unmatched) => Err(TransportError::new(TransportErrorKind::Rejected, unmatched)),
            }
        })
    }
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MockTransport").field("vendor", &self.shared.vendor).finish_non_exhaustive()
    }
}

/// Signs by adding nothing: where a vendor wants signatures, its mock does not.
#[derive(Clone, Copy, Debug)]
struct Unsigned;

impl Signer for Unsigned {
    fn sign(&self, _: &mut SignableRequest<'_>) -> Result<(), SignError> {
        Ok(())
    }
}
