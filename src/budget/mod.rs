//! The annual budget: reading any workbook, recognising its tables, proving its sums.
//!
//! Everything here but the coming queries and pages is pure: bytes in, a report out.

pub mod findings;
pub mod model;
pub mod number;
pub mod sheet;
pub mod vocabulary;
