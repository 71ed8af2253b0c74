//! The task list: rows, order, columns, and the breakdown beside it.

pub mod columns;
pub mod export;
pub mod facets;
pub mod pages;
pub mod queries;
pub mod state;
