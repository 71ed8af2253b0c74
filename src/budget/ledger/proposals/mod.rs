//! Proposals to give money of the adjustment fund to a program, and what PDs say of them.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
