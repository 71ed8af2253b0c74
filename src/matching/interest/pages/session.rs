//! Interest of a session: who is in, one's own lists, and the answers once they are open.

use askama::Template;
use axum::response::IntoResponse;

use crate::matching::eligibility::pages::slot_words;
use crate::matching::interest::routes::list_path;
use crate::matching::interest::{Level, Reason, Side, actions, queries};
use crate::matching::sessions::Session;
use crate::matching::sessions::pages::head::{Head, head, page_of};
use crate::matching::sessions::pages::{refused, runs};
use crate::matching::sessions::routes::{pair_path, step_path};
use crate::portfolio::catalogue;
use crate::web::{Acting, Cx, Language, Outcome, Page, PageError, Redirected, Visible, render};

use super::list::answers_for;

#[derive(Template)]
#[template(path = "matching/interest.html")]
struct InterestPage {
    page: Page,
    session: Session,
    head: Head,
    mine: Vec<ListRow>,
    rows: Vec<ListRow>,
    submitted: usize,
    is_open: bool,
    answers: Vec<AnswerRow>,
    is_asking: bool,
    deadline: String,
    left: String,
    runs: bool,
}

struct ListRow {
    href: String,
    side: &'static str,
    program: String,
    entries: i64,
    word: &'static str,
    tone: &'static str,
    when: String,
}

struct AnswerRow {
    href: String,
    title: String,
    program: String,
    slot: String,
    cells: [Cell; 2],
    score: i32,
}

/// One side's answer in words.
struct Cell {
    word: &'static str,
    tone: &'static str,
    reason: &'static str,
    note: String,
}

pub async fn show(cx: Cx, session: Visible<Session>) -> Outcome {
    let session = session.into_inner();
    if !session.state.is_frozen() {
        return Err(PageError::NotFound);
    }
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let lists = queries::lists(cx.pool(), session.id, &session.hidden).await?;
    let opened = queries::opened(cx.pool(), session.id, &session.hidden, cx.now).await?;
    let words = slot_words(&cx, &session, &c).await?;
    let is_asking = session.state == crate::matching::sessions::State::Interest;
    let row = |list: &queries::List| ListRow {
        href: list_path(list.id),
        side: list.side.name(l),
        program: c.program(list.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        entries: list.entries,
        word: match (list.submitted_at, is_asking) {
            (Some(_), _) => l.t("提出済み", "Submitted"),
            (None, true) => l.t("回答中", "Being answered"),
            (None, false) => l.t("未提出", "Not submitted"),
        },
        tone: match (list.submitted_at, is_asking) {
            (Some(_), _) => "ok",
            (None, true) => "warn",
            (None, false) => "quiet",
        },
        when: list.submitted_at.map(moment).unwrap_or_default(),
    };
    let answers = opened
        .into_iter()
        .map(|o| {
            let (program, slot) = words.get(&o.slot_id).cloned().unwrap_or_default();
            AnswerRow {
                href: pair_path(session.id, o.task_id, o.slot_id),
                title: l.name(&o.title_ja, o.title_en.as_deref()).to_owned(),
                program,
                slot,
                cells: [
                    cell(l, o.upstream, o.upstream_reason.as_deref(), o.upstream_note),
                    cell(l, o.receiving, o.receiving_reason.as_deref(), o.receiving_note),
                ],
                score: o.score,
            }
        })
        .collect();
    let deadline = session.interest_deadline;
    render(&InterestPage {
        head: head(&cx, &session, "interest"),
        mine: lists.iter().filter(|list| answers_for(&cx, list.program_id)).map(row).collect(),
        rows: lists.iter().map(row).collect(),
        submitted: lists.iter().filter(|list| list.submitted_at.is_some()).count(),
        is_open: session.answers_open_at(cx.now),
        answers,
        is_asking,
        deadline: deadline.map(moment).unwrap_or_default(),
        left: deadline
            .filter(|at| is_asking && *at > cx.now)
            .map(|at| left(l, at - cx.now))
            .unwrap_or_default(),
        runs: runs(&cx),
        page: page_of(&cx, &session, l.t("意向確認", "Interest")),
        session,
    })
}

/// Days or hours until the deadline.
pub fn left(l: Language, time: chrono::Duration) -> String {
    match (l, time.num_days(), time.num_hours()) {
        (Language::Ja, 0, hours) => format!("あと{hours}時間"),
        (Language::En, 0, hours) => format!("{hours} hours left"),
        (Language::Ja, days, _) => format!("あと{days}日"),
        (Language::En, days, _) => format!("{days} days left"),
    }
}

fn cell(l: Language, level: Option<i16>, reason: Option<&str>, note: Option<String>) -> Cell {
    let level = level.and_then(Level::from_number);
    Cell {
        word: level.map_or_else(|| l.t("無回答", "No answer"), |level| level.name(l)),
        tone: level.map_or("quiet", Level::tone),
        reason: reason.and_then(Reason::from_code).map(|r| r.name(l)).unwrap_or_default(),
        note: note.unwrap_or_default(),
    }
}

pub async fn open(cx: Cx, session: Acting<Session>) -> Outcome {
    match actions::open(cx.pool(), &cx.actor(), session.id, cx.now).await? {
        Ok(lists) => {
            let said = match cx.l {
                Language::Ja => format!("枠を確定し、{lists}件の一覧で意向を聞いています。"),
                Language::En => format!("Capacities are frozen; {lists} lists are out."),
            };
            Ok(Redirected::to(step_path(session.id, "interest")).saying(said).into_response())
        }
        Err(stopped) => Err(refused(stopped)),
    }
}

/// The side in words for others.
pub fn side_name(code: &str, l: Language) -> &'static str {
    Side::from_code(code).map(|s| s.name(l)).unwrap_or_default()
}

/// A moment in Japan.
pub fn moment(at: chrono::DateTime<chrono::Utc>) -> String {
    at.with_timezone(&crate::kernel::clock::JST).format("%Y-%m-%d %H:%M").to_string()
}
