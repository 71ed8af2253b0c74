//! Matching sessions: tasks that end or have earned an early move, calls with slots and money, and the steps from one
//! to the other.
//!
//! Tables: `matching_sessions`, `matching_session_tasks`, `matching_session_slots`, `matching_session_ceilings`. The
//! surprising rule: slots, ceilings and the set of tasks freeze at the moment in which interest opens, so that nobody
//! can shape the capacities to the preferences they have seen.

pub mod model;

pub use model::{Refusal, State, Step};
