//! The money of one program over the years, across its lineage: every budget of each year, movements, the adjustment fund,
//! and the contracts that it went into.

use std::collections::BTreeMap;

use askama::Template;
use serde::Deserialize;

use crate::analytics::links::TaskQuery;
use crate::budget::ledger::grants::queries as grants;
use crate::budget::ledger::rounds::pages::show::GrantRow;
use crate::budget::model::{Kind, Stage};
use crate::budget::overview::model::Slot;
use crate::budget::overview::{queries, routes};
use crate::budget::positions::Balance;
use crate::budget::positions::queries::{self as positions, InForce, Wanted};
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::slips::pages::SlipRow;
use crate::budget::slips::queries as slips;
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue::{self, Catalogue, Program};
use crate::portfolio::programs::{self, family};
use crate::web::charts::{Cell, Grid, Head, Markup, Series, figure, stacked_columns};
use crate::web::{Access, Asked, AtPath, Cx, Outcome, Page, PageError, Section, Submitted, paths, render};

use super::measure;

/// Stages that have a column, in the order of a budget's year.
const STAGES: [Stage; 6] = [
    Stage::Request,
    Stage::SpecialRequest,
    Stage::Draft,
    Stage::Initial,
    Stage::Supplementary,
    Stage::Adjustment,
];

/// What the page may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProgramQuery {
    /// `own`: without the programs it came from or led to.
    lineage: String,
}

#[derive(Template)]
#[template(path = "budget/overview/program.html")]
struct ProgramPage {
    page: Page,
    name: String,
    other_name: String,
    code: String,
    family: Vec<(String, String)>,
    lineage_href: String,
    with_lineage: bool,
    stages: Vec<&'static str>,
    rows: Vec<Row>,
    chart: Option<Markup>,
    grants: Vec<GrantRow>,
    slips: Vec<SlipRow>,
    file_action: String,
    /// May open slips.
    opens: bool,
}

struct Row {
    year: String,
    /// In the order of [`STAGES`]; nothing where no version in force names the program.
    stages: Vec<Option<(Yen, String)>>,
    moved: Yen,
    moved_href: String,
    granted: Yen,
    available: Option<Yen>,
    contracts: Option<Yen>,
    contracts_href: String,
}

struct View {
    cx: Cx,
    catalogue: std::sync::Arc<Catalogue>,
    program: Program,
    members: Vec<uuid::Uuid>,
    with_lineage: bool,
    balances: Vec<Balance>,
    versions: Vec<InForce>,
    granted: Vec<queries::GrantSum>,
    contracts: Vec<queries::Contracts>,
}

impl View {
    async fn of(cx: Cx, code: &str, query: &ProgramQuery) -> Result<Self, PageError> {
        let catalogue = catalogue::of(&cx).await?;
        let program = catalogue.programs.iter().find(|p| p.code == code).ok_or(PageError::NotFound)?.clone();
        let register = programs::register(&cx).await?;
        let with_lineage = query.lineage != "own";
        let members =
            if with_lineage { family::members(&register.lineage, program.id) } else { vec![program.id] };
        let wanted = Wanted { programs: Some(members.clone()), ..Wanted::default() };
        let balances = positions::balances(cx.pool(), &wanted).await?;
        let versions = positions::in_force(cx.pool(), None).await?;
        let mut granted = queries::grants(cx.pool(), None, None).await?;
        granted.retain(|g| members.contains(&g.program));
        let mut contracts = Vec::new();
        for member in &members {
            contracts.extend(
                queries::contracts(&cx.state.read_pool, &cx.viewer.rights, None, Some(*member)).await?,
            );
        }
        Ok(Self { cx, catalogue, program, members, with_lineage, balances, versions, granted, contracts })
    }

    fn years(&self) -> Vec<FiscalYear> {
        let mut years: Vec<FiscalYear> = self.balances.iter().map(|b| b.year).collect();
        years.extend(self.granted.iter().map(|g| g.year));
        years.extend(self.contracts.iter().filter_map(|c| c.year));
        years.sort_unstable();
        years.dedup();
        years
    }

