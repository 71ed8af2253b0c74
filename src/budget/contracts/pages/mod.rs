//! The table of a year: budget, movements, adjustment fund, contracts, remainder.
//!
//! Contracts are known where the viewer may know every task of the program in the year; the sum of some of them would
//! leave a remainder that is wrong, so none is shown.

pub mod of_task;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::analytics::links::TaskQuery;
use crate::budget::overview::pages::Chosen;
use crate::budget::overview::pages::program::Available;
use crate::budget::overview::queries::{self, Contracts};
use crate::budget::positions::Balance;
use crate::budget::positions::queries::{self as positions, Wanted};
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::kernel::Yen;
use crate::web::view::{Choice, Figure};
use crate::web::{Access, Asked, Cx, Outcome, Page, PageError, Section, Submitted, paths, render};

use super::queries::task_counts;

/// What the page may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ContractsQuery {
    year: String,
    ministry: String,
    /// Any text: only programs whose contracts are over the budget.
    over: String,
}

#[derive(Template)]
#[template(path = "budget/contracts/show.html")]
struct ContractsPage {
    page: Page,
    lead: String,
    years: Vec<Choice>,
    ministries: Vec<Choice>,
    only_over: bool,
    figures: Vec<Figure>,
    rows: Vec<Row>,
    total: Sums,
    /// Contracts of some programs are not known to the viewer.
    partly: bool,
    /// May open slips.
    sees_slips: bool,
    file_action: String,
}

/// A program with its sums.
struct Row {
    code: String,
    name: String,
    href: String,
    tasks_href: String,
    moved_href: String,
    grants_href: String,
    sums: Sums,
}

/// Sums of a row or of the table.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Nothing where no budget in law names the program.
    available: Option<Available>,
    /// Nothing where the viewer may not know every task.
    spent: Option<Spent>,
}

/// Contracts of a row or of the table.
#[derive(Clone, Copy, Default)]
struct Spent {
    tasks: i64,
    direct: Yen,
    indirect: Yen,
    total: Yen,
}

impl Spent {
    fn plus(self, other: Self) -> Self {
        Self {
            tasks: self.tasks + other.tasks,
            direct: self.direct + other.direct,
            indirect: self.indirect + other.indirect,
            total: self.total + other.total,
        }
    }

    /// Contracts whose direct and indirect parts are not known.
    fn unsplit(&self) -> Yen {
        self.total - self.direct - self.indirect
    }
}

impl Sums {
    fn left(&self) -> Option<Yen> {
        Some(self.available?.total() - self.spent?.total)
    }

    fn is_over(&self) -> bool {
        self.left().is_some_and(|left| left.0 < 0)
    }

    fn add(&mut self, other: &Self) {
        if let Some(more) = other.available {
            let have = self.available.unwrap_or_default();
            self.available = Some(Available {
                budget: have.budget + more.budget,
                moved: have.moved + more.moved,
                adjustment: have.adjustment + more.adjustment,
            });
        }
        self.spent = self.spent.zip(other.spent).map(|(have, more)| have.plus(more));
    }
}

struct View {
    cx: Cx,
    query: ContractsQuery,
    chosen: Chosen,
    rows: Vec<Row>,
    total: Sums,
    partly: bool,
}

impl View {
    async fn of(cx: Cx, query: ContractsQuery) -> Result<Self, PageError> {
        let chosen = Chosen::of(&cx, &query.year, "").await?;
        let year = Some(chosen.year);
        let balances = positions::balances(cx.pool(), &Wanted { year, ..Wanted::default() }).await?;
        let granted = queries::grants(cx.pool(), year, None).await?;
        let contracts = queries::contracts(&cx.state.read_pool, &cx.viewer.rights, year, None).await?;
        let contracts: BTreeMap<Uuid, Contracts> = contracts.into_iter().map(|c| (c.program, c)).collect();
        // How many tasks there are, for those who do not see them all.
        let counts = if cx.viewer.rights.sees_all {
            HashMap::new()
        } else {
            task_counts(&cx.state.read_pool, year, None).await?
        };
        let mut partly = false;
        let mut programs: BTreeSet<Uuid> = balances.iter().filter_map(|b| b.program).collect();
        programs.extend(granted.iter().map(|g| g.program));
        programs.extend(contracts.keys());
        programs.extend(counts.keys().map(|(program, _)| program));
        let mut rows: Vec<Row> = programs
            .into_iter()
            .filter_map(|id| {
                let program = chosen.catalogue.program(id)?;
                if !query.ministry.is_empty()
                    && program.ministry_code.as_deref() != Some(query.ministry.as_str())
                {
                    return None;
                }
                let own: Vec<&Balance> = balances.iter().filter(|b| b.program == Some(id)).collect();
                let seen = contracts.get(&id).cloned().unwrap_or_default();
                let knows_all = counts.get(&(id, chosen.year)).is_none_or(|all| seen.tasks >= *all);
                partly |= !knows_all;
                let spent = Spent {
                    tasks: seen.tasks,
                    direct: seen.direct,
                    indirect: seen.indirect,
                    total: seen.total,
                };
                let sums = Sums {
                    available: Available::of(own.iter().copied(), granted.iter().filter(|g| g.program == id)),
                    spent: knows_all.then_some(spent),
                };
                let short = chosen.year.short();
                (query.over.is_empty() || sums.is_over()).then(|| Row {
                    code: program.code.clone(),
                    name: program.name(cx.l).to_owned(),
                    href: format!("/budget/programs/{}", program.code),
                    tasks_href: TaskQuery::all().program(&chosen.catalogue, id).in_year(chosen.year),
                    moved_href: paths::with_query(
                        "/budget/slips",
                        &[("year", &short), ("state", "applied"), ("program", &program.code)],
                    ),
                    grants_href: format!("/budget/programs/{}#grants", program.code),
                    sums,
                })
            })
            .collect();
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        let mut total = Sums { available: None, spent: Some(Spent::default()) };
        rows.iter().for_each(|row| total.add(&row.sums));
        Ok(Self { cx, query, chosen, rows, total, partly })
    }
}

