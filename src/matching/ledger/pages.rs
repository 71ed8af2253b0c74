//! The ledger of a year, the tasks behind its numbers, and the export.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::analytics::indicators::{self, Indicator};
use crate::analytics::words;
use crate::analytics::years::Years;
use crate::export::{CsvTable, Datum, Encoding, Format, Provenance, XlsxTable};
use crate::kernel::{FiscalYear, Text, clock};
use crate::matching::tabs::{MatchingTab, tabs};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::tasks::task_path;
use crate::web::charts::{Cell, Grid, Head, Markup, Measure, Series, columns, figure};
use crate::web::view::{Choice, Figure, Pager, Tab};
use crate::web::{
    Asked, AtPath, Cx, Language, Outcome as Answer, Page, PageError, Redirected, Said, Section, Submitted,
    download, paths, render,
};

use super::actions;
use super::forms::ReasonForm;
use super::model::{By, Counts, Key, Outcome, Reason, count};
use super::queries::{self, Ended, Support};
use super::routes::{supports_path, tasks_path};

/// Rows on one page of the list of tasks.
const ROWS: usize = 200;

/// What the pages may be asked.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct LedgerQuery {
    year: String,
    by: String,
    value: String,
    outcome: String,
    format: String,
    /// `1`: only tasks that the viewer may change.
    mine: String,
    /// Page of the list of tasks; the first when empty.
    page: String,
}

/// Fiscal year, breakdown and the days that are over.
struct Asking {
    years: Years,
    by: By,
}

impl Asking {
    async fn of(cx: &Cx, query: &LedgerQuery) -> sqlx::Result<Self> {
        let years = Years::of(cx, &query.year).await?;
        Ok(Self { years, by: By::from_code(&query.by).unwrap_or(By::Project) })
    }

    fn year(&self) -> FiscalYear {
        self.years.chosen
    }

    /// Tasks that ended in the year and before today.
    async fn ended(&self, cx: &Cx) -> sqlx::Result<Vec<Ended>> {
        let until = self.year().last_day().min(cx.today().pred_opt().unwrap_or(cx.today()));
        queries::ended(&cx.state.read_pool, &cx.viewer.rights, (self.year().first_day(), until)).await
    }
}

#[derive(Template)]
#[template(path = "matching/ledger/show.html")]
struct LedgerPage {
    page: Page,
    lead: String,
    years: Vec<Choice>,
    tabs: Vec<Tab>,
    by: By,
    figures: Vec<Figure>,
    chart: Markup,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
    total: Row,
    reasons: Vec<(String, i64)>,
    /// The supports of the row that was asked for.
    listed: Option<Listed>,
    export_href: String,
}

/// The supports that count in one row.
struct Listed {
    name: String,
    rows: Vec<SupportLine>,
}

struct SupportLine {
    from: String,
    from_href: String,
    to: String,
    to_href: String,
    linked_on: chrono::NaiveDate,
}

struct Row {
    name: String,
    supports: i64,
    supports_href: Option<String>,
    ended: CountCell,
    outcomes: Vec<CountCell>,
    share: String,
}

struct CountCell {
    n: i64,
    href: String,
}