    /// Whether a version is in force; without one a stage has no figure, even where money was carried over into it.
    fn has_version(&self, year: FiscalYear, stage: Stage) -> bool {
        self.versions.iter().any(|v| (v.year, v.stage) == (year, stage))
    }

    fn row(&self, year: FiscalYear) -> Row {
        let of_year = || self.balances.iter().filter(move |b| b.year == year);
        let stage = |stage: Stage| {
            let mut at = of_year().filter(|b| b.stage == stage && self.has_version(year, stage)).peekable();
            let first = at.peek().map(|b| Slot { stage, round: b.round })?;
            let href = if self.members.len() == 1 {
                routes::figure(year, first, &[("program", &self.program.id.to_string())])
            } else {
                routes::figure(year, first, &[])
            };
            Some((at.map(|b| b.printed).sum::<Yen>(), href))
        };
        let contracts: Vec<&queries::Contracts> =
            self.contracts.iter().filter(|c| c.year == Some(year)).collect();
        let money = Available::of(of_year(), self.granted.iter().filter(|g| g.year == year));
        let query = self
            .members
            .iter()
            .filter_map(|id| self.catalogue.program(*id))
            .map(|p| p.code.clone())
            .collect::<Vec<_>>()
            .join("|");
        Row {
            year: sheets::year_text(&self.cx, year),
            stages: STAGES.map(stage).to_vec(),
            moved: of_year().map(|b| b.moved).sum(),
            moved_href: paths::with_query(
                "/budget/slips",
                &[("year", &year.short()), ("state", "applied"), ("program", &self.program.code)],
            ),
            granted: self.granted.iter().filter(|g| g.year == year).map(|g| g.amount).sum(),
            available: money.map(|m| m.total()),
            contracts: (!contracts.is_empty()).then(|| contracts.iter().map(|c| c.total).sum()),
            contracts_href: TaskQuery::all().with("program", &query).in_year(year),
        }
    }

    /// The budget in law by year, one series per program of the lineage.
    fn chart(&self, page: &Page) -> Option<Markup> {
        let l = self.cx.l;
        let mut sums: BTreeMap<(uuid::Uuid, FiscalYear), Yen> = BTreeMap::new();
        let in_force = |b: &&Balance| b.stage == Stage::Initial && self.has_version(b.year, b.stage);
        for b in self.balances.iter().filter(in_force) {
            if let Some(program) = b.program {
                let cell = sums.entry((program, b.year)).or_default();
                *cell = *cell + b.amount();
            }
        }
        let mut years: Vec<FiscalYear> = sums.keys().map(|(_, y)| *y).collect();
        years.sort_unstable();
        years.dedup();
        if years.is_empty() {
            return None;
        }
        let slot = Slot { stage: Stage::Initial, round: 0 };
        let cell = |program: uuid::Uuid, year: FiscalYear| match sums.get(&(program, year)) {
            Some(yen) => {
                Cell::new(yen.0 as f64, routes::figure(year, slot, &[("program", &program.to_string())]))
            }
            None => Cell::default(),
        };
        let shown: Vec<uuid::Uuid> =
            self.members.iter().copied().filter(|m| sums.keys().any(|(p, _)| p == m)).take(8).collect();
        let grid = Grid {
            categories_are: l.t("年度", "Fiscal year").to_owned(),
            categories: years.iter().map(|y| y.short()).collect(),
            series: shown
                .iter()
                .map(|id| Series {
                    name: self.catalogue.program(*id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
                    cells: years.iter().map(|y| cell(*id, *y)).collect(),
                })
                .collect(),
        };
        let title = l.t("当初予算の推移（移替後）", "Initial budget after movements");
        let head = Head::new(
            "series",
            title,
            l.t(
                "年度ごとの当初予算。前身・後継の事業を含む",
                "By fiscal year, with the programs it came from or led to",
            ),
        );
        let measure = measure(page);
        let table = grid.table(title, &measure);
        Some(figure(&stacked_columns(&head, &measure, &grid), l.t("表で見る", "Show as a table"), &table))
    }
}

/// What a program can spend in a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Available {
    /// Initial and supplementary budgets as printed, without funds.
    pub budget: Yen,
    /// Applied movements and carry-overs.
    pub moved: Yen,
    /// The adjustment fund: the budget of a round where there is one, otherwise the ledger.
    pub adjustment: Yen,
}

