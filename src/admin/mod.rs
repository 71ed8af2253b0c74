//! The administrator's first page: what there is to administer, and what needs a look.

pub mod pages;
pub mod queries;
pub mod routes;
