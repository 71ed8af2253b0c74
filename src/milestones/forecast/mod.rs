//! Slip forecast: how late milestones of a type and modality were in the past, as quantiles with their count.
//!
//! A sample is a milestone that was met: the days from the due date first planned to the day it was met, which is the
//! sum of its lines in the slip ledger and its last delay. Only tasks that the viewer may know are counted. The
//! forecast stands beside the due date and never changes it; below [`ENOUGH`] samples it says that they are few.

mod model;
pub mod pages;
mod queries;

pub use model::{ENOUGH, Forecast, Sample, signed};
pub use queries::{all, of_types};
