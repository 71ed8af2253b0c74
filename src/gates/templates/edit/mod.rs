//! Changing templates: a draft is copied from the version in force, edited as tables, and put in force. For
//! administrators.

mod actions;
pub mod application;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
