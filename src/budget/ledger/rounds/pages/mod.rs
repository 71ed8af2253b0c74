//! Pages of rounds: the list by year, one round, its form.

pub mod edit;
pub mod index;
pub mod show;
