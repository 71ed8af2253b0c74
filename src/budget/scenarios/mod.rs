//! What-if scenarios: named sets of movements on top of a budget version, compared side by side (tables `budget_scenarios`,
//! `budget_scenario_moves`). The surprising rule: a scenario is in no figure outside its own pages; submitting one is an
//! explicit step that makes proposed slips of its movements, which then need approval like any other.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
