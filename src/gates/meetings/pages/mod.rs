//! The pages of meetings.

pub mod compose;
pub mod index;
pub mod order;
pub mod show;
