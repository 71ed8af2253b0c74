//! Making and moving milestones.

mod actions;
mod queries;

pub use actions::{NotDone, Wish, change, create, edit, stop_waiting, wait};
pub use queries::NewMilestone;
