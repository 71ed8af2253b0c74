//! The page of a milestone.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::kernel::Language;
use crate::milestones::evidence::{self, Evidence};
use crate::milestones::forecast::{self, Sample};
use crate::milestones::ledger::model::milestone_name;
use crate::milestones::ledger::{self, Filter, Line};
use crate::milestones::routes::task_milestones_path;
use crate::milestones::types;
use crate::milestones::{Reason, State};
use crate::portfolio::catalogue;
use crate::portfolio::files::{ACCEPTED, size_in_words};
use crate::web::view::Choice;
use crate::web::{Asked, Cx, Outcome, Page, PageError, Section, Visible, render};

use super::super::forms::MoveForm;
use super::super::model::{Milestone, Shown};
use super::super::queries;
use super::waits::{Linked, View, WaitRow};
use super::{Failed, may_accept, may_edit};

#[derive(Template)]
#[template(path = "milestones/show.html")]
struct ShowPage {
    page: Page,
    m: Milestone,
    name: String,
    word: String,
    tone: &'static str,
    number: String,
    task_title: String,
    task_href: String,
    program: String,
    owner: String,
    slip: String,
    expected: Option<ExpectedView>,
    blocked: Option<Linked>,
    forecasts: Vec<ForecastView>,
    evidence: Vec<EvidenceView>,
    needs: Vec<WaitRow>,
    waiting: Vec<WaitRow>,
    lines: Vec<Line>,
    ledger_href: String,
    can_edit: bool,
    can_accept: bool,
    is_planned: bool,
    is_reported: bool,
    is_own_report: bool,
    can_reopen: bool,
    failed: Failed,
    /// The form that was refused is not on the page as it stands now: its errors come first.
    is_refused_as_a_whole: bool,
    due_reasons: Vec<Choice>,
    close_reasons: Vec<Choice>,
    reopen_reasons: Vec<Choice>,
    close_states: Vec<Choice>,
    sought: String,
    candidates: Vec<Choice>,
    accepted_files: &'static str,
}

struct ExpectedView {
    on: NaiveDate,
    days: i64,
    because: Option<Linked>,
}

struct ForecastView {
    of: String,
    line: String,
    is_enough: bool,
    median: NaiveDate,
    late: NaiveDate,
}

struct EvidenceView {
    id: uuid::Uuid,
    body: String,
    url: Option<String>,
    file: Option<(String, String)>,
    by: String,
    at: chrono::DateTime<chrono::Utc>,
    withdrawn_at: Option<chrono::DateTime<chrono::Utc>>,
    can_withdraw: bool,
}

/// What the page may be asked: words by which another milestone to wait for is sought.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SeekQuery {
    find: String,
}

pub async fn show(cx: Cx, m: Visible<Milestone>, Asked(query): Asked<SeekQuery>) -> Outcome {
    let failed = Failed {
        form: MoveForm {
            due_on: m.due_on.to_string(),
            met_on: cx.today().to_string(),
            ..MoveForm::default()
        },
        ..Failed::default()
    };
    render(&show_page(&cx, m.into_inner(), failed, &query.find).await?)
}

