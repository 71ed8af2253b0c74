//! Addresses of search.

use crate::web::kept::Basis;
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().kept("/search", Access::SignedIn, Basis::Versions, pages::show)
}
