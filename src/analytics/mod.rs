//! Analytics: read models of the portfolio's figures, and the pages that are figures only.
//!
//! Owns no table; SELECT only. The surprising rule: all pages of figures sum the same groups of task-years
//! ([`cube`]), so a total on one page is the total on every other.

pub mod cube;
pub mod figures;
pub mod indicators;
pub mod links;
pub mod map;
pub mod portrait;
mod queries;
pub mod routes;
pub mod sheet;
pub mod split;
pub mod words;
pub mod years;

pub use cube::{Axis, Cube, Share, Split, Sum};
pub use queries::groups_of_lead;
