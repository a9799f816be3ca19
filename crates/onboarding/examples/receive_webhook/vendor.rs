//! The vendor's side of the example: gives out a token, publishes the key that it signs with, and delivers.

use std::error::Error;
use std::sync::Mutex;

use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use onboarding::upvest::runtime::{HeaderValue, Method, SignableRequest, Signer as _};
use onboarding::upvest::signing::{
    BodyDigest, Component, ComponentNames, Covered, DigestAlgorithm, DigestHeader, Profile, RequestSigner, SigningKey,
    When,
};
use reqwest::StatusCode;
use serde_json::json;

/// A key that was made for this example.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----";
/// Its public half, as a key set (RFC 7517) has it.
const PUBLIC_KEY: &str = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
const KEY_ID: &str = "the-vendors-key";

/// A vendor on loopback.
pub(crate) struct Vendor {
    url: String,
    signer: RequestSigner,
    next_signer: RequestSigner,
    last: Mutex<Option<(HeaderMap, String)>>,
}

impl Vendor {
    /// Starts to give out tokens and keys.
    pub(crate) async fn start() -> Result<Self, Box<dyn Error>> {
        let token =
            json!({ "access_token": "a-token", "expires_in": 1799, "token_type": "bearer", "scope": "webhooks:read" });
        let keys =
            json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": KEY_ID, "use": "sig", "x": PUBLIC_KEY }] });
        let router = Router::new()
            .route("/auth/token", post(|| async { Json(token) }))
            .route("/auth/verify_keys", get(|| async { Json(keys) }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(axum::serve(listener, router).into_future());
        // Draft 6: component names are bare, and the digest is in a header of that name.
        let mut profile = Profile::rfc9421();
        profile.names = ComponentNames::Bare;
        profile.digest = BodyDigest::WithBody(DigestHeader::Digest, DigestAlgorithm::Sha256);
        profile.components = ["@method", "@path", "digest"]
            .into_iter()
            .map(|name| Ok(Covered::new(Component::new(name)?, When::Always)))
            .collect::<Result<_, Box<dyn Error>>>()?;
        let signer = RequestSigner::new(SigningKey::from_pem(KEY)?, KEY_ID, profile.clone());
        let next_signer = RequestSigner::new(SigningKey::from_pem(KEY)?, "the-vendors-next-key", profile);
        Ok(Self { url, signer, next_signer, last: Mutex::default() })
    }

    /// Signs with its next key from now on, which is not published yet.
    pub(crate) fn change_key(&mut self) -> &Self {
        self.signer = self.next_signer.clone();
        self
    }

    /// Where the vendor's interface is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Signs one body and delivers another, which should be the same, and gives the response.
    pub(crate) async fn deliver(&self, url: &str, signed: &str, sent: &str) -> Result<StatusCode, Box<dyn Error>> {
        let address = url.parse()?;
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let mut request =
            SignableRequest { method: &Method::POST, url: &address, headers: &mut headers, body: signed.as_bytes() };
        self.signer.sign(&mut request)?;
        if signed == sent {
            *self.last.lock().map_err(|_| "a delivery has panicked")? = Some((headers.clone(), sent.to_owned()));
        }
        send(url, headers, sent.to_owned()).await
    }

    /// Delivers what was delivered last, byte for byte.
    pub(crate) async fn deliver_again(&self, url: &str) -> Result<StatusCode, Box<dyn Error>> {
        let last = self.last.lock().map_err(|_| "a delivery has panicked")?.clone();
        let (headers, body) = last.ok_or("nothing was delivered")?;
        send(url, headers, body).await
    }
}

async fn send(url: &str, headers: HeaderMap, body: String) -> Result<StatusCode, Box<dyn Error>> {
    Ok(reqwest::Client::new().post(url).headers(headers).body(body).send().await?.status())
}
