//! A service that calls several vendors: one error for all of them, which says whose it is.

use onboarding::griffin::runtime::{
    BoxFuture, HeaderMap, HeaderValue, SignError, SignableRequest, Signer, StatusCode, Transport, TransportError,
    TransportErrorKind, TransportRequest, TransportResponse,
};
use onboarding::{AnyError, griffin, upvest};

/// Responds to everything with a status and a body of this media type; to nothing, where there is none.
#[derive(Clone, Copy, Debug)]
struct Responds(Option<(u16, &'static str, &'static str)>);

impl Transport for Responds {
    fn send(&self, _: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async {
            let Some((status, media_type, body)) = self.0 else {
                return Err(TransportError::new(TransportErrorKind::Interrupted, "no luck"));
            };
            let mut headers = HeaderMap::new();
            headers.insert("content-type", HeaderValue::from_static(media_type));
            Ok(TransportResponse::new(StatusCode::from_u16(status).expect("a status"), headers, body))
        })
    }
}

/// Upvest refuses what is not signed; what this signs goes nowhere.
#[derive(Debug)]
struct NotSigned;

impl Signer for NotSigned {
    fn sign(&self, _: &mut SignableRequest<'_>) -> Result<(), SignError> {
        Ok(())
    }
}

const PERSON: &str = "someone@example.com";
const USER: &str = r#"{"user-url":"/v0/users/us.1","user-email":"someone@example.com","user-username":"someone",
    "api-keys-url":"/v0/users/us.1/api-keys","user-memberships-url":"/v0/users/us.1/memberships"}"#;
const PROBLEM: &str = r#"{"type":"https://docs.upvest.co/errors/user_not_found","title":"User not found","status":404,
    "detail":"someone@example.com"}"#;

/// What the service does.
async fn onboard(griffin: Responds, upvest: Responds) -> Result<(), AnyError> {
    let griffin = griffin::Client::builder().base_url("https://griffin.invalid").transport(griffin).build();
    griffin.expect("it is complete").get_user(&"us.1".into()).send().await?;
    let upvest =
        upvest::Client::builder().base_url("https://upvest.invalid").signer(NotSigned).transport(upvest).build();
    upvest.expect("it is complete").get_user(&"00000000-0000-0000-0000-000000000001".into()).send().await?;
    Ok(())
}

#[tokio::test]
async fn one_error_holds_those_of_all_vendors() {
    let none = Responds(None);
    let refused = Responds(Some((404, "application/json", r#"{"errors":[{"status":"404"}]}"#)));
    let error = onboard(refused, none).await.expect_err("there is no such user");
    assert_eq!((error.vendor(), error.operation()), (Some("griffin"), Some("get_user")));
    assert_eq!(
        error.to_string(),
        "griffin get_user (GET /v0/users/{user-id}): the vendor responded with 404 Not Found"
    );
    assert!(error.is_not_found());
    assert!(matches!(error.downcast_ref(), Some(griffin::errors::GetUserError::NotFound(_))));
    assert!(error.downcast_ref::<upvest::errors::GetUserError>().is_none());
    assert!(error.problem().is_none(), "Griffin's errors have a form of their own");

    let found = Responds(Some((200, "application/json", USER)));
    let error = onboard(found, Responds(Some((404, "application/problem+json", PROBLEM)))).await;
    let error = error.expect_err("there is no such user");
    assert_eq!((error.vendor(), error.is_not_found()), (Some("upvest"), true));
    assert!(matches!(error.downcast_ref(), Some(upvest::errors::GetUserError::NotFound(_))));
    let problem = error.problem().expect("it is one");
    assert_eq!(
        (problem.title.as_deref(), problem.status, problem.detail.as_deref()),
        (Some("User not found"), Some(404), Some(PERSON))
    );
    for shown in [format!("{error} {error:?}"), format!("{problem:?}")] {
        assert!(!shown.contains(PERSON), "{shown}");
    }
}

#[tokio::test]
async fn a_declared_status_is_told_by_its_number_when_its_body_is_another() {
    let gateway = Responds(Some((404, "text/html", "<h1>Not found</h1>")));
    let error = onboard(gateway, gateway).await.expect_err("there is no such user");
    assert_eq!(error.declared_status(), Some(StatusCode::NOT_FOUND));
    assert!(error.is_not_found() && error.downcast_ref::<griffin::errors::GetUserError>().is_none());
}
