//! One's own list: at most fifteen pairs, four levels, a reason; saved as it is typed, or by the button.

use std::collections::HashMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

use crate::accounts::Viewer;
use crate::kernel::{Language, MatchingSessionId, Said};
use crate::matching::eligibility::pages::slot_words;
use crate::matching::interest::actions::{self, Saved, Typed};
use crate::matching::interest::model::{Answer, LIST, Level, Reason, Side};
use crate::matching::interest::queries::{self, Entry, List};
use crate::matching::interest::routes::{ANSWERERS, list_path};
use crate::matching::sessions::Session;
use crate::matching::sessions::pages::head::{Head, head, page_of};
use crate::matching::sessions::pages::refused;
use crate::matching::sessions::routes::{pair_path, step_path};
use crate::portfolio::catalogue;
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Scoped, Submitted, Visible, render,
};

use super::session::{left, moment};

/// The viewer is PS or PO of the program.
pub fn answers_for(cx: &Cx, program: Uuid) -> bool {
    holds(&cx.viewer, program)
}

fn holds(viewer: &Viewer, program: Uuid) -> bool {
    viewer.rights.roles.iter().any(|r| ANSWERERS.contains(&r.role) && r.program_id == Some(program))
}

impl Scoped for List {
    type Id = Uuid;

    async fn find(cx: &Cx, id: Uuid) -> anyhow::Result<Option<Self>> {
        Ok(queries::list(cx.pool(), id).await?)
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (!answers_for(cx, self.program_id)).then(|| {
            Said::new(
                "この一覧に答えられるのは、その事業のPSとPOだけです。",
                "Only PS and PO of the program answer this list.",
            )
        })
    }
}

