//! All rounds by year, with what was granted of each.

use std::collections::BTreeMap;

use askama::Template;

use crate::budget::rights;
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::kernel::{FiscalYear, Yen};
use crate::web::charts::{Cell, Grid, Head, Markup, Measure, Series, figure, stacked_columns};
use crate::web::{Cx, Outcome, Page, Section, Submitted, render};

use super::super::super::model::{FundKind, Round, RoundState};
use super::super::super::paths;
use super::super::super::proposals::pages::ProposalRow;
use super::super::super::proposals::queries::{self as proposals, Wanted};
use super::super::queries;

#[derive(Template)]
#[template(path = "budget/rounds/index.html")]
struct IndexPage {
    page: Page,
    years: Vec<YearRows>,
    kinds: Vec<&'static str>,
    chart: Option<Markup>,
    waiting: Vec<ProposalRow>,
    may_decide: bool,
    may_propose: bool,
}

struct YearRows {
    year: String,
    rows: Vec<RoundLine>,
    total: Yen,
    parts: Vec<Yen>,
}

struct RoundLine {
    href: String,
    number: i16,
    decided: String,
    total: Yen,
    /// In the order of [`FundKind::ALL`]; nothing where the round has none of the kind.
    parts: Vec<Option<Yen>>,
    /// Nothing where grants per program were not published.
    granted: Option<(Yen, Yen)>,
    /// What a closed round left to rounding.
    residue: Option<Yen>,
    state: &'static str,
    tone: &'static str,
    has_note: bool,
}

/// Proposals shown beside the rounds.
const WAITING: i64 = 50;

pub async fn show(cx: Cx) -> Outcome {
    let rounds = queries::rounds(cx.pool()).await?;
    let waiting =
        proposals::proposals(cx.pool(), Wanted { only_waiting: true, ..Wanted::default() }, WAITING).await?;
    let catalogue = crate::portfolio::catalogue::of(&cx).await?;
    let l = cx.l;
    let page = cx.page(Section::Budget, l.t("調整費", "Adjustment fund"));
    render(&IndexPage {
        chart: chart(&cx, &page, &rounds),
        years: by_year(&cx, &rounds),
        kinds: FundKind::ALL.iter().map(|k| k.name(l)).collect(),
        waiting: waiting.iter().map(|p| ProposalRow::of(&cx, &catalogue, p)).collect(),
        may_decide: rights::may_decide(&cx.viewer),
        may_propose: rights::may_propose(&cx.viewer),
        page: page.beside(tabs::tabs(&cx, MoneyTab::Adjustments)),
    })
}

fn by_year(cx: &Cx, rounds: &[Round]) -> Vec<YearRows> {
    let mut years: BTreeMap<FiscalYear, Vec<&Round>> = BTreeMap::new();
    for round in rounds {
        years.entry(round.fiscal_year).or_default().push(round);
    }
    let row = |r: &&Round| RoundLine {
        href: paths::round(r.id),
        number: r.number,
        decided: r.decided(),
        total: r.total,
        parts: FundKind::ALL.iter().map(|kind| r.part(*kind).map(|p| p.amount)).collect(),
        granted: (r.state != RoundState::Published).then(|| (r.granted(), r.left())),
        residue: Some(r.residue()).filter(|yen| *yen != Yen::ZERO),
        state: r.state.name(cx.l),
        tone: r.state.tone(),
        has_note: r.rounding != Yen::ZERO,
    };
    let of_kind = |rounds: &[&Round], kind: FundKind| {
        rounds.iter().filter_map(|r| r.part(kind)).map(|p| p.amount).sum()
    };
    years
        .into_iter()
        .rev()
        .map(|(year, mut rounds)| {
            rounds.sort_by_key(|r| r.number);
            YearRows {
                year: sheets::year_text(cx, year),
                total: rounds.iter().map(|r| r.total).sum(),
                parts: FundKind::ALL.iter().map(|kind| of_kind(&rounds, *kind)).collect(),
                rows: rounds.iter().map(row).collect(),
            }
        })
        .collect()
}

