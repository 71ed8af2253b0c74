//! Addresses of suggested tags.

use crate::web::{Access, Routes, paths};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/tagging", Access::KEEPERS, pages::index)
        .post("/tagging", Access::KEEPERS, pages::decide)
        .post("/tagging/batches/{id}/undo", Access::KEEPERS, pages::undo)
}

/// Suggestions of one program, or of all (empty).
pub fn tagging_path(program: &str) -> String {
    paths::with_query("/tagging", &[("program", program)])
}