impl Available {
    /// Nothing where neither a budget in law nor a grant names the program. Funds (基金) run over several years and do not
    /// count into one; a round of the adjustment fund that came as a budget is not counted from the ledger again.
    pub fn of<'a>(
        balances: impl Iterator<Item = &'a Balance> + Clone,
        grants: impl Iterator<Item = &'a queries::GrantSum>,
    ) -> Option<Self> {
        let in_law = |b: &&Balance| b.stage.is_in_law() && b.kind != Kind::Fund;
        let rounds: Vec<i16> =
            balances.clone().filter(|b| b.stage == Stage::Adjustment).map(|b| b.round).collect();
        let mut sum = Self::default();
        let mut found = false;
        for b in balances.filter(in_law) {
            found = true;
            sum.moved = sum.moved + b.moved;
            match b.stage {
                Stage::Adjustment => sum.adjustment = sum.adjustment + b.printed,
                _ => sum.budget = sum.budget + b.printed,
            }
        }
        for grant in grants.filter(|g| !rounds.contains(&g.round)) {
            found = true;
            sum.adjustment = sum.adjustment + grant.amount;
        }
        found.then_some(sum)
    }

    pub fn total(self) -> Yen {
        self.budget + self.moved + self.adjustment
    }
}

pub async fn show(cx: Cx, AtPath(code): AtPath<String>, Asked(query): Asked<ProgramQuery>) -> Outcome {
    let view = View::of(cx, &code, &query).await?;
    let (cx, l) = (&view.cx, view.cx.l);
    let page = cx
        .page(Section::Budget, format!("{}{}", view.program.name(l), l.t("の予算", ": money")))
        .crumb(l.t("予算", "Budget"), "/budget");
    let wanted = grants::Wanted { program: Some(view.program.id), ..grants::Wanted::default() };
    let grants = grants::grants(cx.pool(), wanted, 200).await?;
    let wanted = slips::Wanted { program: Some(view.program.id), ..slips::Wanted::default() };
    let slips = slips::slips(cx.pool(), wanted, 100).await?;
    let named =
        view.members.iter().filter(|id| **id != view.program.id).filter_map(|id| view.catalogue.program(*id));
    let own = paths::with_query(&format!("/budget/programs/{}", view.program.code), &[("lineage", "own")]);
    let staff = cx.viewer.rights.sees_open || cx.viewer.rights.sees_all;
    render(&ProgramPage {
        name: format!("{}{}", view.program.name(l), l.t("の予算", ": money")),
        other_name: l.other().name(&view.program.name_ja, view.program.name_en.as_deref()).to_owned(),
        code: view.program.code.clone(),
        family: named.map(|p| (p.name(l).to_owned(), format!("/budget/programs/{}", p.code))).collect(),
        lineage_href: if view.with_lineage { own } else { format!("/budget/programs/{}", view.program.code) },
        with_lineage: view.with_lineage,
        stages: STAGES.iter().map(|s| l.t(s.japanese(), s.english())).collect(),
        rows: view.years().into_iter().rev().map(|y| view.row(y)).collect(),
        chart: view.chart(&page),
        grants: if staff {
            grants.iter().map(|g| GrantRow::of(cx, &view.catalogue, g)).collect()
        } else {
            Vec::new()
        },
        slips: if staff {
            slips.iter().map(|s| SlipRow::of(cx, &view.catalogue, s)).collect()
        } else {
            Vec::new()
        },
        file_action: format!("/budget/programs/{}/file?{}", view.program.code, cx.facts.query),
        opens: Access::STAFF.admits(&cx.viewer),
        page: page.beside(tabs::tabs(cx, MoneyTab::Overview)),
    })
}

