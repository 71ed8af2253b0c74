//! `GET /milestones/timeline`: programs that expand in place to their tasks.

use std::collections::HashMap;

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::{FiscalYear, Language};
use crate::milestones::record::model::Row;
use crate::milestones::record::queries::{graph, of_tasks};
use crate::milestones::routes::{ListAddress, Show, task_milestones_path};
use crate::milestones::types;
use crate::portfolio::catalogue::{self, Catalogue, Vocabulary};
use crate::web::charts::{Head, Lane, Markup, Timeline, timeline_sheets};
use crate::web::view::Choice;
use crate::web::{Asked, Cx, Outcome, Page, PageError, Section, paths, render};

use super::draw::{self, Drawing};
use super::lanes::{self, by_task};
use super::queries::{self, Mark, Of, ProgramSum, TaskLane};

/// Width of the drawing: as wide as A3 landscape takes at a readable size.
const WIDTH: f64 = 1_400.0;
/// Lanes of one sheet: what fits on A3 landscape, the head of the page on the first included.
const LANES: usize = 34;
/// A selection of no more tasks than this is open from the start.
const OPEN_TASKS: i64 = 60;

#[derive(Template)]
#[template(path = "milestones/timeline.html")]
struct TimelinePage {
    page: Page,
    lead: String,
    asked: TimelineQuery,
    programs: Vec<Choice>,
    projects: Vec<Choice>,
    diseases: Vec<Choice>,
    sheets: Vec<Markup>,
    legend: &'static str,
    sums: Vec<SumRow>,
    tasks: Vec<TaskRow>,
    open_all: Option<String>,
    close_all: Option<String>,
    cut: bool,
}

/// A program in the table twin.
struct SumRow {
    code: String,
    name: String,
    toggle: String,
    is_open: bool,
    tasks: i64,
    counts: Vec<(i64, String)>,
}

/// A task in the table twin.
struct TaskRow {
    title: String,
    href: String,
    number: String,
    period: String,
    late: String,
    milestones: Vec<(String, String)>,
}

/// What the timeline may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TimelineQuery {
    /// Code of a program.
    pub program: String,
    /// Code of a project, as 3-1.
    pub project: String,
    /// Code of a disease area.
    pub disease: String,
    pub year: String,
    /// Codes of open programs, with commas; `all`, or `none`.
    pub open: String,
}

impl TimelineQuery {
    fn opening(&self, open: &str) -> String {
        let pairs = [
            ("program", self.program.as_str()),
            ("project", &self.project),
            ("disease", &self.disease),
            ("year", &self.year),
            ("open", open),
        ];
        paths::with_query("/milestones/timeline", &pairs)
    }

    fn of(&self, cx: &Cx, c: &Catalogue) -> Result<Of, PageError> {
        let mut of = Of { year: Some(self.year.parse().unwrap_or(cx.fiscal_year())), ..Of::default() };
        if !self.program.is_empty() {
            of.program =
                Some(c.programs.iter().find(|p| p.code == self.program).ok_or(PageError::NotFound)?.id);
        }
        if !self.project.is_empty() {
            of.project =
                Some(c.projects.iter().find(|p| p.code() == self.project).ok_or(PageError::NotFound)?.id);
        }
        if !self.disease.is_empty() {
            let mut areas = c.values_of(Vocabulary::DiseaseArea);
            of.disease = Some(areas.find(|v| v.code == self.disease).ok_or(PageError::NotFound)?.id);
        }
        Ok(of)
    }
}

/// The programs whose tasks are drawn.
fn open_programs<'a>(asked: &TimelineQuery, sums: &'a [ProgramSum], c: &'a Catalogue) -> Vec<&'a str> {
    let code = |s: &ProgramSum| c.program(s.program).map(|p| p.code.as_str());
    let whole: i64 = sums.iter().map(|s| s.tasks).sum();
    let is_open = |wanted: &str| match asked.open.as_str() {
        "all" => true,
        "" => whole <= OPEN_TASKS || sums.len() == 1,
        list => list.split(',').any(|c| c == wanted),
    };
    sums.iter().filter_map(code).filter(|code| is_open(code)).collect()
}

