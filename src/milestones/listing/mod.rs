//! The list of milestones over tasks: late, waiting for acceptance, due soon, by program, type and modality.

pub mod pages;
mod queries;
