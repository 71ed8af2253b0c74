//! Tasks (課題): the list with its query grammar, the page of one task, editing.
//!
//! Tables: `tasks`, `task_years`, `task_institutions`, `task_people`, `successor_links`, `saved_views`. The surprising
//! rule: one lead investigator is one task, and its money includes indirect cost and everything sub-contracted.

mod document;
pub mod filter;
pub mod query;
pub mod sql;

pub use document::{SearchDocument, SearchSource, TITLE_MARK, search_document};
