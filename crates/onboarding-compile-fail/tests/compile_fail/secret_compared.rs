//! A secret compared with a text, in a time that tells how much of it is right.

use onboarding::griffin::Secret;

pub fn is_right(secret: &Secret, given: &str) -> bool {
    secret == given
}

fn main() {}
