//! The money of one integrated project or one ministry: its programs this year and the year before, and its series.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use serde::Deserialize;

use crate::budget::overview::model::{self, Series as Sums, Subject};
use crate::budget::overview::routes;
use crate::budget::positions::Balance;
use crate::budget::positions::queries::{self as positions, Wanted};
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::kernel::{FiscalYear, ProjectId, Yen};
use crate::web::charts::{Cell, Grid, Head, Markup, Series, figure, stacked_columns};
use crate::web::view::{Choice, Figure, Tab};
use crate::web::{Asked, AtPath, Cx, Outcome, Page, PageError, Section, Submitted, paths, render};

use super::{Chosen, measure, subject_query, subject_words};

/// Programs with a series of their own; the rest is one.
const SERIES: usize = 7;

/// What the page may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PartQuery {
    pub year: String,
    pub budget: String,
}

#[derive(Template)]
#[template(path = "budget/overview/part.html")]
struct PartPage {
    page: Page,
    lead: String,
    action: String,
    file_action: String,
    years: Vec<Choice>,
    budgets: Vec<Choice>,
    figures: Vec<Figure>,
    rows: Vec<Row>,
    total: Yen,
    total_href: String,
    before: Yen,
    change: Yen,
    before_year: String,
    chart: Option<Markup>,
    others: Vec<Tab>,
}

struct Row {
    code: String,
    name: String,
    href: String,
    amount: Yen,
    amount_href: String,
    before: Yen,
    change: Yen,
}

/// What the page is about.
enum Part {
    Project(ProjectId),
    Ministry(String),
}

struct View {
    cx: Cx,
    chosen: Chosen,
    part: Part,
    name: String,
    sums: Sums,
    printed: Yen,
}

impl View {
    async fn of(cx: Cx, part: Part, query: &PartQuery) -> Result<Self, PageError> {
        let chosen = Chosen::of(&cx, &query.year, &query.budget).await?;
        let l = cx.l;
        let (name, wanted) = match &part {
            Part::Project(id) => {
                let project = chosen.catalogue.project(id.0).ok_or(PageError::NotFound)?;
                (
                    format!("{} {}", project.number, project.name(l)),
                    Wanted { project: Some(id.0), ..Wanted::default() },
                )
            }
            Part::Ministry(code) => {
                let ministry = chosen.catalogue.ministry(code).ok_or(PageError::NotFound)?;
                (ministry.name(l).to_owned(), Wanted { ministry: Some(code.clone()), ..Wanted::default() })
            }
        };
        let balances = positions::balances(cx.pool(), &wanted).await?;
        let here: Vec<&Balance> = balances.iter().filter(|b| chosen.slot.holds(b)).collect();
        let printed = here.iter().filter(|b| b.year == chosen.year).map(|b| b.printed).sum();
        let sums = model::series(here.into_iter());
        Ok(Self { cx, chosen, part, name, sums, printed })
    }

    fn path(&self) -> String {
        match &self.part {
            Part::Project(id) => format!("/budget/projects/{id}"),
            Part::Ministry(code) => format!("/budget/ministries/{code}"),
        }
    }

    fn filter(&self) -> (&'static str, String) {
        match &self.part {
            Part::Project(id) => ("project", id.to_string()),
            Part::Ministry(code) => ("ministry", code.clone()),
        }
    }

    fn at(&self, subject: &Subject, year: FiscalYear) -> Yen {
        self.sums.get(subject).and_then(|years| years.get(&year)).copied().unwrap_or_default()
    }

    fn href(&self, year: FiscalYear, subject: Option<&Subject>) -> String {
        let (key, value) = self.filter();
        let mut pairs = vec![(key, value.as_str())];
        let named = subject.map(subject_query);
        if let Some((key, value)) = &named {
            pairs.push((key, value));
        }
        routes::figure(year, self.chosen.slot, &pairs)
    }

