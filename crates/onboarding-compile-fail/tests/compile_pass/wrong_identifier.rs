//! Each thing is told by an identifier of its own.

use onboarding::griffin::Client;
use onboarding::griffin::types::{BankAccountId, LegalPersonId};

pub(crate) fn look_up(client: &Client, account: &BankAccountId, person: &LegalPersonId) {
    let _ = client.get_bank_account(account);
    let _ = client.list_legal_person_payees(person);
}
