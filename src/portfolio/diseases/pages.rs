//! The page of one disease area. Tasks with the area among others are counted whole here.

use askama::Template;

use crate::analytics::cube::{Axis, Group};
use crate::analytics::figures;
use crate::analytics::links::TaskQuery;
use crate::analytics::portrait::{Breakdown, Portrait, Sitter, Within};
use crate::analytics::years::{YearQuery, Years};
use crate::portfolio::catalogue::{self, Vocabulary};
use crate::web::view::Tab;
use crate::web::{Asked, AtPath, Cx, Outcome, Page, PageError, Section, render};

#[derive(Template)]
#[template(path = "diseases/show.html")]
struct DiseasePage {
    page: Page,
    name: String,
    other_name: String,
    action: String,
    timeline_href: String,
    siblings: Vec<Tab>,
    portrait: Portrait,
    programs: Breakdown,
    projects: Breakdown,
}

pub async fn show(cx: Cx, AtPath(code): AtPath<String>, Asked(query): Asked<YearQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let areas = || catalogue.values_of(Vocabulary::DiseaseArea);
    let area = areas().find(|v| v.code == code).ok_or(PageError::NotFound)?;
    let years = Years::of(&cx, &query.year).await?;
    let cube = figures::whole_cube(&cx).await?;
    let l = cx.l;
    let map = format!("/map?year={}&axis=disease", years.chosen);
    let page = cx.page(Section::Map, area.name(l)).crumb(l.t("マップ", "Map"), map);
    let sitter = Sitter {
        cx: &cx,
        page: &page,
        catalogue: &catalogue,
        years: &years,
        cube: &cube,
        query: TaskQuery::all().tag(&catalogue, Axis::Disease, Some(area.id)),
        within: Within { disease: Some(area.id), ..Within::default() },
    };
    let of_area = |g: &Group| g.diseases.contains(&area.id);
    let portrait = sitter.portrait(of_area).await?;
    let (programs, projects) = (sitter.programs(of_area), sitter.projects(of_area));
    render(&DiseasePage {
        name: area.name(l).to_owned(),
        other_name: l.other().t(&area.name_ja, &area.name_en).to_owned(),
        action: format!("/diseases/{}", area.code),
        timeline_href: format!("/milestones/timeline?disease={}&year={}", area.code, years.chosen),
        siblings: areas()
            .map(|v| Tab {
                label: v.name(l).to_owned(),
                href: format!("/diseases/{}?year={}", v.code, years.chosen),
                count: None,
                current: v.id == area.id,
            })
            .collect(),
        portrait,
        programs,
        projects,
        page,
    })
}