/// Totals by year, one series per round of the year.
fn chart(cx: &Cx, page: &Page, rounds: &[Round]) -> Option<Markup> {
    let l = cx.l;
    let mut years: Vec<FiscalYear> = rounds.iter().map(|r| r.fiscal_year).collect();
    years.sort_unstable();
    years.dedup();
    let last = rounds.iter().map(|r| r.number).max()?;
    let cell = |year: FiscalYear, number: i16| {
        let round = rounds.iter().find(|r| r.fiscal_year == year && r.number == number);
        round.map(|r| Cell::new(r.total.0 as f64, paths::round(r.id))).unwrap_or_default()
    };
    let series = (1..=last.min(8)).map(|number| Series {
        name: if l.is_ja() { format!("第{number}回") } else { format!("Round {number}") },
        cells: years.iter().map(|year| cell(*year, number)).collect(),
    });
    let grid = Grid {
        categories_are: l.t("年度", "Fiscal year").to_owned(),
        categories: years.iter().map(|y| y.short()).collect(),
        series: series.collect(),
    };
    let title = l.t("調整費の配分額の推移", "Adjustment fund by year");
    let head = Head::new("rounds", title, l.t("年度ごとの各回の総額", "Total of each round by fiscal year"));
    let measure = Measure::new(page.unit_name(), page.unit.size() as f64, page.unit.decimals() as usize);
    let table = grid.table(title, &measure);
    Some(figure(&stacked_columns(&head, &measure, &grid), l.t("表で見る", "Show as a table"), &table))
}

/// All rounds as a file.
pub async fn file(cx: Cx, Submitted(form): Submitted<FileForm>) -> Outcome {
    let rounds = queries::rounds(cx.pool()).await?;
    let l = cx.l;
    let mut labels: Vec<String> =
        [l.t("年度", "Fiscal year"), l.t("回", "Round"), l.t("決定日", "Decided on"), l.t("総額", "Total")]
            .map(str::to_owned)
            .to_vec();
    labels.extend(FundKind::ALL.iter().map(|k| k.name(l).to_owned()));
    labels.extend(
        [
            l.t("端数", "Rounding"),
            l.t("配分済み", "Granted"),
            l.t("残額", "Remainder"),
            l.t("締めの端数", "Rounding at closing"),
            l.t("状態", "State"),
            l.t("注記", "Notes"),
            l.t("出典", "Source"),
        ]
        .map(str::to_owned),
    );
    let row = |r: &Round| {
        let known = r.state != RoundState::Published;
        let yen = |y: Yen| Datum::Number(y.0);
        let mut cells = vec![
            Datum::text(r.fiscal_year.short()),
            Datum::Number(r.number.into()),
            Datum::text(r.decided()),
            yen(r.total),
        ];
        cells.extend(FundKind::ALL.iter().map(|k| r.part(*k).map_or(Datum::Empty, |p| yen(p.amount))));
        cells.extend([
            yen(r.rounding),
            if known { yen(r.granted()) } else { Datum::Empty },
            if known { yen(r.left()) } else { Datum::Empty },
            if r.state == RoundState::Closed { yen(r.residue()) } else { Datum::Empty },
            Datum::text(r.state.name(l)),
            Datum::text(
                [&r.rounding_note, &r.remark, &r.closing_note]
                    .into_iter()
                    .flatten()
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
            Datum::text(r.source.clone().unwrap_or_default()),
        ]);
        cells
    };
    let sheet = Sheet {
        title: l.t("調整費の配分", "Adjustment fund").to_owned(),
        widths: vec![10, 6, 12, 18, 18, 18, 18, 14, 18, 18, 14, 12, 60, 50],
        rows: rounds.iter().map(row).collect(),
        labels,
        asked: vec![(
            l.t("版", "Version").to_owned(),
            format!(
                "{} {}",
                l.t("登録の時点", "ledger as of"),
                cx.now.with_timezone(&crate::kernel::clock::JST).format("%Y-%m-%d %H:%M")
            ),
        )],
    };
    sheets::send(&cx, &form, sheet).await
}
