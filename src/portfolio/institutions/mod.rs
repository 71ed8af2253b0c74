//! Institutions (機関): the list of those that lead tasks, and the page of one.
//!
//! Tables: `institutions`, `institution_names`. The surprising rule: an institution's figures are those of the tasks
//! it leads; money passed on to it by others is inside the lead's total and is only listed here, never added.

pub mod model;
pub mod pages;
mod queries;
pub mod routes;

pub use model::{Institution, Kind};
