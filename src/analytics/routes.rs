//! Addresses of the pages that are figures only.

use crate::web::kept::Basis;
use crate::web::{Access, Routes};

use super::{indicators, map};

pub fn routes() -> Routes {
    Routes::new().kept("/map", Access::SignedIn, Basis::Versions, map::pages::show).kept(
        "/indicators",
        Access::SignedIn,
        Basis::Anything,
        indicators::pages::show,
    )
}
