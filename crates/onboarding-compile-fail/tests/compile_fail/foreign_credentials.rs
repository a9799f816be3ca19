//! One vendor's credentials in the client of another, to whom they would be sent.

use onboarding::b2core;
use onboarding::griffin::{Client, Environment};

pub fn client() -> bool {
    Client::new(Environment::Production, b2core::Credentials::access_token("of the back office")).is_ok()
}

fn main() {}
