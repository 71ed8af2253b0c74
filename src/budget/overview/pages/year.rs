//! The year as program × project, with its charts and the change on the year before.

use std::collections::BTreeMap;

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::budget::overview::model::{self, Matrix, MatrixRow, Subject};
use crate::budget::overview::routes;
use crate::budget::positions::Balance;
use crate::budget::positions::queries::{self as positions, Wanted};
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::kernel::Yen;
use crate::portfolio::programs::{self, Register};
use crate::web::charts::{Grid, Head, Item, Markup, bars, figure, items_table, treemap};
use crate::web::view::{Choice, Figure};
use crate::web::{Access, Asked, Cx, Outcome, Page, PageError, Section, Submitted, paths, render};

use super::{Chosen, measure, subject_query, subject_words};

/// Tiles of the treemap and bars of the changes.
const TILES: usize = 30;
const CHANGES: usize = 12;

/// What the page may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct YearQuery {
    pub year: String,
    pub budget: String,
    pub ministry: String,
}

#[derive(Template)]
#[template(path = "budget/overview/year.html")]
struct YearPage {
    page: Page,
    lead: String,
    years: Vec<Choice>,
    budgets: Vec<Choice>,
    ministries: Vec<Choice>,
    figures: Vec<Figure>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    totals: Vec<Link>,
    total: Link,
    before: Option<(String, Yen, Yen)>,
    control: Option<Control>,
    /// Each with its heading.
    charts: Vec<(&'static str, Markup)>,
    file_action: String,
    stages_href: String,
    /// May open versions, stages and slips.
    opens: bool,
}

struct Column {
    label: String,
    name: String,
    href: String,
}

/// A figure with the lines behind it.
pub struct Link {
    pub yen: Yen,
    pub href: String,
}

struct Row {
    code: String,
    name: String,
    href: String,
    ministry: String,
    cells: Vec<Link>,
    total: Link,
    before: Yen,
    change: Yen,
}

/// The proof that the table is the version.
struct Control {
    version: String,
    href: String,
    version_total: Yen,
    printed: Yen,
    moved: Yen,
    agrees: bool,
}

struct View {
    cx: Cx,
    query: YearQuery,
    chosen: Chosen,
    matrix: Matrix,
    before: BTreeMap<Subject, Yen>,
    has_before: bool,
}

impl View {
    async fn of(cx: Cx, query: YearQuery) -> Result<Self, PageError> {
        let chosen = Chosen::of(&cx, &query.year, &query.budget).await?;
        let register = programs::register(&cx).await?;
        let ministry = Some(query.ministry.clone()).filter(|m| !m.is_empty());
        let wanted = |year| Wanted { year: Some(year), ministry: ministry.clone(), ..Wanted::default() };
        let balances = positions::balances(cx.pool(), &wanted(chosen.year)).await?;
        let earlier = positions::balances(cx.pool(), &wanted(chosen.year.plus(-1))).await?;
        let here: Vec<&Balance> = balances.iter().filter(|b| chosen.slot.holds(b)).collect();
        let mut matrix = model::matrix(&here, &projects_of(&chosen));
        let codes = |row: &MatrixRow| match &row.subject {
            Some(Subject::Program(id)) => {
                (0, chosen.catalogue.program(*id).map(|p| p.code.clone()).unwrap_or_default())
            }
            Some(Subject::Named(name)) => (1, name.clone()),
            _ => (2, String::new()),
        };
        let earlier: Vec<&Balance> = earlier.iter().filter(|b| chosen.slot.holds(b)).collect();
        let before = across_lineage(&matrix, &earlier, &register);
        // Programs that ended stand with zeros, so that the year before adds up too.
        let shown: Vec<Option<Subject>> = matrix.rows.iter().map(|r| r.subject.clone()).collect();
        let ended = before.keys().filter(|s| !here.is_empty() && !shown.contains(&Some((*s).clone())));
        let width = matrix.columns.len();
        let rows: Vec<MatrixRow> = ended
            .map(|s| MatrixRow {
                subject: Some(s.clone()),
                ministries: Vec::new(),
                cells: vec![Yen::ZERO; width],
                total: Yen::ZERO,
            })
            .collect();
        matrix.rows.extend(rows);
        matrix.rows.sort_by_cached_key(codes);
        Ok(Self { has_before: !earlier.is_empty(), cx, query, chosen, matrix, before })
    }

