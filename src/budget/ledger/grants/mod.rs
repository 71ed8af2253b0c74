//! Grants of the adjustment fund: what a program was given, what it went into, what came of it.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
