//! Meetings of committees: composing one for many items, its run list, and its way from planned to closed.
//!
//! Tables: `gate_meetings`, `gate_reviews` (items). The surprising rule: committee and agenda are fixed when scoring
//! opens; from then on an item can only be decided, left to the chair, or withdrawn with a reason.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
