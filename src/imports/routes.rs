//! Addresses of imports.

use crate::kernel::ImportBatchId;
use crate::web::{Access, Routes};

use super::pages;

/// Largest file of an import, bytes.
pub const FILE_BYTES: usize = 32 << 20;

pub fn routes() -> Routes {
    Routes::new()
        .get("/imports", Access::OVERSIGHT, pages::index)
        .upload("/imports", Access::ADMINISTRATOR, FILE_BYTES + (1 << 20), pages::upload)
        .get("/imports/{id}", Access::OVERSIGHT, pages::show)
        .post("/imports/{id}/mapping", Access::ADMINISTRATOR, pages::set_mapping)
        .post("/imports/{id}/application", Access::ADMINISTRATOR, pages::apply)
        .post("/imports/{id}/undo", Access::ADMINISTRATOR, pages::undo)
        .post("/imports/{id}/drop", Access::ADMINISTRATOR, pages::drop_draft)
}

/// The page of a batch.
pub fn batch(id: ImportBatchId) -> String {
    format!("/imports/{id}")
}
