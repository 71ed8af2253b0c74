//! Addresses of scenarios.

use crate::budget::rights::{PLAN_WRITERS, PLANNERS};
use crate::web::Routes;

use super::model::ScenarioId;
use super::pages;

/// The list of scenarios.
pub const SCENARIOS: &str = "/budget/scenarios";

pub fn routes() -> Routes {
    Routes::new()
        .get("/budget/scenarios", PLANNERS, pages::index::show)
        .post("/budget/scenarios", PLAN_WRITERS, pages::index::create)
        .get("/budget/scenarios/comparison", PLANNERS, pages::comparison::show)
        .post("/budget/scenarios/comparison/file", PLANNERS, pages::comparison::file)
        .get("/budget/scenarios/{id}", PLANNERS, pages::record::show)
        .post("/budget/scenarios/{id}/moves", PLAN_WRITERS, pages::record::add_move)
        .post("/budget/scenarios/{id}/removal", PLAN_WRITERS, pages::record::remove_move)
        .post("/budget/scenarios/{id}/copy", PLAN_WRITERS, pages::record::copy)
        .post("/budget/scenarios/{id}/submission", PLAN_WRITERS, pages::record::submit)
        .post("/budget/scenarios/{id}/discarding", PLAN_WRITERS, pages::record::discard)
}

/// The page of a scenario.
pub fn scenario(id: ScenarioId) -> String {
    format!("{SCENARIOS}/{id}")
}
