//! Addresses of people.

use crate::web::kept::Basis;
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().kept("/people/{id}", Access::SignedIn, Basis::Anything, pages::show)
}
