//! Addresses of search.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/search", Access::SignedIn, pages::show)
}
