//! Pairing and matching: where a task that is about to end goes on.
//!
//! [`affinity`] ranks with reasons; [`engine`] assigns exactly and proves it; [`checker`] verifies such a proof without
//! sharing a line with the engine.

pub mod affinity;
pub mod checker;
pub mod engine;
pub mod sessions;
pub mod solutions;
pub mod tagging;
pub mod thesaurus;
