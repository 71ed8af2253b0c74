//! Tasks that a source wrote twice are offered side by side (table `duplicate_offers`); a person merges them or says that
//! they are two. The surprising rule: the search only offers; merging is the portfolio's action, and can be taken back.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
