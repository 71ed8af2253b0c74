//! The ledger of the adjustment fund (調整費): rounds, proposals with the views of PDs, grants per program, what they went
//! into and what came of it.
//!
//! Tables: `adjustment_rounds`, `adjustment_parts`, `adjustment_proposals`, `adjustment_opinions`, `adjustment_grants`,
//! `adjustment_uses`. The surprising rule: the parts of a round may differ from its printed total by rounding (R2, third
//! round: 25.5 + 21.6 against 47.0億円), but only as declared with a note; grants never exceed their part, and a round
//! closes to 0 yen. PostgreSQL keeps these sums, whoever writes.

pub mod grants;
pub mod model;
pub mod paths;
pub mod proposals;
pub mod rounds;
pub mod routes;

pub use model::{AdjustmentProposalId, AdjustmentRoundId, Basis, FundKind, Refusal};
pub use proposals::actions::{propose, propose_in};
pub use proposals::queries::NewProposal;
