//! The real facts every database starts with, demo or not: ministries, plan terms and their projects, vocabularies,
//! programs with the names they are known by, their projects by year, published amounts, and lineage.
//!
//! Every row says where it comes from; a blank stays blank. English names are working translations of this house
//! unless the source prints one. The tables beside this file are the data; [`load_reference`] writes them once.

mod facts;
mod load;

pub use facts::{fund_codes, program_id, project_id};
pub use load::{load_reference, load_where_missing};