/// The series as a file.
pub async fn file(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Asked(query): Asked<ProgramQuery>,
    Submitted(form): Submitted<FileForm>,
) -> Outcome {
    let view = View::of(cx, &code, &query).await?;
    let (cx, l) = (&view.cx, view.cx.l);
    let mut labels = vec![l.t("年度", "Fiscal year").to_owned()];
    labels.extend(STAGES.iter().map(|s| l.t(s.japanese(), s.english()).to_owned()));
    labels.extend(
        [
            l.t("移替・繰越", "Moved"),
            l.t("調整費の配分", "Grants"),
            l.t("使える額", "Available"),
            l.t("契約額", "Contracts"),
        ]
        .map(str::to_owned),
    );
    let optional = |yen: Option<Yen>| yen.map_or(Datum::Empty, |y| Datum::Number(y.0));
    let row = |year: FiscalYear| {
        let row = view.row(year);
        let mut cells = vec![Datum::text(year.short())];
        cells.extend(row.stages.iter().map(|s| optional(s.as_ref().map(|(yen, _)| *yen))));
        cells.extend([
            Datum::Number(row.moved.0),
            Datum::Number(row.granted.0),
            optional(row.available),
            optional(row.contracts),
        ]);
        cells
    };
    let widths = std::iter::repeat_n(18, labels.len()).collect();
    let sheet = Sheet {
        title: format!("{}_{}", l.t("予算の推移", "Money"), view.program.code),
        rows: view.years().into_iter().map(row).collect(),
        labels,
        widths,
        asked: vec![
            (l.t("事業", "Program").to_owned(), view.program.name(l).to_owned()),
            (
                l.t("系譜", "Lineage").to_owned(),
                if view.with_lineage {
                    l.t("前身・後継を含む", "included")
                } else {
                    l.t("この事業のみ", "this program only")
                }
                .to_owned(),
            ),
            (
                l.t("版", "Version").to_owned(),
                l.t("出力時点で有効な予算版", "versions in force when written").to_owned(),
            ),
        ],
    };
    sheets::send(cx, &form, sheet).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balance(stage: Stage, round: i16, kind: Kind, printed: i64, moved: i64) -> Balance {
        Balance {
            year: FiscalYear::new(2026).unwrap(),
            stage,
            round,
            program: Some(uuid::Uuid::from_u128(1)),
            program_name: None,
            project: None,
            ministry: None,
            kind,
            printed: Yen(printed),
            moved: Yen(moved),
        }
    }

    fn grant(round: i16, yen: i64) -> queries::GrantSum {
        queries::GrantSum {
            program: uuid::Uuid::from_u128(1),
            year: FiscalYear::new(2026).unwrap(),
            round,
            amount: Yen(yen),
        }
    }

    #[test]
    fn what_can_be_spent_counts_nothing_twice() {
        let balances = [
            balance(Stage::Initial, 0, Kind::Initial, 100, -10),
            balance(Stage::Supplementary, 1, Kind::Supplementary, 20, 0),
            balance(Stage::Supplementary, 1, Kind::Fund, 5_000, 0),
            balance(Stage::Request, 0, Kind::Initial, 900, 0),
            balance(Stage::Adjustment, 1, Kind::Adjustment, 7, 0),
        ];
        let grants = [grant(1, 7), grant(2, 3)];
        let sum = Available::of(balances.iter(), grants.iter()).unwrap();
        assert_eq!(sum, Available { budget: Yen(120), moved: Yen(-10), adjustment: Yen(10) });
        assert_eq!(sum.total(), Yen(120));
        assert_eq!(Available::of([].iter(), [].iter()), None);
    }
}
