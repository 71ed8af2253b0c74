//! Interest: what the programs of both sides say of the pairs, in parallel and blind.
//!
//! Tables: `matching_interest_lists`, `matching_interests`. The surprising rule: nobody, the unit and administrators
//! included, reads an answer of the other side before both programs of the pair have submitted or the deadline has
//! passed; the SQL function `matching_interests_open` is the only reader, and the audit holds no levels.

pub mod actions;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

pub use model::{Level, Reason, Side};
