//! Editing a program: its names, the spellings it is found by, and its lineage. For administrators.

mod actions;
mod forms;
pub mod pages;
mod queries;

pub use actions::remember_name;
