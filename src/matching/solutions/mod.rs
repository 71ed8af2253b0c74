//! Solutions of a session: versions with their proof, locks and forbids with author and price, why and why not, what one
//! more slot would be worth, the live meeting, the report.
//!
//! Tables: `matching_solutions` (with `_files`, `_pairs`, `_locks`), `matching_locks`, `matching_votes`,
//! `matching_meetings`, `matching_adjustment_proposals`. The surprising rule: a version is solved from all tasks of the
//! session, whoever asks; what a viewer may not know is left out of pages, counts and files, never out of the question.

pub mod actions;
pub mod adjustment;
mod compute;
mod entry;
pub mod model;
pub mod pages;
pub mod queries;
mod question;
pub mod routes;
mod view;
mod why;
mod words;

pub use compute::Computed;
pub use model::{Aim, Run, Weights};
