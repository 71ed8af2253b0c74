//! Merging two rows that are one task, and taking that back (tables `task_merges`, `task_distinctions`).
//!
//! Years, links, opinions, payments and outside ids of the row that goes move to the one that is kept; the whole of both
//! rows is stored, so that undoing writes what was there. The surprising rule: a row that a gate, a milestone or a session
//! already speaks of does not go; it can only be the one that is kept.

mod actions;
mod model;
mod queries;

pub use actions::{distinguish, forget_distinction, merge, unmerge};
pub use model::{Field, Merge, Refusal, UndoRefusal};
pub use queries::{MergeRow, merge_of, merges};
