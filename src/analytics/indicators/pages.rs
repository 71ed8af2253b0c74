//! `GET /indicators`: counts by year with their targets, and the links and milestones behind one of them.

use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::kernel::FiscalYear;
use crate::portfolio::catalogue::{self, Catalogue};
use crate::web::charts::{Cell, Grid, Head, Markup, Measure, Series, columns};
use crate::web::{Asked, Cx, Language, Outcome, Page, Section, paths, render};

use super::super::words;
use super::model::{Counts, Indicator, kind_name};
use super::queries::{self, Link, Reached};

#[derive(Template)]
#[template(path = "indicators/show.html")]
struct IndicatorsPage {
    page: Page,
    lead: String,
    chart: Markup,
    heads: Vec<(&'static str, &'static str)>,
    rows: Vec<YearRow>,
    shown: String,
    rule: &'static str,
    links: Vec<LinkRow>,
    reached: Vec<ReachedRow>,
}

struct YearRow {
    year: String,
    cells: Vec<CountCell>,
}

struct CountCell {
    count: i64,
    target: Option<i64>,
    href: String,
    current: bool,
}

struct LinkRow {
    on: NaiveDate,
    kind: &'static str,
    from: String,
    from_href: String,
    from_program: String,
    to: String,
    to_href: Option<String>,
    to_program: String,
}

/// A task that reached a trial by a milestone.
struct ReachedRow {
    on: NaiveDate,
    kind: String,
    kind_href: String,
    task: String,
    task_href: String,
    program: String,
}

/// What the page may be asked: the indicator and the year whose links are listed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IndicatorQuery {
    year: String,
    show: String,
}

/// Address of the links behind a count.
pub fn address(indicator: Indicator, year: FiscalYear) -> String {
    let query = [("show", indicator.code()), ("year", &year.short())];
    format!("{}#links", paths::with_query("/indicators", &query))
}

pub async fn show(cx: Cx, Asked(query): Asked<IndicatorQuery>) -> Outcome {
    let l = cx.l;
    let indicator = Indicator::from_code(&query.show).unwrap_or(Indicator::Continued);
    let year: FiscalYear = query.year.parse().unwrap_or(cx.fiscal_year());
    let catalogue = catalogue::of(&cx).await?;
    let (pool, rights) = (&cx.state.read_pool, &cx.viewer.rights);
    let counts = queries::counts(pool, rights).await?;
    let links = queries::links(pool, rights, indicator, year).await?;
    let reached =
        if indicator == Indicator::Trial { queries::reached(pool, rights, year).await? } else { Vec::new() };
    let years = years(&counts, cx.fiscal_year());
    let cell = |of: Indicator, at: FiscalYear| CountCell {
        count: counts.of(of, at),
        target: of.target(at),
        href: address(of, at),
        current: of == indicator && at == year,
    };
    let row = |at: &FiscalYear| YearRow {
        year: words::year(l, *at),
        cells: Indicator::ALL.into_iter().map(|of| cell(of, *at)).collect(),
    };
    render(&IndicatorsPage {
        lead: l
            .t(
                "年度ごとの実績と、第3期の1年あたりの目標",
                "Results by year, and the yearly targets of the third term",
            )
            .to_owned(),
        chart: chart(l, &counts, &years),
        heads: Indicator::ALL.into_iter().map(|i| (i.name(l), i.rule(l))).collect(),
        rows: years.iter().rev().map(row).collect(),
        shown: format!(
            "{}　{}　{}",
            indicator.name(l),
            words::year(l, year),
            links_in_words(l, links.len() + reached.len())
        ),
        rule: indicator.rule(l),
        reached: reached.into_iter().map(|r| reached_row(l, &catalogue, r)).collect(),
        links: links.into_iter().map(|link| link_row(l, &catalogue, link)).collect(),
        page: cx.page(Section::Home, l.t("成果指標", "National indicators")),
    })
}

fn reached_row(l: Language, catalogue: &Catalogue, r: Reached) -> ReachedRow {
    ReachedRow {
        on: r.met_on,
        kind: l.t(&r.type_ja, &r.type_en).to_owned(),
        kind_href: format!("/milestones/{}", r.milestone_id),
        task: l.name(&r.title_ja, r.title_en.as_deref()).to_owned(),
        task_href: format!("/tasks/{}/milestones", r.task_id),
        program: catalogue.program(r.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
    }
}

fn links_in_words(l: Language, n: usize) -> String {
    match l {
        Language::Ja => format!("{n}件"),
        Language::En => format!("{n} {}", if n == 1 { "record" } else { "records" }),
    }
}

/// Years with links, and the running one.
fn years(counts: &Counts, running: FiscalYear) -> Vec<FiscalYear> {
    let mut years: Vec<FiscalYear> = counts.0.keys().filter_map(|y| FiscalYear::try_from(*y).ok()).collect();
    years.push(running);
    years.sort_unstable();
    years.dedup();
    years
}

fn chart(l: Language, counts: &Counts, years: &[FiscalYear]) -> Markup {
    let series = |indicator: Indicator| Series {
        name: indicator.name(l).to_owned(),
        cells: years
            .iter()
            .map(|y| Cell::new(counts.of(indicator, *y) as f64, address(indicator, *y)))
            .collect(),
    };
    let grid = Grid {
        categories_are: l.t("年度", "Fiscal year").to_owned(),
        categories: years.iter().map(|y| words::year_in_chart(l, *y)).collect(),
        series: Indicator::ALL.into_iter().map(series).collect(),
    };
    let head = Head::new(
        "indicators",
        l.t("成果指標の推移", "Indicators by year"),
        l.t("発展・継続支援、企業導出、治験に至った課題の件数。下の表と同じ数字です", "Continued supports, licences and transfers, tasks that reached a trial; the numbers of the table below"),
    );
    columns(&head.wide(900.0), &Measure::count(l.t("件", "links")), &grid)
}

fn link_row(l: Language, catalogue: &Catalogue, link: Link) -> LinkRow {
    let program = |id: Option<uuid::Uuid>| {
        id.and_then(|id| catalogue.program(id)).map(|p| p.name(l).to_owned()).unwrap_or_default()
    };
    LinkRow {
        on: link.linked_on,
        kind: kind_name(&link.kind, l),
        from: l.name(&link.from_ja, link.from_en.as_deref()).to_owned(),
        from_href: format!("/tasks/{}", link.from_id),
        from_program: program(Some(link.from_program)),
        to_href: link.to_id.map(|id| format!("/tasks/{id}")),
        to_program: program(link.to_program),
        to: match (link.to_ja, link.company) {
            (Some(title), _) => l.name(&title, link.to_en.as_deref()).to_owned(),
            (None, company) => company.unwrap_or_default(),
        },
    }
}
