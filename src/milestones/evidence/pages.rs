//! Adding, downloading and withdrawing evidence.

use axum::extract::Multipart;
use axum::response::IntoResponse;

use crate::kernel::Said;
use crate::milestones::EvidenceId;
use crate::milestones::record::pages::{Failed, show_failed};
use crate::milestones::record::{Milestone, milestone_path};
use crate::portfolio::files;
use crate::web::{Acting, Cx, Outcome, PageError, Redirected, Scoped, Visible};

use super::forms::EvidenceForm;
use super::queries::Piece;
use super::{actions, queries};

impl Scoped for Piece {
    type Id = EvidenceId;

    async fn find(cx: &Cx, id: EvidenceId) -> anyhow::Result<Option<Self>> {
        Ok(queries::piece(cx.pool(), id, &cx.viewer.rights).await?)
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (!cx.viewer.rights.may_edit(self.program_id)).then(crate::milestones::record::pages::not_yours)
    }
}

pub async fn add(cx: Cx, milestone: Acting<Milestone>, form: Multipart) -> Outcome {
    let form = EvidenceForm::read(form).await;
    let evidence = match form.parse(cx.l) {
        Ok(evidence) => evidence,
        Err(errors) => return show_failed(&cx, milestone.into_inner(), Failed::evidence(form, errors)).await,
    };
    let ids = (milestone.task_id.into(), milestone.id.into());
    actions::add(cx.pool(), &cx.actor(), ids, &evidence, &form.key, cx.now).await?;
    Ok(Redirected::to(format!("{}#evidence", milestone_path(milestone.id.into())))
        .saying(cx.l.t("根拠を登録しました。", "The evidence is added."))
        .into_response())
}

pub async fn file(cx: Cx, piece: Visible<Piece>) -> Outcome {
    let id = piece.file_id.ok_or(PageError::NotFound)?;
    let found = files::stored(cx.pool(), id).await?.ok_or(PageError::NotFound)?;
    Ok(files::pages::respond(found))
}

pub async fn withdraw(cx: Cx, piece: Acting<Piece>) -> Outcome {
    if !actions::withdraw(cx.pool(), &cx.actor(), &piece, cx.now).await? && piece.settled {
        return Err(PageError::Refused(Said::new(
            "達成が確認されたマイルストーンの根拠は取り下げられません。",
            "The evidence of a milestone that was accepted as met stays.",
        )));
    }
    Ok(Redirected::to(format!("{}#evidence", milestone_path(piece.milestone_id.into())))
        .saying(cx.l.t("根拠を取り下げました。", "The evidence is withdrawn."))
        .into_response())
}
