//! The first page after signing in, and the list of tasks that end soon.

use askama::Template;
use chrono::{Months, NaiveDate};
use serde::Deserialize;

use crate::accounts::Role;
use crate::analytics::indicators::{self, Indicator};
use crate::analytics::years::Years;
use crate::analytics::{Cube, Sum, figures, split, words};
use crate::budget;
use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::web::charts::{Markup, sparkline};
use crate::web::view::Figure;
use crate::web::{Access, Asked, Cx, Outcome, Page, PageError, Section, render};

use super::inbox::{self, Item, Sources};
use super::scope::Scope;
use super::{money, queries};

/// Months ahead in which an end is near.
const NEAR_MONTHS: u32 = 12;
/// Years of the small lines.
const TREND_YEARS: usize = 6;

#[derive(Template)]
#[template(path = "home/show.html")]
struct HomePage {
    page: Page,
    lead: String,
    items: Vec<Item>,
    figures: Vec<Figure>,
    trends: Vec<Trend>,
    indicators: Vec<IndicatorRow>,
    year: String,
    is_empty: bool,
    may_import: bool,
    sees_pairing: bool,
}

/// A small line beside its last value.
struct Trend {
    label: &'static str,
    chart: Markup,
    last: String,
}

struct IndicatorRow {
    name: &'static str,
    count: i64,
    target: Option<i64>,
    href: String,
}

pub async fn show(cx: Cx) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let years = Years::of(&cx, "").await?;
    let cube = figures::whole_cube(&cx).await?;
    let scope = Scope::of(&cx.viewer.rights);
    let (pool, rights) = (&cx.state.read_pool, &cx.viewer.rights);
    let ending = queries::ending_by_program(pool, &scope, rights, cx.fiscal_year(), near(&cx)).await?;
    let imports = waiting_imports(&cx).await?;
    let budgets = waiting_budgets(&cx).await?;
    let counts = indicators::counts(pool, rights).await?;
    let mut items = inbox::gates(&cx).await?;
    items.extend(super::matching::items(&cx, &catalogue).await?);
    let kept = kept_programs(&cx);
    let (reported, late) = if kept.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        let accepted = accepted_programs(&cx);
        (
            queries::waiting_milestones(cx.pool(), &accepted, cx.viewer.id.0).await?,
            queries::late_milestones(cx.pool(), &kept, cx.today()).await?,
        )
    };
    let sources = Sources {
        cx: &cx,
        catalogue: &catalogue,
        scope: &scope,
        cube: &cube,
        year: years.chosen,
        imports: &imports,
        budgets: &budgets,
        ending: &ending,
        reported: &reported,
        late: &late,
        pairing: crate::matching::waiting::waiting(pool, &cx.viewer, cx.today()).await?,
    };
    items.extend(money::items(&cx, &catalogue).await?);
    items.extend(sources.items());
    let l = cx.l;
    let page = cx.page(Section::Home, l.t("ホーム", "Home"));
    let sum = cube.sum(|g| i32::from(g.fiscal_year) == years.chosen.year() && scope.holds(g));
    let ends: i64 = ending.iter().map(|e| e.tasks).sum();
    let indicator = |i: Indicator| IndicatorRow {
        name: i.name(l),
        count: counts.of(i, years.chosen),
        target: i.target(years.chosen),
        href: indicators::pages::address(i, years.chosen),
    };
    render(&HomePage {
        lead: format!("{}　{}", page.viewer_name(), page.viewer_roles()),
        is_empty: items.is_empty() && cube.groups().next().is_none(),
        items,
        figures: headline(&cx, &page, &catalogue, &scope, years.chosen, &sum, ends),
        trends: trends(&cx, &page, &cube, &scope, years.chosen),
        indicators: Indicator::ALL.into_iter().map(indicator).collect(),
        year: words::year(l, years.chosen),
        may_import: cx.viewer.is_administrator(),
        sees_pairing: Access::STAFF.admits(&cx.viewer),
        page,
    })
}

fn near(cx: &Cx) -> (NaiveDate, NaiveDate) {
    let today = cx.today();
    (today, today.checked_add_months(Months::new(NEAR_MONTHS)).unwrap_or(today))
}

/// Programs whose milestones the viewer keeps up to date.
fn kept_programs(cx: &Cx) -> Vec<uuid::Uuid> {
    cx.viewer.rights.edits.clone()
}

/// Programs whose milestones the viewer accepts as met: those held as PS or PO.
fn accepted_programs(cx: &Cx) -> Vec<uuid::Uuid> {
    let accepts = |role| matches!(role, Role::ProgramSupervisor | Role::ProgramOfficer);
    cx.viewer.rights.roles.iter().filter(|r| accepts(r.role)).filter_map(|r| r.program_id).collect()
}

/// Imports wait for administrators, who alone apply them.
async fn waiting_imports(cx: &Cx) -> sqlx::Result<Vec<queries::WaitingImport>> {
    if cx.viewer.is_administrator() { queries::waiting_imports(cx.pool()).await } else { Ok(Vec::new()) }
}

