//! Administration of accounts: people, their roles over a scope and for a period, password resets.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
