//! The pages of a review: its record, the results of the meeting, the form of a decision, and the small steps.

pub mod decide;
pub mod results;
pub mod review;
pub mod steps;
