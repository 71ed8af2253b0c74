//! Tasks and slot types as the records that affinity compares.

mod model;
mod queries;

pub use model::{SlotFacts, TaskFacts};
pub use queries::{slots, tasks, tasks_of_programs};
