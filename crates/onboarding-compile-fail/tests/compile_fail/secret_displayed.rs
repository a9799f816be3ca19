//! A secret in a message.

use onboarding::griffin::Secret;

pub fn message(secret: &Secret) -> String {
    secret.to_string()
}

fn main() {}
