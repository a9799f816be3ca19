//! What an operation needs are its arguments.

use onboarding::griffin::Client;
use onboarding::griffin::types::{BankAccountId, NewPayment};

pub(crate) fn pay(client: &Client, account: &BankAccountId, payment: &NewPayment) {
    let _ = client.create_payment(account, payment);
}
