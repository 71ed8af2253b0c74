//! Succession: a task goes on in another task. The one place that writes such a link, and the next task where it does not
//! exist yet; called by matching inside its own transaction.
//!
//! Tables: `successor_links`, and for a new task `tasks` and `task_years`. The surprising rule: the national indicators
//! count the links of a fiscal year, so a link carries the year in which the next support begins, not the day of typing.

pub mod actions;
mod queries;

pub use actions::{NewLink, NextTask};