pub async fn show(cx: Cx, Asked(query): Asked<LedgerQuery>) -> Answer {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let asking = Asking::of(&cx, &query).await?;
    let year = asking.year();
    let (pool, rights) = (&cx.state.read_pool, &cx.viewer.rights);
    let supports = queries::supports(pool, rights, year).await?;
    let ended = asking.ended(&cx).await?;
    let counts = indicators::counts(pool, rights).await?;
    let by = asking.by;
    let rows = count(by, supports.iter().map(Support::place), ended.iter().map(|e| (e.place(), e.outcome())));
    let mut total = Counts::default();
    for row in rows.values() {
        total.supports += row.supports;
        for (sum, n) in total.ended.iter_mut().zip(row.ended) {
            *sum += n;
        }
    }
    let links_href = indicators::pages::address(Indicator::Continued, year);
    let mut lines: Vec<Row> = rows
        .iter()
        .map(|(key, counts)| {
            let value = value(*key, &c);
            let href = (counts.supports > 0).then(|| supports_path(year, by.code(), &value));
            row(name(*key, &c, l), &value, counts, year, by, href)
        })
        .collect();
    lines.sort_by(|a, b| {
        b.ended.n.cmp(&a.ended.n).then(b.supports.cmp(&a.supports)).then(a.name.cmp(&b.name))
    });
    let page = cx
        .page(Section::Matching, l.t("継続台帳", "Continuity ledger"))
        .beside(tabs(&cx, MatchingTab::Ledger));
    let figure = |label: &str, n: i64, href: String, note: String| Figure {
        label: label.to_owned(),
        value: page.count(&n),
        unit: l.t("件", "").to_owned(),
        href: Some(href),
        note,
    };
    let target = Indicator::Continued.target(year);
    render(&LedgerPage {
        lead: l
            .t(
                "発展・継続支援の実績と、終了した課題のその後です。何にもつながらずに終わった課題には理由を残します。",
                "Supports continued, and what became of tasks that ended. Those that led to nothing get a reason.",
            )
            .to_owned(),
        years: asking.years.choices(&cx),
        tabs: By::ALL
            .into_iter()
            .map(|b| Tab {
                label: b.name(l).to_owned(),
                href: paths::with_query("/ledger", &[("year", &year.short()), ("by", b.code())]),
                count: None,
                current: b == by,
            })
            .collect(),
        by,
        figures: vec![
            figure(
                l.t("発展・継続支援", "Continued supports"),
                total.supports,
                links_href.clone(),
                target.map(|t| format!("{} {t}", l.t("目標", "target"))).unwrap_or_default(),
            ),
            figure(l.t("終了した課題", "Tasks ended"), total.all_ended(), tasks_path(year, "", "", ""), String::new()),
            figure(
                Outcome::Continued.name(l),
                total.of(Outcome::Continued),
                tasks_path(year, "", "", Outcome::Continued.code()),
                share(total.of(Outcome::Continued), total.all_ended()),
            ),
            figure(
                Outcome::Open.name(l),
                total.of(Outcome::Open),
                tasks_path(year, "", "", Outcome::Open.code()),
                share(total.of(Outcome::Open), total.all_ended()),
            ),
        ],
        chart: chart(&counts, cx.fiscal_year(), by, l),
        heads: Outcome::ALL.map(|o| o.name(l)).to_vec(),
        total: row(l.t("合計", "Total").to_owned(), "", &total, year, by, Some(links_href)),
        rows: lines,
        reasons: reasons(&ended, l),
        listed: listed(supports, &query.value, by, &c, l),
        export_href: paths::with_query("/ledger/export", &[("year", &year.short())]),
        page,
    })
}

/// The supports whose row has this word in addresses; none where no row is asked for.
fn listed(supports: Vec<Support>, wanted: &str, by: By, c: &Catalogue, l: Language) -> Option<Listed> {
    let mut found = supports.into_iter().filter(|s| value(s.place().key(by), c) == wanted).peekable();
    let name = name(found.peek()?.place().key(by), c, l);
    let rows = found
        .map(|s| SupportLine {
            from: l.name(&s.from_ja, s.from_en.as_deref()).to_owned(),
            from_href: task_path(s.from_id.into()),
            to: l.name(&s.to_ja, s.to_en.as_deref()).to_owned(),
            to_href: task_path(s.to_id.into()),
            linked_on: s.linked_on,
        })
        .collect();
    Some(Listed { name, rows })
}

fn share(n: i64, of: i64) -> String {
    if of == 0 { String::new() } else { format!("{}%", (n * 1000 / of + 5) / 10) }
}

fn row(
    name: String,
    value: &str,
    counts: &Counts,
    year: FiscalYear,
    by: By,
    supports_href: Option<String>,
) -> Row {
    let by = if value.is_empty() { "" } else { by.code() };
    Row {
        name,
        supports: counts.supports,
        supports_href,
        ended: CountCell { n: counts.all_ended(), href: tasks_path(year, by, value, "") },
        outcomes: Outcome::ALL
            .into_iter()
            .map(|o| CountCell { n: counts.of(o), href: tasks_path(year, by, value, o.code()) })
            .collect(),
        share: share(counts.of(Outcome::Continued), counts.all_ended()),
    }
}

fn name(key: Key, c: &Catalogue, l: Language) -> String {
    let found = match key {
        // Projects of two plans may bear one name.
        Key::Project(id) => return project_name(id, c, l),
        Key::Program(id) => c.program(id).map(|p| p.name(l)),
        Key::Disease(id) => c.value(id).map(|v| v.name(l)),
        Key::None => None,
    };
    found.unwrap_or_else(|| words::not_set(l)).to_owned()
}

