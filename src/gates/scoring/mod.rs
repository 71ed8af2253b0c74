//! Scoring: a member's sheet for an item, sealed until the chair reveals the meeting.
//!
//! Tables: `gate_score_sheets`, `gate_scores`, `gate_advices`. The surprising rule: no query here returns another's
//! sheet before the reveal, whatever the role; drafts are saved as they are typed and leave no audit entry (a submission
//! does, without its content).

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
