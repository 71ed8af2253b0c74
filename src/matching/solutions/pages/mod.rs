//! Pages of solutions: one file per page.

pub mod changes;
pub mod compare;
pub mod files;
pub mod live;
pub mod margins;
pub mod pair;
pub mod print;
pub mod report;
pub mod show;
