//! Addresses of interest.

use uuid::Uuid;

use crate::accounts::Role;
use crate::matching::sessions::routes::RUNNERS;
use crate::web::{Access, Routes};

use super::pages;

/// Those who answer for a program.
pub const ANSWERERS: &[Role] = &[Role::ProgramSupervisor, Role::ProgramOfficer];

pub fn routes() -> Routes {
    const ANSWER: Access = Access::Roles(ANSWERERS);
    Routes::new()
        .get("/matching/sessions/{id}/interest", Access::STAFF, pages::session::show)
        .post("/matching/sessions/{id}/interest/opening", Access::Roles(RUNNERS), pages::session::open)
        .get("/matching/lists/{id}", ANSWER, pages::list::show)
        .post("/matching/lists/{id}", ANSWER, pages::list::save)
        .post("/matching/lists/{id}/draft", ANSWER, pages::list::autosave)
        .post("/matching/lists/{id}/entries", ANSWER, pages::list::change)
}

/// The page of a list.
pub fn list_path(id: Uuid) -> String {
    format!("/matching/lists/{id}")
}
