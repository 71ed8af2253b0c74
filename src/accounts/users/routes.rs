//! Addresses of the administration of accounts.

use crate::kernel::UserId;
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/admin/users", Access::ADMINISTRATOR, pages::index)
        .post("/admin/users", Access::ADMINISTRATOR, pages::create)
        .get("/admin/users/new", Access::ADMINISTRATOR, pages::new)
        .get("/admin/users/{id}", Access::ADMINISTRATOR, pages::show)
        .post("/admin/users/{id}", Access::ADMINISTRATOR, pages::update)
        .post("/admin/users/{id}/password", Access::ADMINISTRATOR, pages::reset_password)
        .post("/admin/users/{id}/roles", Access::ADMINISTRATOR, pages::give_role)
        .post("/admin/users/{id}/roles/{role}/end", Access::ADMINISTRATOR, pages::end_role)
}

/// The page of an account.
pub fn user(id: UserId) -> String {
    format!("/admin/users/{id}")
}
