//! Addresses of home.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/", Access::SignedIn, pages::show).get("/ending", Access::SignedIn, pages::ending)
}
