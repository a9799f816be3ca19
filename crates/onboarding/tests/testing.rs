//! A service and its tests, to be copied: it pays by one vendor, and no test of it needs a server. Further tests show what other vendors'
//! mocks do: parameters that are left out, webhooks, files.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use onboarding::griffin::errors::CreatePaymentError;
use onboarding::griffin::mock::{Mock, error, samples};
use onboarding::griffin::types::{BankAccountId, NewPayment, PayeeUrl, Payment};
use onboarding::griffin::{Client, Error};
use onboarding::{amiqus, carium, griffin, upvest};
use serde_json::{Value, json};
use upvest::runtime::Method;
use upvest::runtime::mock::webhook::{Request, deliver_with_secret};
use upvest::signing::{Algorithm, RequestSigner, SigningKey};
use upvest::webhook::{EventError, ReceivedRequest, SignedWebhooks};

/// What the service is about.
struct Rents {
    griffin: Client,
    account: BankAccountId,
}

/// What became of a rent.
#[derive(Debug, PartialEq)]
enum Paid {
    Registered(Box<Payment>),
    /// The payee or the account does not exist: a person has to look at it.
    NoSuchPayee,
    /// Nobody knows; the payment is looked for before it is made again.
    Unknown,
}

impl Rents {
    async fn pay(&self, payee: &PayeeUrl) -> Paid {
        let amount = samples::payment().payment_amount;
        let payment = NewPayment::new(payee.clone(), amount).payment_reference("Rent");
        match self.griffin.create_payment(&self.account, &payment).send().await {
            Ok(payment) => Paid::Registered(Box::new(payment)),
            Err(error) => of(&error),
        }
    }
}

/// What an error means for a rent.
fn of(error: &Error<CreatePaymentError>) -> Paid {
    match error.declared() {
        Some(CreatePaymentError::NotFound(_)) => Paid::NoSuchPayee,
        _ => Paid::Unknown,
    }
}

fn rents(griffin: &Mock) -> Rents {
    Rents { griffin: griffin.client(), account: BankAccountId::from("ba.1") }
}

fn payee() -> PayeeUrl {
    PayeeUrl::from("/v0/payees/pe.1")
}

#[tokio::test]
async fn a_rent_is_paid() {
    let griffin = Mock::new();
    // A sample, in which the test changes what it is about.
    let mut payment = samples::payment();
    payment.payment_reference = Some("Rent".to_owned());
    griffin
        .create_payment()
        .bank_account_id(&BankAccountId::from("ba.1"))
        .body_matching(|payment| payment.payment_reference.as_deref() == Some("Rent") && payment.payee_url == payee())
        .then(|respond| respond.created(&payment))
        .times(1);
    assert_eq!(rents(&griffin).pay(&payee()).await, Paid::Registered(Box::new(payment)));
    griffin.verify();
}

#[tokio::test(start_paused = true)]
async fn what_the_vendor_refuses_and_what_is_lost_are_told_apart() {
    let griffin = Mock::new();
    griffin
        .create_payment()
        .then(|respond| respond.not_found(&samples::error_response()))
        .then(|respond| respond.status(503).header("retry-after", "1"))
        .then(|respond| respond.reset())
        .then(|respond| respond.never());
    let rents = rents(&griffin);
    assert_eq!(rents.pay(&payee()).await, Paid::NoSuchPayee);
    // A payment is no call that is made again: each of these is one.
    for _ in 0..3 {
        assert_eq!(rents.pay(&payee()).await, Paid::Unknown);
    }
}

/// What is safe to repeat is repeated, without the test waiting for it.
#[tokio::test(start_paused = true)]
async fn a_list_is_asked_for_until_it_comes() {
    let griffin = Mock::new();
    let listed = griffin
        .list_bank_account_payments()
        .then(|respond| respond.status(429).header("retry-after", "20"))
        .then(|respond| respond.reset())
        .then(|respond| respond.ok(&samples::payment_list()));
    let account = BankAccountId::from("ba.1");
    let payments = griffin.client().list_bank_account_payments(&account).send().await.unwrap();
    assert_eq!((payments, listed.calls()), (samples::payment_list(), 3));
}

