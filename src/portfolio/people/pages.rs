//! The page of one person.

use std::sync::Arc;

use askama::Template;
use chrono::NaiveDate;

use crate::analytics::links::TaskQuery;
use crate::analytics::portrait::{Portrait, Sitter, Within};
use crate::analytics::years::{YearQuery, Years};
use crate::analytics::{Cube, groups_of_lead};
use crate::kernel::Yen;
use crate::portfolio::catalogue::{self, Catalogue};
use crate::web::scoped::Visible;
use crate::web::{Asked, Cx, Language, Outcome, Page, Section, render};

use super::model::Person;
use super::queries::{self, TaskOfPerson};

#[derive(Template)]
#[template(path = "people/show.html")]
struct PersonPage {
    page: Page,
    name: String,
    other_name: String,
    action: String,
    kana: String,
    erad_number: String,
    institution: String,
    institution_href: Option<String>,
    department: String,
    portrait: Portrait,
    led: Vec<TaskRow>,
    shared: Vec<TaskRow>,
}

struct TaskRow {
    number: String,
    title: String,
    href: String,
    program: String,
    program_href: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    yen: Yen,
}

pub async fn show(cx: Cx, person: Visible<Person>, Asked(query): Asked<YearQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let years = Years::of(&cx, &query.year).await?;
    let (pool, rights) = (&cx.state.read_pool, &cx.viewer.rights);
    let within = Within { person: Some(person.id), ..Within::default() };
    let cube = Cube { parts: vec![Arc::new(groups_of_lead(pool, &within, rights).await?)] };
    let tasks = queries::tasks(pool, person.id, rights).await?;
    let l = cx.l;
    let page = cx.page(Section::None, person.name(l));
    let sitter = Sitter {
        cx: &cx,
        page: &page,
        catalogue: &catalogue,
        years: &years,
        cube: &cube,
        query: TaskQuery::all().with("person", &person.id.to_string()),
        within,
    };
    let portrait = sitter.portrait(|_| true).await?;
    let (led, shared): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|task| task.leads);
    let rows = |tasks: Vec<TaskOfPerson>| tasks.into_iter().map(|t| row(l, &catalogue, t)).collect();
    render(&PersonPage {
        name: person.name(l).to_owned(),
        other_name: l.other().name(&person.name_ja, person.name_en.as_deref()).to_owned(),
        action: format!("/people/{}", person.id),
        kana: person.name_kana.clone().unwrap_or_default(),
        erad_number: person.erad_number.clone().unwrap_or_default(),
        institution: l.name(&person.institution_ja, Some(&person.institution_en)).to_owned(),
        institution_href: person.institution_id.map(|id| format!("/institutions/{id}")),
        department: person.department.clone().unwrap_or_default(),
        portrait,
        led: rows(led),
        shared: rows(shared),
        page,
    })
}

fn row(l: Language, catalogue: &Catalogue, task: TaskOfPerson) -> TaskRow {
    let program = catalogue.program(task.program_id);
    TaskRow {
        number: task.number.unwrap_or_default(),
        title: l.name(&task.title_ja, task.title_en.as_deref()).to_owned(),
        href: format!("/tasks/{}", task.id),
        program: program.map(|p| p.name(l).to_owned()).unwrap_or_default(),
        program_href: program.map(|p| format!("/programs/{}", p.code)).unwrap_or_default(),
        starts_on: task.starts_on,
        ends_on: task.ends_on,
        yen: task.yen,
    }
}
