//! Editing a task: titles, summaries, keywords, tags, period, publication.

mod actions;
pub mod forms;
pub mod pages;
mod queries;

pub use actions::{Retag, refresh_search, retag};
