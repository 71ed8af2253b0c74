//! Eligibility: which task may go to which slot at all, by rules that are data.
//!
//! Table: `matching_rules` (append-only versions), and the truth tables in `matching_pairs`. The surprising rule: what is
//! not known of a task (no tag, no milestone) neither passes nor fails by itself; each rule says how it counts.

pub mod actions;
pub mod defaults;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;

pub use model::{Outcome, Prerequisite, Rule, Rules, SlotFacts, TaskFacts, Truth, judge};
