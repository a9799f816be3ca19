//! The identifier of something else.

use onboarding::griffin::Client;
use onboarding::griffin::types::LegalPersonId;

pub fn look_up(client: &Client, person: &LegalPersonId) {
    let _ = client.get_bank_account(person);
}

fn main() {}
