//! Putting a draft in force: what differs, which running reviews it affects, and the act itself.

use askama::Template;
use axum::response::IntoResponse;

use crate::web::{
    AtPath, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Submitted, render, render_invalid,
};

use super::super::changes::{Change, changes};
use super::super::pages::version_name;
use super::super::routes;
use super::actions::{self, Refusal};
use super::forms::ApplicationForm;
use super::model::{Gap, gaps};
use super::pages::Editing;
use super::queries;

#[derive(Template)]
#[template(path = "gates/templates/application.html")]
struct ApplicationPage {
    page: Page,
    action: String,
    back: String,
    version: String,
    version_name: String,
    changes: Vec<Change>,
    first: bool,
    gaps: Vec<Gap>,
    meetings: Vec<MeetingRow>,
    movable: i64,
    may_apply: bool,
    input: ApplicationForm,
    errors: FieldErrors,
}

struct MeetingRow {
    name: String,
    href: String,
    held: String,
    reviews: i64,
    versions: String,
    frozen: bool,
}

pub async fn show(cx: Cx, AtPath(code): AtPath<String>) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let input = ApplicationForm { migrate: "true".to_owned(), ..ApplicationForm::default() };
    render(&application_page(&editing, input, FieldErrors::new()).await?)
}

pub async fn apply(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Submitted(input): Submitted<ApplicationForm>,
) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    let l = cx.l;
    let note = match input.parse(l) {
        Ok(note) => note,
        Err(errors) => return render_invalid(&application_page(&editing, input, errors).await?),
    };
    let sent = editing.as_sent(&input.version);
    let migrate = input.migrate == "true";
    match actions::apply(cx.pool(), &cx.actor(), sent, (&note, migrate), cx.now).await? {
        Ok(applied) => {
            let said = if l.is_ja() {
                format!("適用しました。{}件の審査を新しい版に移しました。", applied.migrated)
            } else {
                format!("In force. {} reviews went over to the new version.", applied.migrated)
            };
            Ok(Redirected::to(routes::template(&code)).saying(said).into_response())
        }
        Err(Refusal::Gaps(_)) => {
            let errors = FieldErrors::new();
            render_invalid(&application_page(&editing, input, errors).await?)
        }
        Err(_) => Err(PageError::Refused(Said::new(
            "確認している間に、ほかの人が編集しました。差分を開き直して確認してください。",
            "Somebody else edited the draft while you were checking it. Reopen the comparison.",
        ))),
    }
}

async fn application_page(
    editing: &Editing,
    input: ApplicationForm,
    errors: FieldErrors,
) -> Result<ApplicationPage, PageError> {
    let cx = &editing.cx;
    let l = cx.l;
    let affected = queries::affected(cx.pool(), editing.template.id, cx.viewer.id.0).await?;
    let page = editing
        .page(l.t("違いの確認と適用", "Check and put in force"))
        .crumb(l.t("編集中の版", "Draft"), routes::draft(editing.code()));
    let meetings = affected.iter().map(|a| MeetingRow {
        name: l.name(&a.name_ja, a.name_en.as_deref()).to_owned(),
        href: format!("/gates/meetings/{}", a.meeting_id),
        held: page.moment(&a.held_at),
        reviews: a.reviews,
        versions: a.numbers.iter().map(|n| version_name(l, *n)).collect::<Vec<_>>().join(l.t("、", ", ")),
        frozen: a.frozen,
    });
    Ok(ApplicationPage {
        action: routes::application(editing.code()),
        back: routes::draft(editing.code()),
        version: editing.draft.version.to_string(),
        version_name: version_name(l, editing.draft.number),
        changes: editing.in_force.as_ref().map(|old| changes(l, old, &editing.content)).unwrap_or_default(),
        first: editing.in_force.is_none(),
        gaps: gaps(editing.in_force.as_ref(), &editing.content),
        movable: affected.iter().filter(|a| !a.frozen).map(|a| a.reviews).sum(),
        meetings: meetings.collect(),
        may_apply: cx.viewer.is_administrator(),
        input,
        errors,
        page,
    })
}
