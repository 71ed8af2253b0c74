//! All programs with their figures of a year.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::analytics::links::TaskQuery;
use crate::analytics::years::Years;
use crate::analytics::{Sum, figures, words};
use crate::kernel::text::fold;
use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue::{self, Catalogue, Program};
use crate::web::view::Choice;
use crate::web::{Asked, Cx, Outcome, Page, Section, render};

use super::super::{Register, register};

#[derive(Template)]
#[template(path = "programs/index.html")]
struct ProgramsPage {
    page: Page,
    lead: String,
    q: String,
    years: Vec<Choice>,
    ministries: Vec<Choice>,
    rows: Vec<Row>,
    total: Total,
}

struct Row {
    code: String,
    name: String,
    href: String,
    ministry: String,
    projects: String,
    tasks: i64,
    tasks_href: String,
    new_tasks: i64,
    yen: Yen,
    published: Option<Yen>,
}

#[derive(Default)]
struct Total {
    tasks: i64,
    new_tasks: i64,
    yen: Yen,
    href: String,
}

/// What the index may be asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    q: String,
    year: String,
    ministry: String,
    all: String,
}

pub async fn show(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let register = register(&cx).await?;
    let years = Years::of(&cx, &query.year).await?;
    let year = years.chosen;
    let cube = figures::cube(&cx, &[i16::try_from(year.year())?]).await?;
    let mut parts: BTreeMap<Uuid, (Sum, BTreeSet<Uuid>)> = BTreeMap::new();
    for group in cube.groups() {
        let (sum, projects) = parts.entry(group.program).or_default();
        sum.add(group);
        projects.extend(group.project);
    }
    let wanted = fold(&query.q);
    let found = catalogue.programs.iter().filter(|p| {
        (query.ministry.is_empty() || p.ministry_code.as_deref() == Some(query.ministry.as_str()))
            && (wanted.is_empty() || names(p, &register).any(|name| fold(&name).contains(&wanted)))
    });
    let rows: Vec<Row> = found
        .map(|program| {
            let (sum, projects) = parts.get(&program.id).cloned().unwrap_or_default();
            row(&cx, &catalogue, &register, program, year, &sum, &projects)
        })
        .filter(|row| !query.all.is_empty() || !wanted.is_empty() || row.tasks > 0 || row.published.is_some())
        .collect();
    let l = cx.l;
    let all = TaskQuery::all();
    let all = if query.ministry.is_empty() { all } else { all.with("ministry", &query.ministry) };
    let mut total = Total { href: all.in_year(year), ..Total::default() };
    for row in &rows {
        total.tasks += row.tasks;
        total.new_tasks += row.new_tasks;
        total.yen = total.yen + row.yen;
    }
    render(&ProgramsPage {
        lead: format!("{}　{}", words::year(l, year), programs(&cx, rows.len())),
        q: query.q,
        years: years.choices(&cx),
        ministries: catalogue
            .ministries
            .iter()
            .map(|m| Choice::new(&m.code, m.name(l), m.code == query.ministry))
            .collect(),
        rows,
        total,
        page: cx.page(Section::Programs, l.t("事業", "Programs")),
    })
}

fn programs(cx: &Cx, n: usize) -> String {
    match cx.l {
        crate::web::Language::Ja => format!("{n}事業"),
        crate::web::Language::En => format!("{n} {}", if n == 1 { "program" } else { "programs" }),
    }
}

/// Every text by which a program may be looked for.
fn names<'a>(program: &'a Program, register: &'a Register) -> impl Iterator<Item = String> + 'a {
    let own = [
        Some(&program.code),
        Some(&program.name_ja),
        program.name_en.as_ref(),
        program.abbreviation.as_ref(),
    ];
    let known = register.names.iter().filter(|n| n.program_id == program.id).map(|n| n.name.clone());
    own.into_iter().flatten().cloned().chain(known)
}

fn row(
    cx: &Cx,
    catalogue: &Catalogue,
    register: &Register,
    program: &Program,
    year: FiscalYear,
    sum: &Sum,
    projects: &BTreeSet<Uuid>,
) -> Row {
    let l = cx.l;
    let mut named: Vec<_> = projects.iter().filter_map(|id| catalogue.project(*id)).collect();
    named.sort_by_key(|p| p.number);
    let projects: Vec<String> = named.iter().map(|p| format!("{} {}", p.number, p.short(l))).collect();
    let ministry = program.ministry_code.as_deref().and_then(|code| catalogue.ministry(code));
    Row {
        code: program.code.clone(),
        name: program.name(l).to_owned(),
        href: format!("/programs/{}?year={year}", program.code),
        ministry: ministry.map(|m| l.t(&m.short_ja, &m.code).to_owned()).unwrap_or_default(),
        projects: projects.join(l.t("、", ", ")),
        tasks: sum.tasks,
        tasks_href: TaskQuery::all().program(catalogue, program.id).in_year(year),
        new_tasks: sum.new_tasks,
        yen: sum.yen,
        published: register.initial(program.id, year),
    }
}
