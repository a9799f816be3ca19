//! What the service is set up with, and the client that comes of it.

use std::time::Duration;

use onboarding_upvest::runtime::Metrics;
use onboarding_upvest::signing::{self, KeyError, RequestSigner, SigningKey};
use onboarding_upvest::{BuildError, Client, ClientBuilder, Credentials, Environment, Secret};

use crate::trace::TraceContext;

/// The settings. `Debug` shows no secret.
#[derive(Debug)]
pub struct Config {
    /// Where the service listens.
    pub listen: String,
    environment: Environment,
    client_id: Secret,
    client_secret: Secret,
    key: Secret,
    key_id: String,
}

/// Why the service cannot begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A setting has no value.
    #[error("`{0}` is not set")]
    Missing(&'static str),
    /// A setting has a value that it cannot have.
    #[error("`{name}` must be {rule}")]
    Invalid {
        /// Its name.
        name: &'static str,
        /// What it may be.
        rule: &'static str,
    },
    /// The key cannot be read.
    #[error("`UPVEST_KEY` cannot be read")]
    Key(#[from] KeyError),
    /// The client refuses its settings.
    #[error("the client cannot be built")]
    Client(#[from] BuildError),
}

impl Config {
    /// Reads the settings from wherever they are, such as the environment.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let needed = |name| value(name).filter(|value| !value.is_empty()).ok_or(ConfigError::Missing(name));
        let environment = match value("UPVEST_ENVIRONMENT").as_deref() {
            Some("live") => Environment::Live,
            Some("sandbox") | None => Environment::Sandbox,
            Some(_) => return Err(ConfigError::Invalid { name: "UPVEST_ENVIRONMENT", rule: "`live` or `sandbox`" }),
        };
        Ok(Self {
            listen: value("LISTEN").unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
            environment,
            client_id: needed("UPVEST_CLIENT_ID")?.into(),
            client_secret: needed("UPVEST_CLIENT_SECRET")?.into(),
            key: needed("UPVEST_KEY")?.into(),
            key_id: needed("UPVEST_KEY_ID")?,
        })
    }

    /// The client that the service uses.
    pub fn client(&self) -> Result<Client, ConfigError> {
        Ok(self.builder()?.build()?)
    }

    /// The same before it is built: a test gives it another transport.
    pub fn builder(&self) -> Result<ClientBuilder<Client>, ConfigError> {
        let key = SigningKey::from_pem(self.key.reveal())?;
        let credentials = Credentials::client_credentials(
            self.client_id.clone(),
            self.client_secret.clone(),
            "users:read users:admin",
        );
        Ok(with_settings(Client::builder())
            .environment(self.environment)
            .credentials(credentials)
            .signer(RequestSigner::new(key, self.key_id.clone(), signing::profile())))
    }
}

/// What holds for each client of the service, that of a mock included: how long its calls take, and who is told of them.
pub fn with_settings(builder: ClientBuilder<Client>) -> ClientBuilder<Client> {
    builder
        .timeout(Duration::from_secs(30))
        .attempt_timeout(Duration::from_secs(10))
        .observer(Metrics)
        .request_hook(TraceContext)
}
