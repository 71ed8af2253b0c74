//! Suggested tags (tables `tag_batches`, `tag_decisions`): real tasks come without phase, modality, disease and approval class.
//!
//! The rules read title and summary and say which words led to each suggestion; program staff take or turn down many at
//! once. The surprising rule: nothing is tagged by itself, and what was turned down is not suggested again until the
//! rules or the thesaurus say something else.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

pub use routes::tagging_path;
