//! Addresses of readiness.

use crate::gates::COMMITTEES;
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/gates/meetings/{id}/readiness", COMMITTEES, pages::index).post(
        "/gates/reviews/{id}/evidence",
        Access::KEEPERS,
        pages::give,
    )
}