#[derive(Template)]
#[template(path = "matching/list.html")]
struct ListPage {
    page: Page,
    session: Session,
    head: Head,
    question: &'static str,
    rows: Vec<Row>,
    spares: Vec<SpareRow>,
    levels: Vec<(i16, &'static str)>,
    path: String,
    back: String,
    can_answer: bool,
    is_full: bool,
    deadline: String,
    left: String,
    submitted: String,
    errors: FieldErrors,
    /// Something on the page is not stored.
    is_dirty: bool,
    answered: usize,
}

struct Row {
    id: String,
    href: String,
    title: String,
    number: String,
    program: String,
    slot: String,
    score: i32,
    was_level: String,
    was_reason: String,
    was_note: String,
    level: i16,
    level_word: &'static str,
    level_tone: &'static str,
    reason_word: &'static str,
    reasons: Vec<Choice>,
    note: String,
    wrong: Option<String>,
}

struct SpareRow {
    value: String,
    label: String,
}

pub async fn show(cx: Cx, list: Acting<List>) -> Outcome {
    let list = list.into_inner();
    render(&list_page(&cx, list, &HashMap::new(), FieldErrors::new()).await?)
}

async fn list_page(
    cx: &Cx,
    list: List,
    typed: &HashMap<(Uuid, Uuid), Typed>,
    errors: FieldErrors,
) -> Result<ListPage, PageError> {
    let l = cx.l;
    let session = session_of(cx, list.session_id).await?;
    let c = catalogue::of(cx).await?;
    let words = slot_words(cx, &session, &c).await?;
    let entries = queries::entries(cx.pool(), list.id, &session.hidden).await?;
    let spares = queries::spares(cx.pool(), &list, &session.hidden).await?;
    let can_answer = list.submitted_at.is_none()
        && session.state == crate::matching::sessions::State::Interest
        && !session.answers_open_at(cx.now);
    let rows: Vec<Row> = entries
        .iter()
        .map(|e| row(cx, &session, e, typed.get(&(e.task_id, e.slot_id)), &words, &errors))
        .collect();
    let is_dirty = rows.iter().any(|r| r.wrong.is_some());
    let spares = spares
        .into_iter()
        .map(|s| {
            let (program, slot) = words.get(&s.slot_id).cloned().unwrap_or_default();
            let title = l.name(&s.title_ja, s.title_en.as_deref());
            SpareRow {
                value: format!("{}_{}", s.task_id, s.slot_id),
                label: format!("{} {title} → {program} {slot}", s.score),
            }
        })
        .collect();
    let program = c.program(list.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default();
    let deadline = session.interest_deadline;
    Ok(ListPage {
        head: head(cx, &session, "interest"),
        question: match list.side {
            Side::Upstream => l.t(
                "自事業の課題を、それぞれの受入枠へ移したいですか。",
                "Would you have your tasks go on in these slots?",
            ),
            Side::Receiving => l.t(
                "これらの課題を、自事業の受入枠で受け入れたいですか。",
                "Would you take these tasks into your slots?",
            ),
        },
        levels: Level::ALL.map(|level| (level.number(), level.name(l))).to_vec(),
        path: list_path(list.id),
        back: step_path(session.id, "interest"),
        is_full: rows.len() >= LIST,
        deadline: deadline.map(moment).unwrap_or_default(),
        left: deadline.filter(|at| *at > cx.now).map(|at| left(l, at - cx.now)).unwrap_or_default(),
        submitted: list
            .submitted_at
            .map(|at| format!("{} {}", moment(at), list.submitted_by.clone().unwrap_or_default()))
            .unwrap_or_default(),
        answered: rows.iter().filter(|r| r.level > 0).count(),
        page: page_of(cx, &session, &format!("{program} {}", list.side.name(l)))
            .crumb(l.t("意向確認", "Interest"), step_path(session.id, "interest")),
        session,
        rows,
        spares,
        can_answer,
        is_dirty,
        errors,
    })
}

async fn session_of(cx: &Cx, id: MatchingSessionId) -> Result<Session, PageError> {
    Ok(Visible::<Session>::find(cx, id).await?.into_inner())
}

fn row(
    cx: &Cx,
    session: &Session,
    e: &Entry,
    typed: Option<&Typed>,
    words: &HashMap<Uuid, (String, String)>,
    errors: &FieldErrors,
) -> Row {
    let l = cx.l;
    let (program, slot) = words.get(&e.slot_id).cloned().unwrap_or_default();
    let id = format!("{}_{}", e.task_id, e.slot_id);
    let shown = typed.map_or(&e.answer, |t| &t.typed);
    let number = |a: &Answer| a.level.map(|level| level.number().to_string()).unwrap_or_default();
    let reasons =
        Reason::ALL.into_iter().map(|r| Choice::new(r.code(), r.name(l), shown.reason == Some(r))).collect();
    Row {
        href: pair_path(session.id, e.task_id, e.slot_id),
        title: l.name(&e.title_ja, e.title_en.as_deref()).to_owned(),
        number: e.number.clone().unwrap_or_default(),
        program,
        slot,
        score: e.score,
        was_level: number(&e.answer),
        was_reason: e.answer.reason.map(Reason::code).unwrap_or_default().to_owned(),
        was_note: e.answer.note.clone(),
        level: shown.level.map_or(0, Level::number),
        level_word: shown.level.map_or_else(|| l.t("未回答", "Not answered"), |level| level.name(l)),
        level_tone: shown.level.map_or("quiet", Level::tone),
        reason_word: shown.reason.map(|r| r.name(l)).unwrap_or_default(),
        reasons,
        note: shown.note.clone(),
        wrong: errors.at(&format!("level-{id}"), &l).map(str::to_owned),
        id,
    }
}

/// The entries of a form: `level-`, `reason-`, `note-` with the pair, each with what it showed at first (`was-…`).
struct Form {
    entries: HashMap<(Uuid, Uuid), Typed>,
    submit: bool,
}

fn read(pairs: &[(String, String)]) -> Form {
    let text = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).unwrap_or_default();
    let answer = |level: &str, reason: &str, note: &str| Answer {
        level: level.parse().ok().and_then(Level::from_number),
        reason: Reason::from_code(reason),
        note: note.replace('\r', "").chars().filter(|c| !c.is_control() || *c == '\n').take(500).collect(),
    };
    let entries = pairs
        .iter()
        .filter_map(|(name, _)| {
            let id = name.strip_prefix("was-level-")?;
            let (task, slot) = id.split_once('_')?;
            let key = (task.parse().ok()?, slot.parse().ok()?);
            let of = |prefix: &str| {
                answer(
                    text(&format!("{prefix}level-{id}")),
                    text(&format!("{prefix}reason-{id}")),
                    text(&format!("{prefix}note-{id}")),
                )
            };
            Some((key, Typed { was: of("was-"), typed: of("") }))
        })
        .collect();
    Form { entries, submit: text("submit") == "true" }
}

/// Answers that cannot be stored: a “no” without a reason.
fn check(cx: &Cx, form: &Form) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut wrong: Vec<_> =
        form.entries.iter().filter_map(|(key, t)| Some((key, t.typed.refusal()?))).collect();
    wrong.sort_by_key(|(key, _)| **key);
    for ((task, slot), said) in wrong {
        errors.add(&format!("level-{task}_{slot}"), cx.l.t("意向", "Interest"), said);
    }
    errors
}