/// The page again with the form that was refused.
pub async fn show_failed(cx: &Cx, m: Milestone, failed: Failed) -> Outcome {
    let mut response: Response = render(&show_page(cx, m, failed, "").await?)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn show_page(cx: &Cx, m: Milestone, failed: Failed, sought: &str) -> Result<ShowPage, PageError> {
    let l = cx.l;
    let (c, types) = (catalogue::of(cx).await?, types::of(cx).await?);
    let (pool, rights) = (cx.pool(), &cx.viewer.rights);
    let graph = queries::graph(pool, &[m.id], rights, true).await?;
    let plan = graph.plan(cx.today());
    let view = View { cx, types: &types, c: &c, graph: &graph, plan: &plan };
    let evidence = if m.in_charge { evidence::of_milestone(pool, m.id.into()).await? } else { Vec::new() };
    let filter = Filter { milestone: Some(m.id), ..Filter::default() };
    let lines = ledger::queries::entries(pool, &filter, rights, 100).await?;
    let forecast = forecast::of_types(pool, rights, &[m.type_id]).await?;
    let can_edit = may_edit(cx, &m);
    let is_planned = m.state == State::Planned;
    let sought = sought.trim().chars().take(60).collect::<String>();
    let candidates = if can_edit && is_planned {
        let folded = crate::kernel::text::fold(&sought);
        queries::candidates(pool, &m, &folded, rights).await?
    } else {
        Vec::new()
    };
    let settled = plan.of(m.id);
    let shown = Shown::of(
        m.state,
        m.due_on,
        m.reported_on.filter(|_| is_planned),
        cx.today(),
        settled.and_then(Result::ok).map(|e| e.on),
        matches!(settled, Some(Err(_))),
    );
    let name = milestone_name(&types, m.type_id, m.detail.as_deref(), l);
    let slipped = (m.due_on - m.first_due_on).num_days();
    let can_accept = may_accept(&cx.viewer, &m) && m.waits_for_acceptance();
    let can_reopen = can_edit && matches!(m.state, State::Missed | State::Dropped);
    let is_on_page = match failed.which {
        "due" | "report" | "close" => can_edit && is_planned && !m.waits_for_acceptance(),
        "accept" | "return" => can_accept,
        "wait" | "evidence" => can_edit && is_planned,
        "reopen" => can_reopen,
        _ => true,
    };
    Ok(ShowPage {
        is_refused_as_a_whole: !is_on_page,
        word: shown.word(l),
        tone: shown.tone(),
        number: m.task.number.clone().unwrap_or_default(),
        task_title: m.task.title.in_language(l).to_owned(),
        task_href: task_milestones_path(m.task_id.into()),
        program: c.program(m.task.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        owner: m.owner_name.in_language(l).to_owned(),
        slip: if slipped == 0 {
            String::new()
        } else {
            let days = forecast::signed(i32::try_from(slipped).unwrap_or(i32::MAX));
            format!("{days}{}", l.t("日", " days"))
        },
        expected: settled.and_then(Result::ok).filter(|e| is_planned && e.on > m.due_on).map(|e| {
            ExpectedView {
                on: e.on,
                days: (e.on - m.due_on).num_days(),
                because: e.because.and_then(|id| graph.nodes.get(&id)).map(|n| view.linked(n)),
            }
        }),
        blocked: settled
            .and_then(Result::err)
            .filter(|b| is_planned && b.by != m.id)
            .and_then(|b| graph.nodes.get(&b.by))
            .map(|n| view.linked(n)),
        forecasts: forecasts(&view, &m, &forecast),
        evidence: evidence.into_iter().map(|e| evidence_view(e, &m, can_edit, l)).collect(),
        needs: view.needs(&m),
        waiting: view.waiting(&m),
        lines: lines.iter().map(|e| e.line(&types, l)).collect(),
        ledger_href: format!("{}?task={}", ledger::pages::LEDGER, m.task_id),
        can_edit,
        can_accept,
        is_planned,
        is_reported: m.waits_for_acceptance(),
        is_own_report: m.reported_by == Some(cx.viewer.id.0),
        can_reopen,
        due_reasons: reasons(&Reason::OF_DATES, &failed.form.due_reason, l),
        close_reasons: reasons(&Reason::OF_CLOSING, &failed.form.close_reason, l),
        reopen_reasons: reasons(&Reason::OF_REOPENING, &failed.form.reopen_reason, l),
        close_states: [State::Missed, State::Dropped]
            .map(|s| Choice::new(s.code(), s.name(l), s.code() == failed.form.close_state))
            .to_vec(),
        candidates: candidates.iter().map(|n| view.candidate(n, &m, &failed.form.needs)).collect(),
        sought,
        accepted_files: ACCEPTED,
        page: cx
            .page(Section::Milestones, name.clone())
            .crumb(l.t("マイルストーン", "Milestones"), "/milestones")
            .crumb(m.task.title.in_language(l), task_milestones_path(m.task_id.into())),
        name,
        failed,
        m,
    })
}

fn reasons(among: &[Reason], chosen: &str, l: Language) -> Vec<Choice> {
    among.iter().map(|r| Choice::new(r.code(), r.name(l), r.code() == chosen)).collect()
}

fn forecasts(view: &View<'_>, m: &Milestone, forecast: &forecast::Forecast) -> Vec<ForecastView> {
    let l = view.cx.l;
    let modality = m.task.modality_id.and_then(|id| view.c.value(id));
    let of = |s: &Sample| ForecastView {
        of: if s.whole {
            l.t("全モダリティ", "All modalities").to_owned()
        } else {
            modality.map_or(l.t("モダリティ未設定", "No modality"), |v| v.name(l)).to_owned()
        },
        line: s.line(l),
        is_enough: s.is_enough(),
        median: s.dates(m.first_due_on).0,
        late: s.dates(m.first_due_on).1,
    };
    [forecast.of(m.type_id, m.task.modality_id), forecast.whole(m.type_id)]
        .into_iter()
        .flatten()
        .map(of)
        .collect()
}

fn evidence_view(e: Evidence, m: &Milestone, can_edit: bool, l: Language) -> EvidenceView {
    EvidenceView {
        id: e.id,
        by: l.name(e.added_ja.as_deref().unwrap_or_default(), e.added_en.as_deref()).to_owned(),
        body: e.body,
        url: e.url,
        file: e.file_name.zip(e.file_size.map(size_in_words)),
        at: e.added_at,
        withdrawn_at: e.withdrawn_at,
        can_withdraw: can_edit && m.state != State::Met && e.withdrawn_at.is_none(),
    }
}
