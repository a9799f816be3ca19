//! Parameters, forms and keys on the wire, in the texts that the specifications give.

use onboarding_core::derive::{Object, StringEnum};
use onboarding_core::{
    BuildError, Call, Credentials, Decimal, Error, Map, Method, NaiveDate, NoDeclaredError, Operation, Parameter,
    Patch, Refused, Request, derive,
};

use crate::common::{SECRET, Server, builder, client, json};

static GET: Operation = Operation::new("get", Method::GET, "/things/{color}");
static LIST: Operation = Operation::new("list", Method::GET, "/things");
static PUBLIC: Operation = Operation::new("public", Method::GET, "/things").public();
static SEND: Operation = Operation::new("send", Method::POST, "/things");

/// What arrives: the target, and the header `x-color`.
async fn arrives(
    request: impl FnOnce(onboarding_core::Client) -> Request,
) -> Result<(String, Option<String>), Refused> {
    let server = Server::start(|_, _| json(200, "{}")).await;
    match request(client(&server)).returns_nothing::<NoDeclaredError>().send().await {
        Ok(()) => {
            let received = server.received().remove(0);
            Ok((received.target().to_owned(), received.header("x-color").map(str::to_owned)))
        }
        Err(Error::Refused(refused)) => {
            assert_eq!(server.count(), 0, "nothing was sent");
            Err(refused.reason)
        }
        Err(other) => panic!("{other:?}"),
    }
}

const COLORS: [&str; 3] = ["blue", "black", "brown"];

/// `OpenAPI` 3.0.3, "Style Values" and the table of examples below it: the rows that are not refused by lint.
#[tokio::test]
async fn lists_travel_as_the_specification_writes_them() {
    let target = async |request: fn(onboarding_core::Client) -> Request| arrives(request).await.unwrap().0;
    // simple, in the path: blue,black,brown, exploded or not.
    assert_eq!(target(|client| client.request(&GET).path_joined("color", COLORS)).await, "/things/blue,black,brown");
    // form, not exploded: color=blue,black,brown.
    assert_eq!(
        target(|client| client.request(&LIST).query_joined("color", ',', COLORS)).await,
        "/things?color=blue,black,brown"
    );
    // OpenAPI 3.0.4, "Style Examples": pipeDelimited and spaceDelimited are encoded, color=blue%7Cblack%7Cbrown and
    // color=blue%20black%20brown.
    assert_eq!(
        target(|client| client.request(&LIST).query_joined("color", '|', COLORS)).await,
        "/things?color=blue%7Cblack%7Cbrown"
    );
    assert_eq!(
        target(|client| client.request(&LIST).query_joined("color", ' ', COLORS)).await,
        "/things?color=blue%20black%20brown"
    );
    // form, exploded: color=blue&color=black&color=brown.
    assert_eq!(
        target(|client| client.request(&LIST).query_each("color", COLORS)).await,
        "/things?color=blue&color=black&color=brown"
    );
    // The column of empty values.
    assert_eq!(target(|client| client.request(&LIST).query("color", &"")).await, "/things?color=");
    // RFC 6570, section 2.3: a list without members is undefined, so nothing of it is written.
    let none: [&str; 0] = [];
    assert_eq!(target(move |client| client.request(&LIST).query_joined("color", ',', [""; 0])).await, "/things");
    assert_eq!(target(move |client| client.request(&LIST).query_each("color", [""; 0])).await, "/things");
    // RFC 6570, section 3.2.2: a comma within a value is encoded, so that it is not taken for the one between two.
    assert_eq!(target(|client| client.request(&GET).path_joined("color", ["a,b", "c/d"])).await, "/things/a%2Cb,c%2Fd");
    assert_eq!(
        target(|client| client.request(&LIST).query_joined("color", ',', ["a,b", "c&d"])).await,
        "/things?color=a%2Cb,c%26d"
    );
    assert_eq!(
        target(|client| client.request(&LIST).query_joined("color", '|', ["", "a b"])).await,
        "/things?color=%7Ca%20b"
    );
    for separator in ['|', ' '] {
        let text = format!("a{separator}b");
        let refused = arrives(|client| client.request(&LIST).query_joined("color", separator, ["x", &text])).await;
        assert_eq!(refused.unwrap_err(), Refused::QueryParameter { name: "color" }, "two values would arrive as three");
    }
    for texts in [&none[..], &[""], &["."], &[".."]] {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let refused = arrives(|client| client.request(&GET).path_joined("color", texts)).await.unwrap_err();
        assert!(matches!(refused, Refused::PathParameter { name: "color" }), "another operation would be called");
    }
}

