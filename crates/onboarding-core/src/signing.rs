//! HTTP message signatures: signing requests, verifying messages.
//!
//! All of it is `onboarding-http-signatures`, which any service can use by itself; here its [`RequestSigner`] is the
//! [`Signer`] that a client calls last, once for each attempt. The crate of a vendor that wants its requests signed has
//! the vendor's profile.
//!
//! ```
//! use onboarding_core::signing::{Profile, RequestSigner, SigningKey};
//! use onboarding_core::{HeaderMap, Method, SignableRequest, Signer};
//!
//! # const PEM: &str = "-----BEGIN PRIVATE KEY-----
//! # MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
//! # -----END PRIVATE KEY-----";
//! let key = SigningKey::from_pem(PEM)?;
//! let signer = RequestSigner::new(key, "my-key", Profile::rfc9421());
//!
//! let url = "https://example.com/payments?limit=1".parse()?;
//! let mut headers = HeaderMap::new();
//! signer.sign(&mut SignableRequest { method: &Method::GET, url: &url, headers: &mut headers, body: b"" })?;
//! assert!(headers.contains_key("signature") && headers.contains_key("signature-input"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use http::{HeaderName, Uri};
pub use onboarding_http_signatures::{
    Algorithm, Authentic, BodyDigest, Candidate, Component, ComponentError, ComponentNames, Covered, DigestAlgorithm,
    DigestError, DigestHeader, EcdsaEncoding, HandedOver, InvalidComponent, InvalidInput, InvalidParameter, KeyError,
    KeySet, Message, OtherHeaders, Parameter, Policy, Problem, Profile, RequestHead, RequestSigner, ResponseHead,
    SignError, SignatureId, SignatureInput, SigningKey, Verified, Verifier, VerifyError, VerifyingKey, When, limits,
};

use crate::signer::{self, SignableRequest, Signer};

impl Signer for RequestSigner {
    fn sign(&self, request: &mut SignableRequest<'_>) -> Result<(), signer::SignError> {
        // What is signed is the address as HTTP libraries send it.
        let uri: Uri = request
            .url
            .as_str()
            .parse()
            .map_err(|_| signer::SignError::new("the address is no URI that can be sent"))?;
        self.sign_parts(request.method, &uri, request.headers, request.body)
            .map_err(|error| signer::SignError::new(error.to_string()))
    }

    fn header_names(&self) -> Vec<HeaderName> {
        Self::header_names(self)
    }
}
