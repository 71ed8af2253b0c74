//! Addresses of institutions.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/institutions", Access::SignedIn, pages::index).get(
        "/institutions/{id}",
        Access::SignedIn,
        pages::show,
    )
}
