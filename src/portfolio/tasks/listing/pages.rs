//! The page of the task list.

use askama::Template;

use crate::export::Format;
use crate::kernel::{FiscalYear, Language};
use crate::portfolio::catalogue::Catalogue;
use crate::portfolio::tasks::query::{Finding, Key, TaskQuery, Term, What, YearChoice};
use crate::portfolio::tasks::routes::{ListAddress, list_path, task_path};
use crate::portfolio::tasks::views::{self, ViewLink, ViewTyped};
use crate::web::view::{Choice, Facet, Filter, Pager, SortHead};
use crate::web::{Asked, Cx, Outcome, Page, PageError, Section, render, render_invalid};

use super::columns::{Column, Sort};
use super::facets;
use super::queries::{TaskPage, TaskRow};
use super::state::{Asking, List};

#[derive(Template)]
#[template(path = "tasks/index.html")]
struct TasksPage {
    page: Page,
    /// The text of the box.
    q: String,
    findings: Vec<Finding>,
    filters: Vec<Filter>,
    clear_href: String,
    all_years_href: String,
    years: Vec<Choice>,
    year: String,
    sort: String,
    columns: String,
    tasks: i64,
    amount: String,
    facets: Vec<Facet>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    pager: Pager,
    column_choices: Vec<Choice>,
    views: Vec<ViewLink>,
    typed_view: ViewTyped,
    /// The canonical text that a saved view would hold.
    saved_query: String,
    default_columns_href: String,
    formats: Vec<Choice>,
    is_wide: bool,
}

enum Head {
    Sorting(SortHead),
    Plain { label: String, class: &'static str },
}

struct Row {
    href: String,
    restricted: bool,
    stopped: bool,
    cells: Vec<Cell>,
}

/// One cell; the title is the row's link.
struct Cell {
    class: &'static str,
    text: String,
    is_link: bool,
    is_long: bool,
}

pub async fn index(cx: Cx, Asked(asking): Asked<Asking>) -> Outcome {
    render(&tasks_page(&cx, &asking, ViewTyped::default()).await?)
}

/// The list once more, with what is wrong with a view to be saved.
pub async fn index_with_view(cx: &Cx, asking: &Asking, typed: ViewTyped) -> Outcome {
    render_invalid(&tasks_page(cx, asking, typed).await?)
}

async fn tasks_page(cx: &Cx, asking: &Asking, typed_view: ViewTyped) -> Result<TasksPage, PageError> {
    let list = List::read(cx, asking).await?;
    let (slice, breakdown, saved) =
        tokio::try_join!(list.page_after(cx, &asking.after), list.breakdown(cx), views::links(cx))?;
    let l = cx.l;
    let page = cx.page(Section::Tasks, l.t("課題一覧", "Tasks"));
    let (tasks, amount) = breakdown.total();
    let facets = facets::facets(&list, &breakdown, l, page.unit, &asking.all_of);
    let here = list.href(&list.query);
    Ok(TasksPage {
        q: if list.findings.is_empty() { list.query.print_terms() } else { asking.q.clone() },
        filters: filters(&list, l),
        clear_href: list.href(&list.query.without_terms()),
        all_years_href: list.href(&TaskQuery { year: YearChoice::All, ..list.query.clone() }),
        years: year_choices(&list, l),
        year: list.query.year.print(),
        sort: Sort::print(&list.sorts),
        columns: Column::print(&list.columns),
        tasks,
        amount: page.yen_with_unit(&amount),
        facets,
        heads: list.columns.iter().map(|c| head(&list, *c, &page)).collect(),
        rows: slice.rows.iter().map(|row| line(row, &list, &page)).collect(),
        pager: pager(&list, &slice, l),
        column_choices: Column::ALL
            .into_iter()
            .map(|c| Choice::new(c.code(), c.name(l), list.columns.contains(&c)))
            .collect(),
        views: saved.iter().map(|view| view.link(cx, &here)).collect(),
        is_wide: list.columns.len() > 9,
        default_columns_href: list_path(&ListAddress::new(&list.query).sorted(&list.sorts)),
        formats: Format::ALL.into_iter().map(|f| Choice::new(f.code(), f.name(l), false)).collect(),
        saved_query: list.query.print(),
        findings: list.findings,
        typed_view,
        page,
    })
}

fn head(list: &List, column: Column, page: &Page) -> Head {
    let l = page.l;
    let label = if column.is_money() {
        format!("{}{}", column.name(l), l.t("（", " (").to_owned() + page.unit_name() + l.t("）", ")"))
    } else {
        column.name(l).to_owned()
    };
    let class = if column.is_money() { "num" } else { width_class(column) };
    if column.order().is_none() {
        return Head::Plain { label, class };
    }
    let place = list.sorts.iter().position(|s| s.column == column);
    Head::Sorting(SortHead {
        label,
        href: list.href_sorted(&Sort::clicked(&list.sorts, column)),
        direction: match place.and_then(|n| list.sorts.get(n)) {
            Some(sort) if sort.descending => "descending",
            Some(_) => "ascending",
            None => "",
        },
        rank: if list.sorts.len() > 1 { place.map_or(0, |n| n + 1) } else { 0 },
        class,
    })
}

/// Heads hide with their cells on narrow screens.
fn width_class(column: Column) -> &'static str {
    let class = column.class();
    if class.contains("col-low") { "col-low" } else { "" }
}

