//! Readiness: what a template asks for before a review, what of it is there, and who must act for the rest.
//!
//! Table: `gate_review_evidence` (documents and consultation records). Milestones count when they are met.

pub mod actions;
pub mod pages;
pub mod queries;
pub mod routes;
