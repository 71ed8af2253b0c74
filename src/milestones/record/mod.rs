//! One milestone: what is known of it, its page, and how it moves.

pub mod forms;
pub mod model;
mod moves;
pub mod pages;
pub mod queries;
pub mod task;

pub use model::{Graph, Milestone, Node, OwnerId, Row};

use super::MilestoneId;

/// The page of a milestone.
pub fn milestone_path(id: MilestoneId) -> String {
    format!("/milestones/{id}")
}
