//! Imports: tasks and payment lines from files, with a mapping a person confirms, findings per cell, a diff, and undo.
//!
//! Tables: `import_batches`, `import_changes`, `import_mappings`; tasks and what hangs on them are written through
//! this slice's own statements inside one transaction. The surprising rule: the plan is computed anew from the stored
//! file each time, so what is applied is what the database needs now, not what it needed when the file was looked at.

pub mod actions;
pub mod forms;
pub mod headers;
pub mod model;
pub mod pages;
pub mod parse;
pub mod plan;
pub mod programs;
pub mod queries;
pub mod routes;
pub mod table;
mod undo;
mod write;

pub use model::{Field, Finding, Severity};
