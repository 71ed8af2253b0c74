//! The continuity ledger (table `ending_reasons`): supports continued per fiscal year against the target, and every task
//! that ended with the reason why nothing came after it.
//!
//! Counts are queries on links and periods, never typed in; only the reason is. The surprising rule: a task counts in the
//! year in which it ended, a support in the year in which its link was made, so that the two need not agree.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

pub use model::Outcome;
pub use routes::tasks_path;
