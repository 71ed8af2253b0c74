//! Tasks (課題): the list with its query grammar, the page of one task, editing, saved views.
//!
//! Tables: `tasks`, `task_years`, `task_totals`, `task_institutions`, `task_people`, `successor_links`, `saved_views`.
//! The surprising rule: one lead investigator is one task, and its money includes indirect cost and everything
//! sub-contracted. Over all years a task counts once, with its latest year and the money of all of them.

mod document;
pub mod edit;
pub mod filter;
pub mod links;
pub mod listing;
pub mod merge;
pub mod query;
pub mod record;
pub mod routes;
pub mod sql;
pub mod views;

pub use document::{SearchDocument, SearchSource, search_document};
pub use edit::{Retag, refresh_search, retag};
pub use routes::{ListAddress, list_path, task_path};
