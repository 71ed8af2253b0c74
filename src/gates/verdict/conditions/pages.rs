//! The list of open conditions, and the two steps of one.

use askama::Template;
use axum::extract::Multipart;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use crate::gates::model::Refusal;
use crate::gates::readiness::pages::shown_file;
use crate::gates::readiness::{EvidenceForm, FieldIds};
use crate::gates::review_path;
use crate::gates::rows::{asker, doing};
use crate::gates::tabs;
use crate::kernel::Text;
use crate::kernel::clock::today_in_japan;
use crate::web::{
    Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Scoped, Section, Submitted, Visible,
    render, render_invalid,
};

use super::actions;
use super::queries::{self, ConditionRow};

/// The id of a condition, in addresses.
pub type ConditionId = Uuid;

impl Scoped for ConditionRow {
    type Id = ConditionId;

    async fn find(cx: &Cx, id: ConditionId) -> anyhow::Result<Option<Self>> {
        Ok(queries::conditions(cx.pool(), asker(cx), None, Some(id)).await?.pop())
    }
}

/// A condition as it is shown.
pub struct ConditionView {
    pub id: String,
    pub ids: FieldIds,
    pub href: String,
    pub number: String,
    pub title: String,
    pub text: String,
    pub needed: String,
    pub due_on: NaiveDate,
    pub closer: String,
    pub state: &'static str,
    pub tone: &'static str,
    pub evidence: String,
    pub evidence_url: Option<String>,
    /// Address, name and size of the file.
    pub file: Option<(String, String, String)>,
    pub closing: String,
    /// Id of the field of the closing's note.
    pub closing_field: String,
    pub can_give: bool,
    pub can_close: bool,
    pub is_mine: bool,
}

#[derive(Template)]
#[template(path = "gates/conditions.html")]
struct ConditionsPage {
    page: Page,
    rows: Vec<ConditionView>,
    errors: FieldErrors,
    typed: Typed,
}

/// What was typed at a condition whose form was refused.
#[derive(Default)]
pub struct Typed {
    /// Id of the condition; empty where nothing was refused.
    pub at: String,
    pub evidence: EvidenceForm,
    /// The note of the closing.
    pub closing: String,
}

pub async fn index(cx: Cx) -> Outcome {
    render(&page(&cx, FieldErrors::new(), Typed::default()).await?)
}

async fn page(cx: &Cx, errors: FieldErrors, typed: Typed) -> Result<ConditionsPage, PageError> {
    let rows = queries::conditions(cx.pool(), asker(cx), None, None).await?;
    Ok(ConditionsPage {
        rows: rows.iter().map(|r| view(cx, r)).collect(),
        errors,
        typed,
        page: cx
            .page(Section::Gates, cx.l.t("未了の条件", "Open conditions"))
            .crumb(cx.l.t("ゲート評価", "Gates"), "/gates")
            .beside(tabs(cx, "conditions")),
    })
}

/// A condition with what the viewer may do about it.
pub fn view(cx: &Cx, c: &ConditionRow) -> ConditionView {
    let l: Language = cx.l;
    let is_mine = c.closer_id == cx.viewer.id.0;
    let open = c.closed_at.is_none() && !c.is_superseded;
    let (state, tone) = match (c.closed_at, c.is_superseded) {
        (Some(_), _) => (l.t("完了", "Closed"), "ok"),
        (None, true) => (l.t("再審議により失効", "Superseded"), "quiet"),
        (None, false) if c.due_on < cx.today() => (l.t("期限超過", "Overdue"), "bad"),
        (None, false) if c.evidence.is_some() => (l.t("確認待ち", "Evidence given"), "info"),
        (None, false) => (l.t("未了", "Open"), "warn"),
    };
    let mut evidence = c.evidence.clone().unwrap_or_default();
    if let (Some(name), Some(at)) = (&c.submitted_ja, c.submitted_at) {
        evidence =
            format!("{evidence}（{} {}）", l.name(name, c.submitted_en.as_deref()), today_in_japan(at));
    }
    let closing = c.closed_at.map(|at| {
        let name = l.name(&c.closer_ja, c.closer_en.as_deref());
        format!("{} {name} {}", today_in_japan(at), c.closing_note.as_deref().unwrap_or_default())
    });
    let keeps = crate::web::Access::KEEPERS.admits(&cx.viewer);
    ConditionView {
        id: c.id.to_string(),
        ids: FieldIds::of(&c.id.to_string()),
        href: review_path(c.review_id.into()),
        number: c.number.clone().unwrap_or_default(),
        title: l.name(&c.title_ja, c.title_en.as_deref()).to_owned(),
        text: c.text.clone(),
        needed: c.needed.clone(),
        due_on: c.due_on,
        closer: l.name(&c.closer_ja, c.closer_en.as_deref()).to_owned(),
        state,
        tone,
        evidence,
        evidence_url: c.evidence_url.clone(),
        file: shown_file(c.file_id, c.file_name.as_deref(), c.file_size),
        closing: closing.unwrap_or_default(),
        closing_field: closing_field(c.id),
        can_give: open && keeps,
        can_close: open && is_mine && c.evidence.is_some(),
        is_mine,
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClosingForm {
    pub note: String,
}

pub async fn give(cx: Cx, condition: Visible<ConditionRow>, form: Multipart) -> Outcome {
    let l = cx.l;
    let form = EvidenceForm::read(form).await;
    let at = condition.id.to_string();
    let errors = match form.parse(&at, l) {
        Ok(giving) => match actions::give(&doing(&cx), &condition, &giving, &form.key).await? {
            Ok(()) => {
                let said = "証拠を登録しました。確認者に届きます。";
                return back(&condition, l.t(said, "The evidence is noted; the closer is told."));
            }
            Err(refusal) => {
                FieldErrors::one(&FieldIds::of(&at).note, l.t("証拠", "Evidence"), refusal.said())
            }
        },
        Err(errors) => errors,
    };
    render_invalid(&page(&cx, errors, Typed { evidence: form, at, ..Typed::default() }).await?)
}

fn closing_field(condition: ConditionId) -> String {
    format!("closing-{condition}")
}

pub async fn close(
    cx: Cx,
    condition: Visible<ConditionRow>,
    Submitted(form): Submitted<ClosingForm>,
) -> Outcome {
    if condition.closer_id != cx.viewer.id.0 {
        return Err(PageError::Forbidden(Refusal::NotTheCloser.said()));
    }
    let l = cx.l;
    let field = closing_field(condition.id);
    let mut errors = FieldErrors::new();
    let note = errors.check(&field, l.t("確認の記録", "Note"), Text::<1000>::optional(&form.note));
    if let Some(note) = note {
        match actions::close(&doing(&cx), &condition, note.as_ref().map(Text::as_str)).await? {
            Ok(()) => return back(&condition, l.t("条件を完了しました。", "The condition is closed.")),
            Err(refusal) => errors.add(&field, l.t("確認の記録", "Note"), refusal.said()),
        }
    }
    let typed = Typed { closing: form.note, at: condition.id.to_string(), ..Typed::default() };
    render_invalid(&page(&cx, errors, typed).await?)
}

fn back(condition: &ConditionRow, said: &str) -> Outcome {
    let to = format!("{}#conditions", review_path(condition.review_id.into()));
    Ok(Redirected::to(to).saying(said).into_response())
}
