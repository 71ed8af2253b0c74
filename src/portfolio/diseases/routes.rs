//! Addresses of disease areas.

use crate::web::kept::Basis;
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().kept("/diseases/{code}", Access::SignedIn, Basis::Anything, pages::show)
}
