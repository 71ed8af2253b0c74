//! The list of open conditions, and the two steps of one.

use askama::Template;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use crate::gates::model::Refusal;
use crate::gates::readiness::pages::parse_url;
use crate::gates::review_path;
use crate::gates::rows::{asker, doing};
use crate::gates::tabs;
use crate::kernel::Text;
use crate::kernel::clock::today_in_japan;
use crate::web::view::Tab;
use crate::web::{
    Cx, Language, Outcome, Page, PageError, Redirected, Said, Scoped, Section, Submitted, Visible, render,
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
}

pub async fn index(cx: Cx) -> Outcome {
    let rows = queries::conditions(cx.pool(), asker(&cx), None, None).await?;
    render(&ConditionsPage {
        rows: rows.iter().map(|r| view(&cx, r)).collect(),
        tabs: tabs(&cx, "conditions"),
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
        closing: closing.unwrap_or_default(),
        can_give: open && keeps,
        can_close: open && is_mine && c.evidence.is_some(),
        is_mine,
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConditionForm {
    pub evidence: String,
    pub url: String,
    pub note: String,
}

pub async fn give(
    cx: Cx,
    condition: Visible<ConditionRow>,
    Submitted(form): Submitted<ConditionForm>,
) -> Outcome {
    let evidence = Text::<2000>::parse(&form.evidence).map_err(|_| {
        PageError::Refused(Said::new("証拠となる資料を入力してください。", "Name the evidence."))
    })?;
    let url = parse_url(&form.url).map_err(PageError::Refused)?;
    let answer = actions::give(&doing(&cx), &condition, evidence.as_str(), url.as_deref()).await?;
    back(
        &condition,
        answer,
        cx.l.t("証拠を登録しました。確認者に届きます。", "The evidence is noted; the closer is told."),
    )
}

pub async fn close(
    cx: Cx,
    condition: Visible<ConditionRow>,
    Submitted(form): Submitted<ConditionForm>,
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
