//! Addresses of programs.

use crate::web::kept::Basis;
use crate::web::{Access, Routes};

use super::{edit, pages};

pub fn routes() -> Routes {
    Routes::new()
        .kept("/programs", Access::SignedIn, Basis::Anything, pages::index::show)
        .kept("/programs/{code}", Access::SignedIn, Basis::Anything, pages::record::show)
        .post("/programs/{code}", Access::ADMINISTRATOR, edit::pages::update)
        .get("/programs/{code}/edit", Access::ADMINISTRATOR, edit::pages::form)
        .post("/programs/{code}/names", Access::ADMINISTRATOR, edit::pages::add_name)
        .post("/programs/{code}/names/removal", Access::ADMINISTRATOR, edit::pages::remove_name)
        .post("/programs/{code}/lineage", Access::ADMINISTRATOR, edit::pages::add_step)
        .post("/programs/{code}/lineage/removal", Access::ADMINISTRATOR, edit::pages::remove_step)
}
