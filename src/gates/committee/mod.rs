//! The committee of a meeting: seats, attendance, and who is asked first to judge which item.
//!
//! Tables: `gate_seats`, `gate_assignments`. The proposal of reviewers is an exact assignment by the matching engine:
//! conflicts leave pairs out, loads stay even, closeness of field is the value.

pub mod actions;
pub mod pages;
pub mod proposal;
pub mod queries;
pub mod routes;
