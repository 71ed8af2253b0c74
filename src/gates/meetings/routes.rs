//! Addresses of meetings and their run lists.

use crate::gates::COMMITTEES;
use crate::web::{Access, Routes};

use super::pages::{compose, index, order, show};

pub fn routes() -> Routes {
    Routes::new()
        .get("/gates", COMMITTEES, index::index)
        .get("/gates/meetings/new", Access::KEEPERS, compose::form)
        .post("/gates/meetings", Access::KEEPERS, compose::create)
        .get("/gates/meetings/{id}", COMMITTEES, show::show)
        .get("/gates/meetings/{id}/edit", Access::KEEPERS, compose::edit)
        .post("/gates/meetings/{id}", Access::KEEPERS, compose::update)
        .get("/gates/meetings/{id}/items/new", Access::KEEPERS, compose::more)
        .post("/gates/meetings/{id}/items", Access::KEEPERS, compose::add)
        .post("/gates/meetings/{id}/opening", Access::KEEPERS, show::open)
        .post("/gates/meetings/{id}/reveal", COMMITTEES, show::reveal)
        .post("/gates/meetings/{id}/closing", COMMITTEES, show::close)
        .post("/gates/meetings/{id}/cancellation", Access::KEEPERS, show::cancel)
        .post("/gates/reviews/{id}/position", Access::KEEPERS, order::place)
        .post("/gates/reviews/{id}/minutes", Access::KEEPERS, order::minutes)
}
