//! The portfolio: terms, projects, programs, calls, tasks and what joins them.

pub mod catalogue;
pub mod conflicts;
pub mod diseases;
pub mod files;
pub mod institutions;
pub mod opinions;
pub mod people;
pub mod programs;
pub mod projects;
pub mod reference;
pub mod succession;
pub mod tasks;
pub mod vocabularies;
