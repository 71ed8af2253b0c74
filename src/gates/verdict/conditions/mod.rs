//! Conditions of a conditional GO: the list, their evidence, and their closing by the named closer.

mod actions;
mod pages;
pub mod queries;

pub use pages::{ConditionView, Typed, close, give, index, view};
