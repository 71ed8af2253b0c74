//! The page of one project.

use askama::Template;

use crate::analytics::figures;
use crate::analytics::links::TaskQuery;
use crate::analytics::portrait::{Breakdown, Portrait, Sitter, Within};
use crate::analytics::years::{YearQuery, Years};
use crate::kernel::ProjectId;
use crate::portfolio::{catalogue, programs};
use crate::web::{Asked, AtPath, Cx, Outcome, Page, PageError, Section, render};

use super::flow::{self, Flow};

#[derive(Template)]
#[template(path = "projects/show.html")]
struct ProjectPage {
    page: Page,
    name: String,
    other_name: String,
    number: String,
    term: String,
    action: String,
    siblings: Vec<crate::web::view::Tab>,
    map_href: String,
    timeline_href: String,
    portrait: Portrait,
    programs: Breakdown,
    flow: Option<Flow>,
}

pub async fn show(cx: Cx, AtPath(id): AtPath<ProjectId>, Asked(query): Asked<YearQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let project = catalogue.project(id.0).ok_or(PageError::NotFound)?;
    let register = programs::register(&cx).await?;
    let term = catalogue.terms.iter().find(|t| t.id == project.term_id).ok_or(PageError::NotFound)?;
    let years =
        Years::of(&cx, &query.year).await?.within(term.first_fy.try_into()?, term.last_fy.try_into()?);
    let cube = figures::whole_cube(&cx).await?;
    let l = cx.l;
    let page = cx.page(Section::Map, project.name(l)).crumb(l.t("マップ", "Map"), "/map");
    let sitter = Sitter {
        cx: &cx,
        page: &page,
        catalogue: &catalogue,
        years: &years,
        cube: &cube,
        query: TaskQuery::all().project(&catalogue, Some(project.id)),
        within: Within { project: Some(project.id), ..Within::default() },
    };
    let of_project = |g: &crate::analytics::cube::Group| g.project == Some(project.id);
    let portrait = sitter.portrait(of_project).await?;
    let programs = sitter.programs(of_project);
    let siblings = catalogue.projects.iter().filter(|p| p.term_id == term.id);
    render(&ProjectPage {
        name: project.name(l).to_owned(),
        other_name: l.other().t(&project.name_ja, &project.name_en).to_owned(),
        number: project.number.to_string(),
        term: l.t(&term.name_ja, &term.name_en).to_owned(),
        action: format!("/projects/{}", project.id),
        siblings: siblings
            .map(|p| crate::web::view::Tab {
                label: format!("{} {}", p.number, p.short(l)),
                href: format!("/projects/{}?year={}", p.id, years.chosen),
                count: None,
                current: p.id == project.id,
            })
            .collect(),
        map_href: format!("/map?year={}", years.chosen),
        timeline_href: format!("/milestones/timeline?project={}&year={}", project.code(), years.chosen),
        flow: flow::draw(l, &catalogue, &register, &cube, project.id),
        portrait,
        programs,
        page,
    })
}
