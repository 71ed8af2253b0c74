//! Budget workbooks in the database: stored as sent, read, corrected by a person, compared with what is in force, applied.
//!
//! Tables: `budget_files`, `budget_imports`, `budget_mappings`; applying writes versions through `budget::versions`. The
//! surprising rule: nothing of a reading is stored but the file and what a person said about it. The lines are read anew
//! from the file each time, so what is applied is what the file says under the corrections that were last confirmed.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod plan;
pub mod queries;
pub mod reading;
pub mod reference;
pub mod routes;
pub mod sheet_view;

pub use model::{Import, State};
pub use plan::Plan;
