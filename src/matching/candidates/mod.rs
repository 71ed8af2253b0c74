//! Candidates: a score for every eligible pair, and for every task a shortlist for people.
//!
//! Table: `matching_pairs`. The surprising rule: a score never decides; it orders what people look at, and every
//! receiving program is on somebody's list even where no score would have put it there.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod records;
pub mod words;

pub use model::SharedWords;
