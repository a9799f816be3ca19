//! Calls from code that is not async, on a runtime of their own.

use std::fmt;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::sync::OnceLock;
use std::thread;

use futures_core::Stream;
use tokio::runtime::{Builder, Handle};

use crate::error::Error;
use crate::page::{Items, Page, Pages};
use crate::refused::Refused;

/// Sends any call and waits for what comes of it. Implemented for everything that `.await` sends.
///
/// Within async code, `tokio::task::spawn_blocking` included, nothing is sent: the call is refused by [`Refused::Blocking`]. There `send`
/// sends it, or the `block_on` of the runtime's own handle.
pub trait SendBlocking: IntoFuture {
    /// Sends the call, decodes the response and waits for it.
    fn send_blocking(self) -> Self::Output;
}

impl<C, T, E> SendBlocking for C
where
    C: IntoFuture<Output = Result<T, Error<E>>>,
{
    fn send_blocking(self) -> Self::Output {
        block_on(self.into_future()).unwrap_or_else(|reason| Err(Error::Refused(reason.into())))
    }
}

impl<T, E> Pages<T, E> {
    /// The pages one after another, each waited for.
    pub fn blocking(self) -> Blocking<Self> {
        Blocking::new(self)
    }
}

impl<T: Page, E> Items<T, E> {
    /// The items one after another, each page waited for.
    pub fn blocking(self) -> Blocking<Self> {
        Blocking::new(self)
    }
}

/// A list whose pages are waited for: an iterator. Within async code its only item is the error [`Refused::Blocking`].
#[must_use = "nothing is sent before an item is asked for"]
pub struct Blocking<S> {
    list: S,
    is_over: bool,
}

impl<S> Blocking<S> {
    const fn new(list: S) -> Self {
        Self { list, is_over: false }
    }

    /// The list, which tells its position.
    pub const fn list(&self) -> &S {
        &self.list
    }
}

impl<S, T, E> Iterator for Blocking<S>
where
    S: Stream<Item = Result<T, Error<E>>> + Unpin,
{
    type Item = Result<T, Error<E>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = block_on(poll_fn(|context| Pin::new(&mut self.list).poll_next(context)));
        let next = next.unwrap_or_else(|reason| {
            self.is_over = true;
            Some(Err(Error::Refused(reason.into())))
        });
        self.is_over |= next.is_none();
        next
    }
}

impl<S> fmt::Debug for Blocking<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Blocking").finish_non_exhaustive()
    }
}

/// Waits for anything that a client is asked for, such as the pieces of a download, on the runtime that all blocking calls of this process
/// share. Refused within async code.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Refused> {
    if Handle::try_current().is_ok() {
        return Err(Refused::Blocking);
    }
    let runtime = runtime().ok_or(Refused::Runtime)?;
    Ok(runtime.block_on(future))
}

/// The runtime that clock and connections are driven on, by a thread of its own, so that a connection lives on between two calls. `None`
/// where the system gave none.
fn runtime() -> Option<&'static Handle> {
    static RUNTIME: OnceLock<Option<Handle>> = OnceLock::new();
    let begin = || {
        let runtime = Builder::new_current_thread().enable_all().build().ok()?;
        let handle = runtime.handle().clone();
        let thread = thread::Builder::new().name("onboarding-blocking".to_owned());
        thread.spawn(move || runtime.block_on(pending::<()>())).ok()?;
        Some(handle)
    };
    RUNTIME.get_or_init(begin).as_ref()
}
