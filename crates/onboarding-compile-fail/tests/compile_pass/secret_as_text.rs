//! What is logged is chosen, and a secret is not text.

use onboarding::griffin::Secret;

fn log(_text: &str) {}

pub(crate) fn sign_in(secret: &Secret, user: &str) {
    log(user);
    let _ = secret;
}
