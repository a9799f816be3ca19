//! A secret where any text would do, such as in a log.

use onboarding::griffin::Secret;

fn log(_text: &str) {}

pub fn sign_in(secret: &Secret) {
    log(secret);
}

fn main() {}