/// What a service makes of an error needs no call at all.
#[test]
fn errors_are_built_in_place() {
    assert_eq!(of(&error::declared(CreatePaymentError::NotFound(samples::error_response()))), Paid::NoSuchPayee);
    assert_eq!(of(&error::undeclared(503, "out of order")), Paid::Unknown);
    assert_eq!(of(&error::timeout()), Paid::Unknown);
}

/// A call that no test expected cannot be taken for a response of the vendor, and says why in words.
#[tokio::test]
async fn an_unexpected_call_is_told_by_member() {
    let griffin = Mock::new();
    griffin
        .create_payment()
        .bank_account_id(&BankAccountId::from("ba.2"))
        .then(|respond| respond.created(&samples::payment()))
        .any_times();
    assert_eq!(rents(&griffin).pay(&payee()).await, Paid::Unknown);
    let said = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| griffin.verify())).unwrap_err();
    let said = said.downcast_ref::<String>().unwrap();
    assert!(said.contains("the path parameter `bank-account-id`: expected \"ba.2\", received \"ba.1\""), "{said}");
}

/// Optional parameters: what is not asked for is absent.
#[tokio::test]
async fn what_is_left_out_can_be_asked_for() {
    let carium = carium::mock::Mock::new();
    carium.list_users().absent("page[limit]").then(|respond| respond.ok(&carium::mock::samples::user_list())).times(1);
    carium.client().list_users().send().await.unwrap();
}

/// A client that the service builds itself, with its own signatures and a sign-in that the vendor has to respond to.
#[tokio::test]
async fn a_client_of_the_service_s_own_signs_in() {
    let upvest = upvest::mock::Mock::new();
    upvest
        .raw(Method::POST, "/auth/token")
        .form_matching(|form| form.get("grant_type") == Some("client_credentials"))
        .then(|respond| respond.status(200).json(&json!({ "access_token": "a-token", "expires_in": 3600 })))
        .times(1);
    upvest
        .list_users()
        .header("authorization", "Bearer a-token")
        .matching(|request| request.headers.contains_key("signature"))
        .then(|respond| respond.ok(&upvest::mock::samples::user_list()))
        .times(2);
    let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
    let client = upvest::Client::builder()
        .environment(upvest::Environment::Sandbox)
        .credentials(upvest::Credentials::client_credentials("client-id", "client-secret", "users:read"))
        .signer(RequestSigner::new(key, "key-id", upvest::signing::profile()))
        .transport(upvest.transport())
        .build()
        .unwrap();
    for _ in 0..2 {
        client.list_users().send().await.unwrap();
    }
}

#[tokio::test]
async fn webhooks_are_delivered_with_keys_of_the_test() {
    let signer = upvest::mock::webhook::signer();
    let webhooks = SignedWebhooks::new(upvest::webhook::policy(), signer.keys());
    let event = upvest::mock::samples::user_event_delivery();
    let request =
        upvest::mock::webhook::deliver_user_event("https://service.example/webhooks?from=upvest", &event, &signer);
    let received = ReceivedRequest {
        method: request.method(),
        target: request.uri().path_and_query().unwrap().as_str(),
        headers: request.headers(),
        body: request.body(),
    };
    let delivery = webhooks.verify(&received).await.unwrap();
    assert_eq!(delivery.json::<upvest::types::UserEventDelivery>().unwrap(), event);

    let other = upvest::mock::webhook::signer();
    let webhooks = SignedWebhooks::new(upvest::webhook::policy(), other.keys());
    assert!(webhooks.verify(&received).await.unwrap_err().is_refused());

    let signer = griffin::mock::webhook::signer();
    let webhooks = SignedWebhooks::new(griffin::webhook::policy(), signer.keys());
    let event = samples::event();
    let request = griffin::mock::webhook::deliver_event("https://service.example/webhooks", &event, &signer);
    let received = ReceivedRequest {
        method: request.method(),
        target: request.uri().path(),
        headers: request.headers(),
        body: request.body(),
    };
    let given: Vec<_> = webhooks.verify(&received).await.unwrap().events::<griffin::types::Event>().collect();
    assert!(matches!(&given[..], [Ok(given)] if *given == event), "{given:?}");

    let secret = amiqus::Secret::new("a secret of the test");
    let event = amiqus::mock::samples::event();
    let request: Request<_> = amiqus::mock::webhook::deliver_event("https://service.example/webhooks", &event, &secret);
    let webhooks = amiqus::webhook::SharedSecretWebhooks::new(amiqus::webhook::scheme(), &secret).unwrap();
    let delivery = webhooks.verify(request.headers(), request.body()).unwrap();
    assert_eq!(delivery.delivery_id(), Some("test-delivery"));
    assert_eq!(delivery.json::<amiqus::types::Event>().unwrap(), event);
}

