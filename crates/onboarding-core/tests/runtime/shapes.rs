//! Objects as generated code declares them, on the wire: null within lists and maps, and members beyond the documented ones.

use onboarding_core::{Error, Map, Method, NoDeclaredError, Operation, Refused, Violation, object};
use serde_json::{Value, json};

use crate::common::{Server, client, json};

object! {
    /// Null is an item like any other.
    pub struct Report: sent {
        required {
            /// Some are missing.
            marks: Vec<Option<f64>> = "marks" [max_items(4), each_maximum("6")],
        }
        optional {
            /// Rows of which each, and each cell of which, may be missing.
            rows: Vec<Option<Vec<Option<String>>>> = "rows" [each(onboarding_core::Rule::each_max_length(3))],
            /// Values of a map.
            names: Map<Option<String>> = "names",
        }
    }
}

object! {
    /// Named members, and others that have a type too.
    pub struct Thing: sent {
        constant { kind: "thing" = "type" }
        required {
            /// What it is called.
            label: String = "label",
        }
        optional {
            /// A member of that name.
            extra_: String = "extra",
        }
        extra {
            /// Remarks.
            extra: Option<String> = [each_max_length(5)]
        }
    }
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
        Err(Error::Refused(Refused::Value { violation })) => violation,
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
