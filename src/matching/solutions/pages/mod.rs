//! Pages of solutions: one file per page.

pub mod changes;
pub mod compare;
pub mod document;
pub mod files;
pub mod live;
pub mod margins;
pub mod pair;
pub mod report;
pub mod show;
