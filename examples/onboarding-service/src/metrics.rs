//! What is counted, for Prometheus to fetch. The client records its calls by itself: see `Metrics` in `config.rs`.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{SetRecorderError, counter};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

/// How often what was recorded is drained, so that it does not grow while nobody fetches it.
const UPKEEP: Duration = Duration::from_secs(5);

/// Records for the whole process from now on.
pub fn install() -> Result<PrometheusHandle, SetRecorderError<PrometheusRecorder>> {
    let recorder = recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)?;
    let drained = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            drained.run_upkeep();
        }
    });
    Ok(handle)
}

/// What records: a test has one of its own.
pub fn recorder() -> PrometheusRecorder {
    PrometheusBuilder::new().build_recorder()
}

/// What was recorded so far, as Prometheus reads it.
pub async fn show(State(handle): State<PrometheusHandle>) -> String {
    handle.render()
}

/// Counts the requests of a route by the status that they got.
pub async fn count(request: Request, next: Next) -> Response {
    // The template of the route, never the path itself: that has identifiers in it.
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    counter!("http.server.requests", "http.route" => path, "http.response.status_code" => response.status().as_str().to_owned())
        .increment(1);
    response
}
