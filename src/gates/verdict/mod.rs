//! After the reveal: results beside leniency, votes, the decision with its mandatory follow-ups, and what comes later:
//! conditions and their closing, reopening.
//!
//! Tables: `gate_votes`, `gate_decisions`, `gate_dispositions`, `gate_conditions`, `gate_reopenings`. The surprising rule:
//! a decision is never edited. Reopening keeps it and leads to a second one that supersedes it.

pub mod actions;
pub mod conditions;
pub mod export;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
