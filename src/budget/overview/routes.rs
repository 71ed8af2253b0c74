//! Addresses of the pages of money.

use crate::budget::positions::Place;
use crate::budget::rights::READERS;
use crate::kernel::FiscalYear;
use crate::web::{Routes, paths};

use super::model::Slot;
use super::pages::{lines, part, program, year};

pub fn routes() -> Routes {
    Routes::new()
        .get("/budget", READERS, year::show)
        .post("/budget/file", READERS, year::file)
        .get("/budget/lines", READERS, lines::show)
        .post("/budget/lines/file", READERS, lines::file)
        .get("/budget/programs/{code}", READERS, program::show)
        .post("/budget/programs/{code}/file", READERS, program::file)
        .get("/budget/projects/{id}", READERS, part::project)
        .post("/budget/projects/{id}/file", READERS, part::project_file)
        .get("/budget/ministries/{code}", READERS, part::ministry)
        .post("/budget/ministries/{code}/file", READERS, part::ministry_file)
}

/// The lines behind one line of meaning.
pub fn lines(place: &Place) -> String {
    let project = place.project.map_or_else(|| "-".to_owned(), |id| id.to_string());
    paths::with_query(
        "/budget/lines",
        &[
            ("year", &place.year.short()),
            ("budget", &Slot { stage: place.stage, round: place.round }.code()),
            ("program", &place.program.to_string()),
            ("project", &project),
            ("ministry", place.ministry.as_deref().unwrap_or_default()),
            ("kind", place.kind.code()),
        ],
    )
}

/// The lines behind a figure: a cell, a row, a column or all of one budget of a year.
pub fn figure(year: FiscalYear, slot: Slot, pairs: &[(&str, &str)]) -> String {
    let (year, slot) = (year.short(), slot.code());
    let mut all = vec![("year", year.as_str()), ("budget", slot.as_str())];
    all.extend_from_slice(pairs);
    paths::with_query("/budget/lines", &all)
}
