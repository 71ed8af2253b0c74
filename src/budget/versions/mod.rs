//! Versions of the budget: what is in force for each year, stage and round, where every amount came from, stages and
//! years side by side.
//!
//! Tables: `budget_versions`, `budget_lines`. The surprising rule: a version never changes once it was applied; a newer
//! one takes its place, or it is taken back with a reason and the one before it is in force again. What other slices may
//! rely on stands at the head of the migration that makes the tables.

pub mod actions;
pub mod export;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

pub use model::{Cause, Line, Slot, State, Version};