/// Budgets wait for administrators too.
async fn waiting_budgets(cx: &Cx) -> sqlx::Result<Vec<budget::imports::queries::Waiting>> {
    if cx.viewer.is_administrator() {
        budget::imports::queries::waiting(cx.pool(), 5).await
    } else {
        Ok(Vec::new())
    }
}

fn headline(
    cx: &Cx,
    page: &Page,
    catalogue: &Catalogue,
    scope: &Scope,
    year: FiscalYear,
    sum: &Sum,
    ends: i64,
) -> Vec<Figure> {
    let l = cx.l;
    let query = scope.query(catalogue);
    let rows = query.as_ref().map(|q| q.in_year(year));
    let share = split::percentages(&[sum.new_tasks, sum.continuing_tasks()]);
    let figure = |label: &str, value, unit: &str, href, note| Figure {
        label: label.to_owned(),
        value,
        unit: unit.to_owned(),
        href,
        note,
    };
    let items = l.t("件", "");
    vec![
        figure(l.t("課題", "Tasks"), page.count(&sum.tasks), items, rows.clone(), String::new()),
        figure(l.t("契約額", "Amount"), page.yen(&sum.yen), page.unit_name(), rows, String::new()),
        figure(
            l.t("新規", "New"),
            page.count(&sum.new_tasks),
            items,
            query.map(|q| q.new_tasks().in_year(year)),
            format!("{}%", share[0]),
        ),
        figure(
            l.t("12か月以内に終了し後続が未定", "Ending within 12 months, nothing next"),
            page.count(&ends),
            items,
            Some("/ending".to_owned()),
            String::new(),
        ),
    ]
}

fn trends(cx: &Cx, page: &Page, cube: &Cube, scope: &Scope, until: FiscalYear) -> Vec<Trend> {
    let l = cx.l;
    let all = cube.by_year(|g| i32::from(g.fiscal_year) <= until.year() && scope.holds(g));
    let skipped = all.len().saturating_sub(TREND_YEARS);
    let years: Vec<(i16, Sum)> = all.into_iter().skip(skipped).collect();
    let (Some(first), Some(last)) = (years.first(), years.last()) else { return Vec::new() };
    let short = |y: i16| FiscalYear::try_from(y).map(|y| y.short()).unwrap_or_default();
    let line = |label: &'static str, print: &dyn Fn(&Sum) -> String, value: &dyn Fn(&Sum) -> f64| {
        let title =
            format!("{label} {} {} → {} {}", short(first.0), print(&first.1), short(last.0), print(&last.1));
        let values: Vec<f64> = years.iter().map(|(_, sum)| value(sum)).collect();
        Trend { label, chart: sparkline(&title, &values), last: print(&last.1) }
    };
    vec![
        line(l.t("課題", "Tasks"), &|s| words::tasks(l, s.tasks), &|s| s.tasks as f64),
        line(l.t("契約額", "Amount"), &|s| page.yen_with_unit(&s.yen), &|s| s.yen.0 as f64),
        line(l.t("新規", "New"), &|s| words::tasks(l, s.new_tasks), &|s| s.new_tasks as f64),
    ]
}

#[derive(Template)]
#[template(path = "home/ending.html")]
struct EndingPage {
    page: Page,
    lead: String,
    programs: Vec<crate::web::view::Choice>,
    rows: Vec<EndingRow>,
}

struct EndingRow {
    number: String,
    title: String,
    href: String,
    program: String,
    ends_on: NaiveDate,
    yen: Yen,
}

/// What the list of ending tasks may be asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EndingQuery {
    program: String,
}

pub async fn ending(cx: Cx, Asked(query): Asked<EndingQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let scope = Scope::of(&cx.viewer.rights);
    let (pool, rights) = (&cx.state.read_pool, &cx.viewer.rights);
    let program = match query.program.as_str() {
        "" => None,
        code => Some(catalogue.programs.iter().find(|p| p.code == code).ok_or(PageError::NotFound)?.id),
    };
    let year = cx.fiscal_year();
    let by_program = queries::ending_by_program(pool, &scope, rights, year, near(&cx)).await?;
    let tasks = queries::ending_tasks(pool, &scope, rights, year, near(&cx), program).await?;
    let l = cx.l;
    let choice = |e: &queries::EndingProgram| {
        let p = catalogue.program(e.program)?;
        Some(crate::web::view::Choice::new(
            &p.code,
            format!("{} ({})", p.name(l), e.tasks),
            p.code == query.program,
        ))
    };
    let rows = tasks.into_iter().map(|t| EndingRow {
        number: t.number.unwrap_or_default(),
        title: l.name(&t.title_ja, t.title_en.as_deref()).to_owned(),
        href: format!("/tasks/{}", t.id),
        program: catalogue.program(t.program).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        ends_on: t.ends_on,
        yen: t.yen,
    });
    let rows: Vec<EndingRow> = rows.collect();
    let (from, until) = near(&cx);
    render(&EndingPage {
        lead: format!("{from}{}{until}　{}", l.t("～", " – "), words::tasks(l, i64::try_from(rows.len())?)),
        programs: by_program.iter().filter_map(choice).collect(),
        rows,
        page: cx
            .page(Section::Home, l.t("終了が近く後続が未定の課題", "Ending soon without a successor"))
            .crumb(l.t("ホーム", "Home"), "/"),
    })
}
