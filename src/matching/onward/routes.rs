//! Addresses of where a task could go next.

use uuid::Uuid;

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/tasks/{id}/onward", Access::STAFF, pages::show).post(
        "/tasks/{id}/successors",
        Access::KEEPERS,
        pages::link,
    )
}

/// Where a task could go next.
pub fn onward_path(task: Uuid) -> String {
    format!("/tasks/{task}/onward")
}
