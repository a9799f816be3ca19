//! One error for all calls of all vendors: what a service's own functions return.

use std::any::Any;
use std::fmt;
use std::ops::Deref;

use crate::error::{Declared, Error};

/// Any [`Error`], its declared error erased, so that `?` takes errors of every operation and every vendor.
///
/// All that an [`Error`] can be asked is asked of this one too: [`status`](Error::status), [`is_not_found`](Error::is_not_found),
/// [`retry_after`](Error::retry_after), [`call`](Error::call), [`problem`](Error::problem) and the rest. What the operation declares is
/// found again by [`downcast_ref`](Self::downcast_ref). `Debug` and `Display` show what those of [`Error`] do.
///
/// ```
/// use onboarding_core::{AnyError, Client, Method};
///
/// async fn refresh(client: &Client) -> Result<bool, AnyError> {
///     let response = client.raw(Method::GET, "/things").send_raw().await?;
///     Ok(response.status() == 200)
/// }
///
/// fn is_worth_a_retry(error: &AnyError) -> bool {
///     error.is_timeout() || error.is_rate_limited() || error.is_server_error()
/// }
/// ```
pub struct AnyError(Box<Error<AnyDeclared>>);

/// A declared error of any operation: see [`AnyError::downcast_ref`].
pub struct AnyDeclared(Box<dyn Any + Send + Sync>);

impl AnyError {
    /// The declared error, when it is of this type and its status came: `errors::CreatePaymentError`, say.
    pub fn downcast_ref<E: 'static>(&self) -> Option<&E> {
        self.0.declared()?.0.downcast_ref()
    }
}

impl Deref for AnyError {
    type Target = Error<AnyDeclared>;

    fn deref(&self) -> &Error<AnyDeclared> {
        &self.0
    }
}

impl<E: Send + Sync + 'static> From<Error<E>> for AnyError {
    fn from(error: Error<E>) -> Self {
        Self(Box::new(match error {
            Error::Refused(refused) => Error::Refused(refused),
            Error::Credentials(error) => Error::Credentials(error),
            Error::Transport(error) => Error::Transport(error),
            Error::Declared(declared) => {
                let Declared { error, response } = *declared;
                Error::Declared(Box::new(Declared { error: AnyDeclared(Box::new(error)), response }))
            }
            Error::Undeclared(response) => Error::Undeclared(response),
            Error::Malformed(malformed) => Error::Malformed(malformed),
            Error::EndedEarly(ended) => Error::EndedEarly(ended),
        }))
    }
}

impl fmt::Debug for AnyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for AnyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl std::error::Error for AnyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// Shows nothing: it may be private.
impl fmt::Debug for AnyDeclared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AnyDeclared")
    }
}
