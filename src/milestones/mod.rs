//! Milestones (マイルストーン): the exit strategy of a task, the milestones toward it, what they wait for, what shows
//! that they are met, and the slip ledger.
//!
//! Tables: `milestone_types`, `milestones`, `milestone_changes` (the ledger), `milestone_evidence`,
//! `milestone_dependencies`, `exit_strategies`. The surprising rule: nobody sets a milestone to met. Somebody reports
//! it with evidence, and a PS or PO of the program, another person than the one who reported, accepts it; until then it
//! is planned.

pub mod evidence;
pub mod forecast;
pub mod ledger;
pub mod listing;
mod model;
pub mod record;
pub mod routes;
pub mod strategy;
pub mod timeline;
pub mod types;
mod waits;

pub use model::{Move, Reason, Refusal, Standing, State, TypeSet};
pub use record::task::{Brief, brief};
pub use waits::{Blocked, Expected, Open, Plan, Wait, Waits};

crate::typed_id!(
    /// マイルストーン of a task.
    MilestoneId,
    /// 根拠 of a milestone: a text, a link or a file.
    EvidenceId,
);
