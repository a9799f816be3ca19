//! What Prometheus gets: the client's own metrics beside the service's.

use axum::http::StatusCode;
use onboarding_service::metrics::recorder;
use onboarding_service::routes::{Service, router};
use onboarding_upvest::mock::{Mock, samples};
use onboarding_upvest::signing::KeySet;

use crate::{ID, client, get, send};

#[tokio::test(start_paused = true)]
async fn calls_and_requests_are_counted() {
    let recorder = recorder();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let upvest = Mock::new();
    upvest
        .get_user()
        .then(|respond| respond.status(503))
        .then(|respond| respond.ok(&samples::user()))
        .then(|respond| respond.not_found(&samples::problem()));
    let service = router(Service::new(client(&upvest), KeySet::new(), recorder.handle()));
    for expected in [StatusCode::OK, StatusCode::NOT_FOUND] {
        assert_eq!(send(&service, get(&format!("/customers/{ID}"))).await.status, expected);
    }
    let shown = send(&service, get("/metrics")).await;
    let shown = String::from_utf8(shown.body.to_vec()).unwrap();
    for line in [
        r#"onboarding_call_retries{vendor="upvest",operation="get_user",error_type="503"} 1"#,
        r#"onboarding_call_failures{vendor="upvest",operation="get_user",error_type="404"} 1"#,
        r#"onboarding_calls_active{vendor="upvest",operation="get_user"} 0"#,
        r#"onboarding_call_attempts_count{vendor="upvest",operation="get_user"} 2"#,
        r#"http_server_requests{http_route="/customers/{id}",http_response_status_code="200"} 1"#,
        r#"http_server_requests{http_route="/customers/{id}",http_response_status_code="404"} 1"#,
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(!shown.contains(ID), "an identifier is in it: {shown}");
}
