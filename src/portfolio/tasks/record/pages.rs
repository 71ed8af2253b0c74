//! The page of a task.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::accounts::Role;
use crate::budget::contracts::pages::of_task::{self as money, TaskMoney};
use crate::kernel::{Said, TaskId};
use crate::matching::sessions::pages::of_task::{OfTask, of_task};
use crate::milestones;
use crate::portfolio::catalogue::{self, Catalogue, Vocabulary};
use crate::portfolio::opinions::{self, OpinionForm};
use crate::portfolio::tasks::query::{Key, TaskQuery, Term, What, YearChoice};
use crate::portfolio::tasks::routes::{ListAddress, list_path};
use crate::web::view::Choice;
use crate::web::{
    Access, Cx, FieldErrors, Language, Outcome, Page, PageError, Scoped, Section, Visible, render,
};

use super::chain::{Chain, chain};
use super::history::{Event, events};
use super::model::{TaskRecord, Year};
use super::queries;

#[derive(Template)]
#[template(path = "tasks/show.html")]
struct TaskPage {
    page: Page,
    task: TaskRecord,
    other_title: String,
    number: String,
    can_edit: bool,
    program: Linked,
    project: Option<Linked>,
    ministry: String,
    period: String,
    funding_form: &'static str,
    years: Vec<YearLine>,
    money: Option<TaskMoney>,
    tags: Vec<TagLine>,
    chain: Option<Chain>,
    milestones: milestones::Brief,
    opinions: Vec<opinions::Shown>,
    opinion: OpinionForm,
    opinion_role: Option<Role>,
    gates: Vec<crate::gates::task::GateLine>,
    opinion_choices: Vec<Choice>,
    errors: FieldErrors,
    matching: Vec<OfTask>,
    history: Vec<Event>,
    sees_history: bool,
}

/// A name that leads to the tasks behind it.
struct Linked {
    name: String,
    href: String,
}

struct YearLine {
    year: Year,
    acknowledgement: String,
    /// Empty where it is the task's program of today.
    program: String,
    project: String,
}

struct TagLine {
    label: &'static str,
    values: Vec<Linked>,
}

impl Scoped for TaskRecord {
    type Id = TaskId;

    async fn find(cx: &Cx, id: TaskId) -> anyhow::Result<Option<Self>> {
        Ok(queries::record(cx.pool(), id, &cx.viewer.rights).await?)
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (!cx.viewer.rights.may_edit(self.program_id)).then(|| {
            Said::new(
                "この課題を変更できるのは、事業の担当者と戦略策定・実施ユニットです。",
                "Only the people in charge of the program and the strategy unit may change this task.",
            )
        })
    }
}

pub async fn show(cx: Cx, task: Visible<TaskRecord>) -> Outcome {
    render(&task_page(&cx, task.into_inner(), OpinionForm::default(), FieldErrors::new()).await?)
}

