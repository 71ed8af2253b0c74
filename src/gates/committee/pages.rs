//! The page on which the committee is put together: seats, candidates with their conflicts, proposed reviewers.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::gates::meeting_path;
use crate::gates::meetings::queries as meetings;
use crate::gates::model::{MeetingState, SeatRole};
use crate::gates::queries::Meeting;
use crate::gates::rows::{Managing, asker, doing};
use crate::web::view::Choice;
use crate::web::{
    Acting, Asked, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Section, Submitted, Visible,
    render, render_invalid,
};

use super::proposal::propose;
use super::{actions, queries};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SeatForm {
    pub user: Vec<String>,
    pub role: String,
    pub attendance: String,
    pub per_item: String,
    /// `review:user`, one per box that is ticked.
    pub pair: Vec<String>,
}

#[derive(Template)]
#[template(path = "gates/committee.html")]
struct CommitteePage {
    page: Page,
    path: String,
    is_open: bool,
    seats: Vec<Seat>,
    candidates: Vec<Candidate>,
    roles: Vec<Choice>,
    items: Vec<Row>,
    members: Vec<(String, String)>,
    /// Reviewers per item that the proposal reached; none where nothing was proposed.
    proposed: Option<u32>,
    per_item: u32,
    loads: Vec<usize>,
    errors: FieldErrors,
}

struct Seat {
    id: String,
    name: String,
    role: &'static str,
    role_code: &'static str,
    recused: i64,
    attendance: Vec<Choice>,
}

struct Candidate {
    id: String,
    name: String,
    institution: String,
    note: &'static str,
    conflicts: i64,
    load: i64,
    is_ticked: bool,
}

struct Row {
    number: String,
    title: String,
    href: String,
    cells: Vec<Cell>,
}

struct Cell {
    pair: String,
    label: String,
    is_out: bool,
    is_ticked: bool,
    fit: Option<i64>,
}

pub async fn show(cx: Cx, meeting: Acting<Managing>, Asked(form): Asked<SeatForm>) -> Outcome {
    render(&page(&cx, &meeting, &form, FieldErrors::new()).await?)
}

/// The page with a step that was refused; what was ticked stays ticked.
async fn refused(cx: &Cx, meeting: &Meeting, form: &SeatForm, field: &str, said: Said) -> Outcome {
    let l = cx.l;
    let label = match field {
        "assignments" => l.t("担当の割当", "Who is asked first"),
        "role" => l.t("役割", "Role"),
        _ => l.t("委員", "Seats"),
    };
    let now = Visible::<Meeting>::find(cx, meeting.id).await?;
    render_invalid(&page(cx, &now, form, FieldErrors::one(field, label, said)).await?)
}

