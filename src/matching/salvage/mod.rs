//! The salvage run (table `salvage_dispositions`): every NO-GO, HOLD and redirect of a gate is looked at for another home, and
//! what was found is recorded with what became of it. Beside it the radar: running tasks that could move on early.
//!
//! The surprising rule: "closed" is a disposition too, with its reason; only a decision without any is open.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
