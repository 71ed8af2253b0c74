//! The slip ledger (table `milestone_changes`): every change of a due date or a state with its reason, by task, program
//! or PS, and as a file. The words of a reason are for people in charge of the task; its code is for all who see
//! the task.

mod export;
pub mod model;
pub mod pages;
pub mod queries;

pub use model::{Entry, Filter, Line};
