//! The forms of opinions on the page of a task.

use axum::response::IntoResponse;

use crate::kernel::{OpinionId, Said, Text};
use crate::portfolio::tasks::record::{TaskRecord, pages::show_with_opinion};
use crate::portfolio::tasks::task_path;
use crate::web::{Acting, Cx, FieldErrors, Outcome, PageError, Redirected, Scoped, Submitted, Visible};

use super::actions;
use super::model::{OpinionForm, Visibility, role_over};
use super::queries::{self, Given, NewOpinion};

impl Scoped for Given {
    type Id = OpinionId;

    async fn find(cx: &Cx, id: OpinionId) -> anyhow::Result<Option<Self>> {
        Ok(queries::given(cx.pool(), id, &cx.viewer.rights).await?)
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (self.author_id != cx.viewer.id).then(|| {
            Said::new("意見を取り下げられるのは本人だけです。", "Only its author can withdraw an opinion.")
        })
    }
}

pub async fn create(cx: Cx, task: Visible<TaskRecord>, Submitted(form): Submitted<OpinionForm>) -> Outcome {
    let Some(role) = role_over(&cx.viewer.rights, &task) else {
        return Err(PageError::Forbidden(Said::new(
            "この課題は担当範囲の外にあるため、意見を投稿できません。",
            "This task lies outside your scope, so you cannot give an opinion on it.",
        )));
    };
    let mut errors = FieldErrors::new();
    let body = errors.check("body", cx.l.t("意見", "Opinion"), Text::<4000>::parse(&form.body));
    let seen_by = Visibility::from_code(&form.visibility)
        .ok_or_else(|| Said::new("公開範囲を選んでください。", "Choose who may read it."));
    let visibility = errors.check("visibility", cx.l.t("公開範囲", "Readers"), seen_by);
    let (body, visibility) = match errors.finish(body.zip(visibility)) {
        Ok(parsed) => parsed,
        Err(errors) => return show_with_opinion(&cx, task.into_inner(), form, errors).await,
    };
    let to = format!("{}#opinions", task_path(task.id.into()));
    let (id, task, author) = (OpinionId::new(), task.id.into(), cx.viewer.id);
    let opinion = NewOpinion { id, task, author, role, visibility, body: body.as_str() };
    actions::post(cx.pool(), opinion, &to, &cx.actor(), &form.key, cx.now).await?;
    Ok(Redirected::to(to).saying(cx.l.t("意見を投稿しました。", "Your opinion is posted.")).into_response())
}

pub async fn withdraw(cx: Cx, opinion: Acting<Given>) -> Outcome {
    actions::withdraw(cx.pool(), &opinion, &cx.actor(), cx.now).await?;
    let to = format!("{}#opinions", task_path(opinion.task_id));
    Ok(Redirected::to(to)
        .saying(cx.l.t("意見を取り下げました。", "Your opinion is withdrawn."))
        .into_response())
}