fn line(row: &TaskRow, list: &List, page: &Page) -> Row {
    let cells = list
        .columns
        .iter()
        .map(|column| Cell {
            class: column.class(),
            text: if column.is_money() {
                let amount = match column {
                    Column::Direct => row.direct_yen,
                    Column::Indirect => row.indirect_yen,
                    _ => Some(row.amount_yen),
                };
                amount.map(|yen| page.yen(&yen)).unwrap_or_default()
            } else {
                text_of(row, *column, &list.catalogue, page.l)
            },
            is_link: *column == Column::Title,
            is_long: column.is_long(),
        })
        .collect();
    Row { href: task_path(row.id.into()), restricted: row.restricted, stopped: row.stopped, cells }
}

/// The text of a cell in a language; amounts are left to the caller, who knows the unit.
pub fn text_of(row: &TaskRow, column: Column, c: &Catalogue, l: Language) -> String {
    let tags = |ids: &[i16]| {
        let names: Vec<&str> = ids.iter().filter_map(|id| c.value(*id)).map(|v| v.name(l)).collect();
        names.join(l.t("、", ", "))
    };
    let program = || c.program(row.program_id);
    match column {
        Column::Number => row.task_number.clone().unwrap_or_default(),
        Column::Title => l.name(&row.title_ja, row.title_en.as_deref()).to_owned(),
        Column::Program => program().map(|p| p.name(l).to_owned()).unwrap_or_default(),
        Column::Project => {
            row.project_id.and_then(|id| c.project(id)).map(|p| p.short(l).to_owned()).unwrap_or_default()
        }
        Column::Ministry => program()
            .and_then(|p| c.ministry(p.ministry_code.as_deref()?))
            .map(|m| l.t(&m.short_ja, &m.name_en).to_owned())
            .unwrap_or_default(),
        Column::Institution => row
            .institution_ja
            .as_deref()
            .map(|ja| l.name(ja, row.institution_en.as_deref()).to_owned())
            .unwrap_or_default(),
        Column::Person => {
            row.lead_ja.as_deref().map(|ja| l.name(ja, row.lead_en.as_deref()).to_owned()).unwrap_or_default()
        }
        Column::Disease => tags(&row.disease_ids),
        Column::Phase => tags(&row.phase_ids),
        Column::Modality => tags(&row.modality_ids),
        Column::Approval => tags(&row.approval_ids),
        Column::Nature => tags(&row.nature_ids),
        Column::Kind => if row.is_new { l.t("新規", "New") } else { l.t("継続", "Continuing") }.to_owned(),
        Column::Start => row.starts_on.format("%Y-%m-%d").to_string(),
        Column::End => row.ends_on.format("%Y-%m-%d").to_string(),
        Column::State => state(row, l),
        Column::Amount => row.amount_yen.0.to_string(),
        Column::Direct => row.direct_yen.map(|y| y.0.to_string()).unwrap_or_default(),
        Column::Indirect => row.indirect_yen.map(|y| y.0.to_string()).unwrap_or_default(),
    }
}

fn state(row: &TaskRow, l: Language) -> String {
    let words = [
        (row.restricted, l.t("公表前", "Not yet public")),
        (row.stopped, l.t("中止", "Stopped")),
        (row.is_fund, l.t("基金", "Fund")),
    ];
    words.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect::<Vec<_>>().join(l.t("・", ", "))
}

fn filters(list: &List, l: Language) -> Vec<Filter> {
    list.query
        .terms
        .iter()
        .enumerate()
        .map(|(n, term)| {
            let applied = list.applied.get(n).and_then(Option::as_ref);
            Filter {
                label: in_words(applied.unwrap_or(term), list, l),
                unused: applied.is_none(),
                remove_href: list.href(&list.query.without(n)),
            }
        })
        .collect()
}

