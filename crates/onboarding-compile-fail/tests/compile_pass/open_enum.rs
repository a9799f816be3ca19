//! Values that nobody documented have a place to go.

use onboarding::griffin::types::VerificationStatus;

pub(crate) fn next_step(status: &VerificationStatus) -> &'static str {
    match status {
        VerificationStatus::Pending | VerificationStatus::InProgress => "wait",
        VerificationStatus::ChecksComplete => "decide",
        VerificationStatus::ChecksDeclined | VerificationStatus::Failed => "decline",
        _ => "look into it",
    }
}
