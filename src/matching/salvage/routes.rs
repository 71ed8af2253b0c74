//! Addresses of the salvage run.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/salvage", Access::STAFF, pages::index)
        .get("/salvage/radar", Access::STAFF, pages::radar)
        .post("/salvage/{decision}/disposition", Access::KEEPERS, pages::dispose)
        .post("/salvage/{decision}/outcome", Access::KEEPERS, pages::conclude)
}
