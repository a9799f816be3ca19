//! Errors say whose they are, keep the status and the headers that came, and become one type for a service's `?`.

use std::error::Error as _;
use std::time::Duration;

use onboarding_core::derive::{Object, StatusError};
use onboarding_core::{
    AnyError, Call, Client, Credentials, Error, Method, NoDeclaredError, Operation, Refused, RefusedCall, Retry,
    TransportErrorKind,
};

use crate::common::{SECRET, Server, Step, builder, json, printed, response};

static GET: Operation = Operation::new("get_person", Method::GET, "/people/{id}");
static CREATE: Operation = Operation::new("create_person", Method::POST, "/people");

/// What is wrong.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
struct Fault {
    #[wire(required, "code")]
    pub code: String,
}

/// Failures of `get_person`.
#[derive(Clone, PartialEq, StatusError)]
#[non_exhaustive]
enum GetPersonError {
    #[wire(404)]
    NotFound(Fault),
}

/// Failures of `create_person`.
#[derive(Clone, PartialEq, StatusError)]
#[non_exhaustive]
enum CreatePersonError {
    #[wire(409)]
    Conflict(Fault),
}

fn get(client: &Client) -> Call<i64, GetPersonError> {
    client.request(&GET).path("id", &SECRET).returns_json()
}

fn create(client: &Client) -> Call<i64, CreatePersonError> {
    client.request(&CREATE).bytes("text/plain", SECRET.into()).returns_json()
}

/// A client of a server that does this with every request.
async fn client(steps: Vec<Step>) -> (Server, Client) {
    let server = Server::start(move |_, _| steps.clone()).await;
    let client = builder(&server).retry(Retry::never()).build().unwrap().0;
    (server, client)
}

async fn failing(steps: Vec<Step>) -> Error<GetPersonError> {
    let (_server, client) = client(steps).await;
    get(&client).send().await.unwrap_err()
}

fn assert_whose(error: &Error<GetPersonError>) {
    let call = error.call().unwrap();
    assert_eq!(
        (call.vendor, call.operation, call.method, call.template),
        ("vendor", "get_person", &Method::GET, "/people/{id}")
    );
    assert_eq!((error.vendor(), error.operation()), (Some("vendor"), Some("get_person")));
    let text = error.to_string();
    assert!(text.starts_with("vendor get_person (GET /people/{id}): "), "{text}");
    assert!(!printed(error).contains(SECRET), "{}", printed(error));
}

#[tokio::test]
async fn every_failure_says_whose_it_is() {
    for status in [404, 418, 200, 500] {
        for body in [r#"{"code":"none"}"#, SECRET] {
            assert_whose(&failing(json(status, body)).await);
        }
    }
    let interrupted = failing(vec![Step::Reset]).await;
    assert!(matches!(interrupted, Error::Transport(_)));
    assert_whose(&interrupted);

    let (_server, client) = client(json(200, "1")).await;
    let refused =
        client.request(&GET).path("id", &"..").returns_json::<i64, GetPersonError>().send().await.unwrap_err();
    assert!(matches!(refused, Error::Refused(RefusedCall { reason: Refused::PathParameter { .. }, .. })));
    assert_whose(&refused);
    let unfilled = client.request(&GET).returns_json::<i64, GetPersonError>().send().await.unwrap_err();
    assert!(matches!(unfilled, Error::Refused(RefusedCall { reason: Refused::Address, .. })));
    assert_whose(&unfilled);
    let late = get(&client).timeout(Duration::ZERO).send().await.unwrap_err();
    assert!(late.is_timeout());
    assert_whose(&late);

    let raw = client.raw(Method::GET, "/none/{id}").path("id", &"..").send_raw().await.unwrap_err();
    assert_eq!(raw.to_string(), "vendor raw (GET /none/{id}): the call was refused before anything was sent");
    // One that nobody's call came to.
    let made = Error::<NoDeclaredError>::Refused(Refused::Address.into());
    assert_eq!((made.call().map(|call| call.operation), made.request_id()), (None, None));
    assert_eq!(made.to_string(), "the call was refused before anything was sent");
}

#[tokio::test]
async fn a_call_that_could_not_be_signed_in_says_whose_it_is() {
    let server = Server::start(|_, _| json(200, "1")).await;
    let credentials = Credentials::none().authenticate(Refuses);
    let client = builder(&server).credentials(credentials).build().unwrap().0;
    let error = get(&client).send().await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_whose(&error);
}

/// Has no credentials to give.
#[derive(Debug)]
struct Refuses;

impl onboarding_core::Authenticate for Refuses {
    fn sign_in<'a>(
        &'a self,
        _: &'a Client,
        _: Option<&'a onboarding_core::SignInHeaders>,
    ) -> onboarding_core::BoxFuture<'a, Result<onboarding_core::SignInHeaders, onboarding_core::CredentialsError>> {
        Box::pin(async { Err(onboarding_core::CredentialsError::refused("no such client")) })
    }
}