async fn page(
    cx: &Cx,
    meeting: &Meeting,
    form: &SeatForm,
    errors: FieldErrors,
) -> Result<CommitteePage, PageError> {
    let l = cx.l;
    let by = asker(cx);
    let seats = meetings::seats(cx.pool(), meeting.id, by.user).await?;
    let rows = meetings::items(cx.pool(), meeting.id, by).await?;
    let candidates = match meeting.state {
        MeetingState::Planned => queries::candidates(cx.pool(), meeting.id, cx.today()).await?,
        _ => Vec::new(),
    };
    let members: Vec<(Uuid, String)> = seats
        .iter()
        .filter(|s| s.role.judges())
        .map(|s| (s.user_id, l.name(&s.name_ja, s.name_en.as_deref()).to_owned()))
        .collect();
    let recused = queries::recusals(cx.pool(), meeting.id).await?;
    let per_item: u32 = form.per_item.parse().unwrap_or(3).clamp(1, 10);
    let proposal = match form.per_item.is_empty() {
        true => None,
        false => {
            let fields = queries::fields(cx.pool(), meeting.id, by.user).await?;
            let experience = queries::experience(cx.pool(), meeting.id).await?;
            let ids: Vec<Uuid> = members.iter().map(|(id, _)| *id).collect();
            let out = recused.clone();
            let work =
                tokio::task::spawn_blocking(move || propose(&fields, &ids, &experience, &out, per_item));
            Some(work.await?)
        }
    };
    let items: Vec<Row> = rows
        .iter()
        .filter(|r| r.state == crate::gates::model::ReviewState::Listed)
        .map(|r| Row {
            number: r.number.clone().unwrap_or_default(),
            title: l.name(&r.title_ja, r.title_en.as_deref()).to_owned(),
            href: format!("/gates/reviews/{}", r.id),
            cells: members
                .iter()
                .map(|(user, name)| {
                    let fit = proposal
                        .as_ref()
                        .and_then(|(_, found)| found.iter().find(|p| p.review == r.id && p.user == *user))
                        .map(|p| p.fit);
                    Cell {
                        pair: format!("{}:{user}", r.id),
                        label: format!("{} × {name}", r.number.as_deref().unwrap_or_default()),
                        is_out: recused.contains(&(r.id, *user)),
                        is_ticked: match proposal {
                            Some(_) => fit.is_some(),
                            None if !form.pair.is_empty() => form.pair.contains(&format!("{}:{user}", r.id)),
                            None => r.assigned.iter().any(|a| a.id == *user),
                        },
                        fit,
                    }
                })
                .collect(),
        })
        .collect();
    let loads = (0..members.len()).map(|n| items.iter().filter(|r| r.cells[n].is_ticked).count()).collect();
    let name = l.name(&meeting.name_ja, meeting.name_en.as_deref()).to_owned();
    Ok(CommitteePage {
        path: meeting_path(meeting.id),
        is_open: meeting.state == MeetingState::Planned,
        seats: seats.into_iter().map(|s| seat_row(cx, s)).collect(),
        candidates: candidates
            .into_iter()
            .map(|c| Candidate {
                id: c.id.to_string(),
                name: l.name(&c.name_ja, c.name_en.as_deref()).to_owned(),
                institution: l
                    .name(c.institution_ja.as_deref().unwrap_or_default(), c.institution_en.as_deref())
                    .to_owned(),
                note: if c.is_coordinator { l.t("DC：助言者のみ", "DC: adviser only") } else { "" },
                conflicts: c.conflicts,
                load: c.load,
                is_ticked: form.user.contains(&c.id.to_string()),
            })
            .collect(),
        roles: SeatRole::ALL
            .iter()
            .map(|r| {
                Choice::new(
                    r.code(),
                    r.name(l),
                    *r == SeatRole::from_code(&form.role).unwrap_or(SeatRole::Member),
                )
            })
            .collect(),
        items,
        members: members.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        proposed: proposal.map(|(n, _)| n),
        per_item,
        loads,
        errors,
        page: cx
            .page(Section::Gates, l.t("委員会の構成", "Committee"))
            .crumb(l.t("ゲート評価", "Gates"), "/gates")
            .crumb(name, meeting_path(meeting.id)),
    })
}

fn seat_row(cx: &Cx, s: meetings::SeatRow) -> Seat {
    let l = cx.l;
    let attendance = [
        ("expected", l.t("予定", "Expected")),
        ("present", l.t("出席", "Present")),
        ("absent", l.t("欠席", "Absent")),
    ];
    Seat {
        id: s.user_id.to_string(),
        name: l.name(&s.name_ja, s.name_en.as_deref()).to_owned(),
        role: s.role.name(l),
        role_code: s.role.code(),
        recused: s.recused,
        attendance: attendance.map(|(code, name)| Choice::new(code, name, s.attendance == code)).to_vec(),
    }
}

