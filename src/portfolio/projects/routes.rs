//! Addresses of projects.

use crate::web::kept::Basis;
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().kept("/projects/{id}", Access::SignedIn, Basis::Anything, pages::show)
}
