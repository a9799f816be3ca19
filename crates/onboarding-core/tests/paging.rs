//! Lists in pages, over real HTTP on loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use onboarding_core::derive::{Object, UntaggedUnion};
use onboarding_core::{
    AnyError, Call, CallInfo, Client, ClientBuilder, Credentials, Drift, EarlyEnd, Error, Incomplete, JsonValue,
    Method, NoDeclaredError, Observer, Operation, Page, Refused, Retry, VendorClient, derive,
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

/// By the `Link` header.
#[derive(Debug, derive::Call)]
#[must_use = "nothing is sent before `send`"]
#[wire(pages(header))]
pub struct ListByHeader(Call<Vec<i64>, NoDeclaredError>);

/// By number, from a vendor that gives no more than three a page and fills them.
#[derive(Debug, derive::Call)]
#[must_use = "nothing is sent before `send`"]
#[wire(pages(number, "page", "limit", 2, max = 3, full))]
pub struct ListFullPages(Call<ThingPage, NoDeclaredError>);

impl ListFullPages {
    /// Limit.
    pub fn limit(self, limit: impl Into<i64>) -> Self {
        Self(self.0.query::<i64>("limit", limit.into(), &[]))
    }
}

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

    fn by_header(&self) -> ListByHeader {
        static OPERATION: Operation = Operation::new("by_header", Method::GET, "/things");
        ListByHeader(self.core.request(&OPERATION).returns_json())
    }

    fn full_pages(&self) -> ListFullPages {
        static OPERATION: Operation = Operation::new("full_pages", Method::GET, "/things");
        ListFullPages(self.core.request(&OPERATION).returns_json())
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
async fn without_a_total_an_empty_page_is_the_last_or_a_short_one_where_pages_are_full() {
    let server = vendor(3, false).await;
    assert_eq!(Things::new(&server).by_number().items().collect().await.unwrap(), [0, 1, 2]);
    assert_eq!(asked(&server).await, ["page=1", "page=2", "page=3"]);

    let server = vendor(3, false).await;
    assert_eq!(Things::new(&server).full_pages().items().collect().await.unwrap(), [0, 1, 2]);
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
    let incomplete = Things::new(&server).by_number().items().collect().await.unwrap_err();
    assert_eq!(came(&incomplete), (vec![1, 2], Some(EarlyEnd::RepeatedPage)));
    assert_eq!(asked(&server).await.len(), 2);
}

/// What came of a list that ended early, and why it did.
fn came(incomplete: &Incomplete<i64, NoDeclaredError>) -> (Vec<i64>, Option<EarlyEnd>) {
    (incomplete.items.clone(), incomplete.error.ended_early())
}

/// A vendor with `count` numbers that gives no more than `cap` a page, but says where a page begins by the limit that it was asked for.
async fn capping(count: i64, cap: i64, tells_total: bool) -> MockServer {
    let server = MockServer::start().await;
    let response = move |request: &Request| {
        let given = |name: &str| {
            request.url.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<i64>().ok())
        };
        let limit = given("limit").unwrap_or(2);
        let from = given("offset").unwrap_or_else(|| (given("page").unwrap_or(1) - 1) * limit);
        let data: Vec<i64> = (from..count.min(from + limit.min(cap))).collect();
        ResponseTemplate::new(200)
            .set_body_json(serde_json::json!({ "data": data, "total": tells_total.then_some(count), "at": from }))
    };
    Mock::given(any()).respond_with(response).mount(&server).await;
    server
}

#[tokio::test]
async fn a_vendor_that_caps_what_is_asked_for_loses_nothing_unseen() {
    // Where items are counted, each page begins behind the last item that came.
    for tells_total in [false, true] {
        let server = capping(60, 25, tells_total).await;
        let items = Things::new(&server).by_offset().limit(100).items().collect().await.unwrap();
        assert_eq!(items, (0..60).collect::<Vec<_>>());
    }
    // Where pages are, the vendor has left out what the call asked for and did not get.
    let server = capping(60, 25, false).await;
    let incomplete = Things::new(&server).by_number().limit(30).items().collect().await.unwrap_err();
    let expected = (0..25).chain(30..55).collect();
    assert_eq!(came(&incomplete), (expected, Some(EarlyEnd::ShortPage { count: 25, limit: 30 })));
    let server = capping(60, 25, true).await;
    let incomplete = Things::new(&server).by_number().limit(30).items().collect().await.unwrap_err();
    assert_eq!(incomplete.error.ended_early(), Some(EarlyEnd::BeforeTotal { came: 50, total: 60 }));
    assert_eq!((incomplete.items.len(), incomplete.position.as_deref()), (50, Some("3")));
    // A cap that is known is no short page.
    let server = vendor(7, false).await;
    assert_eq!(Things::new(&server).full_pages().limit(3).items().collect().await.unwrap().len(), 7);
    let server = capping(3, 3, false).await;
    assert_eq!(Things::new(&server).full_pages().limit(9).items().collect().await.unwrap().len(), 3);
    assert_eq!(asked(&server).await, ["limit=9&page=1", "limit=9&page=2"], "the page was full");
}

#[tokio::test]
async fn a_list_that_ends_before_its_total_keeps_what_came() {
    let server = MockServer::start().await;
    let response = |request: &Request| {
        let data = if request.url.query() == Some("page=1") { "[0, 1]" } else { "[]" };
        ResponseTemplate::new(200).set_body_raw(format!(r#"{{ "data": {data}, "total": 45 }}"#), "application/json")
    };
    Mock::given(any()).respond_with(response).mount(&server).await;
    let things = Things::new(&server);
    let incomplete = things.by_number().items().collect().await.unwrap_err();
    assert_eq!(came(&incomplete), (vec![0, 1], Some(EarlyEnd::BeforeTotal { came: 2, total: 45 })));
    assert_eq!(incomplete.position.as_deref(), Some("2"));
    assert_eq!(incomplete.to_string(), "the list ended after 2 items");
    assert_eq!(
        format!("{incomplete:?}"),
        "Incomplete { items: 2, error: EndedEarly(BeforeTotal { came: 2, total: 45 }), .. }"
    );
    let error: AnyError = incomplete.into();
    assert_eq!(error.to_string(), "things by_number (GET /things): the list ended before all of it came");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "the vendor has no more pages after 2 of 45 items");
    assert_eq!((error.status(), error.attempts(), error.is_validation()), (None, 0, false));

    let mut pages = things.by_number().pages();
    assert_eq!(pages.next().await.unwrap().unwrap().data, [0, 1]);
    assert!(pages.next().await.unwrap().unwrap_err().ended_early().is_some());
    assert!(pages.next().await.is_none());
}

/// Begun in the middle, a list knows how many items are before it, or does not judge.
#[tokio::test]
async fn a_list_that_begins_in_the_middle_is_judged_by_what_is_known_of_it() {
    let server = vendor(7, true).await;
    let things = Things::new(&server);
    for (list, expected) in [
        (things.by_offset().limit(2).offset(3).items(), vec![3, 4, 5, 6]),
        (things.by_offset().offset(9).items(), vec![]),
        (things.by_offset().pages().starting_at("6").items(), vec![6]),
    ] {
        assert_eq!(list.collect().await.unwrap(), expected);
    }
    assert_eq!(things.by_number().page(3).items().collect().await.unwrap(), [4, 5, 6]);
    assert_eq!(things.by_number().page(5).items().collect().await.unwrap(), [0_i64; 0]);
    // The vendor's pages are smaller than asked for, so that more of them are to come than the total and the limit say.
    let server = MockServer::start().await;
    let response = |request: &Request| {
        let page = request.url.query_pairs().find(|(key, _)| key == "page").unwrap().1.parse::<i64>().unwrap();
        let data: Vec<i64> = ((page - 1) * 2..7.min(page * 2)).collect();
        ResponseTemplate::new(200).set_body_json(serde_json::json!({ "data": data, "total": 7, "at": page }))
    };
    Mock::given(any()).respond_with(response).mount(&server).await;
    assert_eq!(Things::new(&server).by_number().limit(100).page(2).items().collect().await.unwrap(), [2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn the_place_of_the_next_item_is_known() {
    let server = vendor(5, true).await;
    let things = Things::new(&server);
    let mut items = things.by_offset().limit(2).items();
    for expected in ["0", "1", "2", "3", "4"] {
        assert_eq!(items.position().as_deref(), Some(expected));
        items.next().await.unwrap().unwrap();
    }
    let rest = things.by_offset().limit(2).pages().starting_at("3").items().collect().await.unwrap();
    assert_eq!(rest, [3, 4]);
    let mut items = things.by_number().items();
    for expected in ["1", "1", "2", "2", "3"] {
        assert_eq!(items.position().as_deref(), Some(expected), "the page of the item");
        items.next().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_response_that_is_no_page_ends_no_list_in_silence() {
    let server = MockServer::start().await;
    let other = ResponseTemplate::new(200).set_body_raw("7", "application/json");
    Mock::given(any()).respond_with(other).mount(&server).await;
    let incomplete = Things::new(&server).in_either_form().items().collect().await.unwrap_err();
    assert_eq!(came(&incomplete), (vec![], Some(EarlyEnd::UnknownForm)));
}

#[tokio::test]
async fn a_list_is_followed_by_its_link_header() {
    let server = MockServer::start().await;
    let response = |request: &Request| {
        let (data, link) = match request.url.query() {
            None => ("[0, 1]", r#"</v0/things?page=1>; rel="first", <?page=2>; title="a, b"; rel="next last""#),
            Some("page=2") => ("[2, 3]", "<things?page=3>;rel=NEXT"),
            _ => ("[4]", r#"</v0/things>; rel="first""#),
        };
        ResponseTemplate::new(200).set_body_raw(data, "application/json").append_header("link", link)
    };
    Mock::given(any()).respond_with(response).mount(&server).await;
    let base = format!("{}/v0", server.uri());
    let things = ClientBuilder::<Things>::default().base_url(base).build().unwrap();
    assert_eq!(things.by_header().items().collect().await.unwrap(), [0, 1, 2, 3, 4]);
    assert_eq!(asked(&server).await, ["", "page=2", "page=3"]);
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
        let incomplete = Things::new(&server).by_number().items().collect().await.unwrap_err();
        assert_eq!(came(&incomplete), (all.clone(), Some(EarlyEnd::RepeatedPage)));
        assert_eq!(
            i64::try_from(asked(&server).await.len()).unwrap(),
            length + 1,
            "the first page that comes again ends the list"
        );

        let server = round(length, total).await;
        let incomplete = Things::new(&server).by_offset().limit(2).items().collect().await.unwrap_err();
        assert_eq!(came(&incomplete), (all, Some(EarlyEnd::RepeatedPage)));
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
    while let Some(Ok(_)) = pages.next().await {
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
    let incomplete = things.by_number().page(i64::MAX - 1).items().collect().await.unwrap_err();
    assert_eq!(came(&incomplete), (vec![0, 1, 1, 1], Some(EarlyEnd::RepeatedPage)));
    let incomplete = things.by_offset().offset(i64::MAX).items().collect().await.unwrap_err();
    assert_eq!(incomplete.items.len(), 2);
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
    for (offset, body) in [("0", "[0, 1]"), ("2", "[2]"), ("3", "[]")] {
        let bare = ResponseTemplate::new(200).set_body_raw(body, "application/json");
        Mock::given(query_param("offset", offset)).respond_with(bare).mount(&server).await;
    }
    assert_eq!(Things::new(&server).in_either_form().limit(2).items().collect().await.unwrap(), [0, 1, 2]);
    assert_eq!(asked(&server).await, ["limit=2&offset=0", "limit=2&offset=2", "limit=2&offset=3"]);

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
    let incomplete = things.by_cursor().items().collect().await.unwrap_err();
    assert_eq!(came(&incomplete), (vec![0, 1, 2, 3], Some(EarlyEnd::RepeatedPage)));
    assert_eq!(repeats.0.load(std::sync::atomic::Ordering::SeqCst), 1);

    // Empty pages without end.
    let number = std::sync::atomic::AtomicI64::new(0);
    let server =
        leading(move |_, _| (vec![], Some(number.fetch_add(1, std::sync::atomic::Ordering::SeqCst).to_string()))).await;
    let incomplete = Things::new(&server).by_cursor().items().collect().await.unwrap_err();
    assert_eq!(came(&incomplete), (vec![], Some(EarlyEnd::EmptyPages)));
    assert_eq!(asked(&server).await.len(), 1001);
}
