//! Addresses of the adjustment fund.

use super::model::{AdjustmentGrantId, AdjustmentProposalId, AdjustmentRoundId};

/// The list of rounds.
pub const ROUNDS: &str = "/budget/adjustments";
/// The list of proposals.
pub const PROPOSALS: &str = "/budget/proposals";

/// The page of a round.
pub fn round(id: AdjustmentRoundId) -> String {
    format!("{ROUNDS}/{id}")
}

/// The page of a proposal.
pub fn proposal(id: AdjustmentProposalId) -> String {
    format!("{PROPOSALS}/{id}")
}

/// The page of a grant.
pub fn grant(id: AdjustmentGrantId) -> String {
    format!("/budget/grants/{id}")
}