#[tokio::test]
async fn a_list_in_a_header_is_joined_by_commas() {
    let (_, header) = arrives(|client| client.request(&LIST).header_joined("x-color", COLORS)).await.unwrap();
    assert_eq!(header.as_deref(), Some("blue,black,brown"));
    let (_, header) = arrives(|client| client.request(&LIST).header_joined("x-color", [""; 0])).await.unwrap();
    assert_eq!(header, None);
    for item in ["a,b", "", " a", "a\r\nx-evil: b", "é\u{0}"] {
        let refused = arrives(|client| client.request(&LIST).header_joined("x-color", ["x", item])).await.unwrap_err();
        assert!(matches!(refused, Refused::HeaderParameter { name: "x-color" }), "{item:?}");
    }
}

#[test]
fn scalars_have_the_texts_of_json() {
    assert_eq!(true.to_text(), "true");
    assert_eq!((-7_i64).to_text(), "-7");
    assert_eq!(1.5_f64.to_text(), "1.5");
    assert_eq!("12.50".parse::<Decimal>().unwrap().to_text(), "12.50");
    assert_eq!(NaiveDate::from_ymd_opt(2024, 2, 29).unwrap().to_text(), "2024-02-29");
}

/// A kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, StringEnum)]
#[non_exhaustive]
enum Kind {
    #[wire("big")]
    Big,
    #[wire("small")]
    Small,
    #[wire(unknown)]
    Unknown(String),
}

/// What to look for.
#[derive(Clone, PartialEq, Object)]
#[non_exhaustive]
#[wire(sent, constant("grant type", "search"))]
struct Search {
    /// Words.
    #[wire(required, "q", max_length(9))]
    pub q: String,
    /// Marks.
    #[wire(required, "tags", each(max_length(5)))]
    pub tags: Vec<String>,
    /// Kinds.
    #[wire(optional, "kinds")]
    pub kinds: Option<Vec<Kind>>,
    /// From which price on.
    #[wire(optional, "least")]
    pub least: Option<Decimal>,
    /// From when on.
    #[wire(optional, "since")]
    pub since: Option<NaiveDate>,
    /// Shares.
    #[wire(optional, "shares")]
    pub shares: Option<Vec<f64>>,
    /// Nothing else.
    #[wire(optional, "exact")]
    pub exact: Option<bool>,
    /// A note.
    #[wire(nullable, "note", clear = clear_note)]
    pub note: Patch<String>,
    /// More.
    #[wire(extra)]
    pub extra: Map<Vec<Vec<String>>>,
}

/// A call with a form that may be left out.
#[derive(Debug, derive::Call)]
#[must_use = "nothing is sent before `send`"]
struct FindThings(Call<(), NoDeclaredError>);

impl FindThings {
    /// Words.
    fn body(self, body: &Search) -> Self {
        Self(self.0.form(body))
    }
}

async fn sent(body: &Search) -> Result<String, String> {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let call = FindThings(client(&server).request(&SEND).returns_nothing());
    match call.body(body).send().await {
        Ok(()) => {
            let received = server.received().remove(0);
            assert_eq!(received.header("content-type"), Some("application/x-www-form-urlencoded"));
            Ok(received.text())
        }
        Err(error @ Error::Refused(_)) => {
            Err(std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string))
        }
        Err(other) => panic!("{other:?}"),
    }
}

