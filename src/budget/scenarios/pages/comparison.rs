//! Scenarios side by side: program × scenario, each with its difference from the budget as it stands.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::budget::positions::Balance;
use crate::budget::positions::queries::{self as positions, Wanted};
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue;
use crate::web::{Asked, Cx, Outcome, Page, PageError, Section, Submitted, render};

use super::super::model::Scenario;
use super::super::{queries, routes};
use super::base;

/// Scenarios side by side at most; more columns nobody reads.
const MOST: usize = 8;

/// What the page may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ComparisonQuery {
    /// Ids of scenarios.
    s: Vec<Uuid>,
    /// Any text: programs that no scenario changes too.
    all: String,
}

#[derive(Template)]
#[template(path = "budget/scenarios/comparison.html")]
struct ComparisonPage {
    page: Page,
    columns: Vec<Column>,
    rows: Vec<Row>,
    totals: Vec<Cell>,
    /// What all scenarios start from; nothing where they stand on different budgets: then each has its own column.
    now: Option<Yen>,
    shows_all: bool,
    all_href: String,
    file_action: String,
}

struct Column {
    name: String,
    href: String,
    base: String,
    is_below_zero: bool,
}

struct Row {
    code: String,
    name: String,
    href: String,
    /// In the budget of the first scenario; of all where they stand on one.
    now: Yen,
    /// One per scenario.
    cells: Vec<Cell>,
}

/// A program in a scenario: what it has in the budget that the scenario stands on, what it would have, and the difference.
struct Cell {
    now: Yen,
    then: Yen,
    change: Yen,
}

impl Cell {
    fn new(now: Yen, change: Yen) -> Self {
        Self { now, then: now + change, change }
    }
}

struct View {
    cx: Cx,
    scenarios: Vec<Scenario>,
    balances: Vec<Balance>,
    rows: Vec<Row>,
    shows_all: bool,
}

impl View {
    async fn of(cx: Cx, query: ComparisonQuery) -> Result<Self, PageError> {
        let mut ids = query.s;
        ids.truncate(MOST);
        let mut scenarios = queries::scenarios(cx.pool(), Some(&ids), 100).await?;
        scenarios.sort_by_key(|s| ids.iter().position(|id| *id == s.id.0));
        let catalogue = catalogue::of(&cx).await?;
        let years: BTreeSet<FiscalYear> = scenarios.iter().map(|s| s.year).collect();
        let mut balances = Vec::new();
        for year in years {
            let wanted = Wanted { year: Some(year), ..Wanted::default() };
            balances.extend(positions::balances(cx.pool(), &wanted).await?);
        }
        let shows_all = !query.all.is_empty();
        let sums: Vec<(BTreeMap<Uuid, Yen>, BTreeMap<Uuid, Yen>)> =
            scenarios.iter().map(|s| (standing(s, &balances), s.by_program())).collect();
        let mut programs: BTreeSet<Uuid> =
            sums.iter().flat_map(|(_, changes)| changes.keys().copied()).collect();
        if shows_all {
            programs.extend(sums.iter().flat_map(|(now, _)| now.keys().copied()));
        }
        let mut rows: Vec<Row> = programs
            .into_iter()
            .filter_map(|id| {
                let program = catalogue.program(id)?;
                let of = |sums: &BTreeMap<Uuid, Yen>| sums.get(&id).copied().unwrap_or_default();
                let cells: Vec<Cell> =
                    sums.iter().map(|(now, change)| Cell::new(of(now), of(change))).collect();
                Some(Row {
                    code: program.code.clone(),
                    name: program.name(cx.l).to_owned(),
                    href: format!("/budget/programs/{}", program.code),
                    now: cells.first().map(|c| c.now).unwrap_or_default(),
                    cells,
                })
            })
            .collect();
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Self { cx, scenarios, balances, rows, shows_all })
    }

    fn totals(&self) -> Vec<Cell> {
        let at = |i: usize| {
            let cells = || self.rows.iter().filter_map(move |r| r.cells.get(i));
            Cell::new(cells().map(|c| c.now).sum(), cells().map(|c| c.change).sum())
        };
        (0..self.scenarios.len()).map(at).collect()
    }

    /// Whether the scenarios stand on different budgets.
    fn is_mixed(&self) -> bool {
        let base = |s: &Scenario| (s.year, s.stage, s.round);
        self.scenarios.windows(2).any(|pair| base(&pair[0]) != base(&pair[1]))
    }

    fn query(&self) -> String {
        self.scenarios.iter().map(|s| format!("s={}", s.id)).collect::<Vec<_>>().join("&")
    }
}