pub async fn save(cx: Cx, list: Acting<List>, Submitted(pairs): Submitted<Vec<(String, String)>>) -> Outcome {
    let list = list.into_inner();
    if list.submitted_at.is_some() {
        return Ok(Redirected::to(list_path(list.id)).into_response());
    }
    let form = read(&pairs);
    let errors = check(&cx, &form);
    if !errors.is_empty() {
        return again(&cx, list, &form, errors, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let saved = match store(&cx, &list, &form).await? {
        Ok(saved) => saved,
        Err(stopped) => return Err(refused(stopped)),
    };
    if !saved.conflicts.is_empty() {
        let mut errors = FieldErrors::new();
        for (task, slot) in &saved.conflicts {
            let said = Said::new(
                "同じ事業の別の担当者が先に変更しました。選び直して保存してください。",
                "A colleague changed this answer meanwhile; choose again and save.",
            );
            errors.add(&format!("level-{task}_{slot}"), cx.l.t("意向", "Interest"), said);
        }
        return again(&cx, list, &form, errors, StatusCode::CONFLICT).await;
    }
    if form.submit && !saved.submitted {
        let said = Said::new(
            format!(
                "未回答が{}件あります。すべてに答えるか、一覧から外してから提出してください。",
                saved.unanswered
            ),
            format!("{} pairs have no answer: answer them or take them off, then submit.", saved.unanswered),
        );
        let mut errors = FieldErrors::new();
        errors.add("answers", cx.l.t("提出", "Submit"), said);
        return again(&cx, list, &form, errors, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let said = if saved.submitted {
        cx.l.t(
            "提出しました。双方が提出するか期限を過ぎると、互いの回答が開きます。",
            "Submitted. Answers open when both sides are in or the deadline passes.",
        )
    } else {
        cx.l.t("保存しました。まだ提出していません。", "Saved, not submitted yet.")
    };
    let to = if saved.submitted { step_path(list.session_id, "interest") } else { list_path(list.id) };
    Ok(Redirected::to(to).saying(said).into_response())
}

async fn again(cx: &Cx, list: List, form: &Form, errors: FieldErrors, status: StatusCode) -> Outcome {
    let mut response = render(&list_page(cx, list, &form.entries, errors).await?)?;
    *response.status_mut() = status;
    Ok(response)
}

async fn store(
    cx: &Cx,
    list: &List,
    form: &Form,
) -> Result<Result<Saved, crate::matching::sessions::actions::Stopped>, PageError> {
    let session = session_of(cx, list.session_id).await?;
    let of = (list, session.hidden.as_slice());
    Ok(actions::save(cx.pool(), &cx.actor(), cx.viewer.id, of, (&form.entries, form.submit), cx.now).await?)
}

/// What the form sends as it is typed. Nothing is submitted; a “no” that still lacks its reason waits, and so does
/// what a colleague changed meanwhile: both are said.
pub async fn autosave(
    cx: Cx,
    list: Acting<List>,
    Submitted(pairs): Submitted<Vec<(String, String)>>,
) -> Outcome {
    let mut form = read(&pairs);
    form.submit = false;
    let typed = form.entries.len();
    form.entries.retain(|_, t| t.typed.refusal().is_none());
    let without_reason = typed - form.entries.len();
    Ok(match store(&cx, &list, &form).await? {
        Ok(saved) => match left_out(cx.l, without_reason, saved.conflicts.len()) {
            words if words.is_empty() => StatusCode::NO_CONTENT.into_response(),
            words => words.into_response(),
        },
        Err(_) => Response::builder().status(StatusCode::CONFLICT).body(axum::body::Body::empty())?,
    })
}

/// What of a draft was not stored, in words; empty when everything was.
fn left_out(l: Language, without_reason: usize, conflicts: usize) -> String {
    let mut words = Vec::new();
    if without_reason > 0 {
        words.push(if l.is_ja() {
            format!("理由のない「見送り」{without_reason}件はまだ保存していません。")
        } else {
            format!("A “no” without a reason is not saved yet ({without_reason}).")
        });
    }
    if conflicts > 0 {
        words.push(if l.is_ja() {
            format!("別の担当者が変更した行が{conflicts}件あります。提出または下書き保存で確かめてください。")
        } else {
            format!("A colleague changed {conflicts} of the rows: submit or save the draft to look at them.")
        });
    }
    words.join(l.t("", " "))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EntryForm {
    change: String,
    pair: String,
}

pub async fn change(cx: Cx, list: Acting<List>, Submitted(form): Submitted<EntryForm>) -> Outcome {
    let pair = form.pair.split_once('_').and_then(|(t, s)| Some((t.parse().ok()?, s.parse().ok()?)));
    let Some(pair) = pair else {
        return Err(PageError::Refused(Said::new("組合せを選んでください。", "Choose a pair.")));
    };
    let session = session_of(&cx, list.session_id).await?;
    if !session.shows(pair.0) {
        return Err(PageError::NotFound);
    }
    let add = form.change == "add";
    match actions::change_entries(cx.pool(), &cx.actor(), cx.viewer.id, (&list, pair), add, cx.now).await? {
        Ok(()) => {
            let said = if add {
                cx.l.t("一覧に加えました。", "Added to the list.")
            } else {
                cx.l.t("一覧から外しました。", "Taken off the list.")
            };
            Ok(Redirected::to(list_path(list.id)).saying(said).into_response())
        }
        Err(stopped) => Err(refused(stopped)),
    }
}
