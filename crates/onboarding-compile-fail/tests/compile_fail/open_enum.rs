//! A match that the vendor's next value would break.

use onboarding::griffin::types::VerificationStatus;

pub fn next_step(status: &VerificationStatus) -> &'static str {
    match status {
        VerificationStatus::Pending | VerificationStatus::InProgress => "wait",
        VerificationStatus::ChecksComplete => "decide",
        VerificationStatus::ChecksDeclined | VerificationStatus::Failed => "decline",
        VerificationStatus::Unknown(_) => "look into it",
    }
}

fn main() {}
