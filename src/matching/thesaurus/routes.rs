//! Addresses of the thesaurus.

use crate::accounts::Role;
use crate::web::{Access, Routes, paths};

use super::pages;

pub fn routes() -> Routes {
    const EDITORS: Access = Access::Roles(&[Role::Administrator, Role::StrategyUnit]);
    Routes::new()
        .get("/thesaurus", Access::STAFF, pages::index)
        .post("/thesaurus", EDITORS, pages::add)
        .get("/thesaurus/new", EDITORS, pages::new)
        .get("/thesaurus/table", Access::STAFF, pages::table)
        .get("/thesaurus/concepts/{key}", Access::STAFF, pages::show)
        .post("/thesaurus/concepts/{key}", EDITORS, pages::update)
}

/// The page of a concept.
pub fn concept_path(key: &str) -> String {
    format!("/thesaurus/concepts/{}", paths::encode(key))
}
