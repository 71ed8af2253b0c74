//! Addresses of institutions.

use crate::web::kept::Basis;
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().kept("/institutions", Access::SignedIn, Basis::Versions, pages::index).kept(
        "/institutions/{id}",
        Access::SignedIn,
        Basis::Anything,
        pages::show,
    )
}
