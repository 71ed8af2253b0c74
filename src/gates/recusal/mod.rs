//! Conflicts of interest in a committee: what members state per item, what records show, what the chair makes of it.
//!
//! Tables: `gate_statements`, `gate_conflicts` (filled by triggers), `gate_resolutions`. The surprising rule: a conflict
//! once found stays; withdrawing a declaration lets nobody back in, only the chair's waiver does, and what is found
//! after a waiver takes the member out again.

pub mod actions;
pub mod pages;
pub mod queries;
pub mod routes;
