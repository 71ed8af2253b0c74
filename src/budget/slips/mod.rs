//! Slips: movements of money between lines of the budget, within a year or carried over into the next (table
//! `budget_slips`). The surprising rule: a slip is one row with a source, a target and one amount, so it can neither make
//! nor lose yen; it counts only once it is applied, and is taken back only by its counter-slip.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

pub use model::{Slip, SlipId, SlipState};
