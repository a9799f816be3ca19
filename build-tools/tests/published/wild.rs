//! What the crate of `wild.yaml` puts on the wire and reads from it, path by path. Whoever compiles the crate runs this as a test of it:
//! `cargo xtask corpus build-tools/tests/published --compile 99 --prove 99`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use onboarding_found_wild::{Client, Credentials, Retry, types};
use onboarding_testing::{Loopback, assert_same_json, read};

fn client(base_url: &str) -> Client {
    Client::builder()
        .base_url(base_url)
        .credentials(Credentials::query_key("the-key"))
        .retry(Retry::never())
        .build()
        .expect("a loopback address is a base URL")
}

async fn json(text: &str) -> Loopback {
    Loopback::responding(200, "application/json", text).await
}

async fn done() -> Loopback {
    Loopback::responding(204, "application/json", "").await
}

/// A server that sends this to the first that asks, and leaves the connection open.
fn sending(response: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        let (mut connection, _) = listener.accept().expect("the client comes");
        let mut request = [0; 4096];
        let _ = connection.read(&mut request);
        connection.write_all(response.as_bytes()).expect("the client reads");
        // Until the client goes.
        let _ = connection.read(&mut request);
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_key_is_sent_in_the_query_and_null_is_read_in_a_list() {
    let server = json("[1, null, 2.5]").await;
    let scores = client(&server.base_url()).list_scores().send().await.expect("it is read");
    assert_eq!(scores, [Some(1.0), None, Some(2.5)]);
    let request = server.request().await;
    assert!(request.starts_with("GET /scores?apikey=the-key\n") && !request.contains("apikey:"), "{request}");
}

#[tokio::test]
async fn members_beyond_the_named_ones_are_kept() {
    let text = r#"{"main":"a","de":"b","fr":"c"}"#;
    let server = json(text).await;
    let labels: types::Labels = read(text);
    let back = client(&server.base_url()).create_labels(&labels).send().await.expect("it is read");
    assert_same_json(text, &back);
    let request = server.request().await;
    assert!(request.contains("\"de\": \"b\"") && request.contains("\"fr\": \"c\""), "{request}");
}

#[tokio::test]
async fn lines_of_json_come_as_they_are() {
    let lines = "{\"main\":\"a\"}\n{\"main\":\"b\"}\n";
    let server = Loopback::responding(200, "application/x-ndjson", lines).await;
    let file = client(&server.base_url()).list_lines().send().await.expect("it is read");
    assert_eq!(file.bytes().await.expect("it ends"), lines);
}

#[tokio::test]
async fn events_come_while_the_stream_is_open() {
    let server = sending("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: one\n\n");
    let mut events = client(&server).list_events().send().await.expect("it begins");
    let first = events.chunk().await.expect("it goes on").expect("there is an event");
    assert_eq!(first, "data: one\n\n");
}

#[tokio::test]
async fn names_of_schemas_lead_to_variants() {
    let server = json(r#"{"sort":"saw","teeth":9}"#).await;
    let tool = client(&server.base_url()).list_tools().send().await.expect("it is read");
    let types::Tool::Saw(saw) = tool else { panic!("{tool:?}") };
    assert_eq!(saw.teeth, 9);
}

#[tokio::test]
async fn one_name_is_two_parameters() {
    let server = done().await;
    client(&server.base_url()).get_pages_by_id("a").id_2("b").send().await.expect("it is done");
    let request = server.request().await;
    assert!(request.starts_with("GET /pages/a?") && request.contains("id=b"), "{request}");
}

#[tokio::test]
async fn cents_are_multiples_of_a_cent() {
    for amount in [0.58, 0.07, 19.99, 1.15, 4.35, 1.1] {
        let server = done().await;
        client(&server.base_url()).create_prices(&types::Price::new(amount)).send().await.expect("it is sent");
    }
    let server = done().await;
    let refused = client(&server.base_url()).create_prices(&types::Price::new(0.581)).send().await;
    assert!(refused.is_err(), "a tenth of a cent is sent");
}

#[tokio::test]
async fn a_list_in_a_form_is_a_pair_for_each_item() {
    let server = done().await;
    let body: types::CreateAnswersRequest = read(r#"{"name":"n","choices":["a","b"]}"#);
    client(&server.base_url()).create_answers(&body).send().await.expect("it is done");
    let request = server.request().await;
    assert!(request.contains("choices=a&choices=b"), "{request}");
}

#[tokio::test]
async fn xml_is_sent_as_it_is_given() {
    let server = done().await;
    client(&server.base_url()).replace_notes(b"<note/>".as_slice().into()).send().await.expect("it is done");
    let request = server.request().await;
    assert!(request.contains("content-type: application/xml\n") && request.ends_with("\n<note/>\n"), "{request}");
}

#[tokio::test]
async fn a_list_of_lists_of_its_kind_is_a_type() {
    let text = "[[],[[],[[]]]]";
    let server = json(text).await;
    let tree: types::Tree = read(text);
    let types::Tree::List(branches) = &tree else { panic!("{tree:?}") };
    assert!(matches!(branches.as_slice(), [types::Tree::List(_), types::Tree::List(_)]), "{tree:?}");
    let back = client(&server.base_url()).create_trees(&tree).send().await.expect("it is read");
    assert_same_json(text, &back);
}

#[tokio::test]
async fn what_cannot_be_checked_is_sent() {
    let server = done().await;
    client(&server.base_url()).create_words(&types::CreateWordsRequest::new("Äpfel")).send().await.expect("it is sent");
}

#[tokio::test]
async fn an_enumeration_of_integers_is_read_from_integers() {
    for text in [r#"{"level":2}"#, r#"{"level":7}"#] {
        let server = json(text).await;
        let level = client(&server.base_url()).list_levels().send().await.expect("it is read");
        assert_same_json(text, &level);
    }
}

#[tokio::test]
async fn what_is_only_read_is_not_asked_for() {
    let server = json(r#"{"id":"i","label":"l"}"#).await;
    let account = client(&server.base_url()).create_accounts(&types::AccountInput::new("l")).send().await;
    assert_eq!(account.expect("it is read").id, "i");
    let request = server.request().await;
    assert!(request.contains("\"label\": \"l\"") && !request.contains("\"id\""), "{request}");
}

#[tokio::test]
async fn headers_of_responses_are_at_hand() {
    let server = sending(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-total-count: 3\r\ncontent-length: 5\r\n\r\n[\"a\"]",
    );
    let response = client(&server).list_counted().send_with_response().await.expect("it is read");
    assert_eq!(response.headers["x-total-count"], "3");
}

#[tokio::test]
async fn a_list_in_a_header_is_joined_by_commas() {
    let server = done().await;
    client(&server.base_url()).list_tagged().x_tags(["a", "b"]).send().await.expect("it is done");
    let request = server.request().await;
    assert!(request.contains("x-tags: a,b\n"), "{request}");
}

#[tokio::test]
async fn a_charset_is_understood_and_a_body_may_be_missing() {
    let server = Loopback::responding(200, "application/json; charset=utf-8", r#"{"main":"a"}"#).await;
    let labels = client(&server.base_url()).create_charset().send().await.expect("it is read");
    assert_eq!(labels.main, "a");
    assert!(!server.request().await.contains("content-type"));
}

#[tokio::test]
async fn parts_that_contradict_each_other_have_the_first_form() {
    let server = json(r#"{"kind":"k","size":1}"#).await;
    assert_eq!(client(&server.base_url()).list_mixed().send().await.expect("it is read").size, 1);
}

#[tokio::test]
async fn a_redirect_is_what_the_caller_gets() {
    let server = sending("HTTP/1.1 302 Found\r\nlocation: https://login.example/\r\ncontent-length: 0\r\n\r\n");
    let response = client(&server).list_login().send_with_response().await.expect("it is a success");
    assert_eq!(response.status.as_u16(), 302);
    assert_eq!(response.headers["location"], "https://login.example/");
}

#[tokio::test]
async fn kinds_of_json_tell_scalars_apart() {
    let text = r#"{"values":[1,"a",true,["b"],{"new":1}]}"#;
    let server = json(text).await;
    let values = client(&server.base_url()).list_any().send().await.expect("it is read");
    assert_same_json(text, &values);
}

#[tokio::test]
async fn bounds_that_no_integer_holds_bound_nothing() {
    let server = done().await;
    client(&server.base_url()).list_bounds().limit(i64::MAX).share(1.0e300).send().await.expect("it is done");
    let request = server.request().await;
    assert!(request.contains("limit=9223372036854775807"), "{request}");
}
