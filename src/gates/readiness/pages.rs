//! The readiness list of a meeting: per item what is there, what is missing, and who must act.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Multipart;
use axum::response::IntoResponse;
use uuid::Uuid;

use crate::gates::meetings::queries as meetings;
use crate::gates::model::ReviewState;
use crate::gates::queries::{Meeting, Review};
use crate::gates::rows::{asker, doing};
use crate::gates::templates::EvidenceKind;
use crate::gates::{meeting_path, review_path};
use crate::portfolio::files::{self, FileId, size_in_words};
use crate::web::{
    Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Said, Scoped, Section, Visible, render,
    render_invalid,
};

use super::actions;
use super::forms::{EvidenceForm, FieldIds};
use super::queries::{self, EvidenceRow};
use super::routes::{evidence_file_path, evidence_path, readiness_path};

#[derive(Template)]
#[template(path = "gates/readiness.html")]
struct ReadinessPage {
    page: Page,
    items: Vec<Item>,
    actors: Vec<(String, usize)>,
    missing: usize,
    errors: FieldErrors,
    typed: EvidenceForm,
    /// Id of the piece whose form was refused.
    typed_at: String,
}

struct Item {
    id: String,
    href: String,
    number: String,
    title: String,
    template: String,
    evidence: Vec<Evidence>,
}

/// A piece of evidence as it is shown.
pub struct Evidence {
    /// Names review and piece on the page.
    pub id: String,
    pub ids: FieldIds,
    pub key: String,
    pub action: String,
    pub name: String,
    pub kind: &'static str,
    pub state: &'static str,
    pub tone: &'static str,
    pub who: String,
    pub note: String,
    pub url: Option<String>,
    /// Address, name and size of the file.
    pub file: Option<(String, String, String)>,
    pub can_give: bool,
    /// Somebody gave it; else it is missing, or a milestone.
    pub is_given: bool,
    pub is_missing: bool,
}

/// A file given as evidence of a review that the viewer may know.
pub struct EvidenceFile(FileId);

impl Scoped for EvidenceFile {
    type Id = FileId;

    async fn find(cx: &Cx, id: FileId) -> anyhow::Result<Option<Self>> {
        let Some(review) = queries::review_of_file(cx.pool(), id).await? else { return Ok(None) };
        Ok(Review::find(cx, review.into()).await?.map(|_| Self(id)))
    }
}

pub async fn file(cx: Cx, found: Visible<EvidenceFile>) -> Outcome {
    let stored = files::stored(cx.pool(), found.0.0).await?.ok_or(PageError::NotFound)?;
    Ok(files::pages::respond(stored))
}

pub async fn index(cx: Cx, meeting: Visible<Meeting>) -> Outcome {
    render(&page(&cx, &meeting, FieldErrors::new(), EvidenceForm::default(), String::new()).await?)
}

pub async fn give(cx: Cx, review: Visible<Review>, form: Multipart) -> Outcome {
    if !gives(&cx, review.manages, review.program_id) {
        return Err(PageError::Forbidden(Said::new(
            "資料を登録できるのは、この課題を担当する事業課・PS・POだけです。",
            "Only the division, PS and PO of this task note its evidence.",
        )));
    }
    let form = EvidenceForm::read(form).await;
    let evidence: Uuid = form.evidence.parse().map_err(|_| PageError::NotFound)?;
    let at = format!("{}-{evidence}", review.id);
    let giving = match form.parse(&at, cx.l) {
        Ok(given) => given,
        Err(errors) => {
            let meeting = Visible::<Meeting>::find(&cx, review.meeting_id).await?;
            return render_invalid(&page(&cx, &meeting, errors, form, at).await?);
        }
    };
    match actions::give(&doing(&cx), &review, evidence, &giving, &form.key).await? {
        Ok(()) => {
            let back = format!("{}#item-{}", readiness_path(review.meeting_id), review.id);
            Ok(Redirected::to(back)
                .saying(cx.l.t("資料を登録しました。", "The evidence is noted."))
                .into_response())
        }
        Err(refusal) => {
            let label = cx.l.t("資料", "Evidence");
            let errors = FieldErrors::one(&FieldIds::of(&at).note, label, refusal.said());
            let meeting = Visible::<Meeting>::find(&cx, review.meeting_id).await?;
            render_invalid(&page(&cx, &meeting, errors, form, at).await?)
        }
    }
}

