//! Addresses of the continuity ledger.

use crate::kernel::FiscalYear;
use crate::web::{Access, Routes, paths};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/ledger", Access::STAFF, pages::show)
        .get("/ledger/tasks", Access::STAFF, pages::tasks)
        .get("/ledger/export", Access::STAFF, pages::export)
        .post("/ledger/tasks/{id}/reason", Access::KEEPERS, pages::record)
}

/// The ledger of a year with the supports that count under one value of a breakdown.
pub fn supports_path(year: FiscalYear, by: &str, value: &str) -> String {
    let address = paths::with_query("/ledger", &[("year", &year.short()), ("by", by), ("value", value)]);
    format!("{address}#supports")
}

/// Tasks that ended in a year with an outcome (empty: any), under one value of a breakdown (empty: any).
pub fn tasks_path(year: FiscalYear, by: &str, value: &str, outcome: &str) -> String {
    paths::with_query(
        "/ledger/tasks",
        &[("year", &year.short()), ("by", by), ("value", value), ("outcome", outcome)],
    )
}
