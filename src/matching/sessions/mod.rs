//! Matching sessions: tasks that end or have earned an early move, calls with slots and money, and the steps from one
//! to the other.
//!
//! Tables: `matching_sessions`, `matching_session_tasks`, `matching_session_slots`, `matching_session_ceilings`. The
//! surprising rule: slots, ceilings and the set of tasks freeze at the moment in which interest opens, so that nobody
//! can shape the capacities to the preferences they have seen. A viewer's [`Session`] carries the tasks that must not
//! exist for them (conflict of interest); every query of what stands in it takes these.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

pub use model::{Refusal, Session, State, Step, Via};
pub use routes::{session_path, step_path};
