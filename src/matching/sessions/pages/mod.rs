//! Pages of sessions, one file per page, and what they have in common.

pub mod head;
pub mod index;
pub mod of_task;
pub mod show;
pub mod slots;
pub mod tasks;

use crate::kernel::{MatchingSessionId, Said};
use crate::web::{Cx, FieldErrors, PageError, Scoped};

use super::actions::Stopped;
use super::model::Session;
use super::queries;
use super::routes::RUNNERS;

pub use head::Head;

impl Scoped for Session {
    type Id = MatchingSessionId;

    async fn find(cx: &Cx, id: MatchingSessionId) -> anyhow::Result<Option<Self>> {
        let Some(mut session) = queries::session(cx.pool(), id).await? else { return Ok(None) };
        session.hidden = queries::hidden_tasks(cx.pool(), id, cx.viewer.id, &cx.viewer.rights).await?;
        Ok(Some(session))
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (!cx.viewer.holds(RUNNERS)).then(|| {
            Said::new(
                "セッションを進めるのは戦略策定・実施ユニットです。",
                "Sessions are run by the strategy unit.",
            )
        })
    }
}

/// The viewer runs sessions.
pub fn runs(cx: &Cx) -> bool {
    cx.viewer.holds(RUNNERS)
}

/// What a stopped action answers where its page has no form to show it in.
pub fn refused(stopped: Stopped) -> PageError {
    PageError::Refused(stopped.said())
}

/// Why a plan cannot be kept, at the date that stands against it.
fn at_its_field(cx: &Cx, stopped: Stopped) -> FieldErrors {
    let mut errors = FieldErrors::new();
    match stopped {
        Stopped::Until(said) => errors.add("consent_until", cx.l.t("合意の期限", "Consent until"), said),
        stopped => {
            errors.add(
                "interest_deadline",
                cx.l.t("意向確認の期限", "Deadline for interest"),
                stopped.said(),
            );
        }
    }
    errors
}
