//! Addresses of committees.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/gates/meetings/{id}/committee", Access::KEEPERS, pages::show)
        .post("/gates/meetings/{id}/seats", Access::KEEPERS, pages::seat)
        .post("/gates/meetings/{id}/seats/role", Access::KEEPERS, pages::set_role)
        .post("/gates/meetings/{id}/seats/removal", Access::KEEPERS, pages::unseat)
        .post("/gates/meetings/{id}/attendance", Access::KEEPERS, pages::attend)
        .post("/gates/meetings/{id}/assignments", Access::KEEPERS, pages::assign)
}
