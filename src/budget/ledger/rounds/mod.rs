//! Rounds of the adjustment fund.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
