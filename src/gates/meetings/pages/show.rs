//! The page of a meeting: its run list, its committee, and the steps of the meeting.

use askama::Template;
use axum::response::IntoResponse;
use chrono::Duration;

use crate::gates::meetings::actions;
use crate::gates::meetings::queries::{self, ItemRow, Named, SeatRow};
use crate::gates::model::{MeetingState, ReviewState, SeatRole};
use crate::gates::queries::{Meeting, Review};
use crate::gates::rows::{ChairOf, Managing, asker, doing};
use crate::gates::{ReviewId, meeting_path, readiness};
use crate::kernel::clock::JST;
use crate::web::{
    Acting, Cx, FieldErrors, Language, Page, PageError, Redirected, Section, Visible, render, render_invalid,
};
use crate::web::{Outcome as Answer, Said};

#[derive(Template)]
#[template(path = "gates/meeting.html")]
struct MeetingPage {
    page: Page,
    meeting: Meeting,
    path: String,
    name: String,
    other_name: String,
    held: String,
    ends: String,
    host: String,
    steps: Vec<Step>,
    items: Vec<Item>,
    seats: Vec<Seat>,
    total_minutes: i64,
    /// The viewer scores items here.
    judges: bool,
    can_order: bool,
    can_manage: bool,
    can_open: bool,
    can_reveal: bool,
    can_close: bool,
    can_cancel: bool,
    sees_results: bool,
    sees_conflicts: bool,
    is_seated: bool,
    to_state: usize,
    next_to_score: Option<String>,
    unfinished: i64,
    not_ready: usize,
    /// Members who still have items without a statement.
    unstated: String,
    blocked: usize,
    /// The meeting is held later than now.
    is_early: bool,
    errors: FieldErrors,
}

struct Step {
    label: &'static str,
    is_done: bool,
    is_current: bool,
}

struct Item {
    id: String,
    href: String,
    sheet_href: Option<String>,
    number_here: String,
    clock: String,
    /// As typed where it was refused.
    minutes: String,
    /// Id of the field of its minutes.
    field: String,
    number: String,
    title: String,
    people: String,
    template: String,
    assigned: String,
    recused: String,
    progress: String,
    state: &'static str,
    tone: &'static str,
    mine: &'static str,
    mine_tone: &'static str,
    marks: Vec<(&'static str, &'static str)>,
    missing: usize,
    is_withdrawn: bool,
}

struct Seat {
    name: String,
    role: &'static str,
    note: String,
}

pub async fn show(cx: Cx, meeting: Visible<Meeting>) -> Answer {
    render(&page(&cx, meeting.into_inner(), Typed::default()).await?)
}

/// What was refused on the page: a step of the meeting, or the place or minutes of an item.
#[derive(Default)]
pub(super) struct Typed {
    review: Option<ReviewId>,
    minutes: String,
    errors: FieldErrors,
}

impl Typed {
    /// `minutes`: what was typed there; empty where it was not.
    pub(super) fn at(review: &Review, minutes: &str, said: Said, l: Language) -> Self {
        let label = format!("{} {}", review.number.as_deref().unwrap_or_default(), l.t("分", "minutes"));
        let errors = FieldErrors::one(&minutes_field(review.id), label.trim(), said);
        Self { review: Some(review.id), minutes: minutes.to_owned(), errors }
    }

    fn step(said: Said, l: Language) -> Self {
        Self { errors: FieldErrors::one("meeting-facts", l.t("会議", "Meeting"), said), ..Self::default() }
    }
}

fn minutes_field(review: ReviewId) -> String {
    format!("minutes-{review}")
}

