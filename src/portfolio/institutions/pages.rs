//! The list of institutions and the page of one.

use std::sync::Arc;

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::analytics::links::TaskQuery;
use crate::analytics::portrait::{Breakdown, Portrait, Sitter, Within};
use crate::analytics::years::{YearQuery, Years};
use crate::analytics::{Cube, groups_of_lead, words};
use crate::kernel::listing::{self, PAGE_ROWS, Slice};
use crate::kernel::text::fold;
use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue;
use crate::web::scoped::Visible;
use crate::web::view::{Choice, Pager};
use crate::web::{Asked, Cx, Outcome, Page, Section, paths, render};

use super::model::{Institution, Kind};
use super::queries;

#[derive(Template)]
#[template(path = "institutions/index.html")]
struct IndexPage {
    page: Page,
    lead: String,
    q: String,
    years: Vec<Choice>,
    kinds: Vec<Choice>,
    rows: Vec<IndexRow>,
    pager: Pager,
}

struct IndexRow {
    name: String,
    href: String,
    kind: &'static str,
    tasks: i64,
    tasks_href: String,
    yen: Yen,
}

/// What the list may be asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    q: String,
    year: String,
    kind: String,
    after: String,
}

const KINDS: [&str; 7] = [
    "national_university",
    "public_university",
    "private_university",
    "research_institute",
    "hospital",
    "company",
    "other",
];

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let years = Years::of(&cx, &query.year).await?;
    let folded = fold(query.q.trim());
    let asked = queries::Asked {
        year: years.chosen,
        folded: &folded,
        kind: KINDS.into_iter().find(|k| *k == query.kind).unwrap_or_default(),
        after: listing::decode_cursor::<(i64, Uuid)>(&query.after),
        limit: PAGE_ROWS + 1,
    };
    let found = queries::listed(&cx.state.read_pool, &asked, &cx.viewer.rights).await?;
    let slice = Slice::from_fetched(found, usize::try_from(PAGE_ROWS)?, |row| {
        listing::encode_cursor(&(row.yen.0, row.id))
    });
    let l = cx.l;
    let year = years.chosen.short();
    let address = |after: &str| {
        paths::with_query(
            "/institutions",
            &[("q", &query.q), ("year", &year), ("kind", &query.kind), ("after", after)],
        )
    };
    let pager = Pager {
        shown: String::new(),
        first: (!query.after.is_empty()).then(|| address("")),
        previous: None,
        next: slice.next.as_deref().map(address),
    };
    let rows = slice.rows.into_iter().map(|row| index_row(&cx, years.chosen, row)).collect();
    render(&IndexPage {
        lead: format!(
            "{}　{}",
            words::year(l, years.chosen),
            l.t("代表機関を契約額の大きい順に", "Lead institutions by amount")
        ),
        kinds: KINDS
            .into_iter()
            .map(|k| Choice::new(k, Kind::from_code(k).name(l), k == query.kind))
            .collect(),
        years: years.choices(&cx),
        q: query.q,
        rows,
        pager,
        page: cx.page(Section::Institutions, l.t("研究機関", "Institutions")),
    })
}

fn index_row(cx: &Cx, year: FiscalYear, row: queries::Listed) -> IndexRow {
    IndexRow {
        name: cx.l.name(&row.name_ja, row.name_en.as_deref()).to_owned(),
        href: format!("/institutions/{}?year={year}", row.id),
        kind: Kind::from_code(&row.kind).name(cx.l),
        tasks: row.tasks,
        tasks_href: TaskQuery::all().with("institution", &row.id.to_string()).in_year(year),
        yen: row.yen,
    }
}

#[derive(Template)]
#[template(path = "institutions/show.html")]
struct InstitutionPage {
    page: Page,
    name: String,
    other_name: String,
    action: String,
    kind: &'static str,
    corporate_number: String,
    names: Vec<String>,
    portrait: Portrait,
    programs: Breakdown,
    leads: Vec<LeadRow>,
    shared: Vec<SharedRow>,
    shared_total: i64,
}

struct LeadRow {
    name: String,
    href: String,
    tasks: i64,
    tasks_href: String,
    yen: Yen,
}

struct SharedRow {
    title: String,
    href: String,
    lead: String,
}

pub async fn show(cx: Cx, institution: Visible<Institution>, Asked(query): Asked<YearQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let years = Years::of(&cx, &query.year).await?;
    let (pool, rights) = (&cx.state.read_pool, &cx.viewer.rights);
    let within = Within { institution: Some(institution.id), ..Within::default() };
    let cube = Cube { parts: vec![Arc::new(groups_of_lead(pool, &within, rights).await?)] };
    let names = queries::names(pool, institution.id).await?;
    let leads = queries::leads(pool, institution.id, years.chosen, rights).await?;
    let shared = queries::shared(pool, institution.id, years.chosen, rights).await?;
    let l = cx.l;
    let page = cx
        .page(Section::Institutions, institution.name(l))
        .crumb(l.t("研究機関", "Institutions"), "/institutions");
    let sitter = Sitter {
        cx: &cx,
        page: &page,
        catalogue: &catalogue,
        years: &years,
        cube: &cube,
        query: TaskQuery::all().with("institution", &institution.id.to_string()),
        within,
    };
    let portrait = sitter.portrait(|_| true).await?;
    let programs = sitter.programs(|_| true);
    let of_person = |id: Uuid| sitter.query.clone().with("person", &id.to_string()).in_year(years.chosen);
    let leads = leads.into_iter().map(|p| LeadRow {
        name: l.name(&p.name_ja, p.name_en.as_deref()).to_owned(),
        href: format!("/people/{}", p.id),
        tasks: p.tasks,
        tasks_href: of_person(p.id),
        yen: p.yen,
    });
    render(&InstitutionPage {
        name: institution.name(l).to_owned(),
        other_name: l.other().name(&institution.name_ja, institution.name_en.as_deref()).to_owned(),
        action: format!("/institutions/{}", institution.id),
        kind: Kind::from_code(&institution.kind).name(l),
        corporate_number: institution.corporate_number.clone().unwrap_or_default(),
        names,
        leads: leads.collect(),
        shared_total: shared.first().map_or(0, |s| s.total),
        shared: shared
            .into_iter()
            .map(|s| SharedRow {
                title: l.name(&s.title_ja, s.title_en.as_deref()).to_owned(),
                href: format!("/tasks/{}", s.id),
                lead: l.name(&s.lead_ja, Some(&s.lead_en)).to_owned(),
            })
            .collect(),
        portrait,
        programs,
        page,
    })
}
