//! Why a client could not be built.

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
    /// The base URL is `https`, and no TLS is compiled in.
    #[error(
        "the base URL is https, and no TLS is compiled in: enable the feature `rustls`, `rustls-ring` or `native-tls`"
    )]
    MissingTls,
    /// The vendor refuses requests that are not signed.
    #[error("the vendor refuses requests that are not signed: call `signer` (feature `signing`)")]
    MissingSigner,
    /// A header cannot travel: its name is none, or its value has characters that no header can carry, or space around it. Neither is
    /// shown, since either may be a secret.
    #[error(
        "{header} cannot travel: the name is none, or the value has characters that no header can carry, or space around it"
    )]
    InvalidHeader {
        /// Which header it is.
        header: String,
    },
    /// A header was given to the builder twice. Its name is not shown, since whoever takes name and value for each other gives a secret.
    #[error("number {number} of the headers given to `header` has the name of one before it: leave one out")]
    RepeatedHeader {
        /// Which one it is, from 1.
        number: usize,
    },
    /// A header would be sent twice, or in place of one that the client sends.
    #[error("the header `{name}` was given although it is sent in any case: {remedy}")]
    HeaderTwice {
        /// The header's name: one that the credentials, the signer or the client send.
        name: String,
        /// What to do instead.
        remedy: &'static str,
    },
    /// A limit would let no call through.
    #[error("`{setting}` must be {rule}")]
    InvalidLimit {
        /// The method of the builder.
        setting: &'static str,
        /// What it has to be given.
        rule: &'static str,
    },
    /// The service set reqwest up itself, and rustls has no cryptography for it: the feature `rustls-ring` gives its own to the HTTP client
    /// alone that this crate sets up.
    #[error(
        "no cryptography for `http_client_builder`: install a provider of rustls for the process, or enable the feature `rustls`"
    )]
    MissingProvider,
    /// The HTTP client could not be set up, for example because no TLS roots were found.
    #[error("the HTTP client could not be set up")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
}