    fn rows(&self) -> Vec<Row> {
        let (year, before) = (self.chosen.year, self.chosen.year.plus(-1));
        let mut rows: Vec<Row> = self
            .sums
            .iter()
            .filter(|(_, years)| years.contains_key(&year) || years.contains_key(&before))
            .map(|(subject, _)| {
                let (code, name, href) = subject_words(&self.cx, &self.chosen.catalogue, subject);
                let (amount, earlier) = (self.at(subject, year), self.at(subject, before));
                Row {
                    code,
                    name,
                    href,
                    amount,
                    amount_href: self.href(year, Some(subject)),
                    before: earlier,
                    change: amount - earlier,
                }
            })
            .collect();
        rows.sort_by(|a, b| (b.amount, &a.code, &a.name).cmp(&(a.amount, &b.code, &b.name)));
        rows
    }

    /// Years of this budget, the largest programs apart.
    fn chart(&self, page: &Page) -> Option<Markup> {
        let l = self.cx.l;
        let years: BTreeSet<FiscalYear> = self.sums.values().flat_map(|y| y.keys().copied()).collect();
        if years.is_empty() {
            return None;
        }
        let mut weight: Vec<(Yen, &Subject)> =
            self.sums.iter().map(|(s, y)| (y.values().copied().sum(), s)).collect();
        weight.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let mut series: Vec<Series> = weight
            .iter()
            .take(SERIES)
            .map(|(_, subject)| Series {
                name: subject_words(&self.cx, &self.chosen.catalogue, subject).1,
                cells: years
                    .iter()
                    .map(|y| match self.sums.get(*subject).and_then(|s| s.get(y)) {
                        Some(yen) => Cell::new(yen.0 as f64, self.href(*y, Some(subject))),
                        None => Cell::default(),
                    })
                    .collect(),
            })
            .collect();
        if weight.len() > SERIES {
            let mut rest: BTreeMap<FiscalYear, Yen> = BTreeMap::new();
            for (_, subject) in weight.iter().skip(SERIES) {
                for (year, yen) in self.sums.get(*subject).into_iter().flatten() {
                    let cell = rest.entry(*year).or_default();
                    *cell = *cell + *yen;
                }
            }
            series.push(Series {
                name: l.t("その他", "Others").to_owned(),
                cells: years
                    .iter()
                    .map(|y| rest.get(y).map(|yen| Cell::plain(yen.0 as f64)).unwrap_or_default())
                    .collect(),
            });
        }
        let grid = Grid {
            categories_are: l.t("年度", "Fiscal year").to_owned(),
            categories: years.iter().map(|y| y.short()).collect(),
            series,
        };
        let title = l.t("年度別の推移（移替後）", "By fiscal year, after movements");
        let head = Head::new("series", title, l.t("事業ごとの積み上げ", "Stacked by program"));
        let measure = measure(page);
        let table = grid.table(title, &measure);
        Some(figure(&stacked_columns(&head, &measure, &grid), l.t("表で見る", "Show as a table"), &table))
    }

    fn others(&self) -> Vec<Tab> {
        let l = self.cx.l;
        let tab = |label: String, path: String, current: bool| Tab {
            label,
            href: paths::with_query(
                &path,
                &[("year", &self.chosen.year.short()), ("budget", &self.chosen.slot.code())],
            ),
            count: None,
            current,
        };
        match &self.part {
            Part::Project(id) => {
                let term = self.chosen.catalogue.project(id.0).map(|p| p.term_id);
                let siblings = self.chosen.catalogue.projects.iter().filter(|p| Some(p.term_id) == term);
                siblings
                    .map(|p| {
                        tab(
                            format!("{} {}", p.number, p.short(l)),
                            format!("/budget/projects/{}", p.id),
                            p.id == id.0,
                        )
                    })
                    .collect()
            }
            Part::Ministry(code) => {
                let all = self.chosen.catalogue.ministries.iter();
                all.map(|m| {
                    tab(m.name(l).to_owned(), format!("/budget/ministries/{}", m.code), m.code == *code)
                })
                .collect()
            }
        }
    }

