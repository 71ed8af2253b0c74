//! Timelines of a task, a program, a project, a disease area or the whole agency: bars and diamonds over fiscal years.
//!
//! Owns no table. Tasks stand collapsed by program, each program one lane with its milestones by quarter, and expand in
//! place; so the page of 2,600 tasks is as small as that of one program.

pub mod draw;
mod lanes;
pub mod pages;
pub mod queries;
