//! Addresses of pairing options.

use uuid::Uuid;

use crate::kernel::FiscalYear;
use crate::web::{Access, Routes, paths};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/options", Access::STAFF, pages::index)
        .post("/options", Access::KEEPERS, pages::offer)
        .get("/options/new", Access::KEEPERS, pages::new)
        .get("/options/books/{program}/{year}", Access::STAFF, pages::book)
        .post("/options/books/{program}/{year}", Access::KEEPERS, pages::set_book)
        .get("/options/{id}", Access::STAFF, pages::show)
        .post("/options/{id}/state", Access::KEEPERS, pages::step)
}

/// The page of an option.
pub fn option_path(id: Uuid) -> String {
    format!("/options/{id}")
}

/// The book of a receiving program and year.
pub fn book_path(program: &str, year: FiscalYear) -> String {
    format!("/options/books/{}/{}", paths::encode(program), year.short())
}
