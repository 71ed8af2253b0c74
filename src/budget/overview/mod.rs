//! Pages of money: the year as program × project, one program, project or ministry over the years, and the lines behind
//! any figure. Owns no table. The surprising rule: what a page sums is checked against the control total of the version
//! in force, to the yen, and the page says so.

pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
