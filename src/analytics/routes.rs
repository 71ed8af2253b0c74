//! Addresses of the pages that are figures only.

use crate::web::{Access, Routes};

use super::map;

pub fn routes() -> Routes {
    Routes::new().get("/map", Access::SignedIn, map::pages::show)
}
