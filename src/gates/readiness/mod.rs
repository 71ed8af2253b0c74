//! Readiness: what a template asks for before a review, what of it is there, and who must act for the rest.
//!
//! Table: `gate_review_evidence` (documents and consultation records, with an attached file where one was
//! given). Milestones count when they are met.

pub mod actions;
mod forms;
pub mod pages;
pub mod queries;
pub mod routes;

pub use actions::Giving;
pub use forms::{EvidenceForm, FieldIds};
