//! Addresses of projects.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/projects/{id}", Access::SignedIn, pages::show)
}
