//! Lists of vendors come whole, or say that they did not: whatever a vendor makes of the size of a page.

use std::sync::Arc;

use onboarding::griffin::runtime::{
    BoxFuture, EarlyEnd, HeaderMap, StatusCode, Transport, TransportError, TransportRequest, TransportResponse, Url,
};
use onboarding::{AnyError, amiqus, carium, griffin};
use serde_json::{Value, json};

/// Responds to an address with what its function says.
#[derive(Clone)]
struct Vendor(Arc<dyn Fn(&Url) -> Value + Send + Sync>);

impl std::fmt::Debug for Vendor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Vendor")
    }
}

impl Transport for Vendor {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        let body = (self.0)(&request.url).to_string();
        Box::pin(async { Ok(TransportResponse::new(StatusCode::OK, HeaderMap::new(), body)) })
    }
}

/// A parameter of the query.
fn given(url: &Url, name: &str) -> Option<usize> {
    url.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok())
}

/// As many copies of the vendor's documented item as asked for, from the list of that name.
fn items(payload: &str, member: &str, count: usize) -> Value {
    let payload: Value = serde_json::from_str(payload).expect("a documented payload");
    Value::Array(vec![payload[member][0].clone(); count])
}

const PERSONS: &str = include_str!("../../../specs/griffin/examples/list_legal_persons.response.json");
const FEATURES: &str = include_str!("../../../specs/carium/examples/list_features.response.json");
const CLIENTS: &str = include_str!("../../../specs/amiqus/examples/list_clients.response.json");

#[tokio::test]
async fn griffins_60_legal_persons_come_by_25() {
    let vendor = Vendor(Arc::new(|url| {
        let from = given(url, "page[after]").unwrap_or(0);
        let to = (from + 25).min(60);
        let next = (to < 60).then(|| format!("/v0/organizations/og.1/legal-persons?page%5Bafter%5D={to}"));
        json!({ "legal-persons": items(PERSONS, "legal-persons", to - from), "links": { "next": next }, "at": from })
    }));
    let client = griffin::Client::builder().base_url("https://griffin.invalid").transport(vendor).build();
    let client = client.expect("it is complete");
    let persons = client.list_legal_persons(&"og.1".into()).items().collect().await.expect("all come");
    assert_eq!(persons.len(), 60);
}

/// Carium documents up to 1000 items a page, and a total that is often missing.
#[tokio::test]
async fn what_carium_caps_at_25_comes_all_the_same() {
    for total in [None, Some(60)] {
        let vendor = Vendor(Arc::new(move |url| {
            assert_eq!(given(url, "page[limit]"), Some(100));
            let from = given(url, "page[offset]").unwrap_or(0);
            let count = 60_usize.saturating_sub(from).min(25);
            let meta = json!({ "page[offset]": from, "page[total]": total });
            json!({ "data": items(FEATURES, "data", count), "meta": meta })
        }));
        let client = carium::Client::builder().base_url("https://carium.invalid").transport(vendor).build();
        let client = client.expect("it is complete");
        let features = client.list_features().page_limit(100).items().collect().await.expect("all come");
        assert_eq!(features.len(), 60, "{total:?}");
    }
}

#[tokio::test]
async fn a_vendor_that_stops_at_10_of_45_is_seen() {
    let vendor = Vendor(Arc::new(|url| {
        let page = given(url, "page").unwrap_or(1);
        let count = if page == 1 { 10 } else { 0 };
        let mut body: Value = serde_json::from_str(CLIENTS).expect("a documented payload");
        body["data"] = items(CLIENTS, "data", count);
        body["total"] = json!(45);
        body["current_page"] = json!(page);
        body
    }));
    let client = amiqus::Client::builder().base_url("https://amiqus.invalid").transport(vendor).build();
    let client = client.expect("it is complete");
    let incomplete = client.list_clients().limit(10).items().collect().await.expect_err("35 are missing");
    assert_eq!((incomplete.items.len(), incomplete.position.as_deref()), (10, Some("2")));
    assert_eq!(incomplete.error.ended_early(), Some(EarlyEnd::BeforeTotal { came: 10, total: 45 }));
    let error = AnyError::from(incomplete);
    assert_eq!(error.to_string(), "amiqus list_clients (GET /clients): the list ended before all of it came");
}
