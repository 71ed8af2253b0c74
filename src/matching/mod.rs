//! Pairing and matching: where a task that is about to end goes on.

pub mod affinity;
