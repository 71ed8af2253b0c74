//! Pairing and matching: where a task that is about to end goes on.
//!
//! [`affinity`] ranks with reasons; [`engine`] assigns exactly and proves it; [`checker`] verifies such a proof without
//! sharing a line with the engine. [`sessions`] carries a session from its preparation to the transfer of its tasks:
//! [`eligibility`] judges its pairs, [`candidates`] makes shortlists, [`interest`] asks both sides blind, [`consent`] lets the
//! people in charge agree.

pub mod affinity;
pub mod allocations;
pub mod candidates;
pub mod checker;
pub mod consent;
pub mod duplicates;
pub mod eligibility;
pub mod engine;
pub mod interest;
pub mod ledger;
pub mod onward;
pub mod options;
pub mod records;
pub mod salvage;
pub mod sessions;
pub mod solutions;
pub mod tabs;
pub mod tagging;
pub mod thesaurus;
pub mod waiting;
