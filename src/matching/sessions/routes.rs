//! Addresses of sessions.

use uuid::Uuid;

use crate::accounts::Role;
use crate::kernel::MatchingSessionId;
use crate::matching::{candidates, eligibility};
use crate::web::{Access, Routes};

use super::pages;

/// Those who run sessions.
pub const RUNNERS: &[Role] = &[Role::Administrator, Role::StrategyUnit];

pub fn routes() -> Routes {
    const RUN: Access = Access::Roles(RUNNERS);
    Routes::new()
        .get("/matching", Access::STAFF, pages::index::index)
        .get("/matching/new", RUN, pages::index::new)
        .post("/matching", RUN, pages::index::create)
        .get("/matching/sessions/{id}", Access::STAFF, pages::show::show)
        .post("/matching/sessions/{id}", RUN, pages::show::update)
        .post("/matching/sessions/{id}/reopening", RUN, pages::show::reopen)
        .post("/matching/sessions/{id}/interest/closing", RUN, pages::show::close_interest)
        .post("/matching/sessions/{id}/resolving", RUN, pages::show::solve_again)
        .post("/matching/sessions/{id}/closing", RUN, pages::show::close)
        .post("/matching/sessions/{id}/discarding", RUN, pages::show::discard)
        .get("/matching/sessions/{id}/tasks", Access::STAFF, pages::tasks::show)
        .post("/matching/sessions/{id}/tasks", RUN, pages::tasks::add)
        .post("/matching/sessions/{id}/tasks/removal", RUN, pages::tasks::remove)
        .get("/matching/sessions/{id}/slots", Access::STAFF, pages::slots::show)
        .post("/matching/sessions/{id}/slots", RUN, pages::slots::choose)
        .post("/matching/sessions/{id}/capacities", RUN, pages::slots::write)
        .get("/matching/sessions/{id}/eligibility", Access::STAFF, eligibility::pages::show)
        .post("/matching/sessions/{id}/evaluation", RUN, eligibility::pages::evaluate)
        .get("/matching/sessions/{id}/rules", Access::STAFF, eligibility::pages::rules)
        .post("/matching/sessions/{id}/rules", RUN, eligibility::pages::change_rules)
        .post("/matching/sessions/{id}/rules/version", RUN, eligibility::pages::use_version)
        .get("/matching/sessions/{id}/candidates", Access::STAFF, candidates::pages::index)
        .post("/matching/sessions/{id}/scores", RUN, candidates::pages::score_pairs)
        .get("/matching/sessions/{id}/tasks/{task}", Access::STAFF, candidates::pages::task)
        .get("/matching/sessions/{id}/pairs/{task}/{slot}", Access::STAFF, candidates::pages::pair)
        .post(
            "/matching/sessions/{id}/pairs/{task}/{slot}/shortlist",
            RUN,
            candidates::pages::change_shortlist,
        )
}

/// The page of a session.
pub fn session_path(id: MatchingSessionId) -> String {
    format!("/matching/sessions/{id}")
}

/// A page below a session: `tasks`, `slots`, `candidates`, …
pub fn step_path(id: MatchingSessionId, page: &str) -> String {
    format!("/matching/sessions/{id}/{page}")
}

/// The page of one pair: truth table, score, task and call side by side.
pub fn pair_path(id: MatchingSessionId, task: Uuid, slot: Uuid) -> String {
    format!("/matching/sessions/{id}/pairs/{task}/{slot}")
}
