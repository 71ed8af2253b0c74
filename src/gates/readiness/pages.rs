//! The readiness list of a meeting: per item what is there, what is missing, and who must act.

use std::collections::HashMap;

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::gates::meeting_path;
use crate::gates::meetings::queries as meetings;
use crate::gates::model::ReviewState;
use crate::gates::queries::{Meeting, Review};
use crate::gates::rows::{asker, doing};
use crate::gates::templates::{EvidenceKind, Responsible};
use crate::kernel::Text;
use crate::web::{
    Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Said, Section, Submitted, Visible,
    render, render_invalid,
};

use super::actions;
use super::queries::{self, EvidenceRow};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EvidenceForm {
    pub evidence: String,
    pub note: String,
    pub url: String,
}

#[derive(Template)]
#[template(path = "gates/readiness.html")]
struct ReadinessPage {
    page: Page,
    items: Vec<Item>,
    actors: Vec<(String, usize)>,
    missing: usize,
    errors: FieldErrors,
    typed: EvidenceForm,
}

struct Item {
    href: String,
    number: String,
    title: String,
    template: String,
    evidence: Vec<Evidence>,
}

/// A piece of evidence as it is shown.
pub struct Evidence {
    pub key: String,
    pub action: String,
    pub name: String,
    pub kind: &'static str,
    pub state: &'static str,
    pub tone: &'static str,
    pub who: String,
    pub note: String,
    pub url: Option<String>,
    pub can_give: bool,
    pub is_missing: bool,
}

pub async fn index(cx: Cx, meeting: Visible<Meeting>) -> Outcome {
    render(&page(&cx, &meeting, FieldErrors::new(), EvidenceForm::default()).await?)
}

pub async fn give(cx: Cx, review: Visible<Review>, Submitted(form): Submitted<EvidenceForm>) -> Outcome {
    if !review.manages && !cx.viewer.rights.may_edit(review.program_id) {
        return Err(PageError::Forbidden(Said::new(
            "資料を登録できるのは、この課題を担当する事業課・PS・POだけです。",
            "Only the division, PS and PO of this task note its evidence.",
        )));
    }
    let l = cx.l;
    let mut errors = FieldErrors::new();
    let key: Option<Uuid> = form.evidence.parse().ok();
    let note = errors.check(
        &format!("note-{}", form.evidence),
        l.t("資料", "Evidence"),
        Text::<500>::parse(&form.note),
    );
    let url = errors.check(&format!("url-{}", form.evidence), l.t("リンク", "Link"), parse_url(&form.url));
    let meeting = Visible::<Meeting>::find(&cx, review.meeting_id).await?;
    let (Some(key), Some(note), Some(url)) = (key, note, url) else {
        return render_invalid(&page(&cx, &meeting, errors, form).await?);
    };
    match actions::give(&doing(&cx), &review, key, note.as_str(), url.as_deref()).await? {
        Ok(()) => Ok(Redirected::to(format!("{}/readiness", meeting_path(review.meeting_id)))
            .saying(l.t("資料を登録しました。", "The evidence is noted."))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}

/// An address of the web, or nothing.
pub fn parse_url(raw: &str) -> Result<Option<String>, Said> {
    let text = raw.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let fits = (text.starts_with("https://") || text.starts_with("http://"))
        && text.len() <= 1000
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits {
        Ok(Some(text.to_owned()))
    } else {
        Err(Said::new(
            "https:// で始まるアドレスを入力してください。",
            "Enter an address that begins with https://.",
        ))
    }
}

async fn page(
    cx: &Cx,
    meeting: &Meeting,
    errors: FieldErrors,
    typed: EvidenceForm,
) -> Result<ReadinessPage, PageError> {
    let l = cx.l;
    let rows: Vec<_> = meetings::items(cx.pool(), meeting.id, asker(cx))
        .await?
        .into_iter()
        .filter(|r| r.state != ReviewState::Withdrawn)
        .collect();
    let ids: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
    let mut by_review: HashMap<Uuid, Vec<EvidenceRow>> = HashMap::new();
    for e in queries::evidence(cx.pool(), &ids, cx.today()).await? {
        by_review.entry(e.review_id).or_default().push(e);
    }
    let gives = meeting.manages;
    let items: Vec<Item> = rows
        .iter()
        .map(|r| Item {
            href: format!("/gates/reviews/{}", r.id),
            number: r.number.clone().unwrap_or_default(),
            title: l.name(&r.title_ja, r.title_en.as_deref()).to_owned(),
            template: l.t(&r.template_ja, &r.template_en).to_owned(),
            evidence: by_review
                .remove(&r.id)
                .unwrap_or_default()
                .iter()
                .map(|e| shown(l, e, gives && matches!(r.state, ReviewState::Listed | ReviewState::Waiting)))
                .collect(),
        })
        .collect();
    let mut actors: Vec<(String, usize)> = Vec::new();
    for e in items.iter().flat_map(|i| &i.evidence).filter(|e| e.is_missing) {
        match actors.iter_mut().find(|(who, _)| *who == e.who) {
            Some((_, n)) => *n += 1,
            None => actors.push((e.who.clone(), 1)),
        }
    }
    actors.sort_by_key(|(who, n)| (std::cmp::Reverse(*n), who.clone()));
    let missing = actors.iter().map(|(_, n)| n).sum();
    actors.truncate(20);
    let name = l.name(&meeting.name_ja, meeting.name_en.as_deref()).to_owned();
    Ok(ReadinessPage {
        page: cx
            .page(Section::Gates, l.t("準備状況", "Readiness"))
            .crumb(l.t("ゲート評価", "Gates"), "/gates")
            .crumb(name, meeting_path(meeting.id)),
        items,
        actors,
        missing,
        errors,
        typed,
    })
}

/// A piece of evidence in words.
pub fn shown(l: Language, e: &EvidenceRow, can_give: bool) -> Evidence {
    let is_there = e.milestone_met || e.note.is_some();
    let (state, tone) = match (is_there, e.mandatory) {
        (true, _) => (l.t("あり", "There"), "ok"),
        (false, true) => (l.t("未提出", "Missing"), "bad"),
        (false, false) => (l.t("任意", "Optional"), "quiet"),
    };
    let role = Responsible::from_code(&e.responsible).map(|r| r.name(l)).unwrap_or_default();
    let people =
        e.people.iter().map(|p| l.name(&p.ja, p.en.as_deref())).collect::<Vec<_>>().join(l.t("、", ", "));
    let who = if people.is_empty() { role.to_owned() } else { format!("{role} {people}") };
    let mut note = e.note.clone().unwrap_or_default();
    if let (Some(name), Some(at)) = (&e.given_ja, e.given_at) {
        let day = crate::kernel::clock::today_in_japan(at);
        note = format!("{note}（{} {day}）", l.name(name, e.given_en.as_deref()));
    }
    if let (false, Some(due)) = (is_there, e.milestone_due) {
        note = format!("{} {due}", l.t("達成予定", "Planned for"));
    }
    Evidence {
        key: e.evidence_key.to_string(),
        action: format!("/gates/reviews/{}/evidence", e.review_id),
        name: l.t(&e.name_ja, &e.name_en).to_owned(),
        kind: EvidenceKind::from_code(&e.kind).map(|k| k.name(l)).unwrap_or_default(),
        state,
        tone,
        who,
        note,
        url: e.url.clone(),
        can_give: can_give && !e.milestone_met && e.kind != EvidenceKind::Milestone.code(),
        is_missing: !is_there && e.mandatory,
    }
}