pub async fn seat(cx: Cx, meeting: Acting<Managing>, Submitted(form): Submitted<SeatForm>) -> Outcome {
    let Some(role) = SeatRole::from_code(&form.role) else {
        return refused(&cx, &meeting, &form, "role", choose_a_role()).await;
    };
    let users: Vec<Uuid> = form.user.iter().filter_map(|u| u.parse().ok()).collect();
    if users.is_empty() || (role == SeatRole::Chair && users.len() > 1) {
        let said = Said::new(
            "加える人を選んでください（委員長は1名）。",
            "Tick the people to add (one for the chair).",
        );
        return refused(&cx, &meeting, &form, "candidates", said).await;
    }
    let eligible = queries::candidates(cx.pool(), meeting.id, cx.today()).await?;
    let fits = |user: &Uuid| {
        eligible.iter().any(|c| c.id == *user && (!c.is_coordinator || role == SeatRole::Adviser))
    };
    if !users.iter().all(fits) {
        let said = Said::new(
            "委員にできるのは評価委員、DCは助言者だけです。",
            "Only committee members take a seat; a DC is an adviser only.",
        );
        return refused(&cx, &meeting, &form, "candidates", said).await;
    }
    let answer = actions::seat(&doing(&cx), &meeting, &users, role).await?;
    back(&cx, &meeting, &form, "candidates", answer).await
}

pub async fn set_role(cx: Cx, meeting: Acting<Managing>, Submitted(form): Submitted<SeatForm>) -> Outcome {
    let user = user_of(&form)?;
    let Some(role) = SeatRole::from_code(&form.role) else {
        return refused(&cx, &meeting, &SeatForm::default(), "seats", choose_a_role()).await;
    };
    if role.judges() && queries::only_coordinates(cx.pool(), user, cx.today()).await? {
        let said = Said::new("DCは助言者です。委員・委員長にはできません。", "A DC advises and never votes.");
        return refused(&cx, &meeting, &SeatForm::default(), "seats", said).await;
    }
    let answer = actions::set_role(&doing(&cx), &meeting, user, role).await?;
    back(&cx, &meeting, &SeatForm::default(), "seats", answer).await
}

pub async fn unseat(cx: Cx, meeting: Acting<Managing>, Submitted(form): Submitted<SeatForm>) -> Outcome {
    let user = user_of(&form)?;
    let answer = actions::unseat(&doing(&cx), &meeting, user).await?;
    back(&cx, &meeting, &SeatForm::default(), "seats", answer).await
}

pub async fn attend(cx: Cx, meeting: Acting<Managing>, Submitted(form): Submitted<SeatForm>) -> Outcome {
    let user = user_of(&form)?;
    let Some(attendance) =
        ["expected", "present", "absent"].into_iter().find(|known| *known == form.attendance)
    else {
        let said = Said::new("出欠を選んでください。", "Choose the attendance.");
        return refused(&cx, &meeting, &SeatForm::default(), "seats", said).await;
    };
    let answer = actions::attend(&doing(&cx), &meeting, user, attendance).await?;
    back(&cx, &meeting, &SeatForm::default(), "seats", answer).await
}

pub async fn assign(cx: Cx, meeting: Acting<Managing>, Submitted(form): Submitted<SeatForm>) -> Outcome {
    let pairs: Vec<(Uuid, Uuid)> = form
        .pair
        .iter()
        .filter_map(|p| p.split_once(':'))
        .filter_map(|(r, u)| Some((r.parse().ok()?, u.parse().ok()?)))
        .collect();
    let answer = actions::assign(&doing(&cx), &meeting, &pairs).await?.map(|_| ());
    back(&cx, &meeting, &form, "assignments", answer).await
}

fn choose_a_role() -> Said {
    Said::new("役割を選んでください。", "Choose a role.")
}

fn user_of(form: &SeatForm) -> Result<Uuid, PageError> {
    form.user.first().and_then(|u| u.parse().ok()).ok_or(PageError::NotFound)
}

/// Back to the page; `part` of it says why where it was refused, with `form` as it was.
async fn back(
    cx: &Cx,
    meeting: &Meeting,
    form: &SeatForm,
    part: &str,
    answer: Result<(), crate::gates::model::Refusal>,
) -> Outcome {
    match answer {
        Ok(()) => Ok(Redirected::to(format!("{}/committee", meeting_path(meeting.id)))
            .saying(cx.l.t("保存しました。", "Saved."))
            .into_response()),
        Err(refusal) => refused(cx, meeting, form, part, refusal.said()).await,
    }
}
