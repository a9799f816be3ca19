//! What the service offers.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, FromRef, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use metrics_exporter_prometheus::PrometheusHandle;
use onboarding_upvest::calls::ListUsers;
use onboarding_upvest::types::{Address, CountryCode, NewByolUser, NewUser, SortOrder, User, UserId};
use onboarding_upvest::webhook::{KeySource, SignedWebhooks};
use onboarding_upvest::{Client, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Told};
use crate::webhook::{self, Inbox};
use crate::{metrics, trace};

/// Longer bodies are refused.
const MAX_BODY_BYTES: usize = 256 * 1024;
/// Someone waits for one customer: less long than for a list.
const ONE_CUSTOMER: Duration = Duration::from_secs(5);

/// What all requests share.
#[derive(Clone, Debug, FromRef)]
pub struct Service {
    client: Client,
    webhooks: SignedWebhooks,
    inbox: Inbox,
    metrics: PrometheusHandle,
}

impl Service {
    /// The service, with what verifies webhooks: the vendor's keys, or those of a test.
    pub fn new(client: Client, keys: impl KeySource + 'static, metrics: PrometheusHandle) -> Self {
        let webhooks = SignedWebhooks::new(onboarding_upvest::webhook::policy(), keys);
        Self { client, webhooks, inbox: Inbox::default(), metrics }
    }

    /// What the vendor has told so far.
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }
}

/// The routes of the service.
pub fn router(service: Service) -> Router {
    Router::new()
        .route("/customers", get(customers).post(create))
        .route("/customers/{id}", get(customer).delete(offboard))
        .route("/webhooks/upvest", post(webhook::receive))
        .route_layer(middleware::from_fn(metrics::count))
        .route("/metrics", get(metrics::show))
        .layer(middleware::from_fn(trace::keep))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(service)
}

/// A customer, as callers see one.
#[derive(Debug, Serialize)]
struct Customer {
    id: String,
    name: String,
    status: String,
}

impl From<User> for Customer {
    fn from(user: User) -> Self {
        Self {
            id: user.id.as_str().to_owned(),
            name: format!("{} {}", user.first_name, user.last_name),
            status: user.status.as_str().to_owned(),
        }
    }
}

/// How a list is asked for.
#[derive(Debug, Deserialize)]
struct Listed {
    newest_first: Option<bool>,
    /// Where a list that broke off goes on.
    from: Option<String>,
}

/// A list of customers, and why it is not all of it.
#[derive(Debug, Serialize)]
struct CustomerList {
    customers: Vec<Customer>,
    /// Where it goes on.
    from: Option<String>,
    failure: Option<Told>,
}

/// All customers, or those that came and why no more did.
async fn customers(State(client): State<Client>, Query(listed): Query<Listed>) -> Response {
    let order = listed.newest_first.map(|newest| if newest { SortOrder::Desc } else { SortOrder::Asc });
    let mut pages = client.list_users().maybe(order, ListUsers::order).pages();
    if let Some(from) = listed.from {
        pages = pages.starting_at(from);
    }
    let customers = |users: Vec<User>| users.into_iter().map(Customer::from).collect();
    match pages.items().collect().await {
        Ok(users) => Json(CustomerList { customers: customers(users), from: None, failure: None }).into_response(),
        Err(incomplete) => {
            let (came, from) = (customers(incomplete.items), incomplete.position);
            let failure = Failure::from(incomplete.error);
            failure.respond(CustomerList { customers: came, from, failure: Some(failure.told()) })
        }
    }
}

/// Who is to become a customer.
#[derive(Debug, Deserialize)]
struct NewCustomer {
    first_name: String,
    last_name: String,
    birth_date: NaiveDate,
    nationality: CountryCode,
    address: Address,
}

/// Creates a customer. It is repeated where that is safe: the client gives each such call a key by which the vendor tells.
async fn create(
    State(client): State<Client>,
    Json(new): Json<NewCustomer>,
) -> Result<(StatusCode, Json<Customer>), Failure> {
    let NewCustomer { first_name, last_name, birth_date, nationality, address } = new;
    let user = NewByolUser::new(first_name, last_name, birth_date, vec![nationality], address);
    let created = client.create_user(&NewUser::NewByolUser(user)).await?;
    Ok((StatusCode::CREATED, Json(created.into())))
}

/// One customer.
async fn customer(State(client): State<Client>, Path(id): Path<String>) -> Result<Json<Customer>, Failure> {
    let user = client.get_user(&UserId::from(id)).timeout(ONE_CUSTOMER).await?;
    Ok(Json(user.into()))
}

/// Ends what there is with a customer.
async fn offboard(State(client): State<Client>, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    client.offboard_user(&UserId::from(id)).await?;
    Ok(StatusCode::ACCEPTED)
}
