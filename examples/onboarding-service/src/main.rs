//! Reads the settings, builds the client, and serves until the process is told to end.

use std::error::Error;
use std::time::Duration;

use onboarding_service::routes::{Service, router};
use onboarding_service::{config::Config, metrics, shutdown};
use tokio::net::TcpListener;
use tracing::info;

/// How long calls may take that are under way when the process is told to end.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let config = Config::read(|name| std::env::var(name).ok())?;
    let client = config.client()?;
    let service = Service::new(client.clone(), client.webhook_keys(), metrics::install()?);
    let listener = TcpListener::bind(&config.listen).await?;
    info!(address = %listener.local_addr()?, "serving");
    let outcome = shutdown::serve(listener, router(service), &client, shutdown::told_to_end(), PATIENCE).await?;
    info!(?outcome, "ended");
    Ok(())
}
