//! Addresses of versions, lines, and the views side by side.

use crate::kernel::BudgetVersionId;
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/budget/versions", Access::STAFF, pages::index)
        .get("/budget/versions/{id}", Access::STAFF, pages::show)
        .get("/budget/versions/{id}/export", Access::STAFF, pages::export)
        .post("/budget/versions/{id}/reversal", Access::ADMINISTRATOR, pages::reverse)
        .get("/budget/lines/{id}", Access::STAFF, pages::origin)
        .get("/budget/stages", Access::STAFF, pages::stages)
        .get("/budget/years", Access::STAFF, pages::years)
}

/// The page of a version.
pub fn version(id: BudgetVersionId) -> String {
    format!("/budget/versions/{id}")
}

/// Where an amount came from.
pub fn line(id: i64) -> String {
    format!("/budget/lines/{id}")
}
