//! Where a task could go next: later tasks that may continue one that ended, slot types of coming calls and similar tasks
//! for one that runs; each with the parts of its score in words. Owns no table.
//!
//! The surprising rule: the ranking is kept for ten minutes even when tasks change meanwhile, because building it takes
//! longer than a page may; what is shown of a task, and whether the viewer may know it, is read anew each time.

pub mod actions;
mod kept;
pub mod pages;
pub mod queries;
pub mod routes;

pub use routes::onward_path;