    fn before_of(&self, row: &MatrixRow) -> Yen {
        row.subject.as_ref().and_then(|s| self.before.get(s)).copied().unwrap_or_default()
    }

    fn link(&self, yen: Yen, pairs: &[(&str, &str)]) -> Link {
        let mut all = pairs.to_vec();
        all.push(("ministry", self.query.ministry.as_str()));
        Link { yen, href: routes::figure(self.chosen.year, self.chosen.slot, &all) }
    }

    fn row(&self, row: &MatrixRow) -> Row {
        let l = self.cx.l;
        let nobody = Subject::Nobody;
        let subject = row.subject.as_ref().unwrap_or(&nobody);
        let (code, name, href) = subject_words(&self.cx, &self.chosen.catalogue, subject);
        let (key, value) = subject_query(subject);
        let cell = |(column, yen): (&Option<Uuid>, &Yen)| {
            let project = column.map_or_else(|| "-".to_owned(), |id| id.to_string());
            self.link(*yen, &[(key, &value), ("project", &project)])
        };
        let ministries = row.ministries.iter().filter_map(|m| self.chosen.catalogue.ministry(m));
        Row {
            code,
            name,
            href: if href.is_empty() {
                href
            } else {
                paths::with_query(&href, &[("year", &self.chosen.year.short())])
            },
            ministry: ministries.map(|m| l.t(&m.short_ja, &m.code)).collect::<Vec<_>>().join(l.t("・", ", ")),
            cells: self.matrix.columns.iter().zip(&row.cells).map(cell).collect(),
            total: self.link(row.total, &[(key, &value)]),
            before: self.before_of(row),
            change: row.total - self.before_of(row),
        }
    }

    fn column(&self, column: &Option<Uuid>) -> Column {
        let l = self.cx.l;
        match column.and_then(|id| self.chosen.catalogue.project(id)) {
            Some(p) => Column {
                label: format!("{} {}", p.number, p.short(l)),
                name: p.name(l).to_owned(),
                href: paths::with_query(
                    &format!("/budget/projects/{}", p.id),
                    &[("year", &self.chosen.year.short())],
                ),
            },
            None => Column {
                label: l.t("記載なし", "Not stated").to_owned(),
                name: l.t("プロジェクトの記載なし", "No project stated").to_owned(),
                href: String::new(),
            },
        }
    }

    fn control(&self) -> Option<Control> {
        let version = self.chosen.version().filter(|_| self.query.ministry.is_empty())?;
        Some(Control {
            version: self.chosen.version_words(&self.cx),
            href: format!("/budget/versions/{}", version.id),
            version_total: version.total,
            printed: self.matrix.printed,
            moved: self.matrix.total - self.matrix.printed,
            agrees: version.total == self.matrix.printed,
        })
    }

    fn charts(&self, page: &Page) -> Vec<(&'static str, Markup)> {
        if self.matrix.rows.is_empty() {
            return Vec::new();
        }
        let l = self.cx.l;
        let measure = measure(page);
        let words = l.t("表で見る", "Show as a table");
        let mut rows: Vec<Row> = self.matrix.rows.iter().map(|r| self.row(r)).collect();
        rows.sort_by_key(|r| std::cmp::Reverse(r.total.yen));
        let mut tiles: Vec<Item> = rows
            .iter()
            .take(TILES)
            .filter(|r| r.total.yen.0 > 0)
            .map(|r| Item::new(&r.name, r.total.yen.0 as f64, &r.total.href))
            .collect();
        let rest: i64 = rows.iter().skip(TILES).map(|r| r.total.yen.0).filter(|n| *n > 0).sum();
        if rest > 0 {
            tiles.push(Item { label: l.t("その他", "Others").to_owned(), value: rest as f64, href: None });
        }
        let title = l.t("事業の構成", "Programs of the year");
        let head = Head::new(
            "programs",
            title,
            l.t("面積は事業の金額に比例します", "Areas are in proportion to amounts"),
        );
        let table = items_table(title, l.t("事業", "Program"), &measure, &tiles);
        let mut charts = vec![(title, figure(&treemap(&head, &measure, &tiles), words, &table))];
        let totals = self.matrix.columns.iter().zip(&self.matrix.column_totals);
        let by_project: Vec<Item> = totals
            .map(|(column, yen)| {
                let column = self.column(column);
                Item {
                    label: column.label,
                    value: yen.0 as f64,
                    href: Some(column.href).filter(|h| !h.is_empty()),
                }
            })
            .collect();
        let title = l.t("統合プロジェクト別", "By project");
        let head = Head::new("projects", title, l.t("プロジェクトごとの合計", "Totals by project"));
        let table = items_table(title, l.t("統合プロジェクト", "Project"), &measure, &by_project);
        charts.push((title, figure(&bars(&head, &measure, &by_project), words, &table)));
        charts.extend(self.changes(&rows, &measure));
        charts
    }

