//! Scenarios side by side: program × scenario, each with its difference from the budget as it stands.

use std::collections::BTreeSet;

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::budget::positions::Balance;
use crate::budget::positions::queries::{self as positions, Wanted};
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::kernel::Yen;
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
    now: Yen,
    totals: Vec<(Yen, Yen)>,
    shows_all: bool,
    all_href: String,
    file_action: String,
    mixed: bool,
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
    now: Yen,
    /// What the program would have, and the difference.
    cells: Vec<(Yen, Yen)>,
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
        let Some(first) = scenarios.first() else {
            return Ok(Self { cx, scenarios, balances: Vec::new(), rows: Vec::new(), shows_all: false });
        };
        let wanted = Wanted { year: Some(first.year), ..Wanted::default() };
        let slot = (first.stage, first.round);
        let mut balances = positions::balances(cx.pool(), &wanted).await?;
        balances.retain(|b| (b.stage, b.round) == slot);
        let shows_all = !query.all.is_empty();
        let changes: Vec<_> = scenarios.iter().map(Scenario::by_program).collect();
        let mut programs: BTreeSet<Uuid> = changes.iter().flat_map(|c| c.keys().copied()).collect();
        if shows_all {
            programs.extend(balances.iter().filter_map(|b| b.program));
        }
        let mut rows: Vec<Row> = programs
            .into_iter()
            .filter_map(|id| {
                let program = catalogue.program(id)?;
                let now: Yen = balances.iter().filter(|b| b.program == Some(id)).map(Balance::amount).sum();
                let change =
                    |c: &std::collections::BTreeMap<Uuid, Yen>| c.get(&id).copied().unwrap_or_default();
                Some(Row {
                    code: program.code.clone(),
                    name: program.name(cx.l).to_owned(),
                    href: format!("/budget/programs/{}", program.code),
                    now,
                    cells: changes.iter().map(|c| (now + change(c), change(c))).collect(),
                })
            })
            .collect();
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Self { cx, scenarios, balances, rows, shows_all })
    }

    fn totals(&self) -> (Yen, Vec<(Yen, Yen)>) {
        let now = self.rows.iter().map(|r| r.now).sum();
        let at = |i: usize| {
            let cells = || self.rows.iter().map(|r| r.cells[i]);
            (cells().map(|c| c.0).sum(), cells().map(|c| c.1).sum())
        };
        (now, (0..self.scenarios.len()).map(at).collect())
    }

    fn query(&self) -> String {
        self.scenarios.iter().map(|s| format!("s={}", s.id)).collect::<Vec<_>>().join("&")
    }
}

pub async fn show(cx: Cx, Asked(query): Asked<ComparisonQuery>) -> Outcome {
    let view = View::of(cx, query).await?;
    let (cx, l) = (&view.cx, view.cx.l);
    let (now, totals) = view.totals();
    let column = |s: &Scenario| Column {
        name: s.name.clone(),
        href: routes::scenario(s.id),
        base: base(cx, s),
        is_below_zero: super::super::model::effects(s, &view.balances).iter().any(|e| e.after().0 < 0),
    };
    let mut bases: Vec<(crate::kernel::FiscalYear, &str, i16)> =
        view.scenarios.iter().map(|s| (s.year, s.stage.code(), s.round)).collect();
    bases.dedup();
    render(&ComparisonPage {
        columns: view.scenarios.iter().map(column).collect(),
        mixed: bases.len() > 1,
        now,
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
    let mut labels =
        [l.t("事業番号", "Code"), l.t("事業", "Program"), l.t("いまの額", "Now")].map(str::to_owned).to_vec();
    for s in &view.scenarios {
        labels.extend([s.name.clone(), format!("{}{}", s.name, l.t("（差）", " (difference)"))]);
    }
    let numbers = |cells: &[(Yen, Yen)]| {
        cells
            .iter()
            .flat_map(|(yen, change)| [Datum::Number(yen.0), Datum::Number(change.0)])
            .collect::<Vec<_>>()
    };
    let mut rows: Vec<Vec<Datum>> = view
        .rows
        .iter()
        .map(|r| {
            [vec![Datum::text(&r.code), Datum::text(&r.name), Datum::Number(r.now.0)], numbers(&r.cells)]
                .concat()
        })
        .collect();
    let (now, totals) = view.totals();
    rows.push(
        [vec![Datum::Empty, Datum::text(l.t("合計", "Total")), Datum::Number(now.0)], numbers(&totals)]
            .concat(),
    );
    let widths = [vec![10, 44, 18], vec![18; view.scenarios.len() * 2]].concat();
    let sheet = Sheet {
        title: l.t("シナリオの比較", "Scenarios").to_owned(),
        labels,
        widths,
        rows,
        asked: view.scenarios.iter().map(|s| (s.name.clone(), base(cx, s))).collect(),
    };
    sheets::send(cx, &form, sheet).await
}
