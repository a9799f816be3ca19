//! A call that is put together and never sent.

#![deny(unused_must_use)]

use onboarding::b2core::Client as BackOffice;
use onboarding::griffin::Client;
use onboarding::griffin::types::{BankAccountId, NewPayment};

pub async fn pay(client: &Client, account: &BankAccountId, payment: &NewPayment) {
    client.create_payment(account, payment);
    client.create_payment(account, payment).send();
}

pub fn list(client: &BackOffice) {
    client.list_clients();
}

fn main() {}