/// 医薬品プロジェクト（第3期）: a project with the term of its plan.
fn project_name(id: Uuid, c: &Catalogue, l: Language) -> String {
    let Some(project) = c.project(id) else { return words::not_set(l).to_owned() };
    let name = project.name(l);
    let term = c.terms.iter().find(|term| term.id == project.term_id);
    match term.map(|term| l.t(&term.name_ja, &term.name_en)) {
        Some(term) => format!("{name}{}{term}{}", l.t("（", " ("), l.t("）", ")")),
        None => name.to_owned(),
    }
}

/// The word of a key in addresses.
fn value(key: Key, c: &Catalogue) -> String {
    match key {
        Key::Project(id) => c.project(id).map(crate::portfolio::catalogue::Project::code),
        Key::Program(id) => c.program(id).map(|p| p.code.clone()),
        Key::Disease(id) => c.value(id).map(|v| v.code.clone()),
        Key::None => None,
    }
    .unwrap_or_else(|| "none".to_owned())
}

fn reasons(ended: &[Ended], l: Language) -> Vec<(String, i64)> {
    let n = |r: Reason| {
        ended
            .iter()
            .filter(|e| e.outcome() == Outcome::Explained && e.reason.as_deref() == Some(r.code()))
            .count()
    };
    let mut all: Vec<(String, i64)> = Reason::ALL
        .into_iter()
        .map(|r| (r.name(l).to_owned(), i64::try_from(n(r)).unwrap_or(i64::MAX)))
        .filter(|(_, n)| *n > 0)
        .collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    all
}

fn chart(counts: &indicators::Counts, running: FiscalYear, by: By, l: Language) -> Markup {
    let mut years: Vec<FiscalYear> = counts.0.keys().filter_map(|y| FiscalYear::try_from(*y).ok()).collect();
    years.push(running);
    years.sort_unstable();
    years.dedup();
    let years: Vec<FiscalYear> = years.into_iter().rev().take(10).rev().collect();
    let href = |y: FiscalYear| paths::with_query("/ledger", &[("year", &y.short()), ("by", by.code())]);
    let grid = Grid {
        categories_are: l.t("年度", "Fiscal year").to_owned(),
        categories: years.iter().map(|y| words::year_in_chart(l, *y)).collect(),
        series: vec![
            Series {
                name: l.t("実績", "Continued").to_owned(),
                cells: years
                    .iter()
                    .map(|y| Cell::new(counts.of(Indicator::Continued, *y) as f64, href(*y)))
                    .collect(),
            },
            Series {
                name: l.t("目標", "Target").to_owned(),
                cells: years
                    .iter()
                    .map(|y| {
                        Indicator::Continued
                            .target(*y)
                            .map_or(Cell { value: None, href: None }, |t| Cell::plain(t as f64))
                    })
                    .collect(),
            },
        ],
    };
    let head = Head::new(
        "ledger",
        l.t("発展・継続支援の推移", "Continued supports by year"),
        l.t("年度ごとの発展・継続支援の件数と目標", "Supports continued per fiscal year, and the target"),
    );
    let measure = Measure::count(l.t("件", "links"));
    let table = grid.table(head.title, &measure);
    figure(&columns(&head.wide(900.0), &measure, &grid), l.t("表で見る", "Show as a table"), &table)
}

#[derive(Template)]
#[template(path = "matching/ledger/tasks.html")]
struct TasksPage {
    page: Page,
    lead: String,
    query: LedgerQuery,
    outcomes: Vec<Choice>,
    rows: Vec<TaskLine>,
    pager: Pager,
    export_href: String,
}

struct TaskLine {
    id: Uuid,
    number: String,
    title: String,
    href: String,
    program: String,
    ended_on: chrono::NaiveDate,
    outcome: &'static str,
    tone: &'static str,
    reason: String,
    remark: String,
    version: i32,
    /// The reasons to choose from where the viewer may record one.
    reasons: Vec<Choice>,
}

