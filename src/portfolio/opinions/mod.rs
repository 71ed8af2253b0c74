//! Opinions of PD, PS, PO and DC on a task (table `opinions`). The surprising rule: a DC's is advice and is marked as
//! such; nobody's opinion decides anything. An opinion is never edited, only withdrawn by its author, and stays in
//! the record as withdrawn.

mod actions;
mod model;
pub mod pages;
mod queries;
pub mod routes;

pub use model::{OpinionForm, Shown, role_over, shown, visibility_choices};
