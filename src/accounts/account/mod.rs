//! One's own account: language, unit of money, password, open sessions.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
