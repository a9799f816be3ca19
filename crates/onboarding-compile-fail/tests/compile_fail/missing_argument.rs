//! An operation without one of its required arguments.

use onboarding::griffin::Client;
use onboarding::griffin::types::NewPayment;

pub fn pay(client: &Client, payment: &NewPayment) {
    let _ = client.create_payment(payment);
}

fn main() {}
