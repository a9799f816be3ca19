//! `new` takes what the vendor requires, setters take the rest.

use onboarding::griffin::types::{Money, NewPayment, PayeeUrl};

pub(crate) fn payment(payee: PayeeUrl, amount: Money) -> NewPayment {
    NewPayment::new(payee, amount).payment_reference("Rent")
}
