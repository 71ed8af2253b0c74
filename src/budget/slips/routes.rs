//! Addresses of slips.

use crate::budget::rights::{DECIDERS, PROPOSERS};
use crate::web::{Access, Routes};

use super::model::SlipId;
use super::pages;

/// The list of slips.
pub const SLIPS: &str = "/budget/slips";

pub fn routes() -> Routes {
    Routes::new()
        .get("/budget/slips", Access::STAFF, pages::index)
        .post("/budget/slips", PROPOSERS, pages::create)
        .post("/budget/slips/file", Access::STAFF, pages::file)
        .get("/budget/slips/new", PROPOSERS, pages::new)
        .get("/budget/slips/{id}", Access::STAFF, pages::show)
        .post("/budget/slips/{id}/approval", PROPOSERS, pages::approve)
        .post("/budget/slips/{id}/application", DECIDERS, pages::apply)
        .post("/budget/slips/{id}/rejection", PROPOSERS, pages::reject)
        .post("/budget/slips/{id}/withdrawal", PROPOSERS, pages::withdraw)
        .post("/budget/slips/{id}/counter", DECIDERS, pages::take_back)
}

/// The page of a slip.
pub fn slip(id: SlipId) -> String {
    format!("{SLIPS}/{id}")
}