#[tokio::test]
async fn a_file_is_uploaded_as_it_was_expected() {
    let amiqus = amiqus::mock::Mock::new();
    let scan = || amiqus::Upload::new(b"%PDF".as_slice()).file_name("passport.pdf").media_type("application/pdf");
    let body = |upload| amiqus::types::NewAttachment::new(upload);
    let stored = amiqus::mock::samples::attachment();
    amiqus.create_attachment().body(&body(scan())).then(|response| response.created(&stored));
    let is_other = |body: &[u8]| String::from_utf8_lossy(body).contains(r#"filename="other.pdf""#);
    amiqus.create_attachment().body_matching(is_other).then(|response| response.content_too_large("too large"));
    let client = amiqus.client();
    assert_eq!(client.create_attachment(&body(scan())).send().await.unwrap(), stored);
    let error = client.create_attachment(&body(scan().file_name("other.pdf"))).send().await.unwrap_err();
    assert_eq!(error.declared(), Some(&amiqus::errors::CreateAttachmentError::ContentTooLarge));
}

/// The delivery that Amiqus documents.
const EVENT: &str = include_str!("../../../specs/amiqus/examples/event.request.json");

/// The events of a delivery with this body.
fn events_of_amiqus(body: &Value) -> Vec<Result<amiqus::types::Event, EventError>> {
    let secret = amiqus::Secret::new("a secret of the test");
    let scheme = amiqus::webhook::scheme();
    let request = deliver_with_secret(&scheme, &secret, "https://service.example/webhooks", body);
    let webhooks = amiqus::webhook::SharedSecretWebhooks::new(scheme, &secret).unwrap();
    webhooks.verify(request.headers(), request.body()).unwrap().events::<amiqus::types::Event>().collect()
}

#[test]
fn a_delivery_of_amiqus_is_one_event_and_kinds_that_are_added_later_are_kept() {
    let mut body: Value = serde_json::from_str(EVENT).unwrap();
    let given = events_of_amiqus(&body);
    let [Ok(event)] = &given[..] else { panic!("{given:?}") };
    assert_eq!(event.trigger.alias, amiqus::types::EventAlias::ClientCreated);
    assert_eq!(event.data.client.as_ref().map(|client| client.id), Some(amiqus::types::ClientId(472_346)));

    body["trigger"]["alias"] = json!("company.founded");
    body["data"] = json!({ "company": { "id": 7 } });
    let given = events_of_amiqus(&body);
    let [Ok(event)] = &given[..] else { panic!("{given:?}") };
    assert_eq!((event.trigger.alias.as_str(), &event.data.client), ("company.founded", &None));
    assert!(event.data.extra.contains_key("company"), "{event:?}");

    body["trigger"].as_object_mut().unwrap().remove("alias");
    let given = events_of_amiqus(&body);
    let [Err(error)] = &given[..] else { panic!("{given:?}") };
    assert_eq!((error.path(), error.raw()), ("trigger.alias", body.to_string().as_bytes()));
}
