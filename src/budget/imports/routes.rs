//! Addresses of budget workbooks.

use crate::kernel::BudgetImportId;
use crate::web::{Access, Routes, paths};

use super::pages;

/// Largest workbook, bytes; the reader's own limit.
pub const FILE_BYTES: usize = 32 << 20;

pub fn routes() -> Routes {
    Routes::new()
        .get("/budget/imports", Access::OVERSIGHT, pages::index)
        .upload("/budget/imports", Access::ADMINISTRATOR, FILE_BYTES + (1 << 20), pages::upload)
        .get("/budget/template", Access::STAFF, pages::template)
        .get("/budget/files/{id}", Access::OVERSIGHT, pages::download_file)
        .get("/budget/imports/{id}", Access::OVERSIGHT, pages::show)
        .get("/budget/imports/{id}/mapping", Access::OVERSIGHT, pages::mapping)
        .post("/budget/imports/{id}/mapping", Access::ADMINISTRATOR, pages::confirm)
        .get("/budget/imports/{id}/preview", Access::OVERSIGHT, pages::preview)
        .post("/budget/imports/{id}/extent", Access::ADMINISTRATOR, pages::set_extent)
        .post("/budget/imports/{id}/application", Access::ADMINISTRATOR, pages::apply)
        .post("/budget/imports/{id}/drop", Access::ADMINISTRATOR, pages::drop_draft)
}

/// The check of a reading.
pub fn import(id: BudgetImportId) -> String {
    format!("/budget/imports/{id}")
}

/// What its tables were taken for.
pub fn mapping(id: BudgetImportId) -> String {
    format!("/budget/imports/{id}/mapping")
}

/// What applying it would change.
pub fn preview(id: BudgetImportId) -> String {
    format!("/budget/imports/{id}/preview")
}

/// A sheet of it, with a cell marked where one is named.
pub fn sheet(id: BudgetImportId, sheet: &str, cell: &str) -> String {
    let href = paths::with_query(&mapping(id), &[("sheet", sheet), ("at", cell)]);
    if cell.is_empty() { href } else { format!("{href}#at") }
}

/// A sheet of it from a row on.
pub fn sheet_row(id: BudgetImportId, sheet: &str, row: u32) -> String {
    paths::with_query(&mapping(id), &[("sheet", sheet), ("row", &row.to_string())])
}
