//! The annual budget: reading any workbook, recognising its tables, proving its sums.
//!
//! Everything here is pure: bytes in, a report out. `sheet` turns a file into plain cells within fixed memory,
//! `recognise` finds tables and gives their rows and columns a meaning, `totals` proves them, `check` puts it together,
//! `report` prints it. The surprising rule: a file is refused as a whole for any error, and nothing is corrected
//! silently; every doubt is a finding with its cell.

pub mod check;
pub mod corrections;
pub mod findings;
pub mod imports;
pub mod ledger;
pub mod model;
pub mod names;
pub mod number;
pub mod recognise;
pub mod report;
pub mod rights;
pub mod sheet;
pub mod sheets;
pub mod tabs;
pub mod template;
pub mod totals;
pub mod typed;
pub mod versions;
pub mod vocabulary;
mod words;
