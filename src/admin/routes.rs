//! Address of the administrator's first page.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/admin", Access::OVERSIGHT, pages::index)
}
