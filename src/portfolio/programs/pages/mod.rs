//! Pages of programs.

pub mod index;
pub mod record;
