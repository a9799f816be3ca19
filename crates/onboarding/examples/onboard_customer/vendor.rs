//! A stand-in for the vendor: five clients over three pages, and an address that can be used once.

use wiremock::matchers::{body_json, body_partial_json, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Starts the server.
pub(crate) async fn start() -> MockServer {
    let server = MockServer::start().await;
    let json = |status: u16, body: String| ResponseTemplate::new(status).set_body_raw(body, "application/json");
    Mock::given(method("POST"))
        .and(path("/clients"))
        .respond_with(json(201, client(1, r#""+447700900000""#)))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/clients"))
        .respond_with(json(422, r#"{ "email": ["The address is taken."] }"#.to_owned()))
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/records"))
        .and(body_partial_json(serde_json::json!({ "steps": [{ "type": "check.photo_id" }] })))
        .respond_with(json(201, r#"{ "object": "record", "id": 7, "client": 1, "steps": [] }"#.to_owned()))
        .mount(&server)
        .await;
    Mock::given(method("PATCH"))
        .and(path("/clients/1"))
        .and(body_json(serde_json::json!({ "mobile": null })))
        .respond_with(json(200, client(1, "null")))
        .mount(&server)
        .await;
    for (page, clients) in [("1", vec![1, 2]), ("2", vec![3, 4]), ("3", vec![5])] {
        let count = clients.len();
        let data: Vec<String> = clients.iter().map(|id| client(*id, "null")).collect();
        let body = format!(
            r#"{{ "object": "paginated_list", "data": [{}], "total": 5, "count": {count}, "limit": 2, "current_page": {page}, "total_pages": 3 }}"#,
            data.join(",")
        );
        Mock::given(method("GET"))
            .and(path("/clients"))
            .and(query_param("page", page))
            .respond_with(json(200, body))
            .mount(&server)
            .await;
    }
    server
}

/// A client with what the vendor always sends; `mobile` is JSON.
fn client(id: i64, mobile: &str) -> String {
    let name = r#"{ "object": "name", "first_name": "Ann", "last_name": "Example" }"#;
    format!(r#"{{ "object": "client", "id": {id}, "name": {name}, "email": "ann@example.com", "mobile": {mobile} }}"#)
}
