//! Lists in pages, over real HTTP on loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use onboarding_core::derive::{Object, UntaggedUnion};
use onboarding_core::{
    Call, CallInfo, Client, ClientBuilder, Credentials, Drift, Error, JsonValue, Method, NoDeclaredError, Observer,
    Operation, Page, Refused, Retry, VendorClient, derive,
};
use wiremock::matchers::{any, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

struct Things {
    core: Client,
}

impl VendorClient for Things {
    const VENDOR: &'static str = "things";
    const USER_AGENT: &'static str = "things/1";
    type Environment = std::convert::Infallible;
    type Credentials = Credentials;

    fn from_core(core: Client) -> Self {
        Self { core }
    }
}

/// A page.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(page(items = data, total = total))]
pub struct ThingPage {
    /// The things.
    #[wire(required, "data")]
    pub data: Vec<i64>,
    /// How many there are.
    #[wire(optional, "total")]
    pub total: Option<i64>,
}

/// By number.
#[derive(Debug, derive::Call)]
#[must_use = "nothing is sent before `send`"]
#[wire(pages(number, "page", "limit", 2))]
pub struct ListByNumber(Call<ThingPage, NoDeclaredError>);

impl ListByNumber {
    /// Page.
    pub fn page(self, page: impl Into<i64>) -> Self {
        Self(self.0.query::<i64>("page", page.into(), &[]))
    }
    /// Limit.
    pub fn limit(self, limit: impl Into<i64>) -> Self {
        Self(self.0.query::<i64>("limit", limit.into(), &[]))
    }
}

/// By offset.
#[derive(Debug, derive::Call)]
#[must_use = "nothing is sent before `send`"]
#[wire(pages(offset, "offset", "limit"))]
pub struct ListByOffset(Call<ThingPage, NoDeclaredError>);

impl ListByOffset {
    /// Offset.
    pub fn offset(self, offset: impl Into<i64>) -> Self {
        Self(self.0.query::<i64>("offset", offset.into(), &[]))
    }
    /// Limit.
    pub fn limit(self, limit: impl Into<i64>) -> Self {
        Self(self.0.query::<i64>("limit", limit.into(), &[]))
    }
}

/// Where other pages are.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
pub struct Links {
    /// The next page.
    #[wire(optional, "next", private)]
    pub next: Option<String>,
}

/// A page that leads to the next one.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(page(items = data, next = links?.next?))]
pub struct LinkedPage {
    /// The things.
    #[wire(required, "data")]
    pub data: Vec<i64>,
    /// Other pages.
    #[wire(optional, "links")]
    pub links: Option<Links>,
}

/// By cursor.
#[derive(Debug, derive::Call)]
#[must_use = "nothing is sent before `send`"]
#[wire(pages(cursor, "after"))]
pub struct ListByCursor(Call<LinkedPage, NoDeclaredError>);

impl ListByCursor {
    /// Cursor.
    pub fn after(self, after: impl Into<String>) -> Self {
        Self(self.0.query::<String>("after", after.into(), &[]))
    }
}

/// By link.
#[derive(Debug, derive::Call)]
#[must_use = "nothing is sent before `send`"]
#[wire(pages(link))]
pub struct ListByLink(Call<LinkedPage, NoDeclaredError>);

/// A page, or its items alone.
#[derive(Clone, PartialEq, UntaggedUnion)]
#[non_exhaustive]
#[wire(page)]
pub enum ThingList {
    /// See [`ThingPage`].
    #[wire(object)]
    Page(ThingPage),
    /// The items alone.
    #[wire(array)]
    Things(Vec<i64>),
    /// Another form.
    #[wire(unknown)]
    Unknown(JsonValue),
}

/// By offset, in either form.
#[derive(Debug, derive::Call)]
#[must_use = "nothing is sent before `send`"]
#[wire(pages(offset, "offset", "limit"))]
pub struct ListInEitherForm(Call<ThingList, NoDeclaredError>);

impl ListInEitherForm {
    /// Offset.
    pub fn offset(self, offset: impl Into<i64>) -> Self {
        Self(self.0.query::<i64>("offset", offset.into(), &[]))
    }
    /// Limit.
    pub fn limit(self, limit: impl Into<i64>) -> Self {
        Self(self.0.query::<i64>("limit", limit.into(), &[]))
    }
}

impl Things {
    fn new(server: &MockServer) -> Self {
        ClientBuilder::<Self>::default().base_url(server.uri()).retry(Retry::never()).build().unwrap()
    }

    fn by_number(&self) -> ListByNumber {
        static OPERATION: Operation = Operation::new("by_number", Method::GET, "/things");
        ListByNumber(self.core.request(&OPERATION).returns_json())
    }

    fn by_cursor(&self) -> ListByCursor {
        static OPERATION: Operation = Operation::new("by_cursor", Method::GET, "/things");
        ListByCursor(self.core.request(&OPERATION).query("limit", &2_i64).returns_json())
    }

    fn by_link(&self) -> ListByLink {
        static OPERATION: Operation = Operation::new("by_link", Method::GET, "/things/{kind}");
        ListByLink(self.core.request(&OPERATION).path("kind", &"all").query("limit", &2_i64).returns_json())
    }

    fn in_either_form(&self) -> ListInEitherForm {
        static OPERATION: Operation = Operation::new("in_either_form", Method::GET, "/things");
        ListInEitherForm(self.core.request(&OPERATION).returns_json())
    }

    fn by_offset(&self) -> ListByOffset {
        static OPERATION: Operation = Operation::new("by_offset", Method::GET, "/things");
        ListByOffset(self.core.request(&OPERATION).returns_json())
    }
}

/// A vendor with the numbers 0 to `count`, that honours both styles, and tells the total or not.
async fn vendor(count: i64, tells_total: bool) -> MockServer {
    let server = MockServer::start().await;
    let response = move |request: &Request| {
        let given = |name: &str| {
            request.url.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<i64>().ok())
        };
        let limit = given("limit").unwrap_or(2);
        let offset = given("offset").unwrap_or_else(|| (given("page").unwrap_or(1) - 1) * limit);
        let data: Vec<String> = (offset..count.min(offset + limit)).map(|number| number.to_string()).collect();
        let total = if tells_total { format!(r#", "total": {count}"#) } else { String::new() };
        ResponseTemplate::new(200)
            .set_body_raw(format!(r#"{{ "data": [{}]{total} }}"#, data.join(",")), "application/json")
    };
    Mock::given(any()).respond_with(response).mount(&server).await;
    server
}

async fn asked(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| request.url.query().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn all_items_come_once_and_nothing_is_asked_for_behind_the_last_page() {
    for count in [1, 2, 3, 4, 5] {
        let pages = usize::try_from((count + 1) / 2).unwrap();
        let server = vendor(count, true).await;
        let items = Things::new(&server).by_number().items().collect().await.unwrap();
        assert_eq!(items, (0..count).collect::<Vec<_>>());
        assert_eq!(asked(&server).await.len(), pages, "{count} items");

        let server = vendor(count, true).await;
        let items = Things::new(&server).by_offset().limit(2).items().collect().await.unwrap();
        assert_eq!(items, (0..count).collect::<Vec<_>>());
        assert_eq!(asked(&server).await.len(), pages, "{count} items");
    }
}

#[tokio::test]
async fn an_empty_list_is_one_empty_page() {
    let server = vendor(0, true).await;
    let mut pages = Things::new(&server).by_number().pages();
    assert!(pages.next().await.unwrap().unwrap().data.is_empty());
    assert!(pages.next().await.is_none());
    assert_eq!(asked(&server).await, ["page=1"]);
}

#[tokio::test]
async fn without_a_total_a_short_page_or_an_empty_one_is_the_last() {
    let server = vendor(3, false).await;
    assert_eq!(Things::new(&server).by_number().items().collect().await.unwrap(), [0, 1, 2]);
    assert_eq!(asked(&server).await, ["page=1", "page=2"]);

    let server = vendor(4, false).await;
    assert_eq!(Things::new(&server).by_offset().items().collect().await.unwrap(), [0, 1, 2, 3]);
    assert_eq!(asked(&server).await, ["offset=0", "offset=2", "offset=4"]);
}

#[tokio::test]
async fn pages_are_asked_for_when_they_are_wanted() {
    let server = vendor(5, true).await;
    let mut items = Things::new(&server).by_number().items();
    assert!(asked(&server).await.is_empty());
    items.next().await.unwrap().unwrap();
    items.next().await.unwrap().unwrap();
    assert_eq!(asked(&server).await, ["page=1"]);
    items.next().await.unwrap().unwrap();
    assert_eq!(asked(&server).await, ["page=1", "page=2"]);
}

#[tokio::test]
async fn a_vendor_that_repeats_itself_is_not_asked_for_ever() {
    let server = MockServer::start().await;
    let same = ResponseTemplate::new(200).set_body_raw(r#"{ "data": [1, 2] }"#, "application/json");
    Mock::given(any()).respond_with(same).mount(&server).await;
    assert_eq!(Things::new(&server).by_number().items().collect().await.unwrap(), [1, 2]);
    assert_eq!(asked(&server).await.len(), 2);
}

/// A vendor whose pages go round: the page with each number, or at each offset, comes again after so many.
async fn round(length: i64, total: Option<i64>) -> MockServer {
    let server = MockServer::start().await;
    let response = move |request: &Request| {
        let asked = request.url.query_pairs().find(|(key, _)| key == "page" || key == "offset");
        let at = asked.and_then(|(_, value)| value.parse::<i64>().ok()).unwrap_or(0);
        let number = if request.url.query().is_some_and(|query| query.contains("offset")) { at / 2 } else { at - 1 };
        let (first, second) = (number % length * 2, number % length * 2 + 1);
        let total = total.map_or_else(String::new, |total| format!(r#", "total": {total}"#));
        ResponseTemplate::new(200)
            .set_body_raw(format!(r#"{{ "data": [{first}, {second}]{total} }}"#), "application/json")
    };
    Mock::given(any()).respond_with(response).mount(&server).await;
    server
}

#[tokio::test]
async fn pages_that_go_round_end_after_the_first_round() {
    for (length, total) in [(1, None), (2, None), (3, Some(1_000_000)), (10, None), (40, Some(i64::MAX))] {
        let all: Vec<i64> = (0..2 * length).collect();
        let server = round(length, total).await;
        assert_eq!(Things::new(&server).by_number().items().collect().await.unwrap(), all);
        assert_eq!(
            i64::try_from(asked(&server).await.len()).unwrap(),
            length + 1,
            "the first page that comes again ends the list"
        );

        let server = round(length, total).await;
        assert_eq!(Things::new(&server).by_offset().limit(2).items().collect().await.unwrap(), all);
        assert_eq!(i64::try_from(asked(&server).await.len()).unwrap(), length + 1);
    }
}

/// Is told of lists that repeat themselves.
#[derive(Clone, Debug, Default)]
struct Repeats(std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl Observer for Repeats {
    fn drift(&self, _: &CallInfo<'_>, drift: &Drift<'_>) {
        if matches!(drift, Drift::RepeatedPage) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    }
}

#[tokio::test]
async fn the_observer_is_told_that_pages_go_round() {
    let (server, repeats) = (round(2, None).await, Repeats::default());
    let things = ClientBuilder::<Things>::default().base_url(server.uri()).observer(repeats.clone()).build().unwrap();
    let mut pages = things.by_number().pages();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        page.unwrap();
        count += 1;
    }
    assert_eq!((count, repeats.0.load(std::sync::atomic::Ordering::SeqCst)), (2, 1));
}

#[tokio::test]
async fn a_position_beyond_all_numbers_ends_the_list() {
    let server = MockServer::start().await;
    let count = std::sync::atomic::AtomicUsize::new(0);
    let response = move |_: &Request| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        ResponseTemplate::new(200).set_body_raw(format!(r#"{{ "data": [{number}, 1] }}"#), "application/json")
    };
    Mock::given(any()).respond_with(response).mount(&server).await;
    let things = Things::new(&server);
    assert_eq!(things.by_number().page(i64::MAX - 1).items().collect().await.unwrap(), [0, 1, 1, 1]);
    assert_eq!(things.by_offset().offset(i64::MAX).items().collect().await.unwrap().len(), 2);
    assert_eq!(asked(&server).await.len(), 3);
}

#[tokio::test]
async fn a_list_is_taken_up_again_where_an_error_ended_it() {
    let server = vendor(6, true).await;
    let failing = Mock::given(query_param("page", "2")).respond_with(ResponseTemplate::new(503));
    failing.up_to_n_times(1).with_priority(1).mount(&server).await;
    let client = Things::new(&server);
    let mut pages = client.by_number().pages();
    assert_eq!(pages.next().await.unwrap().unwrap().data, [0, 1]);
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 503);
    assert!(pages.next().await.is_none());
    assert_eq!(pages.position(), Some("2"));
    let position = pages.position().unwrap().to_owned();
    let rest = client.by_number().pages().starting_at(position).items().collect().await.unwrap();
    assert_eq!(rest, [2, 3, 4, 5]);
    assert_eq!(asked(&server).await, ["page=1", "page=2", "page=2", "page=3"]);
}

#[tokio::test]
async fn a_list_is_read_with_its_total_and_as_a_bare_array() {
    let server = vendor(4, true).await;
    assert_eq!(Things::new(&server).in_either_form().items().collect().await.unwrap(), [0, 1, 2, 3]);
    assert_eq!(asked(&server).await, ["offset=0", "offset=2"]);

    let server = MockServer::start().await;
    for (offset, body) in [("0", "[0, 1]"), ("2", "[2]")] {
        let bare = ResponseTemplate::new(200).set_body_raw(body, "application/json");
        Mock::given(query_param("offset", offset)).respond_with(bare).mount(&server).await;
    }
    assert_eq!(Things::new(&server).in_either_form().limit(2).items().collect().await.unwrap(), [0, 1, 2]);
    assert_eq!(asked(&server).await, ["limit=2&offset=0", "limit=2&offset=2"]);

    let mut pages = Things::new(&server).in_either_form().limit(2).pages();
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!((page.count(), page.total()), (2, None));
    assert!(matches!(page, ThingList::Things(_)));
}

/// A vendor whose pages say what leads to the next one: each answer is what the function makes of the path and the query.
async fn leading(page: impl Fn(&str, &str) -> (Vec<i64>, Option<String>) + Send + Sync + 'static) -> MockServer {
    let server = MockServer::start().await;
    let response = move |request: &Request| {
        let (data, next) = page(request.url.path(), request.url.query().unwrap_or_default());
        let links = serde_json::json!({ "data": data, "links": { "next": next } });
        ResponseTemplate::new(200).set_body_json(links)
    };
    Mock::given(any()).respond_with(response).mount(&server).await;
    server
}

#[tokio::test]
async fn a_cursor_is_sent_as_the_page_before_has_it_until_there_is_none() {
    let next = |query: &str| match query {
        "limit=2" => (vec![0, 1], Some("a b&c=\"é".to_owned())),
        "limit=2&after=a%20b%26c%3D%22%C3%A9" => (vec![], Some("2".to_owned())),
        "limit=2&after=2" => (vec![2], Some("last".to_owned())),
        // An empty text leads nowhere either.
        "limit=2&after=last" => (vec![3], Some(String::new())),
        other => panic!("{other}"),
    };
    let server = leading(move |_, query| next(query)).await;
    let things = Things::new(&server);
    assert_eq!(things.by_cursor().items().collect().await.unwrap(), [0, 1, 2, 3], "an empty page is not the last");
    assert_eq!(asked(&server).await.len(), 4);
    assert_eq!(things.by_cursor().after("2").items().collect().await.unwrap(), [2, 3]);
    assert_eq!(things.by_cursor().pages().starting_at("last").items().collect().await.unwrap(), [3]);
    let mut pages = things.by_cursor().pages();
    assert_eq!(pages.position(), None);
    pages.next().await.unwrap().unwrap();
    assert_eq!(pages.position(), Some("a b&c=\"é"));
    assert!(!format!("{pages:?}").contains("a b&c"), "it may be private");
}

#[tokio::test]
async fn a_list_of_60_by_25_is_followed_by_its_links() {
    for form in ["absolute", "path", "query"] {
        let origin = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
        let base = origin.clone();
        let server = leading(move |path, query| {
            assert_eq!(path, "/v0/things/all", "the address is below the base URL");
            let from = query.strip_prefix("page%5Bafter%5D=").map_or(0, |after| after.parse::<i64>().unwrap());
            let to = (from + 25).min(60);
            let query = format!("?page%5Bafter%5D={to}");
            let link = match form {
                "absolute" => format!("{}/v0/things/all{query}", base.get().unwrap()),
                "path" => format!("/v0/things/all{query}"),
                _ => query,
            };
            ((from..to).collect(), (to < 60).then_some(link))
        })
        .await;
        origin.set(server.uri()).unwrap();
        let base = format!("{}/v0/", server.uri());
        let things = ClientBuilder::<Things>::default().base_url(base).retry(Retry::never()).build().unwrap();
        assert_eq!(things.by_link().items().collect().await.unwrap(), (0..60).collect::<Vec<_>>(), "{form}");
        assert_eq!(asked(&server).await, ["limit=2", "page%5Bafter%5D=25", "page%5Bafter%5D=50"], "{form}");
    }
}

#[tokio::test]
async fn a_link_that_leads_elsewhere_is_not_followed() {
    let elsewhere = MockServer::start().await;
    for link in [
        format!("{}/v0/things", elsewhere.uri()),
        elsewhere.uri().replacen("http:", "", 1),
        "https://127.0.0.1/v0/things".to_owned(),
        "/v1/things".to_owned(),
        "/v00/things".to_owned(),
        "/v0".to_owned(),
        "../../admin".to_owned(),
        "%2e%2e/%2E%2e/admin".to_owned(),
        "\\\\evil.example\\v0\\things".to_owned(),
        "file:///v0/things".to_owned(),
        "data:,{}".to_owned(),
        "http://[".to_owned(),
    ] {
        let given = link.clone();
        let server = leading(move |_, _| (vec![1], Some(given.clone()))).await;
        let base = format!("{}/v0", server.uri());
        let things = ClientBuilder::<Things>::default().base_url(base).build().unwrap();
        let mut pages = things.by_link().pages();
        assert_eq!(pages.next().await.unwrap().unwrap().data, [1]);
        let error = pages.next().await.unwrap().unwrap_err();
        let Error::Refused(refused) = &error else { panic!("{link}: {error:?}") };
        assert_eq!(refused.reason, Refused::NextPage, "{link}");
        assert!(!error.is_validation(), "nothing is wrong with what the caller gave");
        assert!(pages.next().await.is_none());
        assert_eq!(pages.position(), Some(link.as_str()));
        assert_eq!((asked(&server).await.len(), asked(&elsewhere).await.len()), (1, 0), "{link}");
    }
}

#[tokio::test]
async fn what_leads_back_or_nowhere_ends_the_list() {
    // Each page is new, but leads to one that was asked for.
    let number = std::sync::atomic::AtomicI64::new(0);
    let server = leading(move |_, _| {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        (vec![number], Some((number % 3).to_string()))
    })
    .await;
    let repeats = Repeats::default();
    let things = ClientBuilder::<Things>::default().base_url(server.uri()).observer(repeats.clone()).build().unwrap();
    assert_eq!(things.by_cursor().items().collect().await.unwrap(), [0, 1, 2, 3]);
    assert_eq!(repeats.0.load(std::sync::atomic::Ordering::SeqCst), 1);

    // Empty pages without end.
    let number = std::sync::atomic::AtomicI64::new(0);
    let server =
        leading(move |_, _| (vec![], Some(number.fetch_add(1, std::sync::atomic::Ordering::SeqCst).to_string()))).await;
    assert_eq!(Things::new(&server).by_cursor().items().collect().await.unwrap(), [0_i64; 0]);
    assert_eq!(asked(&server).await.len(), 1001);
}