pub(super) async fn page(cx: &Cx, meeting: Meeting, typed: Typed) -> Result<impl Template, PageError> {
    let l = cx.l;
    let by = asker(cx);
    let rows = queries::items(cx.pool(), meeting.id, by).await?;
    let seats = queries::seats(cx.pool(), meeting.id, by.user).await?;
    let missing = readiness::queries::missing_by_review(cx.pool(), meeting.id).await?;
    let catalogue = crate::portfolio::catalogue::of(cx).await?;
    let judges = meeting.my_role.is_some_and(SeatRole::judges);
    let is_chair = meeting.my_role == Some(SeatRole::Chair);
    let live: Vec<&ItemRow> = rows.iter().filter(|r| r.state != ReviewState::Withdrawn).collect();
    let total_minutes: i64 = live.iter().map(|r| i64::from(r.minutes)).sum();
    let to_state = live.iter().filter(|r| r.my_statement.is_none() && r.state == ReviewState::Listed).count();
    let next_to_score =
        rows.iter().find(|r| to_score(r, &meeting, judges)).map(|r| format!("/gates/reviews/{}/sheet", r.id));
    let unfinished = live.iter().map(|r| (r.eligible - r.submitted).max(0)).sum();
    let clock = |minutes: i64| {
        (meeting.held_at + Duration::minutes(minutes)).with_timezone(&JST).format("%H:%M").to_string()
    };
    let ends = live.last().map_or(0, |r| r.minutes_before + i64::from(r.minutes));
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        let missing = missing.get(&row.id).copied().unwrap_or(0);
        let mut item = item(l, row, &meeting, judges, clock(row.minutes_before), missing);
        if typed.review == Some(row.id.into()) && !typed.minutes.is_empty() {
            item.minutes.clone_from(&typed.minutes);
        }
        items.push(item);
    }
    let not_ready = items.iter().filter(|i| i.missing > 0 && !i.is_withdrawn).count();
    let unstated = match meeting.manages && meeting.state == MeetingState::Planned {
        true => names(l, &queries::unstated(cx.pool(), meeting.id).await?),
        false => String::new(),
    };
    let name = l.name(&meeting.name_ja, meeting.name_en.as_deref()).to_owned();
    let page = cx.page(Section::Gates, name.clone()).crumb(l.t("ゲート評価", "Gates"), "/gates");
    let open_item = rows.iter().any(|r| r.state == ReviewState::Listed);
    Ok(MeetingPage {
        path: meeting_path(meeting.id),
        other_name: meeting
            .name_en
            .as_ref()
            .map(|en| l.other().t(&meeting.name_ja, en).to_owned())
            .unwrap_or_default(),
        held: page.moment(&meeting.held_at),
        ends: clock(ends),
        host: meeting.program_id.and_then(|id| catalogue.program(id)).map_or_else(
            || l.t("戦略策定・実施ユニット", "Strategy unit").to_owned(),
            |p| p.name(l).to_owned(),
        ),
        steps: steps(l, meeting.state),
        seats: seats.into_iter().map(|s| seat(l, s, meeting.state)).collect(),
        total_minutes,
        judges,
        can_order: meeting.manages
            && matches!(
                meeting.state,
                MeetingState::Planned | MeetingState::Scoring | MeetingState::Revealed
            ),
        can_manage: meeting.manages && meeting.state == MeetingState::Planned,
        can_open: meeting.manages && meeting.state == MeetingState::Planned && open_item,
        can_reveal: is_chair && meeting.state == MeetingState::Scoring,
        can_close: (is_chair || meeting.manages) && meeting.state == MeetingState::Revealed && !open_item,
        can_cancel: meeting.manages && matches!(meeting.state, MeetingState::Planned | MeetingState::Scoring),
        sees_results: matches!(meeting.state, MeetingState::Revealed | MeetingState::Closed),
        sees_conflicts: is_chair || meeting.manages,
        is_seated: meeting.my_role.is_some(),
        to_state: if meeting.my_role.is_some()
            && matches!(meeting.state, MeetingState::Planned | MeetingState::Scoring)
        {
            to_state
        } else {
            0
        },
        next_to_score,
        unfinished,
        not_ready,
        unstated,
        blocked: live.iter().filter(|r| r.blocked).count(),
        is_early: meeting.held_at > cx.now,
        errors: typed.errors,
        items,
        name,
        page,
        meeting,
    })
}

fn to_score(row: &ItemRow, meeting: &Meeting, judges: bool) -> bool {
    judges
        && meeting.state == MeetingState::Scoring
        && row.state == ReviewState::Listed
        && !row.blocked
        && row.my_sheet.as_deref() != Some("submitted")
}

fn item(l: Language, row: &ItemRow, meeting: &Meeting, judges: bool, clock: String, missing: usize) -> Item {
    let (state, tone) = match row.outcome {
        Some(outcome) => (outcome.name(l), outcome.tone()),
        None => (row.state.name(l), row.state.tone()),
    };
    let withdrawn = row.state == ReviewState::Withdrawn;
    let (mine, mine_tone) = match meeting.state {
        _ if withdrawn => ("", ""),
        MeetingState::Scoring if judges => match row.my_sheet.as_deref() {
            Some("submitted") => (l.t("提出済", "Submitted"), "ok"),
            Some(_) => (l.t("下書き", "Draft"), "info"),
            None => (l.t("未採点", "Not scored"), "warn"),
        },
        MeetingState::Revealed if judges && row.state == ReviewState::Listed => match row.my_vote {
            Some(_) => (l.t("投票済", "Voted"), "ok"),
            None => (l.t("未投票", "Not voted"), "warn"),
        },
        _ => ("", ""),
    };
    let progress = match meeting.state {
        _ if withdrawn => String::new(),
        MeetingState::Scoring => format!("{}/{}", row.submitted, row.eligible),
        MeetingState::Revealed if row.state == ReviewState::Listed => {
            format!("{}/{}", row.voted, row.eligible)
        }
        _ => String::new(),
    };
    let mut marks = Vec::new();
    if row.blocked {
        marks.push((l.t("前ゲートの条件未了", "Conditions open"), "bad"));
    }
    if row.reopens {
        marks.push((l.t("再審議", "Reopened"), "note"));
    }
    if row.i_am_assigned && !withdrawn {
        marks.push((l.t("担当", "Yours"), "info"));
    }
    let people: Vec<&str> = [
        l.name(row.institution_ja.as_deref().unwrap_or_default(), row.institution_en.as_deref()),
        l.name(row.lead_ja.as_deref().unwrap_or_default(), row.lead_en.as_deref()),
    ]
    .into_iter()
    .filter(|s| !s.is_empty())
    .collect();
    let scores =
        judges && meeting.state == MeetingState::Scoring && row.state == ReviewState::Listed && !row.blocked;
    Item {
        id: row.id.to_string(),
        href: format!("/gates/reviews/{}", row.id),
        sheet_href: scores.then(|| format!("/gates/reviews/{}/sheet", row.id)),
        number_here: row.number_here.map(|n| n.to_string()).unwrap_or_default(),
        clock: if withdrawn { String::new() } else { clock },
        minutes: row.minutes.to_string(),
        field: minutes_field(row.id.into()),
        number: row.number.clone().unwrap_or_default(),
        title: l.name(&row.title_ja, row.title_en.as_deref()).to_owned(),
        people: people.join(l.t("　", ", ")),
        template: l.t(&row.template_ja, &row.template_en).to_owned(),
        assigned: names(l, &row.assigned),
        recused: names(l, &row.recused),
        progress,
        state,
        tone,
        mine,
        mine_tone,
        marks,
        missing,
        is_withdrawn: withdrawn,
    }
}

