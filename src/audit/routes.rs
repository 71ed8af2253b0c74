//! Addresses of the audit viewer.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/admin/audit", Access::OVERSIGHT, pages::index).post(
        "/admin/audit/verify",
        Access::OVERSIGHT,
        pages::verify,
    )
}