/// The page again with the opinion that was typed and what is wrong with it.
pub async fn show_with_opinion(
    cx: &Cx,
    task: TaskRecord,
    opinion: OpinionForm,
    errors: FieldErrors,
) -> Result<Response, PageError> {
    let mut response = render(&task_page(cx, task, opinion, errors).await?)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn task_page(
    cx: &Cx,
    task: TaskRecord,
    opinion: OpinionForm,
    errors: FieldErrors,
) -> Result<TaskPage, PageError> {
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let chain = if task.elsewhere.links {
        let (tasks, successions) = queries::chain(cx.pool(), task.id.into(), &cx.viewer.rights).await?;
        (!successions.is_empty()).then(|| chain(&tasks, &successions, task.id.into(), &c, l))
    } else {
        None
    };
    let project = task.years.iter().rev().find_map(|y| y.project_id).and_then(|id| c.project(id));
    let program = c.program(task.program_id);
    let seen =
        if task.period_is_seen { l.t("（金額のある年度）", " (years with money)") } else { "" };
    let contracts: Vec<_> = task.years.iter().map(|y| (y.fiscal_year, y.program_id, y.amount)).collect();
    Ok(TaskPage {
        other_title: other_title(&task, l),
        number: task.number().unwrap_or_default().to_owned(),
        can_edit: cx.viewer.rights.may_edit(task.program_id) && Access::KEEPERS.admits(&cx.viewer),
        program: Linked {
            name: program.map(|p| p.name(l).to_owned()).unwrap_or_default(),
            href: program
                .map(|p| format!("/programs/{}", crate::web::paths::encode(&p.code)))
                .unwrap_or_default(),
        },
        project: project.map(|p| Linked { name: p.name(l).to_owned(), href: format!("/projects/{}", p.id) }),
        ministry: program
            .and_then(|p| c.ministry(p.ministry_code.as_deref()?))
            .map(|m| m.name(l).to_owned())
            .unwrap_or_default(),
        period: format!("{} – {}{seen}", task.starts_on, task.ends_on),
        funding_form: match task.funding_form.as_deref() {
            Some("commission") => l.t("委託", "Commission"),
            Some("subsidy") => l.t("補助", "Subsidy"),
            _ => "",
        },
        years: task.years.iter().map(|year| year_line(year, &task, &c, l)).collect(),
        money: money::of_task(cx, &c, &task, &contracts).await?,
        tags: tag_lines(&task, &c, l),
        chain,
        milestones: milestones::brief(cx, &task).await?,
        opinions: opinions::shown(&task.opinions, &cx.viewer, l),
        gates: crate::gates::task::lines(cx, &task).await?,
        opinion_role: opinions::role_over(&cx.viewer.rights, &task),
        opinion_choices: opinions::visibility_choices(&opinion, l),
        opinion,
        errors,
        matching: of_task(cx, &c, &task).await?,
        history: events(&task.history, l),
        sees_history: Access::STAFF.admits(&cx.viewer),
        page: cx
            .page(Section::Tasks, task.title(l))
            .crumb(l.t("課題一覧", "Tasks"), list_path(&ListAddress::default())),
        task,
    })
}

/// The title in the other language, where there is one.
fn other_title(task: &TaskRecord, l: Language) -> String {
    let other = if l.is_ja() {
        task.title_en.as_deref()
    } else {
        task.title_en.as_ref().map(|_| task.title_ja.as_str())
    };
    other.unwrap_or_default().to_owned()
}

fn year_line(year: &Year, task: &TaskRecord, c: &Catalogue, l: Language) -> YearLine {
    let program = c.program(year.program_id).filter(|p| p.id != task.program_id);
    YearLine {
        acknowledgement: year.acknowledgement().unwrap_or_default(),
        program: program.map(|p| p.name(l).to_owned()).unwrap_or_default(),
        project: year
            .project_id
            .and_then(|id| c.project(id))
            .map(|p| p.short(l).to_owned())
            .unwrap_or_default(),
        year: year.clone(),
    }
}

fn tag_lines(task: &TaskRecord, c: &Catalogue, l: Language) -> Vec<TagLine> {
    Vocabulary::ALL
        .into_iter()
        .map(|vocabulary| {
            let key = key_of(vocabulary);
            let values = task.tags(vocabulary).iter().filter_map(|id| c.value(*id));
            TagLine {
                label: vocabulary.name(l),
                values: values
                    .map(|v| Linked { name: v.name(l).to_owned(), href: running(key, &v.code) })
                    .collect(),
            }
        })
        .collect()
}

fn key_of(vocabulary: Vocabulary) -> Key {
    match vocabulary {
        Vocabulary::Phase => Key::Phase,
        Vocabulary::Modality => Key::Modality,
        Vocabulary::ApprovalClass => Key::Approval,
        Vocabulary::Nature => Key::Nature,
        Vocabulary::DiseaseArea => Key::Disease,
    }
}

fn running(key: Key, value: &str) -> String {
    let terms = vec![Term::new(What::Named(key, vec![value.to_owned()]))];
    list_path(&ListAddress::new(&TaskQuery { year: YearChoice::Running, terms }))
}