pub async fn show(cx: Cx, Asked(asked): Asked<TimelineQuery>) -> Outcome {
    let l = cx.l;
    let (c, types) = (catalogue::of(&cx).await?, types::of(&cx).await?);
    let of = asked.of(&cx, &c)?;
    let (pool, rights, today) = (&cx.state.read_pool, &cx.viewer.rights, cx.today());
    let sums = queries::by_program(pool, &of, rights, today).await?;
    let open = open_programs(&asked, &sums, &c);
    let marks =
        if open.len() < sums.len() { queries::marks(pool, &of, rights, today).await? } else { Vec::new() };
    let ids: Vec<Uuid> = sums
        .iter()
        .map(|s| s.program)
        .filter(|id| c.program(*id).is_some_and(|p| open.contains(&p.code.as_str())))
        .collect();
    let tasks = if ids.is_empty() { Vec::new() } else { queries::tasks(pool, &of, &ids, rights).await? };
    let task_ids: Vec<Uuid> = tasks.iter().map(|t| t.id).collect();
    let rows = if task_ids.is_empty() { Vec::new() } else { of_tasks(pool, &task_ids, false).await? };
    let seeds: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
    let chain = if seeds.is_empty() { None } else { Some(graph(pool, &seeds, rights, false).await?) };
    let plan = chain.map(|g| g.plan(today)).unwrap_or_default();
    let drawing = Drawing { l, types: &types, plan: &plan, today };
    let sheet =
        Sheet { cx: &cx, asked: &asked, c: &c, sums: &sums, marks: &marks, open: &open, tasks: &tasks };
    let year = of.year.unwrap_or(cx.fiscal_year());
    let rows_of = by_task(&rows);
    let page = cx
        .page(Section::Milestones, l.t("タイムライン", "Timeline"))
        .crumb(l.t("マイルストーン", "Milestones"), "/milestones");
    render(&TimelinePage {
        lead: sheet.lead(&of, year),
        programs: sheet.programs(),
        projects: sheet.projects(year),
        diseases: sheet.diseases(),
        sheets: sheet.draw(&drawing, &rows, &rows_of),
        legend: draw::legend(l),
        sums: sheet.sum_rows(),
        tasks: sheet.task_rows(&drawing, &rows_of),
        open_all: (open.len() < sums.len()).then(|| asked.opening("all")),
        close_all: (sums.len() > 1 && !open.is_empty()).then(|| asked.opening("none")),
        cut: tasks.len() as i64 == queries::TASKS,
        asked: asked.clone(),
        page,
    })
}

struct Sheet<'a> {
    cx: &'a Cx,
    asked: &'a TimelineQuery,
    c: &'a Catalogue,
    sums: &'a [ProgramSum],
    marks: &'a [Mark],
    open: &'a [&'a str],
    tasks: &'a [TaskLane],
}

