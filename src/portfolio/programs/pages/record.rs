//! The page of one program.

use askama::Template;
use uuid::Uuid;

use crate::analytics::links::TaskQuery;
use crate::analytics::portrait::{Portrait, Sitter, Within};
use crate::analytics::years::{YearQuery, Years};
use crate::analytics::{Cube, figures};
use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue::{self, Catalogue, Program};
use crate::web::{Asked, AtPath, Cx, Outcome, Page, PageError, Section, render};

use super::super::family::{self, Family};
use super::super::{Register, Stage, register};

#[derive(Template)]
#[template(path = "programs/show.html")]
struct ProgramPage {
    page: Page,
    name: String,
    other_name: String,
    code: String,
    action: String,
    facts: Facts,
    portrait: Portrait,
    budget: Vec<BudgetRow>,
    shares: Vec<ShareRow>,
    family: Option<Family>,
    calls: Vec<CallView>,
    may_edit: bool,
}

struct Facts {
    ministry: String,
    period: String,
    is_fund: bool,
    is_unspecified: bool,
    names: Vec<(String, &'static str, String)>,
    remark: String,
    source: String,
}

/// Published amounts beside the contracts of one year.
struct BudgetRow {
    year: String,
    /// In the order of [`Stage::ALL`].
    published: Vec<Option<Yen>>,
    contracts: Option<Yen>,
    tasks: i64,
    href: String,
}

/// A program within a project in the chosen year.
struct ShareRow {
    project: String,
    href: String,
    published: Option<Yen>,
    yen: Yen,
    tasks: i64,
    tasks_href: String,
}

struct CallView {
    year: String,
    /// Calls of the chosen year and later stand open; earlier ones unfold.
    open: bool,
    name: String,
    opens: String,
    closes: String,
    slots: Vec<SlotView>,
}

struct SlotView {
    step: String,
    name: String,
    new_tasks: String,
    ceiling: Option<Yen>,
    years: String,
    phases: String,
}

pub async fn show(cx: Cx, AtPath(code): AtPath<String>, Asked(query): Asked<YearQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let program = catalogue.programs.iter().find(|p| p.code == code).ok_or(PageError::NotFound)?;
    let register = register(&cx).await?;
    let years = Years::of(&cx, &query.year).await?;
    let cube = figures::whole_cube(&cx).await?;
    let l = cx.l;
    let page = cx.page(Section::Programs, program.name(l)).crumb(l.t("事業", "Programs"), "/programs");
    let sitter = Sitter {
        cx: &cx,
        page: &page,
        catalogue: &catalogue,
        years: &years,
        cube: &cube,
        query: TaskQuery::all().program(&catalogue, program.id),
        within: Within { program: Some(program.id), ..Within::default() },
    };
    let portrait = sitter.portrait(|g| g.program == program.id).await?;
    let view = View { cx: &cx, catalogue: &catalogue, register: &register, cube: &cube, program };
    render(&ProgramPage {
        name: program.name(l).to_owned(),
        other_name: l.other().name(&program.name_ja, program.name_en.as_deref()).to_owned(),
        code: program.code.clone(),
        action: format!("/programs/{}", program.code),
        facts: view.facts(),
        budget: view.budget(),
        shares: view.shares(years.chosen),
        family: family::draw(l, &catalogue, &register, program.id),
        calls: view.calls(years.chosen),
        may_edit: cx.viewer.is_administrator(),
        portrait,
        page,
    })
}

struct View<'a> {
    cx: &'a Cx,
    catalogue: &'a Catalogue,
    register: &'a Register,
    cube: &'a Cube,
    program: &'a Program,
}

