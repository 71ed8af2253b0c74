//! Addresses of programs.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/programs", Access::SignedIn, pages::index::show)
        .get("/programs/{code}", Access::SignedIn, pages::record::show)
}
