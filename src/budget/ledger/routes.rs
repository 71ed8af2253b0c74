//! Addresses of the adjustment fund.

use crate::budget::rights::{DECIDERS, DIRECTORS, PROPOSERS};
use crate::web::{Access, Routes};

use super::{grants, proposals, rounds};

pub fn routes() -> Routes {
    use rounds::pages::{edit, index, show};
    Routes::new()
        .get("/budget/adjustments", Access::STAFF, index::show)
        .post("/budget/adjustments", DECIDERS, edit::create)
        .post("/budget/adjustments/file", Access::STAFF, index::file)
        .get("/budget/adjustments/new", DECIDERS, edit::new)
        .get("/budget/adjustments/{id}", Access::STAFF, show::show)
        .post("/budget/adjustments/{id}", DECIDERS, edit::update)
        .get("/budget/adjustments/{id}/edit", DECIDERS, edit::form)
        .post("/budget/adjustments/{id}/file", Access::STAFF, show::file)
        .post("/budget/adjustments/{id}/grants", DECIDERS, show::grant)
        .post("/budget/adjustments/{id}/opening", DECIDERS, show::open)
        .post("/budget/adjustments/{id}/closing", DECIDERS, show::close)
        .get("/budget/proposals", Access::STAFF, proposals::pages::index)
        .post("/budget/proposals", PROPOSERS, proposals::pages::create)
        .get("/budget/proposals/new", PROPOSERS, proposals::pages::new)
        .get("/budget/proposals/{id}", Access::STAFF, proposals::pages::show)
        .post("/budget/proposals/{id}/opinions", DIRECTORS, proposals::pages::opine)
        .post("/budget/proposals/{id}/decision", DECIDERS, proposals::pages::decide)
        .post("/budget/proposals/{id}/withdrawal", PROPOSERS, proposals::pages::withdraw)
        .get("/budget/grants/{id}", Access::STAFF, grants::pages::show)
        .post("/budget/grants/{id}/uses", Access::KEEPERS, grants::pages::record_use)
        .post("/budget/grants/{id}/result", Access::KEEPERS, grants::pages::put_result)
}
