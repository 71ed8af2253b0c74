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
use crate::web::view::Tab;
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
    pub can_give: bool,
    pub can_close: bool,
    pub is_mine: bool,
}

#[derive(Template)]
#[template(path = "gates/conditions.html")]
struct ConditionsPage {
    page: Page,
    tabs: Vec<Tab>,
    rows: Vec<ConditionView>,
    errors: FieldErrors,
    typed: EvidenceForm,
    /// Id of the condition whose form was refused.
    typed_at: String,
}

pub async fn index(cx: Cx) -> Outcome {
    render(&page(&cx, FieldErrors::new(), EvidenceForm::default(), String::new()).await?)
}

async fn page(
    cx: &Cx,
    errors: FieldErrors,
    typed: EvidenceForm,
    typed_at: String,
) -> Result<ConditionsPage, PageError> {
    let rows = queries::conditions(cx.pool(), asker(cx), None, None).await?;
    Ok(ConditionsPage {
        rows: rows.iter().map(|r| view(cx, r)).collect(),
        tabs: tabs(cx, "conditions"),
        errors,
        typed,
        typed_at,
        page: cx
            .page(Section::Gates, cx.l.t("未了の条件", "Open conditions"))
            .crumb(cx.l.t("ゲート評価", "Gates"), "/gates"),
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
    let keeps = matches!(crate::web::Access::KEEPERS, crate::web::Access::Roles(r) if cx.viewer.holds(r));
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
    let form = EvidenceForm::read(form).await;
    let at = condition.id.to_string();
    let giving = match form.parse(&at, cx.l) {
        Ok(giving) => giving,
        Err(errors) => return render_invalid(&page(&cx, errors, form, at).await?),
    };
    let answer = actions::give(&doing(&cx), &condition, &giving, &form.key).await?;
    back(
        &condition,
        answer,
        cx.l.t("証拠を登録しました。確認者に届きます。", "The evidence is noted; the closer is told."),
    )
}

pub async fn close(
    cx: Cx,
    condition: Visible<ConditionRow>,
    Submitted(form): Submitted<ClosingForm>,
) -> Outcome {
    if condition.closer_id != cx.viewer.id.0 {
        return Err(PageError::Forbidden(Refusal::NotTheCloser.said()));
    }
    let note = Text::<1000>::optional(&form.note).map_err(|e| PageError::Refused(e.into()))?;
    let answer = actions::close(&doing(&cx), &condition, note.as_ref().map(Text::as_str)).await?;
    back(&condition, answer, cx.l.t("条件を完了しました。", "The condition is closed."))
}

fn back(condition: &ConditionRow, answer: Result<(), Refusal>, said: &str) -> Outcome {
    match answer {
        Ok(()) => {
            let to = format!("{}#conditions", review_path(condition.review_id.into()));
            Ok(Redirected::to(to).saying(said).into_response())
        }
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}
