//! Evidence (根拠) that a milestone is met (table `milestone_evidence`): a text, a link, or an
//! attached file. It is for people in charge of the task. Evidence is never changed, only withdrawn.

mod actions;
mod forms;
pub mod model;
pub mod pages;
mod queries;

pub use forms::EvidenceForm;
pub use model::{Evidence, Kind};
pub use queries::{insert, of_milestone};
