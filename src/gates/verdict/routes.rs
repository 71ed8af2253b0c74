//! Addresses of reviews after the reveal.

use crate::accounts::Role;
use crate::gates::COMMITTEES;
use crate::portfolio::files::UPLOAD_BYTES;
use crate::web::{Access, Routes};

use super::{conditions, export, pages};

pub fn routes() -> Routes {
    const DIRECTORS: Access = Access::Roles(&[Role::ProgramDirector]);
    Routes::new()
        .get("/gates/meetings/{id}/results", COMMITTEES, pages::results::index)
        .get("/gates/meetings/{id}/results.csv", COMMITTEES, export::csv)
        .get("/gates/reviews/{id}", COMMITTEES, pages::review::show)
        .post("/gates/reviews/{id}/vote", COMMITTEES, pages::steps::vote)
        .post("/gates/reviews/{id}/waiting", COMMITTEES, pages::steps::wait)
        .post("/gates/reviews/{id}/advice", COMMITTEES, pages::steps::advise)
        .post("/gates/reviews/{id}/withdrawal", Access::KEEPERS, pages::steps::withdraw)
        .get("/gates/reviews/{id}/decision", COMMITTEES, pages::decide::form)
        .post("/gates/reviews/{id}/decision", COMMITTEES, pages::decide::create)
        .post("/gates/reviews/{id}/reopening", COMMITTEES, pages::steps::ask_reopening)
        .post("/gates/reviews/{id}/reopening/answer", DIRECTORS, pages::steps::answer_reopening)
        .get("/gates/conditions", Access::STAFF, conditions::index)
        .upload("/gates/conditions/{id}/evidence", Access::KEEPERS, UPLOAD_BYTES, conditions::give)
        .post("/gates/conditions/{id}/closing", Access::STAFF, conditions::close)
}
