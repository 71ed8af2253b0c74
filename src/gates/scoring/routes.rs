//! Addresses of scoring.

use crate::gates::COMMITTEES;
use crate::web::Routes;

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/gates/reviews/{id}/sheet", COMMITTEES, pages::show)
        .post("/gates/reviews/{id}/sheet", COMMITTEES, pages::save)
        .post("/gates/reviews/{id}/sheet/draft", COMMITTEES, pages::save_draft)
}
