//! Choosing the upstream set: by a query of the task list or a saved view, by gate decisions, or one by one.

use std::sync::Arc;

use askama::Template;
use axum::response::IntoResponse;

use crate::kernel::{FiscalYear, Said, Text};
use crate::matching::sessions::actions::{self, Stopped};
use crate::matching::sessions::forms::TasksForm;
use crate::matching::sessions::model::{Session, State, Via};
use crate::matching::sessions::queries::{self, Offered, UpstreamTask};
use crate::matching::sessions::routes::{session_path, step_path};
use crate::portfolio::catalogue::{self, Catalogue, Vocabulary};
use crate::portfolio::tasks::filter::resolve;
use crate::portfolio::tasks::query::{YearChoice, parse};
use crate::portfolio::tasks::{ListAddress, list_path, task_path, views};
use crate::web::view::Choice;
use crate::web::{
    Acting, Asked, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Submitted, Visible, paths, render,
    render_invalid,
};

use super::head::{Head, head, page_of};
use super::{refused, runs};

#[derive(Template)]
#[template(path = "matching/tasks.html")]
struct TasksPage {
    page: Page,
    session: Session,
    head: Head,
    path: String,
    next: String,
    may_change: bool,
    q: String,
    findings: Vec<String>,
    list_href: String,
    offered: Option<OfferedRows>,
    presets: Vec<(String, &'static str)>,
    views: Vec<Choice>,
    gates: Vec<GateChoice>,
    rows: Vec<Row>,
    errors: FieldErrors,
    reason: String,
}

/// What the typed query would add.
struct OfferedRows {
    new: usize,
    there: usize,
    first: Vec<OfferedRow>,
    more: usize,
}

struct OfferedRow {
    title: String,
    number: String,
    program: String,
    ends_on: String,
}

/// Gate decisions of one outcome that would add tasks.
struct GateChoice {
    choice: Choice,
    tasks: usize,
}

struct Row {
    task: UpstreamTask,
    href: String,
    title: String,
    program: String,
    via: &'static str,
    phase: String,
}

pub async fn show(cx: Cx, session: Visible<Session>, Asked(form): Asked<TasksForm>) -> Outcome {
    render(&tasks_page(&cx, session.into_inner(), form, FieldErrors::new()).await?)
}

/// Everything that the typed query finds.
struct Query {
    text: String,
    findings: Vec<String>,
    list_href: String,
    found: Vec<Offered>,
}

async fn ask(cx: &Cx, c: &Catalogue, text: &str) -> Result<Query, PageError> {
    let parsed = parse(text);
    let (filter, unknown) = resolve(&parsed.query, c, cx.today(), cx.fiscal_year());
    let limit = i64::try_from(actions::MOST_TASKS + 1).unwrap_or(i64::MAX);
    let found = if parsed.query.terms.is_empty() {
        Vec::new()
    } else {
        queries::tasks_of_filter(cx.pool(), &filter, cx.viewer.id, &cx.viewer.rights, limit).await?
    };
    let findings =
        parsed.findings.iter().chain(&unknown).map(|f| f.said.in_language(cx.l).to_owned()).collect();
    Ok(Query {
        text: parsed.query.print(),
        findings,
        list_href: list_path(&ListAddress::new(&parsed.query)),
        found,
    })
}

async fn tasks_page(
    cx: &Cx,
    session: Session,
    form: TasksForm,
    errors: FieldErrors,
) -> Result<TasksPage, PageError> {
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let saved = views::links(cx).await?;
    let may_change = runs(cx) && session.is_open();
    let view = saved.iter().find(|v| v.id.to_string() == form.view);
    let wanted = view.map(|v| v.query.clone()).unwrap_or(form.q.clone());
    let query =
        if may_change && !wanted.trim().is_empty() { Some(ask(cx, &c, &wanted).await?) } else { None };
    let upstream = queries::upstream(cx.pool(), session.id, &session.hidden).await?;
    let gates = if may_change { gate_tasks(cx).await? } else { vec![] };
    let gates = Via::BY_GATE
        .into_iter()
        .map(|via| GateChoice {
            choice: Choice::new(via.code(), via.name(l), false),
            tasks: gates
                .iter()
                .filter(|(v, id, _)| *v == via && !upstream.iter().any(|u| u.task_id == *id))
                .count(),
        })
        .filter(|g| g.tasks > 0)
        .collect();
    let offered = query.as_ref().map(|q| offered(cx, &c, q, &upstream));
    Ok(TasksPage {
        head: head(cx, &session, "tasks"),
        path: step_path(session.id, "tasks"),
        next: session_path(session.id),
        q: query.as_ref().map_or(wanted, |q| q.text.clone()),
        findings: query.as_ref().map(|q| q.findings.clone()).unwrap_or_default(),
        list_href: query.map(|q| q.list_href).unwrap_or_default(),
        presets: presets(cx, &session),
        views: saved
            .iter()
            .map(|v| Choice::new(v.id.to_string(), v.name.clone(), v.id.to_string() == form.view))
            .collect(),
        gates,
        rows: upstream.into_iter().map(|task| row(cx, &c, session.state, task)).collect(),
        page: page_of(cx, &session, l.t("対象課題", "Tasks")),
        reason: form.reason,
        session,
        may_change,
        offered,
        errors,
    })
}

fn offered(cx: &Cx, c: &Catalogue, query: &Query, upstream: &[UpstreamTask]) -> OfferedRows {
    let is_there = |o: &&Offered| upstream.iter().any(|u| u.task_id == o.id);
    let there = query.found.iter().filter(is_there).count();
    let new: Vec<&Offered> = query.found.iter().filter(|o| !is_there(o)).collect();
    let first = new
        .iter()
        .take(8)
        .map(|o| OfferedRow {
            title: cx.l.name(&o.title_ja, o.title_en.as_deref()).to_owned(),
            number: o.task_number.clone().unwrap_or_default(),
            program: c.program(o.program_id).map(|p| p.name(cx.l).to_owned()).unwrap_or_default(),
            ends_on: o.ends_on.to_string(),
        })
        .collect();
    OfferedRows { new: new.len(), there, first, more: new.len().saturating_sub(8) }
}

/// Queries that most sessions begin with; the address keeps them.
fn presets(cx: &Cx, session: &Session) -> Vec<(String, &'static str)> {
    let l = cx.l;
    let before = session.fiscal_year.first_day();
    let year = FiscalYear::containing(before.pred_opt().unwrap_or(before));
    let path = step_path(session.id, "tasks");
    let of = |q: &str| paths::with_query(&path, &[("q", q)]);
    vec![
        (of("ends:<6m"), l.t("6か月以内に終了", "Ending within 6 months")),
        (of("ends:<12m"), l.t("12か月以内に終了", "Ending within 12 months")),
        (
            of(&format!("ends:{}..{}", year.first_day(), year.last_day())),
            l.t("受入年度の前年度に終了", "Ending in the year before the calls"),
        ),
    ]
}

fn row(cx: &Cx, c: &Catalogue, state: State, task: UpstreamTask) -> Row {
    let l = cx.l;
    // Facts are written when eligibility is judged; until then the phase is that of the task itself.
    let phase = if state == State::Draft {
        task.phase_id.and_then(|id| c.value(id))
    } else {
        let code = task.facts.phases.first();
        code.and_then(|code| c.values_of(Vocabulary::Phase).find(|v| v.code == *code))
    };
    Row {
        href: task_path(task.task_id.into()),
        title: l.name(&task.title_ja, task.title_en.as_deref()).to_owned(),
        program: c.program(task.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        via: Via::from_code(&task.via).map(|v| v.name(l)).unwrap_or_default(),
        phase: phase.map(|v| v.name(l).to_owned()).unwrap_or_default(),
        task,
    }
}

pub async fn add(cx: Cx, session: Acting<Session>, Submitted(form): Submitted<TasksForm>) -> Outcome {
    let session = session.into_inner();
    let c = catalogue::of(&cx).await?;
    let mut errors = FieldErrors::new();
    let (tasks, query, reason) = if !form.gates.is_empty() {
        (by_gates(&cx, &form.gates).await?, None, None)
    } else if !form.tasks.is_empty() || !form.reason.is_empty() {
        match one_by_one(&cx, &c, &form, &mut errors).await? {
            Some((tasks, reason)) => (tasks, None, Some(reason)),
            None => return render_invalid(&tasks_page(&cx, session, form, errors).await?),
        }
    } else {
        let query = ask(&cx, &c, &form.q).await?;
        if query.found.is_empty() {
            errors.add("q", cx.l.t("条件", "Query"), nothing_found());
            return render_invalid(&tasks_page(&cx, session, form, errors).await?);
        }
        (query.found.iter().map(|o| (o.id, Via::Ending, None)).collect(), Some(query.text), None)
    };
    let to = step_path(session.id, "tasks");
    match actions::add_tasks(
        cx.pool(),
        &cx.actor(),
        session.id,
        &tasks,
        (query.as_deref(), reason.as_deref()),
        cx.now,
    )
    .await?
    {
        Ok(added) => {
            let said = match cx.l {
                crate::web::Language::Ja => format!("{added}件を加えました。"),
                crate::web::Language::En => format!("{added} tasks added."),
            };
            Ok(Redirected::to(to).saying(said).into_response())
        }
        Err(Stopped::Said(said)) => {
            errors.add("q", cx.l.t("条件", "Query"), said);
            render_invalid(&tasks_page(&cx, session, form, errors).await?)
        }
        Err(stopped) => Err(refused(stopped)),
    }
}

fn nothing_found() -> Said {
    Said::new("この条件に合う課題はありません。", "No task fits these conditions.")
}

/// Gate decisions of the last year that ask for a way onward.
async fn gate_tasks(cx: &Cx) -> Result<Vec<(Via, uuid::Uuid, uuid::Uuid)>, PageError> {
    let since = cx.now - chrono::Days::new(365);
    Ok(queries::gate_tasks(cx.pool(), cx.viewer.id, &cx.viewer.rights, since).await?)
}

type Tasks = Vec<(uuid::Uuid, Via, Option<uuid::Uuid>)>;

async fn by_gates(cx: &Cx, wanted: &[String]) -> Result<Tasks, PageError> {
    let all = gate_tasks(cx).await?;
    let kept = all.into_iter().filter(|(via, ..)| wanted.iter().any(|w| w == via.code()));
    Ok(kept.map(|(via, task, decision)| (task, via, Some(decision))).collect())
}

/// Tasks by their numbers, with the reason why they are in.
async fn one_by_one(
    cx: &Cx,
    c: &Arc<Catalogue>,
    form: &TasksForm,
    errors: &mut FieldErrors,
) -> Result<Option<(Tasks, String)>, PageError> {
    let reason = errors.check("reason", cx.l.t("理由", "Reason"), Text::<500>::parse(&form.reason));
    let mut query = parse(&format!("number:{}", form.q.trim()));
    query.query.year = YearChoice::All;
    let (filter, unknown) = resolve(&query.query, c, cx.today(), cx.fiscal_year());
    let found = if query.query.terms.is_empty() || !unknown.is_empty() {
        Vec::new()
    } else {
        queries::tasks_of_filter(cx.pool(), &filter, cx.viewer.id, &cx.viewer.rights, 2).await?
    };
    match (found.as_slice(), reason) {
        ([one], Some(reason)) => Ok(Some((vec![(one.id, Via::Manual, None)], reason.into_string()))),
        (found, _) => {
            if found.len() != 1 {
                errors.add(
                    "q",
                    cx.l.t("課題番号", "Task number"),
                    Said::new(
                        "課題番号を1件だけ、正しく入力してください。",
                        "Enter the number of exactly one task.",
                    ),
                );
            }
            Ok(None)
        }
    }
}

pub async fn remove(cx: Cx, session: Acting<Session>, Submitted(form): Submitted<TasksForm>) -> Outcome {
    match actions::remove_tasks(cx.pool(), &cx.actor(), session.id, &form.tasks, cx.now).await? {
        Ok(_) => Ok(Redirected::to(step_path(session.id, "tasks"))
            .saying(cx.l.t("対象から外しました。", "Taken out."))
            .into_response()),
        Err(stopped) => Err(refused(stopped)),
    }
}