impl Sheet<'_> {
    fn lead(&self, of: &Of, year: FiscalYear) -> String {
        let l = self.cx.l;
        let names: Vec<&str> = [
            of.program.and_then(|id| self.c.program(id)).map(|p| p.name(l)),
            of.project.and_then(|id| self.c.project(id)).map(|p| p.name(l)),
            of.disease.and_then(|id| self.c.value(id)).map(|v| v.name(l)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let of = if names.is_empty() {
            l.t("全課題", "All tasks").to_owned()
        } else {
            names.join(l.t("・", ", "))
        };
        let tasks: i64 = self.sums.iter().map(|s| s.tasks).sum();
        match l {
            Language::Ja => format!("{of}　{}に実施中の{tasks}課題", year.japanese()),
            Language::En => format!("{of}: {tasks} tasks of {}", year.english()),
        }
    }

    fn programs(&self) -> Vec<Choice> {
        let l = self.cx.l;
        let choice = |p: &catalogue::Program| {
            Choice::new(&p.code, format!("{} {}", p.code, p.name(l)), p.code == self.asked.program)
        };
        self.c.programs.iter().map(choice).collect()
    }

    /// Projects of the term of the year.
    fn projects(&self, year: FiscalYear) -> Vec<Choice> {
        let l = self.cx.l;
        let term = self.c.term_of(year).map(|t| t.id);
        self.c
            .projects
            .iter()
            .filter(|p| Some(p.term_id) == term || p.code() == self.asked.project)
            .map(|p| Choice::new(p.code(), p.name(l), p.code() == self.asked.project))
            .collect()
    }

    fn diseases(&self) -> Vec<Choice> {
        let l = self.cx.l;
        self.c
            .values_of(Vocabulary::DiseaseArea)
            .map(|v| Choice::new(&v.code, v.name(l), v.code == self.asked.disease))
            .collect()
    }

    /// The address that opens or closes one program and leaves the others as they are.
    fn toggle(&self, code: &str) -> String {
        let is_open = self.open.contains(&code);
        let mut codes: Vec<&str> = self.open.iter().copied().filter(|c| *c != code).collect();
        if !is_open {
            codes.push(code);
        }
        let open = if codes.is_empty() { "none".to_owned() } else { codes.join(",") };
        format!("{}#program-{code}", self.asked.opening(&open))
    }

    fn draw(&self, drawing: &Drawing<'_>, rows: &[Row], rows_of: &HashMap<Uuid, Vec<&Row>>) -> Vec<Markup> {
        let l = self.cx.l;
        if self.sums.is_empty() {
            return Vec::new();
        }
        let mut lanes: Vec<Lane> = Vec::new();
        for sum in self.sums {
            let Some(program) = self.c.program(sum.program) else { continue };
            let is_open = self.open.contains(&program.code.as_str());
            let name = (program.code.as_str(), program.name(l));
            lanes.push(lanes::program_lane(l, name, sum, self.marks, is_open, self.toggle(&program.code)));
            if is_open {
                let none = Vec::new();
                lanes.extend(
                    self.tasks
                        .iter()
                        .filter(|t| t.program == sum.program)
                        .map(|t| lanes::task_lane(drawing, t, rows_of.get(&t.id).unwrap_or(&none))),
                );
            }
        }
        let days = self
            .tasks
            .iter()
            .flat_map(|t| [t.starts_on, t.ends_on])
            .chain(rows.iter().map(|r| r.met_on.unwrap_or(r.due_on)))
            .chain(self.marks.iter().map(|m| m.quarter));
        let (from, to) = draw::span(days, drawing.today);
        let head = Head::new(
            "timeline",
            l.t("タイムライン", "Timeline"),
            l.t(
                "課題の期間とマイルストーン。同じ内容を下の表で読めます",
                "Periods and milestones of tasks; the tables below say the same",
            ),
        );
        let plan =
            Timeline {
                from, to, today: drawing.today, today_label: l.t("本日", "Today").to_owned(), lanes
            };
        timeline_sheets(&head.wide(WIDTH), &plan, LANES, draw::year_label(l))
    }

    fn sum_rows(&self) -> Vec<SumRow> {
        let l = self.cx.l;
        self.sums
            .iter()
            .filter_map(|s| {
                let program = self.c.program(s.program)?;
                let list = |show: Show, n: i64| (n, ListAddress::of(show).program(&program.code).path());
                Some(SumRow {
                    code: program.code.clone(),
                    name: program.name(l).to_owned(),
                    toggle: self.toggle(&program.code),
                    is_open: self.open.contains(&program.code.as_str()),
                    tasks: s.tasks,
                    counts: vec![
                        list(Show::Met, s.met),
                        list(Show::Planned, s.planned),
                        list(Show::Late, s.late),
                        list(Show::Pushed, s.pushed),
                        list(Show::Waiting, s.waiting),
                        list(Show::Missed, s.missed),
                    ],
                })
            })
            .collect()
    }

    fn task_rows(&self, drawing: &Drawing<'_>, rows_of: &HashMap<Uuid, Vec<&Row>>) -> Vec<TaskRow> {
        let l = self.cx.l;
        self.tasks
            .iter()
            .map(|t| {
                let none = Vec::new();
                let rows = rows_of.get(&t.id).unwrap_or(&none);
                let lane = lanes::task_lane(drawing, t, rows);
                TaskRow {
                    title: l.name(&t.title_ja, t.title_en.as_deref()).to_owned(),
                    href: task_milestones_path(t.id.into()),
                    number: t.number.clone().unwrap_or_default(),
                    period: format!("{} – {}", t.starts_on, t.ends_on),
                    late: lane.late,
                    milestones: lane
                        .diamonds
                        .into_iter()
                        .map(|d| (d.title, d.href.unwrap_or_default()))
                        .collect(),
                }
            })
            .collect()
    }
}
