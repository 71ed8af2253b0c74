//! National indicators: how often support went on, results went to companies, and tasks reached a trial.
//!
//! Queries on `successor_links`, never typed in. Targets are those of the third term (2025 to 2029), a fifth each year.

mod model;
pub mod pages;
mod queries;

pub use model::{Counts, Indicator};
pub use queries::counts;
