//! Addresses of the calendar.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/gates/calendar", Access::STAFF, pages::index)
}
