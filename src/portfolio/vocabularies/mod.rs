//! Dated vocabularies (table `vocabulary_values`): phases, modalities, approval classes, natures, disease areas.
//!
//! A value is never removed, because tasks of earlier years carry it: it ends with a fiscal year.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

pub use crate::portfolio::catalogue::Vocabulary;