/// What each program has in the budget that a scenario stands on.
fn standing(scenario: &Scenario, balances: &[Balance]) -> BTreeMap<Uuid, Yen> {
    let mut programs: BTreeMap<Uuid, Yen> = BTreeMap::new();
    for b in balances {
        if let Some(place) = b.place().filter(|p| scenario.covers(p)) {
            let cell = programs.entry(place.program).or_default();
            *cell = *cell + b.amount();
        }
    }
    programs
}

pub async fn show(cx: Cx, Asked(query): Asked<ComparisonQuery>) -> Outcome {
    let view = View::of(cx, query).await?;
    let (cx, l) = (&view.cx, view.cx.l);
    let totals = view.totals();
    let column = |s: &Scenario| Column {
        name: s.name.clone(),
        href: routes::scenario(s.id),
        base: base(cx, s),
        is_below_zero: super::super::model::effects(s, &view.balances).iter().any(|e| e.after().0 < 0),
    };
    render(&ComparisonPage {
        columns: view.scenarios.iter().map(column).collect(),
        now: totals.first().map(|c| c.now).filter(|_| !view.is_mixed()),
        totals,
        shows_all: view.shows_all,
        all_href: format!(
            "/budget/scenarios/comparison?{}{}",
            view.query(),
            if view.shows_all { "" } else { "&all=1" }
        ),
        file_action: format!("/budget/scenarios/comparison/file?{}", cx.facts.query),
        page: cx
            .page(Section::Budget, l.t("シナリオの比較", "Scenarios side by side"))
            .crumb(l.t("予算", "Budget"), "/budget")
            .crumb(l.t("シナリオ", "Scenarios"), routes::SCENARIOS)
            .beside(tabs::tabs(cx, MoneyTab::Scenarios)),
        rows: view.rows,
    })
}

/// The comparison as a file.
pub async fn file(
    cx: Cx,
    Asked(query): Asked<ComparisonQuery>,
    Submitted(form): Submitted<FileForm>,
) -> Outcome {
    let view = View::of(cx, query).await?;
    let (cx, l) = (&view.cx, view.cx.l);
    let mixed = view.is_mixed();
    let mut labels = [l.t("事業番号", "Code"), l.t("事業", "Program")].map(str::to_owned).to_vec();
    if !mixed {
        labels.push(l.t("いまの額", "Now").to_owned());
    }
    for s in &view.scenarios {
        if mixed {
            labels.push(format!("{}{}", s.name, l.t("（いまの額）", " (now)")));
        }
        labels.extend([s.name.clone(), format!("{}{}", s.name, l.t("（差）", " (difference)"))]);
    }
    let numbers = |cells: &[Cell]| {
        let common = cells.first().filter(|_| !mixed).map(|c| c.now);
        let each = cells.iter().flat_map(|c| [Some(c.now).filter(|_| mixed), Some(c.then), Some(c.change)]);
        std::iter::once(common).chain(each).flatten().map(|yen| Datum::Number(yen.0)).collect::<Vec<_>>()
    };
    let mut rows: Vec<Vec<Datum>> = view
        .rows
        .iter()
        .map(|r| [vec![Datum::text(&r.code), Datum::text(&r.name)], numbers(&r.cells)].concat())
        .collect();
    rows.push([vec![Datum::Empty, Datum::text(l.t("合計", "Total"))], numbers(&view.totals())].concat());
    let widths = [vec![10, 44], vec![18; labels.len() - 2]].concat();
    let sheet = Sheet {
        title: l.t("シナリオの比較", "Scenarios").to_owned(),
        labels,
        widths,
        rows,
        asked: view.scenarios.iter().map(|s| (s.name.clone(), base(cx, s))).collect(),
    };
    sheets::send(cx, &form, sheet).await
}
