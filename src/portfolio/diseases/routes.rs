//! Addresses of disease areas.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/diseases/{code}", Access::SignedIn, pages::show)
}