    fn show(&self) -> Outcome {
        let (cx, l, year) = (&self.cx, self.cx.l, self.chosen.year);
        let page = cx
            .page(Section::Budget, format!("{}{}", self.name, l.t("の予算", ": money")))
            .crumb(l.t("予算", "Budget"), "/budget");
        let rows = self.rows();
        let total: Yen = rows.iter().map(|r| r.amount).sum();
        let before: Yen = rows.iter().map(|r| r.before).sum();
        let figure = |label: &str, yen: Yen, href: String| page.figure(label, yen).opening(href);
        let total_href = self.href(year, None);
        render(&PartPage {
            lead: self.chosen.version_words(cx),
            action: self.path(),
            file_action: format!("{}/file?{}", self.path(), cx.facts.query),
            years: self.chosen.year_choices(cx),
            budgets: self.chosen.slot_choices(cx),
            figures: vec![
                figure(l.t("合計（移替後）", "Total after movements"), total, total_href.clone()),
                figure(l.t("予算版の額", "As in the version"), self.printed, total_href.clone()),
                figure(
                    l.t("前年度からの増減", "Change on the year"),
                    total - before,
                    self.href(year.plus(-1), None),
                ),
            ],
            rows,
            total,
            total_href,
            before,
            change: total - before,
            before_year: year.plus(-1).short(),
            chart: self.chart(&page),
            others: self.others(),
            page: page.beside(tabs::tabs(cx, MoneyTab::Overview)),
        })
    }

    async fn file(&self, form: &FileForm) -> Outcome {
        let (cx, l) = (&self.cx, self.cx.l);
        let rows = self.rows();
        let numbers = |a: Yen, b: Yen, c: Yen| [a, b, c].map(|yen| Datum::Number(yen.0));
        let mut cells: Vec<Vec<Datum>> = rows
            .iter()
            .map(|r| {
                [
                    vec![Datum::text(&r.code), Datum::text(&r.name)],
                    numbers(r.amount, r.before, r.change).to_vec(),
                ]
                .concat()
            })
            .collect();
        let sum = |f: fn(&Row) -> Yen| rows.iter().map(f).sum::<Yen>();
        let totals = numbers(sum(|r| r.amount), sum(|r| r.before), sum(|r| r.change));
        cells.push([vec![Datum::Empty, Datum::text(l.t("合計", "Total"))], totals.to_vec()].concat());
        let sheet = Sheet {
            title: format!("{}_{}", l.t("予算", "Budget"), self.name.replace(' ', "")),
            labels: [
                l.t("事業番号", "Code"),
                l.t("事業", "Program"),
                l.t("金額（移替後）", "Amount after movements"),
                l.t("前年度", "Year before"),
                l.t("増減", "Change"),
            ]
            .map(str::to_owned)
            .to_vec(),
            widths: vec![10, 44, 20, 20, 20],
            rows: cells,
            asked: vec![(l.t("版", "Version").to_owned(), self.chosen.version_words(cx))],
        };
        sheets::send(cx, form, sheet).await
    }
}

pub async fn project(cx: Cx, AtPath(id): AtPath<ProjectId>, Asked(query): Asked<PartQuery>) -> Outcome {
    View::of(cx, Part::Project(id), &query).await?.show()
}

pub async fn project_file(
    cx: Cx,
    AtPath(id): AtPath<ProjectId>,
    Asked(query): Asked<PartQuery>,
    Submitted(form): Submitted<FileForm>,
) -> Outcome {
    View::of(cx, Part::Project(id), &query).await?.file(&form).await
}

pub async fn ministry(cx: Cx, AtPath(code): AtPath<String>, Asked(query): Asked<PartQuery>) -> Outcome {
    View::of(cx, Part::Ministry(code), &query).await?.show()
}

pub async fn ministry_file(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Asked(query): Asked<PartQuery>,
    Submitted(form): Submitted<FileForm>,
) -> Outcome {
    View::of(cx, Part::Ministry(code), &query).await?.file(&form).await
}
