//! What is given as a parameter is what arrives, or nothing is sent.

use onboarding_core::{
    BuildError, ClientBuilder, Error, Method, NoDeclaredError, Operation, Parameter, Refused, RefusedCall,
};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::common::{Server, Vendor, builder, client, json};

static GET: Operation = Operation::new("get", Method::GET, "/things/{id}/parts");
static LIST: Operation = Operation::new("list", Method::GET, "/things");

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

/// Any text, with those that have hurt others more often than by chance.
fn any_text() -> impl Strategy<Value = String> {
    let bad = [
        "", ".", "..", "%2e%2e", "../..", "a/b", "a\\b", "?", "#", "a b", "+", "&x=1", "\u{0}", "\t", "\r\n", "é",
        "{id}",
    ];
    prop_oneof![proptest::sample::select(bad.to_vec()).prop_map(str::to_owned), any::<String>()]
}

/// Runs a property against a server that responds with `{}`.
fn check<S: Strategy>(strategy: S, property: impl Fn(&Server, &onboarding_core::Client, S::Value) + 'static)
where
    S::Value: 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(Server::start(|_, _| json(200, "{}")));
    let client = client(&server);
    let _entered = runtime.enter();
    TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() })
        .run(&strategy, |value| {
            property(&server, &client, value);
            Ok(())
        })
        .unwrap();
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Handle::current().block_on(future)
}

#[test]
fn a_path_parameter_arrives_as_given_or_is_refused() {
    check(any_text(), |server, client, text| {
        let before = server.count();
        let call = client.request(&GET).path("id", &text).returns_nothing::<NoDeclaredError>();
        let result = block_on(call.send());
        if matches!(text.as_str(), "" | "." | "..") {
            assert!(matches!(
                result,
                Err(Error::Refused(RefusedCall { reason: Refused::PathParameter { name: "id" }, .. }))
            ));
            assert_eq!(server.count(), before, "nothing was sent");
            return;
        }
        result.unwrap();
        let received = server.received();
        let path = received.last().unwrap().target();
        let id = path.strip_prefix("/things/").and_then(|rest| rest.strip_suffix("/parts")).unwrap();
        assert!(!id.contains('/'));
        assert_eq!(decoded(id), text);
    });
}

#[test]
fn query_parameters_arrive_as_given() {
    check((any_text(), proptest::collection::vec(any_text(), 1..4)), |server, client, (text, texts)| {
        let call = client
            .request(&LIST)
            .query("filter[a&b]", &text)
            .query_each("each", &texts)
            .query_joined("joined", ',', &texts);
        block_on(call.returns_nothing::<NoDeclaredError>().send()).unwrap();
        let received = server.received();
        let (path, query) = received.last().unwrap().target().split_once('?').unwrap();
        assert_eq!(path, "/things");
        let pairs: Vec<(String, &str)> = query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (decoded(name), value))
            .collect();
        assert_eq!(pairs[0].0, "filter[a&b]");
        assert_eq!(decoded(pairs[0].1), text);
        let each: Vec<String> = pairs[1..=texts.len()].iter().map(|(_, value)| decoded(value)).collect();
        assert_eq!(each, texts);
        let joined: Vec<String> = pairs.last().unwrap().1.split(',').map(decoded).collect();
        assert_eq!(joined, texts);
        assert_eq!(pairs.len(), texts.len() + 2);
    });
}

#[test]
fn a_header_parameter_arrives_as_given_or_is_refused() {
    check(any_text(), |server, client, text| {
        let before = server.count();
        let call = client.request(&LIST).header("x-parameter", &text).returns_nothing::<NoDeclaredError>();
        match block_on(call.send()) {
            Ok(()) => {
                let received = server.received();
                assert_eq!(received.last().unwrap().header("x-parameter").unwrap_or_default(), text);
            }
            Err(error) => {
                assert!(matches!(
                    error,
                    Error::Refused(RefusedCall { reason: Refused::HeaderParameter { name: "x-parameter" }, .. })
                ));
                assert_eq!(server.count(), before, "nothing was sent");
                assert!(text.bytes().any(|byte| !(0x21..0x7f).contains(&byte)), "{text:?} can travel");
            }
        }
    });
}

#[tokio::test]
async fn placeholders_are_filled_in_order_and_all() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let client = client(&server);
    for request in
        [client.request(&GET), client.request(&GET).path("other", &"1"), client.request(&LIST).path("id", &"1")]
    {
        let error = request.returns_nothing::<NoDeclaredError>().send().await.unwrap_err();
        assert!(matches!(error, Error::Refused(RefusedCall { reason: Refused::Address, .. })));
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused_once_and_not_shown() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    // This client repeats what may be repeated.
    let client = builder(&server).build().unwrap().0;
    let long = "é".repeat(5_000_000);
    for request in [client.request(&GET).path("id", &long), client.request(&LIST).query("q", &long)] {
        let error = request.returns_nothing::<NoDeclaredError>().send().await.unwrap_err();
        assert!(matches!(error, Error::Refused(RefusedCall { reason: Refused::Address, .. })), "{error:?}");
    }
    assert_eq!(server.count(), 0, "nothing was sent");
}

#[test]
fn times_keep_their_fractions_and_say_utc() {
    let at: onboarding_core::Timestamp = "2024-02-29T12:30:00.250+01:00".parse().unwrap();
    assert_eq!(at.to_text(), "2024-02-29T11:30:00.250Z");
}

fn build(base_url: &str) -> Result<String, BuildError> {
    ClientBuilder::<Vendor>::default().base_url(base_url).build().map(|vendor| vendor.0.base_url().to_owned())
}

#[test]
fn base_urls_are_secure_and_bare() {
    for (given, taken) in [
        ("https://api.vendor.invalid", "https://api.vendor.invalid"),
        ("https://api.vendor.invalid/", "https://api.vendor.invalid"),
        ("https://proxy.invalid/vendor/v2/", "https://proxy.invalid/vendor/v2"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.8.9.1/x", "http://127.8.9.1/x"),
        ("http://[::1]:1", "http://[::1]:1"),
    ] {
        assert_eq!(build(given).unwrap(), taken);
    }
    for given in
        ["http://vendor.invalid", "http://localhost.vendor.invalid", "http://10.0.0.1", "http://127.0.0.1.nip.io"]
    {
        assert!(matches!(build(given), Err(BuildError::InsecureBaseUrl)), "{given}");
    }
    for given in [
        "https://ann:pw@vendor.invalid",
        "https://ann@vendor.invalid",
        "https://vendor.invalid/?a=b",
        "https://vendor.invalid#x",
        "ftp://vendor.invalid",
        "vendor.invalid",
        "",
        "data:,x",
    ] {
        let error = build(given).unwrap_err();
        assert!(matches!(error, BuildError::InvalidBaseUrl { .. }), "{given}");
        assert!(!format!("{error} {error:?}").contains("pw"));
    }
    assert!(matches!(ClientBuilder::<Vendor>::default().build(), Err(BuildError::MissingBaseUrl)));
    assert!(ClientBuilder::<Vendor>::default().base_url("http://vendor.invalid").allow_http().build().is_ok());
}

#[tokio::test]
async fn a_path_in_the_base_url_stays_in_front() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let client = builder(&server).base_url(format!("{}/proxy/v2/", server.base_url())).build().unwrap().0;
    client.request(&LIST).returns_nothing::<NoDeclaredError>().send().await.unwrap();
    assert_eq!(server.received()[0].target(), "/proxy/v2/things");
}