pub async fn tasks(cx: Cx, Asked(query): Asked<LedgerQuery>) -> Answer {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let asking = Asking::of(&cx, &query).await?;
    let mut found = wanted(asking.ended(&cx).await?, &query, asking.by, &c);
    found.retain(|e| query.mine != "1" || cx.viewer.rights.may_edit(e.program_id));
    let n = found.len();
    let page = cx.page(Section::Matching, l.t("終了した課題のその後", "What became of ended tasks"));
    let mut address = query.clone();
    address.year = asking.year().short();
    let at = query.page.parse().unwrap_or(1).clamp(1, n.div_ceil(ROWS).max(1));
    render(&TasksPage {
        lead: format!("{}　{}", words::year(l, asking.year()), words::tasks(l, i64::try_from(n)?)),
        outcomes: Outcome::ALL.map(|o| Choice::new(o.code(), o.name(l), o.code() == query.outcome)).to_vec(),
        pager: pager(&address, at, n, l),
        rows: found.into_iter().skip((at - 1) * ROWS).take(ROWS).map(|e| line(e, &cx, &c)).collect(),
        export_href: paths::with_query(
            "/ledger/export",
            &[
                ("year", &address.year),
                ("by", &query.by),
                ("value", &query.value),
                ("outcome", &query.outcome),
            ],
        ),
        query: address,
        page: page.crumb(
            l.t("継続台帳", "Continuity ledger"),
            paths::with_query("/ledger", &[("year", &asking.year().short()), ("by", asking.by.code())]),
        ),
    })
}

/// The way through `n` tasks from page `at`.
fn pager(query: &LedgerQuery, at: usize, n: usize, l: Language) -> Pager {
    let address = |page: usize| {
        let page = if page == 1 { String::new() } else { page.to_string() };
        paths::with_query(
            "/ledger/tasks",
            &[
                ("year", &query.year),
                ("by", &query.by),
                ("value", &query.value),
                ("outcome", &query.outcome),
                ("mine", &query.mine),
                ("page", &page),
            ],
        )
    };
    let (from, to) = ((at - 1) * ROWS + 1, n.min(at * ROWS));
    Pager {
        shown: match l {
            Language::Ja => format!("全{n}件のうち{from}～{to}件目（終了日の早い順）"),
            Language::En => format!("{from}–{to} of {n}, the earliest end first"),
        },
        first: (at > 2).then(|| address(1)),
        previous: (at > 1).then(|| address(at - 1)),
        next: (to < n).then(|| address(at + 1)),
    }
}

fn wanted(ended: Vec<Ended>, query: &LedgerQuery, by: By, c: &Catalogue) -> Vec<Ended> {
    let outcome = Outcome::from_code(&query.outcome);
    ended
        .into_iter()
        .filter(|e| outcome.is_none_or(|o| e.outcome() == o))
        .filter(|e| query.value.is_empty() || value(e.place().key(by), c) == query.value)
        .collect()
}

