//! Objects as generated code declares them, on the wire: null within lists and maps, and members beyond the documented ones.

use onboarding_core::derive::Object;
use onboarding_core::{Error, Map, Method, NoDeclaredError, Operation, Refused, RefusedCall, Violation};
use serde_json::{Value, json};

use crate::common::{Server, client, json};

/// Null is an item like any other.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(sent)]
struct Report {
    /// Some are missing.
    #[wire(required, "marks", max_items(4), each(maximum("6")))]
    pub marks: Vec<Option<f64>>,
    /// Rows of which each, and each cell of which, may be missing.
    #[wire(optional, "rows", each(each(max_length(3))))]
    pub rows: Option<Vec<Option<Vec<Option<String>>>>>,
    /// Values of a map.
    #[wire(optional, "names")]
    #[rustfmt::skip]
    pub names: Option<
        Map<Option<String>>,
    >,
}

/// Named members, and others that have a type too.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(sent, constant("type", "thing"))]
struct Thing {
    /// What it is called.
    #[wire(required, "label")]
    pub label: String,
    /// A member of that name.
    #[wire(optional, "extra")]
    pub extra_: Option<String>,
    /// Remarks.
    #[wire(extra, each(max_length(5)))]
    pub extra: Map<Option<String>>,
}

/// So many texts that two could be swapped unseen.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(sent, builder = NameBuilder)]
struct Name {
    /// First name.
    #[wire(required, "first", private)]
    pub first: String,
    /// Middle name, or null.
    #[wire(required, "middle", private)]
    pub middle: Option<String>,
    /// Last name.
    #[wire(required, "last", private)]
    pub last: String,
    /// Title.
    #[wire(optional, "title")]
    pub title: Option<String>,
}

static CREATE: Operation = Operation::new("create", Method::POST, "/things");

/// Sends a body and reads it back from a server that echoes.
async fn echoed<T>(body: &T) -> Result<(T, Value), Error<NoDeclaredError>>
where
    T: serde::Serialize + serde::de::DeserializeOwned + onboarding_core::Check,
{
    let server = Server::start(|_, request| json(200, &request.body)).await;
    let call = client(&server).request(&CREATE).json("application/json", body);
    let value = call.returns_json::<T, NoDeclaredError>().send().await?;
    let received = server.received();
    Ok((value, serde_json::from_slice(&received[0].body).unwrap()))
}

async fn refused<T>(body: &T) -> Violation
where
    T: serde::Serialize + serde::de::DeserializeOwned + onboarding_core::Check,
{
    match echoed(body).await.map(|(_, sent)| sent) {
        Err(Error::Refused(RefusedCall { reason: Refused::Value { violation }, .. })) => violation,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn null_is_an_item_and_a_value() {
    let sent = Report::new(vec![Some(1.5), None])
        .rows(vec![None, Some(vec![Some("a".to_owned()), None])])
        .names([("a".to_owned(), None), ("b".to_owned(), Some("c".to_owned()))]);
    let (read, wire) = echoed(&sent).await.unwrap();
    assert_eq!(wire, json!({ "marks": [1.5, null], "rows": [null, ["a", null]], "names": { "a": null, "b": "c" } }));
    assert_eq!(read, sent);
    assert_eq!(refused(&Report::new(vec![None, Some(7.0)])).await.to_string(), "`marks[1]` must be 6 or less");
    let long = Report::new(vec![]).rows(vec![None, Some(vec![None, Some("abcd".to_owned())])]);
    assert_eq!(refused(&long).await.path(), "rows[1][1]");
}

#[tokio::test]
async fn further_members_have_their_type_and_are_sent_again() {
    let sent = Thing::new("a").extra_("b").extra("note", "c".to_owned()).extra("none", None);
    let (read, wire) = echoed(&sent).await.unwrap();
    assert_eq!(wire, json!({ "type": "thing", "label": "a", "extra": "b", "note": "c", "none": null }));
    assert_eq!(read, sent);
    assert_eq!(read.extra["note"].as_deref(), Some("c"));
    assert!(!format!("{read:?}").contains("note"), "what the vendor or a caller named is not shown");
    let error = serde_json::from_value::<Thing>(json!({ "type": "thing", "label": "a", "note": 7 })).unwrap_err();
    assert!(error.to_string().contains("expected"), "{error}");
}

#[tokio::test]
async fn further_members_keep_their_limits_and_their_names() {
    let long = refused(&Thing::new("a").extra("note", "abcdef".to_owned())).await;
    assert_eq!(long.rule(), "at most 5 characters long");
    for name in ["label", "extra", "type"] {
        let violation = refused(&Thing::new("a").extra(name, "c".to_owned())).await;
        assert_eq!(violation.path(), name, "it would be sent twice");
    }
}

#[tokio::test]
async fn a_builder_takes_required_members_by_name_and_names_those_that_are_missing() {
    let builder = Name::builder().last("b").first("a");
    assert_eq!(format!("{builder:?}"), "NameBuilder { .. }", "it holds what is private");
    let missing = builder.clone().build().unwrap_err();
    assert_eq!((missing.type_name(), missing.members()), ("Name", ["middle"].as_slice()));
    assert_eq!(missing.to_string(), "required members of `Name` are missing: `middle`");
    let all = Name::builder().build().unwrap_err();
    assert_eq!(all.members(), ["first", "middle", "last"]);
    let name = builder.middle(None).build().unwrap().title("Dr");
    let (read, wire) = echoed(&name).await.unwrap();
    assert_eq!(wire, json!({ "first": "a", "middle": null, "last": "b", "title": "Dr" }));
    assert_eq!(read, name);
}