#[tokio::test]
async fn the_vendors_name_for_the_request_is_kept_and_shown() {
    let named = |headers: &[(&str, &str)]| failing(response("404 Status", headers, r#"{"code":"none"}"#));
    let error = named(&[("x-trace", "t-1"), ("x-request-id", "r-1")]).await;
    assert_eq!(error.request_id(), Some("r-1"), "the first that the vendor documents");
    assert_eq!(
        error.to_string(),
        "vendor get_person (GET /people/{id}): the vendor responded with 404 Not Found (request id r-1)"
    );
    assert_eq!(named(&[("x-trace", "t-1")]).await.request_id(), Some("t-1"));
    let (longest, long) = ("r".repeat(128), "r".repeat(129));
    assert_eq!(named(&[("x-request-id", &longest)]).await.request_id(), Some(longest.as_str()));
    for none in ["", "two words", &long] {
        let error = named(&[("x-request-id", none)]).await;
        assert_eq!(error.request_id(), None);
        assert!(error.to_string().ends_with("404 Not Found"), "{error}");
    }

    let (server, client) = client(response("503 Status", &[("x-request-id", "r-2"), ("retry-after", "0")], "")).await;
    assert_eq!(client.raw(Method::GET, "/a").send_raw().await.unwrap().request_id(), Some("r-2"));
    let patient = builder(&server).retry(Retry::default().first_delay(Duration::ZERO)).build().unwrap().0;
    let error = get(&patient).send().await.unwrap_err();
    assert!(error.to_string().ends_with("does not declare (request id r-2, 3 attempts)"), "{error}");
}

#[tokio::test]
async fn a_declared_status_is_still_that_status_when_its_body_cannot_be_read() {
    let error = failing(json(404, r#"{"code":5}"#)).await;
    assert_eq!(error.declared_status().map(|status| status.as_u16()), Some(404));
    assert!(error.is_not_found() && error.declared().is_none());
    let Error::Malformed(malformed) = &error else { panic!("{error:?}") };
    assert!(malformed.is_declared_error());
    assert_eq!(malformed.source.path(), "code");

    let read = failing(json(404, r#"{"code":"none"}"#)).await;
    assert_eq!(read.declared_status().map(|status| status.as_u16()), Some(404));
    assert!(matches!(read.declared(), Some(GetPersonError::NotFound(fault)) if fault.code == "none"));
    // A success is no error status, and neither is one that the operation does not declare.
    for (status, body) in [(200, "{}"), (409, r#"{"code":5}"#), (500, "")] {
        let error = failing(json(status, body)).await;
        assert_eq!((error.declared_status(), error.status().map(|status| status.as_u16())), (None, Some(status)));
        assert!(!matches!(&error, Error::Malformed(malformed) if malformed.is_declared_error()));
    }
}

#[tokio::test]
async fn a_response_that_breaks_off_keeps_its_head() {
    let head =
        "HTTP/1.1 503 Status\r\ncontent-length: 9\r\nx-request-id: r-1\r\nretry-after: 7\r\nx-note: kept\r\n\r\nabc";
    let head = || Step::Send(head.as_bytes().to_vec());
    let silent = vec![head(), Step::Pause(Duration::from_secs(5))];
    for (steps, kind) in [(vec![head()], TransportErrorKind::Interrupted), (silent, TransportErrorKind::Timeout)] {
        let (_server, client) = client(steps).await;
        let error = get(&client).attempt_timeout(Duration::from_millis(300)).send().await.unwrap_err();
        let Error::Transport(transport) = &error else { panic!("{error:?}") };
        assert_eq!((transport.kind(), transport.is_body()), (kind, true));
        assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
        assert_eq!(error.headers().unwrap()["x-note"], "kept");
        assert_eq!((error.request_id(), error.retry_after()), (Some("r-1"), Some(Duration::from_secs(7))));
        assert!(error.response().is_none() && error.bytes().is_none());
        assert_whose(&error);
    }
    let none = failing(vec![Step::Reset]).await;
    assert!(none.headers().is_none() && none.status().is_none());
}

#[tokio::test]
async fn errors_of_every_operation_become_one_type() {
    async fn both(client: &Client) -> Result<i64, AnyError> {
        Ok(get(client).send().await? + create(client).send().await?)
    }
    let problem = [("content-type", "application/problem+json"), ("x-request-id", "r-1")];
    let body = format!(r#"{{"type":"about:blank","title":"{SECRET}","status":404,"code":"none"}}"#);
    let (_server, found) = client(response("404 Status", &problem, &body)).await;
    let error = both(&found).await.unwrap_err();
    assert_eq!((error.operation(), error.request_id(), error.attempts()), (Some("get_person"), Some("r-1"), 1));
    assert!(error.is_not_found() && !error.is_timeout());
    assert_eq!(error.downcast_ref(), Some(&GetPersonError::NotFound(Fault { code: "none".to_owned() })));
    assert!(error.downcast_ref::<CreatePersonError>().is_none());
    assert_eq!(error.problem().unwrap().title.as_deref(), Some(SECRET));
    assert!(!printed(&error).contains(SECRET) && !format!("{:?}", error.problem()).contains(SECRET));
    assert_eq!(size_of::<AnyError>(), size_of::<usize>(), "`Result`s of a service stay small");

    let server = Server::start(|number, _| {
        json(if number == 0 { 200 } else { 409 }, if number == 0 { "1" } else { r#"{"code":"c"}"# })
    })
    .await;
    let client = builder(&server).retry(Retry::never()).build().unwrap().0;
    let error = both(&client).await.unwrap_err();
    assert!(error.is_conflict() && matches!(error.downcast_ref(), Some(CreatePersonError::Conflict(_))));
    assert!(error.problem().is_none() && error.source().is_none());

    // All else is passed on as it is, with what stands below it.
    let typed = failing(json(404, "[]")).await;
    let (shown, below) = (format!("{typed} {typed:?}"), typed.source().unwrap().to_string());
    let any = AnyError::from(typed);
    assert_eq!((format!("{any} {any:?}"), any.source().unwrap().to_string()), (shown, below));
    assert_eq!(any.declared_status().map(|status| status.as_u16()), Some(404));
    let boxed: Box<dyn std::error::Error + Send + Sync> = any.into();
    assert!(boxed.downcast_ref::<AnyError>().is_some_and(|error| error.is_not_found()));
}