/// Names in one line.
pub fn names(l: Language, people: &[Named]) -> String {
    people.iter().map(|p| l.name(&p.ja, p.en.as_deref())).collect::<Vec<_>>().join(l.t("、", ", "))
}

fn seat(l: Language, s: SeatRow, state: MeetingState) -> Seat {
    let mut note = Vec::new();
    if s.role.judges() && state == MeetingState::Scoring {
        note.push(match s.submitted >= s.to_submit {
            true => l.t("採点完了", "Finished").to_owned(),
            false => format!("{} {}/{}", l.t("提出", "Submitted"), s.submitted, s.to_submit),
        });
    }
    if s.recused > 0 {
        note.push(if l.is_ja() {
            format!("除斥 {}件", s.recused)
        } else {
            format!("Recused from {}", s.recused)
        });
    }
    if s.attendance == "absent" {
        note.push(l.t("欠席", "Absent").to_owned());
    }
    Seat {
        name: l.name(&s.name_ja, s.name_en.as_deref()).to_owned(),
        role: s.role.name(l),
        note: note.join(l.t("、", ", ")),
    }
}

fn steps(l: Language, state: MeetingState) -> Vec<Step> {
    let order = [MeetingState::Planned, MeetingState::Scoring, MeetingState::Revealed, MeetingState::Closed];
    let labels = [
        l.t("準備・利益相反の確認", "Preparation, conflicts"),
        l.t("採点（非開示）", "Scoring, sealed"),
        l.t("開示・審議・投票", "Reveal, discussion, vote"),
        l.t("終了・議事録", "Closed, minutes"),
    ];
    let at = order.iter().position(|s| *s == state);
    order
        .iter()
        .zip(labels)
        .enumerate()
        .map(|(n, (step, label))| Step {
            label,
            is_done: at
                .is_some_and(|at| n < at || *step == MeetingState::Closed && state == MeetingState::Closed),
            is_current: *step == state && state != MeetingState::Closed,
        })
        .collect()
}

pub async fn open(cx: Cx, meeting: Acting<Managing>) -> Answer {
    move_on(&cx, &meeting, MeetingState::Scoring, ("採点を開始しました。", "Scoring is open.")).await
}

pub async fn reveal(cx: Cx, meeting: Acting<ChairOf>) -> Answer {
    move_on(&cx, &meeting, MeetingState::Revealed, ("採点結果を開示しました。", "The scores are revealed."))
        .await
}

pub async fn close(cx: Cx, meeting: Visible<Meeting>) -> Answer {
    if !meeting.manages && meeting.my_role != Some(SeatRole::Chair) {
        return Err(PageError::Forbidden(Said::new(
            "会議を終了できるのは、委員長と事務局だけです。",
            "Only the chair and the secretariat close the meeting.",
        )));
    }
    move_on(&cx, &meeting, MeetingState::Closed, ("会議を終了しました。", "The meeting is closed.")).await
}

pub async fn cancel(cx: Cx, meeting: Acting<Managing>) -> Answer {
    move_on(&cx, &meeting, MeetingState::Cancelled, ("会議を中止しました。", "The meeting is cancelled."))
        .await
}

async fn move_on(cx: &Cx, meeting: &Meeting, to: MeetingState, said: (&str, &str)) -> Answer {
    match actions::move_on(&doing(cx), meeting, to).await? {
        Ok(()) => Ok(Redirected::to(meeting_path(meeting.id)).saying(cx.l.t(said.0, said.1)).into_response()),
        Err(refusal) => {
            let now = Visible::<Meeting>::find(cx, meeting.id).await?.into_inner();
            render_invalid(&page(cx, now, Typed::step(refusal.said(), cx.l)).await?)
        }
    }
}