/// `OpenAPI` 3.0.3, "Encoding Object": the style of a form's members is `form` and exploded, so a list is a pair for each item.
#[tokio::test]
async fn a_list_in_a_form_is_a_pair_for_each_item() {
    let search = Search::new("a b&c", vec!["x=1".to_owned(), "é".to_owned()]);
    assert_eq!(sent(&search).await.unwrap(), "grant+type=search&q=a+b%26c&tags=x%3D1&tags=%C3%A9");
    let everything = Search::new("", vec![])
        .kinds(vec![Kind::Small, Kind::Unknown("new".to_owned())])
        .least("12.50".parse::<Decimal>().unwrap())
        .since(NaiveDate::from_ymd_opt(2024, 2, 29).unwrap())
        .shares(vec![0.1, 1e300])
        .exact(false)
        .note("n");
    assert_eq!(
        sent(&everything).await.unwrap(),
        "grant+type=search&q=&kinds=small&kinds=new&least=12.50&since=2024-02-29&shares=0.1&shares=1e%2B300&exact=false&note=n"
    );
}

#[tokio::test]
async fn what_has_no_place_in_a_form_is_refused_and_limits_hold() {
    let search = || Search::new("q", vec!["x".to_owned()]);
    let nested = sent(&search().extra("rows", vec![vec!["a".to_owned()]])).await.unwrap_err();
    assert!(nested.contains("no place in a form"), "{nested}");
    let null = sent(&search().clear_note()).await.unwrap_err();
    assert!(null.contains("null has no place in a form"), "{null}");
    let number = sent(&search().shares(vec![f64::NAN])).await.unwrap_err();
    assert!(number.contains("number"), "{number}");
    let long = sent(&Search::new("q", vec!["longer".to_owned()])).await.unwrap_err();
    assert!(long.contains("tags[0]"), "{long}");
}

#[tokio::test]
async fn a_key_in_the_query_is_sent_once_encoded_and_never_shown() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let key = format!("{SECRET} /&=+é");
    let build = |base_url: String| {
        let credentials = Credentials::none().query("api key", key.clone());
        builder(&server).base_url(base_url).credentials(credentials).build().unwrap().0
    };
    let client = build(server.base_url());
    let encoded = format!("api%20key={SECRET}%20%2F%26%3D%2B%C3%A9");
    let requests = [
        (client.request(&LIST), format!("/things?{encoded}")),
        (client.request(&LIST).query("a", &1_i64), format!("/things?a=1&{encoded}")),
        // What a call gives itself goes before.
        (client.request(&LIST).query("api key", &"own"), "/things?api%20key=own".to_owned()),
        (client.request(&PUBLIC), "/things".to_owned()),
    ];
    for (request, target) in requests {
        let call = request.returns_nothing::<NoDeclaredError>();
        assert!(!format!("{client:?} {call:?}").contains(SECRET));
        call.send().await.unwrap();
        assert_eq!(server.received().last().unwrap().target(), target);
    }
    // An address that nobody listens to: the HTTP client's own errors hold the address.
    let unreachable = build("http://127.0.0.1:9".to_owned());
    let error = unreachable.request(&SEND).returns_nothing::<NoDeclaredError>().send().await.unwrap_err();
    let mut shown = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        shown = format!("{shown} {inner} {inner:?}");
        source = inner.source();
    }
    assert!(!shown.contains(SECRET) && !shown.contains("api%20key"), "{shown}");
}

#[tokio::test]
async fn cookies_are_one_header_and_cannot_pass_for_others() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let credentials = Credentials::none().cookie("SESSION", SECRET).cookie("device", "d-1");
    let client = builder(&server).credentials(credentials).build().unwrap().0;
    client.request(&LIST).returns_nothing::<NoDeclaredError>().send().await.unwrap();
    // RFC 6265, section 4.2.1.
    assert_eq!(server.received()[0].header("cookie"), Some(format!("SESSION={SECRET}; device=d-1").as_str()));
    for value in ["a; admin=1", "a,b", "a b", "\"a\"", "é", "a\r\nb"] {
        let error = builder(&server).credentials(Credentials::none().cookie("SESSION", value)).build().unwrap_err();
        assert!(matches!(error, BuildError::InvalidHeader { .. }), "{value:?}");
        assert!(!format!("{error} {error:?}").contains(value));
    }
}
