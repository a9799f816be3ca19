//! What stands in for a vendor in tests: which calls it responds to, how, and what it says of those that it does not know.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use onboarding_core::mock::{Mock, Mocked, Then, When, error};
use onboarding_core::{
    Call, Client, Credentials, CredentialsErrorKind, Error, Method, NoDeclaredError, Operation, RawResponse, Refused,
    TransportErrorKind, derive::Object, derive::StatusError,
};

use crate::common::Vendor;

static GET: Operation = Operation::new("get", Method::GET, "/things/{id}");
static CREATE: Operation = Operation::new("create", Method::POST, "/things");

/// A thing to be made.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(sent)]
pub struct NewThing {
    /// Its name.
    #[wire(required, "name", private)]
    pub name: String,
    /// Its size.
    #[wire(optional, "size")]
    pub size: Option<i64>,
}

fn mock() -> Mock<Vendor> {
    Mock::new("https://vendor.invalid/api", Credentials::none().header("authorization", "Bearer test-token"))
}

fn get(client: &Client, id: &str) -> Call<Vec<String>, NoDeclaredError> {
    client.request(&GET).path("id", &id).query("limit", &5).returns_json()
}

fn create(client: &Client, thing: &NewThing) -> Call<(), NoDeclaredError> {
    client.request(&CREATE).json("application/json", thing).returns_nothing()
}

/// As the vendor's crates begin: `id` may be shown, `limit` may be left out.
fn when_get(mock: &Mock<Vendor>) -> When {
    mock.when(Mocked::new("get").shown(&["id", "limit"]).optional(&["limit"]))
}

fn when_create(mock: &Mock<Vendor>) -> When {
    mock.when(Mocked::new("create"))
}

/// What an error says with all of its sources.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

/// What a mock says when it is verified.
fn verified(mock: &Mock<Vendor>) -> Option<String> {
    let panicked = catch_unwind(AssertUnwindSafe(|| mock.verify())).err()?;
    Some(panicked.downcast_ref::<String>().cloned().unwrap())
}

#[tokio::test]
async fn a_call_is_responded_to_as_it_was_said() {
    let mock = mock();
    let client = mock.client().0;
    let expected = when_get(&mock)
        .path("id", "a/b")
        .query("limit", 5)
        .header("authorization", "Bearer test-token")
        .without_body()
        .matching(|request| request.call().operation == "get")
        .then(|respond| respond.status(200).json(&["one"]).header("x-request-id", "r1"))
        .times(1);
    let response = get(&client, "a/b").send_with_response().await.unwrap();
    assert_eq!((response.value, &response.headers["x-request-id"]), (vec!["one".to_owned()], &"r1".parse().unwrap()));
    assert_eq!(expected.calls(), 1);
    mock.verify();
}

#[tokio::test]
async fn a_call_that_nothing_is_said_of_is_no_response_of_the_vendor() {
    let mock = mock();
    let client = mock.client().0;
    let error = get(&client, "a").send().await.unwrap_err();
    assert!(matches!(&error, Error::Transport(error) if error.kind() == TransportErrorKind::Rejected));
    assert!(!error.is_not_found() && !error.is_connect() && error.status().is_none(), "{error:?}");
    // It would be of no use to send it again.
    assert_eq!(error.attempts(), 1);
    let said = "a call of `get` (GET /things/{id}) was not expected: nothing was said of this operation";
    assert!(chain(&error).ends_with(said), "{}", chain(&error));
    assert!(format!("{error:?}").contains(said), "{error:?}");
    assert!(verified(&mock).unwrap().contains(said));
}

#[tokio::test]
async fn what_differs_is_told_by_member_and_what_is_private_is_not() {
    let mock = mock();
    let client = mock.client().0;
    when_get(&mock)
        .path("id", "b")
        .absent("limit")
        .header("x-secret", "s3cret")
        .then(|respond| respond.status(204))
        .any_times();
    when_create(&mock).json::<NewThing>(&NewThing::new("s3cret")).then(|respond| respond.status(204)).any_times();
    let thing = NewThing::new("other s3cret").size(3);
    let (get, create) =
        (get(&client, "a").send().await.unwrap_err(), create(&client, &thing).send().await.unwrap_err());
    let said = format!("{}\n{}", chain(&get), chain(&create));
    for part in [
        "the path parameter `id`: expected \"b\", received \"a\"",
        "the parameter `limit`: expected nothing, received \"5\"",
        "the header `x-secret`: expected [redacted], received nothing",
        "expected NewThing { name: [redacted], size: None }, received NewThing { name: [redacted], size: Some(3) }",
        "in which `name` differs, `size` was not expected",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("s3cret"), "{said}");
    assert!(!verified(&mock).unwrap().contains("s3cret"));
}

