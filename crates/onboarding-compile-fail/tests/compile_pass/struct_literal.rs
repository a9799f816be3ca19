//! Members are public: they can be read and changed, and a pattern names those that matter.

use onboarding::griffin::types::{Money, NewPayment, PayeeUrl};

pub(crate) fn payment(payee: PayeeUrl, amount: Money) -> NewPayment {
    let mut payment = NewPayment::new(payee, amount);
    payment.payment_reference = None;
    payment
}

pub(crate) fn amount(payment: NewPayment) -> Money {
    let NewPayment { payment_amount, .. } = payment;
    payment_amount
}
