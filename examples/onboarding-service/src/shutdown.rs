//! Ends without breaking off what is under way.

use std::fmt::Debug;
use std::future::IntoFuture as _;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use onboarding_upvest::Client;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// What became of what was under way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// All of it ended.
    Finished,
    /// Some of it took longer than it may, and is broken off.
    BrokenOff,
}

/// Serves until `stop` completes; then takes in nothing more, and waits for requests and calls for as long as `patience` says.
pub async fn serve<L: Listener<Addr: Debug>>(
    listener: L,
    router: Router,
    client: &Client,
    stop: impl Future<Output = ()> + Send + 'static,
    patience: Duration,
) -> io::Result<Outcome> {
    let (tell, told) = oneshot::channel();
    let stop = async move {
        stop.await;
        // Nobody hears it only where serving has failed already.
        let _ = tell.send(Instant::now() + patience);
    };
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop).into_future();
    tokio::pin!(serving);
    let end = tokio::select! {
        outcome = &mut serving => return outcome.map(|()| Outcome::Finished),
        end = told => end.unwrap_or_else(|_| Instant::now()),
    };
    let all = async {
        serving.await?;
        // A renewal of tokens outlives the request that began it.
        client.idle().await;
        Ok(Outcome::Finished)
    };
    timeout_at(end, all).await.unwrap_or(Ok(Outcome::BrokenOff))
}

/// Completes when the process is told to end: by Ctrl-C, or as orchestrators do it.
pub async fn told_to_end() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if let Err(error) = interrupt.await {
        tracing::error!(%error, "no signal can be waited for: the service ends");
    }
}