pub async fn show(cx: Cx, Asked(query): Asked<ContractsQuery>) -> Outcome {
    let view = View::of(cx, query).await?;
    let (cx, l, chosen) = (&view.cx, view.cx.l, &view.chosen);
    let page = cx
        .page(Section::Budget, l.t("契約と残額", "Contracts against the budget"))
        .crumb(l.t("予算", "Budget"), "/budget");
    let over = view.rows.iter().filter(|r| r.sums.is_over()).count();
    let short = chosen.year.short();
    let over_href = paths::with_query(
        "/budget/contracts",
        &[("year", &short), ("ministry", &view.query.ministry), ("over", "1")],
    );
    let mut ministries = vec![Choice::new("", l.t("すべて", "All"), view.query.ministry.is_empty())];
    ministries.extend(
        chosen
            .catalogue
            .ministries
            .iter()
            .map(|m| Choice::new(&m.code, m.name(l), m.code == view.query.ministry)),
    );
    let figure = |label: &str, yen: Option<Yen>| match yen {
        Some(yen) => page.figure(label, yen),
        None => Figure {
            label: label.to_owned(),
            value: "－".to_owned(),
            unit: String::new(),
            href: None,
            note: l.t("閲覧できない課題があります", "Some tasks are not shown to you").to_owned(),
        },
    };
    let spent = view.total.spent;
    let left = spent.map(|_| view.total.left().unwrap_or_default());
    let figures = vec![
        page.figure(l.t("使える額", "Available"), view.total.available.unwrap_or_default().total()),
        figure(l.t("契約額", "Contracts"), spent.map(|s| s.total))
            .opening(TaskQuery::all().in_year(chosen.year)),
        figure(l.t("残額", "Remaining"), left),
        Figure {
            label: l.t("超過している事業", "Programs over budget").to_owned(),
            value: over.to_string(),
            unit: l.t("件", "").to_owned(),
            href: Some(over_href),
            note: String::new(),
        },
    ];
    render(&ContractsPage {
        lead: sheets::year_text(cx, chosen.year),
        years: chosen.year_choices(cx),
        ministries,
        only_over: !view.query.over.is_empty(),
        figures,
        partly: view.partly,
        sees_slips: Access::STAFF.admits(&cx.viewer),
        file_action: format!("/budget/contracts/file?{}", cx.facts.query),
        total: view.total,
        rows: view.rows,
        page: page.beside(tabs::tabs(cx, MoneyTab::Contracts)),
    })
}

/// The table as a file.
pub async fn file(
    cx: Cx,
    Asked(query): Asked<ContractsQuery>,
    Submitted(form): Submitted<FileForm>,
) -> Outcome {
    let view = View::of(cx, query).await?;
    let (cx, l) = (&view.cx, view.cx.l);
    let cells = |code: &str, name: &str, s: &Sums| {
        let known = |f: fn(Available) -> Yen| s.available.map_or(Datum::Empty, |a| Datum::Number(f(a).0));
        let spent = |f: fn(Spent) -> Yen| s.spent.map_or(Datum::Empty, |spent| Datum::Number(f(spent).0));
        vec![
            Datum::text(code),
            Datum::text(name),
            known(|a| a.budget),
            known(|a| a.moved),
            known(|a| a.adjustment),
            known(Available::total),
            s.spent.map_or(Datum::Empty, |spent| Datum::Number(spent.tasks)),
            spent(|spent| spent.direct),
            spent(|spent| spent.indirect),
            spent(|spent| spent.total),
            s.left().map_or(Datum::Empty, |left| Datum::Number(left.0)),
        ]
    };
    let mut rows: Vec<Vec<Datum>> = view.rows.iter().map(|r| cells(&r.code, &r.name, &r.sums)).collect();
    rows.push(cells("", l.t("合計", "Total"), &view.total));
    let mut asked = vec![(
        l.t("版", "Version").to_owned(),
        format!(
            "{} {}",
            sheets::year_text(cx, view.chosen.year),
            l.t("出力時点で有効な予算版", "versions in force when written")
        ),
    )];
    if view.partly {
        let note = l.t(
            "閲覧できない課題がある事業の契約額と残額は空欄です。",
            "Contracts and remainder are blank where some tasks of the program are not shown to you.",
        );
        asked.push((l.t("注", "Note").to_owned(), note.to_owned()));
    }
    let sheet = Sheet {
        title: format!("{}_{}", l.t("契約と残額", "Contracts"), view.chosen.year.short()),
        labels: [
            l.t("事業番号", "Code"),
            l.t("事業", "Program"),
            l.t("当初・補正", "Initial and supplementary"),
            l.t("移替・繰越", "Moved"),
            l.t("調整費", "Adjustment fund"),
            l.t("使える額", "Available"),
            l.t("課題数", "Tasks"),
            l.t("直接経費", "Direct"),
            l.t("間接経費", "Indirect"),
            l.t("契約額", "Contracts"),
            l.t("残額（負は超過）", "Remaining (negative: over)"),
        ]
        .map(str::to_owned)
        .to_vec(),
        widths: vec![10, 44, 18, 18, 18, 18, 10, 18, 18, 18, 18],
        rows,
        asked,
    };
    sheets::send(cx, &form, sheet).await
}