#[tokio::test]
async fn a_function_judges_the_body() {
    let mock = mock();
    let client = mock.client().0;
    when_create(&mock)
        .json_matching(|thing: &NewThing| thing.size == Some(3))
        .then(|respond| respond.status(201))
        .times(1);
    when_create(&mock)
        .bytes_matching(|_| panic!("what it was given is not what it thought"))
        .then(Then::never)
        .any_times();
    create(&client, &NewThing::new("a").size(3)).send().await.unwrap();
    let error = create(&client, &NewThing::new("a")).send().await.unwrap_err();
    let said = chain(&error);
    assert!(said.contains("expected what `body_matching` asks for, received NewThing"), "{said}");
    assert!(said.contains("the function that was to judge it panicked"), "{said}");
    assert!(verified(&mock).is_some());
}

#[tokio::test(start_paused = true)]
async fn responses_come_one_after_the_other() {
    let mock = mock();
    let client = mock.client().0;
    let expected = when_get(&mock)
        .then(|respond| respond.status(429).header("retry-after", "20"))
        .then(Then::reset)
        .then(|respond| respond.status(200).json(&["one"]));
    let begun = tokio::time::Instant::now();
    let response = get(&client, "a").send_with_response().await.unwrap();
    assert_eq!((response.value, expected.calls()), (vec!["one".to_owned()], 3));
    assert!(begun.elapsed() >= Duration::from_secs(20));
    // All three were expected, and no fourth.
    assert!(verified(&mock).is_none());
    assert!(get(&client, "a").send().await.is_err());
    let said = verified(&mock).unwrap();
    assert!(said.contains("it has responded 3 times already, as often as it was to"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn everything_on_the_way_can_fail() {
    type Is = fn(&Error<NoDeclaredError>) -> bool;
    let interrupted: Is =
        |error| matches!(error, Error::Transport(error) if error.kind() == TransportErrorKind::Interrupted);
    let body = || Then::default().status(200).json(&["0123456789"]);
    let cases = [
        (Then::default().refuse(), Error::is_connect as Is),
        (Then::default().reset(), interrupted),
        (Then::default().never(), Error::is_timeout),
        (
            body().cut_after(3),
            |error| matches!(error, Error::Transport(error) if error.is_body() && error.status().is_some()),
        ),
        (body().slowly(1, Duration::from_secs(20)), Error::is_timeout),
        (body().delayed(Duration::from_secs(100)), Error::is_timeout),
    ];
    for (reply, is) in cases {
        let mock = mock();
        let client = mock.builder().retry(onboarding_core::Retry::never()).build().unwrap().0;
        let shown = format!("{reply:?}");
        when_get(&mock).then(|_| reply).times(1);
        let error = get(&client, "a").send().await.unwrap_err();
        assert!(is(&error), "{shown}: {error:?}");
    }
    let mock = mock();
    when_get(&mock).then(|_| body().slowly(4, Duration::from_secs(1))).times(1);
    assert_eq!(get(&mock.client().0, "a").send().await.unwrap(), ["0123456789"]);
}

#[tokio::test]
async fn calls_are_counted() {
    let mock = mock();
    let client = mock.client().0;
    when_get(&mock).path("id", "twice").then(|respond| respond.status(200).json(&[(); 0])).times(2);
    when_get(&mock).path("id", "some").then(|respond| respond.status(200).json(&[(); 0]));
    when_get(&mock).path("id", "never").then(Then::refuse).times(0);
    when_get(&mock).path("id", "any").then(Then::refuse).any_times();
    get(&client, "twice").send().await.unwrap();
    let said = verified(&mock).unwrap();
    for part in
        ["`get` was expected twice, received once", "`get` was expected at least once, received never", "\"some\""]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    for id in ["twice", "some", "some", "some"] {
        get(&client, id).send().await.unwrap();
    }
    mock.verify();
    assert!(get(&client, "never").send().await.is_err());
    assert!(verified(&mock).is_some());
}

#[tokio::test]
async fn the_first_that_holds_responds_and_gives_way_when_it_is_used_up() {
    let mock = mock();
    let client = mock.client().0;
    when_get(&mock).then(|respond| respond.status(200).json(&["first"])).times(1);
    when_get(&mock).then(|respond| respond.status(200).json(&["second"]));
    for expected in ["first", "second", "second"] {
        assert_eq!(get(&client, "a").send().await.unwrap(), [expected]);
    }
}

#[tokio::test]
async fn requests_beyond_the_document_are_mocked_by_method_and_path() {
    let mock = mock();
    let client = mock.client().0;
    mock.raw(Method::GET, "/other/{name}")
        .path("name", "a b")
        .then(|respond| respond.status(200).body("text/plain", "c"));
    let response: RawResponse = client.raw(Method::GET, "/other/{name}").path("name", &"a b").send_raw().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.bytes()[..]), (200, &b"c"[..]));
    assert!(client.raw(Method::POST, "/other/a").send_raw().await.is_err());
    assert!(verified(&mock).is_some());
}

#[test]
fn what_was_expected_is_verified_when_the_mock_is_dropped() {
    let dropped = catch_unwind(|| {
        let mock = mock();
        when_get(&mock).then(Then::refuse);
    });
    let said = *dropped.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(said, "the calls of vendor are not as expected\n- `get` was expected at least once, received never");
    // A test that fails for another reason fails for that.
    let dropped = catch_unwind(|| {
        let mock = mock();
        when_get(&mock).then(Then::refuse);
        panic!("the reason");
    });
    assert_eq!(dropped.unwrap_err().downcast_ref::<&str>(), Some(&"the reason"));
}

#[test]
fn what_no_call_can_have_is_refused_at_once() {
    let panics = |says: &dyn Fn(When)| {
        let mock = mock();
        catch_unwind(AssertUnwindSafe(|| says(when_get(&mock)))).is_err()
    };
    assert!(panics(&|when| drop(when.absent("limt"))));
    assert!(panics(&|when| drop(when.header("x", "a\nb"))));
    assert!(panics(&|when| drop(when.query_joined("x", '|', ["a|b"]))));
    assert!(panics(&|when| drop(when.then(|respond| respond.status(42)))));
    assert!(panics(&|when| drop(when.then(|respond| respond.refuse().header("a", "b")))));
    assert!(!panics(&|when| drop(when.absent("limit"))));
}

/// How it can fail.
#[derive(Clone, PartialEq, StatusError)]
#[non_exhaustive]
pub enum CreateError {
    /// 404.
    #[wire(404)]
    NotFound(NewThing),
    /// Other statuses from 400 to 499.
    #[wire(400..=499)]
    ClientError(NewThing),
    /// 503.
    #[wire(503)]
    ServiceUnavailable,
    /// Others.
    #[wire(default)]
    Other,
}

#[test]
fn every_error_can_be_built() {
    for (error, status, body) in [
        (CreateError::NotFound(NewThing::new("a")), 404, r#"{"name":"a"}"#),
        (CreateError::ClientError(NewThing::new("a")), 400, r#"{"name":"a"}"#),
        (CreateError::ServiceUnavailable, 503, ""),
        (CreateError::Other, 500, ""),
    ] {
        let built = error::declared(error.clone());
        assert_eq!(built.declared(), Some(&error));
        assert_eq!(built.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(built.bytes().map(|bytes| &bytes[..]), Some(body.as_bytes()));
    }
    let undeclared: Error<CreateError> = error::undeclared(418, "no");
    assert_eq!((undeclared.status().unwrap().as_u16(), undeclared.declared()), (418, None));
    let malformed: Error<CreateError> = error::malformed(404, "{}", "data[3].name");
    assert_eq!(malformed.declared_status().unwrap().as_u16(), 404);
    assert!(chain(&malformed).contains("data[3].name"));
    let is = |error: Error<CreateError>| {
        (error.is_timeout(), error.is_connect(), error.is_validation(), error.is_unauthorized())
    };
    assert_eq!(is(error::timeout()), (true, false, false, false));
    assert_eq!(is(error::connect()), (false, true, false, false));
    assert_eq!(is(error::interrupted()), (false, false, false, false));
    assert_eq!(is(error::refused(Refused::PathParameter { name: "id" })), (false, false, true, false));
    assert_eq!(is(error::credentials(CredentialsErrorKind::SignInAgain)), (false, false, false, true));
}
