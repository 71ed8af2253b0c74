//! Addresses of consent and transfer.

use crate::accounts::Role;
use crate::kernel::AgreementId;
use crate::matching::sessions::routes::RUNNERS;
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    const PARTIES: Access = Access::Roles(&[Role::ProgramSupervisor, Role::ProgramDirector]);
    Routes::new()
        .get("/matching/sessions/{id}/consent", Access::STAFF, pages::show)
        .post("/matching/sessions/{id}/consent/expiry", Access::Roles(RUNNERS), pages::expire)
        .post("/matching/agreements/{id}/consent", PARTIES, pages::reply)
        .get("/matching/agreements/{id}", Access::STAFF, pages::agreement)
        .post("/matching/agreements/{id}/transfer", Access::KEEPERS, pages::transfer)
        .post("/matching/agreements/{id}/transfer/undo", Access::KEEPERS, pages::take_back)
}

/// The page of an agreement.
pub fn agreement_path(id: AgreementId) -> String {
    format!("/matching/agreements/{id}")
}