fn line(e: Ended, cx: &Cx, c: &Catalogue) -> TaskLine {
    let l = cx.l;
    let outcome = e.outcome();
    let chosen = e.reason.as_deref().unwrap_or_default();
    let may =
        cx.viewer.rights.may_edit(e.program_id) && matches!(outcome, Outcome::Explained | Outcome::Open);
    TaskLine {
        reasons: if may {
            Reason::ALL.map(|r| Choice::new(r.code(), r.name(l), r.code() == chosen)).to_vec()
        } else {
            Vec::new()
        },
        reason: Reason::from_code(chosen).map(|r| r.name(l).to_owned()).unwrap_or_default(),
        id: e.id,
        number: e.number.clone().unwrap_or_default(),
        title: l.name(&e.title_ja, e.title_en.as_deref()).to_owned(),
        href: task_path(e.id.into()),
        program: c.program(e.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        ended_on: e.ended_on,
        outcome: outcome.name(l),
        tone: outcome.tone(),
        remark: e.remark.unwrap_or_default(),
        version: e.version,
    }
}

pub async fn record(cx: Cx, AtPath(id): AtPath<Uuid>, Submitted(form): Submitted<ReasonForm>) -> Answer {
    let l = cx.l;
    let task = queries::ended_task(cx.pool(), &cx.viewer.rights, id).await?.ok_or(PageError::NotFound)?;
    if !cx.viewer.rights.may_edit(task.program_id) {
        return Err(PageError::Forbidden(Said::new(
            "この課題の事業を担当する人だけが理由を記録できます。",
            "Only those in charge of the task's program record the reason.",
        )));
    }
    if task.ended_on >= cx.today() {
        return Err(PageError::Refused(Said::new(
            "この課題はまだ終了していません。",
            "This task has not ended yet.",
        )));
    }
    let (reason, remark) = form.parse(l).map_err(PageError::Refused)?;
    let version = form.version.parse().unwrap_or(-1);
    let who = (&cx.actor(), cx.viewer.id.0);
    let why = (reason, remark.as_ref().map(Text::as_str));
    if actions::record(cx.pool(), who, (task.id, version), why, cx.now).await?.is_err() {
        return Err(PageError::Refused(Said::new(
            "ほかの人が先に理由を記録しました。一覧を開き直して確認してください。",
            "Somebody recorded a reason first. Open the list again and look.",
        )));
    }
    let to = paths::with_query(
        "/ledger/tasks",
        &[
            ("year", &form.year),
            ("by", &form.by),
            ("value", &form.value),
            ("outcome", &form.outcome),
            ("page", &form.page),
        ],
    );
    Ok(Redirected::to(to).saying(l.t("理由を記録しました。", "The reason is recorded.")).into_response())
}

pub async fn export(cx: Cx, Asked(query): Asked<LedgerQuery>) -> Answer {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let asking = Asking::of(&cx, &query).await?;
    let found = wanted(asking.ended(&cx).await?, &query, asking.by, &c);
    let format = Format::from_code(&query.format).unwrap_or(Format::Xlsx);
    let labels: Vec<String> = [
        l.t("課題番号", "Number"),
        l.t("課題名", "Title"),
        l.t("事業", "Program"),
        l.t("統合プロジェクト", "Project"),
        l.t("疾患領域（主）", "Main disease area"),
        l.t("終了日", "Ended on"),
        l.t("その後", "Outcome"),
        l.t("理由", "Reason"),
        l.t("備考", "Remark"),
    ]
    .map(str::to_owned)
    .to_vec();
    let cells = |e: &Ended| {
        let place = e.place();
        let reason = e.reason.as_deref().and_then(Reason::from_code).map(|r| r.name(l)).unwrap_or_default();
        [
            e.number.clone().unwrap_or_default(),
            l.name(&e.title_ja, e.title_en.as_deref()).to_owned(),
            name(place.key(By::Program), &c, l),
            name(place.key(By::Project), &c, l),
            name(place.key(By::Disease), &c, l),
            e.ended_on.to_string(),
            e.outcome().name(l).to_owned(),
            reason.to_owned(),
            e.remark.clone().unwrap_or_default(),
        ]
        .map(Datum::text)
        .to_vec()
    };
    let at = cx.now.with_timezone(&clock::JST).format("%Y-%m-%d %H:%M:%S JST").to_string();
    let origin = Provenance(vec![
        (
            l.t("出典", "Source").to_owned(),
            l.t("仲立ち　継続台帳", "Nakadachi, continuity ledger").to_owned(),
        ),
        (l.t("年度", "Fiscal year").to_owned(), words::year(l, asking.year())),
        (l.t("件数", "Tasks").to_owned(), found.len().to_string()),
        (l.t("出力日時", "Written at").to_owned(), at),
        (l.t("出力者", "Written by").to_owned(), format!("{} <{}>", cx.viewer.name(l), cx.viewer.email)),
    ]);
    let file = format!("{}_{}.{}", l.t("継続台帳", "ledger"), asking.year().short(), format.extension());
    let bytes = match format {
        Format::Xlsx => {
            let mut table = XlsxTable::new(
                l.t("終了した課題", "Ended tasks"),
                &labels,
                &[18, 60, 32, 24, 18, 12, 24, 24, 40],
            )?;
            for e in &found {
                table.row(&cells(e))?;
            }
            table.finish(l.t("出力条件", "Origin"), &origin)?
        }
        Format::Csv | Format::CsvSjis => {
            let mut table =
                CsvTable::new(if format == Format::Csv { Encoding::Utf8WithMark } else { Encoding::Cp932 });
            let mut bytes = table.head(&labels);
            for e in &found {
                bytes.extend(table.row(&cells(e)));
            }
            bytes.extend(table.foot(
                &origin,
                l.t("Shift_JISにない文字（〓に置換）", "Characters that Shift_JIS lacks (written as 〓)"),
            ));
            bytes
        }
    };
    Ok(download(bytes, format.content_type(), &file))
}
