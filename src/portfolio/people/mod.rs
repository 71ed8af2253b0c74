//! People (研究者): the page of one who leads tasks or takes part in them.
//!
//! Table: `people`. The surprising rule: figures are those of the tasks a person leads (one lead investigator is one
//! task); tasks shared with another lead are listed and not added.

mod model;
pub mod pages;
mod queries;
pub mod routes;

pub use model::Person;
