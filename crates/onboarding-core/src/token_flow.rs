//! How a vendor gives out tokens, as data: a generated crate declares one static for each form of credentials that needs tokens, and has
//! no code of its own for it.

/// How a vendor gives out tokens, and what is sent with them.
///
/// Pointers are JSON pointers (RFC 6901) into the vendor's response. Headers are templates: `{access_token}` stands for the token,
/// any other `{name}` for what the service gave under that name.
///
/// ```
/// use onboarding_core::{Expiry, FieldValue, TokenFlow, TokenRequest};
///
/// static FLOW: TokenFlow = TokenFlow::new(
///     TokenRequest::form("/auth/token").fields(&[
///         ("grant_type", FieldValue::Text("client_credentials")),
///         ("client_id", FieldValue::Given("client_id")),
///         ("client_secret", FieldValue::Given("client_secret")),
///         ("scope", FieldValue::Optional("scope")),
///     ]),
/// )
/// .access_token("/access_token")
/// .expiry(Expiry::Seconds("/expires_in"))
/// .headers(&[("authorization", "Bearer {access_token}")]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokenFlow {
    pub(crate) sign_in: TokenRequest,
    pub(crate) refresh: Option<TokenRequest>,
    pub(crate) single_use_refresh_token: bool,
    pub(crate) access_token: &'static str,
    pub(crate) refresh_token: Option<&'static str>,
    pub(crate) expiry: Expiry,
    pub(crate) second_factor: Option<&'static str>,
    pub(crate) headers: &'static [(&'static str, &'static str)],
}

impl TokenFlow {
    /// A flow that begins with this request. Unless it is told otherwise, the token stands at `/access_token` of the response and is
    /// sent as a bearer token.
    pub const fn new(sign_in: TokenRequest) -> Self {
        Self {
            sign_in,
            refresh: None,
            single_use_refresh_token: false,
            access_token: "/access_token",
            refresh_token: None,
            expiry: Expiry::Untold,
            second_factor: None,
            headers: &[("authorization", "Bearer {access_token}")],
        }
    }

    /// New tokens are had by this request as long as a refresh token is at hand, which stands at `pointer` of the responses.
    pub const fn refresh(mut self, request: TokenRequest, pointer: &'static str) -> Self {
        self.refresh = Some(request);
        self.refresh_token = Some(pointer);
        self
    }

    /// A refresh token is good for one use: the next one comes with the response.
    pub const fn single_use_refresh_token(mut self) -> Self {
        self.single_use_refresh_token = true;
        self
    }

    /// Where the access token stands.
    pub const fn access_token(mut self, pointer: &'static str) -> Self {
        self.access_token = pointer;
        self
    }

    /// How the response tells when the access token ends.
    pub const fn expiry(mut self, expiry: Expiry) -> Self {
        self.expiry = expiry;
        self
    }

    /// Where the response tells by `true` that a second factor is asked for.
    pub const fn second_factor(mut self, pointer: &'static str) -> Self {
        self.second_factor = Some(pointer);
        self
    }

    /// The headers that sign calls in.
    pub const fn headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }
}

/// How a response tells when its access token ends. Where it does not, the `exp` of a token that is a JWT is taken, and without one the
/// token is used until the vendor responds with 401. A token that is told to have ended already is used for a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expiry {
    /// In seconds from now, at this pointer.
    Seconds(&'static str),
    /// As a date and time with an offset, at this pointer.
    DateTime(&'static str),
    /// Not at all.
    Untold,
}

/// A request for tokens: a `POST` below the base URL, sent without the headers that sign calls in.
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest {
    pub(crate) path: &'static str,
    pub(crate) above_base: usize,
    pub(crate) form: bool,
    pub(crate) accept: &'static str,
    pub(crate) fields: &'static [(&'static str, FieldValue)],
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) once: bool,
}

impl TokenRequest {
    /// A request whose body is a JSON object.
    pub const fn json(path: &'static str) -> Self {
        Self { path, above_base: 0, form: false, accept: "application/json", fields: &[], headers: &[], once: false }
    }

    /// A request whose body is a form.
    pub const fn form(path: &'static str) -> Self {
        Self { form: true, ..Self::json(path) }
    }

    /// The path is not below the base URL but below what is left of it without so many last segments of its path.
    pub const fn above_base(mut self, segments: usize) -> Self {
        self.above_base = segments;
        self
    }

    /// The media type asked for: JSON unless it is told otherwise.
    pub const fn accept(mut self, media_type: &'static str) -> Self {
        self.accept = media_type;
        self
    }

    /// The members of the body.
    pub const fn fields(mut self, fields: &'static [(&'static str, FieldValue)]) -> Self {
        self.fields = fields;
        self
    }

    /// Further headers, as templates.
    pub const fn headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }

    /// What is sent is good for one use, such as an authorization code: the request is never made twice.
    pub const fn once(mut self) -> Self {
        self.once = true;
        self
    }
}

/// What a member of a request for tokens holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldValue {
    /// A fixed text.
    Text(&'static str),
    /// A fixed truth value.
    Flag(bool),
    /// What the service gave under this name.
    Given(&'static str),
    /// What the service gave under this name; left out when it gave nothing.
    Optional(&'static str),
    /// The refresh token at hand.
    RefreshToken,
}
