//! An object built member by member, which the vendor's next member would break.

use onboarding::griffin::types::{Money, NewPayment, PayeeUrl};

pub fn payment(payee: PayeeUrl, amount: Money) -> NewPayment {
    NewPayment { payee_url: payee, payment_amount: amount, payment_reference: None }
}

fn main() {}