/// Those who run the meeting, and those who keep the task.
fn gives(cx: &Cx, manages: bool, program: Uuid) -> bool {
    manages || cx.viewer.rights.may_edit(program)
}

async fn page(
    cx: &Cx,
    meeting: &Meeting,
    errors: FieldErrors,
    typed: EvidenceForm,
    typed_at: String,
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
    let items: Vec<Item> = rows
        .iter()
        .map(|r| {
            let is_open = matches!(r.state, ReviewState::Listed | ReviewState::Waiting);
            let can_give = is_open && gives(cx, meeting.manages, r.program_id);
            let evidence = by_review.remove(&r.id).unwrap_or_default();
            Item {
                id: r.id.to_string(),
                href: review_path(r.id.into()),
                number: r.number.clone().unwrap_or_default(),
                title: l.name(&r.title_ja, r.title_en.as_deref()).to_owned(),
                template: l.t(&r.template_ja, &r.template_en).to_owned(),
                evidence: evidence.iter().map(|e| shown(l, e, can_give)).collect(),
            }
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
        typed_at,
    })
}

/// A piece of evidence in words.
pub fn shown(l: Language, e: &EvidenceRow, can_give: bool) -> Evidence {
    let is_there = e.milestone_met || e.note.is_some();
    let (state, tone) = match (is_there, e.mandatory) {
        (true, _) if e.kind == EvidenceKind::Milestone => (l.t("達成", "Met"), "ok"),
        (true, _) => (l.t("あり", "There"), "ok"),
        (false, true) if e.kind == EvidenceKind::Milestone => (l.t("未達成", "Not met"), "bad"),
        (false, true) => (l.t("未提出", "Missing"), "bad"),
        (false, false) => (l.t("任意", "Optional"), "quiet"),
    };
    let role = e.responsible.name(l);
    let people =
        e.people.0.iter().map(|p| l.name(&p.ja, p.en.as_deref())).collect::<Vec<_>>().join(l.t("、", ", "));
    let who = if people.is_empty() { role.to_owned() } else { format!("{role} {people}") };
    let mut note = e.note.clone().unwrap_or_default();
    if let (Some(name), Some(at)) = (&e.given_ja, e.given_at) {
        let day = crate::kernel::clock::today_in_japan(at);
        note = format!("{note}（{} {day}）", l.name(name, e.given_en.as_deref()));
    }
    if let (false, Some(due)) = (is_there, e.milestone_due) {
        note = format!("{} {due}", l.t("達成予定", "Planned for"));
    }
    let id = format!("{}-{}", e.review_id, e.evidence_key);
    Evidence {
        ids: FieldIds::of(&id),
        id,
        key: e.evidence_key.to_string(),
        action: evidence_path(e.review_id.into()),
        name: l.t(&e.name_ja, &e.name_en).to_owned(),
        kind: e.kind.name(l),
        state,
        tone,
        who,
        note,
        url: e.url.clone(),
        file: shown_file(e.file_id, e.file_name.as_deref(), e.file_size),
        can_give: can_give && e.kind != EvidenceKind::Milestone,
        is_given: e.note.is_some(),
        is_missing: !is_there && e.mandatory,
    }
}

/// Address, name and size of a file, where there is one.
pub fn shown_file(
    id: Option<Uuid>,
    name: Option<&str>,
    size: Option<i32>,
) -> Option<(String, String, String)> {
    Some((evidence_file_path(id?), name?.to_owned(), size_in_words(size?)))
}
