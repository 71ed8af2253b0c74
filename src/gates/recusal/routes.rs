//! Addresses of conflicts in a committee.

use crate::gates::COMMITTEES;
use crate::web::Routes;

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/gates/meetings/{id}/statements", COMMITTEES, pages::statements)
        .post("/gates/meetings/{id}/statements", COMMITTEES, pages::state)
        .get("/gates/meetings/{id}/conflicts", COMMITTEES, pages::conflicts)
        .post("/gates/reviews/{id}/resolutions", COMMITTEES, pages::resolve)
}