impl View<'_> {
    fn facts(&self) -> Facts {
        let l = self.cx.l;
        let record = self.register.record(self.program.id);
        let ministry = self.program.ministry_code.as_deref().and_then(|code| self.catalogue.ministry(code));
        let names = self.register.names.iter().filter(|n| n.program_id == self.program.id);
        let years = |from: Option<FiscalYear>, to: Option<FiscalYear>| match (from, to) {
            (None, None) => String::new(),
            (from, to) => {
                let print = |y: Option<FiscalYear>| y.map(|y| y.short()).unwrap_or_default();
                format!("{}{}{}", print(from), l.t("～", "–"), print(to))
            }
        };
        Facts {
            ministry: ministry.map(|m| m.name(l).to_owned()).unwrap_or_default(),
            period: record.map(|r| family::period(l, r)).unwrap_or_default(),
            is_fund: record.is_some_and(|r| r.is_fund),
            is_unspecified: record.is_some_and(|r| r.is_unspecified),
            names: names.map(|n| (n.name.clone(), n.kind.name(l), years(n.first_fy, n.last_fy))).collect(),
            remark: record.and_then(|r| r.remark.clone()).unwrap_or_default(),
            source: record.and_then(|r| r.source.clone()).unwrap_or_default(),
        }
    }

    fn budget(&self) -> Vec<BudgetRow> {
        let contracts = self.cube.by_year(|g| g.program == self.program.id);
        let published: Vec<_> =
            self.register.published.iter().filter(|p| p.program_id == self.program.id).collect();
        let mut years: Vec<FiscalYear> = published.iter().map(|p| p.fiscal_year).collect();
        years.extend(contracts.keys().filter_map(|y| FiscalYear::try_from(*y).ok()));
        years.sort_unstable();
        years.dedup();
        let row = |year: FiscalYear| {
            let sum = i16::try_from(year.year()).ok().and_then(|y| contracts.get(&y)).copied();
            let at = |stage| {
                published.iter().find(|p| p.fiscal_year == year && p.stage == stage).map(|p| p.amount)
            };
            BudgetRow {
                year: crate::analytics::words::year(self.cx.l, year),
                published: Stage::ALL.into_iter().map(at).collect(),
                contracts: sum.map(|s| s.yen),
                tasks: sum.map_or(0, |s| s.tasks),
                href: TaskQuery::all().program(self.catalogue, self.program.id).in_year(year),
            }
        };
        years.into_iter().rev().map(row).collect()
    }

    fn shares(&self, year: FiscalYear) -> Vec<ShareRow> {
        let l = self.cx.l;
        let of_year = |g: &&crate::analytics::cube::Group| {
            g.program == self.program.id && i32::from(g.fiscal_year) == year.year()
        };
        let published: Vec<_> = self
            .register
            .shares
            .iter()
            .filter(|s| s.program_id == self.program.id && s.fiscal_year == year)
            .collect();
        let mut projects: Vec<Option<Uuid>> = published.iter().map(|s| Some(s.project_id)).collect();
        projects.extend(self.cube.groups().filter(of_year).map(|g| g.project));
        projects
            .sort_by_key(|id| id.and_then(|id| self.catalogue.project(id)).map_or(i16::MAX, |p| p.number));
        projects.dedup();
        let row = |id: Option<Uuid>| {
            let project = id.and_then(|id| self.catalogue.project(id));
            let sum = self.cube.sum(|g| of_year(&g) && g.project == id);
            let query = TaskQuery::all().project(self.catalogue, id).program(self.catalogue, self.program.id);
            ShareRow {
                project: project.map_or_else(
                    || l.t("プロジェクト未設定", "No project stated").to_owned(),
                    |p| format!("{} {}", p.number, p.name(l)),
                ),
                href: id.map(|id| format!("/projects/{id}?year={year}")).unwrap_or_default(),
                published: published.iter().find(|s| Some(s.project_id) == id).and_then(|s| s.amount),
                yen: sum.yen,
                tasks: sum.tasks,
                tasks_href: query.in_year(year),
            }
        };
        projects.into_iter().map(row).collect()
    }

    fn calls(&self, year: FiscalYear) -> Vec<CallView> {
        let l = self.cx.l;
        let print = |day: Option<chrono::NaiveDate>| {
            day.map(|d| d.format("%Y-%m-%d").to_string()).unwrap_or_default()
        };
        let calls = self.register.calls.iter().filter(|c| c.program_id == self.program.id);
        calls
            .map(|call| CallView {
                year: crate::analytics::words::year(l, call.fiscal_year),
                open: call.fiscal_year >= year,
                name: l.name(&call.name_ja, call.name_en.as_deref()).to_owned(),
                opens: print(call.opens_on),
                closes: print(call.closes_on),
                slots: call
                    .slots
                    .iter()
                    .map(|slot| SlotView {
                        step: l
                            .name(slot.step.as_deref().unwrap_or_default(), slot.step_en.as_deref())
                            .to_owned(),
                        name: l.name(&slot.name_ja, slot.name_en.as_deref()).to_owned(),
                        new_tasks: if slot.min_new == slot.max_new {
                            slot.max_new.to_string()
                        } else {
                            format!("{}{}{}", slot.min_new, l.t("～", "–"), slot.max_new)
                        },
                        ceiling: slot.yearly_ceiling,
                        years: slot.max_years.map(|y| y.to_string()).unwrap_or_default(),
                        phases: self.phase_names(&slot.phase_ids),
                    })
                    .collect(),
            })
            .collect()
    }

    fn phase_names(&self, ids: &[i16]) -> String {
        let l = self.cx.l;
        let names: Vec<&str> =
            ids.iter().filter_map(|id| self.catalogue.value(*id)).map(|v| v.name(l)).collect();
        names.join(l.t("、", ", "))
    }
}
