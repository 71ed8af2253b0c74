//! Addresses of allocated slots.

use crate::kernel::MatchingSessionId;
use crate::matching::sessions::routes::{RUNNERS, step_path};
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    const RUN: Access = Access::Roles(RUNNERS);
    Routes::new()
        .get("/matching/sessions/{id}/allocations", Access::STAFF, pages::show)
        .post("/matching/sessions/{id}/allocations", RUN, pages::allocate)
        .post("/matching/sessions/{id}/allocations/removal", RUN, pages::release)
}

/// The exercised options of a session's year.
pub fn allocations_path(id: MatchingSessionId) -> String {
    step_path(id, "allocations")
}
