//! Addresses of offers of the same task.

use uuid::Uuid;

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/duplicates", Access::KEEPERS, pages::index)
        .post("/duplicates/search", Access::KEEPERS, pages::search)
        .get("/duplicates/{left}/{right}", Access::KEEPERS, pages::show)
        .post("/duplicates/{left}/{right}/merge", Access::KEEPERS, pages::merge)
        .post("/duplicates/{left}/{right}/distinction", Access::KEEPERS, pages::distinguish)
        .post("/duplicates/{left}/{right}/distinction/removal", Access::KEEPERS, pages::forget)
        .post("/duplicates/merges/{id}/undo", Access::KEEPERS, pages::undo)
}

/// Two tasks side by side.
pub fn pair_path(left: Uuid, right: Uuid) -> String {
    format!("/duplicates/{}/{}", left.min(right), left.max(right))
}
