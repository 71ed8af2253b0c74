//! Addresses of people.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/people/{id}", Access::SignedIn, pages::show)
}
