//! Addresses of declarations.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/conflicts", Access::SignedIn, pages::index)
        .post("/conflicts", Access::SignedIn, pages::create)
        .post("/conflicts/{id}/withdrawal", Access::SignedIn, pages::withdraw)
}
