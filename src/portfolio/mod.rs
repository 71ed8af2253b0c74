//! The portfolio: terms, projects, programs, calls, tasks and what joins them.

pub mod catalogue;
pub mod opinions;
pub mod reference;
pub mod tasks;
pub mod vocabularies;
