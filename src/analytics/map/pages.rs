//! `GET /map`.

use askama::Template;
use serde::Deserialize;

use crate::portfolio::catalogue;
use crate::web::view::{Choice, Tab};
use crate::web::{Asked, Cx, Outcome, Page, Section, paths, render};

use super::super::cube::Axis;
use super::super::sheet::{self, Colour};
use super::super::years::Years;
use super::super::{figures, words};
use super::view::{Legend, SheetView, View};

#[derive(Template)]
#[template(path = "map/show.html")]
struct MapPage {
    page: Page,
    lead: String,
    /// The year asked for could not be shown.
    year_note: Option<String>,
    years: Vec<Choice>,
    axis: &'static str,
    colour: &'static str,
    axes: Vec<Tab>,
    colours: Vec<Tab>,
    legend: Vec<Legend>,
    sheet: SheetView,
}

/// What the map may be asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct MapQuery {
    year: String,
    axis: String,
    colour: String,
}

pub async fn show(cx: Cx, Asked(query): Asked<MapQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let years = Years::of(&cx, &query.year).await?;
    let axis = if query.axis == "disease" { Axis::Disease } else { Axis::Phase };
    let colour = if query.colour == "count" { Colour::Count } else { Colour::Amount };
    let year_number = i16::try_from(years.chosen.year())?;
    let cube = figures::cube(&cx, &[year_number]).await?;
    let sheet = sheet::sheet(&cube, &catalogue, years.chosen, axis);
    let l = cx.l;
    let year = years.chosen.short();
    let page = cx.page(Section::Map, l.t("ポートフォリオマップ", "Portfolio map"));
    let view = View { l, catalogue: &catalogue, year: years.chosen, axis, colour, page: &page };
    let shown = view.sheet(&sheet);
    let legend = view.legend();
    let term =
        catalogue.term_of(years.chosen).map(|t| l.t(&t.name_ja, &t.name_en).to_owned()).unwrap_or_default();
    render(&MapPage {
        lead: format!(
            "{}　{term}　{}",
            words::year(l, years.chosen),
            words::both(l, sheet.total.yen, sheet.total.tasks)
        ),
        year_note: years.note(l),
        years: years.choices(&cx),
        axes: switch(
            axis.code(),
            &[("phase", l.t("開発フェーズ", "Phases")), ("disease", l.t("疾患領域", "Disease areas"))],
            |code| address(&year, code, colour.code()),
        ),
        colours: switch(
            colour.code(),
            &[("amount", l.t("金額", "Amount")), ("count", l.t("課題数", "Tasks"))],
            |code| address(&year, axis.code(), code),
        ),
        axis: axis.code(),
        colour: colour.code(),
        legend,
        sheet: shown,
        page,
    })
}

/// Address of the map.
pub fn address(year: &str, axis: &str, colour: &str) -> String {
    paths::with_query("/map", &[("year", year), ("axis", axis), ("colour", colour)])
}

fn switch(current: &str, options: &[(&str, &str)], href: impl Fn(&str) -> String) -> Vec<Tab> {
    let tab = |(code, label): &(&str, &str)| Tab {
        label: (*label).to_owned(),
        href: href(code),
        count: None,
        current: *code == current,
    };
    options.iter().map(tab).collect()
}
