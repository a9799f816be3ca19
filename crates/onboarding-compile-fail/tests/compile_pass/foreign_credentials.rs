//! Each vendor has credentials of its own.

use onboarding::griffin::{Client, Credentials, Environment};

pub(crate) fn client() -> bool {
    Client::new(Environment::Production, Credentials::api_key("of the bank")).is_ok()
}
