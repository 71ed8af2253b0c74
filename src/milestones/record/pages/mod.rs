//! The page of a milestone with everything that can be done to it, and the forms that make and edit one.

mod edit;
mod moves;
mod show;
mod waits;

use crate::accounts::{Role, Viewer};
use crate::kernel::Said;
use crate::milestones::MilestoneId;
use crate::milestones::evidence::EvidenceForm;
use crate::web::{Access, Cx, FieldErrors, Scoped};

use super::forms::MoveForm;
use super::model::Milestone;
use super::queries;

pub(super) use edit::{Making, create_of, new_page};
pub use edit::{edit, update};
pub use moves::{accept, close, due, reopen, report, return_report, stop_waiting, wait};
pub use show::{show, show_failed};

/// Those who change milestones.
pub fn not_yours() -> Said {
    Said::new(
        "このマイルストーンを変更できるのは、事業の担当者と戦略策定・実施ユニットです。",
        "Only the people in charge of the program and the strategy unit may change this milestone.",
    )
}

impl Scoped for Milestone {
    type Id = MilestoneId;

    async fn find(cx: &Cx, id: MilestoneId) -> anyhow::Result<Option<Self>> {
        Ok(queries::milestone(cx.pool(), id, &cx.viewer.rights).await?)
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (!cx.viewer.rights.may_edit(self.task.program_id)).then(not_yours)
    }
}

/// PS and PO of the program accept.
fn may_accept(viewer: &Viewer, m: &Milestone) -> bool {
    viewer.rights.roles.iter().any(|r| {
        matches!(r.role, Role::ProgramSupervisor | Role::ProgramOfficer)
            && r.program_id == Some(m.task.program_id)
    })
}

fn may_edit(cx: &Cx, m: &Milestone) -> bool {
    cx.viewer.rights.may_edit(m.task.program_id) && Access::KEEPERS.admits(&cx.viewer)
}

/// A form of the page that was refused: which one, what was typed, what is wrong.
#[derive(Default)]
pub struct Failed {
    which: &'static str,
    form: MoveForm,
    evidence: EvidenceForm,
    errors: FieldErrors,
}

impl Failed {
    fn of(which: &'static str, form: MoveForm, errors: FieldErrors) -> Self {
        Self { which, form, errors, evidence: EvidenceForm::default() }
    }

    pub fn evidence(evidence: EvidenceForm, errors: FieldErrors) -> Self {
        Self { which: "evidence", evidence, errors, form: MoveForm::default() }
    }
}
