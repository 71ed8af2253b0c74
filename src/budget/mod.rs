//! The annual budget: reading any workbook, proving its sums, and what is in force.
//!
//! The reader is pure, bytes in and a report out: `sheet` turns a file into plain cells within fixed memory, `recognise`
//! finds tables and gives their rows and columns a meaning under the `corrections` of a person, `totals` proves them,
//! `check` puts it together, `report` prints it. `imports` keeps files and their readings, `versions` what came of them,
//! `ledger` the adjustment fund. The surprising rule: a file is refused as a whole for any error, and nothing is
//! corrected silently; every doubt is a finding with its cell.

pub mod check;
pub mod contracts;
pub mod corrections;
pub mod findings;
pub mod imports;
pub mod ledger;
pub mod model;
pub mod names;
pub mod number;
pub mod outline;
pub mod overview;
pub mod positions;
pub mod recognise;
pub mod report;
pub mod rights;
pub mod scenarios;
pub mod sheet;
pub mod sheets;
pub mod slips;
pub mod tabs;
pub mod template;
pub mod totals;
pub mod typed;
pub mod versions;
pub mod vocabulary;
