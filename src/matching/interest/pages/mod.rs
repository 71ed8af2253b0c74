//! Pages of interest: who is in, and one's own list.

pub mod list;
pub mod session;
