//! The page of one task: everything known of it, on one sheet.

pub mod chain;
pub mod history;
pub mod model;
pub mod pages;
pub(super) mod queries;

pub use model::TaskRecord;
