//! Addresses of milestone types.

use crate::web::{Access, Routes};

use super::pages;

pub const LIST: &str = "/admin/milestone-types";

pub fn routes() -> Routes {
    Routes::new()
        .get("/admin/milestone-types", Access::OVERSIGHT, pages::index)
        .post("/admin/milestone-types", Access::ADMINISTRATOR, pages::add)
        .get("/admin/milestone-types/{id}", Access::ADMINISTRATOR, pages::edit)
        .post("/admin/milestone-types/{id}", Access::ADMINISTRATOR, pages::update)
}

/// The page of a type.
pub fn type_path(id: i16) -> String {
    format!("{LIST}/{id}")
}