/// A term as people say it: 疾患領域：がん、感染症.
fn in_words(term: &Term, list: &List, l: Language) -> String {
    let printed = Term { negated: false, what: term.what.clone() }.print();
    let body = match &term.what {
        What::Named(key, values) => {
            let values: Vec<String> = values.iter().map(|v| name_of(*key, v, list, l)).collect();
            format!("{}{}{}", key.name(l), l.t("：", ": "), values.join(l.t("、", ", ")))
        }
        What::Is(flags) => flags.iter().map(|f| f.name(l)).collect::<Vec<_>>().join(l.t("、", ", ")),
        What::Empty(fields) => {
            let names: Vec<&str> = fields.iter().map(|f| f.name(l)).collect();
            format!("{}{}", names.join(l.t("、", ", ")), l.t("が未設定", " not set"))
        }
        What::Amount(_) => format!("{}{}", l.t("契約額 ", "Amount "), after_colon(&printed)),
        What::Starts(_) => format!("{}{}", l.t("開始 ", "Starts "), after_colon(&printed)),
        What::Ends(_) => format!("{}{}", l.t("終了 ", "Ends "), after_colon(&printed)),
        What::Words(words) => format!("{}{words}{}", l.t("「", "“"), l.t("」", "”")),
    };
    if term.negated { format!("{body}{}", l.t("（除外）", " (excluded)")) } else { body }
}

fn after_colon(printed: &str) -> &str {
    printed.split_once(':').map_or(printed, |(_, rest)| rest)
}

fn name_of(key: Key, value: &str, list: &List, l: Language) -> String {
    let c = &list.catalogue;
    let found: Vec<String> = match key {
        Key::Project => {
            let ids = c.find_projects(value, list.year());
            ids.iter().filter_map(|id| c.project(*id)).map(|p| p.short(l).to_owned()).collect()
        }
        Key::Program => {
            let ids = c.find_programs(value);
            ids.iter().filter_map(|id| c.program(*id)).map(|p| p.name(l).to_owned()).collect()
        }
        Key::Ministry => {
            let codes = c.find_ministries(value);
            codes
                .iter()
                .filter_map(|code| c.ministry(code))
                .map(|m| l.t(&m.short_ja, &m.name_en).to_owned())
                .collect()
        }
        key => match crate::portfolio::tasks::filter::vocabulary_of(key) {
            Some(v) => {
                let ids = c.find_values(v, value);
                ids.iter().filter_map(|id| c.value(*id)).map(|v| v.name(l).to_owned()).collect()
            }
            None => Vec::new(),
        },
    };
    if found.is_empty() { value.to_owned() } else { found.join(l.t("、", ", ")) }
}

fn year_choices(list: &List, l: Language) -> Vec<Choice> {
    let name = |year: FiscalYear| if l.is_ja() { year.japanese() } else { year.english() };
    let note = if list.opening == list.running {
        l.t("（今年度）", " (running)")
    } else {
        l.t("（課題のある最新の年度）", " (latest with tasks)")
    };
    let opening = format!("{}{note}", name(list.opening));
    let mut choices = vec![Choice::new("", opening, list.query.year == YearChoice::Running)];
    let first = list.catalogue.terms.iter().map(|t| t.first_fy).min().unwrap_or(2015);
    let mut years: Vec<FiscalYear> = (i64::from(first)..=i64::from(list.running.plus(1).year()))
        .rev()
        .filter_map(|y| FiscalYear::new(y).ok())
        .filter(|y| *y != list.opening)
        .collect();
    if let YearChoice::In(year) = list.query.year
        && !years.contains(&year)
    {
        years.push(year);
    }
    for year in years {
        choices.push(Choice::new(year.short(), name(year), list.query.year == YearChoice::In(year)));
    }
    choices.push(Choice::new("all", l.t("全年度", "All years"), list.query.year == YearChoice::All));
    choices
}

fn pager(list: &List, page: &TaskPage, l: Language) -> Pager {
    let (first, last) = (page.place, page.place + page.rows.len().saturating_sub(1));
    let shown = match page.rows.len() {
        0 => String::new(),
        _ => format!("{}{first}–{last}{}", l.t("", "Rows "), l.t("件目を表示", "")),
    };
    Pager {
        shown,
        first: page.previous.is_some().then(|| list.href(&list.query)),
        previous: page.previous.as_deref().map(|cursor| list.href_after(cursor)),
        next: page.next.as_deref().map(|cursor| list.href_after(cursor)),
    }
}
