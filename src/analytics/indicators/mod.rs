//! National indicators: how often support went on, results went to companies, and tasks reached a trial.
//!
//! Queries on `successor_links` and `milestones`, never typed in. Targets are those of the third term (2025 to 2029), a
//! fifth each year. The surprising rule: a task reaches a trial once, in the year of its first accepted milestone of a
//! trial type; a link into a trial counts only where neither of its tasks has such a milestone.

mod model;
pub mod pages;
mod queries;

pub use model::{Counts, Indicator};
pub use queries::counts;
