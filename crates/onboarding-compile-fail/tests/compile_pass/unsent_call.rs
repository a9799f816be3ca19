//! `send` sends, its future is awaited, and its result is looked at.

use onboarding::griffin::Client;
use onboarding::griffin::types::{BankAccountId, NewPayment};

pub(crate) async fn pay(client: &Client, account: &BankAccountId, payment: &NewPayment) -> bool {
    client.create_payment(account, payment).send().await.is_ok()
}