    fn changes(&self, rows: &[Row], measure: &crate::web::charts::Measure) -> Option<(&'static str, Markup)> {
        if !self.has_before {
            return None;
        }
        let l = self.cx.l;
        let mut changed: Vec<&Row> = rows.iter().filter(|r| r.change != Yen::ZERO).collect();
        changed.sort_by_key(|r| std::cmp::Reverse(r.change.0.abs()));
        changed.truncate(CHANGES);
        changed.sort_by_key(|r| std::cmp::Reverse(r.change));
        let items: Vec<Item> = changed
            .iter()
            .map(|r| Item {
                label: r.name.clone(),
                value: r.change.0 as f64,
                href: Some(r.href.clone()).filter(|h| !h.is_empty()),
            })
            .collect();
        if items.is_empty() {
            return None;
        }
        let title = l.t("前年度からの増減", "Change on the year before");
        let head = Head::new("changes", title, l.t("増減の大きい事業", "Programs that changed most"));
        let table = Grid::single(l.t("事業", "Program"), measure.unit.clone(), &items).table(title, measure);
        Some((title, figure(&bars(&head, measure, &items), l.t("表で見る", "Show as a table"), &table)))
    }

    fn page(&self) -> YearPage {
        let (cx, l, chosen) = (&self.cx, self.cx.l, &self.chosen);
        let page = cx.page(Section::Budget, l.t("予算の概要", "Budget of the year"));
        let before_total: Yen = self.before.values().copied().sum();
        let mut ministries = vec![Choice::new("", l.t("すべて", "All"), self.query.ministry.is_empty())];
        ministries.extend(
            chosen
                .catalogue
                .ministries
                .iter()
                .map(|m| Choice::new(&m.code, m.name(l), m.code == self.query.ministry)),
        );
        let opens = Access::STAFF.admits(&cx.viewer);
        let moved = self.matrix.total - self.matrix.printed;
        let figure = |label: &str, yen: Yen, href: String| page.figure(label, yen).opening(href);
        let all = self.link(self.matrix.total, &[]);
        let mut figures = vec![
            figure(l.t("合計（移替後）", "Total after movements"), self.matrix.total, all.href.clone()),
            figure(l.t("予算版の額", "As in the version"), self.matrix.printed, all.href.clone()),
        ];
        let slips =
            paths::with_query("/budget/slips", &[("year", &chosen.year.short()), ("state", "applied")]);
        figures.push(if opens {
            figure(l.t("移替・繰越", "Moved"), moved, slips)
        } else {
            page.figure(l.t("移替・繰越", "Moved"), moved)
        });
        if self.has_before {
            let year = chosen.year.plus(-1).short();
            figures.push(figure(
                l.t("前年度からの増減", "Change on the year"),
                self.matrix.total - before_total,
                paths::with_query(
                    "/budget",
                    &[("year", &year), ("budget", &chosen.slot.code()), ("ministry", &self.query.ministry)],
                ),
            ));
        }
        YearPage {
            lead: chosen.version_words(cx),
            years: chosen.year_choices(cx),
            budgets: chosen.slot_choices(cx),
            ministries,
            figures,
            columns: self.matrix.columns.iter().map(|c| self.column(c)).collect(),
            rows: self.matrix.rows.iter().map(|r| self.row(r)).collect(),
            totals: self
                .matrix
                .columns
                .iter()
                .zip(&self.matrix.column_totals)
                .map(|(c, yen)| {
                    let project = c.map_or_else(|| "-".to_owned(), |id| id.to_string());
                    self.link(*yen, &[("project", &project)])
                })
                .collect(),
            total: all,
            before: self
                .has_before
                .then(|| (chosen.year.plus(-1).short(), before_total, self.matrix.total - before_total)),
            control: self.control(),
            charts: self.charts(&page),
            file_action: format!("/budget/file?{}", cx.facts.query),
            stages_href: paths::with_query("/budget/stages", &[("year", &chosen.year.short())]),
            opens,
            page: page.beside(tabs::tabs(cx, MoneyTab::Overview)),
        }
    }
}

/// Projects of the term that the year lies in.
fn projects_of(chosen: &Chosen) -> Vec<Uuid> {
    let term = chosen.catalogue.term_of(chosen.year).map(|t| t.id);
    chosen.catalogue.projects.iter().filter(|p| Some(p.term_id) == term).map(|p| p.id).collect()
}

/// The year before by row: a program without money of its own then has that of the programs it came from.
fn across_lineage(matrix: &Matrix, earlier: &[&Balance], register: &Register) -> BTreeMap<Subject, Yen> {
    let mut own: BTreeMap<Subject, Yen> = BTreeMap::new();
    for b in earlier {
        let cell = own.entry(Subject::of(b)).or_default();
        *cell = *cell + b.amount();
    }
    let here: Vec<&Subject> = matrix.rows.iter().filter_map(|r| r.subject.as_ref()).collect();
    for subject in &here {
        let Subject::Program(id) = subject else { continue };
        if own.contains_key(subject) {
            continue;
        }
        let from: Vec<Subject> =
            register.lineage.iter().filter(|s| s.to == *id).map(|s| Subject::Program(s.from)).collect();
        // Where the old program goes on, or leads to several, its money cannot be given to one of them.
        let alone = |s: &Subject| {
            !here.contains(&s)
                && register
                    .lineage
                    .iter()
                    .filter(|step| {
                        Subject::Program(step.from) == *s && here.contains(&&Subject::Program(step.to))
                    })
                    .count()
                    == 1
        };
        let inherited: Vec<(Subject, Yen)> =
            from.into_iter().filter(alone).filter_map(|s| own.get(&s).copied().map(|yen| (s, yen))).collect();
        if !inherited.is_empty() {
            let sum = inherited.iter().map(|(_, yen)| *yen).sum();
            for (s, _) in inherited {
                own.remove(&s);
            }
            own.insert((*subject).clone(), sum);
        }
    }
    own
}

pub async fn show(cx: Cx, Asked(query): Asked<YearQuery>) -> Outcome {
    render(&View::of(cx, query).await?.page())
}

/// The table as a file.
pub async fn file(cx: Cx, Asked(query): Asked<YearQuery>, Submitted(form): Submitted<FileForm>) -> Outcome {
    let view = View::of(cx, query).await?;
    let (cx, l) = (&view.cx, view.cx.l);
    let mut labels: Vec<String> = [l.t("事業番号", "Code"), l.t("事業", "Program"), l.t("府省", "Ministry")]
        .map(str::to_owned)
        .to_vec();
    labels.extend(view.matrix.columns.iter().map(|c| view.column(c).name));
    labels
        .extend([l.t("計", "Total"), l.t("前年度", "Year before"), l.t("増減", "Change")].map(str::to_owned));
    let numbers = |row: &[Yen]| row.iter().map(|yen| Datum::Number(yen.0)).collect::<Vec<_>>();
    let mut rows: Vec<Vec<Datum>> = view
        .matrix
        .rows
        .iter()
        .map(|m| {
            let row = view.row(m);
            let mut cells = vec![Datum::text(row.code), Datum::text(row.name), Datum::text(row.ministry)];
            cells.extend(numbers(&m.cells));
            cells.extend(numbers(&[m.total, row.before, row.change]));
            cells
        })
        .collect();
    let mut last = vec![Datum::Empty, Datum::text(l.t("合計", "Total")), Datum::Empty];
    last.extend(numbers(&view.matrix.column_totals));
    let before: Yen = view.before.values().copied().sum();
    last.extend(numbers(&[view.matrix.total, before, view.matrix.total - before]));
    rows.push(last);
    let mut widths = vec![10, 44, 10];
    widths.extend(std::iter::repeat_n(18_u16, view.matrix.columns.len() + 3));
    let sheet = Sheet {
        title: format!("{}_{}", l.t("予算", "Budget"), view.chosen.name(cx).replace(' ', "")),
        labels,
        widths,
        rows,
        asked: vec![
            (l.t("版", "Version").to_owned(), view.chosen.version_words(cx)),
            (l.t("予算版の額", "As in the version").to_owned(), view.matrix.printed.exact()),
            (l.t("移替・繰越", "Moved").to_owned(), (view.matrix.total - view.matrix.printed).exact()),
            (l.t("府省", "Ministry").to_owned(), view.query.ministry.clone()),
        ],
    };
    sheets::send(cx, &form, sheet).await
}
