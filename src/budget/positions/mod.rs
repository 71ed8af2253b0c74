//! Where money stands: a line of the budget by its meaning (year, stage, round, program, project, ministry, kind), what the
//! version in force prints there and what applied movements changed (table `budget_positions`, view
//! `budget_after_movements`). The surprising rule: a position outlives versions; a newer version brings its own printed
//! amount, and the movements stay.

pub mod model;
pub mod queries;
pub mod words;

pub use model::{Balance, Place};
