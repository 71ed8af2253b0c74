//! Addresses of the pages that are figures only.

use crate::web::{Access, Routes};

use super::{indicators, map};

pub fn routes() -> Routes {
    Routes::new().get("/map", Access::SignedIn, map::pages::show).get(
        "/indicators",
        Access::SignedIn,
        indicators::pages::show,
    )
}
