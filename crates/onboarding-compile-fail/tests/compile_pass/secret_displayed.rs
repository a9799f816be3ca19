//! A secret shows that it is there, and is revealed on purpose.

use onboarding::griffin::Secret;

pub(crate) fn message(secret: &Secret) -> String {
    format!("{secret:?}")
}

pub(crate) fn revealed(secret: &Secret) -> &str {
    secret.reveal()
}
