//! Contracts against the budget: per program what can be spent, what is contracted (direct and indirect), what is left or
//! over. Owns no table. The surprising rule: contracts are those of the tasks that the viewer may know, as everywhere, so
//! the remainder is exact only for people who see all tasks of the program, and the page says so.

pub mod pages;
mod queries;
pub mod routes;
