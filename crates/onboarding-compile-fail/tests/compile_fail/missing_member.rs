//! An object without one of its required members.

use onboarding::griffin::types::{NewPayment, PayeeUrl};

pub fn payment(payee: PayeeUrl) -> NewPayment {
    NewPayment::new(payee)
}

fn main() {}
